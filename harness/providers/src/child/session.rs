//! Sessions: a process that stays, asked by lines.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::crash::Crash;
use super::ending::{Over, seconds};
use super::limits::Limits;
use super::link::{Awaited, Link};
use super::message::{Answers, CONTRACT, Do, Hello, Keys, Now, Op, Outcome, Reply};
use super::one_shot::document;
use super::provider::{Program, Seat};
use super::read::{self, Odd};
use super::secrets::Leak;
use crate::class::Class;
use crate::contract::{
    Answer, App, BoxFuture, Call, CallAnswer, CallFailure, Client, ClientProcess, Clocks, NoClient,
    Timed, Unanswered,
};

/// What `callers` says of a program that runs another one for each call.
const PROCESSES: &str = "processes";

/// The one client that a process of ours holds.
const CLIENT: &str = "a";

/// What a program turned out to be.
pub(super) enum Begun {
    /// A driver, which has said its name and version.
    Session {
        client: Box<dyn Client>,
        said: (String, String),
    },
    /// One that prints a document and ends; the one that it has printed.
    OneShot { seat: Box<Seat>, first: Keys },
}

/// Starts a driver, and shakes hands.
pub(super) async fn begin(
    seat: Seat,
    program: &Program,
    limits: Limits,
    app: &App,
    may_be_one_shot: bool,
) -> Result<Begun, NoClient> {
    let link = Link::new(seat.start()?, limits, may_be_one_shot);
    let hello = match greet(&link).await {
        Ok(hello) => hello,
        Err(Over::Ended { .. }) if let Some(printed) = document(&link.foreign()) => {
            let first = printed.map_err(NoClient::Broken)?;
            let seat = Box::new(seat);
            return Ok(Begun::OneShot { seat, first });
        }
        Err(over) => {
            let over = foreign_instead(&link, over);
            link.end(over.clone());
            return Err(NoClient::Broken(over.to_string()));
        }
    };
    if !link.foreign().is_empty() {
        let over = foreign_instead(&link, Over::ClosedOutput);
        return Err(NoClient::Broken(over.to_string()));
    }
    link.greeted();
    check_identity(&hello, program).map_err(|over| NoClient::Broken(over.to_string()))?;
    let session = Session {
        crashes: program.crashes.clone(),
        at_once: hello.can.iter().any(|can| can == "at-once"),
        cancels: hello.can.iter().any(|can| can == "cancel"),
        processes: hello.callers.as_deref() == Some(PROCESSES),
        open: opening(app),
        opened: Mutex::new(false),
        link,
        seat,
    };
    session.first_open().await?;
    Ok(Begun::Session {
        said: (hello.name, hello.version),
        client: Box::new(session),
    })
}

/// Asks a driver who it is.
pub(super) async fn greet(link: &Link) -> Result<Hello, Over> {
    let hello = Op::Hello { contract: CONTRACT };
    let (_, answer) = link.send(&hello)?;
    let reply = match timeout(link.limits.hello, answer).await {
        Ok(answered) => answered.unwrap_or(Err(Over::ClosedOutput))?,
        Err(_) => {
            return Err(Over::SlowHello {
                limit: link.limits.hello,
                last: link.last_words(),
            });
        }
    };
    if let Some(error) = reply.error {
        return Err(Over::Refused {
            op: "hello",
            why: link.hide(&read::failure(error).text),
        });
    }
    let wrong = |why: String| Over::WrongShape {
        op: "hello".to_owned(),
        why: link.hide(&why),
    };
    if let Some(why) = reply.unsupported {
        return Err(wrong(why));
    }
    let ok = reply.ok.ok_or_else(|| wrong("it has no `ok`".to_owned()))?;
    let hello: Hello = read::fields(ok).map_err(wrong)?;
    read::time("wall", &hello.wall).map_err(wrong)?;
    Ok(hello)
}

/// A program that wrote something else before it answered, was silent, or ended, is told of by that.
fn foreign_instead(link: &Link, over: Over) -> Over {
    let foreign = link.foreign();
    let text = String::from_utf8_lossy(&foreign);
    let why = match &over {
        Over::ClosedOutput => "it came before the answer to `hello`".to_owned(),
        Over::Ended { .. } | Over::SlowHello { .. } => {
            format!("it came in place of an answer to `hello`; {over}")
        }
        _ => return over,
    };
    text.lines().next().map_or(over, |first| Over::Garbage {
        line: link.hide(first).chars().take(200).collect(),
        why,
    })
}

