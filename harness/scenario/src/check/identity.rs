//! Whose credentials were used: `identity`, `issue` and `same-set-as`.

use super::Difference;
use super::facts::{Facts, UsedSet};
use crate::language::{At, Expect};

pub(super) fn check(expect: &Expect, facts: &Facts<'_>) -> Vec<Difference> {
    let mut differences = Vec::new();
    differences.extend(role(expect.identity.as_ref(), facts));
    differences.extend(issue(expect.issue.as_ref(), facts));
    if let Some(earlier) = &expect.same_set_as {
        let before = facts.earlier.get(&earlier.value);
        let now = facts.used();
        if before.is_none() || before != now.as_ref() {
            let before = shown(before);
            let expected = format!("the set of step `{earlier}`: {before}");
            differences.push(Difference::new(expected, shown(now.as_ref())));
        }
    }
    differences
}

pub(super) fn role(expected: Option<&At<String>>, facts: &Facts<'_>) -> Option<Difference> {
    let expected = expected?;
    let used = facts.used();
    (used.as_ref().map(|used| &used.role) != Some(&expected.value))
        .then(|| Difference::new(format!("credentials of `{expected}`"), shown(used.as_ref())))
}

pub(super) fn issue(expected: Option<&At<u32>>, facts: &Facts<'_>) -> Option<Difference> {
    let expected = expected?;
    let used = facts.used();
    (used.as_ref().map(|used| used.issue) != Some(expected.value)).then(|| {
        Difference::new(
            format!("issue {expected} of its source"),
            shown(used.as_ref()),
        )
    })
}

fn shown(used: Option<&UsedSet>) -> String {
    used.map_or_else(
        || "no set that was ever issued".to_owned(),
        ToString::to_string,
    )
}
