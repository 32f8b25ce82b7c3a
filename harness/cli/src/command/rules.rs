//! `rolecall rules`: what providers are judged by, and what the account does as AWS's servers do.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use anstyle::Style;
use clap::Args;
use rolecall_conformance::report::{Columns, who_words};
use rolecall_conformance::{Rule, RuleBook};
use rolecall_scenario::language::Scenario;
use rolecall_scenario::{AccountVocabulary, INVARIANTS};
use rolecall_scenarios::{SCENARIOS, SuiteFile};

use super::conform::published;
use super::rule_books::{rule_book, server_rules};
use super::{Format, did_you_mean, width};
use crate::exit::{self, Exit};

/// List the rules, or explain one: what it says, why, where it is written, what tests it
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The slug of a rule, about clients or about servers
    #[arg(value_name = "RULE", conflicts_with = "servers")]
    slug: Option<String>,
    /// List what AWS's servers do, and the simulated account with them: no client is judged by that
    #[arg(long)]
    servers: bool,
    /// For a person, or for a machine
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  rolecall rules
  rolecall rules imds.role.appears-after-association
  rolecall rules imds.token.ttl-echo
  rolecall rules --servers --format json";

const PLAIN: Style = Style::new();

/// So many names of a list are told, where there are more than a line or two of them.
const TOLD: usize = 8;

pub(crate) fn run(arguments: &Arguments) -> Exit {
    let books = Books::read();
    let Some(slug) = &arguments.slug else {
        let book = if arguments.servers {
            &books.servers
        } else {
            &books.clients
        };
        let rules = book.rules();
        match arguments.format {
            Format::Text => list(rules),
            Format::Json => print(rules.map(|rule| books.described(rule))),
        }
        return exit::OK;
    };
    let Some(rule) = books.get(slug) else {
        let slugs = books.slugs();
        let near = did_you_mean(slug, slugs.iter().map(String::as_str));
        let next = if near.is_empty() {
            ": `rolecall rules` lists those about clients, with `--servers` those about servers"
        } else {
            &near
        };
        anstream::eprintln!("rolecall: no rule `{slug}`{next}");
        return exit::USAGE;
    };
    match arguments.format {
        Format::Text => books.explain(rule),
        Format::Json => print([books.described(rule)]),
    }
    exit::OK
}

fn print(described: impl IntoIterator<Item = serde_json::Value>) {
    let described: Vec<_> = described.into_iter().collect();
    anstream::println!("{:#}", serde_json::Value::from(described));
}

