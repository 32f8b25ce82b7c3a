//! Recordings in place of a metadata service: the default chain of `aws-config` on what others
//! answered.

mod support;

use rolecall_scenario::Outcome;
use support::{outcomes, play};

/// The keys are those of the recording, and its dates those of the world.
#[test]
fn a_recorded_instance_is_one_like_any_other() {
    let report = play(
        r#"
summary = "An instance as it was recorded."
[world]
buckets = ["photos"]
role.photo-app = { trust = "ec2" }                  # by its name alone: the recording has its keys
instance.web = { recorded = "fixtures/wire/ec2-instance" }
[[step]]
name = "the first set"
resolve = {}
expect.identity = "photo-app"
expect.issue = 1
expect.calls = { imds-token = 1, imds-role = 1, imds-credentials = 1 }
[[step]]
name = "it is kept as long as it lives"
after = "5h 50m"
resolve = {}
expect.same-set-as = "the first set"
expect.calls = { imds-credentials = 0 }
[[step]]
name = "the set after the rotation"
after = "10m"
resolve = {}
expect.issue = 2
[[step]]
name = "the account has not issued it"
upload = { bucket = "photos", key = "cat.jpg" }
expect.denied = { code = "InvalidAccessKeyId" }
[[step]]
name = "the recording has no third one"
after = "7h"
resolve = {}
expect.issue = 2
"#,
    );
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
    let journal = report.journal.join("\n");
    assert!(
        journal.contains(r#"\"Expiration\":\"2031-05-01T06:00:00Z\""#),
        "{journal}"
    );
}

/// A client finds the path that was recorded.
#[test]
fn a_recorded_task_is_one_too() {
    let report = play(
        r#"
summary = "A task as it was recorded."
[world]
role.batch = { trust = "ecs-tasks" }
task.worker = { recorded = "fixtures/wire/ecs-task" }
[[step]]
name = "its set"
resolve = {}
expect.identity = "batch"
expect.calls = { container-credentials = 1 }
[[step]]
name = "its source issues nothing"
rotate = { task = "worker" }
"#,
    );
    assert_eq!(
        outcomes(&report),
        ["passed", "inconclusive"],
        "{:#?}",
        report.steps
    );
}

/// Slow answers are waited for, a refusal is tried again, half a document is an error and no
/// credentials; the next time everything is there.
#[test]
fn an_imitation_by_hand() {
    let report = play(
        r#"
summary = "An imitation that takes its time."
[world]
role.slow-app = { trust = "ec2" }
instance.web = { recorded = "fixtures/wire/slow-imitation.json" }
[[step]]
name = "half a document"
resolve = {}
expect.fails = "source-error"
expect.calls = { imds-token = 1, imds-role = 1, imds-credentials = 2 }
[[step]]
name = "found after all"
resolve = {}
expect.identity = "slow-app"
expect.calls = { imds-credentials = 1 }
"#,
    );
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
}

/// An expectation about a recording can be missed.
#[test]
fn a_recorded_set_is_told_from_another() {
    let report = play(
        r#"
summary = "Not the second set."
[world]
instance.web = { recorded = "fixtures/wire/ec2-instance" }
[[step]]
name = "the first set"
resolve = {}
expect.issue = 2
"#,
    );
    let finding = &report.steps[0].findings[0];
    assert!(
        finding.actual.contains("`photo-app`, issue 1"),
        "{finding:?}"
    );
}

#[test]
fn a_recording_that_is_not_there_or_is_none_is_inconclusive() {
    for (file, says) in [
        (
            "fixtures/wire/nothing",
            "there is no recording `fixtures/wire/nothing` in `",
        ),
        (
            "fixtures/policies/aws-managed/AmazonS3FullAccess",
            "this is no recording",
        ),
    ] {
        let report = play(&format!(
            "summary = \"x\"\n[world]\ninstance.web = {{ recorded = \"{file}\" }}\n[[step]]\nname = \"a\"\nresolve = {{}}\n"
        ));
        let Outcome::Inconclusive(why) = report.outcome else {
            panic!("{:?}", report.outcome)
        };
        assert!(
            why.contains("instance `web`") && why.contains(says),
            "{why}"
        );
    }
}
