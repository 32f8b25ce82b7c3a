//! Portals of IAM Identity Center: the roles of their permission sets, and the file that a sign-in
//! leaves on the machines.

use std::collections::BTreeSet;

use rolecall_account::policy::{Document, DocumentKind};
use rolecall_account::{Assignment, CreateRole, OpenPortal, Secret};
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use super::accounts::{id_of, inline};
use super::{SetupError, Simulation};
use crate::files::FileError;
use crate::language::{self, ConfigProfile, How, Sso, SsoForm, SsoRole};

/// The home folder of clients, below which they look for the file.
pub(super) const HOME: &str = "/home/app";

/// Where IAM Identity Center has the roles of permission sets (`sso.role.name`).
const ROLE_PATH: &str = "/aws-reserved/sso.amazonaws.com/";

/// Whom such a role trusts: the SAML provider that IAM Identity Center puts into the account. Nobody
/// assumes it but the portal, which asks no trust policy here.
const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Principal": {"Service": "sso.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"#;

/// The token of a portal, on every machine.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenCache {
    portal: String,
    /// What the names of the files are made of: the session's name, the start URL, or both.
    keys: BTreeSet<String>,
}

/// Where users sign in.
fn start_url(name: &str, portal: &Sso) -> String {
    let said = portal.start_url.as_ref().map(|at| at.value.clone());
    said.unwrap_or_else(|| format!("https://{name}.awsapps.com/start"))
}

fn region(world: &language::World, portal: &Sso) -> String {
    let said = portal.region.as_ref().unwrap_or(&world.region);
    said.value.clone()
}

/// The account of a role of a portal: the first of the world, if none is named.
fn account<'a>(world: &'a language::World, first: &'a str, role: &SsoRole) -> &'a str {
    id_of(world, role.account.as_ref()).unwrap_or(first)
}

/// The settings of a profile that signs in.
pub(super) fn settings(
    world: &language::World,
    first: &str,
    profile: &ConfigProfile,
) -> Vec<(&'static str, String)> {
    let (Some(name), Some(role)) = (&profile.sso, &profile.sso_role) else {
        return Vec::new();
    };
    let Some(portal) = world.sso.get(&name.value).map(|at| &at.value) else {
        return Vec::new();
    };
    let assigned = portal.roles.get(&role.value).map(|at| &at.value);
    let account = assigned.map_or(first, |assigned| self::account(world, first, assigned));
    let mut settings = match form(profile) {
        SsoForm::Session => vec![("sso_session", name.value.clone())],
        SsoForm::Legacy => vec![
            ("sso_start_url", start_url(&name.value, portal)),
            ("sso_region", region(world, portal)),
        ],
    };
    settings.push(("sso_account_id", account.to_owned()));
    settings.push(("sso_role_name", role.value.clone()));
    settings
}

fn form(profile: &ConfigProfile) -> SsoForm {
    let said = profile.sso_form.as_ref();
    said.map_or(SsoForm::Session, |at| at.value)
}

