//! All checks of a scenario, and what they share.

use super::names::{Names, Noun};
use super::{actions, apps, config, expectations, order, policies, requests, sources, world};
use crate::language::at::{At, Span};
use crate::language::model::{Scenario, Step};
use crate::language::problem::Problem;
use crate::language::read::Reader;
use crate::language::suggest;
use crate::language::vocabulary::Vocabulary;

/// Reports whatever is wrong with `scenario` to `reader`.
pub(in crate::language) fn check(
    reader: &Reader,
    scenario: &Scenario,
    vocabulary: &dyn Vocabulary,
) {
    let checker = Checker {
        reader,
        scenario,
        vocabulary,
        names: Names::of(scenario, vocabulary),
    };
    world::check(&checker);
    config::check(&checker);
    sources::check(&checker);
    requests::check(&checker);
    apps::check(&checker);
    actions::check(&checker);
    policies::check(&checker);
    order::check(&checker);
    expectations::check(&checker);
}

/// What all checks need.
pub(super) struct Checker<'a> {
    pub(super) reader: &'a Reader,
    pub(super) scenario: &'a Scenario,
    pub(super) vocabulary: &'a dyn Vocabulary,
    pub(super) names: Names,
}

impl Checker<'_> {
    /// Complains when nothing of this kind has this name.
    pub(super) fn known(&self, place: &str, noun: Noun, name: &At<String>) {
        if !self.names.has(noun, &name.value) {
            let known = self.names.all(noun).iter().map(String::as_str);
            self.unknown(place, noun.word(), name, known, noun.none());
        }
    }

    /// Like [`Checker::known`], for a name that need not be there.
    pub(super) fn known_if_any(&self, place: &str, noun: Noun, name: Option<&At<String>>) {
        if let Some(name) = name {
            self.known(place, noun, name);
        }
    }

    /// Complains that no `noun` has this name.
    pub(super) fn unknown<'n>(
        &self,
        place: &str,
        noun: &str,
        name: &At<String>,
        known: impl IntoIterator<Item = &'n str> + Clone,
        none: &str,
    ) {
        let help = suggest::instead(&name.value, known, none);
        self.complain(
            place,
            &format!("no {noun} `{name}`"),
            &name.span,
            "unknown",
            &help,
        );
    }

    /// Reports a problem with one label.
    pub(super) fn complain(
        &self,
        place: &str,
        message: &str,
        span: &Span,
        label: &str,
        help: &str,
    ) {
        let problem = self.reader.problem(place, message, span, label);
        self.report(problem, help);
    }

    /// Reports a problem of two places.
    pub(super) fn complain_of_two(
        &self,
        place: &str,
        message: &str,
        (span, label): (&Span, &str),
        (other_span, other_label): (&Span, &str),
        help: &str,
    ) {
        let problem = self
            .reader
            .problem(place, message, span, label)
            .and_label(other_span.clone(), other_label);
        self.report(problem, help);
    }

    fn report(&self, problem: Problem, help: &str) {
        self.reader.report(problem.with_help(Some(help.to_owned())));
    }
}

/// What a step is called in messages.
pub(super) fn place_of(step: &Step) -> String {
    format!("step `{}`", step.name)
}
