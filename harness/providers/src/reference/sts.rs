//! Sessions of roles, from STS: for whoever has credentials, and for whoever has a web identity.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::Builder;
use aws_sdk_sts::types::Credentials;
use bytes::Bytes;
use http::Response;
use http_body_util::{BodyExt, Full};
use tower::{BoxError, ServiceExt};

use super::conduct::{Kept, StsConduct};
use super::document::Set;
use super::environment;
use super::surroundings::{Surroundings, Tries};
use super::trouble::Trouble;
use crate::Class;
use crate::connector::{HttpService, http_service};
use crate::contract::CallFailure;
use crate::failure::of_call;

/// The session that is wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    pub(super) role_arn: String,
    pub(super) session_name: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) duration: Option<Duration>,
    pub(super) region: Option<String>,
}

/// How STS is reached, and what is kept between requests.
#[derive(Debug)]
pub(super) struct Sts {
    sdk: SdkConfig,
    token: Mutex<Option<Vec<u8>>>,
    source: Mutex<Option<Set>>,
}

impl Sts {
    /// With the configuration of the SDK for everything but credentials.
    pub(super) fn new(sdk: SdkConfig) -> Self {
        Self {
            sdk,
            token: Mutex::default(),
            source: Mutex::default(),
        }
    }

    /// The source's credentials that were kept, if any are.
    pub(super) fn kept_source(&self, conduct: &StsConduct) -> Option<Set> {
        let kept = lock(&self.source).clone();
        kept.filter(|_| conduct.source != Kept::Never)
    }

    /// A session of a role for whoever has the credentials of `source`.
    pub(super) async fn assume_role(
        &self,
        here: &Surroundings,
        source: &Set,
        wanted: &Wanted,
    ) -> Result<Set, Trouble> {
        let conduct = &here.conduct.sts;
        *lock(&self.source) = Some(source.clone());
        if !conduct.assumes_roles {
            return Ok(source.clone());
        }
        let client = self.client(here, wanted, Some(source));
        let external_id = wanted.external_id.clone();
        let external_id = external_id.filter(|_| conduct.passes_external_id);
        let duration = duration(wanted, conduct);
        let mut tries = Tries::new(conduct.attempts, conduct.pause);
        loop {
            let asked = client
                .assume_role()
                .role_arn(&wanted.role_arn)
                .role_session_name(session_name(here, wanted, conduct.passes_session_name))
                .set_external_id(external_id.clone())
                .set_duration_seconds(duration);
            let failed = match asked.send().await {
                Ok(answer) => return set_of(answer.credentials, conduct),
                Err(error) => of_call(&error),
            };
            if !may_help(&failed, conduct) || !tries.again().await {
                return if conduct.refusal_is_an_error {
                    Err(trouble(&failed, conduct))
                } else {
                    Ok(source.clone())
                };
            }
        }
    }

    /// The same with the role and all that is said of it in code.
    pub(super) async fn role_of_settings(
        &self,
        here: &Surroundings,
        source: &Set,
    ) -> Result<Set, Trouble> {
        let settings = &here.settings;
        let wanted = Wanted {
            role_arn: settings.role_arn.clone().unwrap_or_default(),
            session_name: settings.role_session_name.clone(),
            external_id: settings.external_id.clone(),
            duration: settings
                .duration_s
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            region: None,
        };
        self.assume_role(here, source, &wanted).await
    }

    /// A session of the role that the environment names, for the web identity that it names.
    pub(super) async fn web_identity_of_environment(
        &self,
        here: &Surroundings,
    ) -> Result<Set, Trouble> {
        let Some(file) = here.variable("AWS_WEB_IDENTITY_TOKEN_FILE") else {
            return Err(Trouble::none("the environment names no web identity"));
        };
        let Some(role) = here.variable("AWS_ROLE_ARN") else {
            let why = "the environment names a web identity and no role";
            return Err(Trouble::config(why));
        };
        let session_name = here
            .variable("AWS_ROLE_SESSION_NAME")
            .filter(|_| here.conduct.sts.heeds_session_name_variable);
        let wanted = Wanted {
            role_arn: role.to_owned(),
            session_name: session_name.map(str::to_owned),
            ..Wanted::default()
        };
        self.web_identity(here, file, &wanted).await
    }

    /// A session of a role for the web identity whose token is in a file.
    pub(super) async fn web_identity(
        &self,
        here: &Surroundings,
        file: &str,
        wanted: &Wanted,
    ) -> Result<Set, Trouble> {
        let conduct = &here.conduct.sts;
        if !conduct.web_identity_unsigned {
            environment::keys(here)?;
        }
        let client = self.client(here, wanted, None);
        let duration = duration(wanted, conduct);
        let mut tries = Tries::new(conduct.attempts, conduct.pause);
        loop {
            let token = self.token(here, file)?;
            let asked = client
                .assume_role_with_web_identity()
                .role_arn(&wanted.role_arn)
                .role_session_name(session_name(here, wanted, conduct.passes_session_name))
                .web_identity_token(token)
                .set_duration_seconds(duration);
            let failed = match asked.send().await {
                Ok(answer) => return set_of(answer.credentials, conduct),
                Err(error) => of_call(&error),
            };
            if !may_help(&failed, conduct) || !tries.again().await {
                return Err(trouble(&failed, conduct));
            }
        }
    }

