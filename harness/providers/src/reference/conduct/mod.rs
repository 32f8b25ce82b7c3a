//! The choices that a credential provider makes, in one place, with the right ones as the default.

mod cache;
mod chain;
mod configured;
mod container;
mod document;
mod imds;
mod sts;

use std::time::Duration;

pub use cache::{AfterFailure, AgeBy, CacheConduct, Flights, Window};
pub use chain::{ChainConduct, Link};
pub use configured::{ProcessConduct, ProfileConduct, SsoConduct};
pub use container::{ContainerConduct, OddToken};
pub use document::{DocumentConduct, OddExpiry};
pub use imds::{ImdsConduct, InPath, Listing, TokenSent};
pub use sts::StsConduct;

/// Everything that [`Reference`](super::Reference) decides. `Default` is right.
///
/// Nothing else in it knows of right and wrong: a careless author is this with one change.
#[derive(Clone, Debug, Default)]
pub struct Conduct {
    /// Which sources are asked, and in which order.
    pub chain: ChainConduct,
    /// How the instance metadata service is asked.
    pub imds: ImdsConduct,
    /// How the endpoint of a container is asked.
    pub container: ContainerConduct,
    /// How documents with credentials are read.
    pub documents: DocumentConduct,
    /// How STS is asked for sessions.
    pub sts: StsConduct,
    /// How the shared configuration files are read.
    pub profiles: ProfileConduct,
    /// How programs for credentials are run.
    pub process: ProcessConduct,
    /// How a portal is asked for a role.
    pub sso: SsoConduct,
    /// When a set is replaced, and what becomes of one that cannot be.
    pub cache: CacheConduct,
    /// What requests are signed with.
    pub signing: SigningConduct,
    /// What it promises of itself.
    pub promises: Promises,
}

/// For how long something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Not at all.
    Never,
    /// As long as it is good.
    WhileGood,
    /// For ever.
    Always,
}

/// What requests are signed with.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct SigningConduct {
    /// Whether requests carry the session token.
    pub session_token: bool,
    /// Whether presigned URLs do.
    pub session_token_presigned: bool,
    /// Whether calls are signed with the set that is held at that moment; else with the first one.
    pub newest_set: bool,
    /// The region of all calls, whatever the client's is.
    pub region: Option<&'static str>,
    /// How often requests are sent in all, whatever anybody says of that.
    pub attempts: Option<u32>,
    /// Whether all requests of a call must be signed with one set.
    pub one_set_per_call: bool,
    /// The statuses after which a request is sent again as it was signed.
    pub resent_after: &'static [(u16, u16)],
    /// Whether the time of a service is taken from its refusals.
    pub hears_time: bool,
    /// How far the clock of a service may be from the own one; a request is sent again if it is further.
    pub clocks_apart_by: Option<Duration>,
}

impl Default for SigningConduct {
    fn default() -> Self {
        Self {
            session_token: true,
            session_token_presigned: true,
            newest_set: true,
            region: None,
            attempts: None,
            one_set_per_call: false,
            resent_after: &[],
            hears_time: true,
            clocks_apart_by: None,
        }
    }
}

/// What it promises of itself: by name, as `[promises]` of a `provider.toml` has them. A provider by
/// the rules of 2026 promises no window, for it has none of a fixed length.
#[derive(Clone, Debug)]
pub struct Promises(pub &'static [(&'static str, &'static str)]);

impl Default for Promises {
    fn default() -> Self {
        Self(&[
            ("caches", "true"),
            ("imds_v1", "fallback"),
            ("refresh_2026", "true"),
        ])
    }
}
