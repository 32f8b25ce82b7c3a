//! The suite: which scenarios there are, and which of them are to be played.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use rolecall_scenario::language::Scenario;
use rolecall_scenario::{AccountVocabulary, INVARIANTS, check_support};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::book::RuleBook;
use crate::rule::{Level, Rule, RuleSet};

/// The version of the suite. Within one, rules are only added or loosened.
pub const SUITE_VERSION: &str = "2026.1";

/// One scenario of the suite, or one row of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is about: the folder of its file.
    pub topic: String,
    /// What is played.
    pub scenario: Scenario,
}

impl Case {
    /// The cases of a file of the suite: it is read, and can be played, and names rules that there are.
    ///
    /// # Errors
    /// Whatever is wrong with it, in words.
    pub fn read(
        topic: &str,
        path: &str,
        text: &str,
        rules: &RuleBook,
    ) -> Result<Vec<Self>, String> {
        let scenario = Scenario::parse(path, text, &AccountVocabulary);
        let scenario = scenario.map_err(|bad| bad.to_string())?;
        let known = scenario.check_rules(&rules.slugs());
        let good = known.and_then(|()| check_support(&scenario));
        good.map_err(|bad| bad.to_string())?;
        let scenario = scenario.note_only(&rules.noted());
        let runs = scenario.runs().into_iter().map(|run| Self {
            topic: topic.to_owned(),
            scenario: run.clone(),
        });
        Ok(runs.collect())
    }

    /// Its name: `rotation`, `broken-documents[no-json]`.
    pub fn name(&self) -> &str {
        &self.scenario.name
    }

    /// The rules that it names.
    pub fn own_rules(&self) -> BTreeSet<&str> {
        let of_steps = self.scenario.steps.iter();
        let of_steps = of_steps.filter_map(|step| step.rule.as_ref());
        let all = self.scenario.rules.iter().chain(of_steps);
        all.map(|rule| rule.value.as_str()).collect()
    }

    /// The rules that it tests: those that it names, and those that hold in every step.
    pub fn rules(&self) -> BTreeSet<&str> {
        let mut rules = self.own_rules();
        rules.extend(INVARIANTS);
        rules
    }
}

/// A hash of what is played and judged, so that results of different suites are not taken for one.
pub fn fingerprint<'a>(texts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hex::encode(&hash.finalize()[..6])
}

/// Which cases are to be played; an empty list takes all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of one of these topics.
    pub topics: Vec<String>,
    /// About one of these rules.
    pub rules: Vec<String>,
    /// About a rule of one of these levels.
    pub levels: Vec<Level>,
    /// About a rule of one of these sets.
    pub sets: Vec<RuleSet>,
    /// Called so; the name of a file without rows stands for all of them.
    pub scenarios: Vec<String>,
}

impl Filter {
    /// Whether a case is to be played.
    pub fn takes(&self, case: &Case, book: &RuleBook) -> bool {
        let of_rules = |wanted: &dyn Fn(&Rule) -> bool| {
            let own = case.own_rules();
            own.iter().any(|slug| book.get(slug).is_some_and(wanted))
        };
        let plain = case.name().split('[').next().unwrap_or_default();
        let named = |name: &String| name == case.name() || name == plain;
        let slugs = case.rules();
        (self.topics.is_empty() || self.topics.contains(&case.topic))
            && (self.rules.is_empty() || self.rules.iter().any(|it| slugs.contains(it.as_str())))
            && (self.levels.is_empty() || of_rules(&|rule| self.levels.contains(&rule.level())))
            && (self.sets.is_empty() || of_rules(&|rule| self.sets.contains(&rule.set)))
            && (self.scenarios.is_empty() || self.scenarios.iter().any(named))
    }

    /// What it takes, in words; none if it takes all. Two that take the same are told the same.
    pub fn words(&self) -> String {
        let levels = self.levels.iter().map(|level| level.name().to_owned());
        let sets = self.sets.iter().map(|set| set.name().to_owned());
        let mut words: Vec<String> = Vec::new();
        for (word, values) in [
            ("topic", self.topics.clone()),
            ("rule", self.rules.clone()),
            ("level", levels.collect()),
            ("set", sets.collect()),
            ("scenario", self.scenarios.clone()),
        ] {
            let values: BTreeSet<String> = values.into_iter().collect();
            words.extend(values.into_iter().map(|value| format!("--{word} {value}")));
        }
        words.join(" ")
    }
}

/// One of several parts of the suite that are played apart, `2/8`. Which part a case is in follows from
/// its name alone, so that neither filters nor new cases move it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    /// Which, from 1.
    index: u32,
    /// Of how many.
    count: u32,
}

