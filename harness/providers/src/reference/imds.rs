//! The instance metadata service, version 2, with version 1 where that is allowed.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response};
use tokio::time::Instant;

use super::conduct::{ImdsConduct, InPath, Kept, Listing, TokenSent};
use super::document::{self, Set};
use super::profile::Files;
use super::surroundings::{Surroundings, Tries, is_one_of, redirection, request};
use super::trouble::Trouble;

const TOKEN: &str = "/latest/api/token";
const TOKEN_HEADER: &str = "x-aws-ec2-metadata-token";
const TTL_HEADER: &str = "x-aws-ec2-metadata-token-ttl-seconds";

/// What it keeps between loads.
#[derive(Debug, Default)]
pub(super) struct Imds {
    token: Mutex<Option<Token>>,
    role: Mutex<Option<String>>,
    /// Why there was no token.
    no_token: Mutex<Option<Trouble>>,
}

#[derive(Clone)]
struct Token {
    text: String,
    /// When it is replaced.
    until: Option<Instant>,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token")
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

/// What requests of one load are made with.
#[derive(Clone, Debug)]
enum Version {
    Two(String),
    One,
}

/// One load of credentials.
struct Load<'a> {
    imds: &'a Imds,
    here: &'a Surroundings,
    conduct: &'a ImdsConduct,
    endpoint: String,
    v1_allowed: bool,
    attempts: u32,
    patience: Option<Duration>,
}

impl Imds {
    /// The credentials of the instance's role.
    pub(super) async fn fetch(&self, here: &Surroundings, files: &Files) -> Result<Set, Trouble> {
        let conduct = &here.conduct.imds;
        let said = here.variable("AWS_EC2_METADATA_DISABLED");
        let disabled = said.is_some_and(|said| yes(said) || conduct.any_value_switches)
            || here.settings.metadata_disabled == Some(true);
        if disabled && conduct.heeds_disabled {
            return Err(Trouble::none("the metadata service is switched off"));
        }
        let load = Load {
            imds: self,
            here,
            conduct,
            endpoint: endpoint(here, files)?,
            v1_allowed: !(v1_disabled(here, files) && conduct.heeds_v1_disabled),
            attempts: attempts(here).unwrap_or(conduct.attempts),
            patience: patience(here).or(conduct.patience),
        };
        if conduct.token == Kept::Never {
            *lock(&self.token) = None;
        }
        load.set().await
    }
}

