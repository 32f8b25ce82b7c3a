//! Signed calls through `aws-sdk-s3`.

use std::error::Error;

use aws_config::SdkConfig;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use bytes::Bytes;

use crate::aws_config::failure;
use crate::class::Class;
use crate::contract::{Call, CallAnswer, CallFailure, body_of};

/// Makes one call. A client costs little: what lasts is in the configuration.
pub(crate) async fn call(config: &SdkConfig, call: Call) -> CallAnswer {
    let client = aws_sdk_s3::Client::new(config);
    match call {
        Call::PutObject {
            bucket,
            key,
            size,
            metadata,
        } => {
            let body = ByteStream::from(body_of(&key, size));
            let mut request = client.put_object().bucket(bucket).key(key).body(body);
            for (name, value) in metadata {
                request = request.metadata(name, value);
            }
            request
                .send()
                .await
                .map(|_| Bytes::new())
                .map_err(|error| read(&error))
        }
        Call::GetObject { bucket, key } => {
            let answer = client
                .get_object()
                .bucket(bucket)
                .key(key)
                .send()
                .await
                .map_err(|error| read(&error))?;
            let body = answer
                .body
                .collect()
                .await
                .map_err(|error| failure(&error))?;
            Ok(body.into_bytes())
        }
    }
}

fn read<E>(error: &SdkError<E, HttpResponse>) -> CallFailure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ServiceError(refused) => {
            let inner = refused.err();
            CallFailure {
                class: Class::Refused,
                code: inner.code().map(str::to_owned),
                status: Some(refused.raw().status().as_u16()),
                text: inner.message().unwrap_or("no message").to_owned(),
            }
        }
        SdkError::TimeoutError(_) => CallFailure {
            class: Class::Timeout,
            ..failure(error)
        },
        SdkError::ResponseError(_) => CallFailure {
            class: Class::Network,
            ..failure(error)
        },
        SdkError::DispatchFailure(_) => {
            let read = failure(error);
            // A provider's error travels inside; without one it was the network.
            let class = if read.class == Class::Other {
                Class::Network
            } else {
                read.class
            };
            CallFailure { class, ..read }
        }
        _ => failure(error),
    }
}
