//! Actions in flight: what a client does, once or many times at the same time, while the world may
//! go on.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderValue, Request};
use rolecall_account::SimInstant;
use rolecall_clock::SimClock;
use rolecall_providers::{Client, without_sdk_spans};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, timeout_at};

use crate::act::{self, Asked, Done, Undoable};

/// How long an action may take before it is given up, in simulated time: no client waits longer
/// for anything.
pub(crate) const LONGEST: Duration = Duration::from_hours(24);

/// How long the runner waits for actions in flight to come to rest. Virtual time moves only when
/// everything waits, so that any time does; this is shorter than what clients wait for.
pub(crate) const REST: Duration = Duration::from_millis(1);

tokio::task_local! {
    /// What the current caller has signed.
    static SIGNED: Signed;
}

/// The `Authorization` headers of one caller's requests: by these its exchanges are told from those
/// of others of the same app.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signed(Arc<Mutex<Vec<HeaderValue>>>);

impl Signed {
    /// Whether the caller sent a request with this signature.
    pub(crate) fn has(&self, authorization: &HeaderValue) -> bool {
        self.lock().contains(authorization)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<HeaderValue>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes that the caller who sends `request` signed it.
pub(crate) fn noted<B>(request: Request<B>) -> Request<B> {
    if let Some(authorization) = request.headers().get(AUTHORIZATION) {
        // Outside of an action nobody asks who signed.
        let _ = SIGNED.try_with(|signed| signed.lock().push(authorization.clone()));
    }
    request
}

/// What one caller's action came to.
#[derive(Debug)]
pub(crate) struct Landed {
    pub(crate) done: Done,
    /// What it signed on the way.
    pub(crate) signed: Signed,
    /// When it ended.
    pub(crate) at: SimInstant,
    /// How long it took.
    pub(crate) took: Duration,
}

impl Landed {
    /// What was done in no time, by no app.
    pub(crate) fn at_once(done: Done, now: SimInstant) -> Self {
        Self {
            done,
            signed: Signed::default(),
            at: now,
            took: Duration::ZERO,
        }
    }
}

/// Callers of one client, each in a task of its own. They end when this is dropped.
#[derive(Debug)]
pub(crate) struct Flight {
    callers: Vec<JoinHandle<Landed>>,
    clock: SimClock,
    /// The journal's number when they began.
    pub(crate) mark: u64,
}

impl Flight {
    /// Has `callers` callers of `client` act at the same time.
    pub(crate) fn begin(
        client: &Arc<dyn Client>,
        asked: &Asked,
        callers: u32,
        (clock, mark): (&SimClock, u64),
    ) -> Self {
        let callers = (0..callers).map(|_| {
            let caller = caller(Arc::clone(client), asked.clone(), clock.clone());
            tokio::spawn(without_sdk_spans(caller))
        });
        Self {
            callers: callers.collect(),
            clock: clock.clone(),
            mark,
        }
    }

    /// How many have not ended.
    pub(crate) fn in_the_air(&self) -> usize {
        let aloft = self.callers.iter().filter(|caller| !caller.is_finished());
        aloft.count()
    }

    /// Waits until all have ended, and no longer than [`LONGEST`].
    ///
    /// # Errors
    /// One does not end.
    pub(crate) async fn end(mut self) -> Result<Vec<Landed>, Undoable> {
        let deadline = Instant::now() + LONGEST;
        let mut landed = Vec::new();
        for caller in &mut self.callers {
            let ended = timeout_at(deadline, caller).await.map_err(|_| {
                let hours = LONGEST.as_secs() / 3600;
                Undoable(format!(
                    "the action did not end within {hours} hours of simulated time"
                ))
            })?;
            landed.push(match ended {
                Ok(landed) => landed,
                // A task ends without a result only by a panic, or when this is dropped.
                Err(error) => panicked(error, &self.clock),
            });
        }
        Ok(landed)
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.callers.iter().for_each(JoinHandle::abort);
    }
}

/// What a panic says, if it says anything.
fn panicked(error: JoinError, clock: &SimClock) -> Landed {
    let payload = error.try_into_panic().ok();
    let words = payload.as_deref().and_then(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| payload.downcast_ref::<&str>().copied())
    });
    let words = words.unwrap_or("without words").to_owned();
    Landed::at_once(Done::Panicked(words), clock.now().into())
}

async fn caller(client: Arc<dyn Client>, asked: Asked, clock: SimClock) -> Landed {
    let began = SimInstant::from(clock.now());
    let signed = Signed::default();
    let done = act::by_client(&*client, asked);
    let done = SIGNED.scope(signed.clone(), done).await;
    let at = SimInstant::from(clock.now());
    Landed {
        done,
        signed,
        at,
        took: at.since(began),
    }
}
