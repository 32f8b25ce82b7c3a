//! Asks for credentials as the SDK's clients do: through the identity cache that they share.

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::identity::{
    ResolveCachedIdentity, SharedIdentityCache, SharedIdentityResolver,
};
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::config_bag::{ConfigBag, Layer};

/// A credentials provider behind the identity cache of a configuration.
pub(crate) struct CachedIdentity {
    cache: SharedIdentityCache,
    resolver: SharedIdentityResolver,
    components: RuntimeComponents,
    settings: ConfigBag,
}

impl CachedIdentity {
    /// `provider` behind the cache of `config`; clients made from `config` share what it holds.
    pub(crate) fn new(
        config: &SdkConfig,
        provider: SharedCredentialsProvider,
    ) -> Result<Self, BoxError> {
        let cache = config.identity_cache();
        // The cache derives its time limit from these.
        let mut settings = Layer::new("rolecall");
        settings.store_or_unset(config.retry_config().cloned());
        settings.store_or_unset(config.timeout_config().cloned());
        // It asks for no more than time and sleep; the rest is there because it must be.
        let components = RuntimeComponentsBuilder::for_tests()
            .with_time_source(config.time_source())
            .with_sleep_impl(config.sleep_impl());
        Ok(Self {
            cache: cache.ok_or("the SDK has no identity cache")?,
            resolver: SharedIdentityResolver::new(provider),
            components: components.build()?,
            settings: ConfigBag::of_layers(vec![settings]),
        })
    }

    /// Credentials, cached or fresh.
    pub(crate) async fn resolve(&self) -> Result<Credentials, BoxError> {
        let resolver = self.resolver.clone();
        let identity = self
            .cache
            .resolve_cached_identity(resolver, &self.components, &self.settings)
            .await?;
        let credentials = identity.data::<Credentials>().cloned();
        credentials.ok_or_else(|| "the identity holds no credentials".into())
    }
}
