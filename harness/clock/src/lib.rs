//! The one simulated clock, and the two ways it moves.
//!
//! In process, time is *virtual*: it stands still while anything can run and jumps to the next
//! timer when everything waits. Wall time, sleeps and timeouts come from the same source, so they
//! always agree. Virtual time works on one thread and over the in-memory transport only: to a
//! paused runtime a socket that has nothing to read looks like idleness, and it would jump to the
//! client's timeout. Programs are the exception: where they are [expected](expect_programs), time
//! waits for them.
//!
//! For clients over sockets, time is *offset*: the machine's clock and one offset. It flows at the
//! real rate between jumps.

mod children;

use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::runtime::Builder;
use tokio::time::{Instant, sleep_until};

pub use children::expect_programs;
use children::{Unexpected, hold};

/// The simulated clock. Clones read the same time.
#[derive(Clone, Debug)]
pub struct SimClock {
    mode: Mode,
    /// How far this reading of it is ahead, in nanoseconds.
    skew: i64,
}

#[derive(Clone, Debug)]
enum Mode {
    /// The time of the current tokio runtime, which is paused, and how far the wall clock was set
    /// off it, in nanoseconds.
    Virtual {
        start: SystemTime,
        origin: Instant,
        stepped: Arc<AtomicI64>,
    },
    /// The machine's time and an offset, which was `begun` when this was made.
    Offset {
        word: Arc<dyn OffsetWord>,
        begun: i64,
    },
}

/// Where the offset of an offset clock is kept: in this process, or where others read it too.
pub trait OffsetWord: Debug + Send + Sync {
    /// The offset in nanoseconds. One atomic word, so that it never tears.
    fn nanos(&self) -> &AtomicI64;
}

impl OffsetWord for AtomicI64 {
    fn nanos(&self) -> &AtomicI64 {
        self
    }
}

