//! The seam to the protocol crate: a permitted request in, an HTTP answer out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use http::request::Parts;
use http_body_util::BodyExt;
use rolecall_account::s3::{ChecksumAlgorithm, NewObject, Object, Permit, S3Code, S3Error};
use rolecall_account::{SimInstant, Stage};
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::dto::{
    ETag, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, PutObjectInput,
    PutObjectOutput, StreamingBlob, Timestamp,
};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3, S3ErrorCode, S3Request, S3Response, S3Result};

use crate::edge::Edge;

/// What a request is handed over with, once it is permitted.
#[derive(Clone)]
pub(super) struct Hand {
    pub(super) now: SimInstant,
    pub(super) permit: Permit,
    pub(super) content: Bytes,
    pub(super) checksums: Vec<(ChecksumAlgorithm, String)>,
}

/// An answer that is no refusal.
pub(super) struct Answered {
    pub(super) status: http::StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Where a refusal of the account waits until the protocol crate has rendered its own.
type Refused = Arc<Mutex<Option<S3Error>>>;

pub(super) fn service(edge: Edge) -> S3Service {
    let mut builder = S3ServiceBuilder::new(Store { edge });
    // Must be set for `OnlyPermitted` to be asked; must never be reached.
    builder.set_auth(NoKeys);
    builder.set_access(OnlyPermitted);
    builder.build()
}

/// Hands a request over.
pub(super) async fn call(
    service: &S3Service,
    head: Parts,
    hand: Hand,
) -> Result<Answered, S3Error> {
    let refused = Refused::default();
    let body = s3s::Body::from(hand.content.clone());
    let mut request = http::Request::from_parts(head, body);
    request.extensions_mut().insert(hand);
    request.extensions_mut().insert(Arc::clone(&refused));
    let response = service
        .call(request)
        .await
        .map_err(|_| internal("the protocol layer gave no answer"))?;
    if let Some(error) = refused
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take()
    {
        return Err(error);
    }
    let (parts, body) = response.into_parts();
    let body = body
        .collect()
        .await
        .map_err(|_| internal("the protocol layer broke off"))?
        .to_bytes();
    if parts.status.is_success() {
        return Ok(Answered {
            status: parts.status,
            headers: parts.headers,
            body,
        });
    }
    let mut error = S3Error::new(S3Code::InvalidRequest, Stage::Operation);
    error.detail = Some(String::from_utf8_lossy(&body).into_owned());
    Err(error)
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

/// Lets through what carries a permit.
struct OnlyPermitted;

#[async_trait]
impl S3Access for OnlyPermitted {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        match context.extensions_mut().get::<Hand>() {
            Some(_) => Ok(()),
            None => Err(S3ErrorCode::AccessDenied.into()),
        }
    }
}

/// The operations, each one call into the account.
struct Store {
    edge: Edge,
}

#[async_trait]
impl S3 for Store {
    async fn put_object(
        &self,
        request: S3Request<PutObjectInput>,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        let hand = hand(&request)?;
        let object = NewObject {
            bytes: hand.content,
            content_type: request.input.content_type.as_ref().map(ToString::to_string),
            cache_control: request.input.cache_control.clone(),
            content_disposition: request.input.content_disposition.clone(),
            content_encoding: request.input.content_encoding.clone(),
            content_language: request.input.content_language.clone(),
            metadata: request
                .input
                .metadata
                .clone()
                .unwrap_or_default()
                .into_iter()
                .collect(),
            checksums: hand.checksums.clone(),
        };
        let stored = self.edge.world().s3_put(hand.now, &hand.permit, object);
        let etag = stored.map_err(|error| refuse(&request, error))?;
        let mut output = PutObjectOutput {
            e_tag: Some(ETag::Strong(etag)),
            ..PutObjectOutput::default()
        };
        for (algorithm, checksum) in hand.checksums {
            let field = match algorithm {
                ChecksumAlgorithm::Crc32 => &mut output.checksum_crc32,
                ChecksumAlgorithm::Crc32c => &mut output.checksum_crc32c,
                ChecksumAlgorithm::Crc64Nvme => &mut output.checksum_crc64nvme,
                ChecksumAlgorithm::Sha1 => &mut output.checksum_sha1,
                ChecksumAlgorithm::Sha256 => &mut output.checksum_sha256,
            };
            *field = Some(checksum);
        }
        Ok(S3Response::new(output))
    }

