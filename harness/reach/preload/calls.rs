//! `syscall`, by which some call the kernel past the C library's other functions: the libraries of
//! C++ and Rust do for their waits.

use core::arch::naked_asm;
use core::ffi::c_int;
use core::ptr::{with_exposed_provenance, with_exposed_provenance_mut};

use crate::kernel::{as_c, call, number};
use crate::readings::{clock_gettime, gettimeofday, time};
use crate::times::{Itimerspec, REALTIME, Timespec};
use crate::waits::{told, told_timer};

/// Calls the kernel, as the C library's function does. It is in front of every wait of some programs,
/// and calls that start a process come back on another stack: so it touches none. Calls that have to
/// do with the wall clock are handed to [`shifted`], which takes its arguments as this does.
#[unsafe(naked)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn syscall() -> isize {
    naked_asm!(
        "cmp rdi, {futex}",
        "je 2f",
        "cmp rdi, {gettimeofday}",
        "je 2f",
        "cmp rdi, {time}",
        "je 2f",
        "cmp rdi, {timer_settime}",
        "je 2f",
        "cmp rdi, {clock_gettime}",
        "je 2f",
        "cmp rdi, {clock_nanosleep}",
        "je 2f",
        "cmp rdi, {mq_timedsend}",
        "je 2f",
        "cmp rdi, {mq_timedreceive}",
        "je 2f",
        "cmp rdi, {timerfd_settime}",
        "je 2f",
        "cmp rdi, {futex_waitv}",
        "je 2f",
        "mov rax, rdi",
        "mov rdi, rsi",
        "mov rsi, rdx",
        "mov rdx, rcx",
        "mov r10, r8",
        "mov r8, r9",
        "mov r9, qword ptr [rsp + 8]",
        "syscall",
        "cmp rax, -4095",
        "jae 3f",
        "ret",
        "2:",
        "jmp {shifted}",
        "3:",
        "mov rdi, rax",
        "jmp {as_c}",
        futex = const number::FUTEX,
        gettimeofday = const number::GETTIMEOFDAY,
        time = const number::TIME,
        timer_settime = const number::TIMER_SETTIME,
        clock_gettime = const number::CLOCK_GETTIME,
        clock_nanosleep = const number::CLOCK_NANOSLEEP,
        mq_timedsend = const number::MQ_TIMEDSEND,
        mq_timedreceive = const number::MQ_TIMEDRECEIVE,
        timerfd_settime = const number::TIMERFD_SETTIME,
        futex_waitv = const number::FUTEX_WAITV,
        shifted = sym shifted,
        as_c = sym as_c,
    )
}

/// A call that reads the clock, or may wait until a time. What the caller did not give is whatever
/// was in its place, and the kernel does not look at it.
unsafe extern "C" fn shifted(
    call_number: usize,
    first: usize,
    second: usize,
    third: usize,
    fourth: usize,
    fifth: usize,
    sixth: usize,
) -> isize {
    let arguments = [first, second, third, fourth, fifth, sixth];
    match call_number {
        number::CLOCK_GETTIME => {
            let time = with_exposed_provenance_mut(second);
            // SAFETY: as this was called.
            unsafe { clock_gettime(as_int(first), time) as isize }
        }
        number::GETTIMEOFDAY => {
            let time = with_exposed_provenance_mut(first);
            let zone = with_exposed_provenance_mut(second);
            // SAFETY: as this was called.
            unsafe { gettimeofday(time, zone) as isize }
        }
        number::TIME => {
            let seconds = with_exposed_provenance_mut(first);
            // SAFETY: as this was called.
            let now = unsafe { time(seconds) };
            // A word is as wide.
            #[allow(clippy::cast_possible_truncation)]
            let now = now as isize;
            now
        }
        _ => {
            // SAFETY: as this was called.
            unsafe { wait(call_number, arguments) }
        }
    }
}

/// Calls the kernel with the deadline as it is on the machine's clock.
///
/// # Safety
/// What the call does to memory must be right here.
unsafe fn wait(call_number: usize, mut arguments: [usize; 6]) -> isize {
    let mut room = Timespec::ZERO;
    let mut timer_room = Itimerspec::ZERO;
    match deadline_of(call_number, &arguments) {
        Deadline::Time(place) => {
            let asked: *const Timespec = with_exposed_provenance(arguments[place]);
            // SAFETY: the kernel is to read a time there, if the caller is right.
            arguments[place] = unsafe { told(asked, &mut room) }.expose_provenance();
        }
        Deadline::Timer(place) => {
            let asked: *const Itimerspec = with_exposed_provenance(arguments[place]);
            // SAFETY: as above.
            arguments[place] = unsafe { told_timer(asked, &mut timer_room) }.expose_provenance();
        }
        Deadline::None => {}
    }
    // SAFETY: the caller's word; what was put in its place is as long and lives long enough.
    as_c(unsafe { call(call_number, arguments) })
}

/// Which argument of a call is a deadline that may be on the wall clock.
enum Deadline {
    Time(usize),
    Timer(usize),
    None,
}

/// As the manuals of the calls say.
fn deadline_of(call_number: usize, arguments: &[usize; 6]) -> Deadline {
    const UNTIL: usize = 1;
    match call_number {
        number::FUTEX if is_until_wall_time(arguments[1]) => Deadline::Time(3),
        number::FUTEX_WAITV if as_int(arguments[4]) == REALTIME => Deadline::Time(3),
        number::CLOCK_NANOSLEEP
            if as_int(arguments[0]) == REALTIME && arguments[1] & UNTIL != 0 =>
        {
            Deadline::Time(2)
        }
        number::MQ_TIMEDSEND | number::MQ_TIMEDRECEIVE => Deadline::Time(4),
        number::TIMER_SETTIME | number::TIMERFD_SETTIME if arguments[1] & UNTIL != 0 => {
            Deadline::Timer(2)
        }
        _ => Deadline::None,
    }
}

/// Whether a futex operation waits until a time on the wall clock.
fn is_until_wall_time(operation: usize) -> bool {
    const LOCK_PI: usize = 6;
    const WAIT_BITSET: usize = 9;
    const WAIT_REQUEUE_PI: usize = 11;
    const LOCK_PI2: usize = 13;
    const ON_WALL_CLOCK: usize = 256;
    match operation & 127 {
        LOCK_PI => true,
        WAIT_BITSET | WAIT_REQUEUE_PI | LOCK_PI2 => operation & ON_WALL_CLOCK != 0,
        _ => false,
    }
}

/// An `int`, of which the caller may have filled only that half of the register.
#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)]
fn as_int(argument: usize) -> c_int {
    argument as c_int
}
