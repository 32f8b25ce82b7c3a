//! What a request asks leave for, before its body is read.

use std::borrow::Cow;

use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use percent_encoding::percent_decode_str;
use rolecall_account::policy::Context;
use rolecall_account::s3::{
    ChecksumAlgorithm, CopySource, Permit, Preconditions, Question, Resource, S3Code, S3Error,
    Tags, Target, Wishes, check_metadata, require_checksum,
};
use rolecall_account::sigv4::{Failure, Problem};
use rolecall_account::{Operation, SimInstant, Stage, World};
use s3s::dto;

use super::address::Address;
use super::layer::Visit;
use super::name::{
    self, ACL, COPY_SOURCE, COPY_SOURCE_PREFIX, ENCRYPTION, GRANT_PREFIX, TAGGING,
    TAGGING_DIRECTIVE,
};
use super::signature::Recognised;
use crate::brought::brought;
use crate::edge::Edge;

/// The condition keys that a query brings, each from the parameter of its name (`s3.context.sent`).
const QUERY_KEYS: &[(&str, &str)] = &[
    ("prefix", "s3:prefix"),
    ("delimiter", "s3:delimiter"),
    ("max-keys", "s3:max-keys"),
];

/// Those that the headers of a copy bring.
const COPY_KEYS: &[(&str, &str)] = &[
    (COPY_SOURCE, "s3:x-amz-copy-source"),
    ("x-amz-metadata-directive", "s3:x-amz-metadata-directive"),
];

/// Those that the headers of what makes an object bring.
const WRITE_KEYS: &[(&str, &str)] = &[
    ("if-match", "s3:if-match"),
    ("if-none-match", "s3:if-none-match"),
];

/// Those that the headers bring which say who is to have what (`s3.context.sent`).
const ACL_KEYS: &[(&str, &str)] = &[
    (ACL, "s3:x-amz-acl"),
    ("x-amz-grant-full-control", "s3:x-amz-grant-full-control"),
    ("x-amz-grant-read", "s3:x-amz-grant-read"),
    ("x-amz-grant-read-acp", "s3:x-amz-grant-read-acp"),
    ("x-amz-grant-write", "s3:x-amz-grant-write"),
    ("x-amz-grant-write-acp", "s3:x-amz-grant-write-acp"),
];

/// That which says how it is to be encrypted.
const ENCRYPTION_KEYS: &[(&str, &str)] = &[(ENCRYPTION, "s3:x-amz-server-side-encryption")];

/// Leave to do what was asked, or why not.
pub(super) fn permit(
    edge: &Edge,
    now: SimInstant,
    visit: &mut Visit,
    recognised: &Recognised,
    head: &Parts,
    address: Address,
) -> Result<Permit, S3Error> {
    let session = recognised.session.as_ref();
    let operation = visit.operation.ok_or_else(|| match session {
        Some(_) => name::unserved(head, &address),
        // Who is not recognised is not told what is served.
        None => Failure::from(Problem::AuthorizationMissing).into(),
    })?;
    let resource = match (address.bucket, address.key) {
        (None, _) => Resource::Account,
        (Some(bucket), None) => Resource::Bucket(bucket),
        (Some(bucket), Some(key)) => Resource::Object(Target { bucket, key }),
    };
    let source = match operation {
        Operation::CopyObject | Operation::UploadPartCopy => Some(source(&head.headers)?),
        _ => None,
    };
    let question = Question {
        operation,
        resource,
        preconditions: preconditions(&head.headers, ""),
        source,
        tags: tags(operation, &head.headers)?,
        wishes: wishes(&head.headers),
        context: context(operation, head, &recognised.keys),
        signed: recognised.keys.clone(),
    };
    let begin = |world: &mut World| world.s3_begin(now, session, question);
    let (permit, asked) = edge.world().and_asked(brought(head), begin);
    visit.asked = asked;
    let permit = permit?;
    visit.decision.clone_from(&permit.decision);
    match operation {
        Operation::DeleteObjects => require_checksum(&head.headers)?,
        Operation::PutObject | Operation::CopyObject | Operation::CreateMultipartUpload => {
            check_metadata(&head.headers)?;
        }
        _ => {}
    }
    Ok(permit)
}

/// The conditions, in headers whose names begin with `prefix`. What is no text is ignored.
fn preconditions(headers: &HeaderMap, prefix: &str) -> Preconditions {
    let text = |name: &str| {
        let value = headers.get(format!("{prefix}{name}"))?;
        value.to_str().ok().map(str::to_owned)
    };
    Preconditions {
        if_match: text("if-match"),
        if_none_match: text("if-none-match"),
        if_modified_since: text("if-modified-since"),
        if_unmodified_since: text("if-unmodified-since"),
    }
}

/// The headers that speak of the body: a checksum that comes with the list of an upload's parts is
/// one of the object (`s3.multipart.checksum`).
pub(super) fn said_of_body(
    operation: Option<Operation>,
    headers: &HeaderMap,
) -> Cow<'_, HeaderMap> {
    if operation != Some(Operation::CompleteMultipartUpload) {
        return Cow::Borrowed(headers);
    }
    let mut headers = headers.clone();
    for algorithm in ChecksumAlgorithm::ALL {
        headers.remove(algorithm.header());
    }
    Cow::Owned(headers)
}

