//! The kernel, called without the C library.

use core::arch::asm;
use core::ffi::c_int;

use crate::weak;

/// The numbers of the calls made or looked at here.
pub(crate) mod number {
    pub(crate) const READ: usize = 0;
    pub(crate) const WRITE: usize = 1;
    pub(crate) const OPEN: usize = 2;
    pub(crate) const CLOSE: usize = 3;
    pub(crate) const LSEEK: usize = 8;
    pub(crate) const MMAP: usize = 9;
    pub(crate) const MPROTECT: usize = 10;
    pub(crate) const MUNMAP: usize = 11;
    pub(crate) const GETTIMEOFDAY: usize = 96;
    pub(crate) const TIME: usize = 201;
    pub(crate) const FUTEX: usize = 202;
    pub(crate) const TIMER_SETTIME: usize = 223;
    pub(crate) const CLOCK_GETTIME: usize = 228;
    pub(crate) const CLOCK_NANOSLEEP: usize = 230;
    pub(crate) const EXIT_GROUP: usize = 231;
    pub(crate) const MQ_TIMEDSEND: usize = 242;
    pub(crate) const MQ_TIMEDRECEIVE: usize = 243;
    pub(crate) const TIMERFD_SETTIME: usize = 286;
    pub(crate) const FUTEX_WAITV: usize = 449;
}

/// Calls the kernel. What comes back is below zero, down to -4095, if it is an error.
///
/// # Safety
/// What the call does to memory must be right here.
pub(crate) unsafe fn call(number: usize, arguments: [usize; 6]) -> isize {
    let [first, second, third, fourth, fifth, sixth] = arguments;
    let result;
    // SAFETY: the caller's word for what the call does; registers as the kernel has them.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number => result,
            in("rdi") first,
            in("rsi") second,
            in("rdx") third,
            in("r10") fourth,
            in("r8") fifth,
            in("r9") sixth,
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack)
        );
    }
    result
}

/// What a function of the C library would answer where the kernel answered so: an error is left in
/// `errno`.
pub(crate) extern "C" fn as_c(result: isize) -> isize {
    if !(-4095..0).contains(&result) {
        return result;
    }
    if let Some(location) = weak::errno_location() {
        // The range fits.
        #[allow(clippy::cast_possible_truncation)]
        let error = -result as c_int;
        // SAFETY: the C library's word for where this thread's `errno` is.
        unsafe { *location() = error };
    }
    -1
}

/// Writes lines about this library where the process complains.
pub(crate) fn complain(words: &[&str]) {
    for word in ["rolecall: "].iter().chain(words).chain(&["\n"]) {
        let text = word.as_ptr().expose_provenance();
        // SAFETY: the kernel only reads the text.
        unsafe { call(number::WRITE, [2, text, word.len(), 0, 0, 0]) };
    }
}

/// Ends the process, which could not go on rightly.
pub(crate) fn end(why: &str) -> ! {
    complain(&["the library that shifts the clock ends this process: ", why]);
    loop {
        // SAFETY: does not come back.
        unsafe { call(number::EXIT_GROUP, [127, 0, 0, 0, 0, 0]) };
    }
}
