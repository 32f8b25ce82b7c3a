//! Objects: stored and read.

use http::HeaderValue;
use rolecall_account::s3::{ByteRange, Checksums, Reading, S3Error};
use s3s::dto::{
    GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, PutObjectInput,
    PutObjectOutput, StreamingBlob,
};

use super::convert::{
    checksum_type, content_type, description_in, encryption, etag, length, metadata,
    override_description, set_checksums, timestamp,
};
use super::store::Step;

pub(super) fn put(step: Step<'_>, input: PutObjectInput) -> Result<PutObjectOutput, S3Error> {
    let hand = step.hand;
    let object = description_in!(input).of(hand.content, hand.checksums.clone());
    let stored = step.world.s3_put(hand.now, &hand.permit, object)?;
    let mut output = PutObjectOutput {
        e_tag: Some(etag(stored)),
        server_side_encryption: Some(encryption()),
        ..PutObjectOutput::default()
    };
    set_checksums!(output, hand.checksums);
    Ok(output)
}

pub(super) fn get(step: Step<'_>, input: GetObjectInput) -> Result<GetObjectOutput, S3Error> {
    let reading = read(step)?;
    let checksums = checksums(&reading, input.checksum_mode.is_some());
    let Reading {
        mut object,
        range,
        tag_count,
        ..
    } = reading;
    let tag_count = tag_count.and_then(|count| i32::try_from(count).ok());
    override_description!(object.content, input);
    let content = &object.content;
    let body = range.map_or_else(
        || content.bytes.clone(),
        |range| range.slice(&content.bytes),
    );
    let mut output = GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        content_length: Some(length(body.len())),
        content_range: range.map(ByteRange::content_range),
        cache_control: content.cache_control.clone(),
        checksum_type: checksum_type(&checksums),
        content_disposition: content.content_disposition.clone(),
        content_encoding: content.content_encoding.clone(),
        content_language: content.content_language.clone(),
        content_type: content_type(&object),
        e_tag: Some(etag(object.etag.clone())),
        expires: input.response_expires,
        last_modified: Some(timestamp(object.last_modified)),
        metadata: metadata(&object),
        server_side_encryption: Some(encryption()),
        tag_count,
        body: Some(StreamingBlob::from(s3s::Body::from(body))),
        ..GetObjectOutput::default()
    };
    set_checksums!(output, checksums);
    Ok(output)
}

pub(super) fn head(step: Step<'_>, input: HeadObjectInput) -> Result<HeadObjectOutput, S3Error> {
    let reading = read(step)?;
    let checksums = checksums(&reading, input.checksum_mode.is_some());
    let Reading {
        mut object, range, ..
    } = reading;
    override_description!(object.content, input);
    let content = &object.content;
    let bytes = range.map_or(content.bytes.len(), |range| {
        range.slice(&content.bytes).len()
    });
    let mut output = HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        content_length: Some(length(bytes)),
        content_range: range.map(ByteRange::content_range),
        cache_control: content.cache_control.clone(),
        checksum_type: checksum_type(&checksums),
        content_disposition: content.content_disposition.clone(),
        content_encoding: content.content_encoding.clone(),
        content_language: content.content_language.clone(),
        content_type: content_type(&object),
        e_tag: Some(etag(object.etag.clone())),
        expires: input.response_expires,
        last_modified: Some(timestamp(object.last_modified)),
        metadata: metadata(&object),
        server_side_encryption: Some(encryption()),
        ..HeadObjectOutput::default()
    };
    set_checksums!(output, checksums);
    Ok(output)
}

fn read(step: Step<'_>) -> Result<Reading, S3Error> {
    let Step {
        world,
        hand,
        wanted,
        aside,
    } = step;
    let range = text(wanted.range.as_ref());
    let reading = world.s3_get(hand.now, &hand.permit, range)?;
    aside.unmodified = reading.unmodified;
    Ok(reading)
}

/// What is no text is ignored.
fn text(header: Option<&HeaderValue>) -> Option<&str> {
    header?.to_str().ok()
}

/// Those of the object if they are wanted: of a part of it, or of what is not sent, there are none
/// (`s3.get.checksum-mode`).
fn checksums(reading: &Reading, wanted: bool) -> Checksums {
    match reading.range {
        None if wanted && !reading.unmodified => reading.object.content.checksums.clone(),
        _ => Checksums::new(),
    }
}
