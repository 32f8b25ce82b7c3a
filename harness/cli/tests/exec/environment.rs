//! What a program knows: the world, and nothing of its caller's.

use std::fs;
use std::path::Path;

use crate::support::{User, said};

/// The environment that a program has, as its lines.
fn seen(user: &User, arguments: &[&str], secrets: &[(&str, &str)]) -> Vec<String> {
    let mut rolecall = user.rolecall(&["exec"]);
    rolecall.args(arguments).args(["--", "env"]);
    rolecall.envs(secrets.iter().copied());
    let output = rolecall.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn value<'a>(seen: &'a [String], name: &str) -> Option<&'a str> {
    let mut values = seen
        .iter()
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    values.next()
}

const SECRETS: &[(&str, &str)] = &[
    ("AWS_ACCESS_KEY_ID", "AKIAREALREALREALREAL"),
    ("AWS_PROFILE", "production"),
    ("GITHUB_TOKEN", "hush"),
    ("HTTPS_PROXY", "http://proxy.example.com"),
    ("HARMLESS", "yes"),
];

#[test]
fn nothing_of_the_callers_leads_out_of_the_world() {
    let user = User::new();
    let seen = seen(&user, &[], SECRETS);
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_PROFILE",
        "GITHUB_TOKEN",
        "HTTPS_PROXY",
    ] {
        assert_eq!(value(&seen, name), None, "{name}");
    }
    assert_eq!(value(&seen, "HARMLESS"), Some("yes"));
    let home = Path::new(value(&seen, "HOME").unwrap());
    assert!(
        home.starts_with(user.runtime.path().canonicalize().unwrap()),
        "{home:?}"
    );
    assert!(!home.exists(), "it is gone with the program");
}

/// An instance has no keys in its environment, only where to ask; a user and the administrator have
/// theirs.
#[test]
fn a_place_has_an_endpoint_and_a_user_has_keys() {
    let user = User::new();
    let instance = seen(&user, &[], &[]);
    assert!(value(&instance, "AWS_EC2_METADATA_SERVICE_ENDPOINT").is_some());
    assert!(value(&instance, "AWS_ENDPOINT_URL").is_some());
    assert_eq!(value(&instance, "AWS_REGION"), Some("us-east-1"));
    assert_eq!(value(&instance, "AWS_SECRET_ACCESS_KEY"), None);
    let administrator = seen(&user, &["--as", "administrator"], &[]);
    assert_eq!(
        value(&administrator, "AWS_EC2_METADATA_SERVICE_ENDPOINT"),
        None
    );
    assert!(value(&administrator, "AWS_SECRET_ACCESS_KEY").is_some());
}

#[test]
fn a_variable_is_passed_on_by_name() {
    let user = User::new();
    let seen = seen(&user, &["--pass-env", "GITHUB_TOKEN"], SECRETS);
    assert_eq!(value(&seen, "GITHUB_TOKEN"), Some("hush"));
    assert_eq!(value(&seen, "AWS_PROFILE"), None);
}

#[test]
fn the_difference_is_shown_without_secrets() {
    let user = User::new();
    let mut rolecall =
        user.rolecall(&["exec", "--show-env", "--as", "administrator", "--", "true"]);
    let output = rolecall.envs(SECRETS.iter().copied()).output().unwrap();
    let said = said(&output);
    for line in [
        "- AWS_PROFILE  (",
        "- GITHUB_TOKEN  (",
        "+ HOME=",
        "+ AWS_SECRET_ACCESS_KEY  (",
    ] {
        assert!(
            said.lines().any(|shown| shown.starts_with(line)),
            "{line}: {said}"
        );
    }
    assert!(!said.contains("hush"), "{said}");
}

/// Buckets are addressed by path: their names do not resolve. The profiles of the world are there.
#[test]
fn the_configuration_is_the_worlds() {
    let user = User::new();
    let world = user.runtime.path().join("world.toml");
    fs::write(&world, "summary = \"x\"\n[world]\ninstance.web = {}\nrole.photo-app = { trust = \"ec2\" }\nconfig-profile.photos = { role = \"photo-app\", credential-source = \"Ec2InstanceMetadata\" }\n").unwrap();
    let world = world.to_str().unwrap();
    let config = user.told(&["--world", world, "--", "sh", "-c", "cat $AWS_CONFIG_FILE"]);
    let profile = config.split("[profile photos]").nth(1).unwrap();
    assert!(
        profile.contains("credential_source = Ec2InstanceMetadata"),
        "{config}"
    );
    assert!(profile.contains("addressing_style = path"), "{config}");
    assert!(config.contains("[default]"), "{config}");
}
