//! How sources issue, and uploads that last while they do.

mod support;

use rolecall_scenario::Outcome;
use support::{ends, play};

const WORLD: &str = r#"
summary = "A world whose sources issue as it says."
[world]
buckets = ["photos"]
role.photo-app = { trust = "ec2", policies = ["AmazonS3FullAccess"] }
role.reader = { trust = "ec2", policies = ["AmazonS3ReadOnlyAccess"] }
role.job = { trust = "ecs-tasks" }
profile.web-profile = { role = "photo-app" }
profile.read-profile = { role = "reader" }
instance.web = { profile = "web-profile", rotate-at = ["1h", "2h"] }
instance.plain = { profile = "web-profile" }
instance.reader = { profile = "read-profile" }
task.job = { role = "job", rotate-at = ["30m"], overlap = "none" }
[app.web]
on = "web"
[app.plain]
on = "plain"
[app.reader]
on = "reader"
[app.job]
on = "job"
"#;

/// The app, the action, what is expected; what is expected in the finding, or nothing where it is met.
const CASES: &[(&str, &str, &str, &str)] = &[
    // Besides those that expiry calls for: after three hours the third set, and without it the first.
    (
        "web",
        "after = \"3h\"\nresolve = {}",
        "expect.issue = 3",
        "",
    ),
    (
        "plain",
        "after = \"3h\"\nresolve = {}",
        "expect.issue = 3",
        "issue 3",
    ),
    (
        "job",
        "after = \"31m\"\nresolve = {}",
        "expect.issue = 2",
        "",
    ),
    (
        "job",
        "after = \"29m\"\nresolve = {}",
        "expect.issue = 2",
        "issue 2",
    ),
    // Parts, each a request of its own.
    (
        "web",
        "upload = { bucket = \"photos\", key = \"cat.jpg\", parts = 2 }",
        "expect.allowed = { by = \"AmazonS3FullAccess\" }\nexpect.calls = { s3-create-multipart-upload = 1, s3-upload-part = 2, s3-complete-multipart-upload = 1, s3-put-object = 0 }",
        "",
    ),
    (
        "web",
        "upload = { bucket = \"photos\", key = \"cat.jpg\" }",
        "expect.calls = { s3-upload-part = 2 }",
        "s3-upload-part",
    ),
    // S3 wants five MiB of each part but the last.
    (
        "web",
        "upload = { bucket = \"photos\", key = \"cat.jpg\", parts = 2, part-size = 1048576 }",
        "expect.denied = { code = \"EntityTooSmall\" }",
        "",
    ),
    (
        "web",
        "upload = { bucket = \"photos\", key = \"cat.jpg\", parts = 1, part-size = 1048576 }",
        "expect.denied = { code = \"EntityTooSmall\" }",
        "the service refuses",
    ),
    (
        "reader",
        "upload = { bucket = \"photos\", key = \"cat.jpg\", parts = 2 }",
        "expect.denied = { reason = \"no-identity-policy\" }\nexpect.calls = { s3-upload-part = 0 }",
        "",
    ),
];

#[test]
fn each_word() {
    for (app, action, expect, finding) in CASES {
        let report = play(&format!(
            "{WORLD}[[step]]\nname = \"it\"\napp = \"{app}\"\n{action}\n{expect}\n"
        ));
        ends(&report, finding, &format!("{app} {action} {expect}"));
    }
}

/// Each part is a request of its own, and refused by what is so when it comes.
#[test]
fn a_revocation_between_two_parts_ends_an_upload() {
    let steps = r#"
[[step]]
name = "begin"
app = "web"
gate = { name = "second-part", on = "s3-upload-part", at = "arrival", nth = 2 }
begin = { as = "upload", upload = { bucket = "photos", key = "cat.jpg", parts = 2 } }
[[step]]
name = "the set ends"
revoke = { instance = "web" }
[[step]]
name = "go on"
open = "second-part"
join = "upload"
expect.denied = { code = "InvalidToken" }
"#;
    let report = play(&format!("{WORLD}{steps}"));
    let told: Vec<_> = report
        .steps
        .iter()
        .map(|step| (&step.happened, &step.findings))
        .collect();
    assert_eq!(report.outcome, Outcome::Passed, "{told:#?}");
}