impl SimClock {
    /// A clock that reads `start` now and follows the time of the current tokio runtime, which
    /// has to be paused: see [`run_virtual`], which sets up both.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn starting_at(start: SystemTime) -> Self {
        // Asking for the runtime first turns a puzzle about timers into a message at this place.
        let _inside_a_runtime = tokio::runtime::Handle::current();
        Self::of(Mode::Virtual {
            start,
            origin: Instant::now(),
            stepped: Arc::default(),
        })
    }

    /// A clock that agrees with the machine's until it is advanced.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use rolecall_clock::SimClock;
    ///
    /// let clock = SimClock::real();
    /// clock.jump(Duration::from_secs(6 * 3600));
    /// assert!(clock.now() >= SystemTime::now() + Duration::from_secs(6 * 3600 - 1));
    /// ```
    pub fn real() -> Self {
        Self::with_offset(Arc::new(AtomicI64::new(0)))
    }

    /// A clock that is as far from the machine's as `word` says: whoever else reads that word lives
    /// in the same time.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::AtomicI64;
    /// use std::time::Duration;
    /// use rolecall_clock::SimClock;
    ///
    /// let word = Arc::new(AtomicI64::new(0));
    /// let clock = SimClock::with_offset(word.clone());
    /// clock.jump(Duration::from_secs(1));
    /// assert_eq!(word.load(std::sync::atomic::Ordering::SeqCst), 1_000_000_000);
    /// ```
    pub fn with_offset(word: Arc<dyn OffsetWord>) -> Self {
        let begun = word.nanos().load(Ordering::SeqCst);
        Self::of(Mode::Offset { word, begun })
    }

    const fn of(mode: Mode) -> Self {
        Self { mode, skew: 0 }
    }

    /// The same clock, read by somebody whose own is ahead of it by so many nanoseconds, or behind.
    ///
    /// ```
    /// use std::time::Duration;
    /// use rolecall_clock::SimClock;
    ///
    /// let clock = SimClock::real();
    /// let late = clock.skewed(-300_000_000_000);
    /// clock.jump(Duration::from_secs(3600));
    /// assert!(late.now() <= clock.now() - Duration::from_secs(300));
    /// ```
    #[must_use]
    pub fn skewed(&self, nanos: i128) -> Self {
        let most = i128::from(i64::MAX);
        let nanos = i64::try_from(nanos.clamp(-most, most)).unwrap_or(0);
        Self {
            mode: self.mode.clone(),
            skew: self.skew.saturating_add(nanos),
        }
    }

    /// The simulated wall time.
    pub fn now(&self) -> SystemTime {
        let time = match &self.mode {
            Mode::Virtual {
                start,
                origin,
                stepped,
            } => shifted(*start + origin.elapsed(), stepped.load(Ordering::SeqCst)),
            Mode::Offset { word, .. } => {
                shifted(SystemTime::now(), word.nanos().load(Ordering::SeqCst))
            }
        };
        shifted(time, self.skew)
    }

    /// The machine's own wall time, where clients may live by it; `None` in virtual time.
    pub fn machine_now(&self) -> Option<SystemTime> {
        match &self.mode {
            Mode::Virtual { .. } => None,
            Mode::Offset { .. } => Some(SystemTime::now()),
        }
    }

    /// Lets `duration` of simulated time pass. In virtual time everything that falls due meanwhile
    /// happens at its own time; an offset clock jumps.
    pub async fn advance(&self, duration: Duration) {
        match &self.mode {
            Mode::Virtual { .. } => sleep_until(Instant::now() + duration).await,
            Mode::Offset { .. } => self.jump(duration),
        }
    }

    /// Lets simulated time pass until `instant`; returns at once if that is not ahead.
    pub async fn advance_to(&self, instant: SystemTime) {
        if let Ok(ahead) = instant.duration_since(self.now()) {
            self.advance(ahead).await;
        }
    }

    /// Moves an offset clock ahead; a virtual one moves by [`advance`](Self::advance) alone.
    pub fn jump(&self, duration: Duration) {
        if let Mode::Offset { word, .. } = &self.mode {
            add(word.nanos(), nanos(duration));
        }
    }

    /// Moves the wall clock alone, which no timer sees: ahead, as after a suspend, or back. Both kinds
    /// of clock can.
    ///
    /// ```
    /// use std::time::{Duration, UNIX_EPOCH};
    ///
    /// let hour = Duration::from_secs(3600);
    /// rolecall_clock::run_virtual(UNIX_EPOCH + 2 * hour, |clock| async move {
    ///     let before = tokio::time::Instant::now();
    ///     clock.step_back(hour);
    ///     assert_eq!(clock.now(), UNIX_EPOCH + hour);
    ///     clock.step_ahead(3 * hour);
    ///     assert_eq!(clock.now(), UNIX_EPOCH + 4 * hour);
    ///     assert_eq!(before.elapsed(), Duration::ZERO);
    /// });
    /// ```
    pub fn step_ahead(&self, duration: Duration) {
        add(self.word(), nanos(duration));
    }

    /// [`SimClock::step_ahead`], the other way.
    pub fn step_back(&self, duration: Duration) {
        add(self.word(), -nanos(duration));
    }

    /// Sets the wall clock, wherever it is; no timer sees it.
    ///
    /// ```
    /// use std::time::{Duration, UNIX_EPOCH};
    /// use rolecall_clock::SimClock;
    ///
    /// let clock = SimClock::real();
    /// let start = UNIX_EPOCH + Duration::from_secs(1_935_360_000);
    /// clock.set(start);
    /// assert!(clock.now() >= start && clock.now() < start + Duration::from_secs(60));
    /// ```
    pub fn set(&self, to: SystemTime) {
        match to.duration_since(self.now()) {
            Ok(ahead) => self.step_ahead(ahead),
            Err(behind) => self.step_back(behind.duration()),
        }
    }

    /// What the wall clock is moved by.
    fn word(&self) -> &AtomicI64 {
        match &self.mode {
            Mode::Virtual { stepped, .. } => stepped,
            Mode::Offset { word, .. } => word.nanos(),
        }
    }

    /// The nanoseconds between an offset clock and the machine's; negative where it is behind. `None`
    /// in virtual time.
    pub fn offset_nanos(&self) -> Option<i64> {
        match &self.mode {
            Mode::Virtual { .. } => None,
            Mode::Offset { word, .. } => Some(word.nanos().load(Ordering::SeqCst)),
        }
    }

    /// How far an offset clock is ahead of the machine's, zero where it is behind; `None` in virtual
    /// time.
    pub fn ahead(&self) -> Option<Duration> {
        let ahead = u64::try_from(self.offset_nanos()?);
        Some(Duration::from_nanos(ahead.unwrap_or(0)))
    }

    /// An offset clock of its own that is as far from the machine's as this one was when it was made;
    /// in virtual time the same clock.
    ///
    /// ```
    /// use std::time::Duration;
    /// use rolecall_clock::SimClock;
    ///
    /// let clock = SimClock::real();
    /// clock.jump(Duration::from_secs(3600));
    /// assert_eq!(clock.anew().offset_nanos(), Some(0));
    /// ```
    #[must_use]
    pub fn anew(&self) -> Self {
        match &self.mode {
            Mode::Virtual { .. } => self.clone(),
            Mode::Offset { begun, .. } => Self::with_offset(Arc::new(AtomicI64::new(*begun))),
        }
    }

    /// Takes an offset clock back to as far from the machine's time as it was when it was made; a
    /// virtual one never goes back.
    pub fn realign(&self) {
        if let Mode::Offset { word, begun } = &self.mode {
            word.nanos().store(*begun, Ordering::SeqCst);
        }
    }
}

fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

/// In one step, so that nobody reads half of it, and no further than can be told.
fn add(word: &AtomicI64, nanos: i64) {
    let moved = |offset: i64| Some(offset.saturating_add(nanos));
    // The function never declines, so that there is nothing to handle.
    let _ = word.fetch_update(Ordering::SeqCst, Ordering::SeqCst, moved);
}

/// `time` and so many nanoseconds, saturating at the ends of what can be told.
fn shifted(time: SystemTime, nanos: i64) -> SystemTime {
    let distance = Duration::from_nanos(nanos.unsigned_abs());
    if nanos < 0 {
        time.checked_sub(distance).unwrap_or(UNIX_EPOCH)
    } else {
        time.checked_add(distance).unwrap_or(time)
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
    let _unexpected = Unexpected::begin();
    Builder::new_current_thread()
        .enable_all()
        .on_thread_park(hold)
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

    /// The program really takes longer than the timer, which would go off at once.
    #[test]
    fn a_program_takes_no_time() {
        run_virtual(UNIX_EPOCH, |clock| async move {
            assert!(expect_programs(), "this system does not tell who runs");
            for _ in 0..3 {
                let mut program = tokio::process::Command::new("sh");
                let output = program.args(["-c", "sleep 0.05; echo done"]).output();
                let output = tokio::time::timeout(Duration::from_millis(1), output);
                let output = output.await.expect("time has passed").unwrap();
                assert_eq!(output.stdout, b"done\n");
            }
            assert_eq!(clock.now(), UNIX_EPOCH);
            clock.advance(HOUR).await;
            assert_eq!(clock.now(), UNIX_EPOCH + HOUR);
        });
    }

    /// One that another thread starts inherits what this one's program writes to, for a moment.
    #[test]
    fn programs_of_other_threads_take_no_time_either() {
        let runs_some = || {
            run_virtual(UNIX_EPOCH, |_| async {
                assert!(expect_programs(), "this system does not tell who runs");
                for _ in 0..50 {
                    let mut program = tokio::process::Command::new("echo");
                    let output = program.arg("done").output();
                    let output = tokio::time::timeout(HOUR, output).await;
                    assert_eq!(output.expect("time has passed").unwrap().stdout, b"done\n");
                }
            });
        };
        std::thread::scope(|threads| {
            for _ in 0..8 {
                threads.spawn(runs_some);
            }
        });
    }

    #[test]
    fn an_offset_clock_goes_back_to_where_it_began() {
        let hour = i64::try_from(HOUR.as_nanos()).unwrap();
        for begun in [0, 7 * hour, -7 * hour] {
            let clock = SimClock::with_offset(Arc::new(AtomicI64::new(begun)));
            let same = clock.clone();
            clock.jump(HOUR);
            assert_eq!(same.offset_nanos(), Some(begun + hour));
            assert_eq!(same.anew().offset_nanos(), Some(begun));
            let ahead = clock.now();
            same.realign();
            assert_eq!(clock.offset_nanos(), Some(begun));
            assert!(clock.now() < ahead);
        }
    }

    #[test]
    fn a_step_moves_the_wall_clock_and_no_timer() {
        run_virtual(UNIX_EPOCH + 10 * HOUR, |clock| async move {
            let task = tokio::spawn(tokio::time::sleep(HOUR));
            clock.step_ahead(5 * HOUR);
            tokio::task::yield_now().await;
            assert!(!task.is_finished());
            assert_eq!(clock.now(), UNIX_EPOCH + 15 * HOUR);
            clock.step_back(6 * HOUR);
            clock.advance(2 * HOUR).await;
            assert_eq!(clock.now(), UNIX_EPOCH + 11 * HOUR);
            assert!(task.is_finished());
            clock.set(UNIX_EPOCH + HOUR);
            assert_eq!(clock.now(), UNIX_EPOCH + HOUR);
        });
    }

    #[test]
    fn an_offset_clock_can_be_behind_the_machines() {
        let clock = SimClock::real();
        clock.step_back(HOUR);
        assert_eq!(clock.offset_nanos(), Some(-3_600_000_000_000));
        assert_eq!(clock.ahead(), Some(Duration::ZERO));
        assert!(clock.now() < clock.machine_now().unwrap());
        clock.step_ahead(2 * HOUR);
        assert_eq!(clock.ahead(), Some(HOUR));
    }

    #[test]
    fn the_past_is_ignored() {
        run_virtual(UNIX_EPOCH + HOUR, |clock| async move {
            clock.advance_to(UNIX_EPOCH).await;
            assert_eq!(clock.now(), UNIX_EPOCH + HOUR);
        });
    }
}
