//! The page with the offset: found once, on the first reading, which may come from the constructor
//! of another library before this one's own has run.

use core::ffi::c_char;
use core::ptr::{self, null_mut};
use core::sync::atomic::{AtomicI64, AtomicPtr, Ordering};

use crate::kernel::{call, complain, number};
use crate::weak;

/// The variable that has the path of the clock.
const VARIABLE: &[u8] = b"ROLECALL_CLOCK=";

/// The size of a page of memory in bytes.
const PAGE: usize = 4096;

/// How a file is opened.
const FOR_READING_AND_WRITING: usize = 2;
const CLOSE_ON_EXEC: usize = 0o2_000_000;
/// From where a place in a file is counted.
const TO_THE_END: usize = 2;
/// What may be done with a mapping.
const READ: usize = 1;
const READ_WRITE: usize = 3;
/// What a mapping is of.
const SHARED: usize = 1;
const ANONYMOUS: usize = 0x4022; // private, and reserves nothing
const AT_THIS_PLACE: usize = 0x10;
const NO_FILE: usize = usize::MAX;

/// The file of the clock, as `src/page.rs` lays it out.
#[repr(C)]
struct Pages {
    offset: AtomicI64,
    _rest: [AtomicI64; PAGE / 8 - 1],
    attached: AtomicI64,
    last_seen: AtomicI64,
}

/// The pages of a process that has no clock but the machine's.
static UNSHIFTED: Pages = Pages {
    offset: AtomicI64::new(0),
    _rest: [const { AtomicI64::new(0) }; PAGE / 8 - 1],
    attached: AtomicI64::new(0),
    last_seen: AtomicI64::new(0),
};

/// Null until the first reading.
static PAGES: AtomicPtr<Pages> = AtomicPtr::new(null_mut());

/// How many nanoseconds the clock is ahead of the machine's.
pub(crate) fn offset() -> i64 {
    let mut pages = PAGES.load(Ordering::Acquire);
    if pages.is_null() {
        pages = attach();
    }
    // SAFETY: mapped, or static, and never unmapped once it is in `PAGES`.
    let pages = unsafe { &*pages };
    let offset = pages.offset.load(Ordering::Acquire);
    // Written only where it changes something, so that the line stays in every core's cache.
    if pages.last_seen.load(Ordering::Relaxed) != offset {
        pages.last_seen.store(offset, Ordering::Relaxed);
    }
    offset
}

/// Finds the pages. Of threads that come here together each maps them, and all take the same.
#[cold]
fn attach() -> *mut Pages {
    let unshifted = (&raw const UNSHIFTED).cast_mut();
    let found = find();
    let pages = match found {
        Found::Pages(pages) => pages,
        Found::NoVariable | Found::Unusable => unshifted,
    };
    let taken = PAGES.compare_exchange(null_mut(), pages, Ordering::AcqRel, Ordering::Acquire);
    match taken {
        Ok(_) => {
            // SAFETY: mapped, or static.
            unsafe { &*pages }.attached.fetch_add(1, Ordering::Relaxed);
            if matches!(found, Found::Unusable) {
                complain(&[
                    "ROLECALL_CLOCK names no clock that can be mapped: the time is the machine's",
                ]);
            }
            pages
        }
        Err(first) => {
            if pages != unshifted {
                let start = pages.expose_provenance();
                // SAFETY: this thread's own mapping, which nobody else has seen.
                unsafe { call(number::MUNMAP, [start, 2 * PAGE, 0, 0, 0, 0]) };
            }
            first
        }
    }
}

enum Found {
    Pages(*mut Pages),
    /// The process was not told of a clock.
    NoVariable,
    /// It was told of a clock that it cannot read.
    Unusable,
}

fn find() -> Found {
    // SAFETY: the variable `environ`, if there is one, holds a pointer.
    let environment = unsafe { weak::environ().as_ref() }.copied();
    match environment.filter(|environment| !environment.is_null()) {
        // SAFETY: the environment as C has it.
        Some(environment) => unsafe { find_in(environment) },
        // A constructor that runs before the C library's own finds `environ` not yet set.
        None => find_in_proc(),
    }
}

/// Looks through the environment.
///
/// # Safety
/// It is a list of C strings that ends with null.
unsafe fn find_in(environment: *const *const c_char) -> Found {
    let mut next = environment;
    loop {
        // SAFETY: not beyond the null that ends the list.
        let entry = unsafe { *next };
        if entry.is_null() {
            return Found::NoVariable;
        }
        // SAFETY: a string of the list.
        if let Some(path) = unsafe { path_in(entry.cast()) } {
            // SAFETY: the rest of that string.
            return unsafe { open(path) };
        }
        // SAFETY: this was not the end.
        next = unsafe { next.add(1) };
    }
}

