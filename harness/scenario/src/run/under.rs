//! `expect.under`: what holds besides, by the measure that a provider is judged by.

use std::collections::BTreeMap;

use super::{Play, Stop};
use crate::language::{At, Expect, RuleSet, Step};

/// What a provider that lives on is expected to do, and one that is a process a call cannot.
const COUNTS: &str = "it is a process a call, and this is expected of one that lives on; what holds for a process \
    a call is said under `one-shot`";

impl Play<'_> {
    /// What counts for the provider: what the step says, and what holds besides.
    pub(super) fn expected_of(&self, step: &Step, expect: &Expect) -> Result<Vec<Expect>, Stop> {
        let is_one_shot = self.is_one_shot(step);
        if is_one_shot && !step.expect_total.is_empty() {
            return Err(of_one_that_lives_on());
        }
        judged_by(expect, is_one_shot).ok_or_else(of_one_that_lives_on)
    }

    /// Whether the client of a step is a process a call.
    pub(super) fn is_one_shot(&self, step: &Step) -> bool {
        let app = self.scenario.app_of(step);
        let client = app.and_then(|app| self.clients.get(app));
        client.is_some_and(|client| client.is_one_shot())
    }
}

/// A provider that is a process a call keeps nothing, as a rule: no count fails it that is not said
/// for such as it is.
pub(super) fn of_one_that_lives_on() -> Stop {
    Stop::NotApplicable(COUNTS.to_owned())
}

/// What counts; `None` if it is not said for a provider that is a process a call.
fn judged_by(expect: &Expect, is_one_shot: bool) -> Option<Vec<Expect>> {
    let mut plain = expect.clone();
    let one_shot = expect.under.get(&RuleSet::OneShot).filter(|_| is_one_shot);
    if is_one_shot {
        let counts = !plain.calls.is_empty() || plain.same_set_as.is_some();
        if counts && one_shot.is_none() {
            return None;
        }
        plain.calls.clear();
        plain.same_set_as = None;
    }
    // Counts of its own take the place of those; whether the action succeeds is said already.
    let one_shot = one_shot.filter(|nested| {
        let counts_alone = Expect {
            calls: BTreeMap::new(),
            ..nested.value.clone()
        };
        let counts_alone = counts_alone.is_empty();
        if counts_alone {
            plain.calls.clone_from(&nested.value.calls);
            plain.under.remove(&RuleSet::OneShot);
        }
        !counts_alone
    });
    let documented = expect.under.get(&RuleSet::Documented);
    let besides = documented.into_iter().chain(one_shot);
    let besides: Vec<Expect> = besides.map(|nested| nested.value.clone()).collect();
    let says_nothing = Expect {
        under: [].into(),
        ..plain.clone()
    };
    // That it succeeds need not be said, unless something else is.
    if says_nothing.is_empty() && !besides.is_empty() {
        return Some(besides);
    }
    Some([vec![plain], besides].concat())
}

/// What is expected under rule sets that fail nobody yet: those are told, and no more.
pub(super) fn previews<'e>(
    expects: &[&'e Expect],
) -> impl Iterator<Item = (RuleSet, &'e At<Expect>)> {
    let all = expects.iter().flat_map(|expect| &expect.under);
    all.filter(|(set, _)| matches!(set, RuleSet::Legacy | RuleSet::Refresh2026))
        .map(|(set, expect)| (*set, expect))
        .collect::<Vec<_>>()
        .into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Count;

    fn counting(calls: u64) -> Expect {
        let calls = At::from(Count::exactly(calls));
        Expect {
            calls: [("imds-token".to_owned(), calls)].into(),
            ..Expect::default()
        }
    }

    fn under(set: RuleSet, plain: Expect, nested: Expect) -> Expect {
        Expect {
            under: [(set, nested.into())].into(),
            ..plain
        }
    }

    #[test]
    fn a_process_a_call_is_judged_by_its_own_counts_alone() {
        let both = under(RuleSet::OneShot, counting(0), counting(1));
        assert_eq!(judged_by(&both, true), Some(vec![counting(1)]));
        assert_eq!(judged_by(&both, false), Some(vec![both.clone()]));
        assert_eq!(judged_by(&counting(0), true), None);
        let same = Expect {
            same_set_as: Some("before".into()),
            ..Expect::default()
        };
        assert_eq!(judged_by(&same, true), None);
        let nothing = Expect::default();
        assert_eq!(judged_by(&nothing, true), Some(vec![nothing.clone()]));
        let issue = Expect {
            issue: Some(1.into()),
            ..counting(1)
        };
        let both = under(RuleSet::OneShot, issue, counting(3));
        let judged = judged_by(&both, true).unwrap();
        assert_eq!(judged.len(), 1);
        assert_eq!(judged[0].calls, counting(3).calls);
        assert!(judged[0].issue.is_some());
        let fails = Expect {
            any_of: vec![Expect::default().into(), counting(2).into()],
            ..counting(0)
        };
        let both = under(RuleSet::OneShot, fails.clone(), counting(1));
        let judged = judged_by(&both, true).unwrap();
        assert_eq!(judged.len(), 1, "counts say nothing of success");
        assert_eq!(
            (&judged[0].any_of, &judged[0].calls),
            (&fails.any_of, &counting(1).calls)
        );
    }

    #[test]
    fn what_is_documented_counts_and_previews_do_not() {
        let documented = under(RuleSet::Documented, counting(0), counting(1));
        let judged = judged_by(&documented, false).unwrap();
        assert_eq!(judged.len(), 2);
        assert_eq!(previews(&[&documented]).count(), 0);
        let preview = under(RuleSet::Refresh2026, counting(0), counting(1));
        assert_eq!(judged_by(&preview, false).unwrap().len(), 1);
        let told: Vec<_> = previews(&[&preview]).map(|(set, _)| set).collect();
        assert_eq!(told, [RuleSet::Refresh2026]);
    }
}
