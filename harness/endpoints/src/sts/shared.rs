//! What the operations have in common.

use rolecall_account::{SecondFactor, Session, StsError};

use crate::query::{Parameters, QueryError};
use crate::xml::Element;

pub(super) fn packed(percent: Option<u32>) -> Option<Element> {
    percent.map(|percent| Element::Text("PackedPolicySize", percent.to_string()))
}

pub(super) fn source_identity(session: &Session) -> Option<Element> {
    let source = session.context.source_identity.clone();
    source.map(|source| Element::Text("SourceIdentity", source))
}

pub(super) fn policy_arns(parameters: &Parameters) -> Result<Vec<String>, QueryError> {
    let members = parameters.members("PolicyArns")?;
    let arns = members.iter().map(|member| {
        let arn = parameters.required(&format!("{member}.arn"))?;
        Ok(arn.to_owned())
    });
    arns.collect()
}

pub(super) fn tags(parameters: &Parameters) -> Result<Vec<(String, String)>, QueryError> {
    let members = parameters.members("Tags")?;
    let tags = members.iter().map(|member| {
        let part = |name| parameters.required(&format!("{member}.{name}"));
        Ok((part("Key")?.to_owned(), part("Value")?.to_owned()))
    });
    tags.collect()
}

pub(super) fn texts(parameters: &Parameters, list: &str) -> Result<Vec<String>, QueryError> {
    let members = parameters.members(list)?;
    let texts = members.iter();
    texts
        .map(|member| parameters.required(member).map(str::to_owned))
        .collect()
}

pub(super) fn refuse_unsupported(
    parameters: &Parameters,
    lacks: &[&'static str],
) -> Result<(), QueryError> {
    match lacks.iter().find(|name| parameters.has(name)) {
        None => Ok(()),
        Some(parameter) => Err(StsError::NotSupported { parameter }.into()),
    }
}

/// The user of a role's session.
pub(super) fn assumed_role_user(session: &Session) -> Element {
    let user = vec![
        Element::Text("AssumedRoleId", session.identity.user_id()),
        Element::Text("Arn", session.identity.caller_arn()),
    ];
    Element::Parent("AssumedRoleUser", user)
}

pub(super) fn second_factor(parameters: &Parameters) -> SecondFactor {
    let text = |name| parameters.text(name).map(str::to_owned);
    SecondFactor {
        serial_number: text("SerialNumber"),
        token_code: text("TokenCode"),
    }
}

/// `sts.credentials.members`.
pub(super) fn credentials(session: &Session) -> Element {
    let token = session
        .session_token
        .as_ref()
        .map(|token| token.expose().to_owned());
    let expiry = session.expires_at.map(|expiry| expiry.to_string());
    let mut members = vec![
        Element::Text("AccessKeyId", session.access_key_id.clone()),
        Element::Text(
            "SecretAccessKey",
            session.secret_access_key.expose().to_owned(),
        ),
    ];
    members.extend(token.map(|token| Element::Text("SessionToken", token)));
    members.extend(expiry.map(|expiry| Element::Text("Expiration", expiry)));
    Element::Parent("Credentials", members)
}
