//! Rules against providers: a cell each.

use std::collections::BTreeMap;
use std::fmt;

use rolecall_scenario::{Outcome, Report};

use crate::results::{CaseResult, Results, RuleCard, Run};
use crate::rule::Level;
use crate::table::Table;

/// What became of a rule with a provider. Ordered by what is told first: the last one wins where
/// several scenarios test the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// No scenario tested it.
    Untested,
    /// The provider cannot be asked that.
    NotApplicable,
    /// It is so, though only announced.
    AlreadySo,
    /// Every scenario that could be played passed.
    Passed,
    /// It is announced, and the provider does as was usual before.
    NotYet,
    /// It is announced, and the provider does neither that nor as was usual before.
    Differs,
    /// It does otherwise, and the rule fails nobody.
    Noted,
    /// One scenario could not be judged.
    Inconclusive,
    /// It fails, as is known.
    ExpectedFailure,
    /// It is known to fail, and passed.
    UnexpectedPass,
    /// One scenario failed.
    Failed,
}

impl Cell {
    /// All that can become of a rule that was tested, in the order in which it is counted.
    pub const TESTED: [Self; 10] = [
        Self::Passed,
        Self::Failed,
        Self::ExpectedFailure,
        Self::UnexpectedPass,
        Self::AlreadySo,
        Self::NotYet,
        Self::Differs,
        Self::Noted,
        Self::Inconclusive,
        Self::NotApplicable,
    ];

