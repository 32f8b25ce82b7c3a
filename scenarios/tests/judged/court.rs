//! Everything that is played: the reference in all scenarios, each mutant in those that name its rule.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rolecall_conformance::{Level, RuleBook};
use rolecall_providers::Reference;
use rolecall_providers::reference::{MUTANTS, Mutant};
use rolecall_scenario::language::Scenario;
use rolecall_scenario::{
    AccountVocabulary, INVARIANTS, Outcome, Report, RunOptions, check_support, run,
};
use rolecall_scenarios::{RULES, SCENARIOS};

/// What became of a scenario.
#[derive(Clone, Debug)]
pub(crate) enum Sentence {
    Passed,
    NotApplicable(String),
    /// It failed, by these rules; which steps, and why.
    Failed(BTreeSet<String>, Vec<String>),
    /// Nothing else is as it should be, either.
    Unjudged(String),
}

impl Sentence {
    fn of(report: &Report) -> Self {
        let findings = report.steps.iter().flat_map(|step| {
            let findings = step.findings.iter();
            findings.map(move |finding| (step, finding))
        });
        match &report.outcome {
            Outcome::Passed if report.steps.len() == report.steps_total => Self::Passed,
            Outcome::NotApplicable(why) => Self::NotApplicable(why.clone()),
            Outcome::Failed => Self::Failed(
                findings
                    .clone()
                    .flat_map(|(_, finding)| finding.rules.iter().cloned())
                    .collect(),
                findings
                    .map(|(step, finding)| {
                        let (expected, actual) = (&finding.expected, &finding.actual);
                        format!("{}: expected {expected}, actual {actual}", step.name)
                    })
                    .collect(),
            ),
            other => Self::Unjudged(format!(
                "{}: {}",
                other.word(),
                other.reason().unwrap_or_default()
            )),
        }
    }

    fn breaks(&self, rule: &str) -> bool {
        matches!(self, Self::Failed(rules, _) if rules.contains(rule))
    }
}

/// A scenario, or one of its rows.
pub(crate) struct Row {
    /// The scenario's name, without the row's.
    pub(crate) file: &'static str,
    pub(crate) scenario: Scenario,
    /// The rules that it names.
    pub(crate) rules: BTreeSet<String>,
    pub(crate) of_reference: Sentence,
}

/// A mutant, and who sees what is wrong with it.
pub(crate) struct Judged {
    pub(crate) mutant: &'static Mutant,
    /// The scenarios that fail it by the rule that it breaks.
    pub(crate) caught_by: BTreeSet<&'static str>,
    /// The rows that name the rule and do not fail it by that, with what became of them.
    pub(crate) not_by: Vec<(String, String)>,
}

/// All of it.
pub(crate) struct Court {
    pub(crate) rules: RuleBook,
    pub(crate) rows: Vec<Row>,
    pub(crate) mutants: Vec<Judged>,
}

impl Court {
    pub(crate) fn in_session() -> Self {
        let rules = RuleBook::parse(RULES.iter().map(|file| (file.path, file.text)));
        let rules = rules.unwrap_or_else(|bad| panic!("{bad}"));
        let read: Vec<(&'static str, Scenario)> = SCENARIOS
            .iter()
            .flat_map(|file| {
                let scenario = Scenario::parse(file.path, file.text, &AccountVocabulary);
                let scenario = scenario.unwrap_or_else(|bad| panic!("{bad}"));
                check_support(&scenario).unwrap_or_else(|bad| panic!("{bad}"));
                let runs = scenario.runs().into_iter().cloned();
                runs.map(|run| (file.name(), run)).collect::<Vec<_>>()
            })
            .collect();
        let reference = Reference::new();
        let sentences = in_parallel(&read, |(_, scenario)| play(scenario, &reference));
        let rows: Vec<Row> = read
            .into_iter()
            .zip(sentences)
            .map(|((file, scenario), of_reference)| Row {
                file,
                rules: rules_of(&scenario),
                scenario,
                of_reference,
            })
            .collect();
        let mutants = judged(&rows);
        Self {
            rules,
            rows,
            mutants,
        }
    }

    /// The rules of level must that no mutant breaks so that it is seen.
    pub(crate) fn unbroken_rules(&self) -> Vec<String> {
        let broken: BTreeSet<&str> = self
            .mutants
            .iter()
            .filter(|judged| !judged.caught_by.is_empty())
            .map(|judged| judged.mutant.breaks)
            .collect();
        let rules = self
            .rules
            .rules()
            .filter(|rule| rule.level() == Level::Must);
        let rules = rules.map(|rule| rule.slug.clone());
        rules
            .filter(|slug| !broken.contains(slug.as_str()))
            .collect()
    }

    /// The scenarios that fail no mutant.
    pub(crate) fn idle_scenarios(&self) -> Vec<String> {
        let busy: BTreeSet<&str> = self
            .mutants
            .iter()
            .flat_map(|judged| judged.caught_by.iter().copied())
            .collect();
        let names = SCENARIOS.iter().map(|file| file.name());
        names
            .filter(|name| !busy.contains(name))
            .map(str::to_owned)
            .collect()
    }
}

/// The rules that a scenario names.
fn rules_of(scenario: &Scenario) -> BTreeSet<String> {
    let of_steps = scenario.steps.iter().filter_map(|step| step.rule.as_ref());
    let rules = scenario.rules.iter().chain(of_steps);
    rules.map(|rule| rule.value.clone()).collect()
}

fn judged(rows: &[Row]) -> Vec<Judged> {
    let all: Vec<&'static Mutant> = MUTANTS.iter().copied().flatten().collect();
    let pairs: Vec<(&'static Mutant, &Row)> = all
        .iter()
        .flat_map(|mutant| {
            let invariant = INVARIANTS.contains(&mutant.breaks);
            let concerned = rows
                .iter()
                .filter(move |row| invariant || row.rules.contains(mutant.breaks));
            concerned.map(|row| (*mutant, row))
        })
        .collect();
    let sentences = in_parallel(&pairs, |(mutant, row)| {
        let provider = Reference::with_conduct(mutant.name, mutant.conduct());
        play(&row.scenario, &provider)
    });
    let mut judged: BTreeMap<&str, Judged> = BTreeMap::new();
    for mutant in &all {
        let fresh = Judged {
            mutant,
            caught_by: BTreeSet::new(),
            not_by: Vec::new(),
        };
        judged.insert(mutant.name, fresh);
    }
    for ((mutant, row), sentence) in pairs.iter().zip(sentences) {
        if let Some(judged) = judged.get_mut(mutant.name) {
            if sentence.breaks(mutant.breaks) {
                judged.caught_by.insert(row.file);
            } else {
                let name = row.scenario.name.clone();
                judged.not_by.push((name, format!("{sentence:?}")));
            }
        }
    }
    all.iter()
        .filter_map(|mutant| judged.remove(mutant.name))
        .collect()
}

fn play(scenario: &Scenario, provider: &Reference) -> Sentence {
    Sentence::of(&run(scenario, provider, RunOptions::default(), &mut |_| {}))
}

/// What `work` makes of each of `all`, in their order: virtual time is of one thread, and there are
/// several.
fn in_parallel<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(one) = all.get(at) else {
                        return;
                    };
                    let result = work(one);
                    done.lock().unwrap().push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
