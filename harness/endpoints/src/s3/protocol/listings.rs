//! Listings: of objects, of uploads in parts, and of parts.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rolecall_account::Stage;
use rolecall_account::s3::{self, S3Code, S3Error, Selection, UploadSelection};
use s3s::dto::{
    CommonPrefix, EncodingType, Initiator, ListMultipartUploadsInput, ListMultipartUploadsOutput,
    ListObjectsInput, ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output, ListPartsInput,
    ListPartsOutput, MultipartUpload, Object, ObjectStorageClass, Owner, Part, StorageClass,
};

use super::convert::{at_most, etag, length, owner, set_checksums, timestamp};
use super::store::Step;

/// The most names on a page (`s3.list.pages`).
const PAGE_MAX: u16 = 1000;

/// What is left as it is by `encoding-type=url` (`s3.list.encoding-type`).
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'*')
    .remove(b'/');

/// How names are written.
#[derive(Clone, Copy)]
enum Spelling {
    Plain,
    Url,
}

impl Spelling {
    fn of(asked: Option<&EncodingType>) -> Result<Self, S3Error> {
        match asked.map(EncodingType::as_str) {
            None => Ok(Self::Plain),
            Some(EncodingType::URL) => Ok(Self::Url),
            Some(_) => Err(argument("Invalid Encoding Method specified in Request")),
        }
    }

    fn spell(self, name: String) -> String {
        match self {
            Self::Plain => name,
            Self::Url => utf8_percent_encode(&name, KEPT).to_string(),
        }
    }

    fn prefixes(self, prefixes: Vec<String>) -> Option<Vec<CommonPrefix>> {
        let spelt = prefixes.into_iter().map(|prefix| CommonPrefix {
            prefix: Some(self.spell(prefix)),
        });
        let spelt: Vec<_> = spelt.collect();
        (!spelt.is_empty()).then_some(spelt)
    }

    fn objects(self, objects: Vec<(String, s3::Object)>, owner: Option<&Owner>) -> Vec<Object> {
        let listed = |(key, object): (String, s3::Object)| Object {
            e_tag: Some(etag(object.etag)),
            key: Some(self.spell(key)),
            last_modified: Some(timestamp(object.last_modified)),
            owner: owner.cloned(),
            size: Some(length(object.content.bytes.len())),
            storage_class: Some(ObjectStorageClass::from_static(
                ObjectStorageClass::STANDARD,
            )),
            ..Object::default()
        };
        objects.into_iter().map(listed).collect()
    }
}

fn argument(message: &str) -> S3Error {
    S3Error::with_message(S3Code::InvalidArgument, Stage::Operation, message)
}

pub(super) fn by_marker(
    step: Step<'_>,
    input: ListObjectsInput,
) -> Result<ListObjectsOutput, S3Error> {
    let spelling = Spelling::of(input.encoding_type.as_ref())?;
    let max = at_most(input.max_keys, "maxKeys", PAGE_MAX)?;
    let delimiter = input.delimiter.filter(|text| !text.is_empty());
    let prefix = input.prefix.unwrap_or_default();
    let selection = Selection {
        prefix: &prefix,
        delimiter: delimiter.as_deref(),
        after: input.marker.as_deref(),
        max: max.into(),
    };
    let owner = owner(&step);
    let Step { world, hand, .. } = step;
    let page = world.s3_list(hand.now, &hand.permit, &selection)?;
    // s3.list.next-marker
    let next_marker = page.next.clone().filter(|_| delimiter.is_some());
    let spell = |name: String| spelling.spell(name);
    Ok(ListObjectsOutput {
        name: Some(input.bucket),
        prefix: Some(spell(prefix)),
        marker: Some(spell(input.marker.unwrap_or_default())),
        max_keys: Some(max.into()),
        is_truncated: Some(page.next.is_some()),
        contents: Some(spelling.objects(page.items, Some(&owner))),
        common_prefixes: spelling.prefixes(page.common_prefixes),
        delimiter: delimiter.map(spell),
        next_marker: next_marker.map(spell),
        encoding_type: input.encoding_type,
        request_charged: None,
    })
}

