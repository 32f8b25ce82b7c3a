//! `rolecall report`: results of the suite, put together and shown.

use std::fs;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use rolecall_conformance::{Results, merge};

use super::conform::{ReportFormat, rendered};
use crate::exit::{self, Exit};

/// Put results of `conform` together, and show them
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Merge(Merge),
}

/// Put together what was played in parts: shards, and providers. Complains when a part is missing or there
/// twice, and when suite, seed or selection differ
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
struct Merge {
    /// What `conform --report` or `conform --format json` wrote
    #[arg(value_name = "RESULT.json", required = true)]
    files: Vec<PathBuf>,
    /// The form of what is written
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    format: ReportFormat,
    /// Where to; to standard output without it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  rolecall report merge part-1/result.json part-2/result.json
  rolecall report merge */result.json --format html --out report.html
  rolecall report merge */result.json --format json --out all.json";

pub(crate) fn run(arguments: &Arguments) -> Exit {
    let Verb::Merge(arguments) = &arguments.verb;
    match merged(arguments) {
        Ok(exit) => exit,
        Err(message) => {
            for line in message.lines() {
                anstream::eprintln!("rolecall: {line}");
            }
            exit::USAGE
        }
    }
}

fn merged(arguments: &Merge) -> Result<Exit, String> {
    let mut files = Vec::new();
    for path in &arguments.files {
        let name = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
        let results = Results::parse(&text).map_err(|bad| format!("{name}: {bad}"))?;
        files.push((name, results));
    }
    let results = merge(files).map_err(|wrong| wrong.to_string())?;
    let text = rendered(&results, arguments.format, true);
    match &arguments.out {
        None => anstream::print!("{text}"),
        Some(path) => {
            let text = anstream::adapter::strip_str(&text).to_string();
            fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    let of_runs = results.runs.iter().map(|run| {
        let reports: Vec<_> = run.cases.iter().map(|case| case.report.clone()).collect();
        exit::of(&reports)
    });
    Ok(of_runs.fold(exit::OK, Exit::and))
}
