//! The page of memory that the servers and the shifted processes share.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use rolecall_clock::OffsetWord;

/// The size of a page, of which there are two: the offset, which processes only read, and what they
/// write back.
const PAGE: usize = 4096;

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
    mapped: NonNull<AtomicI64>,
    _file: File,
}

// SAFETY: what is mapped is only reached as atomic words, and stays mapped while this lives.
unsafe impl Send for ClockPage {}
// SAFETY: as above.
unsafe impl Sync for ClockPage {}

impl ClockPage {
    /// A new one with the offset zero, as the file `clock` in `folder`. Whoever may read the file may
    /// live by it, also a user without other rights here.
    ///
    /// # Errors
    /// The file is there already, or cannot be made or mapped.
    pub fn create_in(folder: &Path) -> io::Result<Arc<Self>> {
        let path = folder.canonicalize()?.join("clock");
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o644)
            .open(&path)?;
        file.set_len(2 * PAGE as u64)?;
        let mapped = map(&file)?;
        Ok(Arc::new(Self {
            path,
            mapped,
            _file: file,
        }))
    }

    /// The file, from the root.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The offset in nanoseconds.
    pub fn offset_nanos(&self) -> i64 {
        self.nanos().load(Ordering::SeqCst)
    }
}

impl OffsetWord for ClockPage {
    fn nanos(&self) -> &AtomicI64 {
        // SAFETY: the first word of a mapping that lives as long as `self`, aligned to a page, and
        // only ever used atomically.
        unsafe { self.mapped.as_ref() }
    }
}

impl Drop for ClockPage {
    fn drop(&mut self) {
        // SAFETY: mapped by `map` with this length, and nothing refers to it any more.
        unsafe { libc::munmap(self.mapped.as_ptr().cast(), 2 * PAGE) };
    }
}

/// Both pages of `file`, shared with whoever maps them too.
fn map(file: &File) -> io::Result<NonNull<AtomicI64>> {
    // SAFETY: a new mapping, at an address of the kernel's choice, changes nothing that is there.
    let mapped = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            2 * PAGE,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_SHARED,
            file.as_raw_fd(),
            0,
        )
    };
    if mapped == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    NonNull::new(mapped.cast()).ok_or_else(|| io::Error::other("mapped at zero"))
}
