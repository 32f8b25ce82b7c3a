//! A file that uses every word.

use std::collections::BTreeSet;
use std::time::Duration;

use super::account::Account;
use crate::language::model::SettingValue;
use crate::language::tree::{Entries, Tree};
use crate::language::{Act, Action, Place, Scenario, words};

pub(super) const EVERYTHING: &str = include_str!("everything.toml");

fn everything() -> Scenario {
    Scenario::parse("everything.toml", EVERYTHING, &Account).unwrap_or_else(|bad| panic!("{bad}"))
}

#[test]
fn it_says_what_it_says() {
    let mut scenario = everything();
    // The rows repeat all the rest.
    let rows = std::mem::take(&mut scenario.vary);
    assert_eq!(rows.len(), 2);
    scenario.source = std::sync::Arc::default();
    for step in &mut scenario.steps {
        step.span = 0..0;
    }
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_debug_snapshot!(scenario);
    });
}

#[test]
fn each_row_is_a_scenario() {
    let scenario = everything();
    let names: Vec<&str> = scenario
        .runs()
        .iter()
        .map(|run| run.name.as_str())
        .collect();
    assert_eq!(names, ["everything[short]", "everything[long]"]);
    let uploads: Vec<String> = scenario
        .runs()
        .iter()
        .map(|run| match run.steps[1].act.value.action() {
            Some(Action::Upload(upload)) => upload.key.to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(uploads, ["cat-8.jpg", "cat-64.jpg"]);
    assert_eq!(scenario.steps, scenario.vary[0].scenario.steps);
    let callers = scenario.vary[1].scenario.steps[0].at_once.as_ref().unwrap();
    assert_eq!(callers.value, 64);
}

#[test]
fn it_uses_every_key_and_every_construct_has_a_place() {
    let root = crate::language::tree::parse(EVERYTHING).unwrap_or_else(|_| panic!("not TOML"));
    let Tree::Table(entries) = root.value else {
        panic!("not a table")
    };
    let mut used = BTreeSet::new();
    collect(&entries, &mut used);
    let unused: Vec<&str> = words()
        .into_iter()
        .filter(|word| !used.contains(*word) && !closed_list(word))
        .collect();
    assert_eq!(unused, [""; 0]);
    for (word, span) in everything().constructs() {
        assert!(!span.is_empty(), "{word}");
    }
}

/// The members of closed lists, of which one file need not use all.
fn closed_list(word: &str) -> bool {
    use crate::language::{
        Class, CredentialSource, How, Method, Need, Overlap, Reason, RuleSet, Service, TaskKind,
        Use, Word,
    };
    use crate::language::{GatePoint, HttpTokens, OddExpiration, Point};
    Class::of(word).is_some()
        || CredentialSource::of(word).is_some()
        || crate::language::PodIdentity::of(word).is_some()
        || GatePoint::of(word).is_some()
        || How::of(word).is_some()
        || HttpTokens::of(word).is_some()
        || Method::of(word).is_some()
        || Need::of(word).is_some()
        || OddExpiration::of(word).is_some()
        || Overlap::of(word).is_some()
        || Point::of(word).is_some()
        || crate::language::ProcessField::of(word).is_some()
        || crate::language::SsoForm::of(word).is_some()
        || Reason::of(word).is_some()
        || RuleSet::of(word).is_some()
        || Service::of(word).is_some()
        || TaskKind::of(word).is_some()
        || Use::of(word).is_some()
}

fn collect(entries: &Entries, used: &mut BTreeSet<String>) {
    for (key, entry) in entries {
        used.insert(key.clone());
        collect_value(&entry.node.value, used);
    }
}

fn collect_value(value: &Tree, used: &mut BTreeSet<String>) {
    match value {
        Tree::Text(text) => {
            used.insert(text.clone());
        }
        Tree::List(items) => items
            .iter()
            .for_each(|item| collect_value(&item.value, used)),
        Tree::Table(entries) => collect(entries, used),
        _ => {}
    }
}

#[test]
fn places_settings_and_issuing_are_resolved() {
    let scenario = everything();
    assert_eq!(
        scenario.apps["later"].value.on.value,
        Place::Instance("new".to_owned())
    );
    assert_eq!(
        scenario.place("worker"),
        Some(Place::Pod("worker".to_owned()))
    );
    assert_eq!(scenario.place("nowhere"), None);
    let timeout = SettingValue::Seconds(1.5);
    let settings = &scenario.apps["web"].value.settings;
    assert!(settings.values().any(|value| value.value == timeout));
    let worker = &scenario.world.pods["worker"].value;
    let issuing = scenario.world.issuing().with(&worker.issuing);
    assert_eq!(issuing.credential_lifetime.value, Duration::from_hours(1));
    assert_eq!(issuing.overlap.to_string(), "until-expiry");
    assert_eq!(issuing.rotate_at.len(), 2);
}

#[test]
fn what_is_joined_is_done_by_the_app_that_began() {
    let scenario = everything();
    let join = scenario
        .steps
        .iter()
        .find(|step| matches!(step.act.value, Act::Join(_)))
        .unwrap();
    assert_eq!(scenario.app_of(join), Some("job"));
}

#[test]
fn constructs_are_told_apart_by_their_tables() {
    let words: BTreeSet<&str> = everything().constructs().map(|(word, _)| word).collect();
    for word in [
        "account",
        "account.full-aws-access",
        "account.scp",
        "app",
        "app.clock-skew",
        "app.settings",
        "at-once",
        "begin",
        "bucket",
        "clear-fault",
        "expect-total",
        "expect.any-of",
        "expect.each",
        "expect.under",
        "expect.within",
        "fault",
        "gate",
        "join",
        "laptop",
        "match",
        "open",
        "organization",
        "pod",
        "presign",
        "repeat",
        "rotate-token",
        "pod.token-lifetime",
        "settle",
        "step.app",
        "task.authorization-token-file",
        "task.kind",
        "terminate",
        "upload.parts",
        "user",
        "vary",
        "wall-step",
        "write-file",
    ] {
        assert!(words.contains(word), "{word}");
    }
}
