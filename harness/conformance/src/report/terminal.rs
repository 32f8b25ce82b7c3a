//! Reports for a person at a terminal.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use rolecall_scenario::{Outcome, RedactedExchange, Report, StepReport, TracedExchange};

use super::columns::Columns;
use super::simulated::simulated;
use super::wire::lines;
use crate::RuleBook;

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();
const PLAIN: Style = Style::new();

/// What keeps a run as files.
const KEEP: &str = "--report target/report";

/// Renders reports with colours, which whoever prints them strips where they are not wanted.
#[derive(Clone, Debug)]
pub struct Terminal<'a> {
    /// Explains the rules that failed.
    pub rules: &'a RuleBook,
    /// How the command was called, so that what is printed can be pasted: `rolecall`.
    pub program: &'a str,
    /// The terminal's width, if there is one to keep to.
    pub width: Option<usize>,
    /// The words that choose the provider, if it is not the one that is chosen without any:
    /// `--provider botocore`, `-- python3 driver.py`.
    pub provider: Option<&'a str>,
}

impl Terminal<'_> {
    /// One scenario: its steps, what was wrong with them, and a summary.
    pub fn scenario(&self, report: &Report) -> String {
        let mut text = format!("{BOLD}{}{BOLD:#}  {}\n", report.scenario, report.summary);
        let head = format!(
            "{}, seed {}, from {}",
            report.provider, report.seed, report.start
        );
        let _ = writeln!(text, "{DIM}{head}{DIM:#}\n");
        text.push_str(&self.played(report));
        if let Some(again) = &report.again {
            let word = again.outcome.word();
            let _ = writeln!(text, "\n{BOLD}played once more{BOLD:#}, {word}\n");
            text.push_str(&self.played(again));
            // What it did where it failed before, to be held against that.
            let failed = report.steps.iter().enumerate();
            let failed = failed.filter(|(_, step)| step.outcome == Outcome::Failed);
            for step in failed.filter_map(|(index, _)| again.steps.get(index)) {
                let _ = writeln!(text, "\n  {BOLD}step `{}`{BOLD:#}, once more", step.name);
                text.push_str(&wire(&step.trace));
            }
        }
        let _ = writeln!(text, "\n{}", summary(report));
        text
    }

    /// All scenarios of a run in a line each, if there was more than one, and what to type next.
    pub fn conclusion(&self, reports: &[Report]) -> String {
        let mut text = String::new();
        if reports.len() > 1 {
            let mut columns = Columns::default();
            for report in reports {
                columns.row([
                    (report.scenario.clone(), PLAIN),
                    (played(report), DIM),
                    (report.outcome.word().to_owned(), style(&report.outcome)),
                ]);
            }
            text.push_str(&columns.print(2));
            let _ = writeln!(text, "\n{}\n", tally(reports));
        }
        text.push_str(&self.next(reports));
        text
    }

    /// The steps, and what there is to say of them.
    fn played(&self, report: &Report) -> String {
        let mut text = self.steps(report);
        for step in &report.steps {
            if step.outcome != Outcome::Passed {
                text.push_str(&self.step(report, step));
            } else if !step.notes.is_empty() {
                text.push_str(&self.noted(step));
            }
        }
        text
    }

    /// What is worth a word in a step in which nothing is wrong.
    fn noted(&self, step: &StepReport) -> String {
        let mut notes = Columns::default().wrapping(1, self.width);
        for note in &step.notes {
            notes.row([("note", DIM), (note.as_str(), PLAIN)]);
        }
        format!("\nstep `{}`\n\n{}", step.name, notes.print(2))
    }

    fn steps(&self, report: &Report) -> String {
        let mut columns = Columns::default().wrapping(2, self.width);
        columns.row([
            ("time", DIM),
            ("step", DIM),
            ("what happened", DIM),
            ("verdict", DIM),
        ]);
        for step in &report.steps {
            columns.row([
                (simulated(step.at), PLAIN),
                (step.name.clone(), PLAIN),
                (happened(step), PLAIN),
                (step.outcome.word().to_owned(), style(&step.outcome)),
            ]);
        }
        columns.print(2)
    }

    fn step(&self, report: &Report, step: &StepReport) -> String {
        let colour = style(&step.outcome);
        let place = if step.line == 0 {
            report.source.clone()
        } else {
            format!("{}:{}", report.source, step.line)
        };
        let mut text = format!(
            "\n{colour}{}{colour:#}  step `{}`, {place}\n\n",
            step.outcome.word(),
            step.name
        );
        let mut facts = Columns::default().wrapping(1, self.width);
        if let Some(why) = step.outcome.reason() {
            facts.row([("because", DIM), (why, PLAIN)]);
        }
        for (index, finding) in step.findings.iter().enumerate() {
            facts.row([("expected", DIM), (finding.expected.as_str(), PLAIN)]);
            facts.row([("actual", DIM), (finding.actual.as_str(), BOLD)]);
            // Findings that break the same rules are told together, the rules once.
            if step
                .findings
                .get(index + 1)
                .is_none_or(|next| next.rules != finding.rules)
            {
                for rule in &finding.rules {
                    let says = self
                        .rules
                        .get(rule)
                        .map_or(String::new(), |rule| format!(": {}", rule.says));
                    facts.row([("rule", DIM), (format!("{rule}{says}").as_str(), PLAIN)]);
                }
            }
            facts.row([("", PLAIN)]);
        }
        for note in &step.notes {
            facts.row([("note", DIM), (note.as_str(), PLAIN)]);
        }
        facts.row([("replay", DIM), (self.replay(report).as_str(), PLAIN)]);
        text.push_str(&facts.print(2));
        text.push_str(&wire(&step.trace));
        text
    }

    /// What to type next; the last lines of a run.
    fn next(&self, reports: &[Report]) -> String {
        let mut columns = Columns::default();
        let failed = reports
            .iter()
            .find(|report| report.outcome == Outcome::Failed);
        match failed.or(reports.first()) {
            Some(report) if failed.is_some() => {
                columns.row([
                    (self.replay(report), PLAIN),
                    ("replay the failure".to_owned(), DIM),
                ]);
                let keep = self.kept(report);
                columns.row([
                    (keep, PLAIN),
                    ("keep it as files, to attach to a bug".to_owned(), DIM),
                ]);
            }
            Some(report) => {
                let keep = if reports.len() > 1 {
                    self.with_provider(&format!("{} scenario {KEEP}", self.program))
                } else {
                    self.kept(report)
                };
                columns.row([
                    (keep, PLAIN),
                    ("keep journal and result as files".to_owned(), DIM),
                ]);
                columns.row([
                    (format!("{} scenario --list", self.program), PLAIN),
                    ("all scenarios".to_owned(), DIM),
                ]);
                columns.row([
                    (format!("{} rules", self.program), PLAIN),
                    ("what providers are judged by".to_owned(), DIM),
                ]);
            }
            None => {}
        }
        format!("next:\n{}", columns.print(2))
    }

    /// The command that plays the same again: in process, to the byte.
    fn replay(&self, report: &Report) -> String {
        replay(self.program, self.provider, report)
    }

    /// The same, kept as files.
    fn kept(&self, report: &Report) -> String {
        self.with_provider(&format!("{} {KEEP}", again(self.program, report)))
    }

    fn with_provider(&self, command: &str) -> String {
        with_provider(command, self.provider)
    }
}

