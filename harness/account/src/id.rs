//! Identifiers in the forms that AWS gives them.
//!
//! The prefixes are documented (`sts.credentials.key-id-prefix`, `iam.id.prefixes`); the rest of an
//! identifier is drawn from the world's seed.

use crate::entropy::Entropy;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const HEX: &[u8; 16] = b"0123456789abcdef";
const HEX_UPPER: &[u8; 16] = b"0123456789ABCDEF";

/// The kinds of unique id, each with its documented prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UniqueId {
    Role,
    InstanceProfile,
    User,
    Group,
    ManagedPolicy,
}

impl UniqueId {
    fn prefix(self) -> &'static str {
        match self {
            Self::Role => "AROA",
            Self::InstanceProfile => "AIPA",
            Self::User => "AIDA",
            Self::Group => "AGPA",
            Self::ManagedPolicy => "ANPA",
        }
    }

    pub(crate) fn draw(self, entropy: &Entropy, label: &str) -> String {
        format!(
            "{}{}",
            self.prefix(),
            entropy.text::<17>(&format!("unique-id/{label}"), BASE32)
        )
    }
}

/// `ASIA` and 16 characters: the id of a temporary key.
pub(crate) fn temporary_access_key_id(entropy: &Entropy, label: &str) -> String {
    format!(
        "ASIA{}",
        entropy.text::<16>(&format!("access-key/{label}"), BASE32)
    )
}

/// `AKIA` and 16 characters: the id of a long-term key.
pub(crate) fn long_term_access_key_id(entropy: &Entropy, label: &str) -> String {
    format!(
        "AKIA{}",
        entropy.text::<16>(&format!("access-key/{label}"), BASE32)
    )
}

/// 40 characters.
pub(crate) fn secret_access_key(entropy: &Entropy, label: &str) -> String {
    entropy.text::<40>(&format!("secret/{label}"), BASE64)
}

/// Opaque, of no documented length; as long as those that EC2 hands out, so that clients that cap
/// it are found out.
pub(crate) fn session_token(entropy: &Entropy, label: &str) -> String {
    format!(
        "IQoJb3JpZ2luX2Vj{}=",
        entropy.text::<843>(&format!("session-token/{label}"), BASE64)
    )
}

/// 56 characters, as EC2's are.
pub(crate) fn metadata_token(entropy: &Entropy, label: &str) -> String {
    format!(
        "AQAE{}==",
        entropy.text::<50>(&format!("metadata-token/{label}"), BASE64_URL)
    )
}

/// 44 characters, of no documented form: what a client must show a container's endpoint.
pub(crate) fn authorization_token(entropy: &Entropy, task: &str, issue: u32) -> String {
    entropy.text::<44>(&format!("authorization/{task}/{issue}"), BASE64_URL)
}

/// Opaque, of no documented form: what the portal of IAM Identity Center is shown.
pub(crate) fn sso_token(entropy: &Entropy, label: &str) -> String {
    format!(
        "aoa{}",
        entropy.text::<256>(&format!("sso-token/{label}"), BASE64_URL)
    )
}

/// 64 characters of base32, as long as those of AWS (unsourced): what a virtual MFA device starts from.
pub(crate) fn mfa_seed(entropy: &Entropy, label: &str) -> String {
    entropy.text::<64>(&format!("mfa-seed/{label}"), BASE32)
}

/// `i-` and 17 hex digits.
pub(crate) fn instance_id(entropy: &Entropy, label: &str) -> String {
    format!(
        "i-{}",
        entropy.text::<17>(&format!("instance/{label}"), HEX)
    )
}

/// `ami-`, `eni-`, `subnet-`, … and 17 hex digits.
pub(crate) fn resource_id(entropy: &Entropy, prefix: &str, label: &str) -> String {
    format!(
        "{prefix}-{}",
        entropy.text::<17>(&format!("{prefix}/{label}"), HEX)
    )
}

/// Six bytes in hex, the first of them `0e`: that of an address that is given, not built in.
pub(crate) fn mac(entropy: &Entropy, label: &str) -> String {
    let bytes = entropy.bytes::<5>(&format!("mac/{label}"));
    let hex = bytes.map(|byte| format!("{byte:02x}"));
    format!("0e:{}", hex.join(":"))
}

/// As a signature stands in the metadata: `N` characters of base64 in lines of 64.
pub(crate) fn signature<const N: usize>(entropy: &Entropy, label: &str) -> String {
    let text = entropy.text::<N>(&format!("signature/{label}"), BASE64);
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(64)
        .map(String::from_utf8_lossy)
        .collect();
    lines.join("\n")
}

/// `iip-assoc-` and 17 hex digits.
pub(crate) fn association_id(entropy: &Entropy, label: &str) -> String {
    format!(
        "iip-assoc-{}",
        entropy.text::<17>(&format!("association/{label}"), HEX)
    )
}

/// A version 4 UUID: request ids of query services, credential ids of container tasks.
pub(crate) fn uuid(entropy: &Entropy, label: &str) -> String {
    let mut bytes = entropy.bytes::<16>(&format!("uuid/{label}"));
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex::encode(bytes);
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// S3's request id: 16 upper-case characters.
pub(crate) fn s3_request_id(entropy: &Entropy, label: &str) -> String {
    entropy.text::<16>(&format!("s3-request/{label}"), HEX_UPPER)
}

/// S3's second id, `x-amz-id-2`: 76 characters.
pub(crate) fn s3_host_id(entropy: &Entropy, label: &str) -> String {
    format!(
        "{}=",
        entropy.text::<75>(&format!("s3-host/{label}"), BASE64)
    )
}

/// S3's name for an account, its canonical user id: 64 hex digits.
pub(crate) fn canonical_user_id(entropy: &Entropy, account: &str) -> String {
    entropy.text::<64>(&format!("canonical-user/{account}"), HEX)
}

/// Opaque, of no documented length: the name of an upload in parts.
pub(crate) fn s3_upload_id(entropy: &Entropy, label: &str) -> String {
    entropy.text::<64>(&format!("s3-upload/{label}"), BASE64_URL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_look_like_the_real_ones() {
        let entropy = Entropy::new(1);
        assert_eq!(temporary_access_key_id(&entropy, "x").len(), 20);
        assert_eq!(secret_access_key(&entropy, "x").len(), 40);
        assert_eq!(UniqueId::Role.draw(&entropy, "x").len(), 21);
        assert_eq!(metadata_token(&entropy, "x").len(), 56);
        assert_eq!(uuid(&entropy, "x").len(), 36);
        assert_eq!(&uuid(&entropy, "x")[14..15], "4");
        assert_eq!(s3_host_id(&entropy, "x").len(), 76);
    }
}