/// Whether the driver is the one that its manifest is of.
pub(super) fn check_identity(hello: &Hello, program: &Program) -> Result<(), Over> {
    let Some((name, version)) = &program.expected else {
        return Ok(());
    };
    if (&hello.name, &hello.version) == (name, version) {
        return Ok(());
    }
    Err(Over::SomebodyElse {
        said: format!("{} {}", hello.name, hello.version),
        expected: format!("{name} {version}"),
    })
}

/// How the client is opened: with the app's settings, and its region.
fn opening(app: &App) -> Op {
    let mut settings = app.settings.clone();
    if !app.region.is_empty() {
        settings
            .entry("region")
            .or_insert_with(|| Value::String(app.region.clone()));
    }
    Op::Open {
        client: CLIENT.to_owned(),
        uses: app.uses.as_str().to_owned(),
        settings,
    }
}

/// A client in a process of its own.
struct Session {
    link: Link,
    seat: Seat,
    /// By which signals its library is known to end it.
    crashes: Vec<Crash>,
    at_once: bool,
    cancels: bool,
    /// Whether each call is a process of its own, which begins anew.
    processes: bool,
    open: Op,
    /// Whether the library could make the client. If not it is tried again when it is asked: so
    /// does a program that is started again.
    opened: Mutex<bool>,
}

impl Session {
    /// Asks under the time limit; one answer, good or bad.
    async fn ask(&self, op: &Op) -> Result<Reply, Unanswered> {
        let (id, answer) = self.link.send(op).map_err(|over| self.over(over))?;
        let mut pending = Pending {
            link: &self.link,
            id: Some(id),
        };
        let mut answer = std::pin::pin!(answer);
        let limit = self.link.limits.answer;
        let Ok(answered) = timeout(limit, answer.as_mut()).await else {
            let over = self.too_late(op, id, answer).await;
            pending.id = None;
            return Err(over);
        };
        pending.id = None;
        let reply = answered
            .unwrap_or(Err(Over::ClosedOutput))
            .map_err(|over| self.over(over))?;
        self.checked(op, reply)
    }

    /// What it means that nothing more comes: the library's end, if it is one that is known of it, or
    /// the driver's.
    fn over(&self, over: Over) -> Unanswered {
        let known = |signal: i32| self.crashes.iter().any(|crash| crash.signal() == signal);
        match over {
            Over::Ended {
                signal: Some(signal),
                how,
                ..
            } if known(signal) => Unanswered::Crashed(format!("the program ended: {how}")),
            over => broken(over),
        }
    }

    /// What an answer is, apart from what is in it.
    fn checked(&self, op: &Op, reply: Reply) -> Result<Reply, Unanswered> {
        let fields = [
            reply.ok.is_some(),
            reply.error.is_some(),
            reply.unsupported.is_some(),
        ];
        if fields.iter().filter(|there| **there).count() != 1 {
            let odd = "it has not exactly one of `ok`, `error`, `unsupported`";
            return Err(self.odd(op, odd));
        }
        if let Some(why) = reply.unsupported {
            return Err(Unanswered::Unsupported(self.link.hide(&why)));
        }
        if let Some(error) = reply.error {
            return Err(self.failure(error).into());
        }
        Ok(reply)
    }

