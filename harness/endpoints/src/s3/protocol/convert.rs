//! The protocol crate's types from the account's, and back.

use rolecall_account::SimInstant;
use rolecall_account::s3::{ChecksumAlgorithm, Checksums, Object, S3Error};
use s3s::dto::{ChecksumType, ContentType, ETag, Metadata, Owner, ServerSideEncryption, Timestamp};

use super::store::Step;

/// What S3 calls an object that came without a type.
const CONTENT_TYPE_DEFAULT: &str = "binary/octet-stream";

/// Writes checksums into the fields that every output has for them.
macro_rules! set_checksums {
    ($output:expr, $checksums:expr) => {
        for (algorithm, checksum) in $checksums {
            let field = match algorithm {
                rolecall_account::s3::ChecksumAlgorithm::Crc32 => &mut $output.checksum_crc32,
                rolecall_account::s3::ChecksumAlgorithm::Crc32c => &mut $output.checksum_crc32c,
                rolecall_account::s3::ChecksumAlgorithm::Crc64Nvme => {
                    &mut $output.checksum_crc64nvme
                }
                rolecall_account::s3::ChecksumAlgorithm::Sha1 => &mut $output.checksum_sha1,
                rolecall_account::s3::ChecksumAlgorithm::Sha256 => &mut $output.checksum_sha256,
            };
            *field = Some(checksum);
        }
    };
}

/// Reads them from the fields that some inputs have for them.
macro_rules! checksums_in {
    ($input:expr) => {
        [
            (
                rolecall_account::s3::ChecksumAlgorithm::Crc32,
                $input.checksum_crc32.clone(),
            ),
            (
                rolecall_account::s3::ChecksumAlgorithm::Crc32c,
                $input.checksum_crc32c.clone(),
            ),
            (
                rolecall_account::s3::ChecksumAlgorithm::Crc64Nvme,
                $input.checksum_crc64nvme.clone(),
            ),
            (
                rolecall_account::s3::ChecksumAlgorithm::Sha1,
                $input.checksum_sha1.clone(),
            ),
            (
                rolecall_account::s3::ChecksumAlgorithm::Sha256,
                $input.checksum_sha256.clone(),
            ),
        ]
        .into_iter()
        .filter_map(|(algorithm, checksum)| Some((algorithm, checksum?)))
        .collect::<rolecall_account::s3::Checksums>()
    };
}

/// Takes what describes an object out of an input.
macro_rules! description_in {
    ($input:expr) => {
        rolecall_account::s3::Description {
            content_type: $input.content_type.as_ref().map(ToString::to_string),
            cache_control: $input.cache_control,
            content_disposition: $input.content_disposition,
            content_encoding: $input.content_encoding,
            content_language: $input.content_language,
            metadata: $input.metadata.unwrap_or_default().into_iter().collect(),
        }
    };
}

/// Writes over what describes an object what a reader wants to be told in its place
/// (`s3.get.overrides`).
macro_rules! override_description {
    ($content:expr, $input:expr) => {
        for (own, wanted) in [
            (&mut $content.cache_control, $input.response_cache_control),
            (
                &mut $content.content_disposition,
                $input.response_content_disposition,
            ),
            (
                &mut $content.content_encoding,
                $input.response_content_encoding,
            ),
            (
                &mut $content.content_language,
                $input.response_content_language,
            ),
            (&mut $content.content_type, $input.response_content_type),
        ] {
            *own = wanted
                .filter(|text| !text.is_empty())
                .or_else(|| own.take());
        }
    };
}

pub(super) use {checksums_in, description_in, override_description, set_checksums};

pub(super) fn timestamp(at: SimInstant) -> Timestamp {
    Timestamp::from(std::time::SystemTime::from(at))
}

pub(super) fn etag(etag: String) -> ETag {
    ETag::Strong(etag)
}

/// s3.encryption.always
pub(super) fn encryption() -> ServerSideEncryption {
    ServerSideEncryption::from_static(rolecall_account::s3::ENCRYPTION)
}

pub(super) fn length(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

pub(super) fn content_type(object: &Object) -> Option<ContentType> {
    let sent = object.content.content_type.as_deref();
    sent.unwrap_or(CONTENT_TYPE_DEFAULT).parse().ok()
}

pub(super) fn metadata(object: &Object) -> Option<Metadata> {
    let metadata = &object.content.metadata;
    (!metadata.is_empty()).then(|| metadata.clone().into_iter().collect())
}

pub(super) fn owner(step: &Step<'_>) -> Owner {
    Owner {
        display_name: None,
        id: Some(step.world.s3_owner(&step.hand.permit).id),
    }
}

/// Whether the checksums are of the whole content or of its parts' (`s3.multipart.checksum`).
pub(super) fn checksum_type(checksums: &Checksums) -> Option<ChecksumType> {
    let (_, checksum) = checksums.first()?;
    let kind = if checksum.contains('-') {
        ChecksumType::COMPOSITE
    } else {
        ChecksumType::FULL_OBJECT
    };
    Some(ChecksumType::from_static(kind))
}

pub(super) fn algorithm(
    named: Option<&s3s::dto::ChecksumAlgorithm>,
) -> Result<Option<ChecksumAlgorithm>, S3Error> {
    use rolecall_account::Stage;
    use rolecall_account::s3::S3Code;
    let Some(named) = named else {
        return Ok(None);
    };
    let unknown = || {
        let message = "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]";
        S3Error::with_message(S3Code::InvalidRequest, Stage::Operation, message)
    };
    ChecksumAlgorithm::named(named.as_str())
        .map(Some)
        .ok_or_else(unknown)
}

/// The most that is asked for, at least 0 and at most `most`, which is also what is meant by
/// nothing.
pub(super) fn at_most(asked: Option<i32>, name: &str, most: u16) -> Result<u16, S3Error> {
    let Some(asked) = asked else {
        return Ok(most);
    };
    let refused = |_| {
        use rolecall_account::Stage;
        use rolecall_account::s3::S3Code;
        let message = format!("Argument {name} must be an integer between 0 and 2147483647");
        S3Error::with_message(S3Code::InvalidArgument, Stage::Operation, message)
    };
    let asked = u32::try_from(asked).map_err(refused)?;
    Ok(u16::try_from(asked).map_or(most, |asked| asked.min(most)))
}
