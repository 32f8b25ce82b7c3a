//! Bodies in the framing `aws-chunked`: chunks with signatures or without, and a trailer or none.
//!
//! ```text
//! 5;chunk-signature=SIGNATURE\r\n     the length in hex, perhaps with extensions after a semicolon
//! hello\r\n
//! 0;chunk-signature=SIGNATURE\r\n
//! x-amz-checksum-crc32:NhCmhg==\r\n
//! x-amz-trailer-signature:SIGNATURE\r\n
//! \r\n
//! ```
//!
//! The form is that of "Signature calculations for trailing headers" in the Amazon S3 API
//! Reference; unsigned chunks have the same without the signatures.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::checksum::ChecksumAlgorithm;
use super::error::{S3Code, S3Error};
use crate::authenticate::Stage;
use crate::sigv4::{ChunkSignatures, Signature};

/// The least that a chunk holds which others follow (`s3.chunked.size-min`).
const CHUNK_BYTES_MIN: usize = 8192;

/// The longest line of the framing. Ours: none that a client sends comes near.
const LINE_BYTES_MAX: usize = 1024;

/// The extension of a chunk that is signed.
const CHUNK_SIGNATURE: &[u8] = b"chunk-signature=";

/// The last line of a trailer that is signed (`s3.chunked.trailer-signed`).
const TRAILER_SIGNATURE: &str = "x-amz-trailer-signature";

/// A body out of its framing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// What was sent.
    pub content: Bytes,
    /// The headers that came after it, each of them announced.
    pub trailer: HeaderMap,
}

/// Takes a body out of its framing, and checks that it is as long as its headers say and is
/// followed by what they announce. Its chunks have `signatures`, which are verified
/// (`s3.chunked.signed`), or none (`s3.chunked.unsigned`). The checksums in the trailer are not
/// compared yet: that is done as with those in headers.
///
/// # Errors
/// The headers that describe the framing, or the framing itself, are out of form; a signature is
/// not the one that was computed.
pub fn decode_chunked(
    headers: &HeaderMap,
    signatures: Option<ChunkSignatures>,
    framed: &[u8],
) -> Result<Decoded, S3Error> {
    let announced = announced(headers)?;
    if signatures.as_ref().is_some_and(|it| !it.with_trailer()) && !announced.is_empty() {
        return Err(invalid(
            "x-amz-trailer needs an x-amz-content-sha256 that ends in -TRAILER",
        ));
    }
    let length = decoded_length(headers)?;
    let mut rest = Rest { framed, signatures };
    let content = rest.content(length)?;
    let trailer = rest.trailer(&announced)?;
    Ok(Decoded { content, trailer })
}

/// The names in `x-amz-trailer`, each once, all of them checksums. Without the header there must be
/// no trailer either.
fn announced(headers: &HeaderMap) -> Result<Vec<HeaderName>, S3Error> {
    let mut announced: Vec<HeaderName> = Vec::new();
    for value in headers.get_all("x-amz-trailer") {
        for name in value.to_str().unwrap_or_default().split(',') {
            let name = checksum_header(name.trim()).ok_or_else(|| {
                invalid("The value specified in the x-amz-trailer header is not supported")
            })?;
            // In the header too, or announced twice: S3 takes one checksum of each kind.
            if headers.contains_key(&name) || announced.contains(&name) {
                return Err(invalid(
                    "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
                ));
            }
            announced.push(name);
        }
    }
    Ok(announced)
}

fn checksum_header(name: &str) -> Option<HeaderName> {
    ChecksumAlgorithm::ALL
        .iter()
        .map(|algorithm| algorithm.header())
        .find(|header| header.eq_ignore_ascii_case(name))
        .map(HeaderName::from_static)
}

/// `x-amz-decoded-content-length`.
fn decoded_length(headers: &HeaderMap) -> Result<usize, S3Error> {
    let mut values = headers.get_all("x-amz-decoded-content-length").iter();
    let value = values
        .next()
        .ok_or_else(|| S3Error::new(S3Code::MissingContentLength, Stage::Body))?;
    let text = value.to_str().unwrap_or_default();
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|_| digits && values.next().is_none())
        .ok_or_else(|| {
            let message = "x-amz-decoded-content-length must be one number of bytes";
            S3Error::with_message(S3Code::InvalidArgument, Stage::Body, message)
        })
}

/// What of the framed body is not read yet.
struct Rest<'a> {
    framed: &'a [u8],
    signatures: Option<ChunkSignatures>,
}

impl<'a> Rest<'a> {
    /// All chunks up to the empty one, which has no data and no end of its own.
    fn content(&mut self, length: usize) -> Result<Bytes, S3Error> {
        // Never more room than was sent, whatever is announced.
        let mut content = BytesMut::with_capacity(length.min(self.framed.len()));
        let mut before = None;
        for number in 1_u64.. {
            let line = self.line()?;
            let size = chunk_size(line)?;
            if size == 0 {
                self.verify(line, b"")?;
                break;
            }
            if let Some(before) = before.replace(size).filter(|it| *it < CHUNK_BYTES_MIN) {
                return Err(too_small(number, before));
            }
            if size > length - content.len() {
                return Err(incomplete("the chunks hold more than was announced"));
            }
            let data = self.take(size)?;
            if self.take(2)? != b"\r\n" {
                return Err(incomplete("a chunk does not end where its size says"));
            }
            self.verify(line, data)?;
            content.extend_from_slice(data);
        }
        if content.len() < length {
            return Err(incomplete("the chunks hold less than was announced"));
        }
        Ok(content.freeze())
    }

