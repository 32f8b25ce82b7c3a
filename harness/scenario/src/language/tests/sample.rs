//! The first scenario of all.

use std::time::Duration;

use super::account::Account;
use crate::language::{
    Act, Action, Allowed, At, Class, Count, Expect, Move, Place, Scenario, Step, Trust, Upload,
    Verb,
};

const SAMPLE: &str = include_str!("sample.toml");

fn sample() -> Scenario {
    Scenario::parse("scenarios/s3/s3-upload.toml", SAMPLE, &Account).unwrap()
}

#[test]
fn the_sample_says_what_it_says() {
    let scenario = sample();
    assert_eq!(scenario.name, "s3-upload");
    assert_eq!(scenario.rules.len(), 2);
    let apps: Vec<(&str, &Place)> = scenario
        .apps
        .iter()
        .map(|(name, app)| (name.as_str(), &app.value.on.value))
        .collect();
    assert_eq!(apps, [("web", &Place::Instance("web".to_owned()))]);
    assert!(
        scenario
            .steps
            .iter()
            .all(|step| scenario.app_of(step) == Some("web"))
    );

    let upload = || Act::Do(Action::Upload(Upload::new("photos", "cat.jpg")));
    assert_eq!(scenario.steps[0].act.value, upload());
    assert_eq!(
        scenario.steps[0].expect.fails,
        Some(Class::NoneFound.into())
    );
    let last = Step {
        moves: Some(Move::After(Duration::from_hours(6)).into()),
        expect: Expect {
            allowed: Some(At::from(Allowed {
                issue: Some(2.into()),
                ..Allowed::default()
            })),
            calls: [("imds-credentials".to_owned(), Count::exactly(1).into())].into(),
            ..Expect::default()
        },
        span: scenario.steps[3].span.clone(),
        ..Step::new("one rotation later", upload())
    };
    assert_eq!(scenario.steps[3], last);
}

#[test]
fn the_lines_of_steps_are_known() {
    let scenario = sample();
    for step in &scenario.steps {
        let line = scenario.line_of(&step.span);
        assert_eq!(SAMPLE.lines().nth(line - 1), Some("[[step]]"));
        let line = scenario.line_of(&step.name.span);
        assert!(
            SAMPLE
                .lines()
                .nth(line - 1)
                .unwrap()
                .contains(&step.name.value)
        );
    }
}

#[test]
fn what_the_sample_uses_is_listed_in_order() {
    let words: Vec<&str> = sample().constructs().map(|(word, _)| word).collect();
    assert_eq!(
        words,
        [
            "buckets",
            "role",
            "profile",
            "instance",
            "upload",
            "expect.fails",
            "associate-profile",
            "upload",
            "expect.allowed",
            "after",
            "upload",
            "expect.allowed",
            "expect.calls",
        ]
    );
}

#[test]
fn a_runner_can_refuse_what_it_cannot_do() {
    let scenario = sample();
    let (word, span) = scenario
        .constructs()
        .find(|(word, _)| *word == Verb::AssociateProfile.to_string())
        .unwrap();
    let problem = scenario.problem_at(span, format!("cannot `{word}` yet"), None);
    assert_eq!(
        problem.line(),
        "scenarios/s3/s3-upload.toml:19:1: cannot `associate-profile` yet"
    );
}

#[test]
fn defaults_are_those_of_the_page() {
    let scenario = sample();
    let issuing = scenario.world.issuing();
    assert_eq!(issuing.credential_lifetime.value, Duration::from_hours(6));
    assert_eq!(issuing.publish_before_expiry.value, Duration::from_mins(5));
    assert_eq!(scenario.world.start.to_string(), "2031-05-01T00:00:00Z");
    assert_eq!(scenario.world.region.value, "us-east-1");
    assert!(matches!(
        scenario.world.roles["photo-app"].value.trust.value,
        Trust::Service(_)
    ));
}
