//! `expect.calls` and `expect-total`: how many requests there were, by what they asked.

use std::collections::BTreeMap;

use super::Difference;
use crate::language::{At, Count};

pub(crate) fn check(
    when: &str,
    expected: &BTreeMap<String, At<Count>>,
    counted: &BTreeMap<String, u64>,
) -> Vec<Difference> {
    let differences = expected.iter().filter_map(|(counter, count)| {
        let actual = counted.get(counter).copied().unwrap_or(0);
        (!count.value.allows(actual)).then(|| {
            Difference::new(
                format!("{} {counter} {when}", count.value),
                format!("{actual}"),
            )
        })
    });
    differences.collect()
}
