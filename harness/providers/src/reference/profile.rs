//! The shared configuration files, and what their profiles say of credentials.

mod parse;

use std::collections::BTreeMap;
use std::time::Duration;

use super::conduct::Link;
use super::document::Set;
use super::process;
use super::sources::Sources;
use super::sso;
use super::sts::Wanted;
use super::surroundings::Surroundings;
use super::trouble::Trouble;
use crate::contract::BoxFuture;

/// The settings of one profile, by their names in small letters.
type Profile = BTreeMap<String, String>;

/// Both files, merged.
#[derive(Default)]
pub(super) struct Files {
    profiles: BTreeMap<String, Profile>,
    /// The sessions of portals.
    sessions: BTreeMap<String, Profile>,
}

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Files").field(&self.profiles.len()).finish()
    }
}

impl Files {
    /// Reads them as they are now; one that is not there says nothing.
    pub(super) fn read(here: &Surroundings) -> Result<Self, Trouble> {
        let home = here.variable("HOME").unwrap_or("/");
        let text = |variable: &str, name: &str| {
            let said = here.variable(variable).map(str::to_owned);
            let path = said.unwrap_or_else(|| format!("{home}/.aws/{name}"));
            let read = match here.file(&path) {
                Err(error) if here.conduct.profiles.missing_file_is_an_error => {
                    let why = format!("the file `{path}` cannot be read: {error}");
                    return Err(Trouble::config(why));
                }
                read => read.unwrap_or_default(),
            };
            String::from_utf8(read)
                .map_err(|_| Trouble::config(format!("the file `{path}` is no text")))
        };
        let config = text("AWS_CONFIG_FILE", "config")?;
        let sessions = parse::of_kind(&config, "sso-session")?;
        let config = parse::config(&config)?;
        let credentials = parse::credentials(&text("AWS_SHARED_CREDENTIALS_FILE", "credentials")?)?;
        let (first, second) = if here.conduct.profiles.credentials_file_first {
            (config, credentials)
        } else {
            (credentials, config)
        };
        let mut profiles = first;
        for (name, settings) in second {
            profiles.entry(name).or_default().extend(settings);
        }
        Ok(Self { profiles, sessions })
    }

    /// What the profile of the app says of one thing.
    pub(super) fn setting(&self, here: &Surroundings, key: &str) -> Option<&str> {
        let (name, _) = chosen(here);
        let value = self.profiles.get(&name)?.get(key)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }
}

/// The profile that the app uses, and whether somebody said so.
fn chosen(here: &Surroundings) -> (String, bool) {
    let said = here.variable("AWS_PROFILE");
    let said = said.filter(|_| here.conduct.profiles.heeds_variable);
    let said = here.settings.profile.as_deref().or(said);
    (said.unwrap_or("default").to_owned(), said.is_some())
}

impl Sources {
    /// The credentials of the profile that the app uses.
    pub(super) async fn profile(&self) -> Result<Set, Trouble> {
        let files = Files::read(self.here())?;
        let (name, is_named) = chosen(self.here());
        if !files.profiles.contains_key(&name) {
            let why = format!("there is no profile `{name}`");
            let is_error = is_named && self.here().conduct.profiles.missing_is_an_error;
            return Err(if is_error {
                Trouble::config(why)
            } else {
                Trouble::none(why)
            });
        }
        self.credentials_of(&files, name, Vec::new()).await
    }

