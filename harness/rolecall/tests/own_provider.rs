//! A credentials provider of one's own, in place of the default chain: good ones pass, and each way
//! of being wrong is found by the account or by the checkers.

use std::time::Duration;

use aws_credential_types::Credentials;
use rolecall::language::Scenario;
use rolecall::providers::{AwsConfig, SdkConfig};
use rolecall::{
    AccountVocabulary, Outcome, ProvideCredentials, Report, RunOptions, check_support, run,
};

use aws_credential_types::provider::{Result as Provided, future};

const SCENARIO: &str = r#"
summary = "Upload, twice, a rotation apart."
[world]
buckets = ["photos"]
role.photo-app = { trust = "ec2", policies = ["AmazonS3FullAccess"] }
profile.web-profile = { role = "photo-app" }
instance.web = { profile = "web-profile" }
[[step]]
name = "credentials"
resolve = {}
[[step]]
name = "upload"
upload = { bucket = "photos", key = "cat.jpg" }
[[step]]
name = "credentials after the expiry of the first"
after = "6h 1m"
resolve = {}
[[step]]
name = "upload after the expiry of the first"
upload = { bucket = "photos", key = "cat.jpg" }
"#;

/// The default chain, and something that spoils what it gives.
#[derive(Debug)]
struct Spoiled {
    chain: aws_credential_types::provider::SharedCredentialsProvider,
    first: tokio::sync::OnceCell<Credentials>,
    spoil: fn(first: &Credentials, fresh: Credentials) -> Credentials,
}

impl Spoiled {
    async fn provide(&self) -> Provided {
        let fresh = self.chain.provide_credentials().await?;
        let first = self.first.get_or_init(async || fresh.clone()).await;
        Ok((self.spoil)(first, fresh))
    }
}

impl ProvideCredentials for Spoiled {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.provide())
    }
}

fn play(spoil: fn(&Credentials, Credentials) -> Credentials) -> Report {
    let scenario = Scenario::parse("own.toml", SCENARIO, &AccountVocabulary).unwrap();
    check_support(&scenario).unwrap();
    let provider = AwsConfig::with_provider("own", move |_, config: &SdkConfig| Spoiled {
        chain: config.credentials_provider().unwrap(),
        first: tokio::sync::OnceCell::new(),
        spoil,
    });
    run(&scenario, &provider, RunOptions::default(), &mut |_| {})
}

/// What was found in a step, each as ``rule: actual``.
fn found(report: &Report, step: &str) -> Vec<String> {
    let step = report.steps.iter().find(|one| one.name == step).unwrap();
    step.findings
        .iter()
        .map(|finding| format!("{}: {}", finding.rules.join(","), finding.actual))
        .collect()
}

fn with(
    fresh: &Credentials,
    secret: &str,
    token: Option<&str>,
    expiry: Option<std::time::SystemTime>,
) -> Credentials {
    Credentials::new(
        fresh.access_key_id(),
        secret,
        token.map(str::to_owned),
        expiry,
        "spoiled",
    )
}

#[test]
fn an_honest_one_passes() {
    let report = play(|_, fresh| fresh);
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
}

#[test]
fn a_wrong_secret_is_refused_at_the_signature() {
    let report = play(|_, fresh| with(&fresh, "wrong", fresh.session_token(), fresh.expiry()));
    assert_eq!(
        found(&report, "credentials"),
        ["credentials.never-mixed: another one"]
    );
    let refused = &found(&report, "upload")[0];
    assert!(
        refused.contains("SignatureDoesNotMatch at signature"),
        "{refused}"
    );
}

#[test]
fn halves_of_two_sets_are_refused_at_the_session_token() {
    let report = play(|first, fresh| {
        with(
            &fresh,
            fresh.secret_access_key(),
            first.session_token(),
            fresh.expiry(),
        )
    });
    assert_eq!(
        found(&report, "credentials"),
        Vec::<String>::new(),
        "the first set is whole"
    );
    assert_eq!(
        found(&report, "credentials after the expiry of the first"),
        ["credentials.never-mixed: another one"]
    );
    let refused = &found(&report, "upload after the expiry of the first")[0];
    assert!(
        refused.contains("InvalidToken at session-token"),
        "{refused}"
    );
}

#[test]
fn a_missing_session_token_is_refused() {
    let report = play(|_, fresh| with(&fresh, fresh.secret_access_key(), None, fresh.expiry()));
    assert_eq!(
        found(&report, "credentials"),
        ["credentials.never-mixed: none"]
    );
    let refused = &found(&report, "upload")[0];
    assert!(
        refused.contains("InvalidAccessKeyId at session-token"),
        "{refused}"
    );
}

#[test]
fn a_set_kept_past_its_expiry_is_found_by_its_own_rule() {
    // Says it expires later than it does, so that nobody around it refreshes.
    let report = play(|first, _| {
        let later = first
            .expiry()
            .map(|expiry| expiry + Duration::from_hours(24));
        with(
            first,
            first.secret_access_key(),
            first.session_token(),
            later,
        )
    });
    assert_eq!(found(&report, "upload"), Vec::<String>::new());
    let late = found(&report, "upload after the expiry of the first");
    assert!(
        late.iter().any(|it| it.contains("ExpiredToken at expiry")),
        "{late:?}"
    );
    assert!(
        late.iter()
            .any(|it| it.starts_with("credentials.never-used-after-expiry: ")),
        "{late:?}"
    );
}

#[test]
fn the_suite_as_tests_fails_one_who_is_wrong_and_none_who_is_right() {
    let failed = |spoil: fn(&Credentials, Credentials) -> Credentials| {
        let provider = AwsConfig::with_provider("mine", move |_app, config| Spoiled {
            chain: config.credentials_provider().expect("the SDK has a chain"),
            first: tokio::sync::OnceCell::new(),
            spoil,
        });
        let trials = rolecall::suite::trials(provider, "").expect("an empty list is a good one");
        let only_rotation = libtest_mimic::Arguments {
            filter: Some("rotation".to_owned()),
            exact: true,
            ..Default::default()
        };
        let conclusion = libtest_mimic::run(&only_rotation, trials);
        (conclusion.num_passed, conclusion.num_failed)
    };

    assert_eq!(failed(|_first, fresh| fresh), (1, 0));
    assert_eq!(failed(|first, _fresh| first.clone()), (0, 1));
}

#[test]
fn a_list_of_known_failures_that_is_stale_is_refused() {
    let list = r#"
        [[known]]
        scenario = "no-such-scenario"
        version = "1.0.0"
        reason = "It is not there."
        link = "https://example.com/1"
    "#;

    let refused = rolecall::suite::trials(AwsConfig::new(), list);

    let Err(why) = refused else {
        panic!("the list was taken")
    };
    assert!(why.contains("`no-such-scenario`"), "{why}");
}
