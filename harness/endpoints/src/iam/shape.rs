//! What the operations of IAM have in common: how their parameters are read and their answers made.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rolecall_account::policy::{Document, DocumentKind};
use rolecall_account::{ControlPlane, IamError, SimInstant, Tag, Tags, World, iam_document};

use crate::query::{Answered, Call, QueryError};
use crate::xml::Element;

/// What RFC 3986 lets stand everywhere.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

pub(super) fn account<'w>(world: &'w mut World, call: &Call<'_>) -> ControlPlane<'w> {
    world.on_behalf(call.now, call.caller)
}

/// An answer with a result.
pub(super) fn answered(account: &ControlPlane<'_>, result: Vec<Element>) -> Answered {
    Answered {
        result,
        decision: account.decision().cloned(),
    }
}

pub(super) fn text(name: &'static str, text: impl Into<String>) -> Element {
    Element::Text(name, text.into())
}

pub(super) fn flag(name: &'static str, flag: bool) -> Element {
    text(name, if flag { "true" } else { "false" })
}

pub(super) fn date(name: &'static str, at: SimInstant) -> Element {
    text(name, at.to_string())
}

/// A policy document, percent-encoded (`iam.answers.documents-encoded`).
pub(super) fn document(name: &'static str, json: &str) -> Element {
    text(name, utf8_percent_encode(json, RESERVED).to_string())
}

/// `<NAME><member>…</member>…</NAME>`.
pub(super) fn list(name: &'static str, members: impl IntoIterator<Item = Element>) -> Element {
    Element::Parent(name, members.into_iter().collect())
}

/// A member of a list that is a text.
pub(super) fn text_member(member: impl Into<String>) -> Element {
    text("member", member)
}

/// A member of a list that has members of its own.
pub(super) fn member(members: Vec<Element>) -> Element {
    Element::Parent("member", members)
}

pub(super) fn tag(tag: &Tag) -> Element {
    member(vec![
        text("Key", tag.key.as_str()),
        text("Value", tag.value.as_str()),
    ])
}

/// The list of tags, unless there are none.
pub(super) fn tags(tags: &Tags) -> Option<Element> {
    (!tags.is_empty()).then(|| list("Tags", tags.iter().map(tag)))
}

/// The tags that a request sets.
pub(super) fn asked_tags(call: &Call<'_>) -> Result<Vec<Tag>, QueryError> {
    let members = call.parameters.members("Tags")?.into_iter();
    let tags = members.map(|member| {
        let of = |part| call.parameters.required(&format!("{member}.{part}"));
        Ok(Tag {
            key: of("Key")?.to_owned(),
            value: of("Value")?.to_owned(),
        })
    });
    tags.collect()
}

/// A document under a parameter that has to be there.
pub(super) fn asked_document(
    call: &Call<'_>,
    name: &'static str,
    kind: DocumentKind,
) -> Result<Document, QueryError> {
    let json = call.parameters.required(name)?;
    let field = match name {
        "AssumeRolePolicyDocument" => "assumeRolePolicyDocument",
        _ => "policyDocument",
    };
    Ok(iam_document(field, json, kind)?)
}

/// A parameter that is `true` or `false`; the latter if it is not there.
pub(super) fn asked_flag(call: &Call<'_>, name: &str) -> Result<bool, QueryError> {
    match call.parameters.text(name) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => Err(QueryError::bad_parameter(format!(
            "The parameter {name} is '{other}', which is neither true nor false."
        ))),
    }
}

/// What a word under a parameter means, if it is there.
pub(super) fn asked_word<T>(
    call: &Call<'_>,
    name: &str,
    parse: impl FnOnce(&str) -> Result<T, IamError>,
) -> Result<Option<T>, QueryError> {
    let word = call.parameters.text(name);
    Ok(word.map(parse).transpose()?)
}

pub(super) fn owned(call: &Call<'_>, name: &str) -> Option<String> {
    call.parameters.text(name).map(str::to_owned)
}
