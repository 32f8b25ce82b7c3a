//! Cases, played side by side.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rolecall_scenario::Report;

use crate::suite::Case;

/// Plays `cases` on so many threads at once, each in a world of its own, and tells `observe` of each
/// report as it comes. What is returned is in the order of `cases`, whatever came first.
pub fn side_by_side(
    cases: &[&Case],
    jobs: usize,
    play: &(dyn Fn(&Case) -> Report + Sync),
    observe: &(dyn Fn(&Report) + Sync),
) -> Vec<Report> {
    let next = AtomicUsize::new(0);
    let reports: Mutex<Vec<Option<Report>>> = Mutex::new(vec![None; cases.len()]);
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, cases.len().max(1)) {
            scope.spawn(|| {
                while let Some((index, case)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    cases.get(index).map(|case| (index, case))
                } {
                    let report = play(case);
                    observe(&report);
                    let mut reports = reports.lock().unwrap_or_else(PoisonError::into_inner);
                    reports[index] = Some(report);
                }
            });
        }
    });
    let reports = reports.into_inner().unwrap_or_else(PoisonError::into_inner);
    reports.into_iter().flatten().collect()
}
