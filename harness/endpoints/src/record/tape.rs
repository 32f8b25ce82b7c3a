//! What has been recorded so far, and its file.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, response};
use thiserror::Error;
use tokio::time::Instant;

use super::fixture::{Ended, Fixture, Piece, RecordedAnswer, RecordedExchange, RecordedRequest};
use super::redact::{Kind, Redactor};
use super::text;

/// The longest body that is kept, in bytes: credentials are some thousands, and a recording is a
/// file that people read.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// How many exchanges a recording has at most: a file that is written anew after each of them.
const EXCHANGES_MAX: usize = 5_000;

/// Request headers by which AWS decides anything, besides those that begin like its own. The others
/// may be anything, secrets too.
const KEPT_HEADERS: &[&str] = &[
    "accept",
    "authorization",
    "content-type",
    "range",
    "x-forwarded-for",
];

/// How the headers of AWS begin.
const KEPT_PREFIXES: &[&str] = &["x-amz-", "x-amzn-", "x-aws-"];

/// Of those, what says which build of a client it was, and changes with it.
const LEFT_OUT_HEADERS: &[&str] = &["x-amz-user-agent", "x-amzn-trace-id"];

/// The file of a recording cannot be kept where it is to be.
#[derive(Debug, Error)]
pub enum CannotKeep {
    /// There is one already.
    #[error("{} is there already", .0.display())]
    There(PathBuf),
    /// It cannot be written.
    #[error("{}: {error}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl CannotKeep {
    /// Whether replacing what is there would help.
    pub const fn is_there(&self) -> bool {
        matches!(self, Self::There(_))
    }
}

/// What came of a recording.
#[derive(Debug)]
pub struct Summary {
    /// The file; none of this recording if nothing was recorded.
    pub path: PathBuf,
    /// How many exchanges were kept.
    pub exchanges: usize,
    /// How they ended.
    pub ended: BTreeMap<Ended, usize>,
    /// How many secrets were replaced, each as often as it came.
    pub secrets: BTreeMap<Kind, usize>,
    /// Exchanges that were passed on and not kept, and why.
    pub left_out: BTreeMap<&'static str, usize>,
    /// Why the file is not as complete as this, if it is not.
    pub unwritten: Option<io::Error>,
}

/// A recording in the making.
#[derive(Debug)]
pub(super) struct Tape {
    path: PathBuf,
    /// Whether nothing was there before.
    is_new: bool,
    began: Instant,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    fixture: Fixture,
    /// By number, which is the order of arrival.
    exchanges: BTreeMap<u64, RecordedExchange>,
    arrived: u64,
    redactor: Redactor,
    left_out: BTreeMap<&'static str, usize>,
    unwritten: Option<io::Error>,
}

