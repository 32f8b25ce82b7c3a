//! Actions in flight: begun, held, joined, and many at once.

mod support;

use std::time::Duration;

use rolecall_providers::{Answer, App, BoxFuture, Call, CallAnswer, Client, NoClient, Provider};
use rolecall_scenario::{Outcome, Report};
use support::{play, play_with};

const WORLD: &str = r#"
summary = "A world for races."
[world]
buckets = ["photos"]
role.photo-app = { trust = "ec2", policies = ["AmazonS3FullAccess"] }
role.reader = { trust = "ec2", policies = ["AmazonS3ReadOnlyAccess"] }
profile.web-profile = { role = "photo-app" }
profile.read-profile = { role = "reader" }
instance.web = { profile = "web-profile" }
"#;

fn played(rest: &str) -> Report {
    play(&format!("{WORLD}{rest}"))
}

fn passed(report: &Report) {
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
}

fn inconclusive(report: &Report) -> &str {
    match &report.outcome {
        Outcome::Inconclusive(why) => why,
        other => panic!("{other:?}: {:#?}", report.steps),
    }
}

/// cache.single-flight: the gate proves that all eight ask before one is answered.
#[test]
fn the_world_acts_while_a_call_is_in_flight() {
    let report = played(
        r#"
[[step]]
name = "eight ask, and the first fetch is held"
at-once = 8
gate = { name = "held", on = "imds-credentials", at = "before-response" }
begin = { as = "callers", resolve = {} }
expect.calls = { imds-credentials = 1 }
[[step]]
name = "meanwhile the source issues another set"
rotate = { instance = "web" }
[[step]]
name = "all have what the one was answered"
open = "held"
join = "callers"
expect.identity = "photo-app"
expect.issue = 1
expect-total = { imds-credentials = 1 }
"#,
    );
    passed(&report);
    let happened: Vec<_> = report.steps.iter().map(|it| it.happened.as_str()).collect();
    assert_eq!(happened[0], "begun, 8 callers in flight");
    assert!(
        happened[2].starts_with("8 callers: photo-app issue 1, expires "),
        "{happened:?}"
    );
}

/// The same with callers who share nothing: the counts tell it.
#[test]
fn callers_without_a_cache_fetch_each_for_itself() {
    let report = played(
        r#"
[app.scripts]
use = "default-chain"
[[step]]
name = "eight ask"
at-once = 8
resolve = {}
expect-total = { imds-credentials = 1 }
"#,
    );
    assert_eq!(report.outcome, Outcome::Failed);
    let finding = &report.steps[0].findings[0];
    assert_eq!(finding.actual, "8");
}

/// What is expected must hold for each caller; a finding says for how many it does not.
#[test]
fn what_one_of_many_callers_does_not_meet_is_told() {
    let report = play(
        r#"
summary = "A task, whose provider keeps nothing."
[world]
role.batch = { trust = "ecs-tasks" }
task.worker = { role = "batch" }
[app.scripts]
use = "default-chain"
[[fault]]
name = "two are refused"
on = "container-credentials"
nth = 3
times = 2
answer = { status = 404, code = "NotFound", message = "no" }
[[step]]
name = "eight ask"
at-once = 8
resolve = {}
"#,
    );
    assert_eq!(report.outcome, Outcome::Failed);
    let step = &report.steps[0];
    assert_eq!(step.findings.len(), 1, "{:#?}", step.findings);
    assert!(
        step.findings[0].actual.ends_with(", for 2 of 8 callers"),
        "{}",
        step.findings[0].actual
    );
    assert_eq!(step.struck, ["two are refused (answer, 2 times)"]);
    assert!(
        step.happened.contains("6 callers: batch"),
        "{}",
        step.happened
    );
}

/// Two calls of one app cross: each is judged by what it signed itself.
#[test]
fn each_call_is_judged_by_its_own_requests() {
    let report = played(
        r#"
[match.slow]
operation = "s3-put-object"
path = "*/slow.jpg"
[app.web]
use = "default-chain"
[[step]]
name = "an upload is held when it is decided"
gate = { name = "held", on = "slow", at = "before-response" }
begin = { as = "slow", upload = { bucket = "photos", key = "slow.jpg" } }
[[step]]
name = "another role comes"
replace-profile = { instance = "web", profile = "read-profile" }
[[step]]
name = "which may not write"
upload = { bucket = "photos", key = "fast.jpg" }
expect.denied = { code = "AccessDenied" }
expect.identity = "reader"
[[step]]
name = "the first was allowed"
open = "held"
join = "slow"
expect.allowed = { by = "AmazonS3FullAccess", identity = "photo-app", issue = 1 }
"#,
    );
    passed(&report);
}

