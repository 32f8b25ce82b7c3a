//! `rolecall scenario`: plays scenarios.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use rolecall_conformance::RuleBook;
use rolecall_conformance::report::{Columns, Terminal, json, write_folder};
use rolecall_scenario::language::{BadScenario, Scenario};
use rolecall_scenario::{AccountVocabulary, Report, RunOptions, check_support};
use rolecall_scenarios::{SCENARIOS, SuiteFile};

use super::provider::Choice;
use super::rule_books::with_files;
use super::{Format, did_you_mean, program, tell, width};
use crate::exit::{self, Exit};

/// Play scenarios: by name, from files, or all of the suite
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Names of scenarios or paths of scenario files, `NAME[ROW]` for one row; all scenarios of the
    /// suite if none is given
    #[arg(value_name = "NAME|FILE")]
    scenarios: Vec<String>,
    #[command(flatten)]
    choice: Choice,
    /// What all ids, keys and jitter are drawn from; the same seed plays the same, to the byte
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Keep journal, result and scenario of each run as files below this folder
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// Rules for scenarios of your own, in the form of the suite's `rules.toml`; one with the slug of
    /// a rule of the suite takes its place
    #[arg(long, value_name = "FILE")]
    rules: Vec<PathBuf>,
    /// List the scenarios of the suite instead of playing them
    #[arg(long)]
    list: bool,
    /// For a person, or for a machine
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  rolecall scenario s3-upload
  rolecall scenario rotation role-swap --seed 7
  rolecall scenario ./my-scenario.toml --rules ./my-rules.toml --report target/report
  rolecall scenario rotation --provider botocore
  rolecall scenario rotation -- python3 my_driver.py
  rolecall scenario --format json";

pub(crate) fn run(arguments: &Arguments) -> Exit {
    if arguments.list {
        return list(arguments.format);
    }
    let rules = match with_files(&arguments.rules) {
        Ok(rules) => rules,
        Err(message) => {
            anstream::eprintln!("rolecall: {message}");
            return exit::USAGE;
        }
    };
    // Nothing is played before everything is read, so that no run is left half done.
    let Ok(scenarios) = read_all(&arguments.scenarios, &rules) else {
        return exit::USAGE;
    };
    let chosen = match arguments.choice.provider() {
        Ok(chosen) => chosen,
        Err(message) => {
            anstream::eprintln!("rolecall: {message}");
            return exit::USAGE;
        }
    };
    let player = chosen.player();
    let terminal = Terminal {
        rules: &rules,
        program: program(),
        width: width(),
        provider: chosen.words(),
    };
    let mut reports = Vec::new();
    for scenario in &scenarios {
        let options = RunOptions {
            seed: arguments.seed,
            ..RunOptions::default()
        };
        let report = player.play(scenario, options, &mut |_| {});
        if arguments.format == Format::Text {
            anstream::println!("{}", terminal.scenario(&report));
        }
        if let Err(message) = keep(arguments.report.as_deref(), &report, scenario) {
            anstream::eprintln!("rolecall: {message}");
            return exit::UNJUDGED;
        }
        reports.push(report);
    }
    match arguments.format {
        Format::Text => {
            if let Some(keeping) = player.time_keeping() {
                anstream::println!("its time: {keeping}\n");
            }
            anstream::print!("{}", terminal.conclusion(&reports));
        }
        Format::Json => anstream::print!("{}", json(&reports)),
    }
    exit::of(&reports)
}

fn list(format: Format) -> Exit {
    let scenarios = SCENARIOS.iter().filter_map(|file| {
        let scenario = Scenario::parse(file.path, file.text, &AccountVocabulary).ok()?;
        Some((file, scenario))
    });
    match format {
        Format::Text => {
            let mut columns = Columns::default().wrapping(2, width());
            for (file, scenario) in scenarios {
                let plain = anstyle::Style::new();
                columns.row([
                    (file.name(), plain.bold()),
                    (file.topic(), plain.dimmed()),
                    (&scenario.summary, plain),
                ]);
            }
            anstream::print!("{}", columns.print(0));
        }
        Format::Json => {
            let listed: Vec<_> = scenarios
                .map(|(file, scenario)| {
                    serde_json::json!({
                        "name": file.name(),
                        "topic": file.topic(),
                        "path": file.path,
                        "summary": scenario.summary,
                        "rules": scenario.rules.iter().map(|rule| &rule.value).collect::<Vec<_>>(),
                    })
                })
                .collect();
            anstream::println!("{:#}", serde_json::Value::from(listed));
        }
    }
    exit::OK
}

