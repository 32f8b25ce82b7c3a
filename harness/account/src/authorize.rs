//! What the policies say to a session, as they stand now.

use crate::iam::{Role, User};
use crate::instant::SimInstant;
use crate::policy::{self, Context, Decision, Policies, Principal, Request};
use crate::session::{Actor, RoleDelivery, Session};
use crate::sts::AssumeRole;
use crate::world::World;

impl World {
    /// Decides whether `session` may do `action` with `resource`.
    ///
    /// The policies are those of the session's role at this moment (`iam.policies.live`); a role
    /// that is gone has none.
    #[cfg(test)]
    pub(crate) fn decide(
        &self,
        now: SimInstant,
        session: &Session,
        action: &str,
        resource: &str,
    ) -> Decision {
        self.decide_with(now, session, action, resource, &Context::new())
    }

    /// [`World::decide`], with the condition keys that the request itself brings.
    pub(crate) fn decide_with(
        &self,
        now: SimInstant,
        session: &Session,
        action: &str,
        resource: &str,
        own: &Context,
    ) -> Decision {
        let principal = principal(session);
        let context = context(now, session, own);
        let request = Request {
            principal: &principal,
            action,
            resource,
            resource_account: Some(&principal.account),
            context: &context,
        };
        policy::evaluate(&request, &self.policies(session))
    }

    /// Decides whether `session` may assume `role` (`sts.assume-role.trust`).
    pub(crate) fn decide_trust(
        &self,
        now: SimInstant,
        session: &Session,
        role: &Role,
        asked: &AssumeRole,
    ) -> Decision {
        let principal = principal(session);
        // sts.assume-role.condition-keys
        let mut own = Context::new().with("sts:RoleSessionName", &asked.role_session_name);
        own.set("sts:ExternalId", asked.external_id.as_ref());
        let context = context(now, session, &own);
        let request = Request {
            principal: &principal,
            action: "sts:AssumeRole",
            resource: &role.arn,
            resource_account: Some(&role.account),
            context: &context,
        };
        policy::evaluate_trust(&request, role.trust(), &self.policies(session))
    }

    /// What the role or user behind a session may do, and the limits of the session itself
    /// (`sts.session-policy.intersects`).
    fn policies<'a>(&'a self, session: &'a Session) -> Policies<'a> {
        let (accounts, identity) = (&self.accounts, &session.identity);
        let identity = match &identity.actor {
            Actor::Role { .. } => accounts.role_of(identity).map(Role::identity_policies),
            Actor::User { .. } => accounts.user_of(identity).map(User::identity_policies),
        };
        Policies {
            identity: identity.unwrap_or_default(),
            session: session.policies.as_deref(),
            ..Policies::default()
        }
    }
}

fn principal(session: &Session) -> Principal {
    let account = &session.identity.account;
    match &session.identity.actor {
        Actor::Role {
            name,
            id,
            session_name,
            ..
        } => Principal::role_session(account, name, session_name, id),
        Actor::User { name, id, arn } => Principal {
            arn: arn.clone(),
            ..Principal::user(account, name, id)
        },
    }
}

/// The condition keys that every signed request has (`policy.context.always`), and those that only
/// temporary credentials bring (`policy.context.temporary`), on top of the request's `own`.
fn context(now: SimInstant, session: &Session, own: &Context) -> Context {
    let identity = &session.identity;
    let (kind, username) = match &identity.actor {
        Actor::Role { .. } => ("AssumedRole", None),
        Actor::User { name, .. } => ("User", Some(name)),
    };
    let mut context = own
        .clone()
        .with("aws:CurrentTime", now.to_string())
        .with("aws:EpochTime", (now.epoch_millis() / 1000).to_string())
        .with("aws:PrincipalAccount", &identity.account)
        .with("aws:PrincipalArn", identity.principal_arn())
        .with("aws:PrincipalType", kind)
        .with("aws:SecureTransport", "true")
        .with("aws:ViaAWSService", "false")
        .with("aws:userid", identity.user_id());
    if session.is_temporary() {
        context = context.with("aws:TokenIssueTime", session.issued_at.to_string());
    }
    context.set("aws:username", username);
    // policy.context.role-delivery
    context.set(
        "ec2:RoleDelivery",
        session.role_delivery.map(RoleDelivery::as_str),
    );
    // container.pod.session-tags
    for (key, value) in &session.tags {
        context.set(&format!("aws:PrincipalTag/{key}"), [value]);
    }
    context
}
