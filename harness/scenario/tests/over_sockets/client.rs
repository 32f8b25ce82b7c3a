//! A client of the container endpoint over sockets, in this process: what it says of its clocks, and
//! how it behaves, is the test's choice.

use std::future::pending;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use rolecall_providers::{
    Answer, App, BoxFuture, Call, CallAnswer, CallFailure, Class, Client, ClientProcess, Clocks,
    NoClient, Provider, Timed, Unanswered,
};
use rolecall_reach::Method;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// What a client's clocks are like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Clock {
    /// The wall clock is the simulated one.
    #[default]
    Shifted,
    /// It is the machine's.
    Machines,
    /// It is right at first, and no jump moves it.
    Stuck,
    /// The monotonic clock jumps with it.
    BothJump,
    /// Nobody says.
    Untold,
    /// It is known that it cannot be shifted.
    NotShifted,
}

/// How a client behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It keeps a set until five minutes before its end, by its wall clock.
    #[default]
    Caches,
    /// The same by its monotonic clock, which no jump moves.
    CachesByMonotonicClock,
    /// It keeps its first set for ever.
    NeverRefreshes,
    /// It caches, and its provider's very first answer is a failure.
    FailsOnce,
    /// It never answers.
    Hangs,
}

/// Provider of such clients.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    clock: Clock,
    manner: Manner,
    let_go: Arc<Mutex<Vec<u32>>>,
    failed: Arc<AtomicU32>,
}

impl Measured {
    pub(crate) fn with(clock: Clock) -> Self {
        Self {
            clock,
            ..Self::default()
        }
    }

    pub(crate) fn behaving(manner: Manner) -> Self {
        Self {
            manner,
            ..Self::default()
        }
    }

    /// How many callers its clients let go, each time.
    pub(crate) fn let_go(&self) -> Vec<u32> {
        self.let_go.lock().unwrap().clone()
    }
}

impl Provider for Measured {
    fn name(&self) -> &'static str {
        "measured"
    }

    fn version(&self) -> &'static str {
        "1"
    }

    fn open(&self, app: App) -> BoxFuture<'_, Result<Box<dyn Client>, NoClient>> {
        Box::pin(async {
            assert!(app.http().is_none(), "it is to use sockets");
            let client: Box<dyn Client> = Box::new(Opened {
                provider: self.clone(),
                since: (app.clock.now(), Instant::now()),
                app,
                held: tokio::sync::Mutex::default(),
            });
            Ok(client)
        })
    }
}

struct Opened {
    provider: Measured,
    app: App,
    since: (SystemTime, Instant),
    held: tokio::sync::Mutex<Option<(Credentials, Instant)>>,
}

impl Opened {
    async fn answer(&self) -> Answer {
        if self.provider.manner == Manner::Hangs {
            pending::<()>().await;
        }
        if self.provider.manner == Manner::FailsOnce
            && self.provider.failed.fetch_add(1, Ordering::SeqCst) == 0
        {
            return Err(failed("for once"));
        }
        let mut held = self.held.lock().await;
        if let Some((held, until)) = held.as_ref()
            && match self.provider.manner {
                Manner::CachesByMonotonicClock => Instant::now() < *until,
                Manner::NeverRefreshes => true,
                Manner::Caches | Manner::FailsOnce | Manner::Hangs => false,
            }
        {
            return Ok(held.clone());
        }
        let soon = self.app.clock.now() + Duration::from_mins(5);
        if let Some((held, _)) = held.as_ref()
            && self.provider.manner == Manner::Caches
            && held.expiry().is_some_and(|at| at > soon)
        {
            return Ok(held.clone());
        }
        let fetched = self.fetch().await?;
        let lasts = fetched.expiry().and_then(|at| at.duration_since(soon).ok());
        *held = Some((fetched.clone(), Instant::now() + lasts.unwrap_or_default()));
        Ok(fetched)
    }

    async fn fetch(&self) -> Answer {
        let variable = |name: &str| self.app.environment.get(name).cloned().unwrap_or_default();
        let uri = variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        let (host, path) = uri
            .strip_prefix("http://")
            .unwrap()
            .split_once('/')
            .unwrap();
        let token = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
        let mut stream = TcpStream::connect(host)
            .await
            .map_err(|it| failed(&it.to_string()))?;
        let request = format!(
            "GET /{path} HTTP/1.1\r\nhost: {host}\r\nauthorization: {token}\r\nconnection: close\r\n\r\n"
        );
        let mut answer = String::new();
        let sent = stream.write_all(request.as_bytes()).await;
        sent.map_err(|it| failed(&it.to_string()))?;
        let read = stream.read_to_string(&mut answer).await;
        read.map_err(|it| failed(&it.to_string()))?;
        let (head, body) = answer
            .split_once("\r\n\r\n")
            .ok_or_else(|| failed("no answer"))?;
        if !head.starts_with("HTTP/1.1 200 ") {
            return Err(failed(head));
        }
        let body: Value = serde_json::from_str(body).unwrap();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        let expiration: jiff::Timestamp = text("Expiration").parse().unwrap();
        Ok(Credentials::new(
            text("AccessKeyId"),
            text("SecretAccessKey"),
            Some(text("Token")),
            Some(expiration.into()),
            "measured",
        ))
    }
}

fn failed(text: &str) -> Unanswered {
    Unanswered::Failed(CallFailure {
        class: Class::SourceError,
        code: None,
        status: None,
        text: text.to_owned(),
    })
}

impl Client for Opened {
    fn resolve(&self) -> BoxFuture<'_, Answer> {
        Box::pin(self.answer())
    }

    fn call(&self, _: Call) -> BoxFuture<'_, CallAnswer> {
        let why = "it only resolves".to_owned();
        Box::pin(async { Err(Unanswered::Unsupported(why)) })
    }

    fn resolve_at_once(&self, callers: u32) -> Option<BoxFuture<'_, Vec<Timed<Answer>>>> {
        self.provider.let_go.lock().unwrap().push(callers);
        Some(Box::pin(async move {
            let mut all = Vec::new();
            for _ in 0..callers {
                let began = Instant::now();
                let answer = self.answer().await;
                let took = began.elapsed();
                all.push(Timed { answer, took });
            }
            all
        }))
    }

    fn clocks(&self) -> BoxFuture<'_, Result<Option<Clocks>, Unanswered>> {
        let (wall, since) = self.since;
        let passed = since.elapsed();
        let simulated = self.app.clock.now();
        let jumped = simulated.duration_since(wall).unwrap_or_default();
        let told = |wall, monotonic| Some(Clocks { wall, monotonic });
        let said = match self.provider.clock {
            Clock::Shifted | Clock::NotShifted => told(simulated, passed),
            Clock::Machines => told(self.app.clock.machine_now().unwrap(), passed),
            Clock::Stuck => told(wall + passed, passed),
            Clock::BothJump => told(simulated, jumped),
            Clock::Untold => None,
        };
        Box::pin(async move { Ok(said) })
    }

    fn process(&self) -> Option<ClientProcess> {
        let clock = match self.provider.clock {
            Clock::NotShifted => Method::None("it is a static binary".to_owned()),
            _ => Method::Preload,
        };
        Some(ClientProcess {
            id: std::process::id(),
            clock,
        })
    }
}
