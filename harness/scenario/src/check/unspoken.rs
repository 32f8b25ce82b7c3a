//! Always: no secret access key and no session token is in a message: in what a provider writes to
//! standard error at the level it logs at by default, or in the text of an error.

use rolecall_providers::child::NO_SECRET_IN_MESSAGES;

use super::Difference;
use super::facts::Facts;

pub(crate) const RULE: &str = NO_SECRET_IN_MESSAGES;

pub(super) fn check(facts: &Facts<'_>) -> Vec<Difference> {
    told(facts.leaks)
}

/// What is wrong with such messages.
pub(crate) fn told(leaks: &[String]) -> Vec<Difference> {
    let leaks = leaks.iter();
    leaks
        .map(|leak| Difference::new("no secret in a message", leak.clone()))
        .collect()
}
