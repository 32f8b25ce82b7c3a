//! The arithmetic of a shifted clock, against wider numbers that cannot run over.

use proptest::prelude::*;
use rolecall_reach::shift::{EARLIEST, SECOND, deadline, later};

/// A time in nanoseconds, as wide as it takes.
fn nanos((seconds, nanos): (i64, i64)) -> i128 {
    i128::from(seconds) * i128::from(SECOND) + i128::from(nanos)
}

/// Any time of a clock, those at the ends more often.
fn time() -> impl Strategy<Value = (i64, i64)> {
    let seconds = prop_oneof![
        any::<i64>(),
        EARLIEST - 10..EARLIEST + 10,
        EARLIEST..4 * EARLIEST,
        Just(i64::MAX),
        Just(0),
    ];
    (seconds, 0..SECOND)
}

fn offset() -> impl Strategy<Value = i64> {
    let hours = 1_000_000 * SECOND;
    prop_oneof![
        any::<i64>(),
        -hours..hours,
        Just(0),
        Just(i64::MIN),
        Just(i64::MAX)
    ]
}

proptest! {
    #[test]
    fn a_shifted_time_is_exact_and_normal(time in time(), offset in offset()) {
        let shifted = later(time, offset);
        prop_assert!((0..SECOND).contains(&shifted.1));
        let exact = nanos(time) + i128::from(offset);
        let (seconds, _) = shifted;
        if seconds != i64::MAX && seconds != i64::MIN {
            prop_assert_eq!(nanos(shifted), exact);
        }
        // At the ends it is as near as can be told.
        let second = exact.div_euclid(i128::from(SECOND));
        let nearest = second.clamp(i64::MIN.into(), i64::MAX.into());
        prop_assert_eq!(i128::from(seconds), nearest);
    }

    /// The order of readings stays: so nothing goes back that did not before.
    #[test]
    fn a_shift_keeps_the_order(one in time(), other in time(), offset in offset()) {
        let limits = i64::MIN / 2..i64::MAX / 2;
        prop_assume!(limits.contains(&one.0) && limits.contains(&other.0));
        prop_assert_eq!(later(one, offset).cmp(&later(other, offset)), one.cmp(&other));
    }

    /// A deadline comes as long after the machine's time as it was after the shifted one.
    #[test]
    fn a_deadline_is_as_far_from_now_as_it_was(
        now in (2 * EARLIEST..3 * EARLIEST, 0..SECOND),
        offset in -500_000_000 * SECOND..1_000_000_000 * SECOND,
        wait in 0..1_000_000_000 * SECOND,
    ) {
        let until = later(later(now, offset), wait);
        let told = deadline(until, offset).unwrap_or(until);
        prop_assert_eq!(nanos(told) - nanos(now), i128::from(wait));
    }

    /// Whatever is asked for, the kernel is told a time, and not the one that stops a timer.
    #[test]
    fn a_deadline_stays_one(until in time(), offset in offset()) {
        if let Some((seconds, nanos)) = deadline(until, offset) {
            prop_assert!(seconds >= 0 && (0..SECOND).contains(&nanos));
            prop_assert!((seconds, nanos) > (0, 0));
        }
    }

    /// What is none, or may be on a clock that is not shifted, is left alone.
    #[test]
    fn what_is_no_deadline_on_the_wall_clock_passes(
        seconds in i64::MIN..EARLIEST,
        wrong in prop_oneof![i64::MIN..0, SECOND..=i64::MAX],
        offset in offset(),
    ) {
        prop_assert_eq!(deadline((seconds, 0), offset), None);
        prop_assert_eq!(deadline((2 * EARLIEST, wrong), offset), None);
    }
}

#[test]
fn a_deadline_past_all_telling_has_passed() {
    let century = 100 * 365 * 24 * 3600 * SECOND;
    assert_eq!(deadline((EARLIEST, 0), century), Some((0, 1)));
    assert_eq!(deadline((EARLIEST, 0), EARLIEST * SECOND), Some((0, 1)));
}

#[test]
fn a_wait_for_ever_stays_one() {
    let ever = (i64::MAX, SECOND - 1);
    let hours = 6 * 3600;
    assert_eq!(
        deadline(ever, hours * SECOND),
        Some((ever.0 - hours, ever.1))
    );
    assert_eq!(
        deadline(ever, -hours * SECOND).map(|told| told.0),
        Some(i64::MAX)
    );
}