    /// The credentials of a profile, which others lead to.
    fn credentials_of<'a>(
        &'a self,
        files: &'a Files,
        name: String,
        before: Vec<String>,
    ) -> BoxFuture<'a, Result<Set, Trouble>> {
        Box::pin(async move {
            let conduct = &self.here().conduct.profiles;
            let missing = || Trouble::config(format!("there is no profile `{name}`"));
            let profile = files.profiles.get(&name).ok_or_else(missing)?;
            let keys_first = if before.is_empty() {
                !conduct.role_before_keys
            } else {
                conduct.keys_of_sources_first
            };
            let role = text(profile, "role_arn");
            let keys = keys(profile, &name, conduct.half_a_key_is_an_error)?;
            let chains = before.is_empty() || self.here().conduct.sts.chains_roles;
            if let (Some(next), false) = (text(profile, "source_profile"), chains) {
                // Whoever knows of one role looks for the keys at the end.
                return self
                    .credentials_of(files, next.to_owned(), vec![name])
                    .await;
            }
            match (role, keys) {
                (Some(_), Some(keys)) if keys_first => Ok(keys),
                (Some(role), keys) => {
                    let wanted = wanted(profile, role, conduct.heeds_region);
                    self.role_of(files, (name, before), &wanted, keys).await
                }
                (None, Some(keys)) => Ok(keys),
                (None, None) => {
                    if let Some(command) = text(profile, "credential_process") {
                        return process::run(self.here(), command);
                    }
                    if let Some(portal) = portal(profile, files)? {
                        return self.sso().role(self.here(), &portal).await;
                    }
                    let why = format!("the profile `{name}` has no credentials");
                    Err(if before.is_empty() {
                        Trouble::none(why)
                    } else {
                        Trouble::config(why)
                    })
                }
            }
        })
    }

    /// A session of the role of a profile.
    async fn role_of(
        &self,
        files: &Files,
        (name, mut before): (String, Vec<String>),
        wanted: &Wanted,
        keys: Option<Set>,
    ) -> Result<Set, Trouble> {
        let here = self.here();
        let conduct = &here.conduct.profiles;
        let profile = &files.profiles[&name];
        if let Some(file) = text(profile, "web_identity_token_file") {
            return self.sts().web_identity(here, file, wanted).await;
        }
        let next = text(profile, "source_profile");
        let source = text(profile, "credential_source");
        if next.is_some() && source.is_some() && conduct.two_sources_are_an_error {
            let why = format!("the profile `{name}` names two sources for its role");
            return Err(Trouble::config(why));
        }
        if let Some(kept) = self.sts().kept_source(&here.conduct.sts) {
            return self.sts().assume_role(here, &kept, wanted).await;
        }
        let source = match (next, source) {
            (Some(next), _) if next == name => keys.ok_or_else(|| {
                Trouble::config(format!(
                    "the profile `{name}` is its own source, without keys"
                ))
            })?,
            (Some(next), _) => {
                let is_loop = before.iter().any(|passed| passed == next);
                if is_loop && conduct.loop_is_an_error {
                    let why = format!("the profile `{name}` leads back to `{next}`");
                    return Err(Trouble::config(why));
                }
                if is_loop {
                    // Who does not look takes any of them for the beginning, and signs with nothing.
                    return self.sts().assume_role(here, &Set::nothing(), wanted).await;
                }
                before.push(name);
                self.credentials_of(files, next.to_owned(), before).await?
            }
            (None, Some(_)) if !conduct.heeds_credential_source => {
                self.link(Link::Environment).await?
            }
            (None, Some("Ec2InstanceMetadata")) => self.link(Link::Imds).await?,
            (None, Some("EcsContainer")) => self.link(Link::Container).await?,
            (None, Some("Environment")) => self.link(Link::Environment).await?,
            (None, Some(other)) => {
                let why = format!("the profile `{name}` has no such source: `{other}`");
                return Err(Trouble::config(why));
            }
            (None, None) => {
                let why = format!("the profile `{name}` has a role and no source for it");
                return Err(Trouble::config(why));
            }
        };
        self.sts().assume_role(here, &source, wanted).await
    }
}

fn text<'a>(profile: &'a Profile, key: &str) -> Option<&'a str> {
    let value = profile.get(key)?;
    Some(value.as_str()).filter(|value| !value.is_empty())
}

/// The role of a portal that a profile names, if it names one.
fn portal(profile: &Profile, files: &Files) -> Result<Option<sso::Wanted>, Trouble> {
    let account = text(profile, "sso_account_id");
    let (Some(account_id), Some(role)) = (account, text(profile, "sso_role_name")) else {
        return Ok(None);
    };
    let session = text(profile, "sso_session");
    let said = match session {
        None => profile,
        Some(name) => files
            .sessions
            .get(name)
            .ok_or_else(|| Trouble::config(format!("there is no session `{name}` of a portal")))?,
    };
    let (Some(start_url), Some(region)) = (text(said, "sso_start_url"), text(said, "sso_region"))
    else {
        let why = "a role of a portal needs `sso_start_url` and `sso_region`";
        return Err(Trouble::config(why));
    };
    Ok(Some(sso::Wanted {
        token_of: session.unwrap_or(start_url).to_owned(),
        region: region.to_owned(),
        account_id: account_id.to_owned(),
        role: role.to_owned(),
    }))
}

/// The keys that a profile holds itself.
fn keys(profile: &Profile, name: &str, half_is_an_error: bool) -> Result<Option<Set>, Trouble> {
    let id = text(profile, "aws_access_key_id");
    let secret = text(profile, "aws_secret_access_key");
    match (id, secret) {
        (Some(id), Some(secret)) => Ok(Some(Set {
            access_key_id: id.to_owned(),
            secret: secret.to_owned(),
            session_token: text(profile, "aws_session_token").map(str::to_owned),
            expiry: None,
        })),
        (None, None) => Ok(None),
        _ if half_is_an_error => {
            let why = format!("the profile `{name}` has half a key");
            Err(Trouble::config(why))
        }
        _ => Ok(None),
    }
}

/// What a profile says of the session of its role.
fn wanted(profile: &Profile, role: &str, heeds_region: bool) -> Wanted {
    let told = |key: &str| text(profile, key).map(str::to_owned);
    let seconds = text(profile, "duration_seconds").and_then(|written| written.parse().ok());
    Wanted {
        role_arn: role.to_owned(),
        session_name: told("role_session_name"),
        external_id: told("external_id"),
        duration: seconds.map(Duration::from_secs),
        region: told("region").filter(|_| heeds_region),
    }
}
