//! Who may assume a role.

use std::sync::Arc;

use super::{ACCOUNT, Lab, admin, denied, told, trusting};
use crate::iam::{Tag, Tagged};
use crate::sts::AssumeRole;
use crate::testing::{HOUR, issued, policy, start};

#[test]
fn a_role_is_assumed_for_an_hour() {
    let mut lab = Lab::open();
    let assumed = lab.by_ann(admin()).unwrap();
    let session = &assumed.session;
    assert_eq!(
        session.identity.caller_arn(),
        "arn:aws:sts::111122223333:assumed-role/admin/ann-works"
    );
    assert!(session.access_key_id.starts_with("ASIA"));
    assert_eq!(session.expires_at, Some(start() + HOUR));
    assert_eq!(assumed.packed_policy_size, None);
    let found = lab.world.session(&session.access_key_id).unwrap();
    assert!(Arc::ptr_eq(found, session), "it is entered");
    let journalled = issued(&lab.world).pop().unwrap();
    assert!(Arc::ptr_eq(&journalled, session), "it is journalled");
    let again = lab.by_ann(admin()).unwrap().session;
    assert_ne!(again.access_key_id, session.access_key_id);
    let elsewhere = Lab::open().by_ann(admin()).unwrap().session;
    assert_eq!(
        elsewhere.access_key_id, session.access_key_id,
        "drawn from the seed"
    );
}

// sts.assume-role.trust
#[test]
fn the_trust_policy_decides_and_where_it_names_the_account_the_identity_policy_too() {
    let allow = || policy("Allow", "sts:AssumeRole");
    let deny = || policy("Deny", "sts:*");
    let ann = "arn:aws:iam::111122223333:user/ann";
    let bob = "arn:aws:iam::111122223333:user/bob";
    for (trusted, own, because) in [
        (ann, vec![], None),
        (ACCOUNT, vec![allow()], None),
        (
            ACCOUNT,
            vec![],
            Some(" because no identity-based policy allows the sts:AssumeRole action"),
        ),
        (
            bob,
            vec![allow()],
            Some(" because no role trust policy allows the sts:AssumeRole action"),
        ),
        (
            ann,
            vec![deny()],
            Some(" with an explicit deny in an identity-based policy"),
        ),
        (
            ACCOUNT,
            vec![allow(), deny()],
            Some(" with an explicit deny in an identity-based policy"),
        ),
    ] {
        let result = Lab::new(trusting(trusted, ""), &own).by_ann(admin());
        match because {
            None => assert!(result.is_ok(), "{trusted}: {result:?}"),
            Some(because) => assert_eq!(told(result), denied(because), "{trusted}"),
        }
    }
}

// sts.assume-role.unknown-role-is-denied
#[test]
fn a_role_that_is_not_there_is_denied() {
    let mut lab = Lab::open();
    for arn in [
        "arn:aws:iam::111122223333:role/nobody",
        "arn:aws:iam::444455556666:role/admin",
        "arn:aws:iam::111122223333:role/ADMIN",
    ] {
        let request = AssumeRole {
            role_arn: arn.to_owned(),
            ..admin()
        };
        let error = lab.by_ann(request).unwrap_err();
        assert_eq!((error.code(), error.status()), ("AccessDenied", 403));
        assert!(
            error.to_string().ends_with(&format!("on resource: {arn}")),
            "{error}"
        );
        assert_eq!(
            error.detail().unwrap(),
            format!("no role has the ARN `{arn}`")
        );
    }
}

// sts.assume-role.condition-keys
#[test]
fn external_id_and_session_name_are_conditions() {
    let condition = |key: &str, value: &str| {
        let rest = format!(r#", "Condition": {{"StringEquals": {{"{key}": "{value}"}}}}"#);
        Lab::new(trusting("arn:aws:iam::111122223333:user/ann", &rest), &[])
    };
    let with_id = |id: &str| AssumeRole {
        external_id: Some(id.to_owned()),
        ..admin()
    };
    let mut lab = condition("sts:ExternalId", "partner-7");
    lab.by_ann(with_id("partner-7")).unwrap();
    let missing = " because no role trust policy allows the sts:AssumeRole action";
    assert_eq!(told(lab.by_ann(with_id("partner-8"))), denied(missing));
    assert_eq!(told(lab.by_ann(admin())), denied(missing));
    condition("sts:RoleSessionName", "ann-works")
        .by_ann(admin())
        .unwrap();
    assert_eq!(
        told(condition("sts:RoleSessionName", "bob").by_ann(admin())),
        denied(missing)
    );
    condition("aws:username", "ann").by_ann(admin()).unwrap();
}

// sts.assume-role.resource-tags
#[test]
fn the_tags_of_the_role_are_conditions() {
    for key in ["aws:ResourceTag/team", "iam:ResourceTag/team"] {
        let rest = format!(r#", "Condition": {{"StringEquals": {{"{key}": "red"}}}}"#);
        let trust = trusting("arn:aws:iam::111122223333:user/ann", &rest);
        let mut lab = Lab::new(trust, &[]);
        let missing = " because no role trust policy allows the sts:AssumeRole action";
        assert_eq!(told(lab.by_ann(admin())), denied(missing), "{key}");
        let tag = Tag {
            key: "team".to_owned(),
            value: "red".to_owned(),
        };
        let mut operator = lab.world.operator(start());
        operator.tag(Tagged::Role("admin"), &[tag]).unwrap();
        assert!(lab.by_ann(admin()).is_ok(), "{key}");
    }
}
