//! How large a request may be, told from its headers alone: nothing of its body is read for it.

use http::HeaderMap;
use http::header::CONTENT_LENGTH;

use super::error::{S3Code, S3Error};
use crate::authenticate::Stage;
use crate::sigv4::PayloadHash;

/// The most bytes of content that one PUT carries (`s3.put.size-max`).
pub const UPLOAD_BYTES_MAX: u64 = 5 << 30;

/// The most bytes of header that a request has (`s3.headers.size-max`).
const HEADER_BYTES_MAX: usize = 8192;

/// The most bytes of metadata that an object is described with (`s3.put.metadata-size-max`).
const METADATA_BYTES_MAX: usize = 2048;

const METADATA_PREFIX: &str = "x-amz-meta-";

/// Whether the content that is announced is small enough to be sent at all. A length that is no
/// number is not told here.
///
/// # Errors
/// More than one PUT may carry.
pub fn check_announced_length(headers: &HeaderMap, payload: PayloadHash) -> Result<(), S3Error> {
    let header = match payload {
        PayloadHash::StreamingSigned
        | PayloadHash::StreamingSignedTrailer
        | PayloadHash::StreamingUnsignedTrailer => "x-amz-decoded-content-length",
        PayloadHash::Sha256(_) | PayloadHash::Unsigned => CONTENT_LENGTH.as_str(),
    };
    let announced = headers.get(header).and_then(|value| value.to_str().ok());
    match announced.and_then(|value| value.parse::<u64>().ok()) {
        Some(length) if length > UPLOAD_BYTES_MAX => Err(too_large(Some(length))),
        _ => Ok(()),
    }
}

/// A body is larger than one PUT may carry, by so many bytes if that was announced.
pub fn too_large(length: Option<u64>) -> S3Error {
    let mut error = S3Error::new(S3Code::EntityTooLarge, Stage::Body);
    let length = length.map(|length| ("ProposedSize", length.to_string()));
    error.elements.extend(length);
    error.and("MaxSizeAllowed", &UPLOAD_BYTES_MAX)
}

/// Whether the header of a request is small enough to be looked at (`s3.headers.size-max`).
///
/// # Errors
/// Names and values have more bytes together than a header may have.
pub fn check_headers(headers: &HeaderMap) -> Result<(), S3Error> {
    let sizes = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len());
    if sizes.sum::<usize>() <= HEADER_BYTES_MAX {
        return Ok(());
    }
    let error = S3Error::new(S3Code::RequestHeaderSectionTooLarge, Stage::Operation);
    Err(error.and("MaxSizeAllowed", &HEADER_BYTES_MAX))
}

/// Whether an object may be described with so much (`s3.put.metadata-size-max`).
///
/// # Errors
/// Names and values of the metadata have more bytes together than they may have.
pub fn check_metadata(headers: &HeaderMap) -> Result<(), S3Error> {
    let sizes = headers.iter().filter_map(|(name, value)| {
        let name = name.as_str().strip_prefix(METADATA_PREFIX)?;
        Some(name.len() + value.len())
    });
    let size = sizes.sum::<usize>();
    if size <= METADATA_BYTES_MAX {
        return Ok(());
    }
    let error = S3Error::new(S3Code::MetadataTooLarge, Stage::Operation);
    let error = error.and("Size", &size);
    Err(error.and("MaxSizeAllowed", &METADATA_BYTES_MAX))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            let value = HeaderValue::from_str(value).unwrap();
            (HeaderName::from_static(name), value)
        });
        pairs.collect()
    }

    fn refused(checked: Result<(), S3Error>) -> Option<(S3Code, Vec<(&'static str, String)>)> {
        checked
            .err()
            .map(|error| (error.code, error.elements.clone()))
    }

    // s3.put.size-max
    #[test]
    fn five_gib_are_the_most_in_whichever_form_they_come() {
        let chunked = PayloadHash::StreamingUnsignedTrailer;
        let whole = PayloadHash::Unsigned;
        let elements = vec![
            ("ProposedSize", "5368709121".to_owned()),
            ("MaxSizeAllowed", "5368709120".to_owned()),
        ];
        let too_large = Some((S3Code::EntityTooLarge, elements));
        for (name, length, payload, expected) in [
            ("content-length", "5368709120", whole, None),
            ("content-length", "5368709121", whole, too_large.clone()),
            // The length of the framing is not that of the content.
            ("content-length", "5368709121", chunked, None),
            ("x-amz-decoded-content-length", "5368709121", whole, None),
            (
                "x-amz-decoded-content-length",
                "5368709121",
                chunked,
                too_large,
            ),
            ("content-length", "many", whole, None),
        ] {
            let checked = check_announced_length(&headers(&[(name, length)]), payload);
            assert_eq!(refused(checked), expected, "{name} {length} {payload:?}");
        }
    }

    // s3.headers.size-max
    #[test]
    fn a_header_has_eight_kib() {
        let value = "a".repeat(HEADER_BYTES_MAX - 1);
        assert!(check_headers(&headers(&[("a", &value)])).is_ok());
        let checked = check_headers(&headers(&[("ab", &value)]));
        let elements = vec![("MaxSizeAllowed", "8192".to_owned())];
        let expected = (S3Code::RequestHeaderSectionTooLarge, elements);
        assert_eq!(refused(checked), Some(expected));
    }

    // s3.put.metadata-size-max
    #[test]
    fn metadata_have_two_kib_without_their_prefix_and_apart_from_other_headers() {
        let half = "a".repeat(METADATA_BYTES_MAX / 2 - 1);
        let mut sent = headers(&[
            ("x-amz-meta-a", &half),
            ("x-amz-meta-b", &half),
            ("cache-control", &half),
        ]);
        assert!(check_metadata(&sent).is_ok());
        sent.insert("x-amz-meta-c", HeaderValue::from_static(""));
        let elements = vec![
            ("Size", "2049".to_owned()),
            ("MaxSizeAllowed", "2048".to_owned()),
        ];
        let expected = (S3Code::MetadataTooLarge, elements);
        assert_eq!(refused(check_metadata(&sent)), Some(expected));
    }
}