/// What is copied: with a leading slash or without, percent-encoded (`s3.copy.source`).
fn source(headers: &HeaderMap) -> Result<CopySource, S3Error> {
    const MESSAGE: &str =
        "Copy Source must mention the source bucket and key: sourcebucket/sourcekey";
    let malformed = || S3Error::with_message(S3Code::InvalidArgument, Stage::Operation, MESSAGE);
    let header = headers
        .get(COPY_SOURCE)
        .and_then(|header| header.to_str().ok());
    match dto::CopySource::parse(header.ok_or_else(malformed)?) {
        Ok(dto::CopySource::Bucket {
            bucket,
            key,
            version_id: None,
        }) if !key.is_empty() => Ok(CopySource {
            target: Target {
                bucket: bucket.into(),
                key: key.into(),
            },
            preconditions: preconditions(headers, COPY_SOURCE_PREFIX),
        }),
        Ok(dto::CopySource::Bucket {
            version_id: None, ..
        })
        | Err(_) => Err(malformed()),
        // Versions, access points and Outposts this account has not.
        Ok(_) => Err(S3Error::new(S3Code::NotImplemented, Stage::Operation)),
    }
}

/// The tags that an object is to have: those in the header, and for a copy only if it is to have
/// others than its source (`s3.put.tagging`, `s3.copy.tags`).
fn tags(operation: Operation, headers: &HeaderMap) -> Result<Option<Tags>, S3Error> {
    let text = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
    let replaced = match (operation, text(TAGGING_DIRECTIVE)) {
        (Operation::PutObject | Operation::CreateMultipartUpload, _) => false,
        (Operation::CopyObject, Some(b"REPLACE")) => true,
        (Operation::CopyObject, None | Some(b"COPY")) => return Ok(None),
        (Operation::CopyObject, Some(_)) => {
            let (code, stage) = (S3Code::InvalidArgument, Stage::Operation);
            let message = "Unknown tagging directive.";
            return Err(S3Error::with_message(code, stage, message));
        }
        _ => return Ok(None),
    };
    match text(TAGGING) {
        Some(header) => Tags::from_header(&String::from_utf8_lossy(header)).map(Some),
        None => Ok(replaced.then(Tags::default)),
    }
}

/// Who is to own it and how it is to be encrypted. What is no text is no word that S3 knows.
fn wishes(headers: &HeaderMap) -> Wishes {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let grants = headers.iter().filter_map(|(name, value)| {
        let permission = name.as_str().strip_prefix(GRANT_PREFIX)?;
        Some((permission.to_owned(), text(value)))
    });
    Wishes {
        acl: headers.get(ACL).map(text),
        grants: grants.collect(),
        encryption: headers.get(ENCRYPTION).map(text),
    }
}

/// The condition keys that are there because the request says something.
fn context(operation: Operation, head: &Parts, signed: &Context) -> Context {
    let mut context = signed.clone();
    if matches!(
        operation,
        Operation::ListObjects | Operation::ListObjectsV2 | Operation::ListMultipartUploads
    ) {
        for (name, value) in parameters(head.uri.query().unwrap_or_default()) {
            if let Some((_, key)) = QUERY_KEYS.iter().find(|(own, _)| *own == name) {
                context.set(key, [value]);
            }
        }
    }
    let brought: &[_] = match operation {
        Operation::CopyObject => &[COPY_KEYS, WRITE_KEYS, ACL_KEYS, ENCRYPTION_KEYS],
        Operation::UploadPartCopy => &[COPY_KEYS],
        Operation::PutObject => &[WRITE_KEYS, ACL_KEYS, ENCRYPTION_KEYS],
        Operation::CompleteMultipartUpload => &[WRITE_KEYS],
        Operation::CreateMultipartUpload => &[ACL_KEYS, ENCRYPTION_KEYS],
        Operation::CreateBucket | Operation::PutBucketAcl | Operation::PutObjectAcl => &[ACL_KEYS],
        _ => &[],
    };
    for (name, key) in brought.iter().copied().flatten() {
        let sent = head.headers.get(*name);
        if let Some(value) = sent.and_then(|value| value.to_str().ok()) {
            context.set(key, [value]);
        }
    }
    if let Some(creates) = creates_an_object(operation) {
        context.set("s3:ObjectCreationOperation", [creates.to_string()]);
    }
    context
}

/// Of what s3:PutObject allows, whether an object is there afterwards (`s3.context.creation`).
fn creates_an_object(operation: Operation) -> Option<bool> {
    match operation {
        Operation::PutObject | Operation::CopyObject | Operation::CompleteMultipartUpload => {
            Some(true)
        }
        Operation::CreateMultipartUpload | Operation::UploadPart | Operation::UploadPartCopy => {
            Some(false)
        }
        _ => None,
    }
}

/// The query as a form is read: a plus is a space.
pub(super) fn parameters(query: &str) -> impl Iterator<Item = (String, String)> + '_ {
    let decoded = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    query.split('&').map(move |pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    })
}