impl Load<'_> {
    /// The role there is, and its credentials. A role that is gone by then is looked for again.
    async fn set(&self) -> Result<Set, Trouble> {
        let mut version = self.version().await?;
        let mut listings = self.conduct.listings_again;
        loop {
            let role = self.role(&mut version).await?;
            let path = format!("{}{}", self.conduct.roles, in_path(&role, self.conduct));
            let answer = self.get(&path, &mut version).await?;
            match answer.status().as_u16() {
                200 => {
                    let documents = &self.here.conduct.documents;
                    let set = document::read(answer.body(), documents)?;
                    if !documents.of_two_answers {
                        return Ok(set);
                    }
                    let other = self.get(&path, &mut version).await?;
                    return Ok(set.with_token_of(document::read(other.body(), documents)?));
                }
                404 if listings > 0 => listings -= 1,
                status => {
                    let why = format!("the metadata service says {status} about role `{role}`");
                    return Err(Trouble::source(why));
                }
            }
        }
    }

    async fn role(&self, version: &mut Version) -> Result<String, Trouble> {
        let remembered = lock(&self.imds.role).clone();
        if let Some(role) = remembered
            && self.conduct.role_name != Kept::Never
        {
            return Ok(role);
        }
        let answer = self.get(self.conduct.roles, version).await?;
        let none = |why: &str| {
            if self.conduct.no_role_is_none {
                Trouble::none(why)
            } else {
                Trouble::source(why)
            }
        };
        match answer.status().as_u16() {
            200 => {}
            _ if !self.conduct.heeds_listing_status => {}
            404 => return Err(none("the instance has no role")),
            status => {
                let why = format!("the metadata service says {status} about its roles");
                return Err(Trouble::source(why));
            }
        }
        let listed = String::from_utf8_lossy(answer.body());
        let role = match self.conduct.listing {
            Listing::FirstLine => listed.lines().next().unwrap_or_default().trim(),
            Listing::LastLine => listed.lines().last().unwrap_or_default().trim(),
            Listing::Whole => &listed,
        };
        if role.is_empty() {
            return Err(none("the list of the instance's roles is empty"));
        }
        *lock(&self.imds.role) = Some(role.to_owned());
        Ok(role.to_owned())
    }

    /// Asks for a path, with a new token and after a pause where that may help.
    async fn get(&self, path: &str, version: &mut Version) -> Result<Response<Bytes>, Trouble> {
        let mut tries = Tries::new(self.attempts, self.conduct.pause);
        let mut after_401 = self.conduct.tries_after_401;
        loop {
            let answer = self.get_once(path, version).await;
            let again = match &answer {
                Ok(answer) if answer.status() == 401 && after_401 > 0 => {
                    after_401 -= 1;
                    if self.conduct.new_token_after_401 {
                        *lock(&self.imds.token) = None;
                        *version = self.version().await?;
                    }
                    continue;
                }
                Ok(answer) => is_one_of(answer.status().as_u16(), self.conduct.retried_after),
                Err(trouble) => self.is_tried_again(trouble),
            };
            if !again || !tries.again().await {
                return answer;
            }
        }
    }

    fn is_tried_again(&self, trouble: &Trouble) -> bool {
        trouble.class != crate::Class::Timeout || self.conduct.retries_silence
    }

    async fn get_once(&self, path: &str, version: &Version) -> Result<Response<Bytes>, Trouble> {
        let uri = format!("{}{path}", self.endpoint);
        let is_sent = match self.conduct.sends_token {
            TokenSent::Always => true,
            TokenSent::WithListing => path == self.conduct.roles,
            TokenSent::Never => false,
        };
        let token = match version {
            Version::Two(token) if is_sent => Some((TOKEN_HEADER, token.as_str())),
            Version::Two(_) | Version::One => None,
        };
        let asked = |uri: &str| request(Method::GET, uri, token.as_slice());
        let answer = self.here.send(asked(&uri)?, self.patience).await?;
        let asked_for = uri.parse().unwrap_or_default();
        let to = redirection(&answer, &asked_for);
        match to.filter(|_| self.conduct.follows_redirects) {
            Some(to) => self.here.send(asked(&to.to_string())?, self.patience).await,
            None => Ok(answer),
        }
    }

    /// The token that is held or a new one; without any where that is allowed.
    async fn version(&self) -> Result<Version, Trouble> {
        if !self.conduct.speaks_v2 {
            return Ok(Version::One);
        }
        if let Some(held) = lock(&self.imds.token).clone()
            && held.until.is_none_or(|until| Instant::now() < until)
        {
            return Ok(Version::Two(held.text));
        }
        if let Some(trouble) = lock(&self.imds.no_token).clone() {
            return Err(trouble);
        }
        let mut tries = Tries::new(self.attempts, self.conduct.pause);
        loop {
            let answer = self.token_once().await;
            let (without, again, trouble) = match answer {
                Ok(answer) if answer.status() == 200 => {
                    return Ok(Version::Two(self.hold(&answer)));
                }
                Ok(answer) => {
                    let status = answer.status().as_u16();
                    let why = format!("the metadata service says {status} about a token");
                    let without = self.conduct.v1_after.contains(&status);
                    let again = is_one_of(status, self.conduct.token_retried_after);
                    (without, again, Trouble::source(why))
                }
                Err(trouble) => {
                    let silence = trouble.class == crate::Class::Timeout;
                    let without = silence && self.conduct.v1_after_silence;
                    let again = self.is_tried_again(&trouble);
                    (without, again, trouble)
                }
            };
            if without && self.v1_allowed {
                return Ok(Version::One);
            }
            if !again || !tries.again().await {
                let remembered = self.conduct.remembers_no_token.then(|| trouble.clone());
                *lock(&self.imds.no_token) = remembered;
                return Err(trouble);
            }
        }
    }

    async fn token_once(&self) -> Result<Response<Bytes>, Trouble> {
        let uri = format!("{}{TOKEN}", self.endpoint);
        let ttl = self.conduct.token_ttl.as_secs().to_string();
        let ttl = self.conduct.says_ttl.then_some((TTL_HEADER, ttl.as_str()));
        let request = request(Method::PUT, &uri, ttl.as_slice())?;
        self.here.send(request, self.patience).await
    }

    /// Keeps the token of an answer for later loads.
    fn hold(&self, answer: &Response<Bytes>) -> String {
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        let granted = answer.headers().get(TTL_HEADER);
        let granted = granted.and_then(|granted| granted.to_str().ok()?.parse().ok());
        let granted = granted.map(Duration::from_secs);
        let ttl = granted.filter(|_| self.conduct.reads_granted_ttl);
        let ttl = ttl.unwrap_or(self.conduct.token_ttl);
        let good = ttl.saturating_sub(self.conduct.token_margin);
        let until = Instant::now() + good;
        *lock(&self.imds.token) = Some(Token {
            text: text.clone(),
            until: (self.conduct.token != Kept::Always).then_some(until),
        });
        text
    }
}

