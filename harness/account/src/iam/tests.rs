use super::*;
use crate::instant::SimInstant;
use crate::journal::Happening;
use crate::policy::{Decision, DocumentKind};
use crate::testing::{
    HOUR, PROFILE, ROLE, add_role, launch, policy, role, served, served_role, source, start, trust,
    world,
};
use crate::world::World;

/// What a session of the sample role may do: the name of the policy that decides, or `None`.
fn decided_by(world: &mut World, now: SimInstant, instance: &str, action: &str) -> Option<String> {
    let session = served(world, now, instance);
    match world.decide(now, &session, action, "arn:aws:s3:::photos/cat.jpg") {
        Decision::Allowed { by } => by.map(|by| format!("allow {}", by.policy)),
        Decision::ExplicitDeny { by } => Some(format!("deny {}", by.policy)),
        Decision::ImplicitDeny { .. } => None,
    }
}

fn code_and_status<T: std::fmt::Debug>(result: Result<T, IamError>) -> (&'static str, u16) {
    let error = result.unwrap_err();
    (error.code(), error.status())
}

// iam.names.case-insensitive
#[test]
fn names_are_taken_and_found_whatever_their_case() {
    let mut world = world();
    let taken = world
        .operator(start())
        .create_role(role("Photo-App", "ec2.amazonaws.com"));
    assert_eq!(code_and_status(taken), ("EntityAlreadyExists", 409));
    let taken = world
        .operator(start())
        .create_instance_profile("WEB-profile");
    assert_eq!(code_and_status(taken), ("EntityAlreadyExists", 409));
    let found = world
        .operator(start())
        .attach_role_policy("PHOTO-APP", "AmazonS3FullAccess");
    assert_eq!(found, Ok(()));
    assert_eq!(
        world.first_iam().role("pHoTo-aPp").unwrap().name,
        ROLE,
        "as created"
    );
}

// iam.names.form
#[test]
fn a_name_has_its_characters_and_its_length() {
    let good = ["a".repeat(64), "a_+=,.@-Z9".to_owned()];
    let bad = ["", "a/b", "a b", "grün", "a:b", "a*"].map(str::to_owned);
    for name in &good {
        let mut world = world();
        let mut account = world.operator(start());
        let made = account.create_role(role(name, "ec2.amazonaws.com"));
        assert_eq!(&made.unwrap().name, name);
        let made = account.create_instance_profile(name.as_str());
        assert_eq!(&made.unwrap().name, name);
    }
    for name in &bad {
        let mut world = world();
        let role = world
            .operator(start())
            .create_role(role(name, "ec2.amazonaws.com"));
        assert_eq!(code_and_status(role), ("ValidationError", 400), "{name:?}");
        let profile = world
            .operator(start())
            .create_instance_profile(name.as_str());
        assert_eq!(
            code_and_status(profile),
            ("ValidationError", 400),
            "{name:?}"
        );
    }
    for (length, role_fits, profile_fits) in [
        (64, true, true),
        (65, false, true),
        (128, false, true),
        (129, false, false),
    ] {
        let (mut world, name) = (world(), "n".repeat(length));
        let role = world
            .operator(start())
            .create_role(role(&name, "ec2.amazonaws.com"));
        assert_eq!(role.is_ok(), role_fits, "{length}");
        let profile = world
            .operator(start())
            .create_instance_profile(name.as_str());
        assert_eq!(profile.is_ok(), profile_fits, "{length}");
    }
}

// iam.profile.one-role
#[test]
fn a_profile_holds_one_role_and_a_role_may_be_in_many_profiles() {
    let mut world = world();
    add_role(&mut world, "second", "ec2.amazonaws.com");
    for role in ["second", ROLE] {
        let refused = world
            .operator(start())
            .add_role_to_instance_profile(PROFILE, role);
        assert_eq!(code_and_status(refused), ("LimitExceeded", 409));
    }
    world
        .operator(start())
        .create_instance_profile("another")
        .unwrap();
    let added = world
        .operator(start())
        .add_role_to_instance_profile("another", ROLE);
    assert_eq!(added, Ok(()));
}

