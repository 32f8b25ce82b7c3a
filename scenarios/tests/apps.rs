//! What is said of an app, to the purpose and not: a step ends otherwise *because of that word*.

mod support;

use rolecall_scenario::language::Scenario;
use rolecall_scenario::{AccountVocabulary, Outcome, Report, simulate};
use support::{ends, play};

const WORLD: &str = r#"
summary = "A world for one app."
[world]
buckets = ["photos"]
user.alice = { inline = { assume = '''
{ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*" } }''' } }
user.mallory = {}
role.photo-app = { trust = "ec2", policies = ["AmazonS3FullAccess"], inline = { assume = '''
{ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*" } }''' } }
profile.web-profile = { role = "photo-app" }
instance.web = { profile = "web-profile" }
config-profile.alice = { user = "alice" }
config-profile.mallory = { user = "mallory" }
config-profile.marketingadmin = { role = "marketing-admin", source-profile = "alice", session-name = "desk" }
config-profile.stranger = { role = "marketing-admin", source-profile = "mallory" }
config-profile.on-the-instance = { role = "marketing-admin", credential-source = "Ec2InstanceMetadata" }
config-profile.vendor = { role = "for-vendors", source-profile = "alice", external-id = "customer-7" }
config-profile.forgetful = { role = "for-vendors", source-profile = "alice" }
[world.role.marketing-admin]
policies = ["AmazonS3FullAccess"]
trust = '''{ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "sts:AssumeRole",
  "Principal": { "AWS": "arn:aws:iam::111122223333:root" } } }'''
[world.role.for-vendors]
trust = '''{ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "sts:AssumeRole",
  "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
  "Condition": { "StringEquals": { "sts:ExternalId": "customer-7" } } } }'''
[app.it]
"#;

fn played(app: &str, steps: &str) -> Report {
    play(&format!("{WORLD}{app}\n{steps}"))
}

const WHO: &str = "[[step]]\nname = \"who\"\ncaller-identity = {}\n";
const RESOLVE: &str = "[[step]]\nname = \"who\"\nresolve = {}\n";

/// The app, the steps, the verdict: what of the last step's finding is expected.
const CASES: &[(&str, &str, &str, &str)] = &[
    // The profile, and what it is made of.
    ("on = \"laptop\"", WHO, "expect.fails = \"none-found\"", ""),
    (
        "on = \"laptop\"\nprofile = \"alice\"",
        WHO,
        "expect.identity = \"alice\"",
        "",
    ),
    (
        "on = \"laptop\"\nprofile = \"mallory\"",
        WHO,
        "expect.identity = \"alice\"",
        "`alice`",
    ),
    (
        "on = \"laptop\"\nprofile = \"marketingadmin\"",
        WHO,
        "expect.identity = \"marketing-admin\"\nexpect.calls = { sts-assume-role = 1 }",
        "",
    ),
    (
        "on = \"laptop\"\nprofile = \"stranger\"",
        WHO,
        "expect.identity = \"marketing-admin\"",
        "the call is allowed",
    ),
    (
        "on = \"web\"\nprofile = \"on-the-instance\"",
        WHO,
        "expect.identity = \"marketing-admin\"\nexpect.calls = { imds-credentials = 1, sts-assume-role = 1 }",
        "",
    ),
    (
        "on = \"laptop\"\nprofile = \"on-the-instance\"",
        WHO,
        "expect.fails = \"source-error\"",
        "",
    ),
    (
        "on = \"laptop\"\nprofile = \"vendor\"",
        RESOLVE,
        "expect.identity = \"for-vendors\"",
        "",
    ),
    (
        "on = \"laptop\"\nprofile = \"forgetful\"",
        RESOLVE,
        "expect.identity = \"for-vendors\"",
        "credentials",
    ),
    // What is said in code.
    (
        "on = \"laptop\"\nsettings = { profile = \"alice\" }",
        WHO,
        "expect.identity = \"alice\"",
        "",
    ),
    (
        "on = \"web\"\nuse = \"assume-role\"\nsettings = { role_arn = \"arn:aws:iam::111122223333:role/for-vendors\", external_id = \"customer-7\" }",
        RESOLVE,
        "expect.identity = \"for-vendors\"",
        "",
    ),
    (
        "on = \"web\"\nuse = \"assume-role\"\nsettings = { role_arn = \"arn:aws:iam::111122223333:role/for-vendors\", external_id = \"other\" }",
        RESOLVE,
        "expect.identity = \"for-vendors\"",
        "credentials",
    ),
    (
        "on = \"web\"\nsettings = { refresh_before_s = 3600 }",
        "[[step]]\nname = \"first\"\nresolve = {}\n[[step]]\nname = \"who\"\nafter = \"5h 30m\"\nresolve = {}\n",
        "expect.calls = { imds-credentials = 1 }",
        "",
    ),
    (
        "on = \"web\"",
        "[[step]]\nname = \"first\"\nresolve = {}\n[[step]]\nname = \"who\"\nafter = \"5h 30m\"\nresolve = {}\n",
        "expect.calls = { imds-credentials = 1 }",
        "1",
    ),
    // Its clock: S3 admits a quarter of an hour.
    (
        "on = \"web\"\nclock-skew = \"14m\"",
        "[[step]]\nname = \"who\"\nupload = { bucket = \"photos\", key = \"cat.jpg\" }\n",
        "expect.allowed = {}\nexpect.calls = { s3-put-object = 1 }",
        "",
    ),
    (
        "on = \"web\"\nclock-skew = \"-16m\"",
        "[[step]]\nname = \"who\"\nupload = { bucket = \"photos\", key = \"cat.jpg\" }\n",
        "expect.calls = { s3-put-object = 1 }",
        "1",
    ),
];

