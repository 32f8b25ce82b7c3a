//! Providers of `OpenID` Connect: whose tokens an account takes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::error::IamError;
use super::quotas::room;
use super::role::Iam;
use super::tags::{self, Tag, Tags};
use crate::control_plane::ControlPlane;
use crate::instant::SimInstant;
use crate::operation::Operation;
use crate::policy::Context;

/// `iam.oidc.limits`.
const CLIENT_IDS_MAX: usize = 100;
const THUMBPRINTS_MAX: usize = 5;
const URL_CHARACTERS_MAX: usize = 255;

/// A provider that an account trusts.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OidcProvider {
    /// `arn:aws:iam::ACCOUNT:oidc-provider/URL`.
    pub arn: String,
    /// The `iss` of its tokens without `https://`.
    pub url: String,
    /// The audiences, `aud`, that its tokens may be for.
    pub client_ids: BTreeSet<String>,
    /// Of the certificates that its keys are fetched under: SHA-1 in hex, as they were given.
    pub thumbprints: Vec<String>,
    /// Since when it is trusted.
    pub created: SimInstant,
    /// Its tags.
    pub tags: Tags,
}

/// What `CreateOpenIDConnectProvider` takes.
#[derive(Clone, Debug, Default)]
pub struct CreateOidcProvider {
    /// The `iss` of its tokens.
    pub url: String,
    /// The audiences that its tokens may be for.
    pub client_ids: Vec<String>,
    /// Of its certificates.
    pub thumbprints: Vec<String>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

impl Iam {
    /// The provider of that ARN.
    pub(crate) fn oidc_provider(&self, arn: &str) -> Result<&OidcProvider, IamError> {
        self.oidc_providers.get(arn).ok_or_else(|| unknown(arn))
    }

    /// The provider of tokens with that `iss`, a URL of `https`.
    pub(crate) fn oidc_provider_of(&self, issuer: &str) -> Option<&OidcProvider> {
        let url = issuer.strip_prefix("https://")?;
        let mut providers = self.oidc_providers.values();
        providers.find(|provider| provider.url == url)
    }

    pub(super) fn oidc_provider_mut(&mut self, arn: &str) -> Result<&mut OidcProvider, IamError> {
        let found = self.oidc_providers.get_mut(arn);
        found.ok_or_else(|| unknown(arn))
    }
}

fn unknown(arn: &str) -> IamError {
    IamError::NoSuch(format!("OpenIDConnect Provider not found for arn {arn}"))
}

/// The URL without its scheme (`iam.oidc.url`).
fn host_and_path(url: &str) -> Result<&str, IamError> {
    let rest = url.strip_prefix("https://");
    let rest = rest.filter(|rest| {
        let host = rest.split('/').next().unwrap_or_default();
        !host.is_empty()
            && !host.contains([':', '@'])
            && !rest.contains(['?', '#'])
            && rest.bytes().all(|byte| byte.is_ascii_graphic())
    });
    rest.filter(|_| url.len() <= URL_CHARACTERS_MAX)
        .ok_or_else(|| IamError::InvalidInput("Invalid Open ID Connect Provider URL".to_owned()))
}

fn check_thumbprints(thumbprints: &[String]) -> Result<(), IamError> {
    let is_hex = |text: &String| text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
    if thumbprints.len() > THUMBPRINTS_MAX {
        let message = format!("Thumbprint list must contain at most {THUMBPRINTS_MAX} entries.");
        return Err(IamError::InvalidInput(message));
    }
    if !thumbprints.iter().all(is_hex) {
        let message = "Thumbprint must be 40 hexadecimal characters.";
        return Err(IamError::InvalidInput(message.to_owned()));
    }
    Ok(())
}

fn check_client_ids(count: usize) -> Result<(), IamError> {
    let before = count.saturating_sub(1);
    room("ClientIdsPerOpenIdConnectProvider", before, CLIENT_IDS_MAX)
}

fn check_client_id(client_id: &str) -> Result<(), IamError> {
    if (1..=255).contains(&client_id.chars().count()) {
        return Ok(());
    }
    let message = "A client ID has 1 to 255 characters.";
    Err(IamError::InvalidInput(message.to_owned()))
}

impl ControlPlane<'_> {
    /// Trusts a provider; answers it.
    ///
    /// # Errors
    /// Denied; a URL that is none, or taken; too many audiences or thumbprints.
    pub fn create_oidc_provider(
        &mut self,
        request: CreateOidcProvider,
    ) -> Result<OidcProvider, IamError> {
        let url = host_and_path(&request.url)?;
        let arn = format!("arn:aws:iam::{}:oidc-provider/{url}", self.account);
        let own = tags::request_context(&request.tags, Context::new());
        self.authorize(Operation::CreateOpenIDConnectProvider, &arn, &own)?;
        let mut tags = Tags::of_resource();
        tags.put(&request.tags)?;
        check_thumbprints(&request.thumbprints)?;
        for client_id in &request.client_ids {
            check_client_id(client_id)?;
        }
        check_client_ids(request.client_ids.len())?;
        if self.iam().oidc_providers.contains_key(&arn) {
            let message = format!("Provider with url {} already exists.", request.url);
            return Err(IamError::Exists(message));
        }
        let provider = OidcProvider {
            url: url.to_owned(),
            client_ids: request.client_ids.into_iter().collect(),
            thumbprints: request.thumbprints,
            created: self.now,
            tags,
            arn,
        };
        self.done(Operation::CreateOpenIDConnectProvider, &request.url);
        let kept = provider.clone();
        self.iam_mut().oidc_providers.insert(kept.arn.clone(), kept);
        Ok(provider)
    }

