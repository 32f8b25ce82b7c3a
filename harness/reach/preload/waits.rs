//! What waits until a time: a deadline that was made from the shifted clock is told to the kernel as
//! one on the machine's.
//!
//! A wait that has begun is not woken when the clock jumps.

use core::ffi::{c_int, c_void};
use core::mem::transmute;

use crate::clock::offset;
use crate::next::Next;
use crate::times::{Itimerspec, REALTIME, Timespec};

/// The flag of a timer, or a sleep, that ends at a time rather than after one.
const UNTIL: c_int = 1;

/// What is to be told instead of `deadline`: the same, or the other, which is then written to `room`.
///
/// # Safety
/// The deadline is null or can be read.
pub(crate) unsafe fn told(deadline: *const Timespec, room: &mut Timespec) -> *const Timespec {
    // SAFETY: the caller's word.
    let shifted = unsafe { deadline.as_ref() }.and_then(|deadline| deadline.as_deadline(offset()));
    let Some(shifted) = shifted else {
        return deadline;
    };
    *room = shifted;
    room
}

/// The same for a timer, whose interval is a duration and stays.
///
/// # Safety
/// The timer is null or can be read.
pub(crate) unsafe fn told_timer(
    timer: *const Itimerspec,
    room: &mut Itimerspec,
) -> *const Itimerspec {
    // SAFETY: the caller's word.
    let Some(asked) = (unsafe { timer.as_ref() }) else {
        return timer;
    };
    let Some(value) = asked.value.as_deadline(offset()) else {
        return timer;
    };
    *room = Itimerspec { value, ..*asked };
    room
}

/// Functions whose last parameter is a deadline: on the wall clock always, on one that a parameter
/// names, or, as for a condition variable, on one that only the C library knows.
macro_rules! waits {
    ($($name:ident($($parameter:ident: $kind:ty),*) -> $result:ty $(, on $clock:ident)?;)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($parameter: $kind,)* deadline: *const Timespec) -> $result {
            static NEXT: Next = Next::new(
                // SAFETY: ends with the only zero there is.
                unsafe { core::ffi::CStr::from_bytes_with_nul_unchecked(concat!(stringify!($name), "\0").as_bytes()) },
            );
            type Form = unsafe extern "C" fn($($kind,)* *const Timespec) -> $result;
            // SAFETY: the C library's function of that name, whose form this is.
            let next = unsafe { transmute::<*mut c_void, Form>(NEXT.get()) };
            let mut room = Timespec::ZERO;
            let mut until = deadline;
            if true $(&& $clock == REALTIME)? {
                // SAFETY: as this was called.
                until = unsafe { told(deadline, &mut room) };
            }
            // SAFETY: as this was called.
            unsafe { next($($parameter,)* until) }
        }
    )*};
}

/// Something of the C library's or the caller's, which is handed on as it comes.
type Thing = *mut c_void;

waits! {
    pthread_cond_timedwait(condition: Thing, mutex: Thing) -> c_int;
    pthread_cond_clockwait(condition: Thing, mutex: Thing, clock: c_int) -> c_int, on clock;
    pthread_mutex_timedlock(mutex: Thing) -> c_int;
    pthread_mutex_clocklock(mutex: Thing, clock: c_int) -> c_int, on clock;
    pthread_rwlock_timedrdlock(lock: Thing) -> c_int;
    pthread_rwlock_timedwrlock(lock: Thing) -> c_int;
    pthread_rwlock_clockrdlock(lock: Thing, clock: c_int) -> c_int, on clock;
    pthread_rwlock_clockwrlock(lock: Thing, clock: c_int) -> c_int, on clock;
    pthread_timedjoin_np(thread: Thing, result: Thing) -> c_int;
    pthread_clockjoin_np(thread: Thing, result: Thing, clock: c_int) -> c_int, on clock;
    sem_timedwait(semaphore: Thing) -> c_int;
    sem_clockwait(semaphore: Thing, clock: c_int) -> c_int, on clock;
    cnd_timedwait(condition: Thing, mutex: Thing) -> c_int;
    mtx_timedlock(mutex: Thing) -> c_int;
    mq_timedsend(queue: c_int, message: Thing, length: usize, priority: u32) -> c_int;
    mq_timedreceive(queue: c_int, message: Thing, length: usize, priority: Thing) -> isize;
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_nanosleep(
    clock: c_int,
    flags: c_int,
    time: *const Timespec,
    left: *mut Timespec,
) -> c_int {
    static NEXT: Next = Next::new(c"clock_nanosleep");
    type Form = unsafe extern "C" fn(c_int, c_int, *const Timespec, *mut Timespec) -> c_int;
    // SAFETY: the C library's function of that name, whose form this is.
    let next = unsafe { transmute::<*mut c_void, Form>(NEXT.get()) };
    let mut room = Timespec::ZERO;
    let mut until = time;
    if clock == REALTIME && flags & UNTIL != 0 {
        // SAFETY: as this was called.
        until = unsafe { told(time, &mut room) };
    }
    // SAFETY: as this was called.
    unsafe { next(clock, flags, until, left) }
}

type SetTimer<T> = unsafe extern "C" fn(T, c_int, *const Itimerspec, *mut Itimerspec) -> c_int;

static TIMER_SETTIME: Next = Next::new(c"timer_settime");
static TIMERFD_SETTIME: Next = Next::new(c"timerfd_settime");

/// Finds what may be called from the handler of a signal.
pub(crate) fn find() {
    TIMER_SETTIME.find();
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn timer_settime(
    timer: Thing,
    flags: c_int,
    time: *const Itimerspec,
    before: *mut Itimerspec,
) -> c_int {
    // SAFETY: the C library's function of that name, whose form this is.
    let next = unsafe { transmute::<*mut c_void, SetTimer<Thing>>(TIMER_SETTIME.get()) };
    // SAFETY: as this was called.
    unsafe { set_timer(next, timer, flags, time, before) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn timerfd_settime(
    timer: c_int,
    flags: c_int,
    time: *const Itimerspec,
    before: *mut Itimerspec,
) -> c_int {
    // SAFETY: the C library's function of that name, whose form this is.
    let next = unsafe { transmute::<*mut c_void, SetTimer<c_int>>(TIMERFD_SETTIME.get()) };
    // SAFETY: as this was called.
    unsafe { set_timer(next, timer, flags, time, before) }
}

/// Sets a timer, whose clock was said when it was made.
///
/// # Safety
/// As for the function that is called.
unsafe fn set_timer<T>(
    next: SetTimer<T>,
    timer: T,
    flags: c_int,
    time: *const Itimerspec,
    before: *mut Itimerspec,
) -> c_int {
    let mut room = Itimerspec::ZERO;
    let mut until = time;
    if flags & UNTIL != 0 {
        // SAFETY: the caller's word.
        until = unsafe { told_timer(time, &mut room) };
    }
    // SAFETY: the caller's word; what may be told instead is as good.
    unsafe { next(timer, flags, until, before) }
}
