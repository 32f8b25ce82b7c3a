//! Words of `[world]` that change what is decided: a file that passes with the word, and fails
//! without it.

mod support;

use rolecall_scenario::Outcome;
use support::play;

/// Plays a file with a line in its world, where it passes, and without, where the step fails.
fn needs(file: &str, word: &str, step: &str) {
    let with = play(&file.replace("WORD", word));
    assert_eq!(with.outcome, Outcome::Passed, "{:#?}", with.steps);
    let without = play(&file.replace("WORD", ""));
    assert_eq!(without.outcome, Outcome::Failed);
    let mut failed = without.steps.iter().filter(|one| !one.findings.is_empty());
    assert_eq!(failed.next().map(|one| one.name.as_str()), Some(step));
}

#[test]
fn a_policy_that_is_attached_is_seen_after_the_consistency_delay() {
    needs(
        r#"
summary = "An upload follows the policy, in a while."
[world]
buckets = ["photos"]
WORD
role.photo-app = { trust = "ec2" }
profile.web-profile = { role = "photo-app" }
instance.web = { profile = "web-profile" }
[[step]]
name = "attach"
attach-policy = { role = "photo-app", policy = "AmazonS3FullAccess" }
[[step]]
name = "too soon"
after = "7s"
upload = { bucket = "photos", key = "cat.jpg" }
expect.denied = { reason = "no-identity-policy" }
[[step]]
name = "a little later"
after = "1s"
upload = { bucket = "photos", key = "cat.jpg" }
[[step]]
name = "detach"
detach-policy = { role = "photo-app", policy = "AmazonS3FullAccess" }
[[step]]
name = "it still may"
upload = { bucket = "photos", key = "cat.jpg" }
[[step]]
name = "and then no more"
after = "8s"
upload = { bucket = "photos", key = "cat.jpg" }
expect.denied = { reason = "no-identity-policy" }
"#,
        r#"consistency-delay = "8s""#,
        "too soon",
    );
}

#[test]
fn an_organization_limits_what_its_accounts_may() {
    needs(
        r#"
summary = "Nothing is uploaded to the archive, whatever the role may."
[world]
buckets = ["photos", "archive"]
WORD
role.photo-app = { trust = "ec2", policies = ["AmazonS3FullAccess"] }
profile.web-profile = { role = "photo-app" }
instance.web = { profile = "web-profile" }
[[step]]
name = "photos"
upload = { bucket = "photos", key = "cat.jpg" }
[[step]]
name = "archive"
upload = { bucket = "archive", key = "cat.jpg" }
expect.denied = { code = "AccessDenied" }
"#,
        r#"organization.scp.frozen = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::archive/*"}}'"#,
        "archive",
    );
}

#[test]
fn policies_of_an_organization_are_told_apart() {
    const ALLOW_IAM: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}}"#;
    const NOT_OURS: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}}"#;
    for (world, denied) in [
        (
            format!(
                r#"account.main = {{ id = "111122223333", full-aws-access = false, scp.iam-only = '{ALLOW_IAM}' }}"#
            ),
            Some(r#"{ reason = "no-service-control-policy" }"#),
        ),
        (
            format!(r"organization.rcp.not-ours = '{NOT_OURS}'"),
            Some(r#"{ by = "not-ours", reason = "explicit-deny" }"#),
        ),
        (
            format!(
                r#"account.main = {{ id = "111122223333", full-aws-access = false, scp.iam-only = '{ALLOW_IAM}' }}
organization.management = "main""#
            ),
            None,
        ),
    ] {
        let expected = denied.map_or(String::new(), |denied| format!("expect.denied = {denied}"));
        let report = play(&format!(
            r#"
summary = "One upload."
[world]
buckets = ["photos"]
organization.id = "o-a1b2c3d4e5"
{world}
role.photo-app = {{ trust = "ec2", policies = ["AmazonS3FullAccess"] }}
profile.web-profile = {{ role = "photo-app" }}
instance.web = {{ profile = "web-profile" }}
[[step]]
name = "upload"
upload = {{ bucket = "photos", key = "cat.jpg" }}
{expected}
"#
        ));
        assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
    }
}
