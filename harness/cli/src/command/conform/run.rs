//! The suite, played.

use std::fs;
use std::path::Path;
use std::thread::available_parallelism;

use rolecall_conformance::report::write_folder;
use rolecall_conformance::{
    Case, CaseResult, KnownFailures, Matrix, Results, RuleCard, Run, Table, side_by_side,
};
use rolecall_scenario::{Outcome, Report, RunOptions};

use super::super::provider::{AWS_CONFIG, Chosen, Wishes, stale};
use super::arguments::Arguments;
use super::output::{ReportFormat, human, published, rendered};
use super::progress::Progress;
use super::subject::{findings, subject};
use super::suite::Suite;
use crate::exit::{self, Exit};

pub(crate) fn run(arguments: &Arguments) -> Exit {
    match conform(arguments) {
        Ok(exit) => exit,
        Err((exit, message)) => {
            anstream::eprintln!("rolecall: {message}");
            exit
        }
    }
}

/// Why a run came to nothing, and its exit code.
type Trouble = (Exit, String);

fn usage(message: String) -> Trouble {
    (exit::USAGE, message)
}

fn conform(arguments: &Arguments) -> Result<Exit, Trouble> {
    let suite = Suite::chosen(&arguments.chosen, arguments.seed).map_err(usage)?;
    let check = arguments
        .check
        .as_deref()
        .map(read_table)
        .transpose()
        .map_err(usage)?;
    // Nobody is played before everybody is there.
    let providers = providers(arguments).map_err(usage)?;
    let cards: Vec<RuleCard> = suite.rules.rules().map(RuleCard::of).collect();
    let mut results = Results::new(suite.id.clone(), cards, Vec::new());
    let mut exit = exit::OK;
    let mut failed = Vec::new();
    for chosen in &providers {
        let (run, reports) = judge(arguments, &suite, &results, chosen)?;
        exit = exit.and(exit::of_suite(&reports, arguments.judged_min));
        if arguments.write_known_failing.is_some() {
            failed.push(KnownFailures::write(&reports, &run.subject.version));
        }
        results.runs.push(run);
    }
    results
        .runs
        .sort_by(|one, other| one.subject.cmp(&other.subject));
    if let Some(path) = &arguments.write_known_failing {
        write(path, &failed.join("\n"))?;
    }
    if let Some(folder) = &arguments.report {
        write(&folder.join("result.json"), &results.to_json())?;
    }
    anstream::print!("{}", rendered(&results, arguments.format, false));
    let matrix = Matrix::of(&results);
    for (index, table) in
        (0..results.runs.len()).flat_map(|run| check.iter().map(move |it| (run, it)))
    {
        for line in matrix.differences(index, table) {
            exit = exit.and(exit::FAILED);
            anstream::eprintln!("rolecall: {line}");
        }
    }
    Ok(exit)
}

fn read_table(path: &Path) -> Result<Table, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Table::parse(&text))
}

fn providers(arguments: &Arguments) -> Result<Vec<Chosen>, String> {
    let Arguments {
        providers: named,
        command,
        ..
    } = arguments;
    let wishes = Wishes {
        processes: &arguments.processes,
        known_failing: arguments.known_failing.as_deref(),
    };
    let mut providers = Vec::new();
    for (index, name) in named.iter().enumerate() {
        if named[..index].contains(name) {
            return Err(format!("the provider `{name}` is there twice"));
        }
        providers.push(Chosen::named(name, wishes)?);
    }
    if !command.is_empty() {
        providers.push(Chosen::command(command, wishes)?);
    }
    if providers.is_empty() {
        providers.push(Chosen::named(AWS_CONFIG, wishes)?);
    }
    Ok(providers)
}

/// Plays what is asked for on one provider, after its control.
fn judge(
    arguments: &Arguments,
    suite: &Suite,
    results: &Results,
    chosen: &Chosen,
) -> Result<(Run, Vec<Report>), Trouble> {
    let options = RunOptions {
        seed: arguments.seed,
        ..RunOptions::default()
    };
    let player = chosen.player();
    let control = player.control(options);
    let today = || jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let date = arguments.date.clone().unwrap_or_else(today);
    let mut run = Run {
        subject: subject(chosen, &date).map_err(usage)?,
        shard: arguments.chosen.shard,
        control,
        findings: findings(chosen).map_err(usage)?,
        cases: Vec::new(),
    };
    let stale = stale(chosen.known(), Some(&run.subject.version));
    if !stale.is_empty() {
        return Err(usage(stale.join("; ")));
    }
    if arguments.format == ReportFormat::Human {
        let published = published();
        anstream::println!("{}", human(&published).head(results, &run));
    }
    let cores = || available_parallelism().map_or(1, usize::from);
    let jobs = arguments.jobs.unwrap_or_else(cores);
    let progress = Progress::new(suite.cases.len());
    let cases: Vec<&Case> = suite.cases.iter().collect();
    let play = |case: &Case| player.play(&case.scenario, options, &mut |_| {});
    let reports = side_by_side(&cases, jobs, &play, &|report| progress.played(report));
    progress.end();
    if let Some(folder) = &arguments.report {
        let own = folder.join(&run.subject.id);
        keep(&own, &cases, &reports)
            .map_err(|error| (exit::UNJUDGED, format!("{}: {error}", own.display())))?;
    }
    let kept = cases.iter().zip(&reports);
    run.cases = kept
        .map(|(case, report)| CaseResult::new(case, report.clone()))
        .collect();
    Ok((run, reports))
}

/// Keeps what was not as it is to be, each in a folder that replays it.
fn keep(folder: &Path, cases: &[&Case], reports: &[Report]) -> std::io::Result<()> {
    for (case, report) in cases.iter().zip(reports) {
        let told = matches!(
            report.outcome,
            Outcome::Failed
                | Outcome::ExpectedFailure(_)
                | Outcome::UnexpectedPass(_)
                | Outcome::Inconclusive(_)
        );
        if told {
            write_folder(folder, report, &case.scenario.source.text)?;
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Trouble> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let made = folder.map_or(Ok(()), fs::create_dir_all);
    let written = made.and_then(|()| fs::write(path, text));
    written.map_err(|error| (exit::UNJUDGED, format!("{}: {error}", path.display())))
}
