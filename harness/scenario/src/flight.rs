//! Actions in flight: what a client does, once or many times at the same time, while the world may
//! go on.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderValue, Request};
use rolecall_account::SimInstant;
use rolecall_clock::SimClock;
use rolecall_providers::{Client, without_sdk_spans};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, timeout_at};

use crate::act::{self, Asked, Done, Undoable};
use crate::panics;

/// How long an action may take before it is given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    /// By the timers of the runtime.
    pub(crate) longest: Duration,
    /// As it is said: `24 hours of simulated time`.
    pub(crate) words: String,
    /// Whether it is from what a step expects: what takes longer has failed.
    pub(crate) is_expected: bool,
}

/// How much longer than a step expects an action may take by our clock, which may have waited for
/// the machine where the client's own had not begun to count.
const GRACE: Duration = Duration::from_secs(30);

impl Limit {
    /// The limit of a step that has so much time for its action, if it has less than any has.
    pub(crate) fn of_budget(self, budget: Option<Duration>) -> Self {
        let longest = budget.map(|budget| budget.saturating_add(GRACE));
        match longest.filter(|longest| *longest < self.longest) {
            Some(longest) => Self {
                longest,
                words: format!("{} s", longest.as_secs_f64()),
                is_expected: true,
            },
            None => Self {
                is_expected: budget.is_some(),
                ..self
            },
        }
    }
}

/// How the requests of one caller are told from those of others of the same app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribution {
    /// Each caller's are noted as it sends them.
    Each,
    /// They are not: whatever the app signs is taken for each caller's.
    Together,
}

tokio::task_local! {
    /// What the current caller has signed.
    static SIGNED: Signed;
}

/// What one caller signed: by this its exchanges are told from those of others of the same app.
#[derive(Clone, Debug)]
pub(crate) enum Signed {
    /// Requests with these `Authorization` headers.
    These(Arc<Mutex<Vec<HeaderValue>>>),
    /// Whatever its app signed.
    All,
}

impl Default for Signed {
    fn default() -> Self {
        Self::These(Arc::default())
    }
}

impl Signed {
    /// Whether the caller sent a request with this signature.
    pub(crate) fn has(&self, authorization: &HeaderValue) -> bool {
        match self {
            Self::These(these) => lock(these).contains(authorization),
            Self::All => true,
        }
    }

    fn note(&self, authorization: &HeaderValue) {
        if let Self::These(these) = self {
            lock(these).push(authorization.clone());
        }
    }
}

fn lock(these: &Mutex<Vec<HeaderValue>>) -> std::sync::MutexGuard<'_, Vec<HeaderValue>> {
    these.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes that the caller who sends `request` signed it.
pub(crate) fn noted<B>(request: Request<B>) -> Request<B> {
    if let Some(authorization) = request.headers().get(AUTHORIZATION) {
        // Outside of an action nobody asks who signed.
        let _ = SIGNED.try_with(|signed| signed.note(authorization));
    }
    request
}

/// Whether what asks is a caller at work.
pub(crate) fn is_of_a_caller() -> bool {
    SIGNED.try_with(|_| ()).is_ok()
}

/// What one caller's action came to.
#[derive(Debug)]
pub(crate) struct Landed {
    pub(crate) done: Done,
    /// What it signed on the way.
    pub(crate) signed: Signed,
    /// When it ended.
    pub(crate) at: SimInstant,
    /// How long it took, by the client's own clock where that is told.
    pub(crate) took: Duration,
    /// How much of what was measured need not be the client's doing: instants are compared with this
    /// tolerance. Nothing in virtual time, where only clients take time.
    pub(crate) slack: Slack,
}

/// What the real time that passes during an action leaves open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slack {
    /// An instant is told no closer: the client may have looked at the clock at any time in between.
    pub(crate) instants: Duration,
    /// What was measured beyond the client's own time.
    pub(crate) durations: Duration,
}

impl Landed {
    /// What was done in no time, by no app.
    pub(crate) fn at_once(done: Done, now: SimInstant) -> Self {
        Self {
            done,
            signed: Signed::default(),
            at: now,
            took: Duration::ZERO,
            slack: Slack::default(),
        }
    }
}

/// Callers of one client. They end when this is dropped.
#[derive(Debug)]
pub(crate) struct Flight {
    /// The tasks they are in, and how many each has.
    callers: Vec<(JoinHandle<Vec<Landed>>, usize)>,
    clock: SimClock,
    /// The app that the client is of.
    pub(crate) app: String,
    /// The journal's number when they began.
    pub(crate) mark: u64,
    /// How many requests had come over sockets when they began.
    pub(crate) came_before: u64,
}

