//! Several results as one: parts that were played apart, and providers.

use std::collections::{BTreeMap, BTreeSet};

use crate::results::{Results, Run};
use crate::suite::Shard;

/// Why results are not put together, a line each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct NotMerged(Vec<String>);

/// Puts results together, each given with the name that problems call it by: the parts of each provider
/// become one run, and the runs are sorted by provider.
///
/// # Errors
/// They are of different suites, seeds or selections; parts are missing, or there twice.
pub fn merge(files: Vec<(String, Results)>) -> Result<Results, NotMerged> {
    let mut problems = Vec::new();
    let mut files = files.into_iter();
    let Some((first_name, first)) = files.next() else {
        return Err(NotMerged(vec!["there is nothing to merge".to_owned()]));
    };
    let Results {
        suite,
        rules,
        mut runs,
        ..
    } = first;
    for (name, other) in files {
        for (what, one, another) in [
            ("the suite", &suite.version, &other.suite.version),
            (
                "the scenarios and rules",
                &suite.fingerprint,
                &other.suite.fingerprint,
            ),
            (
                "the seed",
                &suite.seed.to_string(),
                &other.suite.seed.to_string(),
            ),
            ("the selection", &suite.filter, &other.suite.filter),
        ] {
            if one != another {
                problems.push(format!(
                    "{what} is `{one}` in {first_name} and `{another}` in {name}"
                ));
            }
        }
        runs.extend(other.runs);
    }
    let mut by_provider: BTreeMap<String, Vec<Run>> = BTreeMap::new();
    for run in runs {
        by_provider
            .entry(run.subject.id.clone())
            .or_default()
            .push(run);
    }
    let mut whole = Vec::new();
    for (id, parts) in by_provider {
        match joined(parts) {
            Ok(run) => whole.push(run),
            Err(wrong) => problems.extend(wrong.into_iter().map(|why| format!("{id}: {why}"))),
        }
    }
    if problems.is_empty() {
        Ok(Results::new(suite, rules, whole))
    } else {
        Err(NotMerged(problems))
    }
}

/// The parts of one provider as a whole.
fn joined(mut parts: Vec<Run>) -> Result<Run, Vec<String>> {
    parts.sort_by_key(|part| part.shard);
    let mut problems = shards_wrong(&parts.iter().map(|part| part.shard).collect::<Vec<_>>());
    let mut parts = parts.into_iter();
    let Some(mut whole) = parts.next() else {
        return Err(vec!["there is nothing of it".to_owned()]);
    };
    for part in parts {
        let (one, other) = (&mut whole.subject, part.subject);
        // A part in which nothing was begun has not seen the clock.
        if one.clock == "not begun" {
            one.clock.clone_from(&other.clock);
        }
        let said = [
            ("version", &one.version, &other.version),
            ("driver", &one.driver, &other.driver),
            ("platform", &one.platform, &other.platform),
        ];
        for (what, one, other) in said {
            if one != other {
                problems.push(format!("its parts differ: {what} `{one}` and `{other}`"));
            }
        }
        whole.cases.extend(part.cases);
    }
    let mut names = BTreeSet::new();
    for case in &whole.cases {
        if !names.insert(case.report.scenario.clone()) && problems.is_empty() {
            problems.push(format!("`{}` is in two parts", case.report.scenario));
        }
    }
    whole.shard = None;
    whole.cases.sort_by(|one, other| {
        let key =
            |case: &crate::results::CaseResult| (case.topic.clone(), case.report.scenario.clone());
        key(one).cmp(&key(other))
    });
    if problems.is_empty() {
        Ok(whole)
    } else {
        Err(problems)
    }
}

/// What is wrong with these parts of a whole.
fn shards_wrong(shards: &[Option<Shard>]) -> Vec<String> {
    let counts: BTreeSet<u32> = shards.iter().flatten().map(|shard| shard.count()).collect();
    if shards.iter().any(Option::is_none) {
        return match shards.len() {
            1 => Vec::new(),
            several => vec![format!(
                "there are {several} results, and one of them is of all of it"
            )],
        };
    }
    if counts.len() > 1 {
        return vec!["it was split in different ways".to_owned()];
    }
    let count = counts.first().copied().unwrap_or_default();
    let there = |index: u32| {
        shards
            .iter()
            .flatten()
            .filter(|shard| shard.index() == index)
            .count()
    };
    let wrong = (1..=count).filter_map(|index| match there(index) {
        0 => Some(format!("shard {index}/{count} is missing")),
        1 => None,
        several => Some(format!("shard {index}/{count} is there {several} times")),
    });
    wrong.collect()
}
