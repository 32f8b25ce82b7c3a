//! One-shot providers: a process for each answer, which prints one `credential_process` document.

use std::io::{BufReader, Read};
use std::process::{ChildStderr, ChildStdout};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rolecall_reach::Child;
use serde::Deserialize;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::ending::{how, seconds};
use super::limits::Limits;
use super::lines::{Tail, each_line};
use super::message::Keys;
use super::provider::Seat;
use super::read;
use super::secrets::{Leak, Secrets};
use crate::class::Class;
use crate::contract::{
    Answer, App, BoxFuture, Call, CallAnswer, CallFailure, Client, NoClient, Unanswered, Use,
};

/// How many of the last lines on standard error are told.
const LAST_WORDS: usize = 3;

/// What a program prints for `credential_process`, by the guide of the AWS SDKs and tools.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    version: u32,
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    expiration: Option<String>,
    account_id: Option<String>,
}

/// Reads a document; `None` if it is none at all.
pub(super) fn document(printed: &[u8]) -> Option<Result<Keys, read::Odd>> {
    let document: Document = serde_json::from_slice(printed).ok()?;
    if document.version != 1 {
        return Some(Err(format!("its `Version` is {}, not 1", document.version)));
    }
    Some(Ok(Keys {
        access_key_id: document.access_key_id,
        secret_access_key: document.secret_access_key,
        session_token: document.session_token,
        expiration: document.expiration,
        account_id: document.account_id,
    }))
}

/// A client that is a new process each time.
pub(super) struct OneShot {
    seat: Seat,
    limits: Limits,
    /// What the program said when it was found out what it is: nobody has had that yet.
    first: Mutex<Option<Keys>>,
    said: Arc<Said>,
}

/// What its processes have said, all together.
#[derive(Default)]
struct Said {
    tail: Mutex<Tail>,
    secrets: Mutex<Secrets>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl OneShot {
    /// A client in this seat. The first answer may be there already.
    pub(super) fn new(
        seat: Seat,
        limits: Limits,
        app: &App,
        first: Option<Keys>,
    ) -> Result<Self, NoClient> {
        let unsupported = |what: &str| {
            let why = format!("a one-shot program takes no {what}");
            Err(NoClient::Unsupported(why))
        };
        if !app.settings.is_empty() {
            return unsupported("settings");
        }
        if !matches!(app.uses, Use::Client | Use::Process) {
            return unsupported(&format!("`use = \"{}\"`", app.uses.as_str()));
        }
        Ok(Self {
            seat,
            limits,
            first: Mutex::new(first),
            said: Arc::default(),
        })
    }

    pub(super) fn boxed(self) -> Box<dyn Client> {
        Box::new(self)
    }

    fn credentials(&self, keys: Keys) -> Answer {
        let mut secrets = lock(&self.said.secrets);
        secrets.know(&keys.secret_access_key);
        keys.session_token
            .iter()
            .for_each(|token| secrets.know(token));
        drop(secrets);
        read::credentials(keys).map_err(|odd| broken(&odd))
    }

    async fn run(&self) -> Answer {
        if let Some(keys) = lock(&self.first).take() {
            return self.credentials(keys);
        }
        let mut child = self.seat.start().map_err(|no_client| match no_client {
            NoClient::Unsupported(why) => Unanswered::Unsupported(why),
            NoClient::Broken(why) => Unanswered::Broken(why),
        })?;
        // It is asked nothing.
        drop(child.stdin.take());
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let child = Arc::new(child);
        let (tell, told) = oneshot::channel();
        let (said, limits, of_thread) = (Arc::clone(&self.said), self.limits, Arc::clone(&child));
        thread::spawn(move || {
            let complaining = stderr.map(|stderr| complaints(stderr, Arc::clone(&said), limits));
            let printed = stdout.map_or_else(Vec::new, |stdout| print(stdout, limits));
            let ended = of_thread.wait();
            complaining.map(thread::JoinHandle::join);
            let _ = tell.send((printed, ended));
        });
        // Whoever gives up waiting, by a time limit or otherwise, kills it; then the thread ends.
        let killed = Killed(child);
        let answered = timeout(self.limits.answer, told).await;
        drop(killed);
        let Ok(Ok((printed, ended))) = answered else {
            let limit = seconds(&self.limits.answer);
            return Err(failed(
                Class::Timeout,
                format!("it did not end within {limit}"),
            ));
        };
        let status = ended.map_err(|error| broken(&error.to_string()))?;
        if printed.len() > self.limits.line_bytes {
            return Err(broken(&format!(
                "it printed more than {} bytes",
                self.limits.line_bytes
            )));
        }
        if !status.success() {
            let last = self.last_words();
            return Err(failed(Class::Other, format!("{}{last}", how(status))));
        }
        match document(&printed) {
            Some(Ok(keys)) => self.credentials(keys),
            Some(Err(odd)) => Err(broken(&odd)),
            None => Err(broken("it printed no `credential_process` document")),
        }
    }

    fn last_words(&self) -> String {
        let tail = lock(&self.said.tail);
        let secrets = lock(&self.said.secrets);
        let last = tail
            .last(LAST_WORDS)
            .into_iter()
            .map(|line| secrets.hide(line));
        last.fold(String::new(), |words, line| format!("{words}; {line}"))
    }
}

struct Killed(Arc<Child>);

impl Drop for Killed {
    fn drop(&mut self) {
        self.0.kill();
    }
}

fn print(stdout: ChildStdout, limits: Limits) -> Vec<u8> {
    let mut printed = Vec::new();
    let most = u64::try_from(limits.line_bytes)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    // What cannot be read was not printed. The rest is not read: it ends when nobody does.
    let _ = stdout.take(most).read_to_end(&mut printed);
    printed
}

fn complaints(stderr: ChildStderr, said: Arc<Said>, limits: Limits) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        each_line(&mut BufReader::new(stderr), |line| {
            lock(&said.tail).push(line, limits.stderr_bytes);
        });
    })
}

fn broken(what: &str) -> Unanswered {
    Unanswered::Broken(format!("the program is no one-shot provider: {what}"))
}

fn failed(class: Class, text: String) -> Unanswered {
    CallFailure {
        class,
        code: None,
        status: None,
        text,
    }
    .into()
}

impl Client for OneShot {
    fn resolve(&self) -> BoxFuture<'_, Answer> {
        Box::pin(self.run())
    }

    fn call(&self, _: Call) -> BoxFuture<'_, CallAnswer> {
        let why = "a one-shot program gives credentials, and makes no calls";
        Box::pin(std::future::ready(Err(Unanswered::Unsupported(
            why.to_owned(),
        ))))
    }

    fn is_one_shot(&self) -> bool {
        true
    }

    fn secrets_in(&self, others: &[&str]) -> Vec<Leak> {
        let secrets = lock(&self.said.secrets);
        let tail = lock(&self.said.tail);
        tail.lines()
            .filter_map(|(number, line)| {
                secrets.leak(format!("standard error, line {number}"), line, others)
            })
            .collect()
    }
}
