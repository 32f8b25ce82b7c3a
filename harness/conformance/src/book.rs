//! All rules, as they are read from files.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::rule::{Level, Rule, SourceKind, Topic};

/// All rules by slug.
#[derive(Clone, Debug, Default)]
pub struct RuleBook {
    rules: BTreeMap<String, Rule>,
}

/// A file of rules that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRules(String);

impl std::fmt::Display for BadRules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadRules {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    rule: Vec<Rule>,
}

impl RuleBook {
    /// Reads files of rules, each given by its path and its text.
    ///
    /// ```
    /// use rolecall_conformance::RuleBook;
    ///
    /// let text = r#"
    /// [[rule]]
    /// slug = "chain.no-source-is-an-error"
    /// says = "Where no source has credentials, asking for them is an error."
    /// source = { kind = "documentation", text = "AWS SDKs and Tools Reference Guide", date = "2026-11" }
    /// "#;
    /// let book = RuleBook::parse([("rules.toml", text)]).unwrap();
    /// assert!(book.slugs().contains("chain.no-source-is-an-error"));
    /// ```
    ///
    /// # Errors
    /// A file that is no TOML, an unknown key, a slug that is malformed or defined twice.
    pub fn parse<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, BadRules> {
        let mut rules = BTreeMap::new();
        for (path, text) in files {
            let file: RuleFile =
                toml::from_str(text).map_err(|error| BadRules(format!("{path}: {error}")))?;
            for mut rule in file.rule {
                rule.topic = Topic::of(path, &rule.slug);
                if !is_slug(&rule.slug) {
                    let form =
                        "lower-case words joined by hyphens, two or more of them joined by dots";
                    return Err(BadRules(format!(
                        "{path}: `{}` is no slug: {form}",
                        rule.slug
                    )));
                }
                if let Some(before) = rules.insert(rule.slug.clone(), rule) {
                    return Err(BadRules(format!(
                        "{path}: `{}` is defined twice",
                        before.slug
                    )));
                }
            }
        }
        Ok(Self { rules })
    }

    /// The same, knowing the rules about servers: a rule that assumes one without a source is not
    /// stricter than `may`.
    ///
    /// # Errors
    /// A rule assumes what is no rule about servers.
    pub fn grounded_in(mut self, servers: &Self) -> Result<Self, BadRules> {
        for rule in self.rules.values_mut() {
            rule.ungrounded.clear();
            for assumed in &rule.assumes {
                let Some(server) = servers.get(assumed) else {
                    let slug = &rule.slug;
                    let why =
                        format!("`{slug}` assumes `{assumed}`, which is no rule about servers");
                    return Err(BadRules(why));
                };
                if server.source.kind == SourceKind::Unsourced {
                    rule.ungrounded.push(assumed.clone());
                }
            }
        }
        Ok(self)
    }

    /// Whether a rule assumes anything of servers.
    pub fn assumes_something(&self) -> bool {
        self.rules.values().any(|rule| !rule.assumes.is_empty())
    }

    /// Adds the rules of another book, which take the place of those with their slugs.
    pub fn add(&mut self, other: Self) {
        self.rules.extend(other.rules);
    }

    /// All slugs.
    pub fn slugs(&self) -> BTreeSet<String> {
        self.rules.keys().cloned().collect()
    }

    /// The slugs of the rules that fail nobody, being of level `may`: for
    /// [`Scenario::note_only`](rolecall_scenario::language::Scenario::note_only).
    pub fn noted(&self) -> BTreeSet<String> {
        let light = self.rules.values();
        let light = light.filter(|rule| rule.level() == Level::May);
        light.map(|rule| rule.slug.clone()).collect()
    }

    /// The rule with this slug.
    pub fn get(&self, slug: &str) -> Option<&Rule> {
        self.rules.get(slug)
    }

    /// All rules, by slug.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }
}

