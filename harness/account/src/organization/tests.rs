use std::sync::Arc;

use super::*;
use crate::iam::CreateRole;
use crate::policy::{Decision, Document, DocumentKind, PolicyType};
use crate::session::Session;
use crate::sts::AssumeRole;
use crate::testing::{PROFILE, launch, policy, role, served, start, world, world_with_ann};

const ACCOUNT: &str = "111122223333";
const ROLE_ARN: &str = "arn:aws:iam::111122223333:role/open";

fn scp(name: &str, statement: &str) -> NamedPolicy {
    named(name, statement, DocumentKind::ServiceControl)
}

fn named(name: &str, statement: &str, kind: DocumentKind) -> NamedPolicy {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}]}}"#);
    NamedPolicy::new(name, Arc::new(Document::parse(&text, kind).unwrap()))
}

fn rcp(condition: &str) -> NamedPolicy {
    let statement = format!(
        r#"{{"Effect": "Deny", "Principal": "*", "Action": ["s3:*", "sts:AssumeRole"],
            "Resource": "*", "Condition": {condition}}}"#
    );
    named("perimeter", &statement, DocumentKind::ResourceControl)
}

const NO_DELETES: &str = r#"{"Effect": "Deny", "Action": "iam:Delete*", "Resource": "*"}"#;
const ONLY_S3: &str = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#;

/// With ann, who may do everything, in an organization.
fn organized(asked: Organize) -> (World, Arc<Session>) {
    let (mut world, ann) = world_with_ann();
    world.organize(asked);
    (world, ann)
}

fn at_root(service_control: Vec<NamedPolicy>) -> Organize {
    Organize {
        root: Guardrails {
            service_control,
            ..Guardrails::default()
        },
        ..Organize::default()
    }
}

/// What IAM says to ann deleting a role.
fn said(world: &mut World, ann: &Arc<Session>) -> Option<String> {
    let mut own = world.on_behalf(start(), ann);
    own.delete_role("nobody")
        .err()
        .map(|error| error.to_string())
}

// policy.scp.binds-principals-of-the-account, policy.denial.names-policy-type: the sentences are
// those of the IAM User Guide, Troubleshoot access denied error messages.
#[test]
fn refusals_name_the_service_control_policy() {
    let (mut world, ann) = organized(at_root(vec![scp("no-deletes", NO_DELETES)]));
    let asked = format!(
        "User: arn:aws:iam::{ACCOUNT}:user/ann is not authorized to perform: iam:DeleteRole on \
         resource: arn:aws:iam::{ACCOUNT}:role/nobody"
    );
    assert_eq!(
        said(&mut world, &ann).unwrap(),
        format!("{asked} with an explicit deny in a service control policy")
    );
    world.organize(Organize {
        root: Guardrails {
            full_access: false,
            service_control: vec![scp("only-s3", ONLY_S3)],
            ..Guardrails::default()
        },
        ..Organize::default()
    });
    assert_eq!(
        said(&mut world, &ann).unwrap(),
        format!("{asked} because no service control policy allows the iam:DeleteRole action")
    );
    let decision = world.decide(start(), &ann, "s3:ListBucket", "arn:aws:s3:::photos");
    assert!(decision.allowed());
}

// policy.organization.management-exempt, policy.scp.every-level-allows
#[test]
fn an_account_has_its_own_and_the_management_account_none() {
    let limited = Guardrails {
        full_access: false,
        ..Guardrails::default()
    };
    let asked = Organize {
        accounts: BTreeMap::from([(ACCOUNT.to_owned(), limited)]),
        ..Organize::default()
    };
    let (mut world, ann) = organized(asked.clone());
    let missing = |world: &World| world.decide(start(), &ann, "s3:ListBucket", "*");
    assert_eq!(
        missing(&world),
        Decision::ImplicitDeny {
            missing: PolicyType::ServiceControl
        }
    );
    world.organize(Organize {
        management: Some(ACCOUNT.to_owned()),
        ..asked
    });
    assert!(missing(&world).allowed());
    world.organize(Organize::default());
    assert!(missing(&world).allowed(), "FullAWSAccess is attached");
}

