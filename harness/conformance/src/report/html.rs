//! The results of the suite as one page that needs nothing else.

use std::collections::BTreeSet;
use std::fmt::Write;

use rolecall_scenario::{RedactedExchange, StepReport};

use super::counts::{Line, counts};
use super::escape::escape;
use super::picture::picture;
use super::simulated::simulated;
use super::terminal::replay;
use super::wire::lines;
use crate::matrix::{Cell, Matrix};
use crate::results::{CaseResult, Results, RuleCard, Run};

const STYLE: &str = include_str!("page.css");

/// Opens what an address points at: browsers show what is within closed details, and not all open the
/// details themselves.
const SCRIPT: &str = "\
function show() {
  const at = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!at) return;
  for (let e = at; e; e = e.parentElement) if (e.tagName === 'DETAILS') e.open = true;
  const first = at.matches('section.cell') && at.querySelector('details');
  if (first) first.open = true;
  at.scrollIntoView();
}
addEventListener('hashchange', show); show();";

/// The page. `program` is how the command is called, for what can be pasted.
pub fn html(results: &Results, program: &str) -> String {
    let matrix = Matrix::of(results);
    let suite = &results.suite;
    let title = format!("Conformance, suite {}", suite.version);
    let mut body = String::new();
    let _ = write!(
        body,
        "<a class=\"skip\" href=\"#matrix\">To the rules</a><h1>{}</h1>\
         <p class=\"dim\">Scenarios and rules <code>{}</code>, seed {} {}. Counts are not scores: providers promise different things.</p>",
        escape(&title),
        escape(&suite.fingerprint),
        suite.seed,
        escape(&suite.filter)
    );
    subjects(&mut body, results);
    totals(&mut body, results, &matrix);
    table(&mut body, results, &matrix);
    body.push_str("<h2>What is behind it</h2>");
    for index in 0..results.runs.len() {
        explained(&mut body, (results, &matrix), index, program);
    }
    for rule in matrix.disputed() {
        let _ = write!(
            body,
            "<p>Disputed: every provider fails <code>{}</code>.</p>",
            escape(&rule.slug)
        );
    }
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{}</title><style>\n{STYLE}</style></head>\n<body><main>{body}</main><script>\n{SCRIPT}\n</script></body></html>\n",
        escape(&title)
    )
}

fn subjects(body: &mut String, results: &Results) {
    body.push_str("<div class=\"wide\"><table><thead><tr>");
    for title in [
        "provider", "version", "driver", "platform", "clock", "control", "date",
    ] {
        let _ = write!(body, "<th scope=\"col\">{title}</th>");
    }
    body.push_str("</tr></thead><tbody>");
    for run in &results.runs {
        let subject = &run.subject;
        let _ = write!(body, "<tr><th scope=\"row\">{}</th>", escape(&subject.id));
        for said in [
            &format!("{} {}", subject.name, subject.version),
            &subject.driver,
            &subject.platform,
            &subject.clock,
            &run.control,
            &subject.date,
        ] {
            let _ = write!(body, "<td>{}</td>", escape(said));
        }
        body.push_str("</tr>");
    }
    body.push_str("</tbody></table></div>");
}

fn totals(body: &mut String, results: &Results, matrix: &Matrix<'_>) {
    body.push_str("<h2>Rules by topic and level</h2><div class=\"wide\"><table><thead><tr><th scope=\"col\">topic</th><th scope=\"col\">level</th>");
    providers(body, results);
    for Line { topic, level, said } in counts(matrix, results.runs.len()) {
        let _ = write!(
            body,
            "<tr><th scope=\"row\">{}</th><td>{}</td>",
            escape(topic),
            level.name()
        );
        for (text, worst) in said {
            let _ = write!(body, "<td class=\"{}\">{text}</td>", class(worst));
        }
        body.push_str("</tr>");
    }
    body.push_str("</tbody></table></div>");
}

fn providers(body: &mut String, results: &Results) {
    for run in &results.runs {
        let _ = write!(body, "<th scope=\"col\">{}</th>", escape(&run.subject.id));
    }
    body.push_str("</tr></thead><tbody>");
}

/// The rules and the providers: what there is to explain is a link.
fn table(body: &mut String, results: &Results, matrix: &Matrix<'_>) {
    body.push_str("<h2 id=\"matrix\">Rule by rule</h2><div class=\"wide\"><table class=\"matrix\"><thead><tr><th scope=\"col\">rule</th><th scope=\"col\">level</th>");
    providers(body, results);
    let columns = results.runs.len() + 2;
    let mut topic = "";
    for rule in matrix.rules() {
        if rule.topic != topic {
            topic = &rule.topic;
            let _ = write!(
                body,
                "<tr class=\"topic\"><th colspan=\"{columns}\">{}</th></tr>",
                escape(topic)
            );
        }
        let says = escape(&rule.says);
        let _ = write!(
            body,
            "<tr><th scope=\"row\" title=\"{says}\">{}</th><td class=\"dim\">{}</td>",
            escape(&rule.slug),
            rule.level.name()
        );
        for index in 0..results.runs.len() {
            let cell = matrix.cell(&rule.slug, index);
            let word = cell.word();
            let _ = if is_explained(cell) {
                let id = cell_id(index, rule);
                write!(
                    body,
                    "<td class=\"{}\"><a href=\"#{id}\">{word}</a></td>",
                    class(cell)
                )
            } else {
                write!(body, "<td class=\"{}\">{word}</td>", class(cell))
            };
        }
        body.push_str("</tr>");
    }
    body.push_str("</tbody></table></div>");
}

