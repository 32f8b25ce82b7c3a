//! `repeat`: an action again and again, each repetition judged, and what they come to together.

use std::collections::BTreeMap;

use super::look::{Found, Seen};
use super::under::of_one_that_lives_on;
use super::{Play, Stop};
use crate::check::{self, Difference};
use crate::happened::one_after_the_other;
use crate::judge::{Many, of_many};
use crate::language::{Act, Expect, Repeat, Step};
use crate::outcome::StepReport;

impl Play<'_> {
    /// Acts as often as it is said, and judges.
    pub(super) async fn repeatedly(
        &mut self,
        step: &Step,
        repeat: &Repeat,
        report: &mut StepReport,
    ) -> Result<(), Stop> {
        if !matches!(step.act.value, Act::Do(_)) {
            let why = "a repeated action in flight is not played yet".to_owned();
            return Err(Stop::Inconclusive(why));
        }
        let times = repeat.times.value;
        let mut calls_of_all = BTreeMap::new();
        let mut seen = Vec::new();
        for number in 1..=times {
            if number > 1 {
                let moved = self.simulation.try_advance(repeat.every.value).await;
                moved.map_err(|livelock| Stop::Inconclusive(livelock.to_string()))?;
                if !repeat.every.value.is_zero() {
                    self.look_at_clocks().await?;
                }
            }
            let (acted, window) = self.acted(step, report).await;
            let acted = acted?;
            let calls = self.count(&window);
            for (counted, count) in &calls {
                *calls_of_all.entry(counted.clone()).or_default() += count;
            }
            let mut expects = Vec::new();
            for expect in of_repetition(&step.expect, number == times) {
                expects.extend(self.expected_of(step, &expect)?);
            }
            let expects: Vec<&Expect> = expects.iter().collect();
            let one = self.look(step, &expects, &acted, (&window, &calls));
            self.remember(step, &acted, one.used.clone());
            self.control(&window, report).await;
            seen.push(one);
        }
        self.conclude_repetitions(step, &calls_of_all, seen, report)
    }

    fn conclude_repetitions(
        &self,
        step: &Step,
        calls: &BTreeMap<String, u64>,
        seen: Vec<Seen>,
        report: &mut StepReport,
    ) -> Result<(), Stop> {
        let counted = check::counts("in all repetitions", &step.expect.calls, calls);
        if !counted.is_empty() && self.is_one_shot(step) {
            return Err(of_one_that_lives_on());
        }
        let many = Many::Repetitions(seen.len());
        let happened: Vec<String> = seen.iter().map(|one| one.happened.clone()).collect();
        report.happened = one_after_the_other(&happened);
        let mut always: BTreeMap<&'static str, Vec<Vec<Difference>>> = BTreeMap::new();
        let (mut differences, mut legacy) = (Vec::new(), Vec::new());
        for one in seen {
            differences.push(one.found.differences);
            legacy.push(one.found.legacy);
            for (rule, found) in one.found.always {
                always.entry(rule).or_default().push(found);
            }
            report.notes.extend(one.notes);
        }
        report.notes.dedup();
        let mut differences = of_many(many, differences.into_iter());
        differences.extend(counted);
        let always = always
            .into_iter()
            .map(|(rule, found)| (rule, of_many(many, found.into_iter())));
        let found = Found {
            differences,
            legacy: of_many(many, legacy.into_iter()),
            always: always.collect(),
        };
        self.conclude_step(step, found, report);
        Ok(())
    }
}

/// What is expected of one repetition: what the step says, but for the requests, which are those of
/// all; what it says of each; and of the last. That it succeeds need not be said, unless something
/// else is said of this very repetition.
fn of_repetition(expect: &Expect, is_last: bool) -> Vec<Expect> {
    let of_all = Expect {
        calls: BTreeMap::new(),
        each: None,
        last: None,
        ..expect.clone()
    };
    let last = expect.last.as_ref().filter(|_| is_last);
    let said: Vec<Expect> = expect
        .each
        .iter()
        .chain(last)
        .map(|nested| nested.value.clone())
        .collect();
    if said.is_empty() || !of_all.is_empty() {
        return [vec![of_all], said].concat();
    }
    said
}
