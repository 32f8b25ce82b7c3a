//! The commands, a file each.

mod catalogue;
pub(crate) mod conform;
pub(crate) mod ctl;
pub(crate) mod driver;
pub(crate) mod drivers;
pub(crate) mod environment;
#[cfg(target_os = "linux")]
pub(crate) mod exec;
mod loopback;
pub(crate) mod operations;
mod processes;
pub(crate) mod provider;
pub(crate) mod record;
pub(crate) mod report;
mod rule_books;
pub(crate) mod rules;
pub(crate) mod scenario;
pub(crate) mod serve;

use std::io::{self, IsTerminal};

use miette::{GraphicalReportHandler, GraphicalTheme};
use rolecall_scenario::language::{BadScenario, nearest};
use tokio::signal::unix::{SignalKind, signal};

/// What to do in the form that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For a person.
    Text,
    /// For a machine: one JSON document.
    Json,
}

/// ``; did you mean `NEAR`?``, or nothing.
pub(crate) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map_or(String::new(), |near| format!("; did you mean `{near}`?"))
}

/// What to say where a name is not known: ``; did you mean `NEAR`?``, else the names there are.
pub(crate) fn instead<'a>(word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    let near = did_you_mean(word, known.clone());
    let all: Vec<_> = known.into_iter().collect();
    if !near.is_empty() || all.is_empty() {
        return near;
    }
    format!(" (there is {})", all.join(", "))
}

/// How this program was called, so that the commands it prints can be pasted: cargo tells those
/// that it runs which package they are of.
pub(crate) fn program() -> &'static str {
    let run_by_cargo =
        std::env::var_os("CARGO_PKG_NAME").is_some_and(|name| name == env!("CARGO_PKG_NAME"));
    if run_by_cargo {
        "cargo run --quiet --"
    } else {
        "rolecall"
    }
}

/// Over with the first Ctrl-C or SIGTERM. To be called before anything begins, so that a signal that
/// comes early is not lost.
pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()> + Send> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Shows each problem under the lines it is about.
pub(crate) fn tell(bad: &BadScenario) {
    let theme = if std::io::stderr().is_terminal() {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(width().unwrap_or(100));
    for problem in bad.problems() {
        let mut text = String::new();
        let shown = handler.render_report(&mut text, problem);
        if shown.is_err() {
            text = problem.line();
        }
        anstream::eprintln!("{text}");
    }
}

/// The terminal's width, if there is a terminal.
pub(crate) fn width() -> Option<usize> {
    terminal_size::terminal_size()
        .filter(|_| std::io::stdout().is_terminal())
        .map(|(width, _)| width.0.into())
}
