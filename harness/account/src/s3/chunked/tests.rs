//! Framings in due form, and everything that can be wrong with one.

use super::*;

const CRC32: &str = "x-amz-checksum-crc32";
const SHA256: &str = "x-amz-checksum-sha256";

fn headers(length: &str, trailer: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("x-amz-decoded-content-length", length),
        ("x-amz-trailer", trailer),
    ] {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_str(value).unwrap(),
        );
    }
    headers
}

fn decode(length: &str, trailer: &str, framed: &str) -> Result<Decoded, S3Error> {
    decode_chunked(&headers(length, trailer), None, framed.as_bytes())
}

fn refused(what: &str, result: Result<Decoded, S3Error>, code: S3Code) {
    let error = result.expect_err(what);
    assert_eq!((error.code, error.stage), (code, Stage::Body), "{what}");
}

#[test]
fn a_body_in_due_form() {
    for (length, framed, content) in [
        (
            "5",
            "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
            "hello",
        ),
        // An extension, a header in upper case, blanks around its value, leading zeroes.
        (
            "5",
            "5;a=b\r\nhello\r\n0;c\r\nX-Amz-Checksum-CRC32: NhCmhg== \r\n\r\n",
            "hello",
        ),
        (
            "5",
            "0005\r\nhello\r\n000\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
            "hello",
        ),
        // Data that looks like framing: it is counted, not searched.
        (
            "5",
            "5\r\n0\r\n\r\n\r\n0\r\nx-amz-checksum-crc32:x\r\n\r\n",
            "0\r\n\r\n",
        ),
        ("0", "0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", ""),
    ] {
        let decoded = decode(length, CRC32, framed).unwrap();
        assert_eq!(decoded.content, content, "{framed:?}");
        assert_eq!(decoded.trailer.len(), 1, "{framed:?}");
    }
}

#[test]
fn several_trailers_in_any_order() {
    let framed = "0\r\nx-amz-checksum-sha256:b\r\nx-amz-checksum-crc32:a\r\n\r\n";
    let decoded = decode("0", "x-amz-checksum-crc32, X-Amz-Checksum-Sha256", framed).unwrap();
    assert_eq!(decoded.trailer[CRC32], "a");
    assert_eq!(decoded.trailer[SHA256], "b");
}

const END: &str = "0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";

#[test]
fn framings_out_of_form() {
    use S3Code::{IncompleteBody, InvalidChunkSizeError, MalformedTrailerError};
    let line = "5;".to_owned() + &"x".repeat(LINE_BYTES_MAX);
    for (what, framed, code) in [
        ("nothing", String::new(), IncompleteBody),
        ("no end of the first line", "5".into(), IncompleteBody),
        ("cut within a chunk", "5\r\nhel".into(), IncompleteBody),
        ("cut after a chunk", "5\r\nhello".into(), IncompleteBody),
        ("no last chunk", "5\r\nhello\r\n".into(), IncompleteBody),
        (
            "cut before the trailer",
            "5\r\nhello\r\n0\r\n".into(),
            IncompleteBody,
        ),
        (
            "no end of the trailer",
            format!("5\r\nhello\r\n{}", &END[..END.len() - 2]),
            IncompleteBody,
        ),
        (
            "less than announced",
            format!("4\r\nhell\r\n{END}"),
            IncompleteBody,
        ),
        (
            "more than announced",
            format!("6\r\nhello!\r\n{END}"),
            IncompleteBody,
        ),
        (
            "a small chunk before the last",
            format!("3\r\nhel\r\n2\r\nlo\r\n{END}"),
            InvalidChunkSizeError,
        ),
        (
            "a size beyond all bounds",
            format!("ffffffffffffffff\r\nhello\r\n{END}"),
            IncompleteBody,
        ),
        (
            "a size beyond all numbers",
            format!("10000000000000000\r\nhello\r\n{END}"),
            IncompleteBody,
        ),
        ("no framing", "hello, world\r\n".into(), IncompleteBody),
        (
            "a signed size",
            format!("+5\r\nhello\r\n{END}"),
            IncompleteBody,
        ),
        ("no size", format!("\r\nhello\r\n{END}"), IncompleteBody),
        (
            "a size with 0x",
            format!("0x5\r\nhello\r\n{END}"),
            IncompleteBody,
        ),
        (
            "a chunk too long",
            format!("4\r\nhello\r\n{END}"),
            IncompleteBody,
        ),
        (
            "line feeds alone",
            "5\nhello\n0\n\n\r\n".into(),
            IncompleteBody,
        ),
        ("a line without end", line, IncompleteBody),
        (
            "no trailer",
            "5\r\nhello\r\n0\r\n\r\n".into(),
            MalformedTrailerError,
        ),
        (
            "a trailer that is no header",
            "5\r\nhello\r\n0\r\nx-amz-checksum-crc32\r\n\r\n".into(),
            MalformedTrailerError,
        ),
        (
            "a trailer that was not announced",
            "5\r\nhello\r\n0\r\nx-amz-checksum-sha256:x\r\n\r\n".into(),
            MalformedTrailerError,
        ),
        (
            "a trailer twice",
            format!(
                "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n{}",
                &END[3..]
            ),
            MalformedTrailerError,
        ),
        (
            "something after the end",
            format!("5\r\nhello\r\n{END}0"),
            MalformedTrailerError,
        ),
    ] {
        refused(what, decode("5", CRC32, &framed), code);
    }
}

