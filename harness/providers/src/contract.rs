//! What is asked of a provider, whatever it is written in.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::Method;
use rolecall_clock::SimClock;
use rolecall_reach::{Launcher, Method as ClockMethod};
use schemars::JsonSchema;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::child::Leak;
use crate::class::Class;
use crate::connector::HttpService;

/// A boxed future.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The thing under test.
pub trait Provider: Send + Sync {
    /// Its name in reports, such as `aws-config`.
    fn name(&self) -> &str;

    /// Its exact version.
    fn version(&self) -> &str;

    /// What its own documentation promises about `name`, such as `15m` about `refresh_before`.
    fn promise(&self, _name: &str) -> Option<&str> {
        None
    }

    /// How the clock of its processes is shifted, once one was started; `None` for a provider in this
    /// process, which lives by the clock of its [`App`].
    fn clock(&self) -> Option<&str> {
        None
    }

    /// Opens a client of it for an app.
    fn open(&self, app: App) -> BoxFuture<'_, Result<Box<dyn Client>, NoClient>>;
}

/// One client: what an app holds on to from its start to its end.
pub trait Client: Send + Sync {
    /// Asks the provider for credentials.
    fn resolve(&self) -> BoxFuture<'_, Answer>;

    /// Makes a signed call.
    fn call(&self, call: Call) -> BoxFuture<'_, CallAnswer>;

    /// The same as [`resolve`](Self::resolve) by so many callers, whom the client itself lets go at
    /// one moment; `None` if they are as well asked one by one, from tasks of their own.
    fn resolve_at_once(&self, _callers: u32) -> Option<BoxFuture<'_, Vec<Timed<Answer>>>> {
        None
    }

    /// The same as [`call`](Self::call) by so many callers, likewise.
    fn call_at_once(
        &self,
        _call: Call,
        _callers: u32,
    ) -> Option<BoxFuture<'_, Vec<Timed<CallAnswer>>>> {
        None
    }

    /// What its clocks say; `None` for a client in this process, which lives by the clock of its
    /// [`App`].
    fn clocks(&self) -> BoxFuture<'_, Result<Option<Clocks>, Unanswered>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// Whether it begins anew with each answer, and keeps nothing: a process a call.
    fn is_one_shot(&self) -> bool {
        false
    }

    /// The process it is in, and how the clock of that is shifted; `None` for this process.
    fn process(&self) -> Option<ClientProcess> {
        None
    }

    /// Where it has said a secret that belongs in no message: to standard error, in the text of an
    /// error. It knows those that it has answered itself; `others` are looked for, too.
    fn secrets_in(&self, _others: &[&str]) -> Vec<Leak> {
        Vec::new()
    }
}

/// What came of something, and how long it took by the client's own monotonic clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timed<T> {
    /// What came of it.
    pub answer: T,
    /// How long it took.
    pub took: Duration,
}

/// What the clocks of a client say at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// Its wall clock.
    pub wall: SystemTime,
    /// Its monotonic clock, since a moment of its choice.
    pub monotonic: Duration,
}

/// A client's own process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientProcess {
    /// Its number.
    pub id: u32,
    /// How its clock is shifted.
    pub clock: ClockMethod,
}

/// Where a client lives.
#[derive(Clone, Debug)]
pub struct App {
    /// Its name, for the journal.
    pub name: String,
    /// Which part of the provider it uses.
    pub uses: Use,
    /// Its environment, whole: the machine's own is not added. A process of its own also gets what is
    /// harmless of that.
    pub environment: BTreeMap<String, String>,
    /// Its region, set explicitly so that no client has to go and find it.
    pub region: String,
    /// The folder that is `/` to it; without one it has no files.
    pub files: Option<PathBuf>,
    /// Its clock.
    pub clock: SimClock,
    /// What is said to it in code rather than in environment and files: the closed list of the
    /// drivers' contract, in its spelling.
    pub settings: Map<String, Value>,
    /// How it reaches others.
    pub network: Network,
}

impl App {
    /// The same, with `wrap` around its network: to look at its requests, or to answer some of them.
    /// An app with a process of its own stays as it is.
    #[must_use]
    pub fn through(mut self, wrap: impl FnOnce(HttpService) -> HttpService) -> Self {
        if let Network::InProcess(http) = self.network {
            self.network = Network::InProcess(wrap(http));
        }
        self
    }

    /// Its network, if it is in this process.
    pub fn http(&self) -> Option<&HttpService> {
        match &self.network {
            Network::InProcess(http) => Some(http),
            Network::Sockets(_) => None,
        }
    }
}

