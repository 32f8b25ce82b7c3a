//! Policies passed along when a session is made: the most that it may do.

use std::sync::Arc;

use super::error::StsError;
use crate::policy::{self, Document, DocumentKind, NamedPolicy};

/// `sts.session-policy.limits`; the characters that they have are looked at before.
const PLAIN_CHARACTERS_MAX: usize = 2048;
const ARNS_MAX: usize = 10;
/// Fifty tags of the longest keys and values.
const TAG_CHARACTERS_MAX: usize = 50 * (128 + 256);

/// The policies of a session, and how much of the room for them they take.
pub(super) struct SessionPolicies {
    /// `None` if none were passed: then nothing is limited.
    pub(super) policies: Option<Arc<[NamedPolicy]>>,
    /// In percent.
    pub(super) packed_size: Option<u32>,
}

/// Reads what was passed, with tags of so many characters.
pub(super) fn read(
    inline: Option<&str>,
    arns: &[String],
    tags: &[(String, String)],
) -> Result<SessionPolicies, StsError> {
    let none = inline.is_none() && arns.is_empty();
    if none && tags.is_empty() {
        let (policies, packed_size) = (None, None);
        return Ok(SessionPolicies {
            policies,
            packed_size,
        });
    }
    if arns.len() > ARNS_MAX {
        return Err(StsError::TooManyPolicyArns { max: ARNS_MAX });
    }
    let plain = inline.into_iter().chain(arns.iter().map(String::as_str));
    let characters = plain.map(|text| text.chars().count()).sum::<usize>();
    // sts.session-policy.packed-size: what AWS packs, and how, is not public. Here it is the share
    // of the room for plain text, rounded up.
    // Tags have a room of their own, so large that all that are allowed fit into it.
    let of_tags: usize = tags
        .iter()
        .map(|(key, value)| key.chars().count() + value.chars().count())
        .sum();
    let percent = (characters * 100).div_ceil(PLAIN_CHARACTERS_MAX)
        + (of_tags * 100).div_ceil(TAG_CHARACTERS_MAX);
    if percent > 100 {
        return Err(StsError::PackedPolicyTooLarge { percent });
    }
    let inline = inline.map(document).into_iter();
    let policies = inline.chain(arns.iter().map(|arn| managed(arn)));
    Ok(SessionPolicies {
        policies: if none {
            None
        } else {
            Some(policies.collect::<Result<_, _>>()?)
        },
        packed_size: u32::try_from(percent).ok(),
    })
}

/// The policy that came as text.
fn document(text: &str) -> Result<NamedPolicy, StsError> {
    let document = Document::parse(text, DocumentKind::Identity);
    let document = document.map_err(|malformed| StsError::MalformedPolicy {
        message: malformed.to_string(),
    })?;
    Ok(NamedPolicy::new("the session policy", Arc::new(document)))
}

/// A managed policy, which must be named by its ARN.
fn managed(arn: &str) -> Result<NamedPolicy, StsError> {
    let found = policy::managed(arn).filter(|managed| managed.arn == arn);
    let found = found.ok_or_else(|| StsError::NoSuchPolicy {
        arn: arn.to_owned(),
    })?;
    Ok(found.policy.clone())
}
