//! The functions that those here stand in front of.

use core::ffi::{CStr, c_void};
use core::ptr::{null_mut, without_provenance_mut};
use core::sync::atomic::{AtomicPtr, Ordering};

use crate::kernel::end;
use crate::weak;

/// `RTLD_NEXT`: in whatever was loaded after the library that asks.
const AFTER_THIS: *mut c_void = without_provenance_mut(usize::MAX);

/// A function of the libraries that were loaded after this one.
pub(crate) struct Next {
    name: &'static CStr,
    /// Null until it is looked for.
    found: AtomicPtr<c_void>,
}

impl Next {
    pub(crate) const fn new(name: &'static CStr) -> Self {
        Self {
            name,
            found: AtomicPtr::new(null_mut()),
        }
    }

    /// Where it is, null if there is none.
    pub(crate) fn find(&self) -> *mut c_void {
        let mut found = self.found.load(Ordering::Relaxed);
        if found.is_null() {
            let Some(dlsym) = weak::dlsym() else {
                return null_mut();
            };
            // SAFETY: called as its manual says.
            found = unsafe { dlsym(AFTER_THIS, self.name.as_ptr()) };
            self.found.store(found, Ordering::Relaxed);
        }
        found
    }

    /// Where it is. Without it the process ends: to go on, as if there had been no wait, would be
    /// worse. It happens with a C library from before 2021 in a program without `libdl`.
    pub(crate) fn get(&self) -> *mut c_void {
        let found = self.find();
        if found.is_null() {
            // SAFETY: the names here are ASCII.
            let name = unsafe { str::from_utf8_unchecked(self.name.to_bytes()) };
            missing(name)
        }
        found
    }
}

#[cold]
fn missing(name: &str) -> ! {
    crate::kernel::complain(&["the C library's own function is not to be found: ", name]);
    end("it cannot wait")
}