// iam.error.codes
#[test]
fn what_is_not_there_is_no_such_entity() {
    type Call = fn(&mut World) -> Result<(), IamError>;
    let rows: [(&str, Call); 12] = [
        ("put on no role", |world| {
            world
                .operator(start())
                .put_role_policy("nobody", "p", policy("Allow", "s3:*"))
        }),
        ("attach to no role", |world| {
            world
                .operator(start())
                .attach_role_policy("nobody", "AmazonS3FullAccess")
        }),
        ("attach no policy", |world| {
            world
                .operator(start())
                .attach_role_policy(ROLE, "AmazonS4FullAccess")
        }),
        ("detach from no role", |world| {
            world
                .operator(start())
                .detach_role_policy("nobody", "AmazonS3FullAccess")
        }),
        ("detach what is not attached", |world| {
            world
                .operator(start())
                .detach_role_policy(ROLE, "AmazonS3FullAccess")
        }),
        ("add no role", |world| {
            world
                .operator(start())
                .add_role_to_instance_profile(PROFILE, "nobody")
        }),
        ("add to no profile", |world| {
            world
                .operator(start())
                .add_role_to_instance_profile("nobody", ROLE)
        }),
        ("set no role", |world| {
            world
                .operator(start())
                .set_role_of_instance_profile(PROFILE, "nobody")
        }),
        ("set the role of no profile", |world| {
            world
                .operator(start())
                .set_role_of_instance_profile("nobody", ROLE)
        }),
        ("revoke the sessions of no role", |world| {
            world.operator(start()).revoke_role_sessions("nobody")
        }),
        ("remove from no profile", |world| {
            world
                .operator(start())
                .remove_role_from_instance_profile("nobody")
        }),
        ("remove from an empty profile", |world| {
            world.operator(start()).create_instance_profile("empty")?;
            world
                .operator(start())
                .remove_role_from_instance_profile("empty")
        }),
    ];
    for (what, call) in rows {
        assert_eq!(
            code_and_status(call(&mut world())),
            ("NoSuchEntity", 404),
            "{what}"
        );
    }
    let unknown = CreateRole {
        attached: vec!["AmazonS4FullAccess".to_owned()],
        ..role("new", "ec2.amazonaws.com")
    };
    assert_eq!(
        code_and_status(world().operator(start()).create_role(unknown)),
        ("NoSuchEntity", 404)
    );
}

// iam.policies.live
#[test]
fn sessions_that_exist_feel_every_change_at_once() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let now = start() + HOUR;
    let get = |world: &mut World| decided_by(world, now, &web, "s3:GetObject");
    assert_eq!(get(&mut world), None);
    world
        .operator(now)
        .attach_role_policy(ROLE, "AmazonS3ReadOnlyAccess")
        .unwrap();
    assert_eq!(
        get(&mut world).as_deref(),
        Some("allow AmazonS3ReadOnlyAccess")
    );
    world
        .operator(now)
        .put_role_policy(ROLE, "closed", policy("Deny", "s3:*"))
        .unwrap();
    assert_eq!(get(&mut world).as_deref(), Some("deny closed"));
    world
        .operator(now)
        .put_role_policy(ROLE, "closed", policy("Deny", "s3:Put*"))
        .unwrap();
    assert_eq!(
        get(&mut world).as_deref(),
        Some("allow AmazonS3ReadOnlyAccess")
    );
    world
        .operator(now)
        .detach_role_policy(ROLE, "AmazonS3ReadOnlyAccess")
        .unwrap();
    assert_eq!(get(&mut world), None);
}

#[test]
fn a_managed_policy_is_attached_once_by_name_or_arn() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
    for policy in ["AmazonS3FullAccess", arn, arn] {
        assert_eq!(
            world.operator(start()).attach_role_policy(ROLE, policy),
            Ok(())
        );
    }
    assert_eq!(
        world.operator(start()).detach_role_policy(ROLE, arn),
        Ok(())
    );
    assert_eq!(decided_by(&mut world, start(), &web, "s3:PutObject"), None);
}

#[test]
fn an_inline_policy_may_have_the_name_of_a_managed_one() {
    const NAME: &str = "AmazonS3FullAccess";
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    world
        .operator(start())
        .attach_role_policy(ROLE, NAME)
        .unwrap();
    world
        .operator(start())
        .put_role_policy(ROLE, NAME, policy("Deny", "s3:Put*"))
        .unwrap();
    let decided = |world: &mut World, action| decided_by(world, start(), &web, action);
    assert_eq!(
        decided(&mut world, "s3:GetObject").unwrap(),
        format!("allow {NAME}")
    );
    assert_eq!(
        decided(&mut world, "s3:PutObject").unwrap(),
        format!("deny {NAME}")
    );
    world
        .operator(start())
        .detach_role_policy(ROLE, NAME)
        .unwrap();
    assert_eq!(decided(&mut world, "s3:GetObject"), None);
    assert_eq!(
        decided(&mut world, "s3:PutObject").unwrap(),
        format!("deny {NAME}")
    );
    world
        .operator(start())
        .attach_role_policy(ROLE, NAME)
        .unwrap();
    assert_eq!(
        decided(&mut world, "s3:GetObject").unwrap(),
        format!("allow {NAME}")
    );
}

