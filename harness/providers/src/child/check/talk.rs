//! Talking to a driver that may do anything.

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};
use tokio::time::{sleep, timeout};

use crate::child::ending::{Over, seconds};
use crate::child::limits::Limits;
use crate::child::link::{Awaited, Link};
use crate::child::message::{Hello, Now, Reply};
use crate::child::provider::Seat;
use crate::child::read;
use crate::child::session::greet;
use crate::contract::{App, Clocks, NoClient};

/// How long nothing is asked, to see whether anything is requested.
const IDLE: Duration = Duration::from_millis(500);

/// How often it is looked whether a driver has ended.
const LOOK: Duration = Duration::from_millis(10);

/// How far a wall clock may be from where it should be. What is read on two sides of a pipe is never
/// read at the same time.
pub(super) const NEAR: Duration = Duration::from_secs(2);

/// A conversation.
pub(super) struct Talk<'a> {
    pub(super) link: Link,
    pub(super) app: &'a App,
    pub(super) limits: Limits,
    /// Whether its clock is the app's.
    pub(super) unshifted: Option<String>,
    hello: Option<Hello>,
    requests: &'a (dyn Fn() -> usize + Send + Sync),
}

impl<'a> Talk<'a> {
    pub(super) fn start(
        seat: &Seat,
        limits: Limits,
        app: &'a App,
        requests: &'a (dyn Fn() -> usize + Send + Sync),
    ) -> Result<Self, NoClient> {
        let unshifted = match &seat.clock {
            rolecall_reach::Method::None(why) => Some(why.clone()),
            _ => None,
        };
        Ok(Self {
            link: Link::new(seat.start()?, limits, true),
            app,
            limits,
            unshifted,
            hello: None,
            requests,
        })
    }

    /// The driver has said who it is.
    pub(super) fn greeted(&mut self, hello: Hello) {
        self.hello = Some(hello);
        self.link.greeted();
    }

    /// A new process, as far as the one before was meant to be: greeted, and with a client.
    pub(super) async fn again(&self, seat: &Seat) -> Result<Talk<'a>, NoClient> {
        let mut talk = Self::start(seat, self.limits, self.app, self.requests)?;
        if let Ok(hello) = greet(&talk.link).await {
            talk.greeted(hello);
            // What is wrong with that has been told.
            let _ = talk.ask(talk.open("a")).await;
        }
        Ok(talk)
    }

    /// Whether it says that it can do that.
    pub(super) fn can(&self, what: &str) -> bool {
        let can = self.hello.as_ref().map(|hello| &hello.can);
        can.is_some_and(|can| can.iter().any(|can| can == what))
    }

    /// The request that makes a client as the app asks for it.
    pub(super) fn open(&self, client: &str) -> Value {
        let settings = json!({ "region": self.app.region });
        json!({ "op": "open", "client": client, "use": self.app.uses.as_str(), "settings": settings })
    }

    pub(super) fn send(&self, fields: Value) -> Result<(u64, Awaited), String> {
        let Value::Object(fields) = fields else {
            return Err("a request is an object".to_owned());
        };
        self.link
            .send_fields(fields)
            .map_err(|over| over.to_string())
    }

    pub(super) async fn answer(&self, answer: Awaited) -> Result<Reply, String> {
        match timeout(self.limits.answer, answer).await {
            Ok(Ok(answered)) => answered.map_err(|over| over.to_string()),
            Ok(Err(_)) => Err(Over::ClosedOutput.to_string()),
            Err(_) => Err(format!("no answer within {}", seconds(&self.limits.answer))),
        }
    }

    pub(super) async fn ask(&self, fields: Value) -> Result<Reply, String> {
        let (_, answer) = self.send(fields)?;
        self.answer(answer).await
    }

    /// Asks for what must be answered with `ok`.
    pub(super) async fn ok(&self, fields: Value) -> Result<Map<String, Value>, String> {
        let reply = self.ask(fields).await?;
        let shape = self.shape(&reply);
        reply.ok.ok_or_else(|| format!("it answered {shape}"))
    }

    /// Asks for what must be answered with `unsupported`.
    pub(super) async fn unsupported(&self, fields: Value) -> Result<String, String> {
        let reply = self.ask(fields).await?;
        let shape = self.shape(&reply);
        reply
            .unsupported
            .ok_or_else(|| format!("it answered {shape}, not `unsupported`"))
    }

    /// What an answer is, in words.
    pub(super) fn shape(&self, reply: &Reply) -> String {
        let said = match reply {
            Reply { ok: Some(_), .. } => "`ok`".to_owned(),
            Reply {
                unsupported: Some(why),
                ..
            } => format!("`unsupported`: {why}"),
            Reply {
                error: Some(error), ..
            } => {
                let failure = read::failure(error.clone());
                format!("`error`: {failure}")
            }
            _ => "none of `ok`, `error` and `unsupported`".to_owned(),
        };
        self.link.hide(&said)
    }

    pub(super) async fn clocks(&self) -> Result<Clocks, String> {
        let now: Now = read::fields(self.ok(json!({ "op": "now" })).await?)?;
        read::clocks(&now)
    }

    /// How many requests the world sees while nothing is asked.
    pub(super) async fn idle_requests(&self) -> usize {
        let before = (self.requests)();
        sleep(IDLE).await;
        (self.requests)().saturating_sub(before)
    }

    /// How it ends, once it does.
    pub(super) async fn end(&self) -> Result<Over, String> {
        let over = async {
            loop {
                if let Some(over) = self.link.over() {
                    return over;
                }
                sleep(LOOK).await;
            }
        };
        let limit = self.limits.grace;
        let ended = timeout(limit, over).await;
        ended.map_err(|_| format!("it runs on {} later", seconds(&limit)))
    }
}

/// How far apart two times are.
pub(super) fn apart(one: SystemTime, other: SystemTime) -> Duration {
    let ahead = one.duration_since(other);
    ahead.unwrap_or_else(|behind| behind.duration())
}
