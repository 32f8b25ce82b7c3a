//! Each word for requests that are singled out, played: what is done to them is done, and what came
//! to nothing is told.

mod support;

use rolecall_endpoints::FAULT_WORDS;
use rolecall_scenario::{Outcome, Report};
use support::play;

const WORLD: &str = r#"
summary = "A world for faults."
[world]
buckets = ["photos"]
role.photo-app = { trust = "ec2", policies = ["AmazonS3FullAccess"] }
role.batch = { trust = "ecs-tasks", policies = ["AmazonS3FullAccess"] }
profile.web-profile = { role = "photo-app" }
instance.web = { profile = "web-profile" }
task.worker = { role = "batch" }
[app.web]
on = "web"
[app.worker]
on = "worker"
"#;

fn played(rest: &str) -> Report {
    play(&format!("{WORLD}{rest}"))
}

fn inconclusive(report: &Report) -> &str {
    match &report.outcome {
        Outcome::Inconclusive(why) => why,
        other => panic!("{other:?}: {:#?}", report.steps),
    }
}

fn passed(report: &Report) {
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
}

/// Every word does something to the request of a client that must not be brought down by it: the
/// runner goes on whatever becomes of the client, and says what struck.
#[test]
fn every_word_strikes_and_is_told() {
    for word in FAULT_WORDS {
        let first = word.example.split(", or ").next().unwrap();
        // Who gives up before there is an answer leaves none to be told of.
        let effect = first.replace("batch", "worker").replace("2s", "500ms");
        let on = match word.word {
            "roles" => "imds-role",
            _ => "imds-credentials",
        };
        let report = played(&format!(
            r#"
[[fault]]
name = "it"
on = "{on}"
times = 1
{effect}
[[step]]
name = "what becomes of it is the client's affair"
app = "web"
resolve = {{}}
expect.any-of = [{{ fails = "other" }}, {{ identity = "photo-app" }}, {{ identity = "batch" }}, {{}}]
"#
        ));
        let struck = &report.steps[0].struck;
        assert_eq!(*struck, [format!("it ({})", word.word)], "{effect}");
        let in_trace = report.steps[0]
            .trace
            .iter()
            .filter(|it| it.exchange.fault.is_some());
        assert_eq!(in_trace.count(), 1, "{effect}");
    }
}

#[test]
fn the_second_and_third_suffer_and_no_other() {
    passed(&played(
        r#"
[app.script]
on = "worker"
use = "default-chain"
[[fault]]
name = "refused"
on = "container-credentials"
nth = 2
times = 2
answer = { status = 404, code = "Gone", message = "Gone" }
[[step]]
name = "the first"
app = "script"
resolve = {}
[[step]]
name = "the second"
app = "script"
resolve = {}
expect.fails = "source-error"
[[step]]
name = "the third"
app = "script"
resolve = {}
expect.fails = "source-error"
[[step]]
name = "the fourth"
app = "script"
resolve = {}
"#,
    ));
}

#[test]
fn a_fault_begins_with_its_step_and_ends_when_it_is_cleared() {
    let report = played(
        r#"
[[step]]
name = "before"
app = "worker"
upload = { bucket = "photos", key = "cat.jpg" }
[[step]]
name = "during"
app = "worker"
fault = { name = "denied", on = "s3-*", answer = { status = 403, code = "AccessDenied", message = "no" } }
upload = { bucket = "photos", key = "cat.jpg" }
expect.denied = { code = "AccessDenied" }
[[step]]
name = "after"
app = "worker"
clear-fault = "denied"
upload = { bucket = "photos", key = "cat.jpg" }
"#,
    );
    passed(&report);
    assert_eq!(report.steps[1].struck, ["denied (answer)"]);
    assert_eq!(report.steps[2].struck, [""; 0]);
}

#[test]
fn a_match_goes_by_app_place_time_path_and_headers() {
    let report = played(
        r#"
[match.of-the-app]
app = "worker"
operation = "s3-*"
[match.from-the-place]
place = "web"
[match.late]
operation = "s3-*"
not-before = "1h"
before = "2h"
[match.credentials]
path = "/latest/meta-data/iam/security-credentials/*"
header-present = ["x-aws-ec2-metadata-token"]
[[step]]
name = "the app"
app = "worker"
upload = { bucket = "photos", key = "cat.jpg" }
expect.calls = { of-the-app = 1, from-the-place = 0, late = 0, credentials = 0 }
[[step]]
name = "the other, in time"
app = "web"
after = "1h"
upload = { bucket = "photos", key = "cat.jpg" }
expect.calls = { of-the-app = 0, from-the-place = 4, late = 1, credentials = 2, s3-put-object = 1 }
[[step]]
name = "too late"
app = "web"
after = "1h"
upload = { bucket = "photos", key = "cat.jpg" }
expect.calls = { of-the-app = 0, from-the-place = 1, late = 0, credentials = 0 }
expect-total = { from-the-place = 5, late = 1 }
"#,
    );
    passed(&report);
}