    /// It took too long: the driver is asked to give it up, and whether it is there at all. Then it
    /// is ended, since what its library does from here on is nobody's business.
    async fn too_late(&self, op: &Op, id: u64, answer: std::pin::Pin<&mut Awaited>) -> Unanswered {
        let (limit, grace) = (self.link.limits.answer, self.link.limits.grace);
        let given_up = |how: &str| {
            let text = format!("no answer within {}{how}", seconds(&limit));
            Unanswered::Failed(CallFailure {
                class: Class::Timeout,
                code: None,
                status: None,
                text,
            })
        };
        if self.cancels {
            self.link.cancel(id);
        }
        let alive = async {
            let asked = self.link.send(&Op::Now);
            let Ok((_, now)) = asked else { return false };
            matches!(now.await, Ok(Ok(_)))
        };
        let verdict = timeout(grace, async {
            tokio::select! {
                biased;
                answered = answer => match answered {
                    Ok(Err(over)) => self.over(over),
                    _ => given_up("; given up when it was told to"),
                },
                alive = alive => if alive {
                    given_up("; its driver answers other questions meanwhile")
                } else {
                    broken(Over::GivenUp(op.as_str()))
                },
            }
        });
        let verdict = verdict.await.unwrap_or_else(|_| {
            broken(Over::Stuck {
                op: op.as_str(),
                limit,
                grace,
                last: self.link.last_words(),
            })
        });
        self.link.end(Over::GivenUp(op.as_str()));
        verdict
    }

    async fn first_open(&self) -> Result<(), NoClient> {
        match self.make_client().await {
            Ok(()) | Err(Unanswered::Failed(_) | Unanswered::Crashed(_)) => Ok(()),
            Err(Unanswered::Unsupported(why)) => Err(NoClient::Unsupported(why)),
            Err(Unanswered::Broken(why)) => Err(NoClient::Broken(why)),
        }
    }

    async fn make_client(&self) -> Result<(), Unanswered> {
        let mut opened = self.opened.lock().await;
        if !*opened {
            self.ask(&self.open).await?;
            *opened = true;
        }
        Ok(())
    }

    async fn resolved(&self, at_once: Option<u32>) -> Result<Vec<Timed<Answer>>, Unanswered> {
        self.make_client().await?;
        let op = Op::Resolve {
            client: CLIENT.to_owned(),
            at_once,
        };
        let began = Instant::now();
        let reply = self.ask(&op).await?;
        let each = |outcome: Outcome| {
            let keys = match read::one_of(outcome.credentials, outcome.error, "credentials")? {
                Ok(keys) => keys,
                Err(error) => return Ok(Err(self.failure(error).into())),
            };
            self.link.know_secret(&keys.secret_access_key);
            if let Some(token) = &keys.session_token {
                self.link.know_secret(token);
            }
            read::credentials(keys).map(Ok)
        };
        self.unfolded(&op, reply, at_once.unwrap_or(1), began.elapsed(), each)
    }

    fn unfolded<T: Clone>(
        &self,
        op: &Op,
        reply: Reply,
        callers: u32,
        measured: Duration,
        each: impl FnMut(Outcome) -> Result<T, Odd>,
    ) -> Result<Vec<Timed<T>>, Unanswered> {
        let answers = read::fields::<Answers>(reply.ok.unwrap_or_default());
        answers
            .and_then(|answers| read::unfolded(answers, callers, measured, each))
            .map_err(|odd| self.odd(op, &odd))
    }

    async fn called(&self, call: &Call) -> CallAnswer {
        self.make_client().await?;
        let op = calling(call, None);
        let reply = self.ask(&op).await?;
        read::called(call, reply.ok.unwrap_or_default()).map_err(|odd| self.odd(&op, &odd))
    }

    async fn called_at_once(
        &self,
        call: &Call,
        callers: u32,
    ) -> Result<Vec<Timed<CallAnswer>>, Unanswered> {
        self.make_client().await?;
        let op = calling(call, Some(callers));
        let began = Instant::now();
        let reply = self.ask(&op).await?;
        let each = |outcome: Outcome| match read::one_of(outcome.ok, outcome.error, "ok")? {
            Ok(ok) => read::called(call, ok).map(Ok),
            Err(error) => Ok(Err(self.failure(error).into())),
        };
        self.unfolded(&op, reply, callers, began.elapsed(), each)
    }

    async fn told_clocks(&self) -> Result<Option<Clocks>, Unanswered> {
        let reply = self.ask(&Op::Now).await?;
        let now = read::fields::<Now>(reply.ok.unwrap_or_default());
        let clocks = now.and_then(|now| read::clocks(&now));
        clocks.map(Some).map_err(|odd| self.odd(&Op::Now, &odd))
    }

    fn failure(&self, said: super::message::Failure) -> CallFailure {
        let failure = read::failure(said);
        self.link.note_text(&failure.text);
        CallFailure {
            text: self.link.hide(&failure.text),
            ..failure
        }
    }

