//! Whether a driver does what drivers do: each clause of the contract, tried.

mod clauses;
mod talk;

use self::clauses::CLAUSES;
use self::talk::Talk;
use super::message::Keys;
use super::one_shot::document;
use super::provider::ChildProvider;
use super::read;
use super::session::greet;
use crate::contract::{App, NoClient};

/// What became of one clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The driver does so.
    Good(String),
    /// It does not.
    Bad {
        /// What it does.
        why: String,
        /// What its author does next.
        next: &'static str,
    },
    /// It need not, or it could not be tried.
    Skipped(String),
}

impl Outcome {
    /// One word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Good(_) => "good",
            Self::Bad { .. } => "bad",
            Self::Skipped(_) => "skipped",
        }
    }

    /// What there is to say.
    pub fn says(&self) -> &str {
        match self {
            Self::Good(says) | Self::Skipped(says) | Self::Bad { why: says, .. } => says,
        }
    }
}

/// A clause of the contract, tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub about: &'static str,
    /// What became of it.
    pub outcome: Outcome,
}

/// A driver that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Name, version and runtime, as it says them.
    pub driver: String,
    /// How its clock is shifted, and if not, why.
    pub clock: String,
    /// Every clause.
    pub checks: Vec<Check>,
}

impl Checked {
    /// Whether nothing is bad.
    pub fn is_good(&self) -> bool {
        let mut checks = self.checks.iter();
        checks.all(|check| !matches!(check.outcome, Outcome::Bad { .. }))
    }
}

/// What a check does to find out: text for what is good, or why it is bad.
pub(super) enum Found {
    Good(String),
    Skipped(String),
}

const HELLO: (&str, &str, &str) = (
    "hello",
    "says who it is",
    r#"answer {"id":1,"op":"hello",...} with {"id":1,"ok":{"name":...,"version":...,"wall":"...Z"}} and flush standard output"#,
);

impl ChildProvider {
    /// Tries every clause of the contract with a driver for `app`, whose world has credentials for it.
    /// `requests` says how many requests the world has seen so far.
    ///
    /// # Errors
    /// The driver cannot be started.
    pub async fn check(
        &self,
        app: &App,
        requests: &(dyn Fn() -> usize + Send + Sync),
    ) -> Result<Checked, NoClient> {
        let seat = self.seat(app)?;
        let clock = match &seat.clock {
            rolecall_reach::Method::None(why) => format!("not shifted: {why}"),
            method => method.as_str().to_owned(),
        };
        let mut talk = Talk::start(&seat, self.limits(), app, requests)?;
        let mut checked = Checked {
            driver: self.command_line(),
            clock,
            checks: Vec::new(),
        };
        match greet(&talk.link).await {
            Ok(hello) => {
                let runtime = hello.runtime.as_ref();
                let runtime = runtime.map_or(String::new(), |runtime| format!(" on {runtime}"));
                checked.driver = format!("{} {}{runtime}", hello.name, hello.version);
                checked.push(HELLO, self.right_identity(&hello).map(Found::Good));
                talk.greeted(hello);
            }
            Err(over) => {
                let one_shot = document(&talk.link.foreign());
                checked.push_first(one_shot, &over.to_string());
                return Ok(checked);
            }
        }
        for clause in CLAUSES {
            if talk.link.over().is_some() {
                talk = talk.again(&seat).await?;
            }
            let found = (clause.tried)(&talk).await;
            let row = (clause.name, clause.about, clause.next);
            checked.push(row, found.map_err(|why| talk.link.hide(&why)));
        }
        Ok(checked)
    }
}

impl Checked {
    fn push(
        &mut self,
        (name, about, next): (&'static str, &'static str, &'static str),
        found: Result<Found, String>,
    ) {
        let outcome = match found {
            Ok(Found::Good(says)) => Outcome::Good(says),
            Ok(Found::Skipped(why)) => Outcome::Skipped(why),
            Err(why) => Outcome::Bad { why, next },
        };
        self.checks.push(Check {
            name,
            about,
            outcome,
        });
    }

    /// The only row of a program that does not say who it is: it may be a one-shot one.
    fn push_first(&mut self, printed: Option<Result<Keys, read::Odd>>, over: &str) {
        let row = (
            "one-shot",
            "prints one `credential_process` document",
            "print a document with `Version` 1, and an `Expiration` such as 2031-05-01T00:00:00Z",
        );
        match printed {
            Some(keys) => {
                let read = keys.and_then(read::credentials);
                let says = "it is no session driver, and is asked by running it".to_owned();
                self.push(row, read.map(|_| Found::Good(says)));
            }
            None => self.push(HELLO, Err(over.to_owned())),
        }
    }
}
