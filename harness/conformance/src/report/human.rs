//! The results of the suite for a person at a terminal.

use std::collections::BTreeMap;
use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use rolecall_scenario::{Finding, Outcome, StepReport};

use super::columns::Columns;
use super::counts::{Line, counts};
use super::terminal::{replay, style, tally};
use crate::matrix::{Cell, Matrix};
use crate::results::{CaseResult, Results, Run};
use crate::table::Table;

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();
const PLAIN: Style = Style::new();
const RED: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));

/// Renders results with colours, which whoever prints them strips where they are not wanted.
#[derive(Clone, Copy, Debug)]
pub struct Human<'a> {
    /// How the command was called, so that what is printed can be pasted: `rolecall`.
    pub program: &'a str,
    /// The terminal's width, if there is one to keep to.
    pub width: Option<usize>,
    /// What is published of others.
    pub published: &'a Table,
}

impl Human<'_> {
    /// Who is judged by what, and what was found out of its clock: what is known before anything is
    /// judged.
    pub fn head(&self, results: &Results, run: &Run) -> String {
        let subject = &run.subject;
        let suite = &results.suite;
        let part = run
            .shard
            .map_or(String::new(), |shard| format!(", shard {shard}"));
        let asked = Some(&suite.filter).filter(|filter| !filter.is_empty());
        let asked = asked.map_or(String::new(), |filter| format!(", {filter}"));
        let mut text = format!("{BOLD}{} {}{BOLD:#}\n", subject.name, subject.version);
        let mut columns = Columns::default().wrapping(1, self.width);
        let suite = format!(
            "{} ({}), seed {}{part}{asked}",
            suite.version, suite.fingerprint, suite.seed
        );
        for (word, said) in [
            ("suite", suite.as_str()),
            ("driver", &subject.driver),
            ("platform", &subject.platform),
            ("clock", &subject.clock),
            ("control", &run.control),
            ("date", &subject.date),
        ] {
            columns.row([(word, DIM), (said, PLAIN)]);
        }
        text.push_str(&columns.print(2));
        text
    }

    /// All that was found; with who is judged, unless that was told before.
    pub fn results(&self, results: &Results, heads: bool) -> String {
        let matrix = Matrix::of(results);
        let mut text = String::new();
        for run in &results.runs {
            if heads {
                let _ = writeln!(text, "{}", self.head(results, run));
            }
            for case in &run.cases {
                text.push_str(&self.case(results, &matrix, run, case));
            }
            text.push_str(&self.unjudged(run));
        }
        text.push_str(&self.counts(results, &matrix));
        for rule in matrix.disputed() {
            let _ = writeln!(
                text,
                "{RED}disputed{RED:#}: every provider fails {}; it is set aside until it is clear who is wrong",
                rule.slug
            );
        }
        for run in &results.runs {
            let reports: Vec<_> = run.cases.iter().map(|case| case.report.clone()).collect();
            let _ = writeln!(text, "{}: {}", run.subject.id, tally(&reports));
        }
        text.push_str(&self.next(results));
        text
    }

    /// What was not expected of a case, a block for each finding.
    fn case(&self, results: &Results, matrix: &Matrix<'_>, run: &Run, case: &CaseResult) -> String {
        let report = &case.report;
        let unexpected = matches!(report.outcome, Outcome::Failed | Outcome::UnexpectedPass(_));
        if !unexpected {
            return String::new();
        }
        let colour = style(&report.outcome);
        let mut text = format!(
            "{colour}{}{colour:#}  {BOLD}{}{BOLD:#}  {}\n",
            report.outcome.word(),
            report.scenario,
            report.summary
        );
        let mut facts = Columns::default().wrapping(1, self.width);
        if let Some(reason) = report.outcome.reason() {
            facts.row([("known as", DIM), (reason, PLAIN)]);
            facts.row([
                ("do", DIM),
                ("take it off the list of known failures", PLAIN),
            ]);
        }
        for step in &report.steps {
            for finding in &step.findings {
                self.finding(&mut facts, (results, matrix, run), (case, step, finding));
            }
        }
        let replay = replay(self.program, run.subject.words.as_deref(), report);
        facts.row([("replay", DIM), (replay.as_str(), PLAIN)]);
        text.push_str(&facts.print(2));
        text.push('\n');
        text
    }

    fn finding(
        &self,
        facts: &mut Columns,
        (results, matrix, run): (&Results, &Matrix<'_>, &Run),
        (case, step, finding): (&CaseResult, &StepReport, &Finding),
    ) {
        let place = format!("`{}`, {}:{}", step.name, case.report.source, step.line);
        facts.row([("step", DIM), (place.as_str(), PLAIN)]);
        facts.row([("expected", DIM), (finding.expected.as_str(), PLAIN)]);
        facts.row([("seen", DIM), (finding.actual.as_str(), BOLD)]);
        for slug in &finding.rules {
            let Some(rule) = results.rule(slug) else {
                continue;
            };
            let level = rule.level.name();
            let said = format!("{slug} ({level}): {}", rule.says);
            facts.row([("rule", DIM), (said.as_str(), PLAIN)]);
            facts.row([("means", DIM), (rule.why.as_str(), PLAIN)]);
            facts.row([("source", DIM), (rule.source.as_str(), PLAIN)]);
            let others = self.others(matrix, slug, &run.subject.id);
            if !others.is_empty() {
                facts.row([("others", DIM), (others.as_str(), PLAIN)]);
            }
            for known in run.findings.iter().filter(|found| found.rule == *slug) {
                let said = format!(
                    "{} ({}, {}) {}",
                    known.symptom, known.class, known.state, known.link
                );
                facts.row([("finding", DIM), (said.as_str(), PLAIN)]);
            }
        }
        facts.row([("", PLAIN)]);
    }

    /// Who else passes a rule, and who does not: of these results, else as is published.
    fn others(&self, matrix: &Matrix<'_>, rule: &str, me: &str) -> String {
        let mut who: BTreeMap<&str, Cell> = BTreeMap::new();
        for (provider, cell) in self.published.of(rule) {
            who.insert(provider, cell);
        }
        for wanted in Cell::TESTED {
            for provider in matrix.who(rule, |cell| cell == wanted) {
                who.insert(provider, wanted);
            }
        }
        who.remove(me);
        who_words(&who)
    }

    /// What could not be judged and why, what is known to fail, and what does not apply: in a line
    /// each, or one for many.
    fn unjudged(&self, run: &Run) -> String {
        let mut lists: [BTreeMap<String, Vec<&str>>; 3] = Default::default();
        let mut remarks = BTreeMap::new();
        for case in &run.cases {
            let report = &case.report;
            let list = match &report.outcome {
                Outcome::Inconclusive(_) => &mut lists[0],
                Outcome::ExpectedFailure(_) => &mut lists[1],
                Outcome::NotApplicable(_) => &mut lists[2],
                _ => &mut remarks,
            };
            let reason = report.outcome.reason().map(str::to_owned);
            let noted = report.steps.iter().flat_map(|step| &step.notes).cloned();
            for said in reason.into_iter().chain(noted) {
                let names: &mut Vec<&str> = list.entry(said).or_default();
                if names.last() != Some(&report.scenario.as_str()) {
                    names.push(&report.scenario);
                }
            }
        }
        let titles = ["not judged", "known to fail", "not applicable"];
        let mut text = String::new();
        for (title, list) in titles.into_iter().zip(&lists).chain([("noted", &remarks)]) {
            if list.is_empty() {
                continue;
            }
            let cases: usize = list.values().map(Vec::len).sum();
            let _ = writeln!(text, "{BOLD}{title}{BOLD:#}  {DIM}{cases}{DIM:#}");
            let mut columns = Columns::default().wrapping(1, self.width);
            for (reason, names) in list {
                let which = match names.as_slice() {
                    [one] => (*one).to_owned(),
                    [one, ..] => format!("{one} and {} more", names.len() - 1),
                    [] => String::new(),
                };
                columns.row([(which, PLAIN), (reason.clone(), DIM)]);
            }
            text.push_str(&columns.print(2));
            text.push('\n');
        }
        text
    }

    /// How many rules of each topic and level came to what.
    fn counts(&self, results: &Results, matrix: &Matrix<'_>) -> String {
        let mut columns = Columns::default().wrapping(2, self.width);
        let ids = results.runs.iter().map(|run| run.subject.id.as_str());
        let titles = ["topic", "level"].into_iter().chain(ids);
        columns.row(titles.map(|title| (title, DIM)));
        for Line { topic, level, said } in counts(matrix, results.runs.len()) {
            let said = said
                .iter()
                .map(|(text, worst)| (text.as_str(), cell_style(*worst)));
            let head = [(topic, PLAIN), (level.name(), DIM)];
            columns.row(head.into_iter().chain(said));
        }
        format!("{}\n", columns.print(2))
    }

    /// What to type next.
    fn next(&self, results: &Results) -> String {
        let mut columns = Columns::default();
        let failed = results.runs.iter().find_map(|run| {
            let failed = |case: &&CaseResult| case.report.outcome == Outcome::Failed;
            Some((run, run.cases.iter().find(failed)?))
        });
        if let Some((run, case)) = failed {
            let rule = case.report.steps.iter().flat_map(|step| &step.findings);
            let rule = rule.flat_map(|finding| &finding.rules).next();
            let replay = replay(self.program, run.subject.words.as_deref(), &case.report);
            columns.row([
                (replay, PLAIN),
                ("replay the failure, with its wire".to_owned(), DIM),
            ]);
            if let Some(rule) = rule {
                let explain = format!("{} rules {rule}", self.program);
                columns.row([
                    (explain, PLAIN),
                    ("what the rule says, and why".to_owned(), DIM),
                ]);
            }
        }
        let words = results
            .runs
            .first()
            .and_then(|run| run.subject.words.as_deref());
        let words = words.map_or(String::new(), |words| format!(" {words}"));
        let html = format!(
            "{} conform --format html > report.html{words}",
            self.program
        );
        // A command of its own comes last on the line.
        let html = match words.strip_prefix(" -- ") {
            Some(command) => format!(
                "{} conform --format html -- {command} > report.html",
                self.program
            ),
            None => html,
        };
        columns.row([
            (html, PLAIN),
            ("the same as a page, with timelines".to_owned(), DIM),
        ]);
        format!("\nnext:\n{}", columns.print(2))
    }
}

/// `pass: aws-cli, go-v2; fail: botocore`.
pub fn who_words(who: &BTreeMap<&str, Cell>) -> String {
    let mut said = Vec::new();
    for cell in Cell::TESTED {
        let names: Vec<&str> = who
            .iter()
            .filter(|(_, its)| **its == cell)
            .map(|(name, _)| *name)
            .collect();
        if !names.is_empty() {
            said.push(format!("{}: {}", cell.word(), names.join(", ")));
        }
    }
    said.join("; ")
}

fn cell_style(worst: Cell) -> Style {
    let colour = match worst {
        Cell::Failed | Cell::UnexpectedPass => AnsiColor::Red,
        Cell::Inconclusive | Cell::ExpectedFailure => AnsiColor::Yellow,
        _ => return PLAIN,
    };
    Style::new().fg_color(Some(colour.into()))
}
