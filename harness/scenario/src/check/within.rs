//! `expect.within`: a budget on the client's monotonic clock.

use std::time::Duration;

use super::Difference;
use super::facts::Facts;

pub(super) fn check(budget: Duration, facts: &Facts<'_>) -> Option<Difference> {
    (facts.took > budget + facts.slack.durations).then(|| {
        Difference::new(
            format!("done within {} s", budget.as_secs_f64()),
            format!("{} s", facts.took.as_secs_f64()),
        )
    })
}