pub(super) fn by_token(
    step: Step<'_>,
    input: ListObjectsV2Input,
) -> Result<ListObjectsV2Output, S3Error> {
    let spelling = Spelling::of(input.encoding_type.as_ref())?;
    let max = at_most(input.max_keys, "maxKeys", PAGE_MAX)?;
    let delimiter = input.delimiter.filter(|text| !text.is_empty());
    let prefix = input.prefix.unwrap_or_default();
    let token = input.continuation_token.as_deref().map(s3::name_in_token);
    let after = token.transpose()?.or(input.start_after.clone());
    let selection = Selection {
        prefix: &prefix,
        delimiter: delimiter.as_deref(),
        after: after.as_deref(),
        max: max.into(),
    };
    let owner = input.fetch_owner.unwrap_or_default().then(|| owner(&step));
    let Step { world, hand, .. } = step;
    let page = world.s3_list(hand.now, &hand.permit, &selection)?;
    let spell = |name: String| spelling.spell(name);
    let count = page.items.len() + page.common_prefixes.len();
    Ok(ListObjectsV2Output {
        name: Some(input.bucket),
        prefix: Some(spell(prefix)),
        max_keys: Some(max.into()),
        key_count: i32::try_from(count).ok(),
        continuation_token: input.continuation_token,
        is_truncated: Some(page.next.is_some()),
        next_continuation_token: page.next.map(|name| s3::continuation_token(&name)),
        contents: Some(spelling.objects(page.items, owner.as_ref())),
        common_prefixes: spelling.prefixes(page.common_prefixes),
        delimiter: delimiter.map(spell),
        encoding_type: input.encoding_type,
        start_after: input.start_after.map(spell),
        request_charged: None,
    })
}

pub(super) fn uploads(
    step: Step<'_>,
    input: ListMultipartUploadsInput,
) -> Result<ListMultipartUploadsOutput, S3Error> {
    let spelling = Spelling::of(input.encoding_type.as_ref())?;
    let max = at_most(input.max_uploads, "max-uploads", PAGE_MAX)?;
    let delimiter = input.delimiter.filter(|text| !text.is_empty());
    let prefix = input.prefix.unwrap_or_default();
    let key_marker = input.key_marker.filter(|marker| !marker.is_empty());
    let selection = UploadSelection {
        by_key: Selection {
            prefix: &prefix,
            delimiter: delimiter.as_deref(),
            after: key_marker.as_deref(),
            max: max.into(),
        },
        upload_marker: input.upload_id_marker.as_deref(),
    };
    let owner = owner(&step);
    let Step { world, hand, .. } = step;
    let page = world.s3_list_uploads(hand.now, &hand.permit, &selection)?;
    let spell = |name: String| spelling.spell(name);
    let last = page
        .items
        .last()
        .filter(|last| Some(&last.key) == page.next.as_ref());
    let next_upload = last.map(|upload| upload.id.clone());
    let listed = |upload: s3::ListedUpload| MultipartUpload {
        initiated: Some(timestamp(upload.initiated)),
        initiator: Some(initiator(upload.initiator)),
        key: Some(spelling.spell(upload.key)),
        owner: Some(owner.clone()),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        upload_id: Some(upload.id),
        ..MultipartUpload::default()
    };
    Ok(ListMultipartUploadsOutput {
        bucket: Some(input.bucket),
        common_prefixes: spelling.prefixes(page.common_prefixes),
        delimiter: delimiter.map(spell),
        encoding_type: input.encoding_type,
        is_truncated: Some(page.next.is_some()),
        key_marker: Some(spell(key_marker.unwrap_or_default())),
        max_uploads: Some(max.into()),
        next_key_marker: page.next.map(spell),
        next_upload_id_marker: next_upload,
        prefix: Some(spell(prefix)),
        request_charged: None,
        upload_id_marker: input.upload_id_marker,
        uploads: Some(page.items.into_iter().map(listed).collect()),
    })
}

pub(super) fn parts(step: Step<'_>, input: ListPartsInput) -> Result<ListPartsOutput, S3Error> {
    let max = at_most(input.max_parts, "max-parts", PAGE_MAX)?;
    let after = input.part_number_marker.unwrap_or_default().max(0);
    let owner = owner(&step);
    let (Step { world, hand, .. }, id) = (step, &input.upload_id);
    let (upload, parts, more) =
        world.s3_list_parts(hand.now, &hand.permit, id, after, max.into())?;
    let next = parts.last().map(|part| part.number).filter(|_| more);
    let listed = |part: s3::ListedPart| {
        let mut listed = Part {
            e_tag: Some(etag(part.etag)),
            last_modified: Some(timestamp(part.last_modified)),
            part_number: Some(part.number),
            size: Some(length(part.size)),
            ..Part::default()
        };
        set_checksums!(listed, part.checksums);
        listed
    };
    Ok(ListPartsOutput {
        bucket: Some(input.bucket),
        initiator: Some(initiator(upload.initiator)),
        is_truncated: Some(more),
        key: Some(input.key),
        max_parts: Some(max.into()),
        next_part_number_marker: next,
        owner: Some(owner),
        part_number_marker: Some(after),
        parts: Some(parts.into_iter().map(listed).collect()),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        upload_id: Some(input.upload_id),
        ..ListPartsOutput::default()
    })
}

fn initiator(arn: String) -> Initiator {
    Initiator {
        display_name: None,
        id: Some(arn),
    }
}