#[test]
fn a_role_begins_with_the_policies_it_was_made_with() {
    let mut world = world();
    let request = CreateRole {
        attached: vec!["AmazonS3ReadOnlyAccess".to_owned()],
        inline: [("no-lists".to_owned(), policy("Deny", "s3:List*"))].into(),
        ..role("reader", "ec2.amazonaws.com")
    };
    world.operator(start()).create_role(request).unwrap();
    let names: Vec<_> = world
        .first_iam()
        .role("reader")
        .unwrap()
        .identity_policies()
        .iter()
        .map(|policy| policy.name.as_str())
        .collect();
    assert_eq!(names, ["AmazonS3ReadOnlyAccess", "no-lists"]);
}

// iam.id.prefixes
#[test]
fn ids_and_arns_have_their_forms() {
    let world = world();
    let role = world.first_iam().role(ROLE).unwrap();
    assert!(
        role.id.starts_with("AROA") && role.id.len() == 21,
        "{}",
        role.id
    );
    assert_eq!(role.arn, "arn:aws:iam::111122223333:role/photo-app");
    let profile = world.first_iam().profile(PROFILE).unwrap();
    assert!(
        profile.id.starts_with("AIPA") && profile.id.len() == 21,
        "{}",
        profile.id
    );
    assert_eq!(
        profile.arn,
        "arn:aws:iam::111122223333:instance-profile/web-profile"
    );
}

#[test]
fn a_refused_call_is_not_journalled_as_done() {
    let mut world = world();
    let before = world.journal().mark();
    world
        .operator(start())
        .create_instance_profile(PROFILE)
        .unwrap_err();
    world
        .operator(start())
        .attach_role_policy(ROLE, "nothing")
        .unwrap_err();
    world
        .operator(start())
        .remove_role_from_instance_profile("nobody")
        .unwrap_err();
    assert_eq!(world.journal().since(before).count(), 0);
    world
        .operator(start())
        .attach_role_policy(ROLE, "AmazonS3FullAccess")
        .unwrap();
    let done: Vec<_> = world
        .journal()
        .since(before)
        .map(|entry| match &entry.happening {
            Happening::Control {
                operation, detail, ..
            } => format!("{operation} {detail}"),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        done,
        ["iam-attach-role-policy photo-app AmazonS3FullAccess"]
    );
}

// iam.profile.delete-conflict
#[test]
fn a_profile_that_holds_a_role_is_not_deleted_and_an_empty_one_is() {
    let mut world = world();
    let refused = world.operator(start()).delete_instance_profile(PROFILE);
    assert_eq!(code_and_status(refused), ("DeleteConflict", 409));
    world
        .operator(start())
        .remove_role_from_instance_profile(PROFILE)
        .unwrap();
    let upper = PROFILE.to_uppercase();
    world
        .operator(start())
        .delete_instance_profile(&upper)
        .unwrap();
    let again = world.operator(start()).delete_instance_profile(PROFILE);
    assert_eq!(code_and_status(again), ("NoSuchEntity", 404));
}

#[test]
fn a_role_takes_the_place_of_another_or_of_none() {
    let mut world = world();
    add_role(&mut world, "other-app", "ec2.amazonaws.com");
    world
        .operator(start())
        .create_instance_profile("empty")
        .unwrap();
    for profile in [PROFILE, "empty"] {
        world
            .operator(start())
            .set_role_of_instance_profile(profile, "other-app")
            .unwrap();
        world
            .operator(start())
            .set_role_of_instance_profile(profile, "nobody")
            .unwrap_err();
        let web = launch(&mut world, Some(profile));
        assert_eq!(
            served_role(&mut world, start(), &web).as_deref(),
            Some("other-app"),
            "{profile}"
        );
    }
}

// policy.revocation.sessions-issued-before
#[test]
fn the_sessions_of_a_role_are_revoked_up_to_now() {
    let mut world = world();
    world
        .operator(start())
        .attach_role_policy(ROLE, "AmazonS3FullAccess")
        .unwrap();
    let web = launch(&mut world, Some(PROFILE));
    let old = served(&mut world, start(), &web);
    let now = start() + HOUR;
    world.operator(now).revoke_role_sessions(ROLE).unwrap();
    world.rotate(now, &source(&web)).unwrap();
    let new = served(&mut world, now, &web);
    let may = |session| {
        world
            .decide(now, session, "s3:GetObject", "arn:aws:s3:::b/k")
            .allowed()
    };
    assert_eq!((may(&old), may(&new)), (false, true));
}

// Names and instances are an account's own; the policies of one say nothing in another.
#[test]
fn accounts_do_not_see_each_other() {
    let mut world = world();
    world.open_account("444455556666").unwrap();
    world.open_account("444455556666").unwrap();
    assert!(world.open_account("12").is_err());
    let ids: Vec<_> = world.account_ids().collect();
    assert_eq!(ids, ["111122223333", "444455556666"]);
    assert!(world.operator_in(start(), "777788889999").is_none());

    let web = launch(&mut world, Some(PROFILE));
    let mut other = world.operator_in(start(), "444455556666").unwrap();
    other.create_role(role(ROLE, "ec2.amazonaws.com")).unwrap();
    let unknown = other.associate_profile(&web, PROFILE).unwrap_err();
    assert_eq!(unknown.code(), "InvalidInstanceID.NotFound");
    let unknown = other.create_access_key("ann").unwrap_err();
    assert_eq!(unknown.code(), "NoSuchEntity");
    let arn = "arn:aws:iam::444455556666:role/photo-app";
    assert_eq!(world.role_arn(arn), Some(arn));
}

// What a session may not do it cannot do through the control plane either.
#[test]
fn a_session_changes_what_its_policies_let_it() {
    const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let session = served(&mut world, start(), &web);
    let mut own = world.on_behalf(start(), &session);
    let denied = own.attach_role_policy(ROLE, ADMINISTRATOR);
    assert_eq!(denied.unwrap_err().code(), "AccessDenied");
    world
        .operator(start())
        .attach_role_policy(ROLE, "AdministratorAccess")
        .unwrap();
    let mut own = world.on_behalf(start(), &session);
    own.attach_role_policy(ROLE, "arn:aws:iam::aws:policy/AmazonS3FullAccess")
        .unwrap();
    assert!(own.decision().is_some_and(Decision::allowed));
}

// policy.context.role-tags
#[test]
fn a_session_has_the_tags_of_its_role() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let session = served(&mut world, start(), &web);
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*",
        "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}}}}"#;
    let document = iam_document("policyDocument", text, DocumentKind::Identity).unwrap();
    let mut account = world.operator(start());
    account.put_role_policy(ROLE, "red", document).unwrap();
    let reads = |world: &World| {
        let decision = world.decide(start(), &session, "s3:GetObject", "arn:aws:s3:::b/k");
        decision.allowed()
    };
    assert!(!reads(&world));
    let tag = Tag {
        key: "Team".to_owned(),
        value: "red".to_owned(),
    };
    world
        .operator(start())
        .tag(Tagged::Role(ROLE), &[tag])
        .unwrap();
    assert!(reads(&world));
}

