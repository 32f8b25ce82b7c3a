//! Bodies in chunks that are signed one by one, by AWS's own signer.

use bytes::Bytes;
use http::Request;
use rolecall_account::s3::ChecksumAlgorithm;
use rolecall_account::{Stage, sigv4::Stage as SigV4};

use super::authentication::{Refused, check};
use crate::support::signer::{get, put};
use crate::support::{Lab, lab};

const CHUNK_BYTES: usize = 8192;
const MISMATCH: Refused = ("SignatureDoesNotMatch", 403, Stage::SigV4(SigV4::Signature));

/// Two chunks and a bit, no two of them alike.
fn content() -> Bytes {
    let size = 2 * CHUNK_BYTES + 17;
    (0..size)
        .map(|at| b'a' + u8::try_from(at / CHUNK_BYTES).unwrap())
        .collect()
}

fn upload() -> Request<Bytes> {
    put("k", "", &[]).map(|_| content())
}

fn crc32() -> (&'static str, String) {
    let crc32 = ChecksumAlgorithm::Crc32;
    (crc32.header(), crc32.of(&content()))
}

fn without_trailer(lab: &Lab) -> Request<Bytes> {
    lab.signer().sign_chunks(upload(), CHUNK_BYTES, None)
}

fn with_trailer(lab: &Lab) -> Request<Bytes> {
    let (name, value) = crc32();
    let trailer = Some((name, value.as_str()));
    lab.signer().sign_chunks(upload(), CHUNK_BYTES, trailer)
}

// s3.chunked.signed, s3.chunked.trailer-signed
#[test]
fn what_every_chunk_is_signed_of_is_stored() {
    lab(async |lab| {
        for (what, request) in [
            ("without a trailer", without_trailer(&lab)),
            ("with one", with_trailer(&lab)),
        ] {
            let stored = lab.call(request).await;
            assert_eq!(stored.status, 200, "{what}: {}", stored.text());
            let got = lab.call_signed(get("k")).await;
            assert_eq!(got.body, content(), "{what}");
            assert_eq!(got.header("content-encoding"), None, "{what}");
            lab.call_signed(put("k", "", &[])).await;
        }
        let stored = lab.call(with_trailer(&lab)).await;
        let (name, value) = crc32();
        assert_eq!(stored.header(name), Some(value.as_str()));
    });
}

// s3.chunked.signed, s3.chunked.size-min, s3.chunked.malformed
#[test]
fn what_is_wrong_with_a_signed_chunk_is_told() {
    type Row = (&'static str, fn(&Lab) -> Request<Bytes>, Refused);
    const fn body(code: &'static str) -> Refused {
        (code, 400, Stage::Body)
    }
    fn changed(mut request: Request<Bytes>, change: impl Fn(&mut Vec<u8>)) -> Request<Bytes> {
        let mut framed = request.body().to_vec();
        change(&mut framed);
        *request.body_mut() = framed.into();
        request
    }
    let rows: [Row; 6] = [
        (
            "another end",
            |lab| changed(without_trailer(lab), |it| *it.last_mut().unwrap() = b'\r'),
            body("IncompleteBody"),
        ),
        (
            "other data",
            |lab| changed(without_trailer(lab), |it| it[CHUNK_BYTES] = b'?'),
            MISMATCH,
        ),
        (
            "signed by another",
            |lab| {
                let theirs = lab.foreign_signer();
                let theirs = theirs.sign_chunks(upload(), CHUNK_BYTES, None);
                without_trailer(lab).map(|_| theirs.into_body())
            },
            MISMATCH,
        ),
        (
            "no last chunk",
            |lab| {
                changed(without_trailer(lab), |it| {
                    let line = "0;chunk-signature=".len() + 64 + "\r\n\r\n".len();
                    it.truncate(it.len() - line);
                })
            },
            body("IncompleteBody"),
        ),
        (
            "a small chunk",
            |lab| lab.signer().sign_chunks(upload(), CHUNK_BYTES - 1, None),
            body("InvalidChunkSizeError"),
        ),
        (
            "another checksum",
            |lab| {
                let trailer = Some((crc32().0, "AAAAAA=="));
                lab.signer().sign_chunks(upload(), CHUNK_BYTES, trailer)
            },
            body("BadDigest"),
        ),
    ];
    lab(async |lab| {
        for (what, request, refused) in rows {
            let answer = lab.call(request(&lab)).await;
            check(&lab, what, &answer, refused);
            assert_eq!(lab.stored("k"), None, "{what}");
        }
    });
}

// s3.chunked.signed
#[test]
fn the_decoded_length_is_signed_and_compared() {
    lab(async |lab| {
        let longer = (content().len() + 1).into();
        let mut request = without_trailer(&lab);
        request
            .headers_mut()
            .insert("x-amz-decoded-content-length", longer);
        let answer = lab.call(request).await;
        check(&lab, "changed after signing", &answer, MISMATCH);

        let framed = without_trailer(&lab).into_body();
        let longer = (content().len() + 1).to_string();
        let headers = [("x-amz-decoded-content-length", longer.as_str())];
        let request = put("k", "", &headers).map(|_| framed);
        let declared = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
        let answer = lab
            .call(lab.signer().sign_declared(request, declared))
            .await;
        // Its chunks are of another seed.
        check(&lab, "of another head", &answer, MISMATCH);
    });
}
