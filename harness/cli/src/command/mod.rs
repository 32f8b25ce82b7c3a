//! The commands, a file each.

pub(crate) mod rules;
pub(crate) mod scenario;

use rolecall_conformance::RuleBook;

/// What to do in the form that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For a person.
    Text,
    /// For a machine: one JSON document.
    Json,
}

/// The rules of the suite.
pub(crate) fn rule_book() -> RuleBook {
    RuleBook::parse(
        rolecall_scenarios::RULES
            .iter()
            .map(|file| (file.path, file.text)),
    )
    .expect("the embedded rules are our own, and a test reads them all")
}

/// ``; did you mean `NEAR`?``, or nothing.
pub(crate) fn did_you_mean<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    const LIKENESS_MIN: f64 = 0.75;
    known
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map_or(String::new(), |(_, candidate)| {
            format!("; did you mean `{candidate}`?")
        })
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
