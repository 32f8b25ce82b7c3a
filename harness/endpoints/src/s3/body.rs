//! The body of a request: read, taken out of its framing, compared with all that was said of it.

use axum::body::Body;
use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use rolecall_account::Stage;
use rolecall_account::s3::{
    Checksums, Decoded, S3Code, S3Error, UPLOAD_BYTES_MAX, check_announced_length, check_checksums,
    decode_chunked, too_large,
};
use rolecall_account::sigv4::{ChunkSignatures, PayloadHash, check_payload};

/// What of the body the signature covers.
pub(super) struct Signed {
    pub(super) payload: PayloadHash,
    /// Of a body that comes in chunks which are signed.
    pub(super) chunk_signatures: Option<ChunkSignatures>,
}

/// A body that is what it was said to be.
pub(super) struct Received {
    pub(super) content: Bytes,
    pub(super) checksums: Checksums,
    /// What came after it, to be read as headers.
    pub(super) trailer: HeaderMap,
}

pub(super) async fn receive(
    headers: &HeaderMap,
    signed: Signed,
    body: Body,
) -> Result<Received, S3Error> {
    // s3.put.size-max: before a byte of it is read.
    check_announced_length(headers, signed.payload)?;
    let sent = collect(headers, body).await?;
    let Decoded { content, trailer } = unframe(headers, signed, sent)?;
    let checksums = check_checksums(headers, &trailer, &content)?;
    Ok(Received {
        content,
        checksums,
        trailer,
    })
}

/// The body without its framing, if it has one (`s3.chunked.signed`, `s3.chunked.unsigned`).
fn unframe(headers: &HeaderMap, signed: Signed, sent: Bytes) -> Result<Decoded, S3Error> {
    match signed.payload {
        PayloadHash::StreamingSigned
        | PayloadHash::StreamingSignedTrailer
        | PayloadHash::StreamingUnsignedTrailer => {
            decode_chunked(headers, signed.chunk_signatures, &sent)
        }
        PayloadHash::Sha256(_) | PayloadHash::Unsigned => {
            check_payload(signed.payload, &sent)?;
            Ok(Decoded {
                content: sent,
                trailer: HeaderMap::new(),
            })
        }
    }
}

/// Reads the whole body and compares it with the length that was announced.
async fn collect(headers: &HeaderMap, body: Body) -> Result<Bytes, S3Error> {
    let max = usize::try_from(UPLOAD_BYTES_MAX).unwrap_or(usize::MAX);
    let collected = Limited::new(body, max).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            too_large(None)
        } else {
            S3Error::new(S3Code::IncompleteBody, Stage::Body)
        }
    })?;
    let content = collected.to_bytes();
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    match announced {
        Some(length) if length != content.len() => {
            Err(S3Error::new(S3Code::IncompleteBody, Stage::Body))
        }
        _ => Ok(content),
    }
}
