//! Everything that is played: the reference in all scenarios, each mutant in those that name its rule.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rolecall_conformance::{Level, RuleBook};
use rolecall_providers::Reference;
use rolecall_providers::reference::{MUTANTS, Mutant};
use rolecall_scenario::language::Scenario;
use rolecall_scenario::{
    AccountVocabulary, INVARIANTS, Outcome, Report, RunOptions, check_support, run,
};
use rolecall_scenarios::{RULES, SCENARIOS, SuiteFile};

/// What became of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
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
            Outcome::Passed | Outcome::AlreadySo if report.steps.len() == report.steps_total => {
                Self::Passed
            }
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

    /// In words.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Passed => "it passes".to_owned(),
            Self::NotApplicable(why) => format!("it does not apply: {why}"),
            Self::Failed(rules, found) => {
                let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
                format!("it fails by {}: {}", rules.join(", "), found.join("; "))
            }
            Self::Unjudged(why) => why.clone(),
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
        let names = SCENARIOS.iter().map(SuiteFile::name);
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

/// Each mutant in the scenarios that name its rule; what holds in all scenarios is looked for in the
/// others, too, if those do not see it.
fn judged(rows: &[Row]) -> Vec<Judged> {
    let all = MUTANTS.iter().copied().flatten();
    let fresh = all.map(|mutant| Judged {
        mutant,
        caught_by: BTreeSet::new(),
        not_by: Vec::new(),
    });
    let mut judged: Vec<Judged> = fresh.collect();
    hear(&mut judged, rows, |judged, row| {
        row.rules.contains(judged.mutant.breaks)
    });
    hear(&mut judged, rows, |judged, row| {
        let rule = judged.mutant.breaks;
        judged.caught_by.is_empty() && INVARIANTS.contains(&rule) && !row.rules.contains(rule)
    });
    judged
}

/// Plays each mutant in the rows that are chosen for it, and notes who sees what is wrong with it.
fn hear(judged: &mut [Judged], rows: &[Row], chosen: impl Fn(&Judged, &Row) -> bool) {
    let pairs: Vec<(usize, &Row)> = judged
        .iter()
        .enumerate()
        .flat_map(|(at, judged)| {
            let chosen = rows.iter().filter(|row| chosen(judged, row));
            chosen.map(move |row| (at, row)).collect::<Vec<_>>()
        })
        .collect();
    let sentences = in_parallel(&pairs, |(at, row)| {
        let mutant = judged[*at].mutant;
        let provider = Reference::with_conduct(mutant.name, mutant.conduct());
        play(&row.scenario, &provider)
    });
    for ((at, row), sentence) in pairs.into_iter().zip(sentences) {
        let judged = &mut judged[at];
        if sentence.breaks(judged.mutant.breaks) {
            judged.caught_by.insert(row.file);
        } else {
            let name = row.scenario.name.clone();
            judged.not_by.push((name, sentence.words()));
        }
    }
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
