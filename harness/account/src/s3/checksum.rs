//! The checksums that a body can be sent with.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use crc_fast::CrcAlgorithm;
use http::HeaderMap;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::Sha256;

use super::error::{S3Code, S3Error};
use crate::authenticate::Stage;

/// The checksums of a body, each as it is sent.
pub type Checksums = Vec<(ChecksumAlgorithm, String)>;

/// A checksum algorithm of S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChecksumAlgorithm {
    /// CRC-32.
    Crc32,
    /// CRC-32C.
    Crc32c,
    /// CRC-64/NVME.
    Crc64Nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl ChecksumAlgorithm {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Crc32,
        Self::Crc32c,
        Self::Crc64Nvme,
        Self::Sha1,
        Self::Sha256,
    ];

    /// The header, or trailer, that carries it.
    pub const fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        }
    }

    /// The name in `x-amz-checksum-algorithm` and in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// The algorithm of that name.
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    /// The checksum of the checksums of `parts`, and how many they are (`s3.multipart.checksum`).
    pub fn composite<'a>(self, parts: impl Iterator<Item = &'a str>) -> String {
        let (mut bytes, mut count) = (Vec::new(), 0_usize);
        for part in parts {
            bytes.extend(BASE64.decode(part).unwrap_or_default());
            count += 1;
        }
        format!("{}-{count}", self.of(&bytes))
    }

    /// How many bytes it has.
    const fn bytes(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme => 8,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// Whether a value is base64 of as many bytes as it has.
    fn could_be(self, sent: &[u8]) -> bool {
        BASE64
            .decode(sent)
            .is_ok_and(|bytes| bytes.len() == self.bytes())
    }

    /// Whether a whole object can have it, or its parts, where it is made of parts
    /// (`s3.multipart.checksum-type`).
    pub const fn can_be(self, full_object: bool) -> bool {
        match self {
            Self::Crc32 | Self::Crc32c => true,
            Self::Crc64Nvme => full_object,
            Self::Sha1 | Self::Sha256 => !full_object,
        }
    }

    /// The checksum of `body` as it is sent: base64 of its bytes, the highest first.
    pub fn of(self, body: &[u8]) -> String {
        let crc32 =
            |algorithm| BASE64.encode(&crc_fast::checksum(algorithm, body).to_be_bytes()[4..]);
        match self {
            Self::Crc32 => crc32(CrcAlgorithm::Crc32IsoHdlc),
            Self::Crc32c => crc32(CrcAlgorithm::Crc32Iscsi),
            Self::Crc64Nvme => {
                BASE64.encode(crc_fast::checksum(CrcAlgorithm::Crc64Nvme, body).to_be_bytes())
            }
            Self::Sha1 => BASE64.encode(Sha1::digest(body)),
            Self::Sha256 => BASE64.encode(Sha256::digest(body)),
        }
    }
}

/// Compares a body with the `Content-MD5` and the checksum it was sent with, in its header or in the
/// trailer; answers the checksum, to be kept with the object (`s3.put.checksums`).
///
/// # Errors
/// One of them is not the body's, or is none; there are several checksums, or not the one that the
/// header `x-amz-sdk-checksum-algorithm` promises.
pub fn check_checksums(
    headers: &HeaderMap,
    trailer: &HeaderMap,
    body: &[u8],
) -> Result<Checksums, S3Error> {
    if let Some(sent) = headers.get("content-md5") {
        check_md5(sent.as_bytes(), &Md5::digest(body))?;
    }
    let sent: Vec<_> = ChecksumAlgorithm::ALL
        .iter()
        .flat_map(|&algorithm| {
            let in_header = headers.get_all(algorithm.header()).iter();
            let behind = trailer.get_all(algorithm.header()).iter();
            let in_header = in_header.map(move |value| (algorithm, value, "header"));
            in_header.chain(behind.map(move |value| (algorithm, value, "trailing header")))
        })
        .collect();
    check_promise(headers, sent.first().map(|(algorithm, ..)| *algorithm))?;
    let (algorithm, value, place) = match sent[..] {
        [] => return Ok(Checksums::new()),
        [one] => one,
        _ => {
            return Err(invalid(
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
            ));
        }
    };
    if !algorithm.could_be(value.as_bytes()) {
        let name = algorithm.header();
        return Err(invalid(&format!("Value for {name} {place} is invalid.")));
    }
    let computed = algorithm.of(body);
    compare(algorithm, value.as_bytes(), &computed)?;
    Ok(vec![(algorithm, computed)])
}

