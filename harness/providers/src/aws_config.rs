//! `aws-config` and the SDK's clients, in this process, on the simulated clock.
//!
//! Everything that the SDK would take from the machine is given to it: environment, files, time,
//! sleep and network.

use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime_api::client::identity::{ResolveCachedIdentity, SharedIdentityResolver};
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::config_bag::{ConfigBag, Layer};
use aws_types::os_shim_internal::{Env, Fs};
use rolecall_clock::SimClock;

use crate::class::Class;
use crate::connector::sleep;
use crate::contract::{
    Answer, App, BoxFuture, Call, CallAnswer, CallFailure, Client, Provider, Unsupported, Use,
};

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

    fn version(&self) -> &str {
        // Kept equal to the lock file by a test.
        "1.13.0"
    }

    fn open(&self, app: App) -> BoxFuture<'_, Result<Box<dyn Client>, Unsupported>> {
        Box::pin(async move {
            let loaded = sdk_config(&app).await;
            let provider = match (&self.own, app.uses) {
                (Some((_, make)), Use::Client | Use::DefaultChain) => make(&app, &loaded),
                (None, Use::Client | Use::DefaultChain) => loaded
                    .credentials_provider()
                    .ok_or_else(|| Unsupported("aws-config made no chain".to_owned()))?,
                (None, Use::Imds) => bare_imds(&app),
                (_, other) => {
                    let what = format!("{} has no bare `{}` provider", self.name(), other.as_str());
                    return Err(Unsupported(what));
                }
            };
            let config = loaded.into_builder().credentials_provider(provider.clone());
            let config = match app.uses {
                Use::Client => config,
                _ => config.identity_cache(aws_config::identity::IdentityCache::no_cache()),
            };
            let client: Box<dyn Client> = Box::new(SdkClient {
                provider,
                config: config.build(),
            });
            Ok(client)
        })
    }
}

/// What `aws-config` makes of an app's environment: the default chain on the app's clock and
/// network, for any client of the SDK.
pub async fn sdk_config(app: &App) -> SdkConfig {
    let environment: Vec<(&str, &str)> = app
        .environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    aws_config::defaults(BehaviorVersion::latest())
        .env(Env::from_slice(&environment))
        .fs(Fs::from_slice(&[]))
        .region(Region::new(app.region.clone()))
        .time_source(SimTimeSource(app.clock.clone()))
        .sleep_impl(sleep())
        .http_client(app.http.clone())
        .load()
        .await
}

fn bare_imds(app: &App) -> SharedCredentialsProvider {
    let config = ProviderConfig::without_region()
        .with_region(Some(Region::new(app.region.clone())))
        .with_time_source(SimTimeSource(app.clock.clone()))
        .with_sleep_impl(sleep())
        .with_http_client(app.http.clone());
    SharedCredentialsProvider::new(
        ImdsCredentialsProvider::builder()
            .configure(&config)
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
    provider: SharedCredentialsProvider,
    config: SdkConfig,
}

impl Client for SdkClient {
    fn resolve(&self) -> BoxFuture<'_, Answer> {
        Box::pin(async {
            self.through_the_cache()
                .await
                .map_err(|error| failure(&*error))
        })
    }

    #[cfg(feature = "aws-sdk")]
    fn call(&self, call: Call) -> BoxFuture<'_, CallAnswer> {
        Box::pin(crate::s3::call(&self.config, call))
    }

    #[cfg(not(feature = "aws-sdk"))]
    fn call(&self, _call: Call) -> BoxFuture<'_, CallAnswer> {
        let text = "signed calls need the feature `aws-sdk`".to_owned();
        Box::pin(async {
            Err(CallFailure {
                class: Class::BadConfig,
                code: None,
                status: None,
                text,
            })
        })
    }
}

impl SdkClient {
    /// Asks as the SDK's clients do: through the identity cache that they share.
    async fn through_the_cache(
        &self,
    ) -> Result<Credentials, aws_smithy_runtime_api::box_error::BoxError> {
        let cache = self
            .config
            .identity_cache()
            .ok_or("the SDK has no identity cache")?;
        let resolver = SharedIdentityResolver::new(self.provider.clone());
        let components = components(&self.config)?;
        let mut settings = Layer::new("rolecall");
        settings.store_or_unset(self.config.retry_config().cloned());
        settings.store_or_unset(self.config.timeout_config().cloned());
        let bag = ConfigBag::of_layers(vec![settings]);
        let identity = cache
            .resolve_cached_identity(resolver, &components, &bag)
            .await?;
        identity
            .data::<Credentials>()
            .cloned()
            .ok_or_else(|| "the identity holds no credentials".into())
    }
}

/// The cache asks for no more than time and sleep; the rest is there because it must be.
fn components(
    config: &SdkConfig,
) -> Result<RuntimeComponents, aws_smithy_runtime_api::box_error::BoxError> {
    let components = RuntimeComponentsBuilder::for_tests()
        .with_time_source(config.time_source())
        .with_sleep_impl(config.sleep_impl())
        .build()?;
    Ok(components)
}

/// Reads an error of the SDK: the first one in its chain of sources that says what kind it is.
pub(crate) fn failure(error: &(dyn std::error::Error + 'static)) -> CallFailure {
    let mut class = Class::Other;
    let mut texts = Vec::new();
    let mut next = Some(error);
    while let Some(current) = next {
        if let Some(credentials) = current.downcast_ref::<CredentialsError>()
            && class == Class::Other
        {
            class = class_of(credentials);
        }
        texts.push(current.to_string());
        next = current.source();
    }
    texts.dedup();
    CallFailure {
        class,
        code: None,
        status: None,
        text: texts.join(": "),
    }
}

fn class_of(error: &CredentialsError) -> Class {
    match error {
        CredentialsError::CredentialsNotLoaded(_) => Class::NoneFound,
        CredentialsError::ProviderTimedOut(_) => Class::Timeout,
        CredentialsError::InvalidConfiguration(_) => Class::BadConfig,
        CredentialsError::ProviderError(_) => Class::SourceError,
        _ => Class::Other,
    }
}