/// The path, if this entry of the environment is the one with it.
///
/// # Safety
/// It is a C string.
unsafe fn path_in(entry: *const u8) -> Option<*const u8> {
    let mut rest = entry;
    for &letter in VARIABLE {
        // SAFETY: all before were letters, so that the string has not ended.
        let found = unsafe { *rest };
        if found != letter {
            return None;
        }
        // SAFETY: as above: at most the zero that ends it.
        rest = unsafe { rest.add(1) };
    }
    Some(rest)
}

/// Looks through the environment that the process was started with, as the kernel has it.
fn find_in_proc() -> Found {
    /// More than the kernel lets an environment be, in bytes. Only what is filled takes memory.
    const ROOM: usize = 8 << 20;
    let path = c"/proc/self/environ".as_ptr().expose_provenance();
    // SAFETY: the kernel only reads the path.
    let file = unsafe { call(number::OPEN, [path, CLOSE_ON_EXEC, 0, 0, 0, 0]) };
    let Ok(file) = usize::try_from(file) else {
        return Found::NoVariable;
    };
    // SAFETY: a new mapping, where the kernel finds room.
    let room = unsafe { call(number::MMAP, [0, ROOM, READ_WRITE, ANONYMOUS, NO_FILE, 0]) };
    let found = match usize::try_from(room) {
        Ok(room) => {
            // All but the last byte, which stays zero.
            let filled = fill(file, room, ROOM - 1);
            // SAFETY: so much of the room was filled, and a zero follows.
            let found = unsafe { find_among(room, filled) };
            // SAFETY: mapped above; nothing refers to it any more.
            unsafe { call(number::MUNMAP, [room, ROOM, 0, 0, 0, 0]) };
            found
        }
        Err(_) => Found::NoVariable,
    };
    close(file);
    found
}

/// Reads a file into `room`, which has that `length`. How much it was.
fn fill(file: usize, room: usize, length: usize) -> usize {
    let mut filled = 0;
    loop {
        // SAFETY: into what is left of a mapping that nobody else knows.
        let got = unsafe {
            call(
                number::READ,
                [file, room + filled, length - filled, 0, 0, 0],
            )
        };
        match usize::try_from(got) {
            Ok(got) if got > 0 => filled += got,
            _ => return filled,
        }
    }
}

/// Looks through entries that each end with a zero.
///
/// # Safety
/// So many bytes can be read at `room`, and one more, which is zero.
unsafe fn find_among(room: usize, filled: usize) -> Found {
    let room: *const u8 = ptr::with_exposed_provenance(room);
    let mut starts = true;
    for place in 0..filled {
        // SAFETY: within.
        let here = unsafe { room.add(place) };
        // SAFETY: a string, which ends at the last zero at the latest.
        if let Some(path) = starts.then(|| unsafe { path_in(here) }).flatten() {
            // SAFETY: the rest of that string.
            return unsafe { open(path) };
        }
        // SAFETY: within.
        starts = unsafe { *here } == 0;
    }
    Found::NoVariable
}

/// Opens and maps the clock. Without the right to write it, a process still lives by it, and what
/// it would report goes nowhere.
///
/// # Safety
/// `path` is a C string.
unsafe fn open(path: *const u8) -> Found {
    let path = path.expose_provenance();
    let writing = CLOSE_ON_EXEC | FOR_READING_AND_WRITING;
    // SAFETY: the kernel only reads the path.
    let mut file = unsafe { call(number::OPEN, [path, writing, 0, 0, 0, 0]) };
    if file < 0 {
        // SAFETY: as above.
        file = unsafe { call(number::OPEN, [path, CLOSE_ON_EXEC, 0, 0, 0, 0]) };
    }
    let Ok(file) = usize::try_from(file) else {
        return Found::Unusable;
    };
    let found = map(file);
    close(file);
    found
}

/// Maps the clock: the offset for reading, what is reported for writing.
fn map(file: usize) -> Found {
    // A page that the file does not have would end the process when it is read.
    // SAFETY: touches no memory.
    let length = unsafe { call(number::LSEEK, [file, 0, TO_THE_END, 0, 0, 0]) };
    if length < (2 * PAGE).cast_signed() {
        return Found::Unusable;
    }
    // SAFETY: a new mapping, where the kernel finds room.
    let start = unsafe { call(number::MMAP, [0, 2 * PAGE, READ, SHARED, file, 0]) };
    let Ok(start) = usize::try_from(start) else {
        return Found::Unusable;
    };
    let reported = start + PAGE;
    // SAFETY: the second page of the mapping just made.
    if unsafe { call(number::MPROTECT, [reported, PAGE, READ_WRITE, 0, 0, 0]) } < 0 {
        let here = ANONYMOUS | AT_THIS_PLACE;
        // SAFETY: in place of that page.
        let own = unsafe { call(number::MMAP, [reported, PAGE, READ_WRITE, here, NO_FILE, 0]) };
        if own < 0 {
            return Found::Unusable;
        }
    }
    Found::Pages(ptr::with_exposed_provenance_mut(start))
}

fn close(file: usize) {
    // SAFETY: a file that was opened here.
    unsafe { call(number::CLOSE, [file, 0, 0, 0, 0, 0]) };
}
