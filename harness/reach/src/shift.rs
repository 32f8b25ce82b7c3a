//! The arithmetic of a shifted clock, in pairs of seconds and nanoseconds as C tells time.
//!
//! The library that is put in front of a process's others is made from this very file too, so what
//! is tested here is what runs there. It needs nothing but the language's core.

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;

/// The first second, since 1970, that a shifted clock may show: in September 2001. Who waits until
/// an instant does not say on which clock. Before this one it is taken for one of the monotonic
/// clock, which counts from the machine's start.
pub const EARLIEST: i64 = 1_000_000_000;

/// An instant that many nanoseconds after another, both as seconds and nanoseconds below a second.
/// Ends at the last second that can be told, or the first, rather than run over.
///
/// ```
/// use rolecall_reach::shift::later;
///
/// assert_eq!(later((10, 700_000_000), 600_000_000), (11, 300_000_000));
/// assert_eq!(later((10, 200_000_000), -600_000_000), (9, 600_000_000));
/// ```
pub const fn later((seconds, nanos): (i64, i64), offset: i64) -> (i64, i64) {
    // Both are below a second, so that their sum is below two. Compared, not divided again: every
    // reading of the clock comes through here.
    let mut nanos = nanos + offset.rem_euclid(SECOND);
    let mut carry = offset.div_euclid(SECOND);
    if nanos >= SECOND {
        nanos -= SECOND;
        carry += 1;
    }
    (seconds.saturating_add(carry), nanos)
}

/// What the kernel, which knows the machine's time alone, is to be told of a deadline that was made
/// from a clock shifted by `offset`; `None` if it is to be told the same. So it is with a deadline
/// on the monotonic clock, and one that is no instant at all and will be refused.
///
/// A deadline long past stays one, and never becomes zero, which stops a timer.
///
/// ```
/// use rolecall_reach::shift::deadline;
///
/// assert_eq!(deadline((1_700_000_000, 5), 1_000_000_000), Some((1_699_999_999, 5)));
/// assert_eq!(deadline((86_400, 5), 1_000_000_000), None);
/// ```
pub const fn deadline((seconds, nanos): (i64, i64), offset: i64) -> Option<(i64, i64)> {
    let is_wall_clock = seconds >= EARLIEST && 0 <= nanos && nanos < SECOND;
    if offset == 0 || !is_wall_clock {
        return None;
    }
    // One offset has no opposite; it is off by a nanosecond in 292 years.
    let (seconds, nanos) = later((seconds, nanos), offset.saturating_neg());
    if seconds < 0 {
        return Some((0, 1));
    }
    if seconds == 0 && nanos == 0 {
        return Some((0, 1));
    }
    Some((seconds, nanos))
}
