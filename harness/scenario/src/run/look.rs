//! What the checkers say to what was done.

use std::collections::BTreeMap;

use rolecall_account::{Entry, Happening, World};
use rolecall_endpoints::Effect;
use rolecall_endpoints::record::RecordedSet;

use super::under::previews;
use super::{Acted, Play, Stop, preview};
use crate::act::Done;
use crate::armed::Meaning;
use crate::check::{self, Difference, Facts, UsedSet};
use crate::flight::Landed;
use crate::happened::{happened, summed_up};
use crate::judge::{Many, exchanges, is_failing_source, of_many, rules_of, weighed};
use crate::language::{Act, Expect, Step};
use crate::outcome::{Outcome, StepReport};
use crate::url::Presigned;
use crate::vocabulary::PROCESS_RUN;

/// What the checkers said to what was done.
pub(super) struct Seen {
    pub(super) happened: String,
    pub(super) found: Found,
    pub(super) notes: Vec<String>,
    pub(super) used: Option<UsedSet>,
}

/// What was not as it should be.
#[derive(Default)]
pub(super) struct Found {
    /// As the step expects it.
    pub(super) differences: Vec<Difference>,
    /// As releases before a preview did it; of a scenario that is about one.
    pub(super) legacy: Vec<Difference>,
    /// By the rules that always hold.
    pub(super) always: Vec<(&'static str, Vec<Difference>)>,
}

impl Play<'_> {
    pub(super) fn judge(
        &mut self,
        step: &Step,
        acted: &Acted,
        window: &[Entry],
        report: &mut StepReport,
    ) -> Result<(), Stop> {
        let calls = self.count(window);
        let expects = self.expected_of(step, &step.expect)?;
        let expects: Vec<&Expect> = expects.iter().collect();
        let seen = self.look(step, &expects, acted, (window, &calls));
        report.happened.clone_from(&seen.happened);
        self.conclude_step(step, seen.found, report);
        report.notes.extend(seen.notes);
        self.remember(step, acted, seen.used);
        Ok(())
    }

    /// What the checkers say to what was done: each of `expects`, and what always holds.
    pub(super) fn look(
        &mut self,
        step: &Step,
        expects: &[&Expect],
        acted: &Acted,
        (window, calls): (&[Entry], &BTreeMap<String, u64>),
    ) -> Seen {
        let since_it_began = self.entries_since(acted.mark.min(self.mark));
        let entries = if matches!(step.act.value, Act::Join(_)) {
            &since_it_began
        } else {
            window
        };
        let leaks = self.leaks(step, Some(acted));
        let failed = exchanges(entries).any(|(_, it)| is_failing_source(it));
        self.sources_healthy &= !failed && !self.refuses_connections();
        self.sources_healthy &= runs(entries).all(|well| well);
        let recorded = self.simulation.recorded_sets();
        let world = self.simulation.world();
        let facts = |landed| {
            self.facts(
                step,
                (landed, &leaks),
                (entries, calls),
                (&world, &recorded),
            )
        };
        let landed = || acted.landed.iter();
        let callers = Many::Callers(acted.landed.len());
        let happened: Vec<String> = landed().map(|it| happened(&facts(it))).collect();
        let expected = expects.iter().map(|expect| {
            let found = landed().map(|it| check::expected(expect, &facts(it)));
            of_many(callers, found)
        });
        let always = check::ALWAYS.iter().map(|(rule, check)| {
            let found = landed().map(|it| check(&facts(it)));
            (*rule, of_many(callers, found))
        });
        let mut notes: Vec<String> = expects
            .iter()
            .filter_map(|expect| expect.fails.as_ref())
            .flat_map(|class| landed().filter_map(|it| check::class_note(class.value, &facts(it))))
            .collect();
        let mut before = Vec::new();
        if self.preview.is_some() {
            for expect in preview::legacy(expects) {
                let found = landed().map(|it| check::expected(expect, &facts(it)));
                before.extend(of_many(callers, found));
            }
        }
        for (set, preview) in previews(expects).filter(|_| self.scenario.preview.is_none()) {
            let found = landed().map(|it| check::expected(&preview.value, &facts(it)));
            let told = of_many(callers, found).into_iter().map(|it| {
                format!(
                    "under `{set}`: expected {}, actual {}",
                    it.expected, it.actual
                )
            });
            notes.extend(told);
        }
        notes.dedup();
        Seen {
            happened: summed_up(&happened),
            found: Found {
                differences: expected.flatten().collect(),
                legacy: before,
                always: always.collect(),
            },
            notes,
            used: acted.landed.first().and_then(|it| facts(it).used()),
        }
    }

