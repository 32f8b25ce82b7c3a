//! Results in the form that is asked for.

use clap::ValueEnum;
use rolecall_conformance::report::{Human, html, junit, markdown};
use rolecall_conformance::{Results, Table};
use rolecall_scenarios::CONFORMANCE;

use super::super::{program, width};

/// The form of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For a person at a terminal
    Human,
    /// One JSON document: what `report merge` reads
    Json,
    /// For CI servers
    Junit,
    /// Tables, to be published
    Markdown,
    /// One page with everything in it, timelines too
    Html,
}

/// What is published of all providers.
pub(crate) fn published() -> Table {
    Table::parse(CONFORMANCE)
}

/// The results in this form. Colours are in what is for a person: whoever prints it strips them.
pub(crate) fn rendered(results: &Results, format: ReportFormat, heads: bool) -> String {
    match format {
        ReportFormat::Human => {
            let published = published();
            human(&published).results(results, heads)
        }
        ReportFormat::Json => results.to_json(),
        ReportFormat::Junit => junit(results),
        ReportFormat::Markdown => markdown(results),
        ReportFormat::Html => html(results, program()),
    }
}

/// What renders for a person.
pub(super) fn human(published: &Table) -> Human<'_> {
    Human {
        program: program(),
        width: width(),
        published,
    }
}
