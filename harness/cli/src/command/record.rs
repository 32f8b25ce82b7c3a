//! `rolecall record`: a foreign endpoint, kept as a file.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::SystemTime;

use clap::Args;
use rolecall_conformance::report::Columns;
use rolecall_endpoints::record::{CannotRecord, Ended, RecordOptions, Recorder, Summary, Upstream};

use super::program;
use crate::exit::{self, Exit};

/// Stand between a client and an endpoint, and keep what it answers, without its secrets
///
/// The client gets every answer as it comes, and a broken one just as broken. Each exchange is
/// written to the file as soon as it is over. Access keys, session tokens, metadata tokens,
/// authorizations and web tokens become placeholders of the same length and alphabet, the same for
/// the same. Anything else is kept: look through the file before others do.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The endpoint, over plain http, without a path
    #[arg(long, value_name = "URL")]
    upstream: Upstream,
    /// The file of the recording; `.json` is added
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The port to listen at; a free one otherwise
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// The address to listen at; anything but loopback lets others in
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    bind: IpAddr,
    /// Replay the dates of documents as they are, not moved to the time of the replay
    #[arg(long)]
    verbatim: bool,
    /// Replace a recording that is there already
    #[arg(long)]
    replace: bool,
}

const EXAMPLES: &str = "\
Examples:
  rolecall record --upstream http://169.254.169.254 --out fixtures/wire/ec2
  rolecall record --upstream http://127.0.0.1:1338 --out fixtures/wire/imitation --port 8338
then, elsewhere:
  AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:8338 aws sts get-caller-identity";

pub(crate) fn run(arguments: Arguments) -> Exit {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let recorded = runtime
        .map_err(|error| error.to_string())
        .and_then(|runtime| runtime.block_on(record(arguments)));
    match recorded {
        Ok(summary) => conclude(&summary),
        Err(message) => {
            anstream::eprintln!("rolecall: {message}");
            exit::UNJUDGED
        }
    }
}

/// Why recording cannot begin, and what can be done about it.
fn told(error: &CannotRecord) -> String {
    match error {
        CannotRecord::Keep(keep) if keep.is_there() => format!("{error}; --replace replaces it"),
        _ => error.to_string(),
    }
}

async fn record(arguments: Arguments) -> Result<Summary, String> {
    let stop = super::stop_signal().map_err(|error| error.to_string())?;
    let upstream = arguments.upstream.to_string();
    let options = RecordOptions {
        listen: SocketAddr::new(arguments.bind, arguments.port),
        upstream: arguments.upstream,
        out: arguments.out,
        replace: arguments.replace,
        shift: !arguments.verbatim,
    };
    let recorder = Recorder::bind(options, SystemTime::now().into()).await;
    let recorder = recorder.map_err(|error| told(&error))?;
    let address = recorder.address().map_err(|error| error.to_string())?;
    introduce(&upstream, address, arguments.bind);
    Ok(recorder.serve(stop).await)
}

/// What there is, and what to type next.
fn introduce(upstream: &str, address: SocketAddr, bind: IpAddr) {
    let plain = anstyle::Style::new();
    let mut next = Columns::default();
    for (variable, path, what) in [
        (
            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            "",
            "for a client of an instance's metadata",
        ),
        (
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "/PATH",
            "for one of a container's credentials",
        ),
    ] {
        let export = format!("export {variable}=http://{address}{path}");
        next.row([(export.as_str(), plain), (what, plain.dimmed())]);
    }
    anstream::println!("recording {upstream} at http://{address}");
    if !bind.is_loopback() {
        anstream::println!("\n  others can reach this: it listens at {bind}");
    }
    anstream::println!("\nnext:\n{}\nCtrl-C stops it.", next.print(2));
}

/// What came of it, and what to type next.
fn conclude(summary: &Summary) -> Exit {
    for (why, count) in &summary.left_out {
        anstream::println!("{count} not kept: {why}");
    }
    if summary.exchanges == 0 {
        anstream::println!("nothing was recorded");
        return exit::UNJUDGED;
    }
    let path = summary.path.display();
    let exchanges = if summary.exchanges == 1 {
        "exchange"
    } else {
        "exchanges"
    };
    anstream::println!("{} {exchanges} in {path}", summary.exchanges);
    let broken = summary
        .ended
        .iter()
        .filter(|(ended, _)| !matches!(ended, Ended::Whole));
    for (ended, count) in broken {
        anstream::println!("  {count} {}", ended.as_str());
    }
    let secrets: Vec<_> = summary
        .secrets
        .iter()
        .map(|(kind, count)| kind.counted(*count).to_string())
        .collect();
    match secrets.as_slice() {
        [] => anstream::println!("no secrets in it"),
        secrets => anstream::println!("replaced: {}", secrets.join(", ")),
    }
    if let Some(error) = &summary.unwritten {
        anstream::eprintln!("rolecall: {path} is not complete: {error}");
        return exit::UNJUDGED;
    }
    anstream::println!(
        "\nnext:\n  look through it, then serve it in a world: instance.web = {{ recorded = \"{path}\" }}\n  {} serve --world FILE",
        program()
    );
    exit::OK
}
