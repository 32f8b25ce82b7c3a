//! Each word of an expectation, met and not met: a step fails *because of that word*.

mod support;

use std::time::Duration;

use rolecall_scenario::Outcome;
use support::play;

const HOUR: Duration = Duration::from_hours(1);

const WORLD: &str = r#"
summary = "A world for one word."
[world]
buckets = ["photos", "backups"]
role.photo-app = { trust = "ec2", inline = { photos-only = '''
{ "Version": "2012-10-17", "Statement": [
  { "Effect": "Allow", "Action": "s3:*Object", "Resource": "arn:aws:s3:::photos/*" },
  { "Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::photos/private/*" } ] }''' } }
role.batch = { trust = "ecs-tasks", policies = ["AmazonS3ReadOnlyAccess"] }
role.auditor = { trust = '''
{ "Version": "2012-10-17", "Statement": [
  { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:role/photo-app" }, "Action": "sts:AssumeRole" },
  { "Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole",
    "Condition": { "StringEquals": { "sts:ExternalId": "wrong" } } } ] }''' }
profile.web-profile = { role = "photo-app" }
instance.web = { profile = "web-profile" }
instance.bare = {}
task.worker = { role = "batch" }
[app.web]
on = "web"
[app.bare]
on = "bare"
[app.worker]
on = "worker"
[[step]]
name = "before"
app = "web"
resolve = {}
"#;

const UPLOAD: &str = r#"upload = { bucket = "photos", key = "cat.jpg" }"#;
const OTHER: &str = r#"upload = { bucket = "backups", key = "cat.jpg" }"#;
const PRIVATE: &str = r#"upload = { bucket = "photos", key = "private/cat.jpg" }"#;
const RESOLVE: &str = "resolve = {}";
const IDENTITY: &str = "caller-identity = {}";
const ASSUME: &str = r#"assume-role = { role = "auditor" }"#;
const ASSUME_WRONGLY: &str = r#"assume-role = { role = "auditor", external-id = "wrong" }"#;
const ASSUME_FOR_LONG: &str = r#"assume-role = { role = "auditor", duration = "2h" }"#;
const PRESIGN: &str =
    r#"presign = { method = "GET", bucket = "photos", key = "cat.jpg", expires = "1h" }"#;