// policy.organization.service-linked-exempt
#[test]
fn roles_that_services_own_are_not_limited() {
    let (mut world, _) = organized(at_root(vec![scp("no-deletes", NO_DELETES)]));
    for (path, allowed) in [
        (None, false),
        (Some("/aws-service-role/ec2.amazonaws.com/"), true),
    ] {
        let name = if allowed { "linked" } else { "plain" };
        let mut own = world.operator(start());
        own.create_role(CreateRole {
            path: path.map(str::to_owned),
            attached: vec!["AdministratorAccess".to_owned()],
            ..role(name, "ec2.amazonaws.com")
        })
        .unwrap();
        own.create_instance_profile(name).unwrap();
        own.add_role_to_instance_profile(name, name).unwrap();
        let id = launch(&mut world, Some(name));
        let session = served(&mut world, start(), &id);
        let decision = world.decide(start(), &session, "iam:DeleteUser", "*");
        assert_eq!(decision.allowed(), allowed, "{name}");
    }
}

fn assume(world: &mut World, by: &Arc<Session>) -> Result<(), Option<Decision>> {
    let request = AssumeRole {
        role_arn: ROLE_ARN.to_owned(),
        role_session_name: "try".to_owned(),
        ..AssumeRole::default()
    };
    let tried = world.sts_assume_role(start(), by, &request);
    tried.map(drop).map_err(|error| error.decision().cloned())
}

// policy.rcp.services, policy.context.organization
#[test]
fn resources_are_kept_within_the_organization() {
    let perimeter = rcp(r#"{"StringNotEquals": {"aws:PrincipalOrgID": "o-theirs0000"}}"#);
    let asked = |id: &str| Organize {
        id: Some(id.to_owned()),
        root: Guardrails {
            resource_control: vec![perimeter.clone()],
            ..Guardrails::default()
        },
        ..Organize::default()
    };
    let (mut world, ann) = organized(asked("o-theirs0000"));
    let trust = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow",
            "Action": "sts:AssumeRole", "Principal": {{"AWS": "{ACCOUNT}"}}}}}}"#
    );
    let trust = Document::parse(&trust, DocumentKind::Trust).unwrap();
    let open = CreateRole::new("open", trust);
    world.operator(start()).create_role(open).unwrap();
    assert_eq!(world.organization_id(), Some("o-theirs0000"));
    assert_eq!(assume(&mut world, &ann), Ok(()));
    world.organize(asked("o-others0000"));
    let Err(Some(Decision::ExplicitDeny { by })) = assume(&mut world, &ann) else {
        panic!("denied");
    };
    assert_eq!(
        (by.policy.as_str(), by.policy_type),
        ("perimeter", PolicyType::ResourceControl)
    );
    // IAM and EC2 have none.
    let decision = world.decide(start(), &ann, "iam:ListRoles", "*");
    assert!(decision.allowed());
}

// policy.context.organization
#[test]
fn the_keys_of_an_organization_are_those_of_aws() {
    let (mut world, ann) = organized(Organize::default());
    let id = world.organization_id().unwrap().to_owned();
    assert!(id.starts_with("o-") && id.len() == 12, "{id}");
    let (_, asked) = world.and_asked(Context::new(), |world| {
        world.decide(start(), &ann, "s3:ListBucket", "arn:aws:s3:::photos")
    });
    let context = &asked.unwrap().context;
    for whose in ["Principal", "Resource"] {
        assert_eq!(context.values(&format!("aws:{whose}OrgID")), [id.as_str()]);
        let paths = context.values(&format!("aws:{whose}OrgPaths"));
        assert!(paths[0].starts_with(&format!("{id}/r-")) && paths[0].ends_with('/'));
    }
    let (_, asked) = world.and_asked(Context::new(), |world| {
        let asked = crate::authorize::Asked {
            action: "s3:GetObject",
            resource: "arn:aws:s3:::photos/a",
            owner: Some(ACCOUNT),
            policy: None,
            own: &Context::new(),
        };
        world.decide_on(start(), None, &asked)
    });
    let context = &asked.unwrap().context;
    assert!(context.values("aws:PrincipalOrgID").is_empty(), "nobody");
    assert_eq!(context.values("aws:ResourceOrgID"), [id.as_str()]);
}

#[test]
fn without_an_organization_nothing_is_asked_and_nothing_said() {
    let mut world = world();
    let id = launch(&mut world, Some(PROFILE));
    world
        .operator(start())
        .put_role_policy(crate::testing::ROLE, "all", policy("Allow", "*"))
        .unwrap();
    let session = served(&mut world, start(), &id);
    let (decision, asked) = world.and_asked(Context::new(), |world| {
        world.decide(start(), &session, "s3:ListBucket", "*")
    });
    assert!(decision.allowed());
    let asked = asked.unwrap();
    assert!(asked.context.values("aws:PrincipalOrgID").is_empty());
    let kinds = asked.explain().layers.into_iter().map(|it| it.policy_type);
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        [PolicyType::Resource, PolicyType::Identity]
    );
}
