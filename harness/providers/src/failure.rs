//! The errors of the SDK, read.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::class::Class;
use crate::contract::CallFailure;

/// Reads what came of a call: a refusal of the service, with its code and status, or an error
/// before or after it.
pub(crate) fn of_call<E>(error: &SdkError<E, HttpResponse>) -> CallFailure
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

/// Asked for what this cannot do.
pub(crate) fn misused(text: &str) -> CallFailure {
    CallFailure {
        class: Class::BadConfig,
        code: None,
        status: None,
        text: text.to_owned(),
    }
}

/// Reads an error of the SDK: the first one in its chain of sources that says what kind it is.
pub(crate) fn failure(error: &(dyn Error + 'static)) -> CallFailure {
    let mut class = Class::Other;
    let mut texts = Vec::new();
    let mut next = Some(error);
    while let Some(current) = next {
        if let Some(credentials) = current.downcast_ref::<CredentialsError>()
            && class == Class::Other
        {
            class = class_of(credentials);
        }
        texts.push(current.to_string());
        next = current.source();
    }
    texts.dedup();
    CallFailure {
        class,
        code: None,
        status: None,
        text: texts.join(": "),
    }
}

fn class_of(error: &CredentialsError) -> Class {
    match error {
        CredentialsError::CredentialsNotLoaded(_) => Class::NoneFound,
        CredentialsError::ProviderTimedOut(_) => Class::Timeout,
        CredentialsError::InvalidConfiguration(_) => Class::BadConfig,
        CredentialsError::ProviderError(_) => Class::SourceError,
        _ => Class::Other,
    }
}
