//! How CloudTrail spells what the query protocol says.

use serde_json::Value;

use crate::instant::SimInstant;
use crate::operation::Service;

/// Never shown, wherever they are (`cloudtrail.secrets.left-out`).
const SECRETS: &[&str] = &[
    "Base32StringSeed",
    "EncodedMessage",
    "NewPassword",
    "OldPassword",
    "Password",
    "QRCodePNG",
    "SAMLAssertion",
    "SecretAccessKey",
    "SessionToken",
    "TokenCode",
    "UserData",
    "WebIdentityToken",
];

/// What begins with one of these is a code of a device.
const SECRET_PREFIX: &str = "AuthenticationCode";

/// Numbers, which the protocol sends as text.
const NUMBERS: &[&str] = &[
    "AttachmentCount",
    "Code",
    "DurationSeconds",
    "HttpPutResponseHopLimit",
    "MaxCount",
    "MaxItems",
    "MaxResults",
    "MaxSessionDuration",
    "MinCount",
    "PermissionsBoundaryUsageCount",
];

pub(super) fn is_secret(name: &str) -> bool {
    SECRETS.contains(&name) || name.starts_with(SECRET_PREFIX)
}

/// `RoleName` as `roleName`; a name that begins with several capitals keeps all but the first of
/// them (`cloudtrail.request.names`).
pub(super) fn camel(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

/// A value in the type that it has there: numbers and truth values are none of text, and times are
/// in words for IAM and in milliseconds for EC2.
pub(super) fn typed(service: Service, name: &str, text: &str) -> Value {
    if NUMBERS.contains(&name)
        && let Ok(number) = text.parse::<i64>()
    {
        return number.into();
    }
    match text {
        "true" => true.into(),
        "false" => false.into(),
        _ => match SimInstant::parse(text) {
            Some(time) if service == Service::Ec2 => time.epoch_millis().into(),
            Some(time) => time.in_words().into(),
            None => text.into(),
        },
    }
}
