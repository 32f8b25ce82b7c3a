//! Signed calls through `aws-sdk-sts`, which `aws-config` brings along.

use aws_config::SdkConfig;
use bytes::Bytes;

use crate::contract::{AssumeRole, CallAnswer};
use crate::failure::of_call;

/// The name of a session about which nothing is said.
const SESSION_NAME: &str = "rolecall";

/// Who the credentials of `config` are: the ARN.
pub(crate) async fn caller_identity(config: &SdkConfig) -> CallAnswer {
    let client = aws_sdk_sts::Client::new(config);
    let answer = client.get_caller_identity().send().await;
    let answer = answer.map_err(|error| of_call(&error))?;
    Ok(answer.arn.unwrap_or_default().into())
}

/// A session of a role: its access key id.
pub(crate) async fn assume_role(config: &SdkConfig, asked: AssumeRole) -> CallAnswer {
    let seconds = asked.duration.map(|duration| duration.as_secs());
    let seconds = seconds.map(|seconds| i32::try_from(seconds).unwrap_or(i32::MAX));
    let answer = aws_sdk_sts::Client::new(config)
        .assume_role()
        .role_arn(asked.role_arn)
        .role_session_name(
            asked
                .session_name
                .unwrap_or_else(|| SESSION_NAME.to_owned()),
        )
        .set_duration_seconds(seconds)
        .set_external_id(asked.external_id)
        .send()
        .await
        .map_err(|error| of_call(&error))?;
    let id = answer.credentials.map(|made| made.access_key_id);
    Ok(id.map(Bytes::from).unwrap_or_default())
}