/// Whether the checksum that an SDK promises is there (`s3.put.checksum-algorithm`).
fn check_promise(headers: &HeaderMap, sent: Option<ChecksumAlgorithm>) -> Result<(), S3Error> {
    const HEADER: &str = "x-amz-sdk-checksum-algorithm";
    let Some(promised) = headers.get(HEADER) else {
        return Ok(());
    };
    let promised = promised.to_str().ok().and_then(ChecksumAlgorithm::named);
    match (promised, sent) {
        (Some(promised), Some(sent)) if promised == sent => Ok(()),
        (Some(_), None) => Err(invalid(
            "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
        )),
        (Some(_), Some(_)) | (None, _) => {
            Err(invalid(&format!("Value for {HEADER} header is invalid.")))
        }
    }
}

fn invalid(message: &str) -> S3Error {
    S3Error::with_message(S3Code::InvalidRequest, Stage::Body, message)
}

/// Whether a body that must come with a checksum does (`s3.delete.checksum`).
///
/// # Errors
/// Neither a `Content-MD5` nor a checksum is there or announced as a trailer.
pub fn require_checksum(headers: &HeaderMap) -> Result<(), S3Error> {
    let mut names = ChecksumAlgorithm::ALL
        .iter()
        .map(|algorithm| algorithm.header())
        .chain(["content-md5", "x-amz-trailer"]);
    if names.any(|name| headers.contains_key(name)) {
        return Ok(());
    }
    let message = "Missing required header for this request: Content-MD5";
    let (code, stage) = (S3Code::InvalidRequest, Stage::Operation);
    Err(S3Error::with_message(code, stage, message))
}

/// Compares the MD5 of a body with the one it was sent with, which S3 tells in hexadecimal digits
/// (`s3.put.md5`).
fn check_md5(sent: &[u8], computed: &[u8]) -> Result<(), S3Error> {
    let expected = BASE64.decode(sent).ok();
    let Some(expected) = expected.filter(|digest| digest.len() == computed.len()) else {
        let error = S3Error::new(S3Code::InvalidDigest, Stage::Body);
        return Err(error.and("Content-MD5", &sent.escape_ascii()));
    };
    if expected == computed {
        return Ok(());
    }
    let message = "The Content-MD5 you specified did not match what we received.";
    let error = S3Error::with_message(S3Code::BadDigest, Stage::Body, message);
    let error = error.and("CalculatedDigest", &BASE64.encode(computed));
    Err(error.and("ExpectedDigest", &hex::encode(expected)))
}

