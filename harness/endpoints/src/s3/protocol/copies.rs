//! Objects copied.

use rolecall_account::s3::{MetadataDirective, S3Error};
use s3s::dto::{self, CopyObjectInput, CopyObjectOutput, CopyObjectResult};

use super::convert::{algorithm, checksum_type, description_in, etag, set_checksums, timestamp};
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
        ..CopyObjectOutput::default()
    })
}
