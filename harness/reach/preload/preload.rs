//! The library that is loaded into a process before all others, and shifts its wall clock.
//!
//! It puts itself in front of the C library's functions that read the wall clock, or wait until a
//! time on it. What is read gets the offset; a deadline, which was made from what was read, loses it
//! again before the kernel sees it. All else, monotonic clocks above all, passes unchanged.
//!
//! Not a package: `build.rs` has it compiled, into one file that needs no other library and no
//! certain version of any, so that the same file loads beside each C library. Thence three rules:
//!
//! - No symbol is asked for that has to be there. Three are used if they are, see `weak`; the kernel
//!   is called directly.
//! - A function of the C library that this one stands in front of is found with `dlsym` alone. Named,
//!   it would be found in its oldest form, and an old `pthread_cond_timedwait` reads a condition
//!   variable of today's form wrongly.
//! - There is no buffer that the compiler would fill by calling `memset`.

#![no_std]
// Else the compiler may see through a loop, and call `strlen` for it.
#![no_builtins]
#![warn(clippy::all, clippy::pedantic, clippy::undocumented_unsafe_blocks)]
#![warn(clippy::multiple_unsafe_ops_per_block, unsafe_op_in_unsafe_fn)]
// Every function here is called by C, and what C requires of its callers is written there.
#![allow(clippy::missing_safety_doc)]

mod calls;
mod clock;
mod kernel;
mod next;
mod readings;
#[path = "../src/shift.rs"]
mod shift;
mod times;
mod waits;
mod weak;

/// Run by the loader before the program: a program that never looks at the clock is attached too.
#[used]
#[unsafe(link_section = ".init_array")]
static AT_START: extern "C" fn() = at_start;

extern "C" fn at_start() {
    clock::offset();
    // These may be called first by the handler of a signal, where nothing must be looked for.
    readings::find();
    waits::find();
}

/// Nothing here panics. If it did, the process would be in a state that nobody thought of.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    kernel::end("it met a state that it does not know")
}
