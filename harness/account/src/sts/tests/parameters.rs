//! How long sessions last, and what else parameters may be.

use std::sync::Arc;

use super::{ACCOUNT, Lab, admin, invalid, lasting, told, trusting};
use crate::iam::CreateRole;
use crate::sts::AssumeRole;
use crate::testing::{HOUR, SECOND, policy, role, start, world};

// sts.assume-role.duration-range, sts.assume-role.max-session-duration
#[test]
fn a_session_lasts_between_a_quarter_of_an_hour_and_the_roles_maximum() {
    let trust = || trusting("arn:aws:iam::111122223333:user/ann", "");
    let mut lab = Lab::new(trust(), &[]);
    for seconds in [900, 3600] {
        let session = lab.by_ann(lasting(seconds)).unwrap().session;
        assert_eq!(session.expires_at, Some(start() + SECOND * seconds));
    }
    assert_eq!(
        told(lab.by_ann(lasting(3601))),
        invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    );
    let refused = |seconds: u32, limit: &str| {
        let message = format!(
            "1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value {limit}"
        );
        invalid(&message)
    };
    assert_eq!(
        told(lab.by_ann(lasting(899))),
        refused(899, "greater than or equal to 900")
    );
    let mut lab = Lab::lasting(trust(), &[], Some(HOUR * 12));
    let session = lab.by_ann(lasting(43_200)).unwrap().session;
    assert_eq!(session.expires_at, Some(start() + HOUR * 12));
    assert_eq!(
        told(lab.by_ann(lasting(43_201))),
        refused(43_201, "less than or equal to 43200")
    );
}

// sts.assume-role.chaining-limit
#[test]
fn a_session_made_with_a_session_lasts_an_hour_at_most() {
    let mut lab = Lab::lasting(
        trusting(ACCOUNT, ""),
        &[policy("Allow", "sts:*")],
        Some(HOUR * 12),
    );
    let first = lab.by_ann(lasting(7200)).unwrap().session;
    let ann = Arc::clone(&lab.ann);
    let of_ann = lab
        .world
        .sts_get_session_token(start(), &ann, None)
        .unwrap();
    for caller in [first, of_ann] {
        let chained = lab.assume(&caller, &lasting(3600)).unwrap().session;
        assert_eq!(chained.expires_at, Some(start() + HOUR));
        assert_eq!(
            told(lab.assume(&caller, &lasting(3601))),
            invalid(
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
            )
        );
    }
}

// sts.assume-role.parameter-forms, sts.errors.validation-form
#[test]
fn every_violation_is_told() {
    let mut lab = Lab::open();
    let mut named = |name: &str| {
        told(lab.by_ann(AssumeRole {
            role_session_name: name.to_owned(),
            ..admin()
        }))
    };
    let at = "at 'roleSessionName' failed to satisfy constraint: Member must";
    let pattern = r"satisfy regular expression pattern: [\w+=,.@-]*";
    assert_eq!(
        named("a"),
        invalid(&format!(
            "1 validation error detected: Value 'a' {at} have length greater than or equal to 2"
        ))
    );
    assert_eq!(
        named("ann works"),
        invalid(&format!(
            "1 validation error detected: Value 'ann works' {at} {pattern}"
        ))
    );
    assert_eq!(
        named("/"),
        invalid(&format!(
            "2 validation errors detected: Value '/' {at} {pattern}; Value '/' {at} have length greater than or equal to 2"
        ))
    );
    assert!(
        named(&"a".repeat(65))
            .2
            .ends_with("less than or equal to 64")
    );
    let mut arn = |arn: &str| {
        told(lab.by_ann(AssumeRole {
            role_arn: arn.to_owned(),
            ..admin()
        }))
    };
    let user = "arn:aws:iam::111122223333:user/ann";
    assert_eq!(arn(user), invalid(&format!("{user} is invalid")));
    assert!(arn("admin").2.ends_with("greater than or equal to 20"));
    let id = AssumeRole {
        external_id: Some("a b".to_owned()),
        ..admin()
    };
    assert!(
        told(lab.by_ann(id))
            .2
            .contains("Value 'a b' at 'externalId'")
    );
}

// iam.role.max-session-duration
#[test]
fn a_role_allows_sessions_of_one_to_twelve_hours() {
    let made = |longest| {
        let request = CreateRole {
            max_session_duration: Some(longest),
            ..role("new", "ec2.amazonaws.com")
        };
        world()
            .operator(start())
            .create_role(request)
            .map(|role| assert_eq!(role.max_session_duration, longest))
            .map_err(|error| error.code())
    };
    assert_eq!((made(HOUR), made(HOUR * 12)), (Ok(()), Ok(())));
    for longest in [HOUR.saturating_sub(SECOND), HOUR * 12 + SECOND] {
        assert_eq!(made(longest), Err("ValidationError"));
    }
}
