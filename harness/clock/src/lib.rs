//! The one simulated clock.
//!
//! In process, time is *virtual*: it stands still while anything can run and jumps to the next
//! timer when everything waits. Wall time, sleeps and timeouts come from the same source, so they
//! always agree. Virtual time works on one thread and over the in-memory transport only: to a
//! paused runtime a socket that has nothing to read looks like idleness, and it would jump to the
//! client's timeout.

use std::future::Future;
use std::time::{Duration, SystemTime};

use tokio::runtime::Builder;
use tokio::time::{Instant, sleep_until};

/// The simulated clock. Clones read the same time.
#[derive(Clone, Debug)]
pub struct SimClock {
    start: SystemTime,
    origin: Instant,
}

impl SimClock {
    /// A clock that reads `start` now and follows the time of the current tokio runtime, which
    /// has to be paused: see [`run_virtual`], which sets up both.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn starting_at(start: SystemTime) -> Self {
        // Asking the runtime's own handle first turns "no reactor" into a message at the right place.
        let _inside_a_runtime = tokio::runtime::Handle::current();
        Self {
            start,
            origin: Instant::now(),
        }
    }

    /// The simulated wall time.
    pub fn now(&self) -> SystemTime {
        self.start + self.elapsed()
    }

    /// Simulated time since the clock's start.
    pub fn elapsed(&self) -> Duration {
        self.origin.elapsed()
    }

    /// Lets `duration` of simulated time pass; everything that falls due meanwhile happens at its
    /// own time.
    pub async fn advance(&self, duration: Duration) {
        sleep_until(Instant::now() + duration).await;
    }

    /// Lets simulated time pass until `instant`; returns at once if that is not ahead.
    pub async fn advance_to(&self, instant: SystemTime) {
        if let Ok(ahead) = instant.duration_since(self.now()) {
            self.advance(ahead).await;
        }
    }
}

/// Runs `work` to its end in virtual time that begins at `start`.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// let slept = rolecall_clock::run_virtual(UNIX_EPOCH, |clock| async move {
///     clock.advance(Duration::from_secs(90 * 24 * 3600)).await; // takes no real time
///     clock.now().duration_since(UNIX_EPOCH).unwrap()
/// });
/// assert_eq!(slept, Duration::from_secs(90 * 24 * 3600));
/// ```
///
/// # Panics
/// Inside another runtime, or if the operating system gives no runtime.
pub fn run_virtual<F: Future>(start: SystemTime, work: impl FnOnce(SimClock) -> F) -> F::Output {
    Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a single-threaded runtime needs nothing that could be missing")
        .block_on(async { work(SimClock::starting_at(start)).await })
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    #[test]
    fn sleeps_timeouts_and_wall_time_agree() {
        run_virtual(UNIX_EPOCH, |clock| async move {
            tokio::time::sleep(HOUR).await;
            assert_eq!(clock.now(), UNIX_EPOCH + HOUR);
            let never = std::future::pending::<()>();
            assert!(tokio::time::timeout(HOUR, never).await.is_err());
            assert_eq!(clock.now(), UNIX_EPOCH + 2 * HOUR);
        });
    }

    #[test]
    fn what_falls_due_meanwhile_happens_at_its_own_time() {
        run_virtual(UNIX_EPOCH, |clock| async move {
            let inner = clock.clone();
            let task = tokio::spawn(async move {
                tokio::time::sleep(HOUR).await;
                inner.now()
            });
            clock.advance(3 * HOUR).await;
            assert_eq!(task.await.unwrap(), UNIX_EPOCH + HOUR);
        });
    }

    #[test]
    fn the_past_is_ignored() {
        run_virtual(UNIX_EPOCH + HOUR, |clock| async move {
            clock.advance_to(UNIX_EPOCH).await;
            assert_eq!(clock.now(), UNIX_EPOCH + HOUR);
        });
    }
}
