//! `rolecall rules`: what providers are judged by.

use clap::Args;
use rolecall_conformance::Rule;
use rolecall_conformance::report::Columns;
use rolecall_scenario::AccountVocabulary;
use rolecall_scenario::language::Scenario;
use rolecall_scenarios::{SCENARIOS, SuiteFile};

use super::{Format, did_you_mean, rule_book};
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
    let plain = anstyle::Style::new();
    let mut columns = Columns::default();
    for rule in rules {
        columns.row([
            (rule.slug.as_str(), plain.bold()),
            (
                &*format!("{:?}", rule.level()).to_lowercase(),
                plain.dimmed(),
            ),
            (&rule.says, plain),
        ]);
    }
    anstream::print!("{}", columns.print(0));
}

fn explain(rule: &Rule) {
    let plain = anstyle::Style::new();
    let mut columns = Columns::default();
    columns.row([("rule", plain.dimmed()), (&rule.slug, plain.bold())]);
    columns.row([("says", plain.dimmed()), (&rule.says, plain)]);
    columns.row([("why", plain.dimmed()), (&rule.why, plain)]);
    columns.row([
        ("level", plain.dimmed()),
        (&format!("{:?}", rule.level()).to_lowercase(), plain),
    ]);
    columns.row([
        ("source", plain.dimmed()),
        (
            &format!("{} ({})", rule.source.text, rule.source.date),
            plain,
        ),
    ]);
    columns.row([
        ("tested by", plain.dimmed()),
        (&tested_by(&rule.slug).join(", "), plain),
    ]);
    anstream::print!("{}", columns.print(0));
}

fn described(rule: &Rule) -> serde_json::Value {
    serde_json::json!({
        "slug": rule.slug,
        "says": rule.says,
        "why": rule.why,
        "level": rule.level(),
        "source": rule.source,
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
