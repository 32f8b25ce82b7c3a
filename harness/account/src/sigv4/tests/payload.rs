//! Payload hashes, and bodies that are not theirs.

use super::super::{PayloadHash, Problem, Stage, check_payload};
use super::sample::{Row, check, text};

#[test]
fn payload_hashes() {
    let rows: Vec<Row> = vec![
        (
            "none",
            |sent| {
                sent.headers.remove("x-amz-content-sha256");
                sent.replace("authorization", "x-amz-content-sha256;", "");
            },
            Problem::PayloadHashMissing,
        ),
        (
            "neither a word nor a hash",
            |sent| sent.set("x-amz-content-sha256", "SIGNED-PAYLOAD"),
            Problem::PayloadHashUnknown {
                found: text("SIGNED-PAYLOAD"),
            },
        ),
        (
            "another body",
            |sent| sent.body = b"hullo".to_vec(),
            Problem::PayloadHashMismatch {
                declared: digest(b"hello"),
                computed: digest(b"hullo"),
            },
        ),
    ];
    check(rows, Stage::Payload);

    let declared = PayloadHash::StreamingUnsignedTrailer;
    let failure = check_payload(declared, b"").unwrap_err();
    assert_eq!(failure.problem, Problem::PayloadChunked { declared });
    assert_eq!(check_payload(PayloadHash::Unsigned, b"anything"), Ok(()));
}

fn digest(body: &[u8]) -> [u8; 32] {
    match PayloadHash::of(body) {
        PayloadHash::Sha256(digest) => digest,
        other => panic!("{other} is no hash"),
    }
}

#[test]
fn payload_hashes_are_read_as_they_are_written() {
    for text in [
        "UNSIGNED-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ] {
        assert_eq!(PayloadHash::parse(text).unwrap().to_string(), text);
    }
}
