//! `aws-config` and the SDK's clients, in this process, on the simulated clock.
//!
//! Everything that the SDK would take from the machine is given to it: environment, files, time,
//! sleep and network.

use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_async::time::TimeSource;
use aws_types::os_shim_internal::{Env, Fs};
use rolecall_clock::SimClock;

use crate::connector::{HttpService, sleep};
use crate::contract::{Answer, App, BoxFuture, Call, CallAnswer, Client, NoClient, Provider, Use};
use crate::failure::failure;
#[cfg(not(feature = "aws-sdk"))]
use crate::failure::misused;
use crate::identity::CachedIdentity;
#[cfg(feature = "aws-sdk")]
use crate::s3::call as of_s3;
use crate::settings::Settings;
use crate::sts;

/// Makes the credentials provider of one app, from the configuration it would use.
type MakeProvider = dyn Fn(&App, &SdkConfig) -> SharedCredentialsProvider + Send + Sync;

/// The AWS SDK for Rust: its default chain, or a credentials provider of your own in its place.
#[derive(Default)]
pub struct AwsConfig {
    own: Option<(String, Box<MakeProvider>)>,
}

impl AwsConfig {
    /// The default chain of `aws-config`.
    pub fn new() -> Self {
        Self::default()
    }

    /// A credentials provider of your own, called `name`, made for each app; the SDK's clients
    /// cache and sign around it as they do around their own.
    pub fn with_provider<P>(
        name: impl Into<String>,
        make: impl Fn(&App, &SdkConfig) -> P + Send + Sync + 'static,
    ) -> Self
    where
        P: ProvideCredentials + 'static,
    {
        let make =
            move |app: &App, config: &SdkConfig| SharedCredentialsProvider::new(make(app, config));
        Self {
            own: Some((name.into(), Box::new(make))),
        }
    }
}

impl std::fmt::Debug for AwsConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AwsConfig")
            .field("name", &self.name())
            .finish()
    }
}

impl Provider for AwsConfig {
    fn name(&self) -> &str {
        self.own.as_ref().map_or("aws-config", |(name, _)| name)
    }

    fn version(&self) -> &'static str {
        // Kept equal to the lock file by a test.
        "1.13.0"
    }

    /// The same as that of `aws-config-child`, which is kept so by a test.
    fn promise(&self, name: &str) -> Option<&str> {
        // The cache of the SDK is around a provider of one's own, too.
        match name {
            "refresh_before" => Some("10s"),
            "caches" => Some("true"),
            _ => None,
        }
    }

    fn open(&self, app: App) -> BoxFuture<'_, Result<Box<dyn Client>, NoClient>> {
        Box::pin(async move {
            let http = in_process(&app)?;
            let settings = Settings::of(&app.settings, app.uses)?;
            let loaded = config_of(&app, http.clone(), &settings).await;
            let provider = match (&self.own, app.uses) {
                (Some((_, make)), Use::Client | Use::DefaultChain) => make(&app, &loaded),
                (None, Use::Client | Use::DefaultChain) => loaded
                    .credentials_provider()
                    .ok_or_else(|| NoClient::Unsupported("aws-config made no chain".to_owned()))?,
                (None, Use::Imds) => bare_imds(&app, http, &settings),
                (None, Use::AssumeRole) => {
                    let role = settings.assume_role()?.configure(&loaded);
                    SharedCredentialsProvider::new(role.build().await)
                }
                (_, other) => {
                    let what = format!("{} has no bare `{}` provider", self.name(), other.as_str());
                    return Err(NoClient::Unsupported(what));
                }
            };
            let config = loaded.into_builder().credentials_provider(provider.clone());
            let config = match app.uses {
                Use::Client => config,
                _ => config.identity_cache(aws_config::identity::IdentityCache::no_cache()),
            };
            let config = config.build();
            let identity = CachedIdentity::new(&config, provider);
            let client: Box<dyn Client> = Box::new(SdkClient {
                identity: identity.map_err(|error| NoClient::Broken(error.to_string()))?,
                config,
            });
            Ok(client)
        })
    }
}

/// What `aws-config` makes of an app's environment: the default chain on the app's clock and
/// network, for any client of the SDK.
///
/// # Errors
/// The app is not in this process, or its settings have no place in the SDK.
pub async fn sdk_config(app: &App) -> Result<SdkConfig, NoClient> {
    let settings = Settings::of(&app.settings, app.uses)?;
    Ok(config_of(app, in_process(app)?, &settings).await)
}

/// The network of an app that is in this process.
pub(crate) fn in_process(app: &App) -> Result<HttpService, NoClient> {
    app.http().cloned().ok_or_else(|| {
        let why = "it lives in this process, and the app in another";
        NoClient::Unsupported(why.to_owned())
    })
}

/// The default chain and all else of the SDK, on the app's clock and network.
pub(crate) async fn config_of(app: &App, http: HttpService, settings: &Settings) -> SdkConfig {
    let environment: Vec<(&str, &str)> = app
        .environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .env(Env::from_slice(&environment))
        .fs(files(app))
        .region(Region::new(app.region.clone()))
        .time_source(SimTimeSource(app.clock.clone()))
        .sleep_impl(sleep())
        .http_client(http);
    settings.say(loader).load().await
}

/// What the app finds at a path is what is at that path in its folder.
fn files(app: &App) -> Fs {
    match &app.files {
        Some(root) => Fs::from_test_dir(root, "/"),
        None => Fs::from_slice(&[]),
    }
}

fn bare_imds(app: &App, http: HttpService, settings: &Settings) -> SharedCredentialsProvider {
    let config = ProviderConfig::without_region()
        .with_region(Some(Region::new(app.region.clone())))
        .with_time_source(SimTimeSource(app.clock.clone()))
        .with_sleep_impl(sleep())
        .with_http_client(http);
    let client = aws_config::imds::Client::builder().configure(&config);
    SharedCredentialsProvider::new(
        ImdsCredentialsProvider::builder()
            .configure(&config)
            .imds_client(settings.say_to_imds(client).build())
            .build(),
    )
}

#[derive(Debug)]
struct SimTimeSource(SimClock);

impl TimeSource for SimTimeSource {
    fn now(&self) -> std::time::SystemTime {
        self.0.now()
    }
}

struct SdkClient {
    identity: CachedIdentity,
    config: SdkConfig,
}

impl Client for SdkClient {
    fn resolve(&self) -> BoxFuture<'_, Answer> {
        Box::pin(async {
            self.identity
                .resolve()
                .await
                .map_err(|error| failure(&*error).into())
        })
    }

    fn call(&self, call: Call) -> BoxFuture<'_, CallAnswer> {
        Box::pin(called(&self.config, call))
    }
}

/// Makes a call with the clients of the SDK.
pub(crate) async fn called(config: &SdkConfig, call: Call) -> CallAnswer {
    match call {
        Call::CallerIdentity => sts::caller_identity(config).await,
        Call::AssumeRole(asked) => sts::assume_role(config, asked).await,
        call => of_s3(config, call).await,
    }
}

#[cfg(not(feature = "aws-sdk"))]
fn of_s3(_: &SdkConfig, _: Call) -> std::future::Ready<CallAnswer> {
    std::future::ready(Err(misused("calls of S3 need the feature `aws-sdk`").into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_one_that_is_built() {
        let lock = include_str!("../../../Cargo.lock");
        let (_, entry) = lock
            .split_once("name = \"aws-config\"\nversion = \"")
            .unwrap();
        let (version, _) = entry.split_once('"').unwrap();
        assert_eq!(AwsConfig::new().version(), version);
    }
}