    /// A provider.
    ///
    /// # Errors
    /// Denied; no such provider.
    pub fn get_oidc_provider(&mut self, arn: &str) -> Result<OidcProvider, IamError> {
        self.authorize(Operation::GetOpenIDConnectProvider, arn, &Context::new())?;
        Ok(self.iam().oidc_provider(arn)?.clone())
    }

    /// The ARNs of all providers.
    ///
    /// # Errors
    /// Denied.
    pub fn list_oidc_providers(&mut self) -> Result<Vec<String>, IamError> {
        self.authorize(Operation::ListOpenIDConnectProviders, "*", &Context::new())?;
        Ok(self.iam().oidc_providers.keys().cloned().collect())
    }

    /// Trusts a provider no longer; one that is not there is no error
    /// (`iam.oidc.idempotent`).
    ///
    /// # Errors
    /// Denied.
    pub fn delete_oidc_provider(&mut self, arn: &str) -> Result<(), IamError> {
        self.authorize(Operation::DeleteOpenIDConnectProvider, arn, &Context::new())?;
        self.iam_mut().oidc_providers.remove(arn);
        self.done(Operation::DeleteOpenIDConnectProvider, arn);
        Ok(())
    }

    /// Takes tokens for another audience; one that is taken already is no error
    /// (`iam.oidc.idempotent`).
    ///
    /// # Errors
    /// Denied; no such provider; it has as many audiences as one may.
    pub fn add_client_id(&mut self, arn: &str, client_id: &str) -> Result<(), IamError> {
        let operation = Operation::AddClientIDToOpenIDConnectProvider;
        self.authorize(operation, arn, &Context::new())?;
        check_client_id(client_id)?;
        let client_ids = &mut self.iam_mut().oidc_provider_mut(arn)?.client_ids;
        if !client_ids.contains(client_id) {
            check_client_ids(client_ids.len() + 1)?;
            client_ids.insert(client_id.to_owned());
        }
        self.done(operation, &format!("{arn} {client_id}"));
        Ok(())
    }

    /// Takes tokens for an audience no longer; one that was not taken is no error
    /// (`iam.oidc.idempotent`).
    ///
    /// # Errors
    /// Denied; no such provider.
    pub fn remove_client_id(&mut self, arn: &str, client_id: &str) -> Result<(), IamError> {
        let operation = Operation::RemoveClientIDFromOpenIDConnectProvider;
        self.authorize(operation, arn, &Context::new())?;
        let provider = self.iam_mut().oidc_provider_mut(arn)?;
        provider.client_ids.remove(client_id);
        self.done(operation, &format!("{arn} {client_id}"));
        Ok(())
    }