// policy.principal.pinned-to-unique-id, iam.trust.principals-exist
#[test]
fn an_operator_may_trust_those_who_come_later() {
    let mut world = world();
    let trust = trust("ec2.amazonaws.com").text().replace(
        r#"{"Service": "ec2.amazonaws.com"}"#,
        r#"{"AWS": "arn:aws:iam::111122223333:role/later"}"#,
    );
    let trust = iam_document("policyDocument", &trust, DocumentKind::Trust).unwrap();
    let mut account = world.operator(start());
    let early = account.create_role(CreateRole::new("early", trust.clone()));
    assert!(account.trust_policy(&early.unwrap()).contains("role/later"));
    account
        .create_role(role("later", "ec2.amazonaws.com"))
        .unwrap();
    let pinned = account
        .create_role(CreateRole::new("pinned", trust))
        .unwrap();
    account.delete_role("later").unwrap();
    assert!(!account.trust_policy(&pinned).contains("role/later"));
}

// iam.paths.in-arn: what policies see of a session is the ARN of its role, with the path.
#[test]
fn a_session_of_a_role_with_a_path_is_named_by_both() {
    let mut world = world();
    let mut account = world.operator(start());
    let request = CreateRole {
        path: Some("/web/".to_owned()),
        ..role("deep", "ec2.amazonaws.com")
    };
    let made = account.create_role(request).unwrap();
    assert_eq!(made.arn, "arn:aws:iam::111122223333:role/web/deep");
    account.create_instance_profile("deep").unwrap();
    account
        .add_role_to_instance_profile("deep", "deep")
        .unwrap();
    let web = launch(&mut world, Some("deep"));
    let session = served(&mut world, start(), &web);
    assert_eq!(session.identity.principal_arn(), made.arn);
    let caller = format!("arn:aws:sts::111122223333:assumed-role/deep/{web}");
    assert_eq!(session.identity.caller_arn(), caller);
}
