//! Roles of another account.

use std::sync::Arc;

use super::{ACCOUNT, Lab, admin, told, trusting};
use crate::iam::CreateRole;
use crate::session::Session;
use crate::sts::{AssumeRole, ServiceRefusal};
use crate::testing::{policy, role, start, world};

const OTHER: &str = "444455556666";

/// Ann of the first account, perhaps with rights of her own, and a role of another account that
/// trusts `principal`.
fn lab(principal: &str, rights: bool) -> Lab {
    let rights: Vec<_> = rights
        .then(|| policy("Allow", "sts:AssumeRole"))
        .into_iter()
        .collect();
    let mut lab = Lab::new(trusting(ACCOUNT, ""), &rights);
    trust_there(&mut lab, principal);
    lab
}

fn trust_there(lab: &mut Lab, principal: &str) {
    lab.world.open_account(OTHER).unwrap();
    let guest = CreateRole {
        trust: trusting(principal, ""),
        attached: vec!["AdministratorAccess".to_owned()],
        ..role("guest", "ec2.amazonaws.com")
    };
    let mut operator = lab.world.operator_in(start(), OTHER).unwrap();
    operator.create_role(guest).unwrap();
}

fn guest() -> AssumeRole {
    AssumeRole {
        role_arn: format!("arn:aws:iam::{OTHER}:role/guest"),
        ..admin()
    }
}

// sts.assume-role.trust, policy.decision.cross-account-needs-both
#[test]
fn both_accounts_must_allow_it() {
    let ann = format!("arn:aws:iam::{ACCOUNT}:user/ann");
    let bob = format!("arn:aws:iam::{ACCOUNT}:user/bob");
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    for (principal, rights, because) in [
        (ACCOUNT, true, None),
        (&root, true, None),
        (&ann, true, None),
        (
            &ann,
            false,
            Some("because no identity-based policy allows the sts:AssumeRole action"),
        ),
        (
            ACCOUNT,
            false,
            Some("because no identity-based policy allows the sts:AssumeRole action"),
        ),
        (
            &bob,
            true,
            Some("because no role trust policy allows the sts:AssumeRole action"),
        ),
        (
            OTHER,
            true,
            Some("because no role trust policy allows the sts:AssumeRole action"),
        ),
    ] {
        let result = lab(principal, rights).by_ann(guest());
        match because {
            None => {
                let session = result.unwrap().session;
                assert_eq!(
                    session.identity.caller_arn(),
                    format!("arn:aws:sts::{OTHER}:assumed-role/guest/ann-works")
                );
                assert_eq!(session.identity.account, OTHER);
            }
            Some(because) => {
                let refused = told(result);
                assert_eq!(refused.0, "AccessDenied");
                assert!(refused.2.ends_with(because), "{principal}: {refused:?}");
            }
        }
    }
}

/// The role session of the first account, with which ann goes on.
fn chained(lab: &mut Lab) -> Arc<Session> {
    lab.by_ann(admin()).unwrap().session
}

// sts.assume-role.trust
#[test]
fn a_role_of_another_account_trusts_roles_and_sessions_by_their_arns() {
    let role = format!("arn:aws:iam::{ACCOUNT}:role/admin");
    let session = format!("arn:aws:sts::{ACCOUNT}:assumed-role/admin/ann-works");
    let other = format!("arn:aws:sts::{ACCOUNT}:assumed-role/admin/bob-works");
    for (principal, allowed) in [(&role, true), (&session, true), (&other, false)] {
        let mut lab = lab(principal, true);
        let session = chained(&mut lab);
        assert_eq!(
            lab.assume(&session, &guest()).is_ok(),
            allowed,
            "{principal}"
        );
    }
}

#[test]
fn a_unique_id_is_trusted_as_it_stands() {
    let mut lab = Lab::new(trusting(ACCOUNT, ""), &[policy("Allow", "sts:AssumeRole")]);
    let id = lab.ann.identity.unique_id().to_owned();
    trust_there(&mut lab, &id);
    assert!(lab.by_ann(guest()).is_ok());
    let mut lab = self::lab("AIDAEXAMPLEEXAMPLE123", true);
    assert!(lab.by_ann(guest()).is_err());
}

// sts.services.assume-roles
#[test]
fn a_service_assumes_the_role_that_names_it_and_no_other() {
    let mut world = world();
    let role = role("cluster", "elasticmapreduce.amazonaws.com");
    world.operator(start()).create_role(role).unwrap();
    let emr = "elasticmapreduce.amazonaws.com";
    let session = world.service_session(start(), emr, "cluster", "j-1");
    assert_eq!(
        session.unwrap().identity.caller_arn(),
        "arn:aws:sts::111122223333:assumed-role/cluster/j-1"
    );
    let lambda = "lambda.amazonaws.com";
    let refused = world.service_session(start(), lambda, "cluster", "j-1");
    assert!(matches!(refused, Err(ServiceRefusal::NotAdmitted { .. })));
    let refused = world.service_session(start(), emr, "nowhere", "j-1");
    assert!(matches!(refused, Err(ServiceRefusal::NoRole(_))));
}
