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
