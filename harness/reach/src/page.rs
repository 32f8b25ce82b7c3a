//! The page of memory that the servers and the shifted processes share.

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rolecall_clock::OffsetWord;
use thiserror::Error;

use crate::mapping::Mapping;
use crate::shift;

/// The size of a page in bytes. The first holds the offset, which processes only read, the second
/// what they write back.
const PAGE: usize = 4096;
/// The words in use, by their places: the offset, how many programs read it from their start, and
/// the offset that one of them saw last.
const OFFSET: usize = 0;
const ATTACHED: usize = PAGE / size_of::<AtomicI64>();
const LAST_SEEN: usize = ATTACHED + 1;
/// What the last of them holds as long as nobody has looked: no offset that a clock can have.
const NOTHING_SEEN: i64 = i64::MIN;

/// A time that no process could be made to live in.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ClockError {
    /// Deadlines on the clock could not be told from those on the monotonic one.
    #[error("the simulated clock cannot show a time before September 2001")]
    TooEarly,
    /// One word of nanoseconds does not reach so far.
    #[error("the simulated clock cannot be 292 years from the machine's")]
    TooFar,
}

/// The offset between the machine's clock and the simulated one, in a file that other processes map.
///
/// ```
/// use std::time::Duration;
/// use rolecall_clock::SimClock;
/// use rolecall_reach::ClockPage;
///
/// let folder = std::env::temp_dir().join(format!("clock-of-{}", std::process::id()));
/// std::fs::create_dir(&folder)?;
/// let page = ClockPage::create_in(&folder)?;
/// let clock = SimClock::with_offset(page.clone());
/// clock.jump(Duration::from_secs(6 * 3600));
/// std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct ClockPage {
    path: PathBuf,
    words: Mapping,
}

impl ClockPage {
    /// A new one with the offset zero, as the file `clock` in `folder`. Whoever may read the file may
    /// live by it, also a user without other rights here.
    ///
    /// # Errors
    /// The file is there already, or cannot be made or mapped, as on a system other than Unix.
    pub fn create_in(folder: &Path) -> io::Result<Arc<Self>> {
        let path = folder.canonicalize()?.join("clock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o644);
        let file = options.open(&path)?;
        file.set_len(2 * PAGE as u64)?;
        let words = Mapping::of(&file, 2 * PAGE)?;
        words.word(LAST_SEEN).store(NOTHING_SEEN, Ordering::SeqCst);
        Ok(Arc::new(Self { path, words }))
    }

    /// The one that another process has made, to live by its clock.
    ///
    /// # Errors
    /// The file cannot be opened or mapped, or is none that [`ClockPage::create_in`] has made.
    pub fn open(path: &Path) -> io::Result<Arc<Self>> {
        let path = path.canonicalize()?;
        let file = OpenOptions::new().read(true).write(true).open(&path)?;
        // What lies beyond the end of a file is there in the mapping, and kills whoever touches it.
        if file.metadata()?.len() != 2 * PAGE as u64 {
            let problem = format!("{} is no clock", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
        }
        let words = Mapping::of(&file, 2 * PAGE)?;
        Ok(Arc::new(Self { path, words }))
    }

    /// The file, from the root.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The offset in nanoseconds.
    pub fn offset_nanos(&self) -> i64 {
        self.nanos().load(Ordering::SeqCst)
    }

    /// Sets the offset so that it is `time` now.
    ///
    /// # Errors
    /// The time is before September 2001, or too far from the machine's; nothing has changed.
    pub fn set_now(&self, time: SystemTime) -> Result<(), ClockError> {
        let offset = offset_between(SystemTime::now(), time)?;
        self.nanos().store(offset, Ordering::SeqCst);
        Ok(())
    }

    /// How many programs that were preloaded have found the clock, all told: one for each that a
    /// process has begun to run, also after another. A fork that goes on in the same program is not
    /// counted again.
    pub fn attached(&self) -> u64 {
        let attached = self.words.word(ATTACHED).load(Ordering::SeqCst);
        u64::try_from(attached).unwrap_or(0)
    }

    /// The offset, in nanoseconds, with which a preloaded process last read the clock or began to wait
    /// until a time; `None` if none has. After a jump it is the new offset as soon as one has looked.
    pub fn last_seen_nanos(&self) -> Option<i64> {
        let seen = self.words.word(LAST_SEEN).load(Ordering::SeqCst);
        (seen != NOTHING_SEEN).then_some(seen)
    }
}

impl OffsetWord for ClockPage {
    fn nanos(&self) -> &AtomicI64 {
        self.words.word(OFFSET)
    }
}

/// The offset with which it is `simulated` when the machine's clock says `machine`.
fn offset_between(machine: SystemTime, simulated: SystemTime) -> Result<i64, ClockError> {
    let earliest = UNIX_EPOCH + Duration::from_secs(shift::EARLIEST.unsigned_abs());
    if simulated < earliest {
        return Err(ClockError::TooEarly);
    }
    let nanos = |distance: Duration| i64::try_from(distance.as_nanos());
    let offset = match simulated.duration_since(machine) {
        Ok(ahead) => nanos(ahead),
        Err(behind) => nanos(behind.duration()).map(|behind| -behind),
    };
    offset.map_err(|_| ClockError::TooFar)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000 * NANOS;
    const EARLIEST: u64 = 1_000_000_000 * NANOS;
    const NANOS: u64 = 1_000_000_000;

    /// A clock may show any time from the billionth second on that lies within 2^63 nanoseconds.
    #[test]
    fn a_clock_is_set_within_its_limits() {
        let machine = UNIX_EPOCH + Duration::from_nanos(NOW);
        for (simulated, offset) in [
            (NOW, Ok(0)),
            (NOW + 1, Ok(1)),
            (NOW - 1, Ok(-1)),
            (EARLIEST, Ok(-800_000_000_000_000_000)),
            (EARLIEST - 1, Err(ClockError::TooEarly)),
            (NOW + i64::MAX.unsigned_abs(), Ok(i64::MAX)),
            (NOW + i64::MAX.unsigned_abs() + 1, Err(ClockError::TooFar)),
        ] {
            let time = UNIX_EPOCH + Duration::from_nanos(simulated);
            assert_eq!(offset_between(machine, time), offset, "{simulated}");
        }
    }

    #[test]
    fn a_refused_time_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let page = ClockPage::create_in(folder.path()).unwrap();
        page.nanos().store(7, Ordering::SeqCst);
        assert_eq!(page.set_now(UNIX_EPOCH), Err(ClockError::TooEarly));
        assert_eq!(page.offset_nanos(), 7);
        assert_eq!((page.attached(), page.last_seen_nanos()), (0, None));
    }

    #[test]
    fn a_page_is_the_same_wherever_it_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let page = ClockPage::create_in(folder.path()).unwrap();
        let other = ClockPage::open(page.path()).unwrap();
        other.nanos().store(7, Ordering::SeqCst);
        assert_eq!((page.offset_nanos(), page.path()), (7, other.path()));
        assert_eq!(other.last_seen_nanos(), None);
    }

    #[test]
    fn what_is_no_page_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clock");
        assert!(ClockPage::open(&path).is_err());
        std::fs::write(&path, "short").unwrap();
        let refused = ClockPage::open(&path).unwrap_err();
        assert!(refused.to_string().contains("is no clock"), "{refused}");
    }
}
