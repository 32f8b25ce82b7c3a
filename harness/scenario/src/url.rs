//! Presigned URLs: whoever has one may use it.

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use rolecall_endpoints::Wire;
use rolecall_providers::{
    Answer, BoxFuture, Call, CallAnswer, CallFailure, Class, Client, body_of,
};
use tower::{BoxError, ServiceExt};

use crate::act::Asked;

/// A URL, and what it was presigned for.
#[derive(Clone, Debug)]
pub(crate) struct Presigned {
    url: String,
    method: http::Method,
    bucket: String,
    key: String,
}

impl Presigned {
    /// The URL that a call has made, if it has made one.
    pub(crate) fn of(call: &Call, answer: &Result<Bytes, CallFailure>) -> Option<Self> {
        let (
            Call::Presign {
                method,
                bucket,
                key,
                ..
            },
            Ok(url),
        ) = (call, answer)
        else {
            return None;
        };
        Some(Self {
            url: String::from_utf8_lossy(url).into_owned(),
            method: method.clone(),
            bucket: bucket.clone(),
            key: key.clone(),
        })
    }

    /// The access key id that it was signed with.
    pub(crate) fn access_key_id(&self) -> Option<&str> {
        let (_, query) = self.url.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let (_, credential) = pairs.find(|(name, _)| *name == "X-Amz-Credential")?;
        credential.split(['%', '/']).next()
    }

    /// What calling it comes to: the same as the call that its signer could have made.
    pub(crate) fn asked(&self) -> Asked {
        let (bucket, key) = (self.bucket.clone(), self.key.clone());
        Asked::Call(if self.method == http::Method::PUT {
            let (size, metadata) = (PUT_SIZE, [].into());
            Call::PutObject {
                bucket,
                key,
                size,
                metadata,
            }
        } else {
            Call::GetObject { bucket, key }
        })
    }
}

/// Bytes of a body that is put.
const PUT_SIZE: usize = 1024;

/// Somebody who has a URL, and no credentials.
pub(crate) struct Holder {
    url: Presigned,
    wire: Wire,
}

impl Holder {
    pub(crate) fn new(url: Presigned, wire: Wire) -> Self {
        Self { url, wire }
    }

    async fn send(&self, body: Bytes) -> Result<(StatusCode, Bytes), BoxError> {
        let request = Request::builder()
            .method(self.url.method.clone())
            .uri(&self.url.url)
            .header(CONTENT_LENGTH, body.len())
            .body(Full::new(body))?;
        let (head, body) = self.wire.clone().oneshot(request).await?.into_parts();
        Ok((head.status, body.collect().await?.to_bytes()))
    }
}

impl Client for Holder {
    fn resolve(&self) -> BoxFuture<'_, Answer> {
        let text = "whoever has a URL has no credentials by it".to_owned();
        Box::pin(async { Err(failure(Class::NoneFound, None, text).into()) })
    }

    fn call(&self, call: Call) -> BoxFuture<'_, CallAnswer> {
        let body = match call {
            Call::PutObject { key, size, .. } => body_of(&key, size),
            _ => Bytes::new(),
        };
        Box::pin(async {
            match self.send(body).await {
                Ok((status, body)) if status.is_success() => Ok(body),
                Ok((status, body)) => {
                    let text = String::from_utf8_lossy(&body).into_owned();
                    Err(failure(Class::Refused, Some(status.as_u16()), text).into())
                }
                Err(error) => Err(failure(Class::Network, None, error.to_string()).into()),
            }
        })
    }
}

fn failure(class: Class, status: Option<u16>, text: String) -> CallFailure {
    CallFailure {
        class,
        code: None,
        status,
        text,
    }
}
