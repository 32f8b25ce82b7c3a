//! The suite as it is embedded, and what is asked for of it.

use std::collections::BTreeSet;

use rolecall_conformance::{Case, RuleBook, SuiteId, fingerprint};
use rolecall_scenarios::{RULES, SCENARIOS};

use super::super::did_you_mean;
use super::super::rule_books::rule_book;
use super::arguments::Chosen;

/// What is played, by what it is judged, and what it is called.
pub(super) struct Suite {
    pub(super) rules: RuleBook,
    /// Those that are asked for, of this shard.
    pub(super) cases: Vec<Case>,
    pub(super) id: SuiteId,
}

impl Suite {
    /// What is asked for.
    ///
    /// # Errors
    /// There is no such topic, rule or scenario: in words.
    pub(super) fn chosen(chosen: &Chosen, seed: u64) -> Result<Self, String> {
        let rules = rule_book();
        let mut cases = all(&rules)?;
        let topics = cases.iter().map(|case| case.topic.as_str());
        known("topic", &chosen.topics, &topics.collect())?;
        let slugs = rules.slugs();
        let slugs = slugs.iter().map(String::as_str);
        known("rule", &chosen.rules, &slugs.collect())?;
        let names = cases.iter().flat_map(|case| {
            let plain = case.name().split('[').next();
            [Some(case.name()), plain].into_iter().flatten()
        });
        known("scenario", &chosen.scenarios, &names.collect())?;
        let filter = chosen.filter();
        cases.retain(|case| filter.takes(case, &rules));
        cases.retain(|case| chosen.shard.is_none_or(|shard| shard.has(case.name())));
        let texts = SCENARIOS.iter().chain(RULES);
        let texts = texts.flat_map(|file| [file.path.as_bytes(), file.text.as_bytes()]);
        Ok(Self {
            rules,
            cases,
            id: SuiteId::new(fingerprint(texts), seed, filter.words()),
        })
    }
}

/// Every case of the suite.
fn all(rules: &RuleBook) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for file in SCENARIOS {
        cases.extend(Case::read(file.topic(), file.path, file.text, rules)?);
    }
    Ok(cases)
}

/// Refuses what nothing is called.
fn known(what: &str, asked: &[String], there: &BTreeSet<&str>) -> Result<(), String> {
    for name in asked {
        if !there.contains(name.as_str()) {
            let near = did_you_mean(name, there.iter().copied());
            return Err(format!("no {what} `{name}`{near}"));
        }
    }
    Ok(())
}