#[test]
fn faults_strike_by_place_and_time() {
    let report = played(
        r#"
[match.web-in-the-second-hour]
place = "web"
operation = "s3-*"
not-before = "1h"
before = "2h"
[[fault]]
name = "denied"
on = "web-in-the-second-hour"
answer = { status = 403, code = "AccessDenied", message = "no" }
[[step]]
name = "too early"
app = "web"
upload = { bucket = "photos", key = "cat.jpg" }
[[step]]
name = "in time, elsewhere"
app = "worker"
after = "1h"
upload = { bucket = "photos", key = "cat.jpg" }
[[step]]
name = "in time"
app = "web"
upload = { bucket = "photos", key = "cat.jpg" }
expect.denied = {}
[[step]]
name = "too late"
app = "web"
after = "1h"
upload = { bucket = "photos", key = "cat.jpg" }
"#,
    );
    passed(&report);
}

#[test]
fn what_never_happened_is_inconclusive() {
    const RESOLVE: &str = "[[step]]\nname = \"it\"\napp = \"web\"\nresolve = {}\n";
    for (rest, why) in [
        (
            format!("[[fault]]\nname = \"f\"\non = \"s3-*\"\nempty-body = true\n{RESOLVE}"),
            "fault `f` never struck: no request it means was made",
        ),
        (
            format!(
                "[[fault]]\nname = \"f\"\non = \"imds-role\"\nnth = 2\nempty-body = true\n{RESOLVE}"
            ),
            "fault `f` never struck: it begins with request 2, and saw 1",
        ),
        (
            format!(
                "[[fault]]\nname = \"d\"\non = \"imds-role\"\ndelay = \"10ms\"\n\
                 [[fault]]\nname = \"f\"\non = \"imds-role\"\nempty-body = true\n{RESOLVE}"
            ),
            "fault `f` never struck: another fault struck in its place",
        ),
        (
            format!("{RESOLVE}gate = {{ name = \"g\", on = \"s3-*\", at = \"arrival\" }}\n"),
            "gate `g` was never reached",
        ),
        (
            format!(
                "{RESOLVE}gate = {{ name = \"g\", on = \"s3-*\", at = \"arrival\" }}\n\
                 [[step]]\nname = \"open\"\nopen = \"g\"\nrotate = {{ task = \"worker\" }}\n"
            ),
            "gate `g` was never reached",
        ),
        (
            format!(
                "[[fault]]\nname = \"f\"\non = \"s3-*\"\nempty-body = true\n{RESOLVE}\
                 [[step]]\nname = \"lift\"\nclear-fault = \"f\"\nrotate = {{ task = \"worker\" }}\n"
            ),
            "fault `f` never struck: no request it means was made",
        ),
    ] {
        let report = played(&rest);
        assert_eq!(inconclusive(&report), why, "{rest}");
    }
}

/// A failure stays one: that a fault never struck may well be why.
#[test]
fn a_failure_is_told_before_what_never_happened() {
    let report = played(
        r#"
[[fault]]
name = "f"
on = "s3-*"
empty-body = true
[[step]]
name = "it"
app = "web"
resolve = {}
expect.issue = 7
"#,
    );
    assert_eq!(report.outcome, Outcome::Failed);
}

#[test]
fn a_fault_for_a_place_that_is_not_there_yet_is_said_in_a_later_step() {
    const LATER: &str = r#"
summary = "An instance that is launched."
[world]
role.photo-app = { trust = "ec2" }
profile.web-profile = { role = "photo-app" }
[match.of-the-new-one]
place = "new"
operation = "imds-role"
"#;
    const LAUNCH: &str =
        "[[step]]\nname = \"launch\"\nlaunch = { instance = \"new\", profile = \"web-profile\" }\n";
    let fault = "on = \"of-the-new-one\"\ndelay = \"10ms\"\n";
    let report = play(&format!("{LATER}[[fault]]\nname = \"f\"\n{fault}{LAUNCH}"));
    assert!(
        inconclusive(&report).contains("nothing called `new` runs yet"),
        "{:?}",
        report.outcome
    );
    let in_step = "[[step]]\nname = \"it\"\nresolve = {}\n\
                   fault = { name = \"f\", on = \"of-the-new-one\", delay = \"10ms\" }\n";
    let report = play(&format!("{LATER}{LAUNCH}{in_step}"));
    passed(&report);
    assert_eq!(report.steps[1].struck, ["f (delay)"]);
}