/// A gate at arrival is before the decision: what changes meanwhile decides.
#[test]
fn a_request_held_at_its_arrival_is_decided_when_it_is_let_go() {
    let report = played(
        r#"
[[step]]
name = "an upload is held at the door"
gate = { name = "door", on = "s3-put-object", at = "arrival" }
begin = { as = "upload", upload = { bucket = "photos", key = "cat.jpg" } }
[[step]]
name = "the policy goes"
detach-policy = { role = "photo-app", policy = "AmazonS3FullAccess" }
[[step]]
name = "and so does the right"
open = "door"
join = "upload"
expect.denied = { code = "AccessDenied", reason = "no-identity-policy" }
"#,
    );
    passed(&report);
}

/// `after` lets timeouts of what is in flight pass; `within` is from beginning to end.
#[test]
fn time_passes_for_what_is_in_flight() {
    let report = played(
        r#"
[[step]]
name = "nobody answers"
fault = { name = "silent", on = "imds-token", black-hole = true }
begin = { as = "call", resolve = {} }
[[step]]
name = "a day later it is long over"
after = "20h"
clear-fault = "silent"
rotate = { instance = "web" }
[[step]]
name = "it gave up in time"
join = "call"
expect.fails = "timeout"
expect.within = "1m"
"#,
    );
    passed(&report);
    let report = played(
        r#"
[[step]]
name = "nobody answers"
fault = { name = "silent", on = "imds-token", black-hole = true }
resolve = {}
expect.fails = "timeout"
expect.within = "100ms"
"#,
    );
    assert_eq!(report.outcome, Outcome::Failed, "time passed for it");
}

#[test]
fn a_step_tells_whether_what_it_began_has_ended() {
    let report = played(
        r#"
[[step]]
name = "nothing holds it"
begin = { as = "call", resolve = {} }
[[step]]
name = "it is there"
join = "call"
expect.issue = 1
"#,
    );
    passed(&report);
    assert_eq!(report.steps[0].happened, "begun, and already at its end");
}

/// A panic is no answer, whatever was expected, and no reason to end the run.
#[test]
fn a_client_that_panics_fails_its_step() {
    for expect in ["", "expect.fails = \"other\"", "expect.denied = {}"] {
        let report = played(&format!(
            r#"
[[step]]
name = "two roles where one is expected"
fault = {{ name = "two", on = "imds-role", times = 1, roles = ["first", "second"] }}
resolve = {{}}
{expect}
[[step]]
name = "the next is none the worse for it"
resolve = {{}}
"#
        ));
        assert_eq!(report.outcome, Outcome::Failed, "{expect}");
        let actual = &report.steps[0].findings[0].actual;
        assert!(actual.starts_with("a panic: "), "{actual}");
        assert_eq!(report.steps[1].outcome, Outcome::Passed);
    }
}

/// A client without timeouts.
struct Patient;

impl Provider for Patient {
    fn name(&self) -> &'static str {
        "patient"
    }

    fn version(&self) -> &'static str {
        "0"
    }

    fn open(&self, _: App) -> BoxFuture<'_, Result<Box<dyn Client>, NoClient>> {
        Box::pin(async { Ok(Box::new(Self) as Box<dyn Client>) })
    }
}

impl Client for Patient {
    fn resolve(&self) -> BoxFuture<'_, Answer> {
        Box::pin(std::future::pending())
    }

    fn call(&self, _: Call) -> BoxFuture<'_, CallAnswer> {
        Box::pin(std::future::pending())
    }
}

#[test]
fn an_action_that_never_ends_is_given_up() {
    const WHY: &str = "the action did not end within 24 hours of simulated time";
    let step = "[[step]]\nname = \"it\"\nresolve = {}\n";
    let report = play_with(&Patient, &format!("{WORLD}{step}"));
    assert_eq!(inconclusive(&report), WHY);
    assert_eq!(report.simulated, Duration::from_hours(24));

    let begun = "[[step]]\nname = \"it\"\nat-once = 3\nbegin = { as = \"call\", resolve = {} }\n\
                 [[step]]\nname = \"the end\"\njoin = \"call\"\n";
    let report = play_with(&Patient, &format!("{WORLD}{begun}"));
    assert_eq!(report.steps[0].outcome, Outcome::Passed);
    assert_eq!(inconclusive(&report), WHY);
}