/// The sections `[sso-session NAME]` of the configuration file.
pub(super) fn sections(
    world: &language::World,
) -> impl Iterator<Item = (String, [(&'static str, String); 2])> {
    world.sso.iter().map(|(name, portal)| {
        let lines = [
            ("sso_start_url", start_url(name, &portal.value)),
            ("sso_region", region(world, &portal.value)),
        ];
        (format!("sso-session {name}"), lines)
    })
}

impl Simulation {
    /// Opens the portals of the world.
    pub(super) fn open_portals(&mut self, world: &language::World) -> Result<(), SetupError> {
        for (name, portal) in &world.sso {
            let portal = &portal.value;
            let now = self.now();
            self.world().open_portal(
                now,
                OpenPortal {
                    name: name.clone(),
                    start_url: start_url(name, portal),
                    region: region(world, portal),
                    user: portal.user.value.clone(),
                    token_lifetime: portal.token_lifetime.value,
                },
            );
            for (role, assigned) in &portal.roles {
                self.assign(world, name, (role, &assigned.value))?;
            }
            if portal.signed_in.value {
                self.world().sign_in(now, name);
            }
            let cache = TokenCache {
                portal: name.clone(),
                keys: cache_keys(world, name, portal),
            };
            self.setting_mut().token_caches.push(cache);
        }
        Ok(())
    }

    /// Makes the role of a permission set, and assigns that.
    fn assign(
        &self,
        world: &language::World,
        portal: &str,
        (permission_set, assigned): (&str, &SsoRole),
    ) -> Result<(), SetupError> {
        let what = || format!("role `{permission_set}` of portal `{portal}`");
        let iam = |error| SetupError::Iam {
            what: what(),
            error,
        };
        let first = self.world().account().to_owned();
        let account = account(world, &first, assigned);
        let name = self.world().permission_set_role(permission_set, account);
        let trust = Document::parse(TRUST, DocumentKind::Trust);
        let trust = trust.map_err(|error| SetupError::Policy {
            what: what(),
            message: error.to_string(),
        })?;
        let attached = assigned.policies.iter();
        let request = CreateRole {
            path: Some(ROLE_PATH.to_owned()),
            attached: attached.map(|policy| policy.value.clone()).collect(),
            inline: inline(&assigned.inline, what)?,
            ..CreateRole::new(name.clone(), trust)
        };
        // Two portals may have the same permission set in one account.
        let made = self.in_account(Some(account), |account| account.create_role(request));
        let role_arn = match made {
            Ok(role) => role.arn,
            Err(error) if error.code() == "EntityAlreadyExists" => {
                format!("arn:aws:iam::{account}:role{ROLE_PATH}{name}")
            }
            Err(error) => return Err(iam(error)),
        };
        let assignment = Assignment {
            permission_set: permission_set.to_owned(),
            role_arn,
            session_duration: assigned.session_duration.value,
        };
        let now = self.now();
        self.world().assign(now, portal, assignment).map_err(iam)
    }

    /// Writes the latest token of each portal to every machine, if that has another.
    pub(super) fn write_token_caches(&self) -> Result<(), FileError> {
        let caches = self.setting().token_caches.clone();
        for cache in &caches {
            let Some(signed_in) = self.world().signed_in(&cache.portal) else {
                continue;
            };
            let document = serde_json::json!({
                "startUrl": signed_in.start_url,
                "region": signed_in.region,
                "accessToken": signed_in.token.expose(),
                "expiresAt": signed_in.expires_at.to_string(),
            });
            let document = Secret::new(document.to_string());
            for key in &cache.keys {
                let path = format!("{HOME}/.aws/sso/cache/{}.json", file_name(key));
                for machine in self.machine_names() {
                    self.machines
                        .write_token(&machine, &path, &document, How::AtomicRename)?;
                }
            }
        }
        Ok(())
    }

    /// Somebody signs in at a portal; answers whether there is one.
    pub(crate) fn sign_in(&self, portal: &str) -> Result<bool, FileError> {
        let now = self.now();
        let signed_in = self.world().sign_in(now, portal).is_some();
        self.write_token_caches()?;
        Ok(signed_in)
    }

    /// Whether clients look for tokens in their home folder.
    pub(super) fn has_portals(&self) -> bool {
        !self.setting().token_caches.is_empty()
    }
}

/// By what the profiles of a portal look for its token: by the session's name where that is said, by
/// the start URL where it is not.
fn cache_keys(world: &language::World, name: &str, portal: &Sso) -> BTreeSet<String> {
    let profiles = world.config_profiles.values().map(|at| &at.value);
    let of_this = profiles.filter(|profile| {
        let sso = profile.sso.as_ref();
        sso.is_some_and(|sso| sso.value == name)
    });
    let mut keys: BTreeSet<String> = of_this
        .map(|profile| match form(profile) {
            SsoForm::Session => name.to_owned(),
            SsoForm::Legacy => start_url(name, portal),
        })
        .collect();
    if keys.is_empty() {
        keys.insert(name.to_owned());
    }
    keys
}

/// The name of a token's file, without its ending: the SHA-1 of its key, in hex. Source: the AWS CLI's
/// user guide, on IAM Identity Center.
fn file_name(key: &str) -> String {
    hex::encode(Sha1::digest(key.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By `printf corp | sha1sum`.
    #[test]
    fn a_file_is_called_by_the_digest_of_its_key() {
        assert_eq!(
            file_name("corp"),
            "ee0bfd2552fbd840c02cc48b6e823320543c450f"
        );
    }
}
