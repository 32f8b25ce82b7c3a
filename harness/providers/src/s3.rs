//! Signed calls through `aws-sdk-s3`, and presigned URLs.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::operation::create_multipart_upload::builders::CreateMultipartUploadFluentBuilder;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use http::Method;

use crate::contract::{Call, CallAnswer, body_of};
use crate::failure::{failure, misused, of_call};

/// Makes one call. A client costs little: what lasts is in the configuration.
pub(crate) async fn call(config: &SdkConfig, call: Call) -> CallAnswer {
    let client = Client::new(config);
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
                .map_err(|error| of_call(&error).into())
        }
        Call::UploadMultipart {
            bucket,
            key,
            parts,
            part_size,
            metadata,
        } => {
            let start = client.create_multipart_upload();
            let start = start.set_metadata(Some(metadata.into_iter().collect()));
            let uploaded = Multipart {
                client: &client,
                bucket,
                key,
            };
            uploaded.upload(start, parts, part_size).await
        }
        Call::GetObject { bucket, key } => {
            let answer = client
                .get_object()
                .bucket(bucket)
                .key(key)
                .send()
                .await
                .map_err(|error| of_call(&error))?;
            let body = answer
                .body
                .collect()
                .await
                .map_err(|error| failure(&error))?;
            Ok(body.into_bytes())
        }
        Call::Presign {
            method,
            bucket,
            key,
            expires,
        } => presign(config, &method, (bucket, key), expires).await,
        Call::CallerIdentity | Call::AssumeRole(_) => Err(misused("that is no call of S3").into()),
    }
}

/// An upload in parts.
struct Multipart<'a> {
    client: &'a Client,
    bucket: String,
    key: String,
}

impl Multipart<'_> {
    /// Begins with `start`, and sends part after part. One that fails is the end of it: what was sent
    /// stays, as it does where nobody aborts.
    async fn upload(
        self,
        start: CreateMultipartUploadFluentBuilder,
        parts: u32,
        part_size: usize,
    ) -> CallAnswer {
        let begun = start.bucket(&self.bucket).key(&self.key).send().await;
        let id = begun.map_err(|error| of_call(&error))?.upload_id;
        let body = body_of(&self.key, part_size.saturating_mul(parts as usize));
        let mut completed = CompletedMultipartUpload::builder();
        for number in 1..=parts {
            let from = (number as usize - 1) * part_size;
            let part = body.slice(from..from + part_size);
            let number = i32::try_from(number).unwrap_or(i32::MAX);
            let sent = self
                .client
                .upload_part()
                .bucket(&self.bucket)
                .key(&self.key)
                .set_upload_id(id.clone())
                .part_number(number)
                .body(ByteStream::from(part))
                .send()
                .await
                .map_err(|error| of_call(&error))?;
            let part = CompletedPart::builder().part_number(number);
            completed = completed.parts(part.set_e_tag(sent.e_tag).build());
        }
        self.client
            .complete_multipart_upload()
            .bucket(&self.bucket)
            .key(&self.key)
            .set_upload_id(id)
            .multipart_upload(completed.build())
            .send()
            .await
            .map_err(|error| of_call(&error))?;
        Ok(Bytes::new())
    }
}

/// Presigns a URL for as long as `expires`, from now by the app's clock.
async fn presign(
    config: &SdkConfig,
    method: &Method,
    (bucket, key): (String, String),
    expires: Duration,
) -> CallAnswer {
    let Some(time) = config.time_source() else {
        return Err(misused("there is no clock to presign by").into());
    };
    let terms = PresigningConfig::builder()
        .start_time(time.now())
        .expires_in(expires)
        .build()
        .map_err(|error| failure(&error))?;
    let client = Client::new(config);
    macro_rules! presigned {
        ($operation:ident) => {
            client
                .$operation()
                .bucket(bucket)
                .key(key)
                .presigned(terms)
                .await
                .map_err(|error| of_call(&error))?
        };
    }
    let request = match *method {
        Method::GET => presigned!(get_object),
        Method::PUT => presigned!(put_object),
        Method::HEAD => presigned!(head_object),
        Method::DELETE => presigned!(delete_object),
        _ => return Err(misused(&format!("no URL is presigned for {method}")).into()),
    };
    Ok(Bytes::copy_from_slice(request.uri().as_bytes()))
}