    fn token(&self, here: &Surroundings, file: &str) -> Result<String, Trouble> {
        let conduct = &here.conduct.sts;
        let kept = lock(&self.token).clone();
        let content = match kept.filter(|_| conduct.token_file != Kept::Never) {
            Some(kept) => kept,
            None => match here.file(file) {
                Ok(content) => content,
                Err(_) if conduct.missing_file_is_empty => Vec::new(),
                Err(error) => {
                    let why = format!("the token file `{file}` cannot be read: {error}");
                    return Err(Trouble::config(why));
                }
            },
        };
        *lock(&self.token) = Some(content.clone());
        String::from_utf8(content)
            .map_err(|_| Trouble::config(format!("what is in the token file `{file}` is no text")))
    }

    fn client(&self, here: &Surroundings, wanted: &Wanted, source: Option<&Set>) -> Client {
        let conduct = &here.conduct.sts;
        let patience = conduct.patience.map(|patience| {
            let timeouts = TimeoutConfig::builder();
            timeouts.operation_timeout(patience).build()
        });
        let mut config = Builder::from(&self.sdk).retry_config(RetryConfig::disabled());
        config.set_timeout_config(patience);
        if conduct.refuses_cut_short {
            config = config.http_client(whole(here.http.clone()));
        }
        let built_in = conduct.region.map(str::to_owned);
        if let Some(region) = built_in.or_else(|| wanted.region.clone()) {
            config = config.region(Region::new(region));
        }
        if let Some(endpoint) = conduct.endpoint {
            config = config.endpoint_url(endpoint);
        }
        if let Some(source) = source {
            let signer = SharedCredentialsProvider::new(source.credentials());
            config = config.credentials_provider(signer);
        }
        Client::from_conf(config.build())
    }
}

/// A network by which answers come whole or not at all: the SDK reads those that end early as far as
/// they go.
fn whole(network: HttpService) -> HttpService {
    http_service(network.and_then(|response: Response<Full<Bytes>>| async {
        let (parts, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        if parts.status.is_success() && !body.trim_ascii_end().ends_with(b"Response>") {
            return Err(BoxError::from("the answer ends early"));
        }
        Ok(Response::from_parts(parts, Full::new(body)))
    }))
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

fn session_name(here: &Surroundings, wanted: &Wanted, passes: bool) -> String {
    let said = wanted.session_name.clone().filter(|_| passes);
    said.unwrap_or_else(|| {
        let now = here.now().duration_since(SystemTime::UNIX_EPOCH);
        format!("reference-{}", now.unwrap_or_default().as_millis())
    })
}

/// How long the session is to last, in seconds.
fn duration(wanted: &Wanted, conduct: &StsConduct) -> Option<i32> {
    let said = wanted.duration.filter(|_| conduct.passes_duration);
    let duration = said.or(conduct.default_duration)?;
    Some(i32::try_from(duration.as_secs()).unwrap_or(i32::MAX))
}

fn set_of(made: Option<Credentials>, conduct: &StsConduct) -> Result<Set, Trouble> {
    let made = made.ok_or_else(|| Trouble::source("the answer of STS has no credentials"))?;
    let fields = [
        &made.access_key_id,
        &made.secret_access_key,
        &made.session_token,
    ];
    if conduct.refuses_half_a_set && fields.iter().any(|field| field.is_empty()) {
        return Err(Trouble::source("the answer of STS has half a set"));
    }
    let expiry = SystemTime::try_from(made.expiration)
        .map_err(|_| Trouble::source("the expiry in the answer of STS is no date"))?;
    Ok(Set {
        access_key_id: made.access_key_id,
        secret: made.secret_access_key,
        session_token: Some(made.session_token),
        expiry: Some(expiry),
    })
}

/// Whether the same request may come to something else.
fn may_help(failed: &CallFailure, conduct: &StsConduct) -> bool {
    match failed.class {
        Class::Refused => {
            let code = failed.code.as_deref().unwrap_or_default();
            let of_the_server = failed.status.is_some_and(|status| status >= 500);
            of_the_server || conduct.retried_after.contains(&code)
        }
        class => matches!(class, Class::Network | Class::Timeout),
    }
}

fn trouble(failed: &CallFailure, conduct: &StsConduct) -> Trouble {
    let code = failed.code.as_deref().unwrap_or("an error without a code");
    let said = format!("STS: {code}: {}", failed.text);
    match failed.class {
        Class::Refused if conduct.final_errors.contains(&code) => Trouble::refused(said).for_good(),
        Class::Refused => Trouble::refused(said),
        Class::Timeout => Trouble::silence(said),
        Class::Network => Trouble::network(said),
        _ => Trouble::source(said),
    }
}
