//! A world that was edited, and no longer holds together.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::stored::tests::written;
use crate::testing::{PROFILE, launch, policy, start, world};
use crate::{
    CreatePolicy, CreateUser, CreateVirtualMfaDevice, Issuing, RunPod, Source, TokenRequest, World,
};

/// One of everything that names something else.
fn full() -> Value {
    let mut world = world();
    launch(&mut world, Some(PROFILE));
    let web = world.instances().next().unwrap().id.clone();
    world
        .run_task(start(), "job", "photo-app", Issuing::default())
        .unwrap();
    let pod = world
        .run_pod(start(), RunPod::new("pod", "photo-app"))
        .unwrap();
    let _ = world.rotate(start(), &Source::Pod(pod));
    let ttl = TokenRequest {
        ttl_seconds: Some("60"),
        ..TokenRequest::default()
    };
    world.imds_token(start(), &web, &ttl).unwrap();
    let mut iam = world.operator(start());
    let own = CreatePolicy {
        name: "own".to_owned(),
        document: policy("Allow", "s3:*"),
        path: None,
        description: None,
        tags: Vec::new(),
    };
    let arn = iam.create_policy(own).unwrap().arn;
    let ann = CreateUser {
        name: "ann".to_owned(),
        attached: vec![arn],
        inline: BTreeMap::new(),
        ..CreateUser::default()
    };
    iam.create_user(ann).unwrap();
    iam.create_access_key("ann").unwrap();
    iam.create_group("staff", None).unwrap();
    iam.add_user_to_group("staff", "ann").unwrap();
    let device = CreateVirtualMfaDevice {
        name: "ann".to_owned(),
        ..CreateVirtualMfaDevice::default()
    };
    let serial = iam.create_virtual_mfa_device(&device).unwrap().serial;
    iam.create_bucket("photos");
    let code = world.mfa_code(start(), &serial).unwrap();
    let codes = [code.code.expose(), code.next.expose()];
    let mut iam = world.operator(start());
    iam.enable_mfa_device("ann", &serial, codes).unwrap();
    serde_json::from_str(&written(&world)).unwrap()
}

/// What is said of a world after `edit`.
fn refused(edit: impl FnOnce(&mut Value)) -> String {
    let mut value = full();
    edit(&mut value);
    let world: World = serde_json::from_value(value).unwrap();
    world.check_coherence().unwrap_err().to_string()
}

fn only<'a>(value: &'a mut Value, pointer: &str) -> &'a mut Value {
    let found = value.pointer_mut(pointer).unwrap();
    match found {
        Value::Object(members) => members.values_mut().next().unwrap(),
        Value::Array(items) => &mut items[0],
        _ => panic!("{pointer} holds nothing"),
    }
}

/// Takes away whatever is kept there.
fn emptied(value: &mut Value, pointer: &str) {
    match value.pointer_mut(pointer).unwrap() {
        Value::Object(members) => members.clear(),
        Value::Array(items) => items.clear(),
        _ => panic!("{pointer} holds nothing"),
    }
}

const IAM: &str = "/accounts/by_id/111122223333";

#[test]
fn as_it_was_written_it_holds_together() {
    let world: World = serde_json::from_value(full()).unwrap();
    world.check_coherence().unwrap();
}

#[test]
fn whatever_is_named_must_be_there() {
    let cases: [(&str, &str); 9] = [
        (
            "/accounts/by_id",
            "the world names the account 111122223333",
        ),
        (&format!("{IAM}/users"), "names the user AIDA"),
        (
            &format!("{IAM}/policies"),
            "names the policy arn:aws:iam::111122223333:policy/own",
        ),
        (
            &format!("{IAM}/roles"),
            "the instance profile `web-profile` names the role AROA",
        ),
        ("/sessions/by_key", "names a session of its own"),
        ("/ec2/instances", "names the instance i-"),
        ("/tasks/by_id", "names the task "),
        ("/cluster/pods", "names the pod "),
        (
            "/metadata_tokens/by_expiry",
            "metadata tokens and their ends do not agree",
        ),
    ];
    for (pointer, expected) in cases {
        let said = refused(|world| emptied(world, pointer));
        assert!(said.contains(expected), "{pointer}: {said}");
    }
}