impl Tape {
    /// A tape for a recording at `path`. An empty one is written to see that it can be, unless there
    /// is one to be replaced: that stays until there is something better.
    pub(super) fn new(fixture: Fixture, path: PathBuf, replace: bool) -> Result<Self, CannotKeep> {
        let is_new = !path.exists();
        if is_new {
            if let Err(error) = write(&path, &fixture.to_text()) {
                return Err(CannotKeep::Unwritable { path, error });
            }
        } else if !replace {
            return Err(CannotKeep::There(path));
        }
        Ok(Self {
            path,
            is_new,
            began: Instant::now(),
            state: Mutex::new(State {
                fixture,
                exchanges: BTreeMap::new(),
                arrived: 0,
                redactor: Redactor::default(),
                left_out: BTreeMap::new(),
                unwritten: None,
            }),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request arrived.
    pub(super) fn arrived(self: &Arc<Self>, request: &Parts) -> Take {
        let number = {
            let mut state = self.state();
            state.arrived += 1;
            state.arrived
        };
        let now = Instant::now();
        Take {
            tape: Arc::clone(self),
            number,
            arrived: now,
            last: now,
            kept_bytes: 0,
            left_out: None,
            ended: false,
            exchange: RecordedExchange {
                at_ms: millis(now - self.began),
                request: RecordedRequest {
                    method: request.method.to_string(),
                    path: request.uri.path().to_owned(),
                    query: request.uri.query().map(str::to_owned),
                    headers: kept(&request.headers, matters),
                },
                answer: None,
                ended: Ended::Stalled,
                ended_after_ms: 0,
            },
        }
    }

    /// An exchange is over: it is redacted, kept, and the file written.
    fn keep(&self, number: u64, mut exchange: RecordedExchange) {
        let mut state = self.state();
        if state.exchanges.len() >= EXCHANGES_MAX {
            *state.left_out.entry("too many exchanges").or_default() += 1;
            return;
        }
        if state.redactor.redact(&mut exchange) {
            let State {
                exchanges,
                redactor,
                ..
            } = &mut *state;
            // What is known to be a secret now may have been among what was kept before.
            for earlier in exchanges.values_mut() {
                redactor.sweep(earlier);
            }
        }
        state.exchanges.insert(number, exchange);
        let exchanges = state.exchanges.values().cloned().collect();
        state.fixture.exchanges = exchanges;
        // Under the lock, so that of two exchanges the one that ends later is written later.
        state.unwritten = write(&self.path, &state.fixture.to_text()).err();
    }

    fn leave_out(&self, why: &'static str) {
        *self.state().left_out.entry(why).or_default() += 1;
    }

    /// What came of it. An empty recording leaves no file, or the one that was there.
    pub(super) fn summary(&self) -> Summary {
        let mut state = self.state();
        let mut ended = BTreeMap::new();
        for exchange in state.exchanges.values() {
            *ended.entry(exchange.ended).or_default() += 1;
        }
        if state.exchanges.is_empty() && self.is_new {
            // If it stays, it is an empty recording, which does no harm.
            let _ = fs::remove_file(&self.path);
        }
        Summary {
            path: self.path.clone(),
            exchanges: state.exchanges.len(),
            ended,
            secrets: state.redactor.placeholders().counts(),
            left_out: state.left_out.clone(),
            unwritten: state.unwritten.take(),
        }
    }
}

/// Writes the file whole or not at all: a reader never sees half of it.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        fs::create_dir_all(folder)?;
    }
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no name for a file"))?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(beside);
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        fs::rename(&beside, path)
    });
    if written.is_err() {
        // Nothing more can be done about it than to say why.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// An exchange in the making. One that is dropped before it has ended has stalled: the client went
/// away, or the recorder did.
pub(super) struct Take {
    tape: Arc<Tape>,
    number: u64,
    arrived: Instant,
    /// When the last piece came.
    last: Instant,
    kept_bytes: usize,
    left_out: Option<&'static str>,
    ended: bool,
    exchange: RecordedExchange,
}

impl Take {
    /// The head of the answer is there.
    pub(super) fn answered(&mut self, head: &response::Parts) {
        self.last = Instant::now();
        if head.headers.contains_key(http::header::CONTENT_ENCODING) {
            // Secrets in it could not be seen.
            self.left_out = Some("an answer compressed unasked");
        }
        self.exchange.answer = Some(RecordedAnswer {
            after_ms: millis(self.last - self.arrived),
            status: head.status.as_u16(),
            headers: kept(&head.headers, |_| true),
            body: Vec::new(),
        });
    }

    /// A piece of the body is there.
    pub(super) fn piece(&mut self, bytes: &Bytes) {
        let now = Instant::now();
        let after_ms = millis(now - self.last);
        self.last = now;
        self.kept_bytes += bytes.len();
        if self.kept_bytes > BODY_BYTES_MAX {
            self.left_out = Some("an answer of more than 1 MiB");
        }
        let Some(answer) = &mut self.exchange.answer else {
            return;
        };
        if self.left_out.is_some() {
            answer.body.clear();
            return;
        }
        match answer.body.last_mut() {
            // Pieces that came together are one.
            Some(before) if after_ms == 0 => {
                before.bytes = [&before.bytes[..], bytes].concat().into();
            }
            _ => answer.body.push(Piece {
                after_ms,
                bytes: bytes.clone(),
            }),
        }
    }

    /// It is over.
    pub(super) fn ended(mut self, ended: Ended) {
        self.end(ended);
    }

    fn end(&mut self, ended: Ended) {
        self.ended = true;
        if let Some(why) = self.left_out {
            self.tape.leave_out(why);
            return;
        }
        self.exchange.ended = ended;
        self.exchange.ended_after_ms = millis(self.arrived.elapsed());
        self.tape.keep(self.number, self.exchange.clone());
    }
}

impl Drop for Take {
    fn drop(&mut self) {
        if !self.ended {
            self.end(Ended::Stalled);
        }
    }
}

fn matters(name: &HeaderName) -> bool {
    let name = name.as_str();
    let of_aws = KEPT_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    KEPT_HEADERS.contains(&name) || (of_aws && !LEFT_OUT_HEADERS.contains(&name))
}

fn kept(headers: &HeaderMap, matters: impl Fn(&HeaderName) -> bool) -> Vec<(String, String)> {
    let kept = headers.iter().filter(|(name, _)| matters(name));
    kept.map(|(name, value)| (name.as_str().to_owned(), text::of_header(value)))
        .collect()
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