/// What a flight begins with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beginning<'a> {
    pub(crate) clock: &'a SimClock,
    /// The app that the client is of.
    pub(crate) app: &'a str,
    pub(crate) attribution: Attribution,
    /// The journal's number.
    pub(crate) mark: u64,
    /// How many requests have come over sockets.
    pub(crate) came: u64,
}

impl Flight {
    /// Has `callers` callers of `client` act at the same time.
    pub(crate) fn begin(
        client: &Arc<dyn Client>,
        asked: &Asked,
        callers: u32,
        beginning: Beginning<'_>,
    ) -> Self {
        let clock = beginning.clock;
        let callers = match beginning.attribution {
            Attribution::Each => {
                let each = (0..callers).map(|_| {
                    let caller = caller(Arc::clone(client), asked.clone(), clock.clone());
                    (tokio::spawn(without_sdk_spans(caller)), 1)
                });
                each.collect()
            }
            Attribution::Together => {
                let all = together(Arc::clone(client), asked.clone(), callers, clock.clone());
                vec![(tokio::spawn(all), callers as usize)]
            }
        };
        Self {
            callers,
            clock: clock.clone(),
            app: beginning.app.to_owned(),
            mark: beginning.mark,
            came_before: beginning.came,
        }
    }

    /// How many have not ended.
    pub(crate) fn in_the_air(&self) -> usize {
        let aloft = self.callers.iter().filter(|(task, _)| !task.is_finished());
        aloft.map(|(_, callers)| callers).sum()
    }

    /// Waits until all have ended, and no longer than `limit`.
    ///
    /// # Errors
    /// One does not end.
    pub(crate) async fn end(mut self, limit: &Limit) -> Result<Vec<Landed>, Undoable> {
        let deadline = Instant::now() + limit.longest;
        let mut landed = Vec::new();
        for (caller, _) in &mut self.callers {
            let words = &limit.words;
            let done = match timeout_at(deadline, caller).await {
                Ok(Ok(all)) => {
                    landed.extend(all);
                    continue;
                }
                // A task ends without a result only by a panic, or when this is dropped.
                Ok(Err(error)) => Done::Died(panics::words(error)),
                Err(_) if limit.is_expected => Done::Hung(words.clone()),
                Err(_) => {
                    return Err(Undoable(format!("the action did not end within {words}")));
                }
            };
            landed.push(Landed::at_once(done, self.clock.now().into()));
        }
        Ok(landed)
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.callers.iter().for_each(|(task, _)| task.abort());
    }
}

async fn caller(client: Arc<dyn Client>, asked: Asked, clock: SimClock) -> Vec<Landed> {
    let began = Instant::now();
    let signed = Signed::default();
    let done = act::by_client(&*client, asked);
    let done = SIGNED.scope(signed.clone(), done).await;
    vec![Landed {
        done,
        signed,
        at: clock.now().into(),
        took: began.elapsed(),
        slack: Slack::default(),
    }]
}

/// All callers of one client, let go by the client itself if it does that.
async fn together(
    client: Arc<dyn Client>,
    asked: Asked,
    callers: u32,
    clock: SimClock,
) -> Vec<Landed> {
    let began = Instant::now();
    let done = match act::by_client_at_once(&*client, &asked, callers).await {
        Some(all) => all,
        None => one_by_one(&client, &asked, callers).await,
    };
    let (at, passed) = (clock.now().into(), began.elapsed());
    let landed = done.into_iter().map(|(done, took)| {
        let took = took.unwrap_or(passed);
        let slack = Slack {
            instants: passed,
            durations: passed.saturating_sub(took),
        };
        Landed {
            done,
            signed: Signed::All,
            at,
            took,
            slack,
        }
    });
    landed.collect()
}

async fn one_by_one(
    client: &Arc<dyn Client>,
    asked: &Asked,
    callers: u32,
) -> Vec<(Done, Option<Duration>)> {
    let mut tasks = JoinSet::new();
    for _ in 0..callers {
        let (client, asked) = (Arc::clone(client), asked.clone());
        tasks.spawn(async move {
            let began = Instant::now();
            let done = act::by_client(&*client, asked).await;
            (done, Some(began.elapsed()))
        });
    }
    let mut done = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        let panicked = |error| (Done::Died(panics::words(error)), None);
        done.push(ended.unwrap_or_else(panicked));
    }
    done
}