    /// Compares the signature in the first line of a chunk with its data.
    fn verify(&mut self, line: &[u8], data: &[u8]) -> Result<(), S3Error> {
        let Some(signatures) = &mut self.signatures else {
            return Ok(());
        };
        let sent = chunk_signature(line)
            .ok_or_else(|| incomplete("a chunk has no signature in due form"))?;
        Ok(signatures.check_chunk(data, sent)?)
    }

    /// The lines up to the empty one, which is the end of the body.
    fn trailer(&mut self, announced: &[HeaderName]) -> Result<HeaderMap, S3Error> {
        let (trailer, signature) = self.trailer_lines(announced)?;
        let signed = self.signatures.as_ref();
        let is_signed = signed.is_some_and(ChunkSignatures::with_trailer);
        if is_signed && trailer.is_empty() && signature.is_none() {
            return Err(incomplete("the signed trailer is missing"));
        }
        if let Some(missing) = announced.iter().find(|name| !trailer.contains_key(*name)) {
            return Err(malformed(&format!(
                "`{missing}` was announced and is not there"
            )));
        }
        if !self.framed.is_empty() {
            return Err(malformed("there is more after its end"));
        }
        if let Some(signatures) = self.signatures.as_mut().filter(|_| is_signed) {
            let sent = signature.ok_or_else(|| malformed("its signature is missing"))?;
            signatures.check_trailer(&canonical(&trailer), sent)?;
        }
        Ok(trailer)
    }

    /// The headers of the trailer, and its signature if it is one that has one.
    fn trailer_lines(
        &mut self,
        announced: &[HeaderName],
    ) -> Result<(HeaderMap, Option<Signature>), S3Error> {
        let signed = self.signatures.as_ref();
        let is_signed = signed.is_some_and(ChunkSignatures::with_trailer);
        let mut trailer = HeaderMap::new();
        let mut signature = None;
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            if signature.is_some() {
                return Err(malformed("there is more after its signature"));
            }
            let (name, value) = field(line).ok_or_else(|| malformed("a line is no header"))?;
            if is_signed && name == TRAILER_SIGNATURE {
                let sent = value.to_str().ok();
                let sent = sent.and_then(|sent| Signature::parse(sent).ok());
                signature = Some(sent.ok_or_else(|| malformed("its signature is none"))?);
                continue;
            }
            if !announced.contains(&name) {
                return Err(malformed(&format!("`{name}` was not announced")));
            }
            if trailer.insert(&name, value).is_some() {
                return Err(malformed(&format!("`{name}` is there twice")));
            }
        }
        Ok((trailer, signature))
    }

    /// A line without its end.
    fn line(&mut self) -> Result<&'a [u8], S3Error> {
        let window = &self.framed[..self.framed.len().min(LINE_BYTES_MAX)];
        let Some(end) = window.windows(2).position(|pair| pair == b"\r\n") else {
            return Err(if window.len() < LINE_BYTES_MAX {
                incomplete("the body ends within a line of its framing")
            } else {
                incomplete("a line of the framing is too long")
            });
        };
        let line = self.take(end)?;
        self.take(2)?;
        Ok(line)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], S3Error> {
        let (taken, rest) = self
            .framed
            .split_at_checked(length)
            .ok_or_else(|| incomplete("the body ends within a chunk"))?;
        self.framed = rest;
        Ok(taken)
    }
}

/// The hex digits before the first semicolon; what follows is an extension, and nobody's.
fn chunk_size(line: &[u8]) -> Result<usize, S3Error> {
    let digits = line.split(|byte| *byte == b';').next().unwrap_or_default();
    std::str::from_utf8(digits)
        .ok()
        // The parser takes a sign.
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .and_then(|digits| usize::from_str_radix(digits, 16).ok())
        .ok_or_else(|| incomplete("the size of a chunk is no hexadecimal number"))
}

/// The signature in the extensions of a chunk's first line.
fn chunk_signature(line: &[u8]) -> Option<Signature> {
    let mut extensions = line.split(|byte| *byte == b';').skip(1);
    let sent = extensions.find_map(|extension| extension.strip_prefix(CHUNK_SIGNATURE))?;
    Signature::parse(std::str::from_utf8(sent).ok()?).ok()
}

/// What of a trailer is signed: a line for each header, by name.
fn canonical(trailer: &HeaderMap) -> String {
    let mut lines: Vec<String> = trailer
        .iter()
        .map(|(name, value)| format!("{name}:{}\n", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    lines.sort_unstable();
    lines.concat()
}

fn field(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = HeaderName::from_bytes(&line[..colon]).ok()?;
    let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
    Some((name, value))
}

fn invalid(message: &str) -> S3Error {
    S3Error::with_message(S3Code::InvalidRequest, Stage::Body, message)
}

/// Whatever is wrong with the chunks, S3 says this (`s3.chunked.malformed`).
fn incomplete(detail: &str) -> S3Error {
    let message = "The request body terminated unexpectedly";
    let error = S3Error::with_message(S3Code::IncompleteBody, Stage::Body, message);
    explained(error, detail)
}

/// The chunk of that number is not the last, for this one comes after it.
fn too_small(number: u64, before: usize) -> S3Error {
    let error = S3Error::new(S3Code::InvalidChunkSizeError, Stage::Body);
    error.and("Chunk", &number).and("BadChunkSize", &before)
}

/// Whatever is wrong with the trailer, S3 says that (`s3.chunked.trailer`).
fn malformed(detail: &str) -> S3Error {
    let error = S3Error::new(S3Code::MalformedTrailerError, Stage::Body);
    explained(error, detail)
}

fn explained(mut error: S3Error, detail: &str) -> S3Error {
    error.detail = Some(detail.to_owned());
    error
}

#[cfg(test)]
mod signed_tests;
#[cfg(test)]
mod tests;
