//! `rolecall serve`: a world on TCP, for unmodified clients.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;
use rolecall_conformance::report::Columns;
use rolecall_scenario::language::Scenario;

use super::{environment, program};
use crate::exit::{self, Exit};
use crate::serving::{Options, Serving};
use crate::state::{State, StateFile, Turn};
use crate::world_file;

/// Serve a world on TCP: one AWS endpoint, and an address per instance, task and pod
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// A scenario file whose world is served, its steps left out; a small world if none is given
    #[arg(long, value_name = "FILE")]
    world: Option<PathBuf>,
    /// The AWS endpoint's port; the others follow it, in the file's order. Free ports otherwise
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// The address to listen at; anything but loopback lets others in
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    bind: IpAddr,
    /// Write the exports of the administrator's shell to this file once everything listens
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// What all ids and keys are drawn from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Accept signatures dated by simulated time alone, not also by the machine's clock
    #[arg(long)]
    strict_clock: bool,
    /// Where the state is kept by which other commands find this one
    #[arg(long, value_name = "FILE", env = "ROLECALL_STATE")]
    state: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  rolecall serve
  rolecall serve --world scenarios/imds/role-swap.toml --port 4566
  rolecall serve --env-file admin.env     then, elsewhere: . ./admin.env; aws s3 ls";

pub(crate) fn run(arguments: &Arguments) -> Exit {
    let state = StateFile::new(arguments.state.clone());
    let Ok(scenario) = world_file::read(arguments.world.as_deref()) else {
        return exit::USAGE;
    };
    let mut turn = match state.begin() {
        Ok(Ok(turn)) => Some(turn),
        Ok(Err(other)) => {
            let at = state.path().display();
            anstream::eprintln!(
                "rolecall: process {} serves a world already (by {at}); stop it, or give this one a file of its own with --state",
                other.pid
            );
            return exit::UNJUDGED;
        }
        Err(error) => {
            anstream::eprintln!("rolecall: {error}");
            return exit::UNJUDGED;
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let served = runtime
        .and_then(|runtime| runtime.block_on(serve(arguments, &scenario, &state, &mut turn)));
    state.remove();
    match served {
        Ok(()) => exit::OK,
        Err(error) => {
            anstream::eprintln!("rolecall: {error}");
            exit::UNJUDGED
        }
    }
}

async fn serve(
    arguments: &Arguments,
    scenario: &Scenario,
    state: &StateFile,
    turn: &mut Option<Turn>,
) -> io::Result<()> {
    let stop = super::stop_signal()?;
    let options = Options {
        bind: arguments.bind,
        port: arguments.port,
        seed: arguments.seed,
        strict_clock: arguments.strict_clock,
    };
    let page = state.make_clock()?;
    let serving = Serving::open(&options, scenario, state, page).await?;
    // From here on the state speaks for itself.
    *turn = None;
    if let Some(path) = &arguments.env_file {
        state.write_beside(
            path,
            &environment::exports(&environment::of_administrator(state, &serving.state)),
        )?;
    }
    introduce(arguments, scenario, &serving.state);
    serving.serve(stop).await
}

/// What is there, and what to type next.
fn introduce(arguments: &Arguments, scenario: &Scenario, state: &State) {
    let plain = anstyle::Style::new();
    let mut there = Columns::default();
    there.row([
        ("AWS endpoint", plain.bold()),
        (&*state.aws, plain),
        ("iam, ec2, sts, s3, cloudtrail", plain.dimmed()),
    ]);
    for place in &state.places {
        there.row([
            (&*place.name, plain.bold()),
            (&*place.url, plain),
            (&*place.what, plain.dimmed()),
        ]);
    }
    for user in &state.users {
        there.row([
            (&*user.name, plain.bold()),
            (
                &*format!("arn:aws:iam::{}:user/{}", user.account, user.name),
                plain,
            ),
            ("user", plain.dimmed()),
        ]);
    }
    for bucket in scenario.world.bucket_names() {
        there.row([
            (bucket, plain.bold()),
            (&*format!("s3://{bucket}"), plain),
            ("bucket", plain.dimmed()),
        ]);
    }
    anstream::println!("{}\n\n{}", scenario.summary, there.print(2).trim_end());
    if !scenario.faults.is_empty() {
        let faults = scenario.faults.iter();
        let faults =
            faults.map(|at| format!("{} ({})", at.value.name, at.value.effect.value.word()));
        anstream::println!(
            "\n  its faults are armed: {}",
            faults.collect::<Vec<_>>().join(", ")
        );
    }
    if !scenario.steps.is_empty() {
        anstream::println!(
            "\n  its {} steps are left out: serving plays none",
            scenario.steps.len()
        );
    }
    if !arguments.bind.is_loopback() {
        anstream::println!(
            "\n  others can reach this: it listens at {}",
            arguments.bind
        );
    }
    let program = program();
    let mut next = Columns::default();
    let mut row = |command: String, what: &str| {
        next.row([(command, plain), (what.to_owned(), plain.dimmed())]);
    };
    row(
        format!("eval \"$({program} env)\""),
        "make a shell the administrator's; then: aws s3 ls",
    );
    if let Some(place) = state.places.first() {
        row(
            format!("eval \"$({program} env {})\"", place.name),
            "make a shell that of the instance, task or pod",
        );
    }
    row(
        format!("{program} exec -- COMMAND"),
        "run a program there, on the simulated clock",
    );
    row(format!("{program} ctl advance 6h"), "let six hours pass");
    row(
        format!("{program} ctl journal --follow"),
        "see every request as it comes",
    );
    anstream::println!("\nnext:\n{}\nCtrl-C stops it.", next.print(2));
}
