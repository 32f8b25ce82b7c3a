//! What reads the wall clock.

use core::ffi::{c_int, c_void};
use core::mem::transmute;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering};

use crate::clock::offset;
use crate::kernel::{as_c, call, number};
use crate::next::Next;
use crate::times::{REALTIME, REALTIME_COARSE, Timeb, Timespec, Timeval};

/// The base of `timespec_get` that is the wall clock.
const TIME_UTC: c_int = 1;

type ClockGettime = unsafe extern "C" fn(c_int, *mut Timespec) -> c_int;
type TimespecGet = unsafe extern "C" fn(*mut Timespec, c_int) -> c_int;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: c_int, time: *mut Timespec) -> c_int {
    let machine = machine_clock();
    // SAFETY: as this was called.
    let result = unsafe { machine(clock, time) };
    if result == 0 && (clock == REALTIME || clock == REALTIME_COARSE) {
        // SAFETY: it was written just now.
        let time = unsafe { &mut *time };
        *time = time.later(offset());
    }
    result
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gettimeofday(time: *mut Timeval, zone: *mut c_void) -> c_int {
    if !zone.is_null() {
        let zone = zone.expose_provenance();
        // SAFETY: as this was called. The time, which is not asked for, is not written.
        unsafe { call(number::GETTIMEOFDAY, [0, zone, 0, 0, 0, 0]) };
    }
    // SAFETY: null, or as this was called.
    if let Some(time) = unsafe { time.as_mut() } {
        let now = now();
        time.seconds = now.seconds;
        time.micros = now.nanos / 1_000;
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn time(seconds: *mut i64) -> i64 {
    let now = now().seconds;
    // SAFETY: null, or as this was called.
    if let Some(seconds) = unsafe { seconds.as_mut() } {
        *seconds = now;
    }
    now
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftime(time: *mut Timeb) -> c_int {
    let now = now();
    let told = Timeb {
        seconds: now.seconds,
        // Below a thousand.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        millis: (now.nanos / 1_000_000) as u16,
        minutes_west: 0,
        summer_time: 0,
    };
    // SAFETY: as this was called.
    unsafe { time.write(told) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn timespec_get(time: *mut Timespec, base: c_int) -> c_int {
    static NEXT: Next = Next::new(c"timespec_get");
    if base == TIME_UTC {
        // SAFETY: as this was called.
        unsafe { time.write(now()) };
        return base;
    }
    // SAFETY: the C library's function of that name, whose form this is; null is `None`.
    let next = unsafe { transmute::<*mut c_void, Option<TimespecGet>>(NEXT.find()) };
    // SAFETY: as this was called.
    next.map_or(0, |next| unsafe { next(time, base) })
}

/// The shifted wall clock.
fn now() -> Timespec {
    let mut now = Timespec::ZERO;
    // SAFETY: into a time of this function's own.
    unsafe { clock_gettime(REALTIME, &raw mut now) };
    now
}

/// Finds what may be called from the handler of a signal.
pub(crate) fn find() {
    machine_clock();
}

/// What reads the machine's clocks: the C library's function, which the kernel has made quick.
fn machine_clock() -> ClockGettime {
    static FOUND: AtomicPtr<c_void> = AtomicPtr::new(null_mut());
    static NEXT: Next = Next::new(c"clock_gettime");
    let mut found = FOUND.load(Ordering::Relaxed);
    if found.is_null() {
        found = NEXT.find();
        if found.is_null() {
            found = ask_kernel as *mut c_void;
        }
        FOUND.store(found, Ordering::Relaxed);
    }
    // SAFETY: the C library's function of that name, or the one below, which have this form.
    unsafe { transmute::<*mut c_void, ClockGettime>(found) }
}

/// The same without a C library's help.
unsafe extern "C" fn ask_kernel(clock: c_int, time: *mut Timespec) -> c_int {
    let clock = clock.cast_unsigned() as usize;
    let time = time.expose_provenance();
    // SAFETY: as this was called.
    let result = unsafe { call(number::CLOCK_GETTIME, [clock, time, 0, 0, 0, 0]) };
    // Zero, or -1 with what is wrong in `errno`.
    if as_c(result) == 0 { 0 } else { -1 }
}
