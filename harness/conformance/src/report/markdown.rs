//! The results of the suite as Markdown: what is published.

use std::fmt::Write;

use super::counts::{Line, counts};
use crate::matrix::{Cell, Matrix};
use crate::results::{Results, Run};

const HEAD: &str = "\
# Conformance

Rules against providers, as the suite found them. How a cell comes about, and what the levels mean:
[conform.md](conform.md); what a rule says, why, and where from: `rolecall rules RULE`. Counts are not
scores: providers promise different things, and a rule that does not apply to one is no merit of another.
";

const LEGEND: &str = "\
`passes`: every scenario that tests the rule and applies. `fails`: one did not. `fails, known`: likewise,
and it is on the provider's list of known failures, with a reason. `noted`: it does otherwise, and the rule
fails nobody. `unjudged`: a scenario came to no verdict. `n/a`: the provider cannot be asked that, or makes
no such promise. `already so`, `not yet`, `differs`: what is announced, and counts for nobody who does not
promise it.
";

/// All that was found, as a page.
pub fn markdown(results: &Results) -> String {
    let matrix = Matrix::of(results);
    let mut text = HEAD.to_owned();
    let suite = &results.suite;
    let asked = Some(&suite.filter).filter(|filter| !filter.is_empty());
    let asked = asked.map_or(String::new(), |filter| format!(", `{filter}`"));
    let _ = writeln!(
        text,
        "\nSuite {}, scenarios and rules `{}`, seed {}{asked}.\n",
        suite.version, suite.fingerprint, suite.seed
    );
    subjects(&mut text, results);
    text.push_str("\n## Rules by topic and level\n\n");
    header(&mut text, &["topic", "level"], results);
    for Line { topic, level, said } in counts(&matrix, results.runs.len()) {
        let said = said.into_iter().map(|(text, _)| text);
        let head = [topic.to_owned(), level.name().to_owned()];
        row(&mut text, head.into_iter().chain(said));
    }
    let _ = write!(text, "\n## Rule by rule\n\n{LEGEND}");
    for topic in matrix.topics() {
        let _ = write!(text, "\n### {topic}\n\n");
        header(&mut text, &["rule", "level"], results);
        for rule in matrix.rules().iter().filter(|rule| rule.topic == topic) {
            let cells = (0..results.runs.len()).map(|run| matrix.cell(&rule.slug, run));
            let cells = cells.map(|cell| cell.word().to_owned());
            let head = [format!("`{}`", rule.slug), rule.level.name().to_owned()];
            row(&mut text, head.into_iter().chain(cells));
        }
    }
    failures(&mut text, results, &matrix);
    text
}

fn subjects(text: &mut String, results: &Results) {
    let titles = ["provider", "version", "driver", "platform", "clock", "date"];
    row(text, titles.map(str::to_owned));
    row(text, titles.map(|_| "---".to_owned()));
    for Run { subject, .. } in &results.runs {
        let named = if subject.id == subject.name {
            subject.id.clone()
        } else {
            format!("{} ({})", subject.id, subject.name)
        };
        let facts = [
            &subject.version,
            &subject.driver,
            &subject.platform,
            &subject.clock,
            &subject.date,
        ];
        row(text, [named].into_iter().chain(facts.map(Clone::clone)));
    }
}

fn header(text: &mut String, titles: &[&str], results: &Results) {
    let ids = results.runs.iter().map(|run| run.subject.id.clone());
    let titles: Vec<String> = titles
        .iter()
        .map(|title| (*title).to_owned())
        .chain(ids)
        .collect();
    let rules = vec!["---".to_owned(); titles.len()];
    row(text, titles);
    row(text, rules);
}

fn row(text: &mut String, cells: impl IntoIterator<Item = String>) {
    text.push('|');
    for cell in cells {
        let _ = write!(text, " {} |", cell.replace('|', "\\|"));
    }
    text.push('\n');
}

/// What each provider fails, with what is published of it.
fn failures(text: &mut String, results: &Results, matrix: &Matrix<'_>) {
    text.push_str("\n## What fails\n");
    let mut any = false;
    for (index, run) in results.runs.iter().enumerate() {
        let rules = matrix.rules();
        let failed = rules.iter().filter(|rule| {
            let cell = matrix.cell(&rule.slug, index);
            cell.is_failure() || cell == Cell::UnexpectedPass
        });
        let mut said = String::new();
        for rule in failed {
            let _ = write!(said, "- `{}` ({}).", rule.slug, rule.level.name());
            let published = run.findings.iter().filter(|found| found.rule == rule.slug);
            let mut found = false;
            for finding in published {
                found = true;
                let _ = write!(
                    said,
                    " {} {}, {}: <{}>.",
                    finding.symptom, finding.class, finding.state, finding.link
                );
            }
            if !found {
                said.push_str(" No finding is published of it.");
            }
            said.push('\n');
        }
        if !said.is_empty() {
            any = true;
            let _ = write!(
                text,
                "\n### {} {}\n\n{said}",
                run.subject.id, run.subject.version
            );
        }
    }
    if !any {
        text.push_str("\nNothing.\n");
    }
    for rule in matrix.disputed() {
        let _ = writeln!(text, "\nDisputed: every provider fails `{}`.", rule.slug);
    }
}
