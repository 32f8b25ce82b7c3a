//! A provider that keeps to the rules, for judging those who judge.
//!
//! [`Reference`] does what the rules of the suite ask for, and [`MUTANTS`] are careless authors: the same
//! with one choice changed. A scenario that the reference fails is wrong, and one that no mutant fails
//! says nothing. Nobody should use it for anything else.

mod cache;
mod conduct;
mod container;
mod document;
mod environment;
mod imds;
mod mutants;
mod process;
mod profile;
mod sources;
mod sso;
mod sts;
mod surroundings;
mod trouble;
mod wire;

use std::sync::{Arc, Mutex, PoisonError};

use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};

pub use conduct::{
    AfterFailure, AgeBy, CacheConduct, ChainConduct, Conduct, ContainerConduct, DocumentConduct,
    Flights, ImdsConduct, InPath, Kept, Link, Listing, OddExpiry, OddToken, ProcessConduct,
    ProfileConduct, Promises, SigningConduct, SsoConduct, StsConduct, TokenSent, Window,
};
pub use mutants::{MUTANTS, Mutant};

use crate::aws_config::{called, config_of, in_process};
use crate::contract::{
    Answer, App, BoxFuture, Call, CallAnswer, CallFailure, Client, NoClient, Provider, Unanswered,
};
use crate::settings::Settings;
use cache::Cache;
use document::Set;
use sources::Sources;
use sts::Sts;
use surroundings::Surroundings;

/// The reference, or what a careless author made of it.
#[derive(Clone, Debug)]
pub struct Reference {
    name: String,
    conduct: Arc<Conduct>,
    /// The first client's cache, for those who have one for all of a world.
    shared: Arc<Mutex<Option<Arc<Cache>>>>,
}

impl Reference {
    /// The one that keeps to the rules.
    pub fn new() -> Self {
        Self::with_conduct("reference", Conduct::default())
    }

    /// One that does what `conduct` says.
    pub fn with_conduct(name: impl Into<String>, conduct: Conduct) -> Self {
        Self {
            name: name.into(),
            conduct: Arc::new(conduct),
            shared: Arc::default(),
        }
    }

    fn cache_of(&self, sources: Sources) -> Arc<Cache> {
        let own = Arc::new(Cache::new(sources));
        if !self.conduct.cache.one_for_all {
            return own;
        }
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(shared.get_or_insert(own))
    }
}

impl Default for Reference {
    fn default() -> Self {
        Self::new()
    }
}

impl Provider for Reference {
    fn name(&self) -> &str {
        &self.name
    }

    fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    fn promise(&self, name: &str) -> Option<&str> {
        let Promises(promises) = self.conduct.promises;
        let made = promises.iter().find(|(promise, _)| *promise == name);
        made.map(|(_, value)| *value)
    }

    fn open(&self, app: App) -> BoxFuture<'_, Result<Box<dyn Client>, NoClient>> {
        Box::pin(async move {
            let http = in_process(&app)?;
            let settings = Settings::read(&app.settings)?;
            let sdk = config_of(&app, http.clone(), &settings).await;
            let mut sdk = sdk.into_builder().identity_cache(IdentityCache::no_cache());
            if let Some(region) = self.conduct.signing.region {
                sdk = sdk.region(Region::new(region));
            }
            if let Some(attempts) = self.conduct.signing.attempts {
                let retries = RetryConfig::standard().with_max_attempts(attempts);
                sdk = sdk.retry_config(retries);
            }
            let signing = &self.conduct.signing;
            let is_careless = !signing.resent_after.is_empty()
                || !signing.hears_time
                || signing.clocks_apart_by.is_some();
            if is_careless {
                let network = wire::careless(http.clone(), app.clock.clone(), signing.clone());
                sdk = sdk.http_client(network);
            }
            let sdk = sdk.build();
            let here = Surroundings {
                app,
                http,
                settings: Arc::new(settings),
                conduct: Arc::clone(&self.conduct),
            };
            let sources = Sources::new(here, Sts::new(sdk.clone()))?;
            let client: Box<dyn Client> = Box::new(ReferenceClient {
                cache: self.cache_of(sources),
                conduct: Arc::clone(&self.conduct),
                first: Arc::default(),
                sdk,
            });
            Ok(client)
        })
    }
}

/// One client: its set, and the SDK that signs with it.
struct ReferenceClient {
    cache: Arc<Cache>,
    conduct: Arc<Conduct>,
    /// The set that it signed with first.
    first: Arc<Mutex<Option<Arc<Set>>>>,
    sdk: SdkConfig,
}

impl Client for ReferenceClient {
    fn resolve(&self) -> BoxFuture<'_, Answer> {
        Box::pin(async {
            let set = self.cache.get().await;
            let set = set.map_err(|trouble| Unanswered::Failed(CallFailure::from(trouble)))?;
            Ok(set.credentials())
        })
    }

    fn call(&self, call: Call) -> BoxFuture<'_, CallAnswer> {
        Box::pin(async move {
            let signing = &self.conduct.signing;
            let with_token = match call {
                Call::Presign { .. } => signing.session_token_presigned,
                _ => signing.session_token,
            };
            let signer = Signer {
                cache: Arc::clone(&self.cache),
                first: Arc::clone(&self.first),
                newest: signing.newest_set,
                one_set: signing.one_set_per_call,
                with_token,
                used: Arc::default(),
            };
            let used = Arc::clone(&signer.used);
            let sdk = self.sdk.clone().into_builder();
            let sdk = sdk.credentials_provider(SharedCredentialsProvider::new(signer));
            let answer = called(&sdk.build(), call).await;
            if let Err(Unanswered::Failed(failure)) = &answer
                && let Some(code) = &failure.code
            {
                let used = used.lock().unwrap_or_else(PoisonError::into_inner);
                self.cache.refused(code, used.as_deref());
            }
            answer
        })
    }
}

/// What one call is signed with, and the key id that was.
struct Signer {
    cache: Arc<Cache>,
    first: Arc<Mutex<Option<Arc<Set>>>>,
    newest: bool,
    one_set: bool,
    with_token: bool,
    used: Arc<Mutex<Option<String>>>,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").finish_non_exhaustive()
    }
}

impl Signer {
    async fn credentials(&self) -> Result<Credentials, CredentialsError> {
        let mut set = self.cache.get().await?;
        {
            let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
            let first = first.get_or_insert_with(|| Arc::clone(&set));
            if !self.newest {
                set = Arc::clone(first);
            }
        }
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let is_another = used.as_ref().is_some_and(|used| *used != set.access_key_id);
        if is_another && self.one_set {
            return Err(CredentialsError::provider_error(
                "the set has been replaced",
            ));
        }
        *used = Some(set.access_key_id.clone());
        drop(used);
        if self.with_token {
            return Ok(set.credentials());
        }
        let bare = Set {
            session_token: None,
            ..(*set).clone()
        };
        Ok(bare.credentials())
    }
}

impl ProvideCredentials for Signer {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}
