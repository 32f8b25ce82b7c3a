//! How often the agent answers.

use serde::{Deserialize, Serialize};

use crate::instant::SimInstant;

/// What one answer takes of a bucket, which counts in thousandths.
const ANSWER: u64 = 1000;

/// A limit on all the requests to an agent: a bucket that holds `burst` answers and gets
/// `per_second` more every second (`container.agent.rate-limit`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Answers a second.
    pub per_second: u32,
    /// Answers at once.
    pub burst: u32,
}

impl RateLimit {
    /// The agent's own.
    pub const AGENT: Self = Self {
        per_second: 1000,
        burst: 500,
    };
}

/// What is left of a limit.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bucket {
    limit: RateLimit,
    left: u64,
    at: SimInstant,
}

impl Bucket {
    pub(super) fn full(limit: RateLimit, at: SimInstant) -> Self {
        let left = u64::from(limit.burst) * ANSWER;
        Self { limit, left, at }
    }

    /// Whether one more answer may be given at `now`; a time before the last one adds nothing.
    pub(super) fn take(&mut self, now: SimInstant) -> bool {
        let passed = u64::try_from(now.since(self.at).as_millis()).unwrap_or(u64::MAX);
        let added = passed.saturating_mul(self.limit.per_second.into());
        let full = u64::from(self.limit.burst) * ANSWER;
        self.left = self.left.saturating_add(added).min(full);
        self.at = self.at.max(now);
        let taken = self.left.checked_sub(ANSWER);
        self.left = taken.unwrap_or(self.left);
        taken.is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::start;

    // container.agent.rate-limit
    #[test]
    fn a_burst_is_answered_and_then_so_many_a_second() {
        let limit = RateLimit {
            per_second: 2,
            burst: 3,
        };
        let mut bucket = Bucket::full(limit, start());
        let mut taken = |millis: u64| bucket.take(start() + Duration::from_millis(millis));
        let at_once: Vec<bool> = (0..4).map(|_| taken(0)).collect();
        assert_eq!(at_once, [true, true, true, false]);
        assert!(!taken(499));
        assert!(taken(500));
        assert!(!taken(0), "the past adds nothing");
        assert!(taken(1000));
        let later: Vec<bool> = (0..4).map(|_| taken(100_000)).collect();
        assert_eq!(later, [true, true, true, false]);
    }
}
