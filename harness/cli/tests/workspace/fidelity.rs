//! What the simulated servers cannot do, and what of the rest is tested: `docs/fidelity.md`, and the
//! tests behind the rules about credentials' sources.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use toml::Value;

use super::{files, root, slugs_in};

/// Something that a server on loopback cannot do as AWS does it.
struct Limit {
    slug: &'static str,
    aws: &'static str,
    ours: &'static str,
}

/// Everything of that kind. A rule that could be kept does not belong here.
const LIMITS: [Limit; 6] = [
    Limit {
        slug: "container.agent.address",
        aws: "The agent of EKS Pod Identity answers at 169.254.170.23 and `[fd00:ec2::23]`, port 80, which belong to the network of the node",
        ours: "In memory these are the addresses. Over TCP each pod has an address and port of its own, which `AWS_CONTAINER_CREDENTIALS_FULL_URI` names",
    },
    Limit {
        slug: "container.ecs.address",
        aws: "Tasks find their credentials at 169.254.170.2, port 80, which every SDK has built in and puts before a relative URI",
        ours: "In memory this is the address. Over TCP each task has an address and port of its own, and is told the full URI",
    },
    Limit {
        slug: "imds.address",
        aws: "Instances find their metadata at 169.254.169.254 and `[fd00:ec2::254]`, port 80, and which instance asks is known by its network",
        ours: "In memory these are the addresses. Over TCP each instance has an address and port of its own, which `AWS_EC2_METADATA_SERVICE_ENDPOINT` names",
    },
    Limit {
        slug: "imds.requests.throttled",
        aws: "Requests and simultaneous connections of an instance are limited; how many is not published, and clients tell of delays and of status 503",
        ours: "Nothing is throttled by itself. The faults `throttle`, `delay` and `refuse-connection` do it to the requests that they mean",
    },
    Limit {
        slug: "imds.token.hop-limit",
        aws: "The packets of the answer to a token request leave with the hop limit as their IP time to live, so that a router on the way drops them",
        ours: "The world is told how far away the clients of an instance are; beyond the hop limit the whole answer is lost and the client waits. No packet has another time to live, and none is lost by halves",
    },
    Limit {
        slug: "policy.context.always",
        aws: "Services are reached under names of their own, over TLS, and `aws:SecureTransport` says whether a request was",
        ours: "Over TCP all services are at one address that speaks plain HTTP, where the signature says which is meant; buckets are named in the path or, by clients that resolve such names, in the host. `aws:SecureTransport` is always true",
    },
];

/// The collected facts about the servers that credentials come from, by number: metadata, then
/// containers. The other numbers are about clients.
const METADATA_FACTS: &[u16] = &[
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 40, 41, 42, 43, 44, 45, 46, 51, 55, 56, 57, 58, 59,
    60, 61, 70, 75, 76, 78, 79, 80, 81, 82, 83,
];
const CONTAINER_FACTS: &[u16] = &[13, 16, 21, 22, 23, 24, 25];
/// Facts that no rule follows, by the slug in the list of limits.
const LIMITED_FACTS: &[(&str, &str, u16)] = &[("imds.requests.throttled", "IMDS", 13)];

/// A server rule, as far as it matters here.
struct Rule {
    slug: String,
    numbers: BTreeSet<String>,
    sourced: bool,
}

impl Rule {
    fn topic(&self) -> &str {
        self.slug.split('.').next().unwrap()
    }
}

