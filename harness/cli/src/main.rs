//! The command `rolecall`: arguments in, exit code out. Nothing is decided here.

mod command;
mod exit;
mod runs;
mod serving;
mod state;
mod world_file;

use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory, Parser, Subcommand};
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterExt, LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// Takes a credential provider through months of credential life in seconds, and says rule by rule
/// what it did wrong.
#[derive(Parser)]
#[command(name = "rolecall", version, about, long_about = None, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// What to log to standard error, such as `debug` or `rolecall=trace`
    #[arg(
        long,
        global = true,
        value_name = "FILTER",
        env = "ROLECALL_LOG",
        default_value = "off",
        hide_env_values = true
    )]
    log: String,
}

const EXAMPLES: &str = "\
Examples:
  rolecall scenario s3-upload      play one scenario of the suite
  rolecall conform                 play them all, and judge rule by rule
  rolecall serve                   a world for the AWS CLI and other clients
  rolecall exec -- COMMAND         run a program in a world, on its clock
  rolecall rules                   what providers are judged by

Exit codes:
  0  judged, and as expected      2  wrong usage, or a file that cannot be used
  1  an unexpected failure        3  something could not be judged";

#[derive(Subcommand)]
enum Command {
    Scenario(command::scenario::Arguments),
    Conform(command::conform::Arguments),
    Report(command::report::Arguments),
    Serve(command::serve::Arguments),
    Env(command::environment::Arguments),
    #[cfg(target_os = "linux")]
    Exec(command::exec::Arguments),
    Ctl(command::ctl::Arguments),
    Record(command::record::Arguments),
    Rules(command::rules::Arguments),
    Driver(command::driver::Arguments),
    Drivers(command::drivers::Arguments),
    Operations(command::operations::Arguments),
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(refused) => return refuse(&refused),
    };
    if let Err(message) = log(&arguments.log) {
        anstream::eprintln!("rolecall: {message}");
        return exit::USAGE.into();
    }
    rolecall_scenario::keep_panics_of_clients();
    match arguments.command {
        Command::Scenario(arguments) => command::scenario::run(&arguments),
        Command::Conform(arguments) => command::conform::run(&arguments),
        Command::Report(arguments) => command::report::run(&arguments),
        Command::Serve(arguments) => command::serve::run(&arguments),
        Command::Env(arguments) => command::environment::run(&arguments),
        #[cfg(target_os = "linux")]
        Command::Exec(arguments) => command::exec::run(&arguments),
        Command::Ctl(arguments) => command::ctl::run(&arguments),
        Command::Record(arguments) => command::record::run(arguments),
        Command::Rules(arguments) => command::rules::run(&arguments),
        Command::Driver(arguments) => command::driver::run(&arguments),
        Command::Drivers(arguments) => command::drivers::run(&arguments),
        Command::Operations(arguments) => command::operations::run(&arguments),
    }
    .into()
}

/// Says what is wrong with the arguments, or what was asked for: help, or the version.
fn refuse(refused: &clap::Error) -> ExitCode {
    // Nobody may be there to read it.
    let _ = refused.print();
    if !refused.use_stderr() {
        return exit::OK.into();
    }
    let command = Arguments::command().ignore_errors(true);
    let meant = command.try_get_matches_from(std::env::args_os());
    // The codes of `exec` are those of the program it was to run.
    match meant.as_ref().ok().and_then(ArgMatches::subcommand_name) {
        Some("exec") => exit::NOT_BEGUN.into(),
        _ => exit::USAGE.into(),
    }
}

/// Logs go to standard error.
fn log(filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| format!("--log: {error}; try `debug` or `rolecall=trace`"))?;
    if filter.max_level_hint() == Some(LevelFilter::OFF) {
        return Ok(());
    }
    let filter = filter.and(filter_fn(|metadata| !shows_requests(metadata)));
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry()
        .with(layer.with_filter(filter))
        .init();
    Ok(())
}

/// Whether these are the SDK's own logs of whole requests, tokens and all. They are left out at
/// every level; the journal has the same, with fingerprints.
fn shows_requests(metadata: &Metadata<'_>) -> bool {
    const SIGNER: &str = "aws_sigv4";
    const ORCHESTRATOR: &str = "aws_smithy_runtime::client::orchestrator";
    let target = metadata.target();
    target.starts_with(SIGNER)
        || (target.starts_with(ORCHESTRATOR) && *metadata.level() == Level::TRACE)
}
