//! For each word of the language a scenario that passes and one that fails *because of that word*: played
//! in process, with `aws-config`, and on a process of its own, with a driver that needs nothing but
//! Python's standard library.
//!
//! The pairs are data, in the folder `words`: a text in which `@@` stands for what makes the difference.
//! One without a world is in that of `support::WORLD`.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};
use rolecall_providers::AwsConfig;
use rolecall_providers::child::ChildProvider;
use rolecall_reach::Wish;
use rolecall_scenario::language::Scenario;
use rolecall_scenario::{
    AccountVocabulary, Outcome, OverSockets, PLAYED, Report, RunOptions, check_support, run,
};
use serde::Deserialize;
use support::{WORLD, driver};

/// The files of pairs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    word: Vec<Word>,
}

/// A word, and what makes a scenario pass and fail by it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Word {
    /// As [`Scenario::constructs`] tells it.
    #[serde(rename = "word")]
    name: String,
    text: String,
    passes: String,
    fails: String,
    /// What is expected, in the finding of the one that fails.
    because: String,
    /// Where alone it makes a difference.
    only: Option<Way>,
}

/// Where a scenario is played.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
enum Way {
    #[serde(rename = "in process")]
    InProcess,
    #[serde(rename = "a child")]
    Child,
}

fn main() -> ExitCode {
    let words = words();
    let mut trials = vec![Trial::test("every word has both", every_word)];
    let has_python = Command::new("python3").arg("--version").output().is_ok();
    for word in words {
        for way in [Way::InProcess, Way::Child] {
            if word.only.is_some_and(|only| only != way) {
                continue;
            }
            let (name, word) = (format!("{} ({way:?})", word.name), word.clone());
            let trial = Trial::test(name, move || both(&word, way));
            trials.push(trial.with_ignored_flag(way == Way::Child && !has_python));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn words() -> Vec<Word> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/words");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let read = files.map(|file| {
        let text = fs::read_to_string(&file).unwrap();
        toml::from_str::<File>(&text).unwrap_or_else(|bad| panic!("{}: {bad}", file.display()))
    });
    read.flat_map(|file| file.word).collect()
}

/// What decides whether a scenario applies at all, and so makes none fail: `over_sockets` of the package
/// `rolecall-scenario` tries it.
const APPLIES: &str = "needs";

/// What the runner plays is tried, each word once.
fn every_word() -> Result<(), Failed> {
    let words = words();
    let tried: BTreeSet<&str> = words.iter().map(|word| word.name.as_str()).collect();
    let played = PLAYED.iter().copied().filter(|word| *word != APPLIES);
    let played: BTreeSet<&str> = played.collect();
    assert_eq!(tried.len(), words.len(), "a word is tried twice");
    if tried != played {
        let untried: Vec<_> = played.difference(&tried).collect();
        let unknown: Vec<_> = tried.difference(&played).collect();
        return Err(format!("not tried: {untried:?}; no words: {unknown:?}").into());
    }
    Ok(())
}

fn both(word: &Word, way: Way) -> Result<(), Failed> {
    let passes = read(word, &word.passes);
    let used: Vec<_> = passes.constructs().map(|(used, _)| used).collect();
    if !used.contains(&word.name.as_str()) {
        return Err("the scenario that passes does not use it".into());
    }
    let report = play(&passes, way);
    if report.outcome != Outcome::Passed || report.steps.len() != report.steps_total {
        return Err(format!("{:?}: {:#?}", report.outcome, report.steps).into());
    }
    let report = play(&read(word, &word.fails), way);
    let found: Vec<String> = report
        .steps
        .iter()
        .flat_map(|step| &step.findings)
        .map(|finding| format!("{}: {}", finding.rules.join(","), finding.expected))
        .collect();
    let because = found.iter().any(|found| found.contains(&word.because));
    if report.outcome != Outcome::Failed || !because {
        return Err(format!("{:?}: {found:?}: {:#?}", report.outcome, report.steps).into());
    }
    Ok(())
}

fn read(word: &Word, difference: &str) -> Scenario {
    let text = word.text.replace("@@", difference);
    let text = if text.contains("[world]") {
        format!("summary = \"One word.\"\n{text}")
    } else {
        // What is no table of its own comes before the first step.
        let (before, steps) = text.split_once("[[step]]").unwrap_or(("", &text));
        let (head, first) = WORLD.split_once("[[step]]").unwrap();
        format!("{head}{before}[[step]]{first}[[step]]{steps}")
    };
    let source = format!("{}/{}.toml", env!("CARGO_MANIFEST_DIR"), word.name);
    let scenario = Scenario::parse(&source, &text, &AccountVocabulary)
        .unwrap_or_else(|bad| panic!("{bad}\n{text}"));
    check_support(&scenario).unwrap_or_else(|bad| panic!("{bad}"));
    scenario
}

thread_local! {
    /// The driver, once a thread: by which clock it lives is tried once.
    static CHILD: OverSockets<'static> = {
        let provider = driver().with_clock(Wish::Auto);
        let provider: &'static ChildProvider = Box::leak(Box::new(provider));
        OverSockets::new(provider)
    };
}

fn play(scenario: &Scenario, way: Way) -> Report {
    let scenario = scenario.runs()[0];
    let options = RunOptions {
        // What fails is meant to.
        again: false,
        ..RunOptions::default()
    };
    match way {
        Way::InProcess => run(scenario, &AwsConfig::new(), options, &mut |_| {}),
        Way::Child => CHILD.with(|child| child.run(scenario, options, &mut |_| {})),
    }
}
