//! The whole of a scenario.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::app::{App, Place};
use super::expect::Preview;
use super::fault::{Fault, Match};
use super::step::{Act, Step};
use super::world::World;
use crate::language::at::{At, Span};
use crate::language::places::Places;
use crate::language::problem::{BadScenario, Problem};
use crate::language::read;
use crate::language::source::Source;
use crate::language::suggest;
use crate::language::vocabulary::Vocabulary;
use crate::language::word::words;

/// A scenario: a world, its clients, and what happens to them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scenario {
    /// The stem of the file's name; a row of `[[vary]]` adds its id: `s3-upload[short]`.
    pub name: String,
    /// The file.
    pub source: Arc<Source>,
    /// What it is about, in a sentence.
    pub summary: String,
    /// The rules that fail with it, by their slugs.
    pub rules: Vec<At<String>>,
    /// The rules that fail nobody: what is not as they say is noted. No word of the file: see
    /// [`note_only`](Self::note_only).
    pub noted: BTreeSet<String>,
    /// What a provider must have promised to be judged, by what the promise is about: `[promises]` of
    /// its `provider.toml`. To any other the scenario does not apply.
    pub promised: BTreeMap<String, At<String>>,
    /// The rule set, not in force yet, that it is judged by. Who does not promise to keep it is shown
    /// how far it does, and cannot fail.
    pub preview: Option<At<Preview>>,
    /// What there must be for it besides a provider: where it is not, the scenario does not apply.
    pub needs: Vec<At<Need>>,
    /// The world before the first step.
    pub world: World,
    /// The clients. Never empty in a file that was read and has a step that needs one.
    pub apps: BTreeMap<String, At<App>>,
    /// The faults of the whole file.
    pub faults: Vec<At<Fault>>,
    /// The kinds of request that the file names.
    pub matches: BTreeMap<String, At<Match>>,
    /// The rows of `[[vary]]`. When there are some, all else is that of the first row.
    pub vary: Vec<Row>,
    /// What happens, in order. A world to be served needs none.
    pub steps: Vec<Step>,
}

words! {
    /// What a scenario needs besides a provider.
    pub enum Need ("need") {
        /// That clients reach the addresses that AWS's documentation names, such as 169.254.170.2, and
        /// not listeners in their place.
        AwsAddresses = "aws-addresses",
    }
}

/// A row of `[[vary]]`, and the scenario it makes.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its name: each row has its own verdict.
    pub id: At<String>,
    /// What it puts in the place of `${name}`.
    pub values: BTreeMap<String, At<Scalar>>,
    /// The scenario with these values; it has no rows of its own.
    pub scenario: Scenario,
}

/// A value that a row puts in the place of `${name}`.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// A string.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// True or false.
    Flag(bool),
}

impl Scenario {
    /// Reads and checks the text of the file shown as `source_name`.
    ///
    /// All problems that do not follow from others are reported together.
    pub fn parse(
        source_name: &str,
        text: &str,
        vocabulary: &dyn Vocabulary,
    ) -> Result<Self, BadScenario> {
        read::read(&Arc::new(Source::new(source_name, text)), vocabulary)
    }

    /// What is to be run: its rows, or itself when it has none.
    pub fn runs(&self) -> Vec<&Self> {
        if self.vary.is_empty() {
            vec![self]
        } else {
            self.vary.iter().map(|row| &row.scenario).collect()
        }
    }

    /// The app that acts in a step: the one it names, else the only one.
    ///
    /// For `join` this is the app of the step that began.
    pub fn app_of<'a>(&'a self, step: &'a Step) -> Option<&'a str> {
        if let Some(app) = &step.app {
            return Some(&app.value);
        }
        if let Act::Join(joined) = &step.act.value {
            let beginning = self.steps.iter().find(
                |earlier| matches!(&earlier.act.value, Act::Begin { name, .. } if name == joined),
            )?;
            return self.app_of(beginning);
        }
        self.only_app()
    }

    fn only_app(&self) -> Option<&str> {
        let mut names = self.apps.keys();
        match (names.next(), names.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }

    /// Where a name for a place is: on an instance, in a task, in a pod; `None` when nothing is
    /// called so. Instances that a step launches count.
    pub fn place(&self, name: &str) -> Option<Place> {
        Places::of(&self.world, &self.steps).find(name)
    }

    /// The line, from one, on which `span` begins.
    pub fn line_of(&self, span: &Span) -> usize {
        self.source.position(span.start).0
    }

    /// A problem with what was written at `span`.
    pub fn problem_at(
        &self,
        span: Span,
        message: impl Into<String>,
        help: Option<String>,
    ) -> Problem {
        Problem::new(
            Arc::clone(&self.source),
            message.into(),
            span,
            String::new(),
        )
        .with_help(help)
    }

    /// Refuses rules that are not known, in the file's `rules` and in each step's `rule`.
    pub fn check_rules(&self, known: &BTreeSet<String>) -> Result<(), BadScenario> {
        let own = self.rules.iter().map(|rule| (String::new(), rule));
        let of_steps = self.steps.iter().filter_map(|step| {
            let rule = step.rule.as_ref()?;
            Some((format!("step `{}`: ", step.name), rule))
        });
        let problems = own
            .chain(of_steps)
            .filter(|(_, rule)| !known.contains(&rule.value))
            .map(|(prefix, rule)| {
                let help = suggest::nearest(&rule.value, known.iter().map(String::as_str))
                    .map_or_else(
                        || "`rolecall rules` lists them".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    );
                self.problem_at(
                    rule.span.clone(),
                    format!("{prefix}no rule `{rule}`"),
                    Some(help),
                )
            });
        BadScenario::of(problems.collect()).map_or(Ok(()), Err)
    }
}

impl Scenario {
    /// Has what breaks one of these rules noted, in the file and in each of its rows, where it would
    /// fail a step: rules of level `may`, which are reported and fail nobody.
    #[must_use]
    pub fn note_only(mut self, rules: &BTreeSet<String>) -> Self {
        self.noted.clone_from(rules);
        for row in &mut self.vary {
            row.scenario.noted.clone_from(rules);
        }
        self
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => text.fmt(f),
            Self::Integer(integer) => integer.fmt(f),
            Self::Float(float) => float.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
        }
    }
}
