//! Which names buckets and objects can have.

use std::net::Ipv4Addr;

use super::error::{S3Code, S3Error};
use crate::authenticate::Stage;

/// The most bytes that a key can have (`s3.key.length-max`).
const KEY_BYTES_MAX: usize = 1024;

/// Beginnings and ends that are reserved (`s3.bucket.name`).
const PREFIXES_RESERVED: &[&str] = &["xn--", "sthree-", "amzn-s3-demo-"];
const SUFFIXES_RESERVED: &[&str] = &["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/// `s3.bucket.name`.
pub(super) fn check_bucket(name: &str) -> Result<(), S3Error> {
    let is_end = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    let good = (3..=63).contains(&bytes.len())
        && bytes
            .iter()
            .all(|&byte| is_end(byte) || matches!(byte, b'.' | b'-'))
        && [bytes.first(), bytes.last()]
            .into_iter()
            .flatten()
            .all(|&byte| is_end(byte))
        && !name.contains("..")
        && name.parse::<Ipv4Addr>().is_err()
        && !PREFIXES_RESERVED.iter().any(|part| name.starts_with(part))
        && !SUFFIXES_RESERVED.iter().any(|part| name.ends_with(part));
    if good {
        return Ok(());
    }
    Err(S3Error::new(S3Code::InvalidBucketName, Stage::Operation))
}

pub(super) fn check_key(key: &str) -> Result<(), S3Error> {
    if key.len() <= KEY_BYTES_MAX {
        return Ok(());
    }
    Err(S3Error::new(S3Code::KeyTooLongError, Stage::Operation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_buckets() {
        let longest = "a".repeat(63);
        for name in ["abc", "my.photos", "a-b", "1-2", &longest] {
            assert!(check_bucket(name).is_ok(), "{name}");
        }
        let too_long = "a".repeat(64);
        for name in [
            "",
            "ab",
            "Photos",
            "my_photos",
            "-abc",
            "abc-",
            ".abc",
            "abc.",
            "a..b",
            "grün",
            "192.168.5.4",
            "xn--abc",
            "abc-s3alias",
            &too_long,
        ] {
            let refused = check_bucket(name).unwrap_err();
            assert_eq!(refused.code, S3Code::InvalidBucketName, "{name}");
        }
    }

    #[test]
    fn a_key_is_measured_in_bytes() {
        assert!(check_key(&"é".repeat(512)).is_ok());
        let refused = check_key(&"é".repeat(513)).unwrap_err();
        assert_eq!(refused.code, S3Code::KeyTooLongError);
    }
}