fn list<'a>(rules: impl Iterator<Item = &'a Rule>) {
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

/// The rules about clients, and those about servers. No slug is in both.
struct Books {
    clients: RuleBook,
    servers: RuleBook,
    /// The scenarios that name each rule about clients.
    tests: LazyCell<BTreeMap<String, Vec<&'static str>>>,
}

impl Books {
    fn read() -> Self {
        Self {
            clients: rule_book(),
            servers: server_rules(),
            tests: LazyCell::new(tests),
        }
    }

    fn get(&self, slug: &str) -> Option<&Rule> {
        self.clients.get(slug).or_else(|| self.servers.get(slug))
    }

    fn slugs(&self) -> BTreeSet<String> {
        let mut slugs = self.clients.slugs();
        slugs.extend(self.servers.slugs());
        slugs
    }

    fn is_of_servers(&self, rule: &Rule) -> bool {
        self.servers.get(&rule.slug).is_some()
    }

    /// A rule as a page: what it says first, then why, then where from, then what comes of it.
    fn explain(&self, rule: &Rule) {
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
        let source = &rule.source;
        if self.is_of_servers(rule) {
            said(
                "about",
                "AWS's servers: those of the simulated account do the same, and no client is judged by it",
            );
            said("known", source.kind.meaning());
        } else {
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
        }
        said("source", &format!("{} (read {})", source.text, source.date));
        said("upstream", rule.upstream.as_deref().unwrap_or_default());
        said("assumes", &rule.assumes.join(", "));
        said("assumed by", &self.assuming(&rule.slug).join(", "));
        if !self.is_of_servers(rule) {
            let table = published();
            let who = table.of(&rule.slug).collect();
            said("who", &who_words(&who));
            said("tested by", &self.tested_by_words(&rule.slug));
        }
        said("see also", &self.beside(&rule.slug).join(", "));
        anstream::print!("{}", columns.print(0));
    }

    /// The rules about clients that mean nothing without this one about servers.
    fn assuming(&self, slug: &str) -> Vec<&str> {
        let rules = self.clients.rules();
        rules
            .filter(|rule| rule.assumes.iter().any(|assumed| assumed == slug))
            .map(|rule| rule.slug.as_str())
            .collect()
    }

    /// The rules about the same thing: all of the slug but the claim is theirs, too.
    fn beside(&self, slug: &str) -> Vec<&str> {
        let subject = |slug: &str| slug.rsplit_once('.').map(|(subject, _)| subject.to_owned());
        let mine = subject(slug).filter(|subject| subject.contains('.'));
        let rules = self.clients.rules().chain(self.servers.rules());
        rules
            .map(|rule| rule.slug.as_str())
            .filter(|other| *other != slug && mine.is_some() && subject(other) == mine)
            .collect()
    }

    /// The scenarios that test a rule; those that hold in every step are tested by all.
    fn tested_by(&self, slug: &str) -> Vec<&'static str> {
        if INVARIANTS.contains(&slug) {
            return SCENARIOS.iter().map(SuiteFile::name).collect();
        }
        self.tests.get(slug).cloned().unwrap_or_default()
    }

    /// The same in words, or how many there are, if they are many.
    fn tested_by_words(&self, slug: &str) -> String {
        let names = self.tested_by(slug);
        if INVARIANTS.contains(&slug) {
            return format!("every step of all {} scenarios", names.len());
        }
        match names.get(TOLD..) {
            Some(more) if more.len() > 1 => {
                let (told, more) = (names[..TOLD].join(", "), more.len());
                format!("{told} and {more} more; `--format json` has all")
            }
            _ => names.join(", "),
        }
    }

    fn described(&self, rule: &Rule) -> serde_json::Value {
        let mut described = serde_json::json!({
            "slug": rule.slug,
            "about": if self.is_of_servers(rule) { "servers" } else { "clients" },
            "topic": rule.topic,
            "says": rule.says,
            "why": rule.why,
            "latitude": rule.latitude,
            "source": rule.source,
            "upstream": rule.upstream,
            "assumes": rule.assumes,
            "assumed_by": self.assuming(&rule.slug),
        });
        if !self.is_of_servers(rule) {
            let providers = published();
            let providers = providers.of(&rule.slug);
            let providers = providers.map(|(id, cell)| (id.to_owned(), cell.word().into()));
            described["level"] = rule.level().name().into();
            described["why_this_level"] = rule.why_this_level().into();
            described["set"] = rule.set.name().into();
            described["providers"] = providers.collect::<serde_json::Map<_, _>>().into();
            described["scenarios"] = self.tested_by(&rule.slug).into();
        }
        described
    }
}

/// The scenarios by the rules that they name.
fn tests() -> BTreeMap<String, Vec<&'static str>> {
    let mut tests: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for file in SCENARIOS {
        let Ok(scenario) = Scenario::parse(file.path, file.text, &AccountVocabulary) else {
            continue;
        };
        let steps = scenario.steps.iter().filter_map(|step| step.rule.as_ref());
        let named = scenario.rules.iter().chain(steps);
        let named: BTreeSet<_> = named.map(|rule| &rule.value).collect();
        for rule in named {
            tests.entry(rule.clone()).or_default().push(file.name());
        }
    }
    tests
}
