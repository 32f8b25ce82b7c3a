//! One client's set of credentials: when it is replaced, who waits for that, and what becomes of it when
//! its source fails. The rules of 2026, as far as its [`CacheConduct`] keeps to them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::conduct::{AfterFailure, AgeBy, CacheConduct, Flights, Window};
use super::document::Set;
use super::sources::Sources;
use super::trouble::Trouble;

/// What a call gets.
type Got = Result<Arc<Set>, Trouble>;

/// The set of one client.
#[derive(Debug)]
pub(super) struct Cache {
    sources: Sources,
    held: Mutex<Held>,
    /// Whoever holds this asks the source.
    flight: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Held {
    set: Option<Arc<Set>>,
    /// When it came, and the life that it had left then.
    came: Option<(Instant, Duration)>,
    window: Option<Duration>,
    /// The time of the wall clock at which the first one came.
    first_came: Option<SystemTime>,
    /// A service has refused it.
    refused: bool,
    left_alone: Option<Pause>,
    /// An error that is told again without asking, until then.
    refusal: Option<(Trouble, Instant)>,
    /// How many times the source was asked, and what the last one came to.
    flights: u64,
    last: Option<Got>,
}

/// Until when a source is left alone: whichever clock gets there first, for a machine may be suspended
/// and its clock may be set.
#[derive(Clone, Copy, Debug)]
struct Pause {
    by_timer: Instant,
    by_wall: SystemTime,
}

/// What there is to be done for a call.
enum Need {
    /// It gets this.
    Nothing(Got),
    /// It gets this, unless it is the one that looks for another set.
    Soon(Arc<Set>),
    /// It waits for another set.
    Now,
}

impl Cache {
    pub(super) fn new(sources: Sources) -> Self {
        Self {
            sources,
            held: Mutex::default(),
            flight: tokio::sync::Mutex::default(),
        }
    }

