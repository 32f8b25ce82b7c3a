//! One-time passwords by the time, RFC 6238, as virtual MFA devices make them (`iam.mfa.totp`).

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use crate::instant::SimInstant;

/// How long a code is shown, in milliseconds (RFC 6238, section 4.1, `X`).
pub(super) const STEP_MILLIS: i64 = 30_000;

/// What AWS's `AuthenticationCode1` takes: six digits.
const MODULUS: u32 = 1_000_000;

/// The how-manyeth step of time it is, from the epoch on.
pub(super) fn counter_at(now: SimInstant) -> u64 {
    u64::try_from(now.epoch_millis() / STEP_MILLIS).unwrap_or_default()
}

/// The code of one step: six digits (RFC 4226, section 5.3, with HMAC-SHA-1).
pub(super) fn code(seed: &[u8], counter: u64) -> String {
    let mac = Hmac::<Sha1>::new_from_slice(seed);
    let mut mac = mac.expect("HMAC takes keys of any length");
    mac.update(&counter.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 0x0f);
    let word = [0, 1, 2, 3].map(|at| digest[offset + at]);
    let number = u32::from_be_bytes(word) & 0x7fff_ffff;
    format!("{:06}", number % MODULUS)
}

/// The bytes behind a seed of base32 (RFC 4648, without padding); characters of no such seed count
/// for nothing.
pub(super) fn seed_bytes(base32: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for character in base32.bytes() {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'2'..=b'7' => character - b'2' + 26,
            _ => continue,
        };
        bits = bits << 5 | u32::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::instant;

    // iam.mfa.totp: RFC 6238, Appendix B, SHA1: the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let seed = b"12345678901234567890";
        let rows = [
            ("1970-01-01T00:00:59Z", 0x1, "287082"),
            ("2005-03-18T01:58:29Z", 0x0235_23ec, "081804"),
            ("2005-03-18T01:58:31Z", 0x0235_23ed, "050471"),
            ("2009-02-13T23:31:30Z", 0x0273_ef07, "005924"),
            ("2033-05-18T03:33:20Z", 0x03f9_40aa, "279037"),
            ("2603-10-11T11:33:20Z", 0x27bc_86aa, "353130"),
        ];
        for (time, counter, expected) in rows {
            assert_eq!(counter_at(instant(time)), counter, "{time}");
            assert_eq!(code(seed, counter), expected, "{time}");
        }
    }

    // RFC 4648, section 10.
    #[test]
    fn seeds_are_read() {
        assert_eq!(seed_bytes("MZXW6YTBOI"), b"foobar");
        assert_eq!(seed_bytes("MZXW6YTB"), b"fooba");
        assert_eq!(
            seed_bytes("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
            b"12345678901234567890"
        );
    }
}