fn is_slug(text: &str) -> bool {
    let word = |word: &str| {
        let inner = word
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        inner && !word.is_empty() && !word.starts_with('-') && !word.ends_with('-')
    };
    text.contains('.') && text.split('.').all(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Level, RuleSet};

    #[test]
    fn slugs_have_one_form() {
        for good in [
            "chain.no-source",
            "imds.token.ttl-echo",
            "policy.variable.needs-version-2012",
        ] {
            assert!(is_slug(good), "{good}");
        }
        for bad in ["chain", "Chain.x", "a..b", "a.-b", "a.b c", ""] {
            assert!(!is_slug(bad), "{bad}");
        }
    }

    #[test]
    fn a_slug_is_defined_once() {
        let rule = "[[rule]]\nslug = \"a.b\"\nsays = \"x\"\nsource = { kind = \"report\", text = \"t\", date = \"2026-11\" }\n";
        let twice = RuleBook::parse([("one.toml", rule), ("two.toml", rule)]);
        assert_eq!(
            twice.unwrap_err().to_string(),
            "two.toml: `a.b` is defined twice"
        );
    }

    #[test]
    fn the_level_follows_from_the_source() {
        let text = "[[rule]]\nslug = \"a.b\"\nsays = \"x\"\nsource = { kind = \"consensus\", text = \"t\", date = \"2026-11\" }\n";
        let book = RuleBook::parse([("one.toml", text)]).unwrap();
        assert_eq!(book.get("a.b").unwrap().level(), Level::Should);
    }

    fn of(path: &str, slug: &str, kind: &str, more: &str) -> RuleBook {
        let text = format!(
            "[[rule]]\nslug = \"{slug}\"\nsays = \"x\"\nsource = {{ kind = \"{kind}\", text = \"t\", date = \"2026-11\" }}\n{more}\n"
        );
        RuleBook::parse([(path, text.as_str())]).unwrap()
    }

    #[test]
    fn a_rule_is_no_stricter_than_what_it_assumes_is_sourced() {
        let assumes = "assumes = [\"sts.region.own\"]";
        for (server, client, level) in [
            ("documentation", "documentation", Level::Must),
            ("report", "consensus", Level::Should),
            ("unsourced", "documentation", Level::May),
            ("unsourced", "consensus", Level::May),
            ("documentation", "report", Level::May),
        ] {
            let servers = of("docs/server-rules.toml", "sts.region.own", server, "");
            let book = of("scenarios/sts/rules.toml", "sts.x", client, assumes);
            let book = book.grounded_in(&servers).unwrap();
            let rule = book.get("sts.x").unwrap();
            assert_eq!(rule.level(), level, "{client} on {server}");
            let said = rule.why_this_level().contains("sts.region.own");
            assert_eq!(said, server == "unsourced", "{}", rule.why_this_level());
        }
        let book = of("scenarios/sts/rules.toml", "sts.x", "report", assumes);
        let wrong = book.grounded_in(&RuleBook::default()).unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "`sts.x` assumes `sts.region.own`, which is no rule about servers"
        );
    }

    #[test]
    fn a_rule_has_a_topic_and_belongs_to_a_set() {
        let plain = of(
            "scenarios/imds/rules.toml",
            "credentials.x",
            "documentation",
            "",
        );
        let plain = plain.get("credentials.x").unwrap();
        assert_eq!(plain.topic.as_str(), "imds", "its folder");
        assert_eq!(plain.set, RuleSet::Documented);
        assert!(plain.can_fail());
        let preview =
            "set = \"refresh-2026\"\nlatitude = \"when\"\nupstream = \"https://example.com\"";
        let preview = of("rules.toml", "refresh.x", "documentation", preview);
        let preview = preview.get("refresh.x").unwrap();
        assert_eq!(
            preview.topic.as_str(),
            "refresh",
            "without a folder, the word"
        );
        assert_eq!(preview.set, RuleSet::Refresh2026);
        assert!(!of("r", "a.b", "report", "").get("a.b").unwrap().can_fail());
        for set in RuleSet::ALL {
            let read = of("r", "a.b", "report", &format!("set = \"{}\"", set.name()));
            assert_eq!(read.get("a.b").unwrap().set, set);
        }
    }
}
