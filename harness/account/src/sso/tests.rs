//! The portal, by what AWS documents and by what clients of it report.

use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::iam::CreateRole;
use crate::instant::SimInstant;
use crate::policy::{Document, DocumentKind};
use crate::testing::{HOUR, MINUTE, SECOND, start, world};
use crate::world::World;

const ACCOUNT: &str = "111122223333";
const SET: &str = "PhotoAdmin";

/// A portal in which `ada` has one role, and is signed in: the world and the token.
fn signed_in() -> (World, String) {
    let mut world = world();
    let name = world.permission_set_role(SET, ACCOUNT);
    let trust = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Principal": {"Service": "sso.amazonaws.com"}, "Action": "sts:AssumeRole"}}"#;
    let trust = Document::parse(trust, DocumentKind::Trust).unwrap();
    let role = CreateRole {
        path: Some("/aws-reserved/sso.amazonaws.com/".to_owned()),
        ..CreateRole::new(name, trust)
    };
    let role = world.operator(start()).create_role(role).unwrap();
    world.open_portal(
        start(),
        OpenPortal {
            name: "corp".to_owned(),
            start_url: "https://corp.awsapps.com/start".to_owned(),
            region: "eu-west-1".to_owned(),
            user: "ada".to_owned(),
            token_lifetime: 8 * HOUR,
        },
    );
    assert!(world.signed_in("corp").is_none());
    let assignment = Assignment {
        permission_set: SET.to_owned(),
        role_arn: role.arn,
        session_duration: HOUR,
    };
    world.assign(start(), "corp", assignment).unwrap();
    let token = world.sign_in(start(), "corp").unwrap();
    assert_eq!(token.expires_at, start() + 8 * HOUR);
    (world, token.token.expose().to_owned())
}

fn ask(world: &mut World, after: Duration, token: &str) -> Result<Value, SsoError> {
    let request = RoleRequest {
        token: Some(token),
        account_id: Some(ACCOUNT),
        role_name: Some(SET),
    };
    let document = world.sso_role_credentials(start() + after, request)?;
    Ok(serde_json::from_str(&document).unwrap())
}

fn key(document: &Value) -> &str {
    document["roleCredentials"]["accessKeyId"].as_str().unwrap()
}

// sso.role-credentials.document, sso.role.name, sso.role.session-name
#[test]
fn who_is_signed_in_gets_sets_of_the_role() {
    let (mut world, token) = signed_in();
    let first = ask(&mut world, MINUTE, &token).unwrap();
    let members = first["roleCredentials"].as_object().unwrap();
    let names: Vec<_> = members.keys().map(String::as_str).collect();
    let expected = [
        "accessKeyId",
        "expiration",
        "secretAccessKey",
        "sessionToken",
    ];
    assert_eq!(names, expected);
    // 2031-05-01T01:01:00Z.
    let expiry = 1_935_360_000_000_i64 + 61 * 60 * 1000;
    assert_eq!(members["expiration"], expiry);
    let session = world.session(key(&first)).unwrap();
    assert_eq!(session.issue, 1);
    assert_eq!(
        session.expires_at.map(SimInstant::epoch_millis),
        Some(expiry)
    );
    let role = session.identity.name();
    assert_eq!(permission_set(role), Some(SET));
    assert_eq!(
        session.identity.caller_arn(),
        format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/ada")
    );
    assert_eq!(
        session.identity.principal_arn(),
        format!("arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/{role}")
    );
    let second = ask(&mut world, 2 * MINUTE, &token).unwrap();
    assert_ne!(key(&first), key(&second));
    assert_eq!(world.session(key(&second)).unwrap().issue, 2);
    assert!(
        !world
            .session(key(&first))
            .unwrap()
            .is_expired(start() + HOUR)
    );
    world.check_coherence().unwrap();
}

// sso.token.refused
#[test]
fn a_token_ends_at_its_time_when_it_is_revoked_and_when_another_comes() {
    let (mut world, token) = signed_in();
    let refused = |world: &mut World, after, token: &str| {
        let refused = ask(world, after, token).unwrap_err();
        assert_eq!(refused, SsoError::Unauthorized);
        assert_eq!(
            (refused.status(), refused.code()),
            (401, "UnauthorizedException")
        );
    };
    refused(&mut world, MINUTE, "");
    refused(&mut world, MINUTE, "another");
    assert!(ask(&mut world, 7 * HOUR + 59 * MINUTE + 59 * SECOND, &token).is_ok());
    refused(&mut world, 8 * HOUR, &token);
    let second = world.sign_in(start() + 8 * HOUR, "corp").unwrap();
    let second = second.token.expose().to_owned();
    refused(&mut world, 8 * HOUR, &token);
    assert!(ask(&mut world, 8 * HOUR, &second).is_ok());
    assert!(world.sign_out(start() + 9 * HOUR, "corp"));
    assert!(!world.sign_out(start() + 9 * HOUR, "corp"));
    refused(&mut world, 9 * HOUR, &second);
    // The machine still has it.
    let kept = world.signed_in("corp").unwrap();
    assert!(kept.token.is(&second));
}

// sso.role-credentials.not-assigned, sso.role-credentials.request
#[test]
fn nobody_gets_what_is_not_assigned_or_not_said() {
    let (mut world, token) = signed_in();
    let mut ask = |account_id, role_name| {
        let request = RoleRequest {
            token: Some(&token),
            account_id,
            role_name,
        };
        let refused = world.sso_role_credentials(start(), request).unwrap_err();
        (refused.status(), refused.code())
    };
    let forbidden = (403, "ForbiddenException");
    assert_eq!(ask(Some(ACCOUNT), Some("Another")), forbidden);
    assert_eq!(ask(Some("444455556666"), Some(SET)), forbidden);
    let invalid = (400, "InvalidRequestException");
    assert_eq!(ask(None, Some(SET)), invalid);
    assert_eq!(ask(Some(ACCOUNT), None), invalid);
}

#[test]
fn only_names_of_that_form_stand_for_permission_sets() {
    assert_eq!(
        permission_set("AWSReservedSSO_Power_User_0123456789abcdef"),
        Some("Power_User")
    );
    for other in [
        "AWSReservedSSO_Power",
        "AWSReservedSSO_Power_0123456789ABCDEF",
        "AWSReservedSSO_Power_0123",
        "Power_0123456789abcdef",
    ] {
        assert_eq!(permission_set(other), None, "{other}");
    }
}
