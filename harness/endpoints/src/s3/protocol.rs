//! The seam to the protocol crate: a permitted request in, an HTTP answer out.

use std::mem::take;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, ETAG, EXPIRES, LAST_MODIFIED, RANGE,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::BodyExt;
use rolecall_account::s3::{Checksums, Permit, Resource, S3Code, S3Error};
use rolecall_account::{Operation, SimInstant, Stage};
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::path::S3Path;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::validation::NameValidation;
use s3s::{S3ErrorCode, S3Result};

use super::name::{CONDITIONS, COPY_SOURCE_PREFIX, COPY_SOURCE_RANGE};
use crate::edge::Edge;

mod acls;
mod buckets;
mod convert;
mod copies;
mod deletes;
mod listings;
mod objects;
mod policies;
mod store;
mod tags;
mod uploads;

/// What a request is handed over with, once it is permitted.
#[derive(Clone)]
pub(super) struct Hand {
    pub(super) now: SimInstant,
    pub(super) permit: Permit,
    pub(super) content: Bytes,
    pub(super) checksums: Checksums,
}

/// An answer that is no refusal.
pub(super) struct Answered {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// What the account says that the protocol crate has no words for: it waits here until that crate
/// has rendered its own.
#[derive(Default)]
struct Aside {
    refused: Option<S3Error>,
    unmodified: bool,
}

type Asides = Arc<Mutex<Aside>>;

/// What of an object is to be read: headers that the account reads itself, for the protocol crate
/// refuses some that S3 ignores.
#[derive(Clone, Default)]
struct Wanted {
    range: Option<HeaderValue>,
    copy_range: Option<HeaderValue>,
}

impl Wanted {
    /// Takes them out, and the conditions too, which the permit holds.
    fn take(headers: &mut HeaderMap) -> Self {
        for condition in CONDITIONS {
            headers.remove(*condition);
            headers.remove(format!("{COPY_SOURCE_PREFIX}{condition}"));
        }
        Self {
            range: headers.remove(RANGE),
            copy_range: headers.remove(COPY_SOURCE_RANGE),
        }
    }
}

pub(super) fn service(edge: Edge) -> S3Service {
    let mut builder = S3ServiceBuilder::new(store::Store { edge });
    // Must be set for `OnlyPermitted` to be asked; must never be reached.
    builder.set_auth(NoKeys);
    builder.set_access(OnlyPermitted);
    builder.set_validation(AnyName);
    builder.build()
}

/// Hands a request over.
pub(super) async fn call(
    service: &S3Service,
    mut head: Parts,
    hand: Hand,
) -> Result<Answered, S3Error> {
    let asides = Asides::default();
    let operation = hand.permit.operation;
    let wanted = Wanted::take(&mut head.headers);
    let body = s3s::Body::from(hand.content.clone());
    let mut request = http::Request::from_parts(head, body);
    request.extensions_mut().insert(hand);
    request.extensions_mut().insert(wanted);
    request.extensions_mut().insert(Arc::clone(&asides));
    let response = service
        .call(request)
        .await
        .map_err(|_| internal("the protocol layer gave no answer"))?;
    let aside = take(&mut *asides.lock().unwrap_or_else(PoisonError::into_inner));
    if let Some(error) = aside.refused {
        return Err(error);
    }
    let (parts, body) = response.into_parts();
    if aside.unmodified {
        return Ok(unmodified(&parts.headers));
    }
    let body = body
        .collect()
        .await
        .map_err(|_| internal("the protocol layer broke off"))?
        .to_bytes();
    if !parts.status.is_success() {
        return Err(not_understood(&body));
    }
    let is_part = parts.headers.contains_key(CONTENT_RANGE);
    let status = match operation {
        // s3.tags.bucket
        Operation::PutBucketTagging => StatusCode::NO_CONTENT,
        _ if is_part => StatusCode::PARTIAL_CONTENT,
        _ => parts.status,
    };
    Ok(Answered {
        status,
        headers: parts.headers,
        body,
    })
}

/// That a reader has what there is: only what a cache needs is repeated (`s3.get.unmodified`).
fn unmodified(headers: &HeaderMap) -> Answered {
    let kept = [CACHE_CONTROL, CONTENT_LENGTH, ETAG, EXPIRES, LAST_MODIFIED]
        .into_iter()
        .filter_map(|name| {
            let value = headers.get(&name)?.clone();
            Some((name, value))
        });
    Answered {
        status: StatusCode::NOT_MODIFIED,
        headers: kept.collect(),
        body: Bytes::new(),
    }
}

/// What the protocol crate could not read, under the code that it gives if that is one for what a
/// client does wrong.
fn not_understood(document: &[u8]) -> S3Error {
    let document = String::from_utf8_lossy(document);
    let code = document
        .split_once("<Code>")
        .and_then(|(_, rest)| S3Code::named(rest.split_once("</Code>")?.0))
        .filter(|code| code.status() == 400);
    let mut error = S3Error::new(code.unwrap_or(S3Code::InvalidRequest), Stage::Operation);
    error.detail = Some(document.into_owned());
    error
}

fn internal(detail: &str) -> S3Error {
    let mut error = S3Error::new(S3Code::InternalError, Stage::Operation);
    error.detail = Some(detail.to_owned());
    error
}

/// There are no keys here: requests come verified.
struct NoKeys;

#[async_trait]
impl S3Auth for NoKeys {
    async fn get_secret_key(&self, _access_key: &str) -> S3Result<SecretKey> {
        Err(S3ErrorCode::InternalError.into())
    }
}

/// Lets through what carries a permit for just that.
struct OnlyPermitted;

#[async_trait]
impl S3Access for OnlyPermitted {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let permit = context.extensions_mut().get::<Hand>();
        let Some(Permit {
            operation,
            resource,
            ..
        }) = permit.map(|hand| hand.permit.clone())
        else {
            return Err(S3ErrorCode::AccessDenied.into());
        };
        let same = operation.name() == context.s3_op().name()
            && match (context.s3_path(), &resource) {
                (S3Path::Root, Resource::Account) => true,
                (S3Path::Bucket { bucket }, Resource::Bucket(own)) => **bucket == **own,
                (S3Path::Object { bucket, key }, Resource::Object(own)) => {
                    **bucket == *own.bucket && **key == *own.key
                }
                _ => false,
            };
        if same {
            return Ok(());
        }
        Err(S3ErrorCode::AccessDenied.into())
    }
}

/// Names are the account's to check.
struct AnyName;

impl NameValidation for AnyName {
    fn validate_bucket_name(&self, _name: &str) -> bool {
        true
    }
}
