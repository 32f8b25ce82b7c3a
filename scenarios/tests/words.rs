//! Each word of an expectation, met and not met: a step fails *because of that word*.

mod support;

use rolecall_scenario::Outcome;
use support::{WORLD, outcomes, play};

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
    assert_eq!(
        outcomes(&report),
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
