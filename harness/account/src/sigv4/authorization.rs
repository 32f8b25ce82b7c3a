//! What a signature says of itself, in the `Authorization` header or in the query.

use super::components::{Component, UnsupportedAlgorithm};
use super::failure::Failure;
use super::problem::{Problem, excerpt};
use super::scope::{Credential, CredentialScope};
use super::signature::Signature;
use super::signed_headers::SignedHeaders;

/// The only algorithm accepted, as it is named in a request and in a string to sign.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// A signature with what it says of itself: who signed, for what, and which headers.
///
/// ```
/// use rolecall_account::sigv4::Authorization;
///
/// let authorization = Authorization::from_header(
///     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
///      SignedHeaders=content-type;host;x-amz-date, \
///      Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
/// )?;
/// assert_eq!(authorization.access_key_id(), "AKIDEXAMPLE");
/// assert_eq!(authorization.scope().service(), "iam");
/// # Ok::<(), rolecall_account::sigv4::Failure>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    credential: Credential,
    signed_headers: SignedHeaders,
    signature: Signature,
}

impl Authorization {
    /// Reads the value of the `Authorization` header.
    ///
    /// The components may come in any order and with any number of spaces before each, as clients
    /// differ in that. Everything else is exact: names and hex digits in their own case, no
    /// component missing, repeated or unknown.
    pub fn from_header(value: &str) -> Result<Self, Failure> {
        let (algorithm, components) = value.split_once(' ').unwrap_or((value, ""));
        if algorithm != ALGORITHM {
            let algorithm = UnsupportedAlgorithm::named(algorithm, components);
            return Err(Problem::AlgorithmUnsupported { algorithm }.into());
        }
        let [credential, signature, signed_headers] = split_components(components)?;
        Self::of(credential, signed_headers, signature)
    }

    /// Reads each part; the first that is out of form is told.
    pub(super) fn of(
        credential: &str,
        signed_headers: &str,
        signature: &str,
    ) -> Result<Self, Failure> {
        Ok(Self {
            credential: Credential::parse(credential)?,
            signed_headers: SignedHeaders::parse(signed_headers)?,
            signature: Signature::parse(signature)?,
        })
    }

    /// The access key id, as sent.
    pub fn access_key_id(&self) -> &str {
        &self.credential.access_key_id
    }

    /// The scope the signature was made for.
    pub fn scope(&self) -> &CredentialScope {
        &self.credential.scope
    }

    /// The headers that entered the signature.
    pub fn signed_headers(&self) -> &SignedHeaders {
        &self.signed_headers
    }

    /// The signature, as sent.
    pub fn signature(&self) -> Signature {
        self.signature
    }
}

/// The values of the components, in the order of [`Component::ALL`].
fn split_components(text: &str) -> Result<[&str; 3], Problem> {
    let mut values = [None; 3];
    // Nothing at all is three missing components, not a malformed one.
    for pair in text.split(',').filter(|_| !text.is_empty()) {
        let pair = pair.trim_start_matches(' ');
        let (name, value) = pair
            .split_once('=')
            .ok_or_else(|| Problem::ComponentMalformed {
                found: excerpt(pair),
            })?;
        let index = Component::ALL
            .iter()
            .position(|component| component.name() == name)
            .ok_or_else(|| Problem::ComponentUnknown {
                name: excerpt(name),
            })?;
        if values[index].replace(value).is_some() {
            return Err(Problem::ComponentRepeated {
                component: Component::ALL[index],
            });
        }
    }
    let [Some(credential), Some(signature), Some(signed_headers)] = values else {
        let missing = Component::ALL.into_iter().zip(values);
        return Err(Problem::ComponentsMissing {
            components: missing
                .filter(|(_, value)| value.is_none())
                .map(|(component, _)| component)
                .collect(),
        });
    };
    Ok([credential, signature, signed_headers])
}