fn rules() -> Vec<Rule> {
    let table = super::read(&root().join("docs/server-rules.toml"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rule = |entry: &Value| Rule {
        slug: text(&entry["slug"]),
        numbers: entry["rulebook"]
            .as_array()
            .unwrap()
            .iter()
            .map(text)
            .collect(),
        sourced: text(&entry["source"]["kind"]) != "unsourced",
    };
    table["rule"].as_array().unwrap().iter().map(rule).collect()
}

/// The slugs in the comments of all tests that stand in files of their own.
fn named_in_tests() -> BTreeSet<String> {
    let folders = ["harness", "scenarios/tests"];
    let sources = folders.map(|folder| files(&root().join(folder), &[".rs"]));
    let of_tests = sources.into_iter().flatten().filter(|path| {
        let path = path.strip_prefix(root()).unwrap();
        path.iter()
            .any(|part| part.to_str().unwrap().starts_with("tests"))
    });
    of_tests
        .flat_map(|path| slugs_in(&fs::read_to_string(path).unwrap()))
        .collect()
}

fn is_limit(slug: &str) -> bool {
    LIMITS.iter().any(|limit| limit.slug == slug)
}

#[test]
fn every_rule_of_a_source_of_credentials_is_tested() {
    let named = named_in_tests();
    let of_a_source = |rule: &&Rule| {
        let numbered = |number: &String| number.starts_with("IMDS-") || number.starts_with("CONT-");
        ["imds", "container"].contains(&rule.topic()) || rule.numbers.iter().any(numbered)
    };
    let rules = rules();
    let untested: Vec<_> = rules
        .iter()
        .filter(of_a_source)
        .filter(|rule| !named.contains(&rule.slug) && !is_limit(&rule.slug))
        .map(|rule| &rule.slug)
        .collect();
    assert!(untested.is_empty(), "no test names {untested:?}");
}

#[test]
fn every_fact_about_a_source_of_credentials_has_a_rule() {
    let rules = rules();
    let followed: BTreeSet<_> = rules.iter().flat_map(|rule| &rule.numbers).collect();
    let facts = [("IMDS", METADATA_FACTS), ("CONT", CONTAINER_FACTS)];
    for (group, numbers) in facts {
        for number in numbers {
            let limit = LIMITED_FACTS
                .iter()
                .find(|(_, of, fact)| (*of, *fact) == (group, *number));
            let followed = followed.contains(&format!("{group}-{number:03}"));
            assert_eq!(followed, limit.is_none(), "{group} {number}");
            assert!(limit.is_none_or(|(slug, ..)| is_limit(slug)));
        }
    }
}

#[test]
fn limits_are_sorted_and_of_rules_or_facts() {
    assert!(LIMITS.is_sorted_by_key(|limit| limit.slug));
    let rules = rules();
    for Limit { slug, .. } in LIMITS {
        let of_rule = rules.iter().any(|rule| rule.slug == slug);
        let of_fact = LIMITED_FACTS.iter().any(|(of, ..)| *of == slug);
        assert!(of_rule != of_fact, "{slug}");
    }
}

/// The page as it must be.
fn page() -> String {
    let mut page = "\
# Fidelity

Written by a test from the rules about servers (`docs/server-rules.toml`) and from its own list of
limits: `UPDATE_DOCS=1 cargo test --package rolecall-cli --test workspace fidelity` writes it again.

## What a server on loopback cannot do

A process without a network of its own, and without rights over the machine's, cannot do these as AWS
does them.

| rule | AWS | here |
|---|---|---|
"
    .to_owned();
    for Limit { slug, aws, ours } in LIMITS {
        let _ = writeln!(page, "| `{slug}` | {aws} | {ours} |");
    }
    page.push_str(
        "
## What is modelled, and how it is known

A rule is sourced if documentation, a published case, the source of a server, an agreement of clients
or a public report backs it; parts that nothing backs are named in its entry. An unsourced one is a choice of
ours: its entry says which, and no client is failed by it.

| topic | server rules | sourced | unsourced |
|---|---:|---:|---:|
",
    );
    let rules = rules();
    let topics: BTreeSet<_> = rules.iter().map(Rule::topic).collect();
    for topic in topics {
        row(
            &mut page,
            topic,
            rules.iter().filter(|rule| rule.topic() == topic),
        );
    }
    row(&mut page, "all", rules.iter());
    page
}

/// A line of the table of topics.
fn row<'a>(page: &mut String, topic: &str, rules: impl Iterator<Item = &'a Rule>) {
    let (sourced, unsourced): (Vec<_>, Vec<_>) = rules.partition(|rule| rule.sourced);
    let (sourced, unsourced) = (sourced.len(), unsourced.len());
    let all = sourced + unsourced;
    let _ = writeln!(page, "| {topic} | {all} | {sourced} | {unsourced} |");
}

/// Set `UPDATE_DOCS=1` to write the page again.
#[test]
fn the_page_is_this_one() {
    let path = root().join("docs/fidelity.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, page()).unwrap();
    } else {
        let written = fs::read_to_string(path).unwrap_or_default();
        assert_eq!(written, page(), "run this test with UPDATE_DOCS=1");
    }
}