    /// Puts other thumbprints in place of those there are.
    ///
    /// # Errors
    /// Denied; no such provider; too many thumbprints.
    pub fn update_thumbprints(
        &mut self,
        arn: &str,
        thumbprints: Vec<String>,
    ) -> Result<(), IamError> {
        let operation = Operation::UpdateOpenIDConnectProviderThumbprint;
        self.authorize(operation, arn, &Context::new())?;
        check_thumbprints(&thumbprints)?;
        self.iam_mut().oidc_provider_mut(arn)?.thumbprints = thumbprints;
        self.done(operation, arn);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{start, world};
    use crate::world::World;

    const URL: &str = "https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE";
    const ARN: &str =
        "arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE";

    fn request(url: &str) -> CreateOidcProvider {
        CreateOidcProvider {
            url: url.to_owned(),
            client_ids: vec!["sts.amazonaws.com".to_owned()],
            ..CreateOidcProvider::default()
        }
    }

    fn with_provider() -> World {
        let mut world = world();
        let made = world.operator(start()).create_oidc_provider(request(URL));
        assert_eq!(made.unwrap().arn, ARN);
        world
    }

    fn code<T>(result: Result<T, IamError>) -> Option<(&'static str, u16)> {
        result.err().map(|error| (error.code(), error.status()))
    }

    // iam.oidc.url
    #[test]
    fn a_provider_is_known_by_its_url() {
        let mut world = with_provider();
        let mut own = world.operator(start());
        let provider = own.get_oidc_provider(ARN).unwrap();
        assert_eq!(provider.url, "oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE");
        let again = own.create_oidc_provider(request(URL)).unwrap_err();
        assert_eq!(
            (again.code(), again.to_string()),
            (
                "EntityAlreadyExists",
                format!("Provider with url {URL} already exists.")
            )
        );
        for url in [
            "http://issuer.example.com",
            "https://",
            "https://issuer.example.com:8443",
            "https://issuer.example.com/?tenant=1",
            "https://ann@issuer.example.com",
            "https://issuer example.com",
        ] {
            let made = own.create_oidc_provider(request(url));
            assert_eq!(code(made), Some(("InvalidInput", 400)), "{url}");
        }
        let long = format!("https://issuer.example.com/{}", "a".repeat(229));
        assert_eq!(long.len(), 256);
        assert!(own.create_oidc_provider(request(&long)).is_err());
        own.create_oidc_provider(request(&long[..255])).unwrap();
    }

    // iam.oidc.idempotent
    #[test]
    fn what_is_gone_may_be_taken_away_again() {
        let mut world = with_provider();
        let mut own = world.operator(start());
        for _ in 0..2 {
            own.add_client_id(ARN, "other").unwrap();
        }
        for _ in 0..2 {
            own.remove_client_id(ARN, "sts.amazonaws.com").unwrap();
        }
        let left = own.get_oidc_provider(ARN).unwrap().client_ids;
        assert_eq!(left.into_iter().collect::<Vec<_>>(), ["other"]);
        for _ in 0..2 {
            own.delete_oidc_provider(ARN).unwrap();
        }
        assert!(own.list_oidc_providers().unwrap().is_empty());
        let gone = Some(("NoSuchEntity", 404));
        assert_eq!(code(own.get_oidc_provider(ARN)), gone);
        assert_eq!(code(own.add_client_id(ARN, "other")), gone);
        assert_eq!(code(own.remove_client_id(ARN, "other")), gone);
        assert_eq!(code(own.update_thumbprints(ARN, Vec::new())), gone);
    }

    // iam.oidc.limits
    #[test]
    fn a_provider_has_so_many_audiences_and_thumbprints() {
        let mut world = with_provider();
        let mut own = world.operator(start());
        for number in 1..100 {
            own.add_client_id(ARN, &number.to_string()).unwrap();
        }
        assert_eq!(
            code(own.add_client_id(ARN, "100")),
            Some(("LimitExceeded", 409))
        );
        own.add_client_id(ARN, "99").unwrap();
        let thumbprint = "9e99a48a9960b14926bb7f3b02e22da2b0ab7280".to_owned();
        own.update_thumbprints(ARN, vec![thumbprint.clone(); 5])
            .unwrap();
        let invalid = Some(("InvalidInput", 400));
        let six = own.update_thumbprints(ARN, vec![thumbprint.clone(); 6]);
        assert_eq!(code(six), invalid);
        let short = own.update_thumbprints(ARN, vec![thumbprint[1..].to_owned()]);
        assert_eq!(code(short), invalid);
    }
}
