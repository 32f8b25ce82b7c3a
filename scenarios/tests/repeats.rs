//! Actions again and again, and files that are played once for each of their rows.

mod support;

use std::time::Duration;

use rolecall_scenario::Outcome;
use support::{WORLD, play};

const HOUR: Duration = Duration::from_hours(1);

const UPLOAD: &str = r#"upload = { bucket = "photos", key = "cat.jpg" }"#;
const OTHER: &str = r#"upload = { bucket = "backups", key = "cat.jpg" }"#;
const RESOLVE: &str = "resolve = {}";

/// Step, expectation; what is expected in the finding, or nothing where it is met.
const REPEATED: &[(&str, &str, &str)] = &[
    (RESOLVE, r#"expect.identity = "photo-app""#, ""),
    (RESOLVE, "expect.issue = 1", "issue 1 of its source"),
    (RESOLVE, "expect.last = { issue = 3 }", ""),
    (
        RESOLVE,
        "expect.last = { issue = 2 }",
        "issue 2 of its source",
    ),
    (RESOLVE, r#"expect.each = { identity = "photo-app" }"#, ""),
    (
        RESOLVE,
        "expect.each = { issue = 3 }",
        "issue 3 of its source",
    ),
    (
        RESOLVE,
        "expect.each = { any-of = [{ issue = 1 }, { issue = 2 }, { issue = 3 }] }",
        "",
    ),
    (RESOLVE, "expect.calls = { imds-credentials = 2 }", ""),
    (
        RESOLVE,
        "expect.calls = { imds-credentials = 3 }",
        "3 imds-credentials in all repetitions",
    ),
    (
        RESOLVE,
        "expect.each = { calls = { imds-credentials = { max = 1 } } }",
        "",
    ),
    (
        RESOLVE,
        "expect.each = { calls = { imds-credentials = 1 } }",
        "1 imds-credentials since the last step",
    ),
    (RESOLVE, "expect-total = { imds-credentials = 3 }", ""),
    (OTHER, "expect.denied = {}", ""),
    (OTHER, "expect.each = { denied = {} }", ""),
    (
        OTHER,
        "expect.last = { denied = {} }",
        "the call is allowed",
    ),
    (OTHER, "", "the call is allowed"),
    (
        UPLOAD,
        "expect.last = { denied = {} }",
        "the service refuses",
    ),
    (
        r#"rotate = { instance = "web" }"#,
        "expect-total = { s3-put-object = 0 }",
        "",
    ),
];

#[test]
fn repetitions_are_judged_each_and_together() {
    for (action, expect, finding) in REPEATED {
        let app = if action.starts_with("rotate") {
            ""
        } else {
            "app = \"web\"\n"
        };
        let step = format!(
            "[[step]]\nname = \"it\"\n{app}{action}\nrepeat = {{ times = 3, every = \"6h\" }}\n{expect}\n"
        );
        let report = play(&format!("{WORLD}{step}"));
        let step = report.steps.last().unwrap();
        let found: Vec<_> = step
            .findings
            .iter()
            .map(|it| it.expected.as_str())
            .collect();
        match *finding {
            "" => assert_eq!(
                step.outcome,
                Outcome::Passed,
                "{action} {expect}: {found:?}"
            ),
            finding => {
                assert_eq!(step.outcome, Outcome::Failed, "{action} {expect}");
                assert!(
                    found.iter().any(|it| it.contains(finding)),
                    "{expect}: {found:?}"
                );
            }
        }
        assert_eq!(
            report.simulated,
            12 * HOUR,
            "twice six hours between three times"
        );
    }
}

/// What all repetitions have in common is said once; else, how many it is.
#[test]
fn repetitions_are_told_together() {
    let step = "[[step]]\nname = \"it\"\napp = \"web\"\nresolve = {}\nrepeat = { times = 4, every = \"3h\" }\nexpect.each = { issue = 1 }\n";
    let report = play(&format!("{WORLD}{step}"));
    let step = report.steps.last().unwrap();
    assert_eq!(
        step.happened,
        "2 times: photo-app issue 1, expires 2031-05-01T06:00:00Z; then 2 times: photo-app issue 2, expires 2031-05-01T11:55:00Z"
    );
    let [finding] = step.findings.as_slice() else {
        panic!("{:#?}", step.findings)
    };
    assert!(
        finding.actual.ends_with("for 2 of 4 repetitions"),
        "{finding:?}"
    );
}

/// What the runner cannot do is no failure.
#[test]
fn a_repetition_in_flight_is_inconclusive() {
    let step = "[[step]]\nname = \"it\"\napp = \"web\"\nrepeat = { times = 2 }\nbegin = { as = \"both\", resolve = {} }\n[[step]]\nname = \"end\"\njoin = \"both\"\n";
    let report = play(&format!("{WORLD}{step}"));
    let Outcome::Inconclusive(why) = report.outcome else {
        panic!("{:?}", report.outcome)
    };
    assert_eq!(why, "a repeated action in flight is not played yet");
}

/// Each row is a scenario of its own, with its own verdict.
#[test]
fn rows_have_their_own_verdicts() {
    let text = r#"
summary = "Rows."
[[vary]]
id = "soon"
wait = "1h"
issue = 1
[[vary]]
id = "late"
wait = "7h"
issue = 2
[[vary]]
id = "wrong"
wait = "7h"
issue = 1
[world]
role.photo-app = { trust = "ec2" }
profile.web-profile = { role = "photo-app" }
instance.web = { profile = "web-profile" }
[[step]]
name = "after ${wait}"
after = "${wait}"
resolve = {}
expect.issue = "${issue}"
"#;
    let verdicts: Vec<_> = support::play_rows(text)
        .into_iter()
        .map(|report| {
            (
                report.scenario.clone(),
                report.outcome.word(),
                report.steps[0].name.clone(),
            )
        })
        .collect();
    let row =
        |id: &str, verdict, wait: &str| (format!("words[{id}]"), verdict, format!("after {wait}"));
    assert_eq!(
        verdicts,
        [
            row("soon", "passed", "1h"),
            row("late", "passed", "7h"),
            row("wrong", "failed", "7h")
        ]
    );
}

/// Names are unique in the file, whatever account they are in; each account decides for itself.
#[test]
fn a_role_of_another_account_asks_for_what_both_accounts_allow() {
    let report = play(
        r#"
summary = "A vendor reads a customer's bucket, by the customer's leave."
[world]
account.customer = { id = "444455556666" }
role.vendor = { trust = "ec2", inline.assume = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}}' }
role.silent = { trust = "ec2" }
profile.vendor = { role = "vendor" }
profile.silent = { role = "silent" }
profile.theirs = { role = "local" }
instance.web = { profile = "vendor" }
instance.far = { profile = "theirs" }
role.local = { trust = "ec2", account = "customer", policies = ["AmazonS3FullAccess"] }
bucket.theirs = { account = "customer" }
[world.role.for-vendor]
account = "customer"
trust = '''{ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "sts:AssumeRole",
  "Principal": { "AWS": "arn:aws:iam::111122223333:root" }, "Condition": { "StringEquals": { "sts:ExternalId": "customer-7" } } } }'''
[app.web]
on = "web"
[app.far]
on = "far"
[[step]]
name = "without the external id"
app = "web"
assume-role = { role = "for-vendor" }
expect.denied = { reason = "no-trust-policy" }
[[step]]
name = "with it"
app = "web"
assume-role = { role = "for-vendor", external-id = "customer-7" }
expect.allowed = { by = "for-vendor", identity = "vendor" }
[[step]]
name = "who may not ask, may not"
replace-profile = { instance = "web", profile = "silent" }
[[step]]
name = "now it may not"
app = "web"
after = "7h"
assume-role = { role = "for-vendor", external-id = "customer-7" }
expect.denied = { reason = "no-identity-policy" }
[[step]]
name = "the vendor itself has no business in the bucket"
app = "web"
upload = { bucket = "theirs", key = "a" }
expect.denied = {}
[[step]]
name = "an instance of the customer's has"
app = "far"
upload = { bucket = "theirs", key = "a" }
expect.allowed = { identity = "local" }
[[step]]
name = "whose role is changed where it is"
detach-policy = { role = "local", policy = "AmazonS3FullAccess" }
[[step]]
name = "and has no longer"
app = "far"
upload = { bucket = "theirs", key = "a" }
expect.denied = { reason = "no-identity-policy" }
"#,
    );
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
}
