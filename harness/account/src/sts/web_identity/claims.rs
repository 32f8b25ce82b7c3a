//! What a token says that is believed.

use serde_json::Value;

use super::super::error::StsError;
use super::super::tagging::{Passed, SessionTags};
use crate::iam::OidcProvider;
use crate::jwt::Claims;
use crate::policy::Context;
use crate::session::WebIdentity;

/// The claim that tags the session (`sts.web-identity.tags`).
const TAGS: &str = "https://aws.amazon.com/tags";
/// The claim that says who is behind it (`sts.web-identity.tags`).
const SOURCE_IDENTITY: &str = "https://aws.amazon.com/source_identity";

/// The claims that matter here.
#[derive(Debug)]
pub(super) struct Believed {
    pub(super) provider_arn: String,
    audience: String,
    subject: String,
    pub(super) source_identity: Option<String>,
    pub(super) principal_tags: Vec<(String, String)>,
    transitive: Vec<String>,
    /// `ISSUER:aud` and its like.
    pub(super) keys: Context,
}

impl Believed {
    /// Reads the claims of a token of `provider`.
    pub(super) fn read(claims: &Claims, provider: &OidcProvider) -> Result<Self, StsError> {
        let required = |name: &'static str| {
            let missing = || StsError::identity_token(format!("Missing a required claim: {name}"));
            claims.get(&[name]).ok_or_else(missing)
        };
        // sts.web-identity.required-claims
        let audiences = texts(required("aud")?);
        let subject = claims.text(&["sub"]).map(str::to_owned);
        required("sub")?;
        required("exp")?;
        let subject =
            subject.ok_or_else(|| StsError::identity_token("Missing a required claim: sub"))?;
        let authorized_party = claims.text(&["azp"]).map(str::to_owned);
        // sts.web-identity.audience
        let mut meant = authorized_party.iter().chain(&audiences);
        let audience = meant
            .find(|it| provider.client_ids.contains(it.as_str()))
            .cloned();
        let audience =
            audience.ok_or_else(|| StsError::identity_token("Incorrect token audience"))?;
        let keys = keys(provider, claims, &audience, &audiences, &subject);
        Ok(Self {
            provider_arn: provider.arn.clone(),
            audience,
            subject,
            source_identity: claims.text(&[SOURCE_IDENTITY]).map(str::to_owned),
            principal_tags: principal_tags(claims)?,
            transitive: claims
                .get(&[TAGS, "transitive_tag_keys"])
                .map_or_else(Vec::new, texts),
            keys,
        })
    }

    /// The tags that the token gives the session.
    pub(super) fn tags(&self) -> Result<SessionTags, StsError> {
        let passed = Passed {
            tags: &self.principal_tags,
            transitive: &self.transitive,
        };
        passed.read(None)
    }

    pub(super) fn into_identity(self) -> WebIdentity {
        let Self {
            provider_arn,
            audience,
            subject,
            keys,
            ..
        } = self;
        WebIdentity {
            provider_arn,
            audience,
            subject,
            keys,
        }
    }
}

/// `sts.web-identity.condition-keys`.
fn keys(
    provider: &OidcProvider,
    claims: &Claims,
    audience: &str,
    audiences: &[String],
    subject: &str,
) -> Context {
    let key = |name: &str| format!("{}:{name}", provider.url);
    let mut keys = Context::new()
        .with(&key("aud"), audience)
        .with(&key("sub"), subject);
    keys.set(&key("oaud"), audiences);
    let methods = claims.get(&["amr"]).map_or_else(Vec::new, texts);
    keys.set(&key("amr"), methods);
    keys
}

/// Each key has a list of one value.
fn principal_tags(claims: &Claims) -> Result<Vec<(String, String)>, StsError> {
    let Some(tags) = claims.get(&[TAGS, "principal_tags"]) else {
        return Ok(Vec::new());
    };
    let malformed = || StsError::identity_token("The principal tags of the token are malformed");
    let tags = tags.as_object().ok_or_else(malformed)?;
    let tags = tags.iter().map(|(key, values)| match &texts(values)[..] {
        [value] => Ok((key.clone(), value.clone())),
        _ => Err(malformed()),
    });
    tags.collect()
}

/// A text, or the texts of a list.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(all) => {
            let texts = all.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}