// s3.chunked.size-min
#[test]
fn only_the_last_chunk_may_be_small() {
    let body = |first: usize, second: usize| {
        let (one, two) = ("a".repeat(first), "b".repeat(second));
        let framed = format!("{first:x}\r\n{one}\r\n{second:x}\r\n{two}\r\n{END}");
        decode(&(first + second).to_string(), CRC32, &framed)
    };
    assert_eq!(body(8192, 1).unwrap().content.len(), 8193);
    let refused = body(8191, 8192).unwrap_err();
    assert_eq!(refused.code, S3Code::InvalidChunkSizeError);
    let elements = [("Chunk", "2"), ("BadChunkSize", "8191")];
    assert_eq!(
        refused.elements,
        elements.map(|(name, value)| (name, value.to_owned()))
    );
}

#[test]
fn headers_out_of_form() {
    let framed = format!("5\r\nhello\r\n{END}");
    for length in ["", "-5", "+5", "five", "5,5", "99999999999999999999999"] {
        refused(
            length,
            decode(length, CRC32, &framed),
            S3Code::InvalidArgument,
        );
    }
    for trailer in [
        "",
        "x-amz-meta-colour",
        "x-amz-checksum-crc32,",
        "x-amz-checksum-crc32,x-amz-checksum-crc32",
    ] {
        refused(
            trailer,
            decode("5", trailer, &framed),
            S3Code::InvalidRequest,
        );
    }
    let mut without = headers("5", CRC32);
    without.remove("x-amz-trailer");
    let result = decode_chunked(&without, None, framed.as_bytes());
    refused("no x-amz-trailer", result, S3Code::MalformedTrailerError);
    let bare = decode_chunked(&without, None, b"5\r\nhello\r\n0\r\n\r\n").unwrap();
    assert!(bare.content == "hello" && bare.trailer.is_empty());
    let mut without = headers("5", CRC32);
    without.remove("x-amz-decoded-content-length");
    let result = decode_chunked(&without, None, framed.as_bytes());
    refused("no length", result, S3Code::MissingContentLength);
    let mut both = headers("5", CRC32);
    both.insert(CRC32, HeaderValue::from_static("NhCmhg=="));
    let result = decode_chunked(&both, None, framed.as_bytes());
    refused("in the header too", result, S3Code::InvalidRequest);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig {
        failure_persistence: None,
        ..proptest::prelude::ProptestConfig::default()
    })]

    #[test]
    fn what_is_framed_comes_out_again_and_no_cut_goes_unnoticed(
        last in proptest::collection::vec(proptest::prelude::any::<u8>(), 1..40),
        sizes in proptest::collection::vec(CHUNK_BYTES_MIN..CHUNK_BYTES_MIN + 40, 0..4),
        cut in proptest::prelude::any::<proptest::sample::Index>(),
    ) {
        let mut chunks: Vec<_> = sizes.iter().map(|size| vec![b'\n'; *size]).collect();
        chunks.push(last);
        let mut framed = Vec::new();
        for chunk in &chunks {
            framed.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
            framed.extend_from_slice(chunk);
            framed.extend(b"\r\n");
        }
        framed.extend(END.as_bytes());
        let content = chunks.concat();
        let headers = headers(&content.len().to_string(), CRC32);
        let decoded = decode_chunked(&headers, None, &framed).unwrap();
        proptest::prop_assert_eq!(&decoded.content[..], &content[..]);
        let cut = cut.index(framed.len());
        proptest::prop_assert!(decode_chunked(&headers, None, &framed[..cut]).is_err());
    }

    #[test]
    fn nothing_that_is_sent_is_a_panic(framed in "[0-9a-f;\r\n:-]{0,60}") {
        drop(decode("5", CRC32, &framed));
    }
}