/// How an app reaches others.
#[derive(Clone, Debug)]
pub enum Network {
    /// By calling a service in this process.
    InProcess(HttpService),
    /// By sockets, to the addresses in its environment; from a process that this starts, on the
    /// clock of the app.
    Sockets(Launcher),
}

/// Which part of a library is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub enum Use {
    /// As an ordinary client of the library finds its identity, cache and all.
    #[default]
    Client,
    /// The default chain itself, asked anew every time.
    DefaultChain,
    /// The bare instance metadata provider.
    Imds,
    /// The bare container provider.
    Container,
    /// The bare assume-role provider.
    AssumeRole,
    /// The bare web identity provider.
    WebIdentity,
    /// The bare process provider.
    Process,
    /// The bare SSO provider.
    Sso,
    /// The bare profile provider.
    Profile,
}

impl Use {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Client,
        Self::DefaultChain,
        Self::Imds,
        Self::Container,
        Self::AssumeRole,
        Self::WebIdentity,
        Self::Process,
        Self::Sso,
        Self::Profile,
    ];

    /// The word in scenarios and in the drivers' contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::DefaultChain => "default-chain",
            Self::Imds => "imds",
            Self::Container => "container",
            Self::AssumeRole => "assume-role",
            Self::WebIdentity => "web-identity",
            Self::Process => "process",
            Self::Sso => "sso",
            Self::Profile => "profile",
        }
    }
}

/// There is no client.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoClient {
    /// The provider cannot be asked that: the scenario does not apply to it.
    #[error("{0}")]
    Unsupported(String),
    /// Its driver does not do what drivers do: nothing can be said of the provider.
    #[error("{0}")]
    Broken(String),
}

/// What came of asking for credentials.
pub type Answer = Result<Credentials, Unanswered>;

/// A signed call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// Stores an object whose content is [`body_of`] its key and size.
    PutObject {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
        /// In bytes.
        size: usize,
        /// User metadata.
        metadata: BTreeMap<String, String>,
    },
    /// Stores an object in parts, one after the other.
    UploadMultipart {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
        /// How many.
        parts: u32,
        /// In bytes, of each.
        part_size: usize,
        /// User metadata.
        metadata: BTreeMap<String, String>,
    },
    /// Reads an object.
    GetObject {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
    },
    /// Asks STS who one is.
    CallerIdentity,
    /// Has STS make a session of a role. The client goes on with its own credentials.
    AssumeRole(AssumeRole),
    /// Makes a presigned URL; nothing is sent but what the provider sends.
    Presign {
        /// What the URL is for: `GET`, `PUT`, `HEAD` or `DELETE`.
        method: Method,
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
        /// How long it is to work.
        expires: Duration,
    },
}

/// What STS is asked for with [`Call::AssumeRole`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssumeRole {
    /// The role's ARN.
    pub role_arn: String,
    /// The session's name; the client's choice when left out.
    pub session_name: Option<String>,
    /// How long the session is to last; the client's choice when left out.
    pub duration: Option<Duration>,
    /// The external id.
    pub external_id: Option<String>,
}

/// What came of a call: the content of an object that was read, the ARN of the caller, the access
/// key id of the session that was made, the presigned URL; else nothing.
pub type CallAnswer = Result<Bytes, Unanswered>;

/// There is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unanswered {
    /// The provider failed to give one, and says why.
    #[error(transparent)]
    Failed(#[from] CallFailure),
    /// The provider ended the whole program that it is in, as it is known to; how.
    #[error("{0}")]
    Crashed(String),
    /// The provider cannot be asked that: the scenario does not apply to it.
    #[error("{0}")]
    Unsupported(String),
    /// Its driver does not do what drivers do: nothing can be said of the provider.
    #[error("{0}")]
    Broken(String),
}

/// Why a call, or a request for credentials, came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{class}: {text}")]
pub struct CallFailure {
    /// The provider's own view of it; advisory.
    pub class: Class,
    /// The service's error code, if it was the service that refused.
    pub code: Option<String>,
    /// The HTTP status, likewise.
    pub status: Option<u16>,
    /// In the provider's words.
    pub text: String,
}

/// The content that is uploaded under a key: the key's bytes repeated, cut to `size` bytes.
///
/// ```
/// assert_eq!(rolecall_providers::body_of("cat", 7), "catcatc");
/// ```
pub fn body_of(key: &str, size: usize) -> Bytes {
    let mut body = key.as_bytes().repeat(size.div_ceil(key.len().max(1)));
    body.truncate(size);
    body.into()
}