/// App, action, expectation; what is expected in the finding, or nothing where it is met.
const CASES: &[(&str, &str, &str, &str)] = &[
    ("web", UPLOAD, "", ""),
    ("web", OTHER, "", "the call is allowed"),
    ("bare", RESOLVE, "", "credentials"),
    ("bare", RESOLVE, r#"expect.fails = "none-found""#, ""),
    ("bare", UPLOAD, r#"expect.fails = "none-found""#, ""),
    (
        "web",
        RESOLVE,
        r#"expect.fails = "none-found""#,
        "no credentials, and no signed request",
    ),
    (
        "web",
        OTHER,
        r#"expect.fails = "none-found""#,
        "no credentials, and no signed request",
    ),
    (
        "web",
        UPLOAD,
        r#"expect.allowed = { by = "photos-only" }"#,
        "",
    ),
    (
        "web",
        UPLOAD,
        r#"expect.allowed = { issue = 1, identity = "photo-app" }"#,
        "",
    ),
    (
        "web",
        UPLOAD,
        "expect.allowed = { issue = 2 }",
        "issue 2 of its source",
    ),
    (
        "web",
        UPLOAD,
        r#"expect.allowed = { identity = "batch" }"#,
        "credentials of `batch`",
    ),
    (
        "web",
        UPLOAD,
        r#"expect.allowed = { by = "AmazonS3ReadOnlyAccess" }"#,
        "allowed by `AmazonS3ReadOnlyAccess`",
    ),
    (
        "web",
        OTHER,
        r#"expect.denied = { code = "AccessDenied", reason = "no-identity-policy" }"#,
        "",
    ),
    (
        "web",
        OTHER,
        r#"expect.denied = { reason = "explicit-deny" }"#,
        "refused for `explicit-deny`",
    ),
    (
        "web",
        OTHER,
        r#"expect.denied = { code = "ExpiredToken" }"#,
        "refused with ExpiredToken",
    ),
    ("web", UPLOAD, "expect.denied = {}", "the service refuses"),
    ("web", RESOLVE, "expect.denied = {}", "the service refuses"),
    ("bare", UPLOAD, "expect.denied = {}", "the service refuses"),
    (
        "web",
        PRIVATE,
        r#"expect.denied = { by = "photos-only", reason = "explicit-deny" }"#,
        "",
    ),
    (
        "web",
        OTHER,
        r#"expect.denied = { by = "photos-only" }"#,
        "denied by `photos-only`",
    ),
    ("web", RESOLVE, r#"expect.identity = "photo-app""#, ""),
    (
        "web",
        RESOLVE,
        r#"expect.identity = "batch""#,
        "credentials of `batch`",
    ),
    ("worker", RESOLVE, r#"expect.identity = "batch""#, ""),
    ("web", RESOLVE, "expect.issue = 1", ""),
    ("web", RESOLVE, "expect.issue = 2", "issue 2 of its source"),
    ("web", UPLOAD, r#"expect.same-set-as = "before""#, ""),
    (
        "worker",
        RESOLVE,
        r#"expect.same-set-as = "before""#,
        "the set of step `before`",
    ),
    ("web", IDENTITY, r#"expect.identity = "photo-app""#, ""),
    (
        "web",
        IDENTITY,
        r#"expect.allowed = { identity = "photo-app", issue = 1 }"#,
        "",
    ),
    ("worker", IDENTITY, r#"expect.identity = "batch""#, ""),
    (
        "worker",
        IDENTITY,
        r#"expect.identity = "photo-app""#,
        "credentials of `photo-app`",
    ),
    ("bare", IDENTITY, r#"expect.fails = "none-found""#, ""),
    ("bare", IDENTITY, "", "the call is allowed"),
    ("web", IDENTITY, "expect.denied = {}", "the service refuses"),
    (
        "web",
        ASSUME,
        r#"expect.allowed = { by = "auditor", identity = "photo-app" }"#,
        "",
    ),
    (
        "web",
        ASSUME,
        r#"expect.allowed = { by = "photos-only" }"#,
        "allowed by `photos-only`",
    ),
    (
        "worker",
        ASSUME,
        r#"expect.denied = { code = "AccessDenied", reason = "no-trust-policy" }"#,
        "",
    ),
    (
        "web",
        ASSUME_WRONGLY,
        r#"expect.denied = { reason = "explicit-deny", by = "auditor" }"#,
        "",
    ),
    (
        "web",
        ASSUME_WRONGLY,
        r#"expect.denied = { by = "photos-only" }"#,
        "denied by `photos-only`",
    ),
    ("worker", ASSUME, "", "the call is allowed"),
    (
        "web",
        ASSUME_FOR_LONG,
        r#"expect.denied = { code = "ValidationError" }"#,
        "",
    ),
    ("web", PRESIGN, r#"expect.identity = "photo-app""#, ""),
    ("web", PRESIGN, "expect.issue = 2", "issue 2 of its source"),
    (
        "web",
        PRESIGN,
        r#"expect.allowed = { by = "photos-only" }"#,
        "allowed by `photos-only`",
    ),
    ("web", PRESIGN, "expect.calls = { s3-get-object = 0 }", ""),
    ("bare", PRESIGN, r#"expect.fails = "none-found""#, ""),
    (
        "web",
        UPLOAD,
        "expect.calls = { imds-credentials = 0, s3-put-object = 1 }",
        "",
    ),
    (
        "web",
        UPLOAD,
        "expect.calls = { s3-put-object = { min = 1, max = 2 } }",
        "",
    ),
    (
        "web",
        UPLOAD,
        "expect.calls = { imds-credentials = 1 }",
        "1 imds-credentials since the last step",
    ),
    (
        "web",
        UPLOAD,
        "expect.calls = { s3-put-object = { min = 2 } }",
        "at least 2 s3-put-object",
    ),
    ("web", UPLOAD, "expect-total = { imds-credentials = 1 }", ""),
    (
        "web",
        UPLOAD,
        "expect-total = { imds-credentials = 2 }",
        "2 imds-credentials since the start",
    ),
    ("web", UPLOAD, r#"expect.within = "1s""#, ""),
    (
        "web",
        UPLOAD,
        "expect.any-of = [{ issue = 2 }, { issue = 1 }]",
        "",
    ),
    (
        "bare",
        RESOLVE,
        r#"expect.any-of = [{ issue = 1 }, { fails = "none-found" }]"#,
        "",
    ),
    (
        "bare",
        RESOLVE,
        "expect.any-of = [{ issue = 1 }, {}]",
        "alternative 2: credentials",
    ),
    (
        "web",
        UPLOAD,
        "expect.any-of = [{ issue = 2 }, { issue = 3 }]",
        "alternative 2: issue 3 of its source",
    ),
];

#[test]
fn every_word_can_be_met_and_not_met() {
    for (app, action, expect, finding) in CASES {
        let step = format!("[[step]]\nname = \"it\"\napp = \"{app}\"\n{action}\n{expect}\n");
        let report = play(&format!("{WORLD}{step}"));
        let step = report.steps.last().unwrap();
        let found: Vec<_> = step
            .findings
            .iter()
            .map(|finding| finding.expected.as_str())
            .collect();
        if finding.is_empty() {
            assert_eq!(
                step.outcome,
                Outcome::Passed,
                "{app} {action} {expect}: {found:?}"
            );
        } else {
            assert_eq!(step.outcome, Outcome::Failed, "{app} {action} {expect}");
            assert!(
                found.iter().any(|it| it.contains(finding)),
                "{app} {action} {expect}: {found:?}"
            );
        }
    }
}

/// A URL is good for whoever has it and what it was made for, as long as it and its session live.
#[test]
fn urls_are_used_by_whoever_has_them() {
    const USE: &str = "app = \"browser\"\nuse-url = { of = \"it\" }\n";
    for (method, calls, finding) in [
        ("PUT", "s3-put-object = 1", ""),
        ("GET", "s3-get-object = 1", ""),
        ("HEAD", "s3-head-object = 1", ""),
        ("DELETE", "s3-delete-object = 1", ""),
        ("GET", "s3-get-object = 2", "2 s3-get-object"),
    ] {
        let presign = format!(
            "[app.browser]\non = \"laptop\"\n[[step]]\nname = \"put\"\napp = \"web\"\n{UPLOAD}\n[[step]]\nname = \"it\"\napp = \"web\"\npresign = {{ method = \"{method}\", bucket = \"photos\", key = \"cat.jpg\", expires = \"1h\" }}\n"
        );
        let used = format!(
            "[[step]]\nname = \"used\"\n{USE}expect.allowed = {{ by = \"photos-only\", identity = \"photo-app\", issue = 1 }}\nexpect.calls = {{ {calls} }}\n"
        );
        let late = format!(
            "[[step]]\nname = \"late\"\nafter = \"1h\"\n{USE}expect.denied = {{ code = \"AccessDenied\" }}\n"
        );
        let report = play(&format!("{WORLD}{presign}{used}{late}"));
        let [_, _, made, used, late] = report.steps.as_slice() else {
            panic!("{:#?}", report.steps)
        };
        assert_eq!(made.happened, "a URL, presigned by photo-app issue 1");
        let found: Vec<_> = used
            .findings
            .iter()
            .map(|it| it.expected.as_str())
            .collect();
        match finding {
            "" => assert_eq!(used.outcome, Outcome::Passed, "{method}: {used:#?}"),
            finding => assert!(found.iter().any(|it| it.contains(finding)), "{found:?}"),
        }
        // A HEAD is refused without a body, and so without a code that anybody reads.
        assert_eq!(late.outcome, Outcome::Passed, "{method}: {late:#?}");
    }
}

/// The class is the provider's own view: another one is worth a note, and fails nothing.
#[test]
fn a_class_is_advisory() {
    let step =
        "[[step]]\nname = \"it\"\napp = \"bare\"\nresolve = {}\nexpect.fails = \"timeout\"\n";
    let report = play(&format!("{WORLD}{step}"));
    assert_eq!(report.outcome, Outcome::Passed);
    assert_eq!(
        report.steps[1].notes,
        ["the provider calls it `none-found`, the scenario `timeout`"]
    );
}

/// With `overlap = "none"` the old set dies when the next is published: a client that has five
/// minutes left on its copy cannot know.
#[test]
fn without_overlap_the_old_set_dies_with_the_rotation() {
    let report = play(
        r#"
summary = "No overlap."
[world]
buckets = ["photos"]
overlap = "none"
role.photo-app = { trust = "ec2", policies = ["AmazonS3FullAccess"] }
profile.web-profile = { role = "photo-app" }
instance.web = { profile = "web-profile" }
[[step]]
name = "before the rotation"
upload = { bucket = "photos", key = "cat.jpg" }
[[step]]
name = "after the rotation, from the cache"
after = "5h 56m"
upload = { bucket = "photos", key = "cat.jpg" }
expect.denied = { code = "ExpiredToken" }
[[step]]
name = "after the expiry that the client knows of"
after = "4m"
upload = { bucket = "photos", key = "cat.jpg" }
expect.allowed = { issue = 2 }
"#,
    );
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
}

#[test]
fn revoked_sets_are_refused_until_the_next_rotation() {
    let report = play(
        r#"
summary = "Revocation, of a set and of a role's sessions."
[world]
buckets = ["photos"]
role.photo-app = { trust = "ec2", policies = ["AmazonS3FullAccess"] }
profile.web-profile = { role = "photo-app" }
instance.web = { profile = "web-profile" }
[app.script]
on = "web"
use = "default-chain"
[[step]]
name = "revoke the set"
revoke = { instance = "web", issue = 1 }
[[step]]
name = "it is refused"
upload = { bucket = "photos", key = "cat.jpg" }
expect.denied = { code = "InvalidToken" }
[[step]]
name = "issue another"
rotate = { instance = "web" }
[[step]]
name = "it is good"
upload = { bucket = "photos", key = "cat.jpg" }
expect.allowed = { issue = 2 }
[[step]]
name = "revoke the sessions of the role"
after = "1s"
revoke = { role = "photo-app" }
[[step]]
name = "a policy denies them"
upload = { bucket = "photos", key = "cat.jpg" }
expect.denied = { code = "AccessDenied", reason = "explicit-deny", by = "AWSRevokeOlderSessions" }
[[step]]
name = "issue a third"
after = "1s"
rotate = { instance = "web" }
[[step]]
name = "later sessions are not meant"
upload = { bucket = "photos", key = "cat.jpg" }
expect.allowed = { issue = 3 }
[[step]]
name = "there is nothing left to revoke of the first"
revoke = { instance = "web", issue = 1 }
"#,
    );
    let outcomes: Vec<_> = report
        .steps
        .iter()
        .map(|step| step.outcome.word())
        .collect();
    assert_eq!(
        outcomes,
        [["passed"; 8].as_slice(), &["inconclusive"]].concat(),
        "{:#?}",
        report.steps
    );
}

/// A provider that has not what an app asks for: the scenario does not apply to it.
#[test]
fn what_a_provider_has_not_is_not_applicable() {
    let report = play(
        r#"
summary = "The bare SSO provider."
[world]
instance.web = {}
[app.web]
on = "web"
use = "sso"
[[step]]
name = "it"
resolve = {}
"#,
    );
    let reason = "aws-config has no bare `sso` provider".to_owned();
    assert_eq!(report.outcome, Outcome::NotApplicable(reason));
}

/// A world that the account refuses is nobody's failure.
#[test]
fn a_world_that_cannot_be_set_up_is_inconclusive() {
    let report = play(
        r#"
summary = "A role name that IAM does not take."
[world]
role."photo app" = { trust = "ec2" }
instance.web = {}
[[step]]
name = "it"
resolve = {}
"#,
    );
    let Outcome::Inconclusive(why) = report.outcome else {
        panic!("{:?}", report.outcome)
    };
    assert!(
        why.contains("role `photo app`: IAM refused it with ValidationError"),
        "{why}"
    );
}

/// The client reads the token anew for each refresh, however its file was written: the token that
/// it had first is over after a day, the set after six hours.
#[test]
fn a_pod_finds_its_role_through_a_token_that_rotates() {
    let report = play(
        r#"
summary = "A pod, for two days."
[world]
buckets = ["photos"]
role.photo-app = { trust = "pods", policies = ["AmazonS3FullAccess"] }
pod.api = { role = "photo-app", service-account = "robot" }
[[step]]
name = "the first set"
upload = { bucket = "photos", key = "cat.jpg" }
expect.allowed = { identity = "photo-app", issue = 1 }
expect.calls = { container-credentials = 1 }
[[step]]
name = "the next token, by hand"
rotate-token = { pod = "api", how = "in-place" }
[[step]]
name = "a set for it"
after = "7h"
upload = { bucket = "photos", key = "cat.jpg" }
expect.allowed = { identity = "photo-app" }
[[step]]
name = "the next token, by a rename"
rotate-token = { pod = "api", how = "atomic-rename" }
[[step]]
name = "two days later"
after = "48h"
upload = { bucket = "photos", key = "cat.jpg" }
expect.allowed = { identity = "photo-app" }
expect-total = { container-credentials = 3 }
[[step]]
name = "revoke what was issued"
revoke = { pod = "api" }
[[step]]
name = "the client does not know"
upload = { bucket = "photos", key = "cat.jpg" }
expect.denied = { code = "InvalidToken" }
"#,
    );
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
}

#[test]
fn a_pod_without_its_token_gets_nothing() {
    let report = play(
        r#"
summary = "A token that is none, and one that is over."
[world]
role.photo-app = { trust = "pods" }
pod.api = { role = "photo-app", token-lifetime = "1h", credential-lifetime = "30m" }
[app.api]
on = "api"
use = "default-chain"
[app.fixed]
on = "api"
use = "default-chain"
env = { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE = "/run/kept" }
[[step]]
name = "a file that is not there"
app = "fixed"
resolve = {}
expect.fails = "bad-config"
[[step]]
name = "write no token into it"
app = "fixed"
write-file = { path = "/run/kept", content = "no token", how = "symlink-swap" }
[[step]]
name = "the agent refuses it"
app = "fixed"
resolve = {}
expect.fails = "source-error"
expect.calls = { container-credentials = { min = 1 } }
[[step]]
name = "the pod's own file"
app = "api"
after = "10h"
resolve = {}
expect.identity = "photo-app"
"#,
    );
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
}

#[test]
fn each_kind_of_task_is_found_with_its_token() {
    let report = play(
        r#"
summary = "Tasks that demand something."
[world]
role.of-task = { trust = "ecs-tasks" }
role.of-function = { trust = "lambda" }
role.of-device = { trust = "iot-credentials" }
role.of-shell = { trust = "ec2" }
task.told = { role = "of-task", authorization-token = "open sesame" }
task.reading = { role = "of-task", authorization-token-file = "/run/secrets/token" }
task.function = { role = "of-function", kind = "snapstart" }
task.device = { role = "of-device", kind = "greengrass" }
task.shell = { role = "of-shell", kind = "cloudshell" }
[app.told]
on = "told"
[app.mistaken]
on = "told"
env = { AWS_CONTAINER_AUTHORIZATION_TOKEN = "shut sesame" }
[app.reading]
on = "reading"
use = "default-chain"
[app.function]
on = "function"
[app.device]
on = "device"
[app.shell]
on = "shell"
[[step]]
name = "told in the environment"
app = "told"
resolve = {}
expect.identity = "of-task"
[[step]]
name = "told something else"
app = "mistaken"
resolve = {}
expect.fails = "source-error"
[[step]]
name = "read from a file"
app = "reading"
resolve = {}
expect.identity = "of-task"
[[step]]
name = "another token"
rotate-token = { task = "reading" }
[[step]]
name = "read from the file again"
app = "reading"
resolve = {}
expect.identity = "of-task"
[[step]]
name = "on a port of its own"
app = "function"
resolve = {}
expect.identity = "of-function"
[[step]]
name = "on a port of a host with a name"
app = "device"
resolve = {}
expect.identity = "of-device"
[[step]]
name = "in a shell"
app = "shell"
resolve = {}
expect.identity = "of-shell"
expect-total = { container-metadata = 0 }
"#,
    );
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
}

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
