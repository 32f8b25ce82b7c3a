//! Objects copied, whole or into a part of another.

use rolecall_account::s3::{MetadataDirective, S3Error};
use s3s::dto::{
    self, CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopyPartResult, UploadPartCopyInput,
    UploadPartCopyOutput,
};

use super::convert::{
    algorithm, checksum_type, description_in, encryption, etag, set_checksums, timestamp,
};
use super::store::Step;

pub(super) fn copy(step: Step<'_>, input: CopyObjectInput) -> Result<CopyObjectOutput, S3Error> {
    use rolecall_account::Stage;
    use rolecall_account::s3::S3Code;
    let hand = step.hand;
    let algorithm = algorithm(input.checksum_algorithm.as_ref())?;
    let named = input.metadata_directive.as_ref();
    let directive = match named.map(dto::MetadataDirective::as_str) {
        None | Some(dto::MetadataDirective::COPY) => MetadataDirective::Copy,
        Some(dto::MetadataDirective::REPLACE) => MetadataDirective::Replace(description_in!(input)),
        Some(_) => {
            let message = "Unknown metadata directive.";
            let (code, stage) = (S3Code::InvalidArgument, Stage::Operation);
            return Err(S3Error::with_message(code, stage, message));
        }
    };
    let copied = step
        .world
        .s3_copy(hand.now, &hand.permit, directive, algorithm)?;
    let mut result = CopyObjectResult {
        checksum_type: checksum_type(&copied.checksums),
        e_tag: Some(etag(copied.etag)),
        last_modified: Some(timestamp(copied.last_modified)),
        ..CopyObjectResult::default()
    };
    set_checksums!(result, copied.checksums);
    Ok(CopyObjectOutput {
        copy_object_result: Some(result),
        server_side_encryption: Some(encryption()),
        ..CopyObjectOutput::default()
    })
}

pub(super) fn part(
    step: Step<'_>,
    input: UploadPartCopyInput,
) -> Result<UploadPartCopyOutput, S3Error> {
    let Step {
        world,
        hand,
        wanted,
        ..
    } = step;
    let UploadPartCopyInput {
        upload_id,
        part_number,
        ..
    } = input;
    // What is no text is no range.
    let range = wanted.copy_range;
    let range = range.map(|range| String::from_utf8_lossy(range.as_bytes()).into_owned());
    let range = range.as_deref();
    let copied =
        world.s3_upload_part_copy(hand.now, &hand.permit, &upload_id, part_number, range)?;
    let mut result = CopyPartResult {
        e_tag: Some(etag(copied.etag)),
        last_modified: Some(timestamp(copied.last_modified)),
        ..CopyPartResult::default()
    };
    set_checksums!(result, copied.checksums);
    Ok(UploadPartCopyOutput {
        copy_part_result: Some(result),
        server_side_encryption: Some(encryption()),
        ..UploadPartCopyOutput::default()
    })
}
