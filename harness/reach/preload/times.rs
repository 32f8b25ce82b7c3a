//! Times as C has them, on this kind of machine.

use core::ffi::c_int;

use crate::shift;

/// The wall clock, and the same read less finely.
pub(crate) const REALTIME: c_int = 0;
pub(crate) const REALTIME_COARSE: c_int = 5;

/// `struct timespec`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Timespec {
    pub(crate) seconds: i64,
    pub(crate) nanos: i64,
}

/// `struct timeval`.
#[repr(C)]
pub struct Timeval {
    pub(crate) seconds: i64,
    pub(crate) micros: i64,
}

/// `struct timeb`.
#[repr(C)]
pub struct Timeb {
    pub(crate) seconds: i64,
    pub(crate) millis: u16,
    pub(crate) minutes_west: i16,
    pub(crate) summer_time: i16,
}

/// `struct itimerspec`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Itimerspec {
    pub(crate) interval: Timespec,
    pub(crate) value: Timespec,
}

impl Timespec {
    pub(crate) const ZERO: Self = Self {
        seconds: 0,
        nanos: 0,
    };

    /// The time that a clock shows which is ahead by so many nanoseconds.
    pub(crate) fn later(self, offset: i64) -> Self {
        let (seconds, nanos) = shift::later((self.seconds, self.nanos), offset);
        Self { seconds, nanos }
    }

    /// What the kernel is to be told of a deadline, if not the same: see [`shift::deadline`].
    pub(crate) fn as_deadline(self, offset: i64) -> Option<Self> {
        let (seconds, nanos) = shift::deadline((self.seconds, self.nanos), offset)?;
        Some(Self { seconds, nanos })
    }
}

impl Itimerspec {
    pub(crate) const ZERO: Self = Self {
        interval: Timespec::ZERO,
        value: Timespec::ZERO,
    };
}
