//! Rules: what they say, why, where it is written, and how strict that lets them be.

use serde::{Deserialize, Serialize};

/// Something that a client, or a server, of AWS must or should do.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The only id that is used in code, output and documentation.
    pub slug: String,
    /// The rule, in a sentence.
    pub says: String,
    /// Why it matters to whoever runs the client, or writes one. Many rules about servers have none.
    #[serde(default)]
    pub why: String,
    /// The numbers of the facts it was made from.
    #[serde(default)]
    pub rulebook: Vec<String>,
    /// Where it is written.
    pub source: Source,
    /// Which rules it belongs to.
    #[serde(default)]
    pub set: RuleSet,
    /// The slugs of the rules about servers that have to hold for this one to mean anything.
    #[serde(default)]
    pub assumes: Vec<String>,
    /// What it leaves to the client, in a sentence.
    pub latitude: Option<String>,
    /// The published case that it is, or is modelled on: a link.
    pub upstream: Option<String>,
    /// What it is about: the folder that its file is in.
    #[serde(skip)]
    pub topic: Topic,
    /// Those of [`assumes`](Self::assumes) that nobody has found a source for.
    #[serde(skip)]
    pub(crate) ungrounded: Vec<String>,
}

/// What rules are about, such as `imds`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Topic(String);

impl Topic {
    /// The topic of a file at `path`: its folder; that of a file without one, the first word of the
    /// rule's slug.
    pub(crate) fn of(path: &str, slug: &str) -> Self {
        let folder = path.rsplit('/').nth(1).filter(|folder| !folder.is_empty());
        let word = folder.or_else(|| slug.split('.').next());
        Self(word.unwrap_or_default().to_owned())
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Topic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// Rules that are judged together.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleSet {
    /// What is documented, or follows from it: these count.
    #[default]
    Documented,
    /// What a provider promises of itself, each its own.
    Legacy,
    /// How refreshing is to be from 2026 on: a preview, which fails nobody.
    #[serde(rename = "refresh-2026")]
    Refresh2026,
}

impl RuleSet {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 3] = [Self::Documented, Self::Legacy, Self::Refresh2026];

    /// Its name, as files have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Legacy => "legacy",
            Self::Refresh2026 => "refresh-2026",
        }
    }

    /// What belongs to it, in a few words.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Documented => "what is documented, or follows from it",
            Self::Legacy => "what each provider promises of itself",
            Self::Refresh2026 => {
                "how refreshing is to be from 2026 on: a preview that fails nobody who does not promise it"
            }
        }
    }
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

impl SourceKind {
    /// What it is, in a few words.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Documentation => "AWS's documentation says so",
            Self::PublishedCases => "cases that AWS publishes show it",
            Self::ServerFact => "the servers' documented behaviour leaves no choice",
            Self::Consensus => "three or more independent code bases do so",
            Self::Report => "there are only reports of it",
            Self::Unsourced => "no source is known",
        }
    }
}

/// How strict a rule is; follows from its source alone, and from what it assumes.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Reported, never failed.
    May,
    /// Failed, and marked as a consensus.
    Should,
    /// Failed.
    Must,
}

impl Level {
    /// The strictest first.
    pub const ALL: [Self; 3] = [Self::Must, Self::Should, Self::May];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::May => "may",
            Self::Should => "should",
            Self::Must => "must",
        }
    }
}

impl Rule {
    /// How strict it is.
    pub fn level(&self) -> Level {
        if self.ungrounded.is_empty() {
            self.level_of_its_source()
        } else {
            Level::May
        }
    }

    fn level_of_its_source(&self) -> Level {
        match self.source.kind {
            SourceKind::Documentation | SourceKind::PublishedCases | SourceKind::ServerFact => {
                Level::Must
            }
            SourceKind::Consensus => Level::Should,
            SourceKind::Report | SourceKind::Unsourced => Level::May,
        }
    }

    /// Whether a provider can fail it: those of level `may` fail nobody. A preview fails whoever promises
    /// to keep it, and that is for the runner to know.
    pub fn can_fail(&self) -> bool {
        self.level() > Level::May
    }

    /// Why it is as strict as it is, in a few words.
    pub fn why_this_level(&self) -> String {
        let source = self.source.kind.meaning();
        if self.ungrounded.is_empty() || self.level_of_its_source() == Level::May {
            return source.to_owned();
        }
        let assumed = self.ungrounded.join("`, `");
        format!("{source}, but it assumes `{assumed}`, for which no source is known")
    }
}