#[test]
fn each_word_of_an_app() {
    for (app, steps, expect, finding) in CASES {
        let report = played(app, &format!("{steps}{expect}\n"));
        ends(&report, finding, &format!("{app} {expect}"));
    }
}

/// A scenario about a setting that a provider does not have says nothing of it.
#[test]
fn a_setting_without_a_place_in_the_provider_does_not_apply() {
    let report = played("on = \"web\"\nsettings = { metadata_attempts = 1 }", WHO);
    let Outcome::NotApplicable(why) = report.outcome else {
        panic!("{:?}", report.outcome)
    };
    assert!(why.contains("`metadata_attempts`"), "{why}");
}

/// The folder of the files is the machine's; what is launched later has them too.
#[test]
fn a_machine_that_is_launched_has_the_files() {
    let report = play(&format!(
        "{WORLD}on = \"later\"\nprofile = \"on-the-instance\"\n[[step]]\nname = \"launch\"\nlaunch = {{ instance = \"later\", profile = \"web-profile\" }}\n{WHO}expect.identity = \"marketing-admin\"\n"
    ));
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
}

/// As every SDK reads them; keys of a user are in the other file.
#[test]
fn the_files_are_as_the_world_says() {
    let text = r#"
summary = "Files."
[world]
user.alice = {}
role.reader = { trust = "ec2" }
config-profile.default = { user = "alice", settings = { region = "eu-west-1" } }
config-profile.a = { role = "reader", source-profile = "default", session-name = "s", external-id = "x", duration = "15m" }
config-profile.b = { role = "reader", credential-source = "EcsContainer" }
config-profile.c = { role = "reader", web-identity-token-file = "/run/token" }
config-profile.d = { credential-process = "print credentials" }
"#;
    let scenario = Scenario::parse("files.toml", text, &AccountVocabulary).unwrap();
    let files = simulate(&scenario.world, 1, async |simulation| {
        simulation.config_files().unwrap().clone()
    });
    let files = files.unwrap();
    assert_eq!(
        files.config,
        "\
[profile a]
role_arn = arn:aws:iam::111122223333:role/reader
source_profile = default
role_session_name = s
external_id = x
duration_seconds = 900

[profile b]
role_arn = arn:aws:iam::111122223333:role/reader
credential_source = EcsContainer

[profile c]
role_arn = arn:aws:iam::111122223333:role/reader
web_identity_token_file = /run/token

[profile d]
credential_process = print credentials

[default]
region = eu-west-1

"
    );
    let secret = files.credentials.split("aws_secret_access_key = ").nth(1);
    let secret = secret.unwrap().trim();
    assert!(
        files
            .credentials
            .starts_with("[default]\naws_access_key_id = AKIA")
    );
    assert!(!format!("{files:?}").contains(secret));
}

// container.pod.web-identity: and one whose role trusts somebody else.
#[test]
fn a_pod_with_a_role_for_its_service_account() {
    const WORLD: &str = r#"
summary = "Roles for service accounts."
[world]
buckets = ["photos"]
role.by-token = { trust = "web-identity", policies = ["AmazonS3FullAccess"] }
role.agents = { trust = "pods" }
pod.api = { role = "by-token", identity = "web-identity", token-lifetime = "1h" }
pod.astray = { role = "agents", identity = "web-identity" }
"#;
    let played =
        |app: &str, steps: &str| play(&format!("{WORLD}[app.it]\non = \"{app}\"\n{steps}"));
    let report = played(
        "api",
        r#"
[[step]]
name = "upload"
upload = { bucket = "photos", key = "cat.jpg" }
expect.allowed = { by = "AmazonS3FullAccess", identity = "by-token" }
expect.calls = { sts-assume-role-with-web-identity = 1 }
[[step]]
name = "after three tokens"
after = "3h"
upload = { bucket = "photos", key = "cat.jpg" }
expect.allowed = { identity = "by-token" }
expect.calls = { sts-assume-role-with-web-identity = 1 }
"#,
    );
    let told: Vec<_> = report
        .steps
        .iter()
        .map(|step| (&step.happened, &step.findings))
        .collect();
    assert_eq!(report.outcome, Outcome::Passed, "{told:#?}");
    let report = played(
        "astray",
        "[[step]]\nname = \"it\"\nresolve = {}\nexpect.identity = \"agents\"\n",
    );
    assert_eq!(report.outcome, Outcome::Failed);
}