    fn conduct(&self) -> &CacheConduct {
        &self.sources.here().conduct.cache
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A set, held or new.
    pub(super) async fn get(&self) -> Got {
        let flights = self.held().flights;
        match self.need() {
            Need::Nothing(got) => got,
            _ if self.conduct().flights == Flights::Each => self.fly().await,
            Need::Soon(set) if self.conduct().advisory_is_for_one => match self.flight.try_lock() {
                Ok(_flight) => self.fly().await,
                Err(_) => Ok(set),
            },
            Need::Soon(_) | Need::Now => {
                let _flight = self.flight.lock().await;
                let shared = {
                    let held = self.held();
                    let landed = held.flights > flights;
                    held.last.clone().filter(|_| landed)
                };
                match shared {
                    Some(got) => got,
                    None => self.fly().await,
                }
            }
        }
    }

    /// Looks at the set that is held, and at the clock.
    fn need(&self) -> Need {
        let conduct = self.conduct();
        let held = self.held();
        if let Some((trouble, until)) = &held.refusal
            && Instant::now() < *until
        {
            return Need::Nothing(Err(trouble.clone()));
        }
        let pause = held.left_alone.as_ref();
        let left_alone = pause.is_some_and(|pause| {
            Instant::now() < pause.by_timer && self.sources.here().now() < pause.by_wall
        });
        let Some(set) = held.set.clone().filter(|_| conduct.keeps) else {
            let failed = held.last.clone().filter(|_| left_alone);
            return failed.map_or(Need::Now, Need::Nothing);
        };
        if held.refused && !(left_alone && conduct.refused_waits_for_back_off) {
            return Need::Now;
        }
        if left_alone {
            return Need::Nothing(self.kept(&set, None));
        }
        match self.life_of(&set, &held) {
            None if conduct.never_expiring_is_kept => Need::Nothing(Ok(set)),
            None => Need::Now,
            Some(life) if life <= conduct.mandatory => Need::Now,
            Some(life) if Some(life) <= held.window => Need::Soon(set),
            Some(_) => Need::Nothing(Ok(set)),
        }
    }

    /// How long a set is still good; `None` if for ever.
    fn life_of(&self, set: &Set, held: &Held) -> Option<Duration> {
        let expiry = set.expiry?;
        let now = self.sources.here().now();
        let is_set_back = held.first_came.is_some_and(|first| now < first);
        if is_set_back && self.conduct().set_back_is_the_end {
            return Some(Duration::ZERO);
        }
        Some(match (self.conduct().age_by, held.came) {
            (AgeBy::Monotonic, Some((came, life))) => life.saturating_sub(came.elapsed()),
            _ => left(expiry, now),
        })
    }

    /// Asks the source, and keeps what it says.
    async fn fly(&self) -> Got {
        let fetched = self.sources.fetch().await;
        let now = self.sources.here().now();
        let fetched = fetched.and_then(|set| {
            let stale = set.expiry.is_some_and(|expiry| expiry <= now);
            if stale && self.conduct().refuses_stale {
                return Err(Trouble::expired("the source gave what has expired already"));
            }
            Ok(set)
        });
        let got = match fetched {
            Ok(set) => Ok(self.hold(set, now)),
            Err(trouble) => self.fail(trouble, now),
        };
        let mut held = self.held();
        held.flights += 1;
        held.last = Some(got.clone());
        got
    }

    fn hold(&self, new: Set, now: SystemTime) -> Arc<Set> {
        let conduct = self.conduct();
        let mut held = self.held();
        let life = new.expiry.map(|expiry| left(expiry, now));
        let set = Arc::new(match &held.set {
            Some(old) if !conduct.replaces_whole_sets => Set {
                session_token: old.session_token.clone(),
                ..new
            },
            _ => new,
        });
        if held.window.is_none() || conduct.window_of_each_set {
            let said = self.sources.here().settings.refresh_before_s;
            let said = said.filter(|_| conduct.heeds_configured_window);
            let said = said.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            held.window = life.map(|life| said.unwrap_or_else(|| window(life, conduct)));
        }
        held.came = life.map(|life| (Instant::now(), life));
        held.first_came.get_or_insert(now);
        held.set = Some(Arc::clone(&set));
        held.refused = false;
        held.left_alone = None;
        set
    }

    fn fail(&self, trouble: Trouble, now: SystemTime) -> Got {
        let conduct = self.conduct();
        let mut held = self.held();
        if trouble.is_final && conduct.final_errors_surface {
            let until = Instant::now() + conduct.final_errors_kept;
            held.refusal = Some((trouble.clone(), until));
            return Err(trouble);
        }
        if held.set.is_some() || conduct.backs_off_with_nothing {
            let pause = back_off(conduct);
            held.left_alone = Some(Pause {
                by_timer: Instant::now() + pause,
                by_wall: now + pause,
            });
        }
        let set = held.set.clone();
        drop(held);
        match set {
            None => Err(trouble),
            Some(set) => self.kept(&set, Some(trouble)),
        }
    }

    /// What a call gets of a set that could not be replaced.
    fn kept(&self, set: &Arc<Set>, trouble: Option<Trouble>) -> Got {
        let least = match self.conduct().after_failure {
            AfterFailure::Used => return Ok(Arc::clone(set)),
            AfterFailure::UsedUntilExpiry => Duration::ZERO,
            AfterFailure::UsedUntil(least) => least,
            AfterFailure::Dropped => Duration::MAX,
        };
        let now = self.sources.here().now();
        let life = set.expiry.map(|expiry| left(expiry, now));
        if life.is_some_and(|life| life <= least) {
            let old = || Trouble::expired("there is nothing but an old set");
            return Err(trouble.unwrap_or_else(old));
        }
        Ok(Arc::clone(set))
    }

    /// A service has refused a set: one that is not held any more says nothing of the one that is.
    pub(super) fn refused(&self, code: &str, access_key_id: Option<&str>) {
        let conduct = self.conduct();
        if !conduct.invalidated_by.contains(&code) {
            return;
        }
        let mut held = self.held();
        let set = held.set.as_ref();
        let is_held = set.is_some_and(|set| Some(set.access_key_id.as_str()) == access_key_id);
        if is_held || !conduct.compares_refused_key {
            held.refused = true;
        }
    }
}

/// The time from `now` to `expiry`; nothing after it.
fn left(expiry: SystemTime, now: SystemTime) -> Duration {
    expiry.duration_since(now).unwrap_or_default()
}

/// How long before its expiry a set with so much life left is looked after.
fn window(life: Duration, conduct: &CacheConduct) -> Duration {
    match conduct.advisory {
        Window::Fixed(window) => window,
        Window::ByLifetime if life <= Duration::from_mins(20) => Duration::from_mins(5),
        Window::ByLifetime if life < Duration::from_mins(90) => Duration::from_mins(15),
        Window::ByLifetime => Duration::from_hours(1),
    }
}

/// Drawn from the generator of the run, as the jitter of the SDK is.
fn back_off(conduct: &CacheConduct) -> Duration {
    let (least, most) = conduct.back_off;
    let spread = most.saturating_sub(least).as_secs();
    least + Duration::from_secs(fastrand::u64(0..=spread))
}