    async fn get_object(
        &self,
        request: S3Request<GetObjectInput>,
    ) -> S3Result<S3Response<GetObjectOutput>> {
        let object = self.read(&request)?;
        let wanted = request.input.checksum_mode.is_some();
        let mut output = GetObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: i64::try_from(object.content.bytes.len()).ok(),
            cache_control: object.content.cache_control.clone(),
            content_disposition: object.content.content_disposition.clone(),
            content_encoding: object.content.content_encoding.clone(),
            content_language: object.content.content_language.clone(),
            content_type: content_type(&object),
            e_tag: Some(ETag::Strong(object.etag.clone())),
            last_modified: Some(Timestamp::from(std::time::SystemTime::from(
                object.last_modified,
            ))),
            metadata: metadata(&object),
            body: Some(StreamingBlob::from(s3s::Body::from(
                object.content.bytes.clone(),
            ))),
            ..GetObjectOutput::default()
        };
        for (algorithm, checksum) in object.content.checksums.into_iter().filter(|_| wanted) {
            let field = match algorithm {
                ChecksumAlgorithm::Crc32 => &mut output.checksum_crc32,
                ChecksumAlgorithm::Crc32c => &mut output.checksum_crc32c,
                ChecksumAlgorithm::Crc64Nvme => &mut output.checksum_crc64nvme,
                ChecksumAlgorithm::Sha1 => &mut output.checksum_sha1,
                ChecksumAlgorithm::Sha256 => &mut output.checksum_sha256,
            };
            *field = Some(checksum);
        }
        Ok(S3Response::new(output))
    }

    async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        let object = self.read(&request)?;
        Ok(S3Response::new(HeadObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: i64::try_from(object.content.bytes.len()).ok(),
            cache_control: object.content.cache_control.clone(),
            content_disposition: object.content.content_disposition.clone(),
            content_encoding: object.content.content_encoding.clone(),
            content_language: object.content.content_language.clone(),
            content_type: content_type(&object),
            e_tag: Some(ETag::Strong(object.etag.clone())),
            last_modified: Some(Timestamp::from(std::time::SystemTime::from(
                object.last_modified,
            ))),
            metadata: metadata(&object),
            ..HeadObjectOutput::default()
        }))
    }
}

impl Store {
    fn read<T>(&self, request: &S3Request<T>) -> S3Result<Object> {
        let hand = hand(request)?;
        let found = self.edge.world().s3_get(hand.now, &hand.permit);
        found.map_err(|error| refuse(request, error))
    }
}

fn hand<T>(request: &S3Request<T>) -> S3Result<Hand> {
    request
        .extensions
        .get::<Hand>()
        .cloned()
        .ok_or_else(|| S3ErrorCode::AccessDenied.into())
}

/// Leaves the account's refusal where [`call`] finds it; what is returned is thrown away.
fn refuse<T>(request: &S3Request<T>, error: S3Error) -> s3s::S3Error {
    if let Some(refused) = request.extensions.get::<Refused>() {
        *refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
    S3ErrorCode::InternalError.into()
}

/// What S3 calls an object that came without a type.
const CONTENT_TYPE_DEFAULT: &str = "binary/octet-stream";

fn content_type(object: &Object) -> Option<s3s::dto::ContentType> {
    let sent = object.content.content_type.as_deref();
    sent.unwrap_or(CONTENT_TYPE_DEFAULT).parse().ok()
}

fn metadata(object: &Object) -> Option<s3s::dto::Metadata> {
    let metadata: &BTreeMap<String, String> = &object.content.metadata;
    (!metadata.is_empty()).then(|| metadata.clone().into_iter().collect())
}
