//! A part of an object.

use bytes::Bytes;

use super::error::{S3Code, S3Error};

/// Which bytes of an object are meant: at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// The first byte.
    first: usize,
    /// The last byte.
    last: usize,
    /// How many bytes the object has.
    length: usize,
}

impl ByteRange {
    /// What the header `Range` means for an object of `length` bytes. `None`, which is the whole
    /// object, if it is no single range of bytes (`s3.get.range`).
    ///
    /// # Errors
    /// The range begins behind the object's end.
    pub fn of(header: &str, length: usize) -> Result<Option<Self>, S3Error> {
        let range = header.strip_prefix("bytes=").and_then(|range| {
            let (first, last) = range.split_once('-')?;
            Some((first.trim(), last.trim()))
        });
        let (first, last) = match range {
            Some(("", suffix)) => match number(suffix) {
                Some(count) => (length.saturating_sub(count), length.saturating_sub(1)),
                None => return Ok(None),
            },
            Some((first, "")) => match number(first) {
                Some(first) => (first, length.saturating_sub(1)),
                None => return Ok(None),
            },
            Some((first, last)) => match (number(first), number(last)) {
                (Some(first), Some(last)) if first <= last => {
                    (first, last.min(length.saturating_sub(1)))
                }
                _ => return Ok(None),
            },
            None => return Ok(None),
        };
        if first >= length {
            return Err(S3Error::resource(S3Code::InvalidRange));
        }
        Ok(Some(Self {
            first,
            last,
            length,
        }))
    }

    /// What the header `x-amz-copy-source-range` means for a source of `length` bytes: unlike a
    /// reader's range it has both ends, and they lie within the source (`s3.copy.range`).
    ///
    /// # Errors
    /// It is no such range; it is not within the source.
    pub(super) fn of_copy(header: &str, length: usize) -> Result<Self, S3Error> {
        const FORM: &str = "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy";
        let ends = header.strip_prefix("bytes=").and_then(|range| {
            let (first, last) = range.split_once('-')?;
            Some((number(first)?, number(last)?))
        });
        let refused = |message: &str| {
            let mut error = S3Error::argument(message);
            error.elements = vec![
                ("ArgumentName", "x-amz-copy-source-range".to_owned()),
                ("ArgumentValue", header.to_owned()),
            ];
            error
        };
        let (first, last) = ends.ok_or_else(|| refused(FORM))?;
        if first > last || last >= length {
            let message =
                format!("Range specified is not valid for source object of size: {length}");
            return Err(refused(&message));
        }
        Ok(Self {
            first,
            last,
            length,
        })
    }

    /// The value of `Content-Range`.
    pub fn content_range(self) -> String {
        let Self {
            first,
            last,
            length,
        } = self;
        format!("bytes {first}-{last}/{length}")
    }

    /// These bytes of the object.
    pub fn slice(self, bytes: &Bytes) -> Bytes {
        bytes.slice(self.first..=self.last)
    }
}

/// Decimal digits; more than there can be bytes are as many as there can be.
fn number(text: &str) -> Option<usize> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    // s3.get.range
    #[test]
    fn ranges_of_nine_bytes() {
        for (header, expected) in [
            ("bytes=0-0", Some("bytes 0-0/9")),
            ("bytes=0-", Some("bytes 0-8/9")),
            ("bytes=2-4", Some("bytes 2-4/9")),
            ("bytes=2-99999999999999999999999", Some("bytes 2-8/9")),
            ("bytes=-3", Some("bytes 6-8/9")),
            ("bytes=-99", Some("bytes 0-8/9")),
            ("bytes=4-2", None),
            ("bytes=0-1,3-4", None),
            ("bytes=-", None),
            ("bytes=a-b", None),
            ("bytes=+1-2", None),
            ("items=0-1", None),
            ("", None),
        ] {
            let range = ByteRange::of(header, 9).unwrap();
            let found = range.map(ByteRange::content_range);
            assert_eq!(found.as_deref(), expected, "{header}");
        }
        for (header, length) in [
            ("bytes=9-", 9),
            ("bytes=9-10", 9),
            ("bytes=-0", 9),
            ("bytes=0-", 0),
            ("bytes=-1", 0),
        ] {
            let refused = ByteRange::of(header, length).unwrap_err();
            assert_eq!(refused.code, S3Code::InvalidRange, "{header} of {length}");
        }
    }
    // s3.copy.range
    #[test]
    fn what_is_copied_is_within_the_source() {
        for (header, length, expected) in [
            ("bytes=0-0", 1, "bytes 0-0/1"),
            ("bytes=2-8", 9, "bytes 2-8/9"),
        ] {
            let range = ByteRange::of_copy(header, length).unwrap();
            assert_eq!(range.content_range(), expected, "{header}");
        }
        for (header, length, message) in [
            ("bytes=2-9", 9, "size: 9"),
            ("bytes=9-9", 9, "size: 9"),
            ("bytes=4-2", 9, "size: 9"),
            ("bytes=0-0", 0, "size: 0"),
            ("bytes=0-99999999999999999999999", 9, "size: 9"),
            ("bytes=2-", 9, "form"),
            ("bytes=-3", 9, "form"),
            ("bytes=0-1,3-4", 9, "form"),
            ("bytes=0 - 1", 9, "form"),
            ("0-1", 9, "form"),
            ("", 9, "form"),
        ] {
            let refused = ByteRange::of_copy(header, length).unwrap_err();
            assert_eq!(refused.code, S3Code::InvalidArgument, "{header}");
            assert!(refused.message.contains(message), "{header}: {refused}");
        }
    }
}
