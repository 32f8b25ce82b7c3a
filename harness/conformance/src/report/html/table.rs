//! The rules and the providers: what there is to explain is a link.

use std::fmt::Write;

use super::super::escape::escape;
use super::marked::marked;
use super::{cell_id, class, is_explained};
use crate::matrix::{Cell, Matrix};
use crate::results::{Results, RuleCard};

/// With more providers than this, what the rules say would stand in the way.
const FEW: usize = 2;

/// The table, and what of it is shown: every choice is a box that the style reads.
pub(super) fn table(body: &mut String, results: &Results, matrix: &Matrix<'_>) {
    let runs = results.runs.len();
    let checked = if runs > FEW { "" } else { " checked" };
    let _ = write!(
        body,
        "<h2 id=\"matrix\">Rule by rule</h2><p class=\"choices\">\
         <label><input type=\"checkbox\" id=\"only\"> leave out what all pass</label> \
         <label><input type=\"checkbox\" id=\"says\"{checked}> what the rules say</label></p>\
         <div class=\"wide\" role=\"region\" aria-labelledby=\"matrix\" tabindex=\"0\"><table class=\"matrix\"><thead><tr><th scope=\"col\">rule</th><th scope=\"col\" class=\"level\">level</th>"
    );
    for run in &results.runs {
        let _ = write!(body, "<th scope=\"col\">{}</th>", escape(&run.subject.id));
    }
    body.push_str("</tr></thead>");
    let rules = matrix.rules();
    let topics = rules.chunk_by(|one, other| one.topic == other.topic);
    for (index, of_topic) in topics.enumerate() {
        topic(body, (results, matrix), of_topic, index > 0);
    }
    body.push_str("</table></div>");
}

/// The rules of one topic. Its head names the providers `again`, where that of the table is far away.
fn topic(
    body: &mut String,
    (results, matrix): (&Results, &Matrix<'_>),
    rules: &[&RuleCard],
    again: bool,
) {
    let all_fine = rules.iter().all(|rule| fine(results, matrix, rule));
    let _ = write!(
        body,
        "<tbody{}><tr class=\"topic\"><th scope=\"rowgroup\">{}</th><td class=\"level\"></td>",
        if all_fine { " class=\"fine\"" } else { "" },
        escape(&rules[0].topic)
    );
    let again = again && results.runs.len() > 1;
    for run in &results.runs {
        let name = if again {
            escape(&run.subject.id)
        } else {
            String::new()
        };
        let _ = write!(body, "<td aria-hidden=\"true\">{name}</td>");
    }
    body.push_str("</tr>");
    for rule in rules {
        row(body, (results, matrix), rule);
    }
    body.push_str("</tbody>");
}

fn row(body: &mut String, (results, matrix): (&Results, &Matrix<'_>), rule: &RuleCard) {
    let fine_row = if fine(results, matrix, rule) {
        " class=\"fine\""
    } else {
        ""
    };
    let slug = escape(&rule.slug);
    let level = rule.level.name();
    let _ = write!(
        body,
        "<tr{fine_row} id=\"r-{slug}\"><th scope=\"row\" data-level=\"{level}\"><code>{}</code><span class=\"says\">{}</span></th><td class=\"level\">{level}</td>",
        breakable(&slug),
        marked(&rule.says)
    );
    for index in 0..results.runs.len() {
        let cell = matrix.cell(&rule.slug, index);
        let (class, word) = (class(cell), cell.word());
        let _ = if is_explained(cell) {
            let id = cell_id(index, rule);
            write!(
                body,
                "<td class=\"{class}\"><a href=\"#{id}\">{word}</a></td>"
            )
        } else if cell == Cell::Passed {
            // A tick, which the style draws: what is out of order has to stand out.
            write!(body, "<td class=\"{class} tick\"><span>{word}</span></td>")
        } else {
            write!(body, "<td class=\"{class}\">{word}</td>")
        };
    }
    body.push_str("</tr>");
}

/// Whether nothing of it is to be explained, with any provider.
fn fine(results: &Results, matrix: &Matrix<'_>, rule: &RuleCard) -> bool {
    let mut cells = (0..results.runs.len()).map(|index| matrix.cell(&rule.slug, index));
    !cells.any(is_explained)
}

/// A slug that may go on in another line after each of its dots.
fn breakable(slug: &str) -> String {
    slug.replace('.', ".<wbr>")
}
