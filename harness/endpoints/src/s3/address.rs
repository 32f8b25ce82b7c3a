//! Which bucket and key a request names.

use http::Uri;
use http::uri::PathAndQuery;
use percent_encoding::percent_decode_str;

use crate::aws::Host;

/// Where a request goes, before anything is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) bucket: Option<String>,
    /// Decoded; `None` for the bucket itself.
    pub(super) key: Option<String>,
    /// The raw path in path style, `/bucket/key`.
    raw_path: String,
}

impl Address {
    /// `None` if the path is no UTF-8 once decoded.
    pub(super) fn of(host: &str, uri: &Uri) -> Option<Self> {
        let raw_path = match Host::parse(host) {
            Some(Host::S3 {
                bucket: Some(bucket),
            }) => format!("/{bucket}{}", uri.path()),
            _ => uri.path().to_owned(),
        };
        // A `CONNECT` has no path at all.
        let names = raw_path.get(1..).unwrap_or_default();
        let (bucket, key) = match names.split_once('/') {
            Some((bucket, key)) => (bucket, Some(key).filter(|key| !key.is_empty())),
            None => (names, None),
        };
        let decoded = |text: &str| {
            percent_decode_str(text)
                .decode_utf8()
                .ok()
                .map(String::from)
        };
        let bucket =
            decoded(bucket).map(|bucket| Some(bucket).filter(|bucket| !bucket.is_empty()))?;
        let key = key.map_or(Some(None), |key| decoded(key).map(Some))?;
        Some(Self {
            bucket,
            key,
            raw_path,
        })
    }

    /// The same request in path style, which needs no host.
    pub(super) fn path_style(&self, uri: &Uri) -> Option<Uri> {
        let text = match uri.query() {
            Some(query) => format!("{}?{query}", self.raw_path),
            None => self.raw_path.clone(),
        };
        PathAndQuery::try_from(text).map(Uri::from).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(uri: &str) -> (Option<String>, Option<String>, String) {
        let uri: Uri = uri.parse().unwrap();
        let address = Address::of(uri.host().unwrap(), &uri).unwrap();
        let path_style = address.path_style(&uri).unwrap().to_string();
        (address.bucket, address.key, path_style)
    }

    #[test]
    fn both_styles_name_the_same() {
        let expected = (
            Some("photos".to_owned()),
            Some("a b//c".to_owned()),
            "/photos/a%20b//c?x-id=1".to_owned(),
        );
        assert_eq!(
            address("https://photos.s3.us-east-1.amazonaws.com/a%20b//c?x-id=1"),
            expected
        );
        assert_eq!(
            address("https://s3.us-east-1.amazonaws.com/photos/a%20b//c?x-id=1"),
            expected
        );
    }

    #[test]
    fn buckets_and_the_root() {
        assert_eq!(address("https://s3.amazonaws.com/").0, None);
        assert_eq!(address("https://s3.amazonaws.com/photos/").1, None);
        assert_eq!(
            address("https://photos.s3.amazonaws.com/").0.as_deref(),
            Some("photos")
        );
    }

    #[test]
    fn a_request_without_a_path_names_nothing() {
        let uri: Uri = "s3.amazonaws.com:443".parse().unwrap();
        assert_eq!(uri.path(), "");
        let address = Address::of("s3.amazonaws.com", &uri).unwrap();
        assert_eq!((address.bucket, address.key), (None, None));
    }

    #[test]
    fn what_is_no_text_is_no_address() {
        let uri: Uri = "https://s3.amazonaws.com/photos/%ff".parse().unwrap();
        assert_eq!(Address::of("s3.amazonaws.com", &uri), None);
    }
}
