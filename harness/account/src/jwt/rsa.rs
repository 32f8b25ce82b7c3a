//! Signatures of RS256: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2), to be checked and
//! never to be made.

use std::fmt;

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use sha2::{Digest, Sha256};

use super::error::JwtError;

/// In bytes: 2048 bits at least (RFC 7518, section 3.3), and 8192 at most, so that no key costs
/// more than a request may.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=1024;
/// In bytes: the usual 65,537 has three. A longer one makes checking slow and nothing safer.
const EXPONENT_MAX: usize = 4;
/// `DigestInfo` of SHA-256 up to the digest (RFC 8017, section 9.2, note 1).
const DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// A public key.
#[derive(Clone, PartialEq, Eq)]
pub struct RsaKey {
    /// Big-endian, as is the exponent, without leading zeros.
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl RsaKey {
    /// The key of a modulus and an exponent, both big-endian.
    ///
    /// # Errors
    /// A modulus of less than 2048 bits or more than 8192, or an even one; an exponent that is even,
    /// one, or longer than 32 bits.
    pub fn new(modulus: &[u8], exponent: &[u8]) -> Result<Self, JwtError> {
        let trim = |bytes: &[u8]| {
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            bytes[zeros..].to_vec()
        };
        let key = Self {
            modulus: trim(modulus),
            exponent: trim(exponent),
        };
        let is_odd = |bytes: &[u8]| bytes.last().is_some_and(|byte| byte % 2 == 1);
        let fits = MODULUS.contains(&key.modulus.len())
            && key.modulus.first().is_some_and(|byte| *byte >= 0x80)
            && is_odd(&key.modulus)
            && key.exponent.len() <= EXPONENT_MAX
            && is_odd(&key.exponent)
            && key.exponent != [1];
        fits.then_some(key).ok_or(JwtError::Key)
    }

    /// Big-endian.
    pub(super) fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    /// Big-endian.
    pub(super) fn exponent(&self) -> &[u8] {
        &self.exponent
    }

    /// Whether it has signed the message (RFC 8017, section 8.2.2). What the signature encodes is
    /// compared whole: nothing in it is parsed.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), JwtError> {
        let length = self.modulus.len();
        if signature.len() != length {
            return Err(JwtError::Signature);
        }
        let encoded = self.raise(signature).ok_or(JwtError::Signature)?;
        // EMSA-PKCS1-v1_5: 00 01, ff to fill, 00, DigestInfo.
        let mut expected = vec![0xff; length];
        expected[..2].copy_from_slice(&[0, 1]);
        let digest = Sha256::digest(message);
        let at = length - digest.len();
        expected[at..].copy_from_slice(&digest);
        let at = at - DIGEST_INFO.len();
        expected[at..at + DIGEST_INFO.len()].copy_from_slice(&DIGEST_INFO);
        expected[at - 1] = 0;
        // All of it is public: no need to compare in constant time.
        if encoded == expected {
            Ok(())
        } else {
            Err(JwtError::Signature)
        }
    }

    /// RSAVP1: the signature to the power of the exponent, as long as the modulus; `None` if it is
    /// no number below the modulus.
    fn raise(&self, signature: &[u8]) -> Option<Vec<u8>> {
        power(signature, &self.exponent, &self.modulus)
    }
}

/// `base` to the power of `exponent`, as long as `modulus`, which is odd; `None` if the base is not
/// below it.
fn power(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Option<Vec<u8>> {
    let bits = u32::try_from(modulus.len().checked_mul(8)?).ok()?;
    let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, bits).ok();
    let (base, modulus_value) = (number(base)?, number(modulus)?);
    if base >= modulus_value {
        return None;
    }
    let odd: Odd<BoxedUint> = Option::from(Odd::new(modulus_value))?;
    let params = BoxedMontyParams::new_vartime(odd);
    let exponent = BoxedUint::from_be_slice_vartime(exponent);
    let raised = BoxedMontyForm::new(base, &params).pow(&exponent).retrieve();
    let bytes = raised.to_be_bytes();
    // Numbers are kept in whole limbs, which may be longer than the modulus.
    let at = bytes.len().checked_sub(modulus.len())?;
    Some(bytes[at..].to_vec())
}