/// The command that plays a scenario again: in process, to the byte.
pub(super) fn replay(program: &str, provider: Option<&str>, report: &Report) -> String {
    with_provider(&again(program, report), provider)
}

fn again(program: &str, report: &Report) -> String {
    let row = report.scenario.split_once('[').map(|(_, row)| row);
    let embedded = report.source.starts_with("scenarios/");
    let what = match (embedded, row) {
        (true, None) => report.scenario.clone(),
        // Quoted, because brackets mean something to a shell.
        (true, Some(_)) => format!("'{}'", report.scenario),
        (false, None) => report.source.clone(),
        (false, Some(row)) => format!("'{}[{row}'", report.source),
    };
    format!("{program} scenario {what} --seed {}", report.seed)
}

/// Such a command, for the same provider. A command of its own comes last.
fn with_provider(command: &str, provider: Option<&str>) -> String {
    match provider {
        Some(words) => format!("{command} {words}"),
        None => command.to_owned(),
    }
}

/// What happened in a step, and which faults had a part in it.
fn happened(step: &StepReport) -> String {
    if step.struck.is_empty() {
        return step.happened.clone();
    }
    format!("{}; struck: {}", step.happened, step.struck.join(", "))
}

/// The requests of a step as they went over the wire, secrets as fingerprints.
fn wire(trace: &[TracedExchange]) -> String {
    if trace.is_empty() {
        return format!("\n  {DIM}no request since the last step{DIM:#}\n");
    }
    let mut text =
        format!("\n  {DIM}the wire since the last step, secrets as fingerprints{DIM:#}\n");
    for traced in trace {
        text.push('\n');
        text.push_str(&exchange(
            traced.number,
            &simulated(traced.at),
            &traced.exchange,
        ));
    }
    text
}

/// One request as it went over the wire, secrets as fingerprints, and what was decided.
pub(super) fn exchange(number: u64, at: &str, exchange: &RedactedExchange) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "  #{number} {at} {BOLD}{} {}{BOLD:#} {DIM}from {}{DIM:#}",
        exchange.method, exchange.target, exchange.caller
    );
    for (mark, line) in lines(exchange) {
        let _ = writeln!(text, "    {DIM}{mark}{DIM:#} {line}");
    }
    text
}

fn summary(report: &Report) -> String {
    let colour = style(&report.outcome);
    let mut text = format!(
        "{colour}{}{colour:#}: {}, {}",
        report.outcome.word(),
        report.scenario,
        played(report)
    );
    if let Some(why) = report.outcome.reason() {
        let _ = write!(text, "; {why}");
    }
    text
}

fn played(report: &Report) -> String {
    let passed = report
        .steps
        .iter()
        .filter(|step| step.outcome == Outcome::Passed)
        .count();
    format!(
        "{passed} of {} steps passed in {} of simulated time, {}, {}",
        report.steps_total,
        simulated(report.simulated),
        count(report.requests, "request"),
        count(report.key_sets, "key set"),
    )
}

pub(super) fn tally(reports: &[Report]) -> String {
    let words = [
        "passed",
        "failed",
        "expected failure",
        "unexpected pass",
        "already so",
        "not yet",
        "differs",
        "not applicable",
        "inconclusive",
    ];
    let counts = words.iter().map(|word| {
        (
            reports
                .iter()
                .filter(|report| report.outcome.word() == *word)
                .count(),
            word,
        )
    });
    let said: Vec<String> = counts
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    format!("{}: {}", count(reports.len(), "scenario"), said.join(", "))
}

fn count(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

pub(super) fn style(outcome: &Outcome) -> Style {
    let colour = match outcome {
        Outcome::Passed | Outcome::AlreadySo | Outcome::ExpectedFailure(_) => AnsiColor::Green,
        Outcome::Failed | Outcome::UnexpectedPass(_) => AnsiColor::Red,
        Outcome::NotYet(_)
        | Outcome::Differs(_)
        | Outcome::NotApplicable(_)
        | Outcome::Inconclusive(_) => AnsiColor::Yellow,
    };
    Style::new().fg_color(Some(colour.into()))
}