    /// In a word or two.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Untested => "",
            Self::NotApplicable => "n/a",
            Self::Passed => "passes",
            Self::AlreadySo => "already so",
            Self::NotYet => "not yet",
            Self::Differs => "differs",
            Self::Noted => "noted",
            Self::Inconclusive => "unjudged",
            Self::ExpectedFailure => "fails, known",
            Self::UnexpectedPass => "passes, known to fail",
            Self::Failed => "fails",
        }
    }

    /// The word for several of them.
    pub const fn counted(self) -> &'static str {
        match self {
            Self::Untested => "",
            Self::NotApplicable => "n/a",
            Self::Passed => "passed",
            Self::AlreadySo => "already so",
            Self::NotYet => "not yet",
            Self::Differs => "differs",
            Self::Noted => "noted",
            Self::Inconclusive => "unjudged",
            Self::ExpectedFailure => "failed, known",
            Self::UnexpectedPass => "passed, known to fail",
            Self::Failed => "failed",
        }
    }

    /// What a word means.
    pub fn of_word(word: &str) -> Option<Self> {
        let all = Self::TESTED.into_iter().chain([Self::Untested]);
        all.into_iter().find(|cell| cell.word() == word)
    }

    /// Whether the provider breaks the rule, known or not.
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::ExpectedFailure)
    }

    /// What one case says of a rule that it tests.
    pub(crate) fn of_case(case: &CaseResult, rule: &str, can_fail: bool) -> Self {
        let report = &case.report;
        let own = case.own_rules.iter().any(|own| own == rule);
        let cell = match &report.outcome {
            Outcome::NotApplicable(_) => Self::NotApplicable,
            Outcome::Inconclusive(_) => Self::Inconclusive,
            Outcome::UnexpectedPass(_) if own => Self::UnexpectedPass,
            Outcome::AlreadySo if own => Self::AlreadySo,
            Outcome::NotYet(_) if own => Self::NotYet,
            Outcome::Differs(_) if own => Self::Differs,
            Outcome::Failed if breaks(report, rule) => Self::Failed,
            Outcome::ExpectedFailure(_) if breaks(report, rule) => Self::ExpectedFailure,
            Outcome::Passed
            | Outcome::UnexpectedPass(_)
            | Outcome::AlreadySo
            | Outcome::NotYet(_)
            | Outcome::Differs(_)
            | Outcome::Failed
            | Outcome::ExpectedFailure(_) => Self::Passed,
        };
        let broken = matches!(cell, Self::Failed | Self::ExpectedFailure);
        let played = !matches!(cell, Self::NotApplicable | Self::Inconclusive);
        if !can_fail && (broken || (played && notes(report, rule))) {
            return Self::Noted;
        }
        cell
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Whether a finding is about the rule.
fn breaks(report: &Report, rule: &str) -> bool {
    let mut findings = report.steps.iter().flat_map(|step| &step.findings);
    findings.any(|finding| finding.rules.iter().any(|broken| broken == rule))
}

/// Whether a note says that the rule does not hold.
fn notes(report: &Report, rule: &str) -> bool {
    let named = format!("`{rule}`");
    let mut notes = report.steps.iter().flat_map(|step| &step.notes);
    notes.any(|note| note.starts_with("under ") && note.contains(&named))
}

/// All cells of some results.
#[derive(Clone, Debug)]
pub struct Matrix<'a> {
    results: &'a Results,
    cells: BTreeMap<(&'a str, usize), Cell>,
}

impl<'a> Matrix<'a> {
    /// Of what was found.
    pub fn of(results: &'a Results) -> Self {
        let mut cells = BTreeMap::new();
        for (index, run) in results.runs.iter().enumerate() {
            for case in &run.cases {
                for slug in &case.rules {
                    let can_fail = results.rule(slug).is_none_or(|rule| rule.can_fail);
                    let said = Cell::of_case(case, slug, can_fail);
                    let cell = cells.entry((slug.as_str(), index)).or_insert(said);
                    *cell = said.max(*cell);
                }
            }
        }
        Self { results, cells }
    }

    /// The rules that were tested with anybody, by topic and then by slug.
    pub fn rules(&self) -> Vec<&'a RuleCard> {
        let tested = |rule: &&RuleCard| {
            let mut runs = 0..self.results.runs.len();
            runs.any(|run| self.cell(&rule.slug, run) != Cell::Untested)
        };
        let mut rules: Vec<&RuleCard> = self.results.rules.iter().filter(tested).collect();
        rules.sort_by_key(|rule| (&rule.topic, &rule.slug));
        rules
    }

    /// The topics of these rules.
    pub fn topics(&self) -> Vec<&'a str> {
        let mut topics: Vec<&str> = self
            .rules()
            .iter()
            .map(|rule| rule.topic.as_str())
            .collect();
        topics.dedup();
        topics
    }

    /// What became of a rule in a run.
    pub fn cell(&self, rule: &str, run: usize) -> Cell {
        let cell = self.cells.get(&(rule, run));
        cell.copied().unwrap_or(Cell::Untested)
    }

    /// How often each thing became of the rules of a topic and a level, in a run.
    pub fn counts(&self, topic: &str, level: Level, run: usize) -> BTreeMap<Cell, usize> {
        let mut counts = BTreeMap::new();
        for rule in self.rules() {
            let cell = self.cell(&rule.slug, run);
            if rule.topic == topic && rule.level == level && cell != Cell::Untested {
                *counts.entry(cell).or_default() += 1;
            }
        }
        counts
    }

    /// The runs in which a rule came to one of these ends, by the ids of the providers.
    pub fn who(&self, rule: &str, wanted: impl Fn(Cell) -> bool) -> Vec<&'a str> {
        let runs = self.results.runs.iter().enumerate();
        let found = runs.filter(|(index, _)| wanted(self.cell(rule, *index)));
        found.map(|(_, run)| run.subject.id.as_str()).collect()
    }

    /// The rules that every provider fails, where there is more than one: they are disputed, and set
    /// aside until it is clear who is wrong.
    pub fn disputed(&self) -> Vec<&'a RuleCard> {
        let mut rules = self.rules();
        rules.retain(|rule| {
            let fail = self.who(&rule.slug, Cell::is_failure).len();
            let pass = self.who(&rule.slug, |cell| {
                !cell.is_failure() && cell > Cell::NotApplicable
            });
            rule.can_fail && fail > 1 && pass.is_empty()
        });
        rules
    }

    /// Where a run differs from what is published of its provider, a line each. Rules that were not asked
    /// for are no difference.
    pub fn differences(&self, run: usize, published: &Table) -> Vec<String> {
        let id = &self.results.runs[run].subject.id;
        let column = published.column(id);
        let partial =
            !self.results.suite.filter.is_empty() || self.results.runs[run].shard.is_some();
        let mut differences = Vec::new();
        for rule in self.rules() {
            let cell = self.cell(&rule.slug, run);
            let said = column
                .get(rule.slug.as_str())
                .copied()
                .unwrap_or(Cell::Untested);
            if cell != said && (cell != Cell::Untested || !partial) {
                let now = if cell == Cell::Untested {
                    "is not tested"
                } else {
                    cell.word()
                };
                let before = if said == Cell::Untested {
                    "nothing"
                } else {
                    said.word()
                };
                differences.push(format!(
                    "{id}: {} is published as `{before}`, and it `{now}`",
                    rule.slug
                ));
            }
        }
        let gone = column
            .keys()
            .filter(|slug| !partial && self.cell(slug, run) == Cell::Untested);
        let gone = gone.filter(|slug| self.results.rule(slug).is_none());
        differences.extend(
            gone.map(|slug| format!("{id}: {slug} is published, and there is no such rule")),
        );
        differences
    }

    /// The cases of a run that test a rule.
    pub fn cases<'b>(run: &'b Run, rule: &str) -> Vec<&'b CaseResult> {
        let cases = run.cases.iter();
        cases
            .filter(|case| case.rules.iter().any(|one| one == rule))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The verdict, the rules, the rule that a finding names, a note.
    type Played<'a> = (&'a str, &'a [&'a str], Option<&'a str>, &'a str);

    /// Results of one provider with such cases.
    fn results(cases: &[Played<'_>]) -> Results {
        let rule = |slug: &str, level: &str| {
            serde_json::json!({
                "slug": slug, "topic": "t", "set": "documented", "level": level, "can_fail": level != "may",
                "says": "", "why": "", "source": "", "revision": "",
            })
        };
        let of_case = |(index, (verdict, rules, broken, note)): (usize, &Played<'_>)| {
            let finding = broken
                .map(|rule| serde_json::json!({ "rules": [rule], "expected": "", "actual": "" }));
            let step = serde_json::json!({
                "name": "", "line": 1, "at_seconds": 0.0, "happened": "", "struck": [], "verdict": "passed",
                "findings": finding.into_iter().collect::<Vec<_>>(), "notes": [note], "trace": [],
            });
            let mut report = serde_json::json!({
                "scenario": format!("s{index}"), "source": "", "summary": "", "provider": "", "seed": 1,
                "start": "", "verdict": verdict, "steps": [step], "steps_total": 1,
                "simulated_seconds": 0.0, "requests": 0, "key_sets": 0,
            });
            if !["passed", "failed", "already-so"].contains(verdict) {
                report["reason"] = "why".into();
            }
            serde_json::json!({ "topic": "t", "rules": rules, "own_rules": rules, "report": report, "timeline": null })
        };
        let cases: Vec<_> = cases.iter().enumerate().map(of_case).collect();
        let subject = serde_json::json!({
            "id": "p", "name": "p", "version": "1", "driver": "", "platform": "", "clock": "", "date": "", "words": null,
        });
        let run = serde_json::json!({ "subject": subject, "shard": null, "control": "", "findings": [], "cases": cases });
        let suite =
            serde_json::json!({ "version": "1", "fingerprint": "", "seed": 1, "filter": "" });
        let rules = [
            rule("a.b", "must"),
            rule("a.c", "should"),
            rule("a.may", "may"),
        ];
        let all = serde_json::json!({ "form": 1, "suite": suite, "rules": rules, "runs": [run] });
        Results::parse(&all.to_string()).unwrap()
    }

    fn cell(cases: &[Played<'_>], rule: &str) -> Cell {
        Matrix::of(&results(cases)).cell(rule, 0)
    }

    #[test]
    fn one_scenario_that_fails_a_rule_decides() {
        const B: &[&str] = &["a.b"];
        let passed = ("passed", B, None, "");
        let failed = ("failed", B, Some("a.b"), "");
        let known = ("expected-failure", B, Some("a.b"), "");
        let surprise = ("unexpected-pass", B, None, "");
        let unjudged = ("inconclusive", B, None, "");
        let not_applicable = ("not-applicable", B, None, "");
        // Each is beaten by those after it.
        let in_order = [
            (not_applicable, Cell::NotApplicable),
            (passed, Cell::Passed),
            (unjudged, Cell::Inconclusive),
            (known, Cell::ExpectedFailure),
            (surprise, Cell::UnexpectedPass),
            (failed, Cell::Failed),
        ];
        for (index, (case, wanted)) in in_order.iter().enumerate() {
            assert_eq!(cell(&[*case], "a.b"), *wanted);
            for (milder, _) in &in_order[..index] {
                assert_eq!(cell(&[*milder, *case], "a.b"), *wanted);
                assert_eq!(cell(&[*case, *milder], "a.b"), *wanted);
            }
        }
        assert_eq!(cell(&[passed], "a.c"), Cell::Untested);
    }

    #[test]
    fn a_scenario_fails_the_rules_that_its_findings_name() {
        let both = ("failed", &["a.b", "a.c"][..], Some("a.c"), "");
        assert_eq!(cell(&[both], "a.b"), Cell::Passed);
        assert_eq!(cell(&[both], "a.c"), Cell::Failed);
    }

    #[test]
    fn a_rule_that_fails_nobody_is_noted() {
        let may = &["a.may"][..];
        assert_eq!(
            cell(&[("failed", may, Some("a.may"), "")], "a.may"),
            Cell::Noted
        );
        let note = "under `a.may`, by which nobody fails: expected x, actual y";
        assert_eq!(cell(&[("passed", may, None, note)], "a.may"), Cell::Noted);
        assert_eq!(
            cell(&[("passed", may, None, "under `a.other`")], "a.may"),
            Cell::Passed
        );
        let preview = &["a.b"][..];
        for (verdict, wanted) in [
            ("already-so", Cell::AlreadySo),
            ("not-yet", Cell::NotYet),
            ("differs", Cell::Differs),
        ] {
            assert_eq!(cell(&[(verdict, preview, None, "")], "a.b"), wanted);
        }
    }

    #[test]
    fn what_every_provider_fails_is_disputed() {
        let failed = ("failed", &["a.b"][..], Some("a.b"), "");
        let mut results = results(&[failed]);
        assert!(
            Matrix::of(&results).disputed().is_empty(),
            "one provider is no population"
        );
        let mut other = results.runs[0].clone();
        other.subject.id = "q".to_owned();
        results.runs.push(other);
        let disputed = Matrix::of(&results).disputed();
        assert_eq!(
            disputed
                .iter()
                .map(|rule| rule.slug.as_str())
                .collect::<Vec<_>>(),
            ["a.b"]
        );
    }

    #[test]
    fn a_cell_is_read_back_by_its_word() {
        for cell in Cell::TESTED {
            assert_eq!(Cell::of_word(cell.word()), Some(cell));
        }
    }
}
