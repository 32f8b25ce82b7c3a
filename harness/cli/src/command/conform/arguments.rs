//! The arguments of `rolecall conform`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use rolecall_conformance::{Filter, Level, RuleSet, Shard};

use super::super::processes::Processes;
use super::output::ReportFormat;

/// Play the suite on providers, and say rule by rule what each does
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// A provider under test: `aws-config`, in this process, or a driver of fixtures/providers; may be
    /// given several times, and `aws-config` is taken if there is none
    #[arg(long = "provider", value_name = "NAME")]
    pub(super) providers: Vec<String>,
    #[command(flatten)]
    pub(super) processes: Processes,
    #[command(flatten)]
    pub(super) chosen: Chosen,
    /// How many scenarios are played at the same time; as many as there are processors by default
    #[arg(long, value_name = "N")]
    pub(super) jobs: Option<usize>,
    /// What all ids, keys and jitter are drawn from; the same seed plays the same
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,
    /// What the provider is known to fail; the list in its folder by default
    #[arg(long, value_name = "FILE")]
    pub(super) known_failing: Option<PathBuf>,
    /// Write a list of all that fails, to be completed with reasons and links
    #[arg(long, value_name = "FILE")]
    pub(super) write_known_failing: Option<PathBuf>,
    /// How many scenarios have to come to a verdict, with each provider; fewer are exit code 3
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) judged_min: usize,
    /// Keep `result.json`, and journal, result and scenario of all that failed, below this folder
    #[arg(long, value_name = "DIR")]
    pub(super) report: Option<PathBuf>,
    /// Fail where a verdict is not the one of this published table, as `--format markdown` makes it
    #[arg(long, value_name = "FILE")]
    pub(super) check: Option<PathBuf>,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    pub(super) format: ReportFormat,
    /// The day that verdicts are dated with; today by default
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) date: Option<String>,
    /// A provider of your own: a driver, or any program that prints what `credential_process` takes
    #[arg(last = true, value_name = "COMMAND")]
    pub(super) command: Vec<String>,
}

/// Which part of the suite is played
#[derive(Args, Debug)]
pub(super) struct Chosen {
    /// Only scenarios of this topic; each of these may be given several times
    #[arg(long = "topic", value_name = "TOPIC")]
    pub(super) topics: Vec<String>,
    /// Only scenarios that test this rule
    #[arg(long = "rule", value_name = "RULE")]
    pub(super) rules: Vec<String>,
    /// Only scenarios about rules of this level
    #[arg(long = "level", value_enum, value_name = "LEVEL")]
    levels: Vec<LevelName>,
    /// Only scenarios about rules of this set
    #[arg(long = "set", value_enum, value_name = "SET")]
    sets: Vec<SetName>,
    /// Only this scenario, or this row of one
    #[arg(long = "scenario", value_name = "NAME")]
    pub(super) scenarios: Vec<String>,
    /// Only one of several parts: 2/8 is the second of eight
    #[arg(long, value_name = "I/N")]
    pub(super) shard: Option<Shard>,
}

const EXAMPLES: &str = "\
Examples:
  rolecall conform                                        aws-config, in this process
  rolecall conform --provider botocore --provider go-v2
  rolecall conform --topic imds --level must -- python3 my_driver.py
  rolecall conform --shard 2/8 --report part-2 --provider java-v2
  rolecall report merge part-*/result.json --format html --out report.html

Exit codes, of which 2 beats 1 beats 3 beats 0:
  0  judged, and as expected
  1  an unexpected failure, or an unexpected pass
  2  wrong usage, a file that cannot be used, a list of known failures that is stale
  3  something could not be judged, or fewer scenarios were than --judged-min";

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LevelName {
    Must,
    Should,
    May,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SetName {
    Documented,
    Legacy,
    #[value(name = "refresh-2026")]
    Refresh2026,
}

impl Chosen {
    /// What it takes of the suite, without regard to the shard.
    pub(super) fn filter(&self) -> Filter {
        let levels = self.levels.iter().map(|level| match level {
            LevelName::Must => Level::Must,
            LevelName::Should => Level::Should,
            LevelName::May => Level::May,
        });
        let sets = self.sets.iter().map(|set| match set {
            SetName::Documented => RuleSet::Documented,
            SetName::Legacy => RuleSet::Legacy,
            SetName::Refresh2026 => RuleSet::Refresh2026,
        });
        Filter {
            topics: self.topics.clone(),
            rules: self.rules.clone(),
            levels: levels.collect(),
            sets: sets.collect(),
            scenarios: self.scenarios.clone(),
        }
    }
}
