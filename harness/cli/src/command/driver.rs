//! `rolecall driver check`: whether a driver does what drivers do.

use std::io;
use std::time::Duration;

use clap::{Args, Subcommand};
use rolecall_conformance::report::Columns;
use rolecall_providers::child::{Checked, ChildProvider, Limits, Outcome};
use rolecall_providers::{App, NoClient, Use};
use serde_json::json;

use super::catalogue::installed;
use super::loopback::Loopback;
use super::processes::Processes;
use super::{Format, program, width};
use crate::exit::{self, Exit};

/// Help with writing drivers, the programs by which other libraries are asked
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    Check(Check),
    /// Print the JSON schema of the drivers' contract, as docs/driver.schema.json has it
    Schema,
}

/// Try every clause of the drivers' contract with a driver, in a small world of its own
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
struct Check {
    /// An installed driver, by its name
    #[arg(long, value_name = "NAME", conflicts_with = "command")]
    provider: Option<String>,
    /// The program that is the driver, and its arguments
    #[arg(last = true, value_name = "CMD", required_unless_present = "provider")]
    command: Vec<String>,
    /// What of the library is used
    #[arg(long = "use", value_name = "USE", default_value = "client", value_parser = a_use)]
    uses: Use,
    #[command(flatten)]
    processes: Processes,
    /// For a person, or for a machine
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  rolecall driver check -- python3 my_driver.py
  rolecall driver check --provider botocore --format json

Exit codes:
  0  a good driver             2  wrong usage, or no such driver
  1  some clause is not held   3  the driver could not be started

docs/driver.md says what a driver does, and docs/driver.schema.json in which words.";

/// How long a driver has for an answer: a check asks nothing that takes long.
const ANSWER: Duration = Duration::from_secs(30);

fn a_use(word: &str) -> Result<Use, String> {
    let found = Use::ALL.iter().copied().find(|one| one.as_str() == word);
    found.ok_or_else(|| {
        let all: Vec<_> = Use::ALL.iter().map(|one| one.as_str()).collect();
        format!("one of {}", all.join(", "))
    })
}

pub(crate) fn run(arguments: &Arguments) -> Exit {
    let check = match &arguments.command {
        Verb::Check(check) => check,
        Verb::Schema => {
            anstream::println!("{:#}", rolecall_providers::child::schema());
            return exit::OK;
        }
    };
    let provider = match provider(check) {
        Ok(provider) => provider,
        Err(message) => {
            anstream::eprintln!("rolecall: {message}");
            return exit::USAGE;
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let checked = runtime.and_then(|runtime| runtime.block_on(checked(check, &provider)));
    match checked {
        Ok(Ok(checked)) => tell(check, &checked),
        Ok(Err(no_client)) => {
            anstream::eprintln!("rolecall: {no_client}");
            exit::UNJUDGED
        }
        Err(error) => {
            anstream::eprintln!("rolecall: the world could not be served: {error}");
            exit::UNJUDGED
        }
    }
}

fn provider(check: &Check) -> Result<ChildProvider, String> {
    let provider = match &check.provider {
        Some(name) => ChildProvider::new(&installed(name, &[])?),
        None => ChildProvider::of_command(check.command.clone()),
    };
    let limits = Limits {
        answer: ANSWER,
        ..Limits::default()
    };
    Ok(check.processes.of(provider).with_limits(limits))
}

async fn checked(check: &Check, provider: &ChildProvider) -> io::Result<Result<Checked, NoClient>> {
    let world = Loopback::serve().await?;
    let app = App {
        uses: check.uses,
        ..world.app.clone()
    };
    if check.processes.show_env {
        let home = app.files.clone().unwrap_or_default().join("home");
        for change in provider.environment(&app, &home).difference() {
            anstream::eprintln!("{change}");
        }
    }
    Ok(provider.check(&app, &|| world.requests()).await)
}

fn tell(check: &Check, checked: &Checked) -> Exit {
    match check.format {
        Format::Json => anstream::println!("{:#}", described(checked)),
        Format::Text => print(checked),
    }
    if checked.is_good() {
        exit::OK
    } else {
        exit::FAILED
    }
}

fn print(checked: &Checked) {
    let plain = anstyle::Style::new();
    let colour = |outcome: &Outcome| match outcome {
        Outcome::Good(_) => plain.fg_color(Some(anstyle::AnsiColor::Green.into())),
        Outcome::Bad { .. } => plain.fg_color(Some(anstyle::AnsiColor::Red.into())).bold(),
        Outcome::Skipped(_) => plain.dimmed(),
    };
    anstream::println!("{}, clock {}\n", checked.driver, checked.clock);
    let mut columns = Columns::default().wrapping(3, width());
    columns.row(
        ["check", "a driver", "outcome", "what happened"].map(|title| (title, plain.dimmed())),
    );
    for check in &checked.checks {
        columns.row([
            (check.name, plain.bold()),
            (check.about, plain),
            (check.outcome.word(), colour(&check.outcome)),
            (check.outcome.says(), plain),
        ]);
    }
    anstream::println!("{}", columns.print(2));
    let bad: Vec<_> = checked
        .checks
        .iter()
        .filter_map(|check| match &check.outcome {
            Outcome::Bad { next, .. } => Some((check.name, *next)),
            Outcome::Good(_) | Outcome::Skipped(_) => None,
        })
        .collect();
    if bad.is_empty() {
        anstream::println!("A good driver. next: {} scenario s3-upload", program());
        return;
    }
    let mut next = Columns::default().wrapping(1, width());
    for (name, what) in &bad {
        next.row([(*name, plain.bold()), (*what, plain)]);
    }
    anstream::println!(
        "{} of {} clauses are not held. next:\n{}",
        bad.len(),
        checked.checks.len(),
        next.print(2).trim_end()
    );
}

fn described(checked: &Checked) -> serde_json::Value {
    let checks = checked.checks.iter().map(|check| {
        let next = match &check.outcome {
            Outcome::Bad { next, .. } => Some(*next),
            Outcome::Good(_) | Outcome::Skipped(_) => None,
        };
        json!({
            "check": check.name,
            "about": check.about,
            "outcome": check.outcome.word(),
            "says": check.outcome.says(),
            "next": next,
        })
    });
    json!({
        "driver": checked.driver,
        "clock": checked.clock,
        "good": checked.is_good(),
        "checks": checks.collect::<Vec<_>>(),
    })
}