    /// An answer that is none. The driver is ended: there is no telling what it means by others.
    fn odd(&self, op: &Op, why: &str) -> Unanswered {
        let over = Over::WrongShape {
            op: op.as_str().to_owned(),
            why: self.link.hide(why),
        };
        self.link.end(over.clone());
        broken(over)
    }
}

/// A question in the air. If whoever asked goes away, the driver is told.
struct Pending<'a> {
    link: &'a Link,
    id: Option<u64>,
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.link.cancel(id);
        }
    }
}

#[allow(
    clippy::needless_pass_by_value,
    reason = "it stands for a function in `map_err`"
)]
fn broken(over: Over) -> Unanswered {
    Unanswered::Broken(over.to_string())
}

/// The request that makes a call.
fn calling(call: &Call, at_once: Option<u32>) -> Op {
    let size_of = |size: usize| u64::try_from(size).unwrap_or(u64::MAX);
    let call = match call.clone() {
        Call::CallerIdentity => Do::CallerIdentity,
        Call::AssumeRole(asked) => Do::AssumeRole {
            role_arn: asked.role_arn,
            role_session_name: asked.session_name,
            external_id: asked.external_id,
            duration_s: asked.duration.map(|duration| duration.as_secs()),
        },
        Call::PutObject {
            bucket,
            key,
            size,
            metadata,
        } => Do::PutObject {
            bucket,
            key,
            size: size_of(size),
            metadata,
        },
        Call::UploadMultipart {
            bucket,
            key,
            parts,
            part_size,
            metadata,
        } => Do::UploadMultipart {
            bucket,
            key,
            parts,
            part_size: size_of(part_size),
            metadata,
        },
        Call::GetObject { bucket, key } => Do::GetObject { bucket, key },
        Call::Presign {
            method,
            bucket,
            key,
            expires,
        } => Do::Presign {
            method: method.to_string(),
            bucket,
            key,
            expires_s: expires.as_secs(),
        },
    };
    Op::Call {
        client: CLIENT.to_owned(),
        call,
        at_once,
    }
}

/// The same answer for every one of so many callers.
fn for_all<T: Clone>(answer: &Unanswered, callers: u32) -> Vec<Timed<Result<T, Unanswered>>> {
    let one = Timed {
        answer: Err(answer.clone()),
        took: Duration::ZERO,
    };
    vec![one; callers as usize]
}

impl Client for Session {
    fn resolve(&self) -> BoxFuture<'_, Answer> {
        Box::pin(async {
            let answers = self.resolved(None).await?;
            let first = answers.into_iter().next();
            first.map_or_else(|| Err(broken(Over::ClosedOutput)), |one| one.answer)
        })
    }

    fn call(&self, call: Call) -> BoxFuture<'_, CallAnswer> {
        Box::pin(async move { self.called(&call).await })
    }

    fn resolve_at_once(&self, callers: u32) -> Option<BoxFuture<'_, Vec<Timed<Answer>>>> {
        self.at_once.then(|| -> BoxFuture<'_, _> {
            Box::pin(async move {
                let answers = self.resolved(Some(callers)).await;
                answers.unwrap_or_else(|unanswered| for_all(&unanswered, callers))
            })
        })
    }

    fn call_at_once(
        &self,
        call: Call,
        callers: u32,
    ) -> Option<BoxFuture<'_, Vec<Timed<CallAnswer>>>> {
        self.at_once.then(|| -> BoxFuture<'_, _> {
            Box::pin(async move {
                let answers = self.called_at_once(&call, callers).await;
                answers.unwrap_or_else(|unanswered| for_all(&unanswered, callers))
            })
        })
    }

    fn clocks(&self) -> BoxFuture<'_, Result<Option<Clocks>, Unanswered>> {
        Box::pin(self.told_clocks())
    }

    fn process(&self) -> Option<ClientProcess> {
        Some(ClientProcess {
            id: self.link.process(),
            clock: self.seat.clock.clone(),
        })
    }

    fn is_one_shot(&self) -> bool {
        self.processes
    }

    fn secrets_in(&self, others: &[&str]) -> Vec<Leak> {
        self.link.leaks(others)
    }
}