/// What stands in the path for the name of a role.
fn in_path(role: &str, conduct: &ImdsConduct) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    match conduct.role_in_path {
        InPath::AsListed => role.to_owned(),
        InPath::CutShort => role.chars().take_while(|c| is_plain(*c)).collect(),
        InPath::EscapedTwice => {
            let escaped = role.chars().map(|c| {
                if is_plain(c) {
                    c.to_string()
                } else {
                    format!("%25{:02X}", u32::from(c))
                }
            });
            escaped.collect()
        }
    }
}

fn lock<T>(kept: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

fn yes(written: &str) -> bool {
    written.trim().eq_ignore_ascii_case("true")
}

fn v1_disabled(here: &Surroundings, files: &Files) -> bool {
    let said = here.variable("AWS_EC2_METADATA_V1_DISABLED");
    let said = said.or_else(|| files.setting(here, "ec2_metadata_v1_disabled"));
    let in_code = here.settings.metadata_v1_disabled;
    in_code.unwrap_or_else(|| said.is_some_and(yes))
}

/// Where the service is.
fn endpoint(here: &Surroundings, files: &Files) -> Result<String, Trouble> {
    let conduct = &here.conduct.imds;
    let said = here.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    let said = said.or_else(|| files.setting(here, "ec2_metadata_service_endpoint"));
    if let Some(endpoint) = said.filter(|_| conduct.heeds_endpoint) {
        let uri: Result<http::Uri, _> = endpoint.parse();
        let is_one = uri.is_ok_and(|uri| uri.scheme().is_some() && uri.host().is_some());
        return if is_one {
            Ok(endpoint.trim_end_matches('/').to_owned())
        } else {
            let why = "the endpoint of the metadata service is no URL";
            Err(Trouble::config(why))
        };
    }
    let mode = here.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    let mode = mode.or_else(|| files.setting(here, "ec2_metadata_service_endpoint_mode"));
    let mode = mode.filter(|_| conduct.heeds_mode).unwrap_or("IPv4");
    if mode.eq_ignore_ascii_case("IPv4") {
        Ok("http://169.254.169.254".to_owned())
    } else if mode.eq_ignore_ascii_case("IPv6") {
        Ok("http://[fd00:ec2::254]".to_owned())
    } else {
        let why = "the endpoint mode of the metadata service is neither IPv4 nor IPv6";
        Err(Trouble::config(why))
    }
}

fn attempts(here: &Surroundings) -> Option<u32> {
    let said = here.variable("AWS_METADATA_SERVICE_NUM_ATTEMPTS");
    let said = said.and_then(|said| said.parse().ok());
    here.settings.metadata_attempts.or(said)
}

fn patience(here: &Surroundings) -> Option<Duration> {
    let said = here.variable("AWS_METADATA_SERVICE_TIMEOUT");
    let said = said.and_then(|said| said.parse().ok());
    let seconds: f64 = here.settings.metadata_timeout_s.or(said)?;
    Duration::try_from_secs_f64(seconds).ok()
}
