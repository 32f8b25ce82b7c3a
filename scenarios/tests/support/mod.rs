//! What tests of the runner share.
#![allow(dead_code, reason = "each file of tests uses its own part of this")]

use rolecall_providers::child::ChildProvider;
use rolecall_providers::{AwsConfig, Provider};
use rolecall_scenario::language::Scenario;
use rolecall_scenario::{AccountVocabulary, Outcome, Report, RunOptions, check_support, run};

/// Instances, a task and a bucket, of which a step asks something.
pub(crate) const WORLD: &str = r#"
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

/// The plain driver, in a process of its own.
pub(crate) fn driver() -> ChildProvider {
    driver_saying(&[], "honest")
}

/// The same, started by the words of `through` if there are any, and told how to speak of its clock.
pub(crate) fn driver_saying(through: &[&str], manner: &str) -> ChildProvider {
    const DRIVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/drivers/plain.py");
    let command = through.iter().copied().chain(["python3", DRIVER, manner]);
    let command = command.map(str::to_owned).collect();
    ChildProvider::of_command(command).with_caller(std::env::vars().collect(), Vec::new())
}

/// Plays a file with the default chain of `aws-config`.
pub(crate) fn play(text: &str) -> Report {
    play_with(&AwsConfig::new(), text)
}

/// Plays each row of a file with the default chain of `aws-config`.
pub(crate) fn play_rows(text: &str) -> Vec<Report> {
    let file = read(text);
    let runs = file.runs().into_iter();
    runs.map(|scenario| {
        run(
            scenario,
            &AwsConfig::new(),
            RunOptions::default(),
            &mut |_| {},
        )
    })
    .collect()
}

/// What became of each step, in a word.
pub(crate) fn outcomes(report: &Report) -> Vec<&'static str> {
    let steps = report.steps.iter();
    steps.map(|step| step.outcome.word()).collect()
}

/// Demands that the last step passes or, if `finding` says something, fails with that in a finding.
pub(crate) fn ends(report: &Report, finding: &str, case: &str) {
    let step = report.steps.last().unwrap();
    let found = step.findings.iter();
    let found: Vec<_> = found
        .map(|it| format!("{}: {}", it.expected, it.actual))
        .collect();
    let case = format!("{case}: {} {found:?}", step.happened);
    if finding.is_empty() {
        assert_eq!(step.outcome, Outcome::Passed, "{case}");
    } else {
        assert_eq!(step.outcome, Outcome::Failed, "{case}");
        assert!(found.iter().any(|it| it.contains(finding)), "{case}");
    }
}

/// Plays a file with `provider`.
pub(crate) fn play_with(provider: &dyn Provider, text: &str) -> Report {
    run(&read(text), provider, RunOptions::default(), &mut |_| {})
}

/// As if it were a file among the suite's, from where `fixtures` is found.
fn read(text: &str) -> Scenario {
    const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/words.toml");
    let scenario =
        Scenario::parse(SOURCE, text, &AccountVocabulary).unwrap_or_else(|bad| panic!("{bad}"));
    check_support(&scenario).unwrap_or_else(|bad| panic!("{bad}"));
    scenario
}
