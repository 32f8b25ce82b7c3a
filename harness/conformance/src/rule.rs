//! Rules: what they say, why, and where it is written.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Something that a client, or a server, of AWS must or should do.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The only id that is used in code, output and documentation.
    pub slug: String,
    /// The rule, in a sentence.
    pub says: String,
    /// Why it matters to whoever runs the client. Rules about servers have none.
    #[serde(default)]
    pub why: String,
    /// The numbers of the facts it was made from.
    #[serde(default)]
    pub rulebook: Vec<String>,
    /// Where it is written.
    pub source: Source,
}

/// Where a rule is written.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What kind of text it is; decides how strict the rule may be.
    pub kind: SourceKind,
    /// The page, or the code bases.
    pub text: String,
    /// When it was read: year and month.
    pub date: String,
}

/// What kind of text a rule comes from.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// AWS's text to authors of clients.
    Documentation,
    /// Cases that AWS publishes.
    PublishedCases,
    /// Documented behaviour of the servers that leaves a client no choice.
    ServerFact,
    /// What at least three independent code bases do.
    Consensus,
    /// A report of a bug.
    Report,
    /// Nothing yet: a question, never a verdict.
    Unsourced,
}

/// How strict a rule is; follows from its source alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Reported, never failed.
    May,
    /// Failed, and marked as a consensus.
    Should,
    /// Failed.
    Must,
}

impl Rule {
    /// How strict it is.
    pub fn level(&self) -> Level {
        match self.source.kind {
            SourceKind::Documentation | SourceKind::PublishedCases | SourceKind::ServerFact => {
                Level::Must
            }
            SourceKind::Consensus => Level::Should,
            SourceKind::Report | SourceKind::Unsourced => Level::May,
        }
    }
}

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
            for rule in file.rule {
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

    /// Adds the rules of another book, which take the place of those with their slugs.
    pub fn add(&mut self, other: Self) {
        self.rules.extend(other.rules);
    }

    /// All slugs.
    pub fn slugs(&self) -> BTreeSet<String> {
        self.rules.keys().cloned().collect()
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
}
