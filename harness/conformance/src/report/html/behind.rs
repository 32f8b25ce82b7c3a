//! What is behind a provider's cells: the rule, its scenarios, and of each its picture, its steps and
//! the wire.

use std::collections::BTreeSet;
use std::fmt::Write;

use rolecall_scenario::{StepReport, TracedExchange};

use super::super::escape::escape;
use super::super::simulated::simulated;
use super::super::terminal::replay;
use super::super::wire::lines;
use super::marked::marked;
use super::picture::picture;
use super::{cell_id, class, class_of, is_explained};
use crate::matrix::{Cell, Matrix};
use crate::results::{CaseResult, Results, RuleCard, Run};

/// All that a provider's cells lead to, the worst first.
pub(super) fn provider(
    body: &mut String,
    (results, matrix): (&Results, &Matrix<'_>),
    index: usize,
    program: &str,
) {
    let run = &results.runs[index];
    let subject = &run.subject;
    let _ = write!(
        body,
        "<h2 id=\"p{index}\">{} <span class=\"dim\">{}</span></h2>",
        escape(&subject.id),
        escape(&subject.version)
    );
    let rules = matrix.rules();
    let mut shown = BTreeSet::new();
    let mut cells: Vec<Cell> = Cell::TESTED
        .into_iter()
        .filter(|c| is_explained(*c))
        .collect();
    cells.sort_by(|one, other| other.cmp(one));
    for cell in cells {
        let such = rules
            .iter()
            .filter(|rule| matrix.cell(&rule.slug, index) == cell);
        let such: Vec<_> = such.collect();
        if such.is_empty() {
            continue;
        }
        let _ = write!(
            body,
            "<h3 class=\"{}\">{} <span class=\"dim\">{}</span></h3>",
            class(cell),
            cell.word(),
            such.len()
        );
        for rule in such {
            let _ = write!(
                body,
                "<details class=\"cell {}\" id=\"{}\"><summary><code>{}</code> <span>{}</span></summary><div>",
                class(cell),
                cell_id(index, rule),
                escape(&rule.slug),
                marked(&rule.says)
            );
            about(body, matrix, run, rule);
            cases(body, (run, index), (rule, cell), &mut shown, program);
            let _ = write!(
                body,
                "<p class=\"back\"><a href=\"#r-{}\">Back to the table</a> <span class=\"dim key\">or Escape</span></p></div></details>",
                escape(&rule.slug)
            );
        }
    }
    if shown.is_empty() {
        body.push_str("<p>Nothing to explain.</p>");
    }
}

/// Those scenarios by which the rule came to what it is. One that is behind several rules is shown once.
fn cases(
    body: &mut String,
    (run, index): (&Run, usize),
    (rule, cell): (&RuleCard, Cell),
    shown: &mut BTreeSet<String>,
    program: &str,
) {
    let mut first = true;
    for case in Matrix::cases(run, &rule.slug) {
        if Cell::of_case(case, &rule.slug, rule.can_fail) != cell {
            continue;
        }
        let id = case_id(index, case);
        if shown.insert(id.clone()) {
            self::case(body, run, case, &id, (program, first));
            first = false;
        } else {
            let name = escape(&case.report.scenario);
            let _ = write!(body, "<p><a href=\"#{id}\">{name}</a>, shown above</p>");
        }
    }
}

fn about(body: &mut String, matrix: &Matrix<'_>, run: &Run, rule: &RuleCard) {
    body.push_str("<dl>");
    let mut said = |word: &str, text: &str| {
        if !text.is_empty() {
            let _ = write!(body, "<dt>{word}</dt><dd>{}</dd>", marked(text));
        }
    };
    said("why it matters", &rule.why);
    for found in run.findings.iter().filter(|found| found.rule == rule.slug) {
        said(
            "finding",
            &format!("{} ({}, {})", found.symptom, found.class, found.state),
        );
        said("reading", &found.reading);
        said("link", &found.link);
    }
    said(
        "level",
        &format!("{}, revision {}", rule.level.name(), rule.revision),
    );
    said("source", &rule.source);
    let passed = matrix.who(&rule.slug, |cell| cell == Cell::Passed);
    said("passed by", &passed.join(", "));
    let failed = matrix.who(&rule.slug, Cell::is_failure);
    said("failed by", &failed.join(", "));
    body.push_str("</dl>");
}

/// One case: what was found, the picture, and the wire beneath.
fn case(body: &mut String, run: &Run, case: &CaseResult, id: &str, (program, open): (&str, bool)) {
    let report = &case.report;
    let open = if open { " open" } else { "" };
    let _ = write!(
        body,
        "<details class=\"case\" id=\"{id}\"{open}><summary><b>{}</b> <span class=\"{}\">{}</span> <span class=\"dim\">{}</span></summary>",
        escape(&report.scenario),
        class_of(&report.outcome),
        escape(report.outcome.word()),
        escape(&report.summary)
    );
    if let Some(reason) = report.outcome.reason() {
        let _ = write!(body, "<p>{}</p>", marked(reason));
    }
    if let Some(timeline) = &case.timeline {
        let steps: Vec<_> = report
            .steps
            .iter()
            .map(|step| class_of(&step.outcome))
            .collect();
        body.push_str(&picture(timeline, id, &steps));
    }
    for (index, step) in report.steps.iter().enumerate() {
        self::step(body, step, index + 1, id);
    }
    let again = replay(program, run.subject.words.as_deref(), report);
    let _ = write!(
        body,
        "<p class=\"dim\">To play it again:</p><pre>{}</pre></details>",
        escape(&again)
    );
}

/// One step, with the number that it has in the picture.
fn step(body: &mut String, step: &StepReport, number: usize, id: &str) {
    let dull = step.findings.is_empty() && step.outcome.reason().is_none() && step.notes.is_empty();
    let open = if dull { "" } else { " open" };
    let class = class_of(&step.outcome);
    let _ = write!(
        body,
        "<details class=\"step\" id=\"{id}-step-{number}\"{open}><summary><b class=\"flag {class}\">{number}</b> {} <span class=\"{class}\">{}</span> <span class=\"dim\">{}</span></summary><dl><dt>happened</dt><dd>{}</dd>",
        escape(&step.name),
        step.outcome.word(),
        simulated(step.at),
        marked(&step.happened)
    );
    for finding in &step.findings {
        let _ = write!(
            body,
            "<dt>expected</dt><dd>{}</dd><dt>seen</dt><dd class=\"{class} seen\">{}</dd>",
            marked(&finding.expected),
            marked(&finding.actual)
        );
    }
    for note in &step.notes {
        let _ = write!(body, "<dt>note</dt><dd>{}</dd>", marked(note));
    }
    body.push_str("</dl>");
    for traced in &step.trace {
        request(body, traced, id);
    }
    body.push_str("</details>");
}

/// One request as it went over the wire, secrets as fingerprints, and what was decided: a line, and the
/// rest behind it.
fn request(body: &mut String, traced: &TracedExchange, id: &str) {
    let exchange = &traced.exchange;
    let (class, status) = match exchange.status {
        None => ("fails", "no answer".to_owned()),
        Some(status) if status >= 400 => ("fails", status.to_string()),
        Some(status) => ("passes", status.to_string()),
    };
    let because = exchange.fault.as_ref().or(exchange.refusal.as_ref());
    // A refusal begins with the status, if it has no better code.
    let because = because.map(|said| said.strip_prefix(status.as_str()).unwrap_or(said));
    let _ = writeln!(
        body,
        "<details class=\"wire\" id=\"{id}-{}\"><summary><span class=\"dim\">#{0} {}</span> {} {} <b class=\"{class}\">{status}</b> <span class=\"dim\">{}</span></summary><pre>from {}",
        traced.number,
        simulated(traced.at),
        escape(&exchange.method),
        escape(&exchange.target),
        escape(because.unwrap_or_default()),
        escape(&exchange.caller)
    );
    for (mark, line) in lines(exchange) {
        let _ = writeln!(body, "{} {}", escape(&mark.to_string()), escape(&line));
    }
    body.push_str("</pre></details>");
}

/// Names of rows have brackets, which an address has not.
fn case_id(run: usize, case: &CaseResult) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' {
            c
        } else {
            '_'
        }
    };
    let name: String = case.report.scenario.chars().map(plain).collect();
    format!("s{run}-{name}")
}