impl Shard {
    /// Which it is, from 1.
    pub const fn index(self) -> u32 {
        self.index
    }

    /// Of how many.
    pub const fn count(self) -> u32 {
        self.count
    }

    /// Whether the case of this name is in it.
    pub fn has(self, name: &str) -> bool {
        let hash = Sha256::digest(name.as_bytes());
        let first = hash[..8]
            .iter()
            .fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
        first % u64::from(self.count) == u64::from(self.index - 1)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = text.split_once('/').and_then(|(index, count)| {
            let (index, count) = (index.parse().ok()?, count.parse().ok()?);
            (1..=count)
                .contains(&index)
                .then_some(Self { index, count })
        });
        read.ok_or_else(|| format!("`{text}` is no shard: write 1/4 for the first of four"))
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl Serialize for Shard {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Shard {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(topic: &str, name: &str, rules: &[&str]) -> Case {
        let rules = rules.iter().map(|rule| (*rule).to_owned().into());
        Case {
            topic: topic.to_owned(),
            scenario: Scenario {
                name: name.to_owned(),
                rules: rules.collect(),
                ..Scenario::default()
            },
        }
    }

    fn book() -> RuleBook {
        let text = |slug: &str, kind: &str, set: &str| {
            format!(
                "[[rule]]\nslug = \"{slug}\"\nsays = \"s\"\nset = \"{set}\"\nsource = {{ kind = \"{kind}\", text = \"t\", date = \"d\" }}\n"
            )
        };
        let text = text("a.must", "documentation", "documented")
            + &text("b.should", "consensus", "legacy")
            + &text("c.may", "report", "documented");
        RuleBook::parse([("rules.toml", text.as_str())]).unwrap()
    }

    #[test]
    fn filters_take_what_they_say_and_together_what_all_say() {
        let cases = [
            case("one", "x[1]", &["a.must"]),
            case("one", "y", &["b.should", "c.may"]),
            case("two", "z", &["c.may"]),
        ];
        let book = book();
        let all = Filter::default();
        let taken = |filter: &Filter| -> Vec<usize> {
            let indices = 0..cases.len();
            indices
                .filter(|index| filter.takes(&cases[*index], &book))
                .collect()
        };
        let strings = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(taken(&all), [0, 1, 2]);
        assert_eq!(all.words(), "");
        let topic = Filter {
            topics: strings(&["one"]),
            ..all.clone()
        };
        assert_eq!(taken(&topic), [0, 1]);
        let rule = Filter {
            rules: strings(&["c.may"]),
            ..all.clone()
        };
        assert_eq!(taken(&rule), [1, 2]);
        let always = Filter {
            rules: strings(&[INVARIANTS[0]]),
            ..all.clone()
        };
        assert_eq!(taken(&always), [0, 1, 2], "what holds in every step");
        let level = Filter {
            levels: vec![Level::Must, Level::Should],
            ..all.clone()
        };
        assert_eq!(taken(&level), [0, 1]);
        let set = Filter {
            sets: vec![RuleSet::Legacy],
            ..all.clone()
        };
        assert_eq!(taken(&set), [1]);
        let named = Filter {
            scenarios: strings(&["x", "z"]),
            ..all.clone()
        };
        assert_eq!(taken(&named), [0, 2], "a file's name is that of its rows");
        let both = Filter {
            topics: strings(&["two"]),
            ..rule
        };
        assert_eq!(taken(&both), [2]);
        assert_eq!(both.words(), "--topic two --rule c.may");
    }

    #[test]
    fn each_case_is_in_one_shard_wherever_it_stands() {
        let names: Vec<String> = (0..300).map(|number| format!("case-{number}")).collect();
        for count in [1, 2, 5] {
            let shards: Vec<Shard> = (1..=count)
                .map(|index| format!("{index}/{count}").parse().unwrap())
                .collect();
            for name in &names {
                let holders = shards.iter().filter(|shard| shard.has(name)).count();
                assert_eq!(holders, 1, "{name} of {count}");
            }
            for shard in shards {
                let has = names.iter().filter(|name| shard.has(name)).count();
                assert!(has > 200 / count, "{shard} has {has}");
            }
        }
    }

    #[test]
    fn a_shard_is_one_of_several() {
        for good in ["1/1", "3/8", "8/8"] {
            assert_eq!(good.parse::<Shard>().unwrap().to_string(), good);
        }
        for bad in ["0/2", "3/2", "1", "1/0", "a/b", "", "-1/2"] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
    }
}
