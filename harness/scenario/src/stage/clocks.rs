//! The clocks that processes live by: that of the world, and those of apps whose own is off it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rolecall_clock::{OffsetWord, SimClock};
use rolecall_reach::{ClockPage, Launcher, Witness};

use super::at_folder;
use crate::act::Undoable;
use crate::files::PrivateFolder;

/// A clock, what starts processes that live by it, and what tells whether they do.
#[derive(Debug)]
pub(crate) struct ProcessClock {
    pub(super) launcher: Launcher,
    pub(super) witness: Witness,
    page: Arc<ClockPage>,
    /// How far it is ahead of the world's, in nanoseconds.
    skew: i64,
    _folder: PrivateFolder,
}

impl ProcessClock {
    /// That of the world.
    pub(super) fn of_world(page: Arc<ClockPage>, folder: PrivateFolder) -> Self {
        Self {
            launcher: Launcher::new(Arc::clone(&page)),
            witness: Witness::new(Arc::clone(&page)),
            page,
            skew: 0,
            _folder: folder,
        }
    }

    /// One that is so many nanoseconds ahead of the `world`'s, or behind.
    ///
    /// # Errors
    /// There is no room for its page, or no process can live at that time.
    pub(super) fn off(world: &Self, clock: &SimClock, skew: i128) -> Result<Self, Undoable> {
        let undoable = |why: &dyn std::fmt::Display| Undoable(format!("a clock of its own: {why}"));
        let folder = PrivateFolder::new().map_err(|error| undoable(&at_folder(&error)))?;
        let page = ClockPage::create_in(folder.path());
        let page = page.map_err(|error| undoable(&at_folder(&error)))?;
        let shown = clock.skewed(skew).now();
        page.set_now(shown).map_err(|error| undoable(&error))?;
        let most = i128::from(i64::MAX);
        let own = Self {
            skew: i64::try_from(skew.clamp(-most, most)).unwrap_or(0),
            ..Self::of_world(page, folder)
        };
        own.follow(world);
        Ok(own)
    }

    /// Goes wherever the world's has gone.
    pub(super) fn follow(&self, world: &Self) {
        let offset = world.page.offset_nanos().saturating_add(self.skew);
        self.page.nanos().store(offset, Ordering::SeqCst);
    }

    /// What a process that lives by it sees, read here.
    pub(super) fn seen(&self, world: &SimClock) -> SimClock {
        world.skewed(self.skew.into())
    }

    /// How far it is ahead of the world's, in milliseconds.
    pub(super) const fn skew_millis(&self) -> i64 {
        self.skew / 1_000_000
    }
}