#[test]
fn whatever_is_kept_is_kept_under_its_own_name() {
    for (pointer, member, expected) in [
        (
            format!("{IAM}/roles"),
            "name",
            "the role `x` is kept under the name `photo-app`",
        ),
        (
            format!("{IAM}/users"),
            "name",
            "the user `x` is kept under the name `ann`",
        ),
        (
            format!("{IAM}/groups"),
            "name",
            "the group `x` is kept under the name `staff`",
        ),
        (
            format!("{IAM}/profiles"),
            "name",
            "the instance profile `x` is kept under",
        ),
        (
            format!("{IAM}/policies"),
            "name",
            "the policy `x` is kept under the name `own`",
        ),
        (
            format!("{IAM}/access_keys"),
            "id",
            "the access key `x` is kept under",
        ),
        (
            format!("{IAM}/mfa_devices"),
            "serial",
            "the MFA device `x` is kept under",
        ),
        (
            "/sessions/by_key".to_owned(),
            "access_key_id",
            "the session `x` is kept under",
        ),
        (
            "/ec2/instances".to_owned(),
            "id",
            "the instance `x` is kept under the name `i-",
        ),
    ] {
        let said = refused(|world| only(world, &pointer)[member] = "x".into());
        assert!(said.contains(expected), "{pointer}: {said}");
    }
}

#[test]
fn whatever_belongs_to_an_account_belongs_to_one_that_is_there() {
    for (pointer, member, expected) in [
        (
            "/ec2/instances",
            "account",
            "names the account 999999999999",
        ),
        ("/tasks/by_id", "account", "names the account 999999999999"),
        (
            "/buckets/by_name",
            "owner",
            "the bucket `photos` names the account 999999999999",
        ),
    ] {
        let said = refused(|world| only(world, pointer)[member] = "999999999999".into());
        assert!(said.contains(expected), "{pointer}: {said}");
    }
    let said = refused(|world| {
        only(world, "/sessions/by_key")["identity"]["account"] = "999999999999".into();
    });
    assert!(said.contains("names the account 999999999999"), "{said}");
    let said = refused(|world| only(world, &format!("{IAM}/roles"))["account"] = "x".into());
    assert!(said.contains("another account"), "{said}");
}

#[test]
fn what_cannot_be_is_refused() {
    let said = refused(|world| world["began"] = json!("2040-01-01T00:00:00Z"));
    assert!(said.contains("before its own beginning"), "{said}");
    let said = refused(|world| {
        only(world, &format!("{IAM}/users"))["policies"]["policies"] = json!([]);
    });
    assert!(said.contains("more managed policies attached"), "{said}");
    let said = refused(|world| only(world, &format!("{IAM}/policies"))["default"] = json!(7));
    assert!(said.contains("names version 7 as its default"), "{said}");
    let said = refused(|world| only(world, &format!("{IAM}/policies"))["last"] = json!(0));
    assert!(said.contains("has not made yet"), "{said}");
    let said = refused(|world| {
        let accounts = world.pointer_mut("/accounts/by_id").unwrap();
        accounts["me"] = accounts["111122223333"].clone();
    });
    assert!(said.contains("`me` is no account id"), "{said}");
    let said = refused(|world| only(world, "/issuers")[0] = json!({ "task": "x" }));
    assert!(said.contains("under the name of another"), "{said}");
}

/// A session outlives its role, and an association its profile, as they do in AWS.
#[test]
fn what_may_lead_nowhere_does() {
    let mut world = world();
    launch(&mut world, Some(PROFILE));
    let mut iam = world.operator(start());
    iam.remove_role_from_instance_profile(PROFILE).unwrap();
    iam.delete_instance_profile(PROFILE).unwrap();
    iam.delete_role("photo-app").unwrap();
    let world: World = serde_json::from_str(&written(&world)).unwrap();
    world.check_coherence().unwrap();
}