/// All that a provider's cells link to.
fn explained(
    body: &mut String,
    (results, matrix): (&Results, &Matrix<'_>),
    index: usize,
    program: &str,
) {
    let run = &results.runs[index];
    let mut shown = BTreeSet::new();
    let _ = write!(body, "<h2>{}</h2>", escape(&run.subject.id));
    for rule in matrix.rules() {
        let cell = matrix.cell(&rule.slug, index);
        if !is_explained(cell) {
            continue;
        }
        let _ = write!(
            body,
            "<section class=\"cell\" id=\"{}\"><h3>{} <span class=\"{}\">{}</span></h3>",
            cell_id(index, rule),
            escape(&rule.slug),
            class(cell),
            cell.word()
        );
        about(body, matrix, run, rule);
        for case in Matrix::cases(run, &rule.slug) {
            if Cell::of_case(case, &rule.slug, rule.can_fail) != cell {
                continue;
            }
            let id = case_id(index, case);
            if shown.insert(id.clone()) {
                self::case(body, run, case, &id, program);
            } else {
                let name = escape(&case.report.scenario);
                let _ = write!(body, "<p><a href=\"#{id}\">{name}</a>, shown above</p>");
            }
        }
        body.push_str("</section>");
    }
}

fn about(body: &mut String, matrix: &Matrix<'_>, run: &Run, rule: &RuleCard) {
    body.push_str("<dl>");
    let mut said = |word: &str, text: &str| {
        if !text.is_empty() {
            let said = escape(text);
            let said = if word == "link" && text.starts_with("https://") {
                format!("<a href=\"{said}\">{said}</a>")
            } else {
                said
            };
            let _ = write!(body, "<dt>{word}</dt><dd>{said}</dd>");
        }
    };
    said("says", &rule.says);
    said("means", &rule.why);
    said(
        "level",
        &format!("{}, revision {}", rule.level.name(), rule.revision),
    );
    said("source", &rule.source);
    said(
        "pass",
        &matrix
            .who(&rule.slug, |cell| cell == Cell::Passed)
            .join(", "),
    );
    said("fail", &matrix.who(&rule.slug, Cell::is_failure).join(", "));
    for found in run.findings.iter().filter(|found| found.rule == rule.slug) {
        said(
            "finding",
            &format!("{} ({}, {})", found.symptom, found.class, found.state),
        );
        said("reading", &found.reading);
        said("link", &found.link);
    }
    body.push_str("</dl>");
}

/// One case: what was found, the picture, and the wire beneath.
fn case(body: &mut String, run: &Run, case: &CaseResult, id: &str, program: &str) {
    let report = &case.report;
    let _ = write!(
        body,
        "<details id=\"{id}\"><summary><b>{}</b>: {} <span class=\"dim\">{}</span></summary>",
        escape(&report.scenario),
        escape(report.outcome.word()),
        escape(&report.summary)
    );
    if let Some(reason) = report.outcome.reason() {
        let _ = write!(body, "<p>{}</p>", escape(reason));
    }
    let again = replay(program, run.subject.words.as_deref(), report);
    let _ = write!(body, "<pre>{}</pre>", escape(&again));
    if let Some(timeline) = &case.timeline {
        let _ = write!(
            body,
            "<div class=\"picture\" tabindex=\"0\">{}</div>",
            picture(timeline, id)
        );
    }
    for step in &report.steps {
        self::step(body, step, id);
    }
    body.push_str("</details>");
}

fn step(body: &mut String, step: &StepReport, id: &str) {
    let dull = step.findings.is_empty() && step.outcome.reason().is_none() && step.notes.is_empty();
    let open = if dull { "" } else { " open" };
    let _ = write!(
        body,
        "<details{open}><summary>{} <b>{}</b>: {}</summary><dl><dt>happened</dt><dd>{}</dd>",
        simulated(step.at),
        escape(&step.name),
        step.outcome.word(),
        escape(&step.happened)
    );
    for finding in &step.findings {
        let _ = write!(
            body,
            "<dt>expected</dt><dd>{}</dd><dt>seen</dt><dd class=\"fails\">{}</dd>",
            escape(&finding.expected),
            escape(&finding.actual)
        );
    }
    for note in &step.notes {
        let _ = write!(body, "<dt>note</dt><dd>{}</dd>", escape(note));
    }
    body.push_str("</dl>");
    for traced in &step.trace {
        let at = simulated(traced.at);
        let _ = write!(
            body,
            "<pre id=\"{id}-{}\">{}</pre>",
            traced.number,
            escape(&wire(traced.number, &at, &traced.exchange))
        );
    }
    body.push_str("</details>");
}

/// One request as it went over the wire, secrets as fingerprints, and what was decided.
fn wire(number: u64, at: &str, exchange: &RedactedExchange) -> String {
    let mut text = format!(
        "#{number} {at} {} {} from {}\n",
        exchange.method, exchange.target, exchange.caller
    );
    for (mark, line) in lines(exchange) {
        let _ = writeln!(text, "{mark} {line}");
    }
    text
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

fn cell_id(run: usize, rule: &RuleCard) -> String {
    format!("c{run}-{}", escape(&rule.slug))
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