/// Reads every scenario that is asked for, and tells everything that is wrong with any of them.
fn read_all(asked: &[String], rules: &RuleBook) -> Result<Vec<Scenario>, ()> {
    let files: Vec<Result<File, String>> = if asked.is_empty() {
        SCENARIOS
            .iter()
            .map(|file| Ok(File::of_the_suite(file, None)))
            .collect()
    } else {
        asked.iter().map(|name| find(name)).collect()
    };
    let mut scenarios = Vec::new();
    let mut good = true;
    for file in files {
        match file.map(|file| (read(&file, rules), file)) {
            Ok((Ok(read), file)) if read.is_empty() => {
                good = false;
                let row = file.row.unwrap_or_default();
                anstream::eprintln!("rolecall: {} has no row `{row}`", file.path);
            }
            Ok((Ok(read), _)) => scenarios.extend(read),
            Ok((Err(bad), _)) => {
                good = false;
                tell(&bad);
            }
            Err(message) => {
                good = false;
                anstream::eprintln!("rolecall: {message}");
            }
        }
    }
    if good { Ok(scenarios) } else { Err(()) }
}

/// A file that is to be played, or one row of it.
struct File {
    path: String,
    text: String,
    row: Option<String>,
}

impl File {
    fn of_the_suite(file: &SuiteFile, row: Option<&str>) -> Self {
        Self {
            path: file.path.to_owned(),
            text: file.text.to_owned(),
            row: row.map(str::to_owned),
        }
    }
}

/// What is called `name`: a scenario of the suite, else a file; `NAME[ROW]` is one row of it.
fn find(name: &str) -> Result<File, String> {
    let of_row = name.strip_suffix(']').and_then(|name| name.split_once('['));
    let (plain, row) = of_row.map_or((name, None), |(plain, row)| (plain, Some(row)));
    if let Some(file) = rolecall_scenarios::scenario(plain) {
        return Ok(File::of_the_suite(file, row));
    }
    // A file may have brackets in its name.
    let (path, row) = if Path::new(name).exists() {
        (name, None)
    } else {
        (plain, row)
    };
    let looks_like_a_path =
        Path::new(path).extension().is_some() || path.contains(std::path::MAIN_SEPARATOR);
    if !looks_like_a_path {
        let near = did_you_mean(path, SCENARIOS.iter().map(SuiteFile::name));
        let help = if near.is_empty() {
            "; `rolecall scenario --list` lists them"
        } else {
            ""
        };
        return Err(format!("no scenario `{path}`{near}{help}"));
    }
    let text = fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    Ok(File {
        path: path.to_owned(),
        text,
        row: row.map(str::to_owned),
    })
}

/// The scenarios of a file: its rows, or the one that is asked for; none if there is no such row.
fn read(file: &File, rules: &RuleBook) -> Result<Vec<Scenario>, BadScenario> {
    let scenario = Scenario::parse(&file.path, &file.text, &AccountVocabulary)?;
    scenario.check_rules(&rules.slugs())?;
    check_support(&scenario)?;
    let asked = file
        .row
        .as_ref()
        .map(|row| format!("{}[{row}]", scenario.name));
    let scenario = scenario.note_only(&rules.noted());
    let runs = scenario.runs().into_iter().cloned();
    Ok(runs
        .filter(|run| asked.as_ref().is_none_or(|asked| *asked == run.name))
        .collect())
}

fn keep(folder: Option<&Path>, report: &Report, scenario: &Scenario) -> Result<(), String> {
    let Some(folder) = folder else { return Ok(()) };
    write_folder(folder, report, &scenario.source.text).map_err(|error| {
        format!(
            "the report could not be written to {}: {error}",
            folder.display()
        )
    })
}