fn compare(algorithm: ChecksumAlgorithm, sent: &[u8], computed: &str) -> Result<(), S3Error> {
    if sent == computed.as_bytes() {
        return Ok(());
    }
    let (name, header) = (algorithm.name(), algorithm.header());
    let message = format!("The {name} you specified did not match the calculated checksum.");
    let mut error = S3Error::with_message(S3Code::BadDigest, Stage::Body, message);
    error.detail = Some(format!(
        "the body's {header} is {computed}, the request says {}",
        sent.escape_ascii()
    ));
    Err(error)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// The check values of the algorithms' definitions: the checksum of `123456789`.
    #[test]
    fn check_values() {
        let hex_of = |algorithm: ChecksumAlgorithm| {
            hex::encode(BASE64.decode(algorithm.of(b"123456789")).unwrap())
        };
        assert_eq!(hex_of(ChecksumAlgorithm::Crc32), "cbf43926");
        assert_eq!(hex_of(ChecksumAlgorithm::Crc32c), "e3069283");
        assert_eq!(hex_of(ChecksumAlgorithm::Crc64Nvme), "ae8b14860a799888");
        assert_eq!(
            hex_of(ChecksumAlgorithm::Sha1),
            "f7c3bc1d808e04732adf679965ccc34ca7ae3441"
        );
        assert_eq!(
            hex_of(ChecksumAlgorithm::Sha256),
            "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"
        );
    }

    fn map(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            let value = HeaderValue::from_str(value).unwrap();
            (http::HeaderName::from_static(name), value)
        });
        pairs.collect()
    }

    fn told(
        headers: &[(&'static str, &str)],
        trailer: &[(&'static str, &str)],
    ) -> Option<(S3Code, String)> {
        let checked = check_checksums(&map(headers), &map(trailer), b"body");
        checked.err().map(|error| (error.code, error.message))
    }

    // s3.put.checksums
    #[test]
    fn every_wrong_one_is_refused_wherever_it_is() {
        for &algorithm in ChecksumAlgorithm::ALL {
            let (header, good) = (algorithm.header(), algorithm.of(b"body"));
            let name = algorithm.name();
            let message =
                format!("The {name} you specified did not match the calculated checksum.");
            let wrong = [(header, &*algorithm.of(b"other"))];
            assert_eq!(
                told(&wrong, &[]),
                Some((S3Code::BadDigest, message.clone()))
            );
            assert_eq!(told(&[], &wrong), Some((S3Code::BadDigest, message)));
            assert_eq!(told(&[(header, &good)], &[]), None);
            assert_eq!(told(&[], &[(header, &good)]), None);
            for none in ["", "?", &good[1..], "AAAAAAA="] {
                let message = format!("Value for {header} header is invalid.");
                let found = told(&[(header, none)], &[]);
                assert_eq!(found, Some((S3Code::InvalidRequest, message)), "{none}");
                let message = format!("Value for {header} trailing header is invalid.");
                let found = told(&[], &[(header, none)]);
                assert_eq!(found, Some((S3Code::InvalidRequest, message)), "{none}");
            }
        }
    }

    // s3.put.checksums, s3.put.checksum-algorithm
    #[test]
    fn there_is_one_and_it_is_the_one_that_is_promised() {
        const PROMISE: &str = "x-amz-sdk-checksum-algorithm";
        let crc32 = ChecksumAlgorithm::Crc32.of(b"body");
        let sha1 = ChecksumAlgorithm::Sha1.of(b"body");
        let (crc32, sha1) = (
            ("x-amz-checksum-crc32", &*crc32),
            ("x-amz-checksum-sha1", &*sha1),
        );
        let single =
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.";
        let wrong = "Value for x-amz-sdk-checksum-algorithm header is invalid.";
        let missing = "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.";
        for (headers, trailer, expected) in [
            (&[crc32, sha1][..], &[][..], Some(single)),
            (&[crc32], &[sha1], Some(single)),
            (&[(PROMISE, "CRC32"), crc32], &[], None),
            (&[(PROMISE, "crc32"), crc32], &[], None),
            (&[(PROMISE, "CRC32")], &[crc32], None),
            (&[(PROMISE, "SHA1"), crc32], &[], Some(wrong)),
            (&[(PROMISE, "MD4"), crc32], &[], Some(wrong)),
            (&[(PROMISE, "MD4")], &[], Some(wrong)),
            (&[(PROMISE, "CRC32")], &[], Some(missing)),
        ] {
            let expected = expected.map(|it| (S3Code::InvalidRequest, it.to_owned()));
            assert_eq!(told(headers, trailer), expected, "{headers:?} {trailer:?}");
        }
    }

    // s3.put.md5
    #[test]
    fn an_md5_that_is_none_is_told_apart_from_a_wrong_one() {
        let check = |sent: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("content-md5", HeaderValue::from_str(sent).unwrap());
            let refused = check_checksums(&headers, &HeaderMap::new(), b"").err();
            refused.map(|error| (error.code, error.elements))
        };
        assert_eq!(check("1B2M2Y8AsgTpgAmY7PhCfg=="), None);
        let digests = vec![
            ("CalculatedDigest", "1B2M2Y8AsgTpgAmY7PhCfg==".to_owned()),
            (
                "ExpectedDigest",
                "5eb63bbbe01eeed093cb22bb8f5acdc3".to_owned(),
            ),
        ];
        let wrong = check("XrY7u+Ae7tCTyyK7j1rNww==");
        assert_eq!(wrong, Some((S3Code::BadDigest, digests)));
        for none in ["", "AAAAAA==", "1B2M2Y8AsgTpgAmY7PhCfg", "?"] {
            let sent = vec![("Content-MD5", none.to_owned())];
            assert_eq!(check(none), Some((S3Code::InvalidDigest, sent)), "{none}");
        }
    }
}
