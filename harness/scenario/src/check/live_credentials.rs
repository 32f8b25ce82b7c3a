//! Always: a provider whose sources answer never hands out, or signs with, credentials whose time
//! is over.
//!
//! While a source is failing, going on with an old set is what AWS asks for (static stability), so
//! then this says nothing.

use rolecall_account::{SimInstant, Stage};

use super::Difference;
use super::facts::{Facts, is_signed};
use crate::act::Done;

pub(super) const RULE: &str = "credentials.never-used-after-expiry";

pub(super) fn check(facts: &Facts<'_>) -> Vec<Difference> {
    const EXPECTED: &str = "credentials that are still valid";
    if !facts.sources_healthy {
        return Vec::new();
    }
    let mut differences = Vec::new();
    if let Done::Resolved(Ok(credentials)) = facts.done
        && let Some(expiry) = credentials.expiry().map(SimInstant::from)
        && expiry + facts.slack.instants <= facts.now
        && !is_last_of_a_recording(credentials.access_key_id(), facts)
    {
        let actual = format!(
            "{} expired at {expiry}, now is {}",
            credentials.access_key_id(),
            facts.now
        );
        differences.push(Difference::new(EXPECTED, actual));
    }
    // A URL may be used after the time of whoever presigned it: that is not the provider's doing.
    let signed_late = facts
        .exchanges()
        .filter(|exchange| is_signed(exchange))
        .filter_map(|exchange| exchange.refusal.as_ref());
    for refusal in signed_late.filter(|refusal| refusal.stage == Stage::Expiry) {
        let detail = refusal.detail.as_deref().unwrap_or(&refusal.message);
        differences.push(Difference::new(
            EXPECTED,
            format!("a request signed with a set too old: {detail}"),
        ));
    }
    differences
}

/// A recording goes on giving its last set for ever: whoever asks it later has nothing better.
fn is_last_of_a_recording(access_key_id: &str, facts: &Facts<'_>) -> bool {
    facts.of_recordings(access_key_id).is_some_and(|set| {
        let mut others = facts.recorded.iter();
        !others.any(|other| other.role == set.role && other.expires_at > set.expires_at)
    })
}
