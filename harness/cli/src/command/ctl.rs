//! `rolecall ctl`: controls a world that is being served.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use clap::{Args, Subcommand};
use rolecall_conformance::report::exchange;
use rolecall_scenario::RedactedExchange;
use rolecall_scenario::language::parse_duration;
use serde_json::{Value, json};

use crate::exit::{self, Exit};
use crate::state::{State, StateFile};

/// How often a followed journal is looked at.
const FOLLOW_EVERY: Duration = Duration::from_millis(200);

/// Control a world that is being served: let time pass, read what happened
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Where the state of the served world is kept
    #[arg(long, global = true, value_name = "FILE", env = "ROLECALL_STATE")]
    state: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  rolecall ctl advance 6h
  rolecall ctl journal --follow
  rolecall ctl explain 06956111A581B8AD";

#[derive(Debug, Subcommand)]
enum Command {
    /// Let simulated time pass, such as `90m`
    Advance {
        /// How much
        #[arg(value_name = "DURATION", value_parser = duration)]
        duration: Duration,
    },
    /// Print what happened, a JSON object a line
    Journal {
        /// Go on printing as things happen, until Ctrl-C
        #[arg(long)]
        follow: bool,
    },
    /// Say what became of a request, by the request id that its answer carried
    Explain {
        /// Such as `06956111A581B8AD`
        #[arg(value_name = "REQUEST-ID")]
        request_id: String,
    },
}

fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).ok_or_else(|| "not a duration; write `6h`, `90m` or `1h 30m`".to_owned())
}

pub(crate) fn run(arguments: &Arguments) -> Exit {
    let done = StateFile::new(arguments.state.clone())
        .served()
        .and_then(|state| match &arguments.command {
            Command::Advance { duration } => advance(&state, *duration),
            Command::Journal { follow } => journal(&state, *follow),
            Command::Explain { request_id } => explain(&state, request_id),
        });
    match done {
        Ok(()) => exit::OK,
        Err(message) => {
            anstream::eprintln!("rolecall: {message}");
            exit::USAGE
        }
    }
}

fn advance(state: &State, duration: Duration) -> Result<(), String> {
    let body = json!({ "seconds": duration.as_secs_f64() }).to_string();
    let answer: Value = parse(&call(state, Some(&body), "/advance")?)?;
    anstream::println!(
        "it is now {}",
        answer["now"].as_str().unwrap_or("some time")
    );
    Ok(())
}

fn journal(state: &State, follow: bool) -> Result<(), String> {
    let mut since = 0;
    loop {
        let lines = call(state, None, &format!("/journal?since={since}"))?;
        for line in lines.lines() {
            anstream::println!("{line}");
            since = parse::<Value>(line)?["number"].as_u64().unwrap_or(since);
        }
        if !follow {
            return Ok(());
        }
        thread::sleep(FOLLOW_EVERY);
    }
}

fn explain(state: &State, request_id: &str) -> Result<(), String> {
    #[derive(serde::Deserialize)]
    struct Explained {
        number: u64,
        at: String,
        exchange: RedactedExchange,
    }
    let Explained {
        number,
        at,
        exchange: shown,
    } = parse(&call(state, None, &format!("/explain/{request_id}"))?)?;
    anstream::print!("{}", exchange(number, &at, &shown));
    Ok(())
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text)
        .map_err(|error| format!("the served world gave an answer that is none: {error}"))
}

/// Asks the served world: a GET, or a POST where there is a body.
fn call(state: &State, body: Option<&str>, path: &str) -> Result<String, String> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .build()
        .into();
    let url = format!("{}{path}", state.control);
    let bearer = format!("Bearer {}", state.control_token);
    let answer = match body {
        None => agent.get(&url).header("authorization", &bearer).call(),
        Some(body) => {
            let request = agent.post(&url).header("authorization", &bearer);
            request
                .header("content-type", "application/json")
                .send(body)
        }
    };
    let mut answer = answer.map_err(|error| format!("{url}: {error}"))?;
    let text = answer
        .body_mut()
        .with_config()
        .limit(u64::MAX)
        .read_to_string();
    let text = text.map_err(|error| format!("{url}: {error}"))?;
    if answer.status().is_success() {
        return Ok(text);
    }
    let message = serde_json::from_str::<Value>(&text).ok();
    Err(message
        .and_then(|it| it["message"].as_str().map(str::to_owned))
        .unwrap_or(text))
}