/// Says how long it is.
impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaKey({} bits)", self.modulus.len() * 8)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::jwt::error::Part;
    use crate::jwt::token::{decode, encode, part};

    const FIXTURE: &str = include_str!("../../../../fixtures/identity/rsa.jwks.json");

    pub(crate) fn fixture() -> Value {
        let set: Value = serde_json::from_str(FIXTURE).unwrap();
        set["keys"][0].clone()
    }

    fn bytes(text: &str) -> Vec<u8> {
        decode(text, Part::Signature).unwrap()
    }

    fn member(name: &str) -> Vec<u8> {
        bytes(fixture()[name].as_str().unwrap())
    }

    fn key() -> RsaKey {
        RsaKey::new(&member("n"), &member("e")).unwrap()
    }

    /// What an identity provider with the fixture's private key would sign: RFC 8017, section 8.2.1.
    pub(crate) fn sign(claims: &Value) -> String {
        let header = json!({ "alg": "RS256", "kid": fixture()["kid"], "typ": "JWT" });
        let signed = format!("{}.{}", part(&header), part(claims));
        let modulus = member("n");
        let mut encoded = vec![0, 1];
        encoded.resize(modulus.len() - 52, 0xff);
        encoded.push(0);
        encoded.extend(DIGEST_INFO);
        encoded.extend(Sha256::digest(signed.as_bytes()));
        let signature = power(&encoded, &member("d"), &modulus).unwrap();
        format!("{signed}.{}", encode(signature))
    }

    /// RFC 7515, appendix A.2: the key and the token.
    const MODULUS_A2: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    const SIGNED_A2: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const SIGNATURE_A2: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

    // sts.web-identity.signature: RFC 7515, appendix A.2.
    #[test]
    fn a_signature_of_others_is_verified() {
        let key = RsaKey::new(&bytes(MODULUS_A2), &bytes("AQAB")).unwrap();
        let signature = bytes(SIGNATURE_A2);
        assert_eq!(key.verify(SIGNED_A2.as_bytes(), &signature), Ok(()));
        let other = SIGNED_A2.replace("eyJ", "eyK");
        let wrong = Err(JwtError::Signature);
        assert_eq!(key.verify(other.as_bytes(), &signature), wrong);
        for (at, byte) in [(0, 1), (100, 0x80), (255, 1)] {
            let mut changed = signature.clone();
            changed[at] ^= byte;
            assert_eq!(key.verify(SIGNED_A2.as_bytes(), &changed), wrong);
        }
        let long = [&[0][..], &signature].concat();
        assert_eq!(key.verify(SIGNED_A2.as_bytes(), &long), wrong);
        assert_eq!(key.verify(SIGNED_A2.as_bytes(), &signature[1..]), wrong);
        let modulus = bytes(MODULUS_A2);
        assert_eq!(key.verify(SIGNED_A2.as_bytes(), &modulus), wrong);
    }

    /// What encodes another digest, another filling or other bytes after the digest is no signature,
    /// though it is a power of the private key.
    #[test]
    fn nothing_but_the_whole_encoding_will_do() {
        let message = b"message";
        let encode = |filling: u8, info: &[u8], tail: &[u8]| {
            let digest = Sha256::digest(message);
            let rest = [info, &digest, tail].concat();
            let mut encoded = vec![0, 1];
            encoded.resize(256 - rest.len() - 1, filling);
            encoded.push(0);
            encoded.extend(rest);
            power(&encoded, &member("d"), &member("n")).unwrap()
        };
        let mut without_null = DIGEST_INFO.to_vec();
        without_null.drain(15..17);
        (without_null[1], without_null[3]) = (0x2f, 0x0b);
        for (signature, expected) in [
            (encode(0xff, &DIGEST_INFO, &[]), Ok(())),
            (encode(0xfe, &DIGEST_INFO, &[]), Err(JwtError::Signature)),
            (
                encode(0xff, &DIGEST_INFO, &[0; 8]),
                Err(JwtError::Signature),
            ),
            (encode(0xff, &without_null, &[]), Err(JwtError::Signature)),
            (encode(0xff, &[], &[]), Err(JwtError::Signature)),
        ] {
            assert_eq!(key().verify(message, &signature), expected);
        }
    }

    #[test]
    fn a_key_has_a_length_and_an_exponent() {
        let modulus = member("n");
        let even = {
            let mut even = modulus.clone();
            even[255] &= 0xfe;
            even
        };
        let long = [&[0xff; 769][..], &modulus].concat();
        for (modulus, exponent, fits) in [
            (&modulus[..], &[1, 0, 1][..], true),
            (&modulus, &[0, 3], true),
            (&modulus, &[1], false),
            (&modulus, &[], false),
            (&modulus, &[2], false),
            (&modulus, &[1, 0, 0, 0, 1], false),
            (&even, &[1, 0, 1], false),
            (&modulus[1..], &[1, 0, 1], false),
            (&long, &[1, 0, 1], false),
            (&[], &[1, 0, 1], false),
        ] {
            assert_eq!(RsaKey::new(modulus, exponent).is_ok(), fits);
        }
        assert_eq!(format!("{:?}", key()), "RsaKey(2048 bits)");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn no_bytes_are_a_signature(signature in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(key().verify(b"message", &signature).is_err());
        }
    }
}
