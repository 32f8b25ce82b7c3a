//! `rolecall rules`: what providers are judged by.

use anstyle::Style;
use clap::Args;
use rolecall_conformance::Rule;
use rolecall_conformance::report::{Columns, who_words};
use rolecall_scenario::AccountVocabulary;
use rolecall_scenario::language::Scenario;
use rolecall_scenarios::{SCENARIOS, SuiteFile};

use super::conform::published;
use super::rule_books::rule_book;
use super::{Format, did_you_mean, width};
use crate::exit::{self, Exit};

/// List the rules, or explain one: what it says, why, where it is written, what tests it
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The slug of a rule
    #[arg(value_name = "RULE")]
    slug: Option<String>,
    /// For a person, or for a machine
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  rolecall rules
  rolecall rules imds.role.appears-after-association
  rolecall rules --format json";

const PLAIN: Style = Style::new();

pub(crate) fn run(arguments: &Arguments) -> Exit {
    let book = rule_book();
    let rules: Vec<&Rule> = match &arguments.slug {
        None => book.rules().collect(),
        Some(slug) => {
            let Some(rule) = book.get(slug) else {
                let slugs = book.slugs();
                let near = did_you_mean(slug, slugs.iter().map(String::as_str));
                anstream::eprintln!("rolecall: no rule `{slug}`{near}");
                return exit::USAGE;
            };
            vec![rule]
        }
    };
    match (arguments.format, &arguments.slug) {
        (Format::Json, _) => {
            let listed: Vec<_> = rules.iter().map(|rule| described(rule)).collect();
            anstream::println!("{:#}", serde_json::Value::from(listed));
        }
        (Format::Text, Some(_)) => rules.iter().for_each(|rule| explain(rule)),
        (Format::Text, None) => list(&rules),
    }
    exit::OK
}

fn list(rules: &[&Rule]) {
    let mut columns = Columns::default().wrapping(2, width());
    for rule in rules {
        columns.row([
            (rule.slug.as_str(), PLAIN.bold()),
            (rule.level().name(), PLAIN.dimmed()),
            (&rule.says, PLAIN),
        ]);
    }
    anstream::print!("{}", columns.print(0));
}

/// A rule as a page: what it says first, then why, then where from, then what comes of it.
fn explain(rule: &Rule) {
    let mut columns = Columns::default().wrapping(1, width());
    columns.row([("rule", PLAIN.dimmed()), (&rule.slug, PLAIN.bold())]);
    let mut said = |word: &str, text: &str| {
        if !text.is_empty() {
            columns.row([(word, PLAIN.dimmed()), (text, PLAIN)]);
        }
    };
    said("says", &rule.says);
    said("why", &rule.why);
    said("leaves open", rule.latitude.as_deref().unwrap_or_default());
    let (level, because) = (rule.level().name(), rule.why_this_level());
    let spared = if rule.can_fail() {
        ""
    } else {
        "; fails nobody"
    };
    said("level", &format!("{level}: {because}{spared}"));
    said(
        "set",
        &format!("{}: {}", rule.set.name(), rule.set.meaning()),
    );
    let source = &rule.source;
    said("source", &format!("{} (read {})", source.text, source.date));
    said("upstream", rule.upstream.as_deref().unwrap_or_default());
    said("assumes", &rule.assumes.join(", "));
    let table = published();
    let who = table.of(&rule.slug).collect();
    said("who", &who_words(&who));
    said("tested by", &tested_by(&rule.slug).join(", "));
    anstream::print!("{}", columns.print(0));
}

fn described(rule: &Rule) -> serde_json::Value {
    serde_json::json!({
        "slug": rule.slug,
        "topic": rule.topic,
        "says": rule.says,
        "why": rule.why,
        "latitude": rule.latitude,
        "level": rule.level(),
        "why_this_level": rule.why_this_level(),
        "set": rule.set,
        "source": rule.source,
        "upstream": rule.upstream,
        "assumes": rule.assumes,
        "providers": published().of(&rule.slug).map(|(id, cell)| (id.to_owned(), cell.word().into())).collect::<serde_json::Map<_, _>>(),
        "scenarios": tested_by(&rule.slug),
    })
}

/// The scenarios that name a rule; those that hold in every step are tested by all.
fn tested_by(slug: &str) -> Vec<&'static str> {
    let always = rolecall_scenario::INVARIANTS.contains(&slug);
    let names_it = |scenario: &Scenario| {
        let steps = scenario.steps.iter().filter_map(|step| step.rule.as_ref());
        scenario
            .rules
            .iter()
            .chain(steps)
            .any(|rule| rule.value == slug)
    };
    SCENARIOS
        .iter()
        .filter(|file| {
            let scenario = Scenario::parse(file.path, file.text, &AccountVocabulary);
            always || scenario.is_ok_and(|scenario| names_it(&scenario))
        })
        .map(SuiteFile::name)
        .collect()
}
