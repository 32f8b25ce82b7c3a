//! What is used of the C library if it is there.

use core::arch::{asm, global_asm};
use core::ffi::{c_char, c_int, c_void};
use core::mem::transmute;

global_asm!(".weak dlsym", ".weak environ", ".weak __errno_location");

/// The address of a symbol, zero if no library has it: what the loader wrote down for us.
macro_rules! address_of {
    ($symbol:literal) => {{
        let address: usize;
        // SAFETY: reads the entry that the loader fills before any code here runs.
        unsafe {
            asm!(
                concat!("mov {}, qword ptr [rip + ", $symbol, "@GOTPCREL]"),
                out(reg) address,
                options(pure, readonly, nostack, preserves_flags)
            );
        }
        address
    }};
}

type Dlsym = unsafe extern "C" fn(*mut c_void, *const c_char) -> *mut c_void;
type ErrnoLocation = extern "C" fn() -> *mut c_int;

pub(crate) fn dlsym() -> Option<Dlsym> {
    let address = address_of!("dlsym");
    // SAFETY: the C library's function of that name, whose form this is; zero is `None`.
    unsafe { transmute::<usize, Option<Dlsym>>(address) }
}

/// The variable that points to the environment.
pub(crate) fn environ() -> *const *const *const c_char {
    core::ptr::with_exposed_provenance(address_of!("environ"))
}

pub(crate) fn errno_location() -> Option<ErrnoLocation> {
    let address = address_of!("__errno_location");
    // SAFETY: the C library's function of that name, whose form this is; zero is `None`.
    unsafe { transmute::<usize, Option<ErrnoLocation>>(address) }
}
