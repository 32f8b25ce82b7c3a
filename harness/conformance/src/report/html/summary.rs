//! What heads the page: each provider, how many rules came to what, and how that was found out.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::super::counts::{Line, counts};
use super::super::escape::escape;
use super::class;
use crate::matrix::{Cell, Matrix};
use crate::results::Results;

/// The providers, each with a bar of its rules; then, folded, all that a verdict depends on.
pub(super) fn summary(body: &mut String, results: &Results, matrix: &Matrix<'_>) {
    body.push_str("<ul class=\"who\">");
    for (index, run) in results.runs.iter().enumerate() {
        let subject = &run.subject;
        // A driver of one's own may be called otherwise than it says.
        let name = Some(&subject.name).filter(|name| **name != subject.id);
        let name = name.map_or(String::new(), |name| format!("{name} "));
        let _ = write!(
            body,
            "<li><p><a class=\"name\" href=\"#p{index}\">{}</a> <span class=\"dim\">{}{}</span></p>",
            escape(&subject.id),
            escape(&name),
            escape(&subject.version)
        );
        bar(body, matrix, index);
        body.push_str("</li>");
    }
    body.push_str("</ul>");
    for rule in matrix.disputed() {
        let _ = write!(
            body,
            "<p>Disputed: every provider fails <code>{}</code>.</p>",
            escape(&rule.slug)
        );
    }
    body.push_str("<details><summary>By topic and level</summary>");
    by_topic(body, results, matrix);
    body.push_str("</details><details><summary>How each was judged</summary>");
    judged(body, results);
    body.push_str("</details>");
}

/// The rules of a provider, a part of the bar for each thing that they came to, and the same in words.
fn bar(body: &mut String, matrix: &Matrix<'_>, run: usize) {
    let mut counted: BTreeMap<Cell, usize> = BTreeMap::new();
    for rule in matrix.rules() {
        *counted.entry(matrix.cell(&rule.slug, run)).or_default() += 1;
    }
    let told = Cell::TESTED.iter();
    let told: Vec<_> = told
        .filter_map(|cell| Some((*cell, *counted.get(cell)?)))
        .collect();
    body.push_str("<div class=\"bar\" aria-hidden=\"true\">");
    for (cell, count) in &told {
        let class = class(*cell);
        let _ = write!(
            body,
            "<i class=\"{class}\" style=\"flex-grow:{count}\"></i>"
        );
    }
    body.push_str("</div><p class=\"counts\">");
    for (cell, count) in &told {
        let (class, word) = (class(*cell), cell.counted());
        let _ = write!(
            body,
            "<span class=\"{class}\"><i></i>{count} {word}</span> "
        );
    }
    body.push_str("</p>");
}

fn judged(body: &mut String, results: &Results) {
    body.push_str("<div class=\"wide\" role=\"region\" aria-label=\"how each was judged\" tabindex=\"0\"><table><thead><tr>");
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

fn by_topic(body: &mut String, results: &Results, matrix: &Matrix<'_>) {
    body.push_str(
        "<div class=\"wide\" role=\"region\" aria-label=\"by topic and level\" tabindex=\"0\"><table><thead><tr>\
         <th scope=\"col\">topic</th><th scope=\"col\">level</th>",
    );
    for run in &results.runs {
        let _ = write!(body, "<th scope=\"col\">{}</th>", escape(&run.subject.id));
    }
    body.push_str("</tr></thead><tbody>");
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