    /// Makes findings of what was seen, and counts what happened since the start.
    pub(super) fn conclude_step(&self, step: &Step, found: Found, report: &mut StepReport) {
        let Found {
            mut differences,
            legacy,
            always,
        } = found;
        differences.extend(check::counts(
            "since the start",
            &step.expect_total,
            &self.totals,
        ));
        self.weigh(&rules_of(self.scenario, step), differences, report);
        let expected = report.findings.len();
        for (rule, found) in always {
            self.weigh(&[rule.to_owned()], found, report);
        }
        if !report.findings.is_empty() && report.outcome == Outcome::Passed {
            report.outcome = match self.preview {
                Some(preview) if report.findings.len() == expected => {
                    preview::differing(preview, &legacy)
                }
                _ => Outcome::Failed,
            };
        }
    }

    /// Reports what differs, by the weight of the rules that are broken by it.
    pub(super) fn weigh(
        &self,
        rules: &[String],
        differences: Vec<Difference>,
        report: &mut StepReport,
    ) {
        let (findings, notes) = weighed(rules, &self.scenario.noted, differences);
        report.findings.extend(findings);
        report.notes.extend(notes);
    }

    /// Keeps what later steps may name.
    pub(super) fn remember(&mut self, step: &Step, acted: &Acted, used: Option<UsedSet>) {
        let name = || step.name.value.clone();
        self.used.extend(used.map(|used| (name(), used)));
        let url = acted.landed.first().and_then(|landed| match &landed.done {
            Done::Called { call, answer } => Presigned::of(call, answer),
            _ => None,
        });
        self.presigned.extend(url.map(|url| (name(), url)));
    }

    /// What a checker may look at, for one caller.
    fn facts<'f>(
        &'f self,
        step: &'f Step,
        (landed, leaks): (&'f Landed, &'f [String]),
        (entries, calls): (&'f [Entry], &'f BTreeMap<String, u64>),
        (world, recorded): (&'f World, &'f [RecordedSet]),
    ) -> Facts<'f> {
        Facts {
            done: &landed.done,
            app: self.scenario.app_of(step),
            signed: &landed.signed,
            entries,
            leaks,
            sources_healthy: self.sources_healthy,
            calls,
            took: landed.took,
            slack: landed.slack,
            now: landed.at,
            world,
            recorded,
            earlier: &self.used,
        }
    }

    /// Whether somewhere nobody listens: what was refused there left no trace.
    fn refuses_connections(&self) -> bool {
        let faults = self.simulation.edge().faults().list();
        let mut effects = faults.iter().map(|state| &state.fault.effect);
        effects.any(|effect| *effect == Effect::RefuseConnection)
    }

    /// Requests by operation and by match, added to those since the start.
    pub(super) fn count(&mut self, window: &[Entry]) -> BTreeMap<String, u64> {
        let meaning = Meaning {
            scenario: self.scenario,
            simulation: &self.simulation,
            start: self.start,
        };
        let mut calls = BTreeMap::new();
        for (entry, exchange) in exchanges(window) {
            let operation = exchange
                .operation
                .map(|operation| operation.slug().to_owned());
            for counted in operation
                .into_iter()
                .chain(meaning.matches(exchange, entry.at))
            {
                *self.totals.entry(counted.clone()).or_default() += 1;
                *calls.entry(counted).or_default() += 1;
            }
        }
        for _ in runs(window) {
            *self.totals.entry(PROCESS_RUN.to_owned()).or_default() += 1;
            *calls.entry(PROCESS_RUN.to_owned()).or_default() += 1;
        }
        calls
    }
}

/// The runs of programs that print credentials: whether each did what it should.
fn runs(entries: &[Entry]) -> impl Iterator<Item = bool> {
    entries.iter().filter_map(|entry| match entry.happening {
        Happening::ProgramRan { well, .. } => Some(well),
        _ => None,
    })
}
