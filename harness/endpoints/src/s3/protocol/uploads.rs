//! Uploads in parts.

use rolecall_account::s3::{ChecksumAlgorithm, ClaimedPart, NewUpload, S3Error};
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, ChecksumType,
    CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedPart,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, UploadPartInput, UploadPartOutput,
};

use super::convert::{
    algorithm, checksum_type, checksums_in, description_in, encryption, etag, set_checksums,
};
use super::store::Step;

pub(super) fn create(
    step: Step<'_>,
    input: CreateMultipartUploadInput,
) -> Result<CreateMultipartUploadOutput, S3Error> {
    let hand = step.hand;
    let algorithm = algorithm(input.checksum_algorithm.as_ref())?;
    let kind = input.checksum_type.as_ref().map(ChecksumType::as_str);
    let full_object = match kind {
        Some(kind) => kind == ChecksumType::FULL_OBJECT,
        None => algorithm == Some(ChecksumAlgorithm::Crc64Nvme),
    };
    let mut output = CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        checksum_algorithm: input.checksum_algorithm,
        checksum_type: input.checksum_type,
        key: Some(input.key),
        server_side_encryption: Some(encryption()),
        ..CreateMultipartUploadOutput::default()
    };
    let upload = NewUpload {
        description: description_in!(input),
        algorithm,
        full_object,
    };
    let id = step
        .world
        .s3_create_upload(hand.now, &hand.permit, upload)?;
    output.upload_id = Some(id);
    Ok(output)
}

pub(super) fn part(step: Step<'_>, input: UploadPartInput) -> Result<UploadPartOutput, S3Error> {
    let hand = step.hand;
    let UploadPartInput {
        upload_id,
        part_number,
        ..
    } = input;
    let stored = step.world.s3_upload_part(
        hand.now,
        &hand.permit,
        &upload_id,
        part_number,
        hand.content,
        hand.checksums,
    )?;
    let mut output = UploadPartOutput {
        e_tag: Some(etag(stored.etag)),
        server_side_encryption: Some(encryption()),
        ..UploadPartOutput::default()
    };
    set_checksums!(output, stored.checksums);
    Ok(output)
}

pub(super) fn complete(
    step: Step<'_>,
    input: CompleteMultipartUploadInput,
) -> Result<CompleteMultipartUploadOutput, S3Error> {
    let hand = step.hand;
    let whole = checksums_in!(input);
    let listed = input
        .multipart_upload
        .and_then(|upload| upload.parts)
        .unwrap_or_default();
    let claimed: Vec<ClaimedPart> = listed.iter().map(claim).collect();
    let (world, upload) = (step.world, &input.upload_id);
    let completed = world.s3_complete_upload(hand.now, &hand.permit, upload, &claimed, &whole)?;
    let location = format!(
        "https://{}.s3.{}.amazonaws.com/{}",
        input.bucket,
        world.region(),
        input.key
    );
    let mut output = CompleteMultipartUploadOutput {
        bucket: Some(input.bucket),
        checksum_type: checksum_type(&completed.checksums),
        e_tag: Some(etag(completed.etag)),
        key: Some(input.key),
        location: Some(location),
        server_side_encryption: Some(encryption()),
        ..CompleteMultipartUploadOutput::default()
    };
    set_checksums!(output, completed.checksums);
    Ok(output)
}

/// A part without a number or an `ETag` is one that was never uploaded.
fn claim(part: &CompletedPart) -> ClaimedPart {
    let etag = part.e_tag.as_ref().map(|etag| etag.value().to_owned());
    ClaimedPart {
        number: part.part_number.unwrap_or_default(),
        etag: etag.unwrap_or_default(),
        checksums: checksums_in!(part),
    }
}

pub(super) fn abort(
    step: Step<'_>,
    input: AbortMultipartUploadInput,
) -> Result<AbortMultipartUploadOutput, S3Error> {
    let Step { world, hand, .. } = step;
    let AbortMultipartUploadInput { upload_id, .. } = input;
    world.s3_abort_upload(hand.now, &hand.permit, &upload_id)?;
    Ok(AbortMultipartUploadOutput::default())
}
