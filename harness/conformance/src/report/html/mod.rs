//! The results of the suite as one page that needs nothing else.

mod behind;
mod marked;
mod picture;
mod summary;
mod table;

use std::fmt::Write;

use rolecall_scenario::Outcome;

use super::escape::escape;
use crate::matrix::{Cell, Matrix};
use crate::results::{Results, RuleCard};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page. `program` is how the command is called, for what can be pasted.
pub fn html(results: &Results, program: &str) -> String {
    let matrix = Matrix::of(results);
    let suite = &results.suite;
    let title = format!("Conformance, suite {}", suite.version);
    let mut body = String::new();
    let filter = if suite.filter.is_empty() {
        String::new()
    } else {
        format!(", <code>{}</code>", escape(&suite.filter))
    };
    let _ = write!(
        body,
        "<a class=\"skip\" href=\"#matrix\">To the rules</a><h1>{}</h1>\
         <p class=\"dim\">Scenarios and rules <code>{}</code>, seed {}{filter}. Counts are not scores: providers promise different things.</p>",
        escape(&title),
        escape(&suite.fingerprint),
        suite.seed,
    );
    summary::summary(&mut body, results, &matrix);
    table::table(&mut body, results, &matrix);
    for index in 0..results.runs.len() {
        behind::provider(&mut body, (results, &matrix), index, program);
    }
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{}</title><style>\n{STYLE}</style></head>\n<body><main>{body}</main><script>\n{SCRIPT}</script></body></html>\n",
        escape(&title)
    )
}

/// Whether there is more to say about it than its word.
const fn is_explained(cell: Cell) -> bool {
    !matches!(
        cell,
        Cell::Passed | Cell::AlreadySo | Cell::NotApplicable | Cell::Untested
    )
}

const fn class(cell: Cell) -> &'static str {
    match cell {
        Cell::Untested | Cell::NotApplicable => "na",
        Cell::Passed | Cell::AlreadySo => "passes",
        Cell::Noted | Cell::NotYet | Cell::Differs => "noted",
        Cell::Inconclusive => "unjudged",
        Cell::ExpectedFailure => "known",
        Cell::UnexpectedPass => "surprise",
        Cell::Failed => "fails",
    }
}

/// The same of a scenario, or of a step.
const fn class_of(outcome: &Outcome) -> &'static str {
    class(match outcome {
        Outcome::Passed => Cell::Passed,
        Outcome::Failed => Cell::Failed,
        Outcome::ExpectedFailure(_) => Cell::ExpectedFailure,
        Outcome::UnexpectedPass(_) => Cell::UnexpectedPass,
        Outcome::AlreadySo => Cell::AlreadySo,
        Outcome::NotYet(_) => Cell::NotYet,
        Outcome::Differs(_) => Cell::Differs,
        Outcome::NotApplicable(_) => Cell::NotApplicable,
        Outcome::Inconclusive(_) => Cell::Inconclusive,
    })
}

/// Where a provider's cell of the table leads to.
fn cell_id(run: usize, rule: &RuleCard) -> String {
    format!("c{run}-{}", escape(&rule.slug))
}
