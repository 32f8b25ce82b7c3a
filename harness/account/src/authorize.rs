//! What the policies say to a session, as they stand now.

use std::time::Duration;

use crate::iam::{Role, User};
use crate::instant::SimInstant;
use crate::policy::{
    self, Context, Decision, NamedPolicy, Policies, Principal, PrincipalKind, Request,
};
use crate::session::{Actor, RoleDelivery, Session};
use crate::world::World;

/// What is asked for, with what is known of it.
pub(crate) struct Asked<'a> {
    pub(crate) action: &'a str,
    /// Its ARN, or `*`.
    pub(crate) resource: &'a str,
    /// The account that owns it; `None` for the caller's own.
    pub(crate) owner: Option<&'a str>,
    /// The policy it has itself.
    pub(crate) policy: Option<&'a NamedPolicy>,
    /// The condition keys that the request brings.
    pub(crate) own: &'a Context,
}

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
        let asked = Asked {
            action,
            resource,
            owner: None,
            policy: None,
            own,
        };
        self.decide_on(now, Some(session), &asked)
    }

    /// Decides whether whoever `session` is of may do what is asked, or whether anybody may if
    /// nobody signed.
    pub(crate) fn decide_on(
        &self,
        now: SimInstant,
        session: Option<&Session>,
        asked: &Asked<'_>,
    ) -> Decision {
        let principal = session.map_or_else(Principal::anonymous, principal);
        let context = match session {
            Some(session) => context(now, session, asked.own),
            None => context_of_nobody(now, asked.own),
        };
        let request = Request {
            principal: &principal,
            action: asked.action,
            resource: asked.resource,
            resource_account: Some(asked.owner.unwrap_or(&principal.account)),
            context: &context,
        };
        let own = session.map(|session| self.policies(session));
        let policies = Policies {
            resource: asked.policy,
            ..own.unwrap_or_default()
        };
        policy::evaluate(&request, &policies)
    }

    /// Decides whether `session` may do `action`, such as `sts:AssumeRole`, with `role`
    /// (`sts.assume-role.trust`).
    pub(crate) fn decide_trust(
        &self,
        now: SimInstant,
        session: &Session,
        role: &Role,
        action: &str,
        own: &Context,
    ) -> Decision {
        let principal = principal(session);
        let context = context(now, session, own);
        let request = Request {
            principal: &principal,
            action,
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
            Actor::User { .. } | Actor::Federated { .. } => {
                accounts.user_of(identity).map(User::identity_policies)
            }
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
        Actor::Federated {
            user,
            user_id,
            user_arn,
            ..
        } => Principal {
            arn: user_arn.clone(),
            session_arn: Some(session.identity.caller_arn()),
            kind: PrincipalKind::FederatedUser,
            ..Principal::user(account, user, user_id)
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
        Actor::Federated { .. } => ("FederatedUser", None),
    };
    let mut context = context_of_all(now, own)
        .with("aws:PrincipalAccount", &identity.account)
        .with("aws:PrincipalArn", identity.principal_arn())
        .with("aws:PrincipalType", kind)
        .with("aws:userid", identity.user_id());
    if session.is_temporary() {
        context = context.with("aws:TokenIssueTime", session.issued_at.to_string());
        let mfa_at = session.context.mfa_at;
        second_factor(&mut context, mfa_at.map(|at| now.since(at)));
    }
    context.set("aws:username", username);
    // policy.context.role-delivery
    context.set(
        "ec2:RoleDelivery",
        session.role_delivery.map(RoleDelivery::as_str),
    );
    // policy.context.source-identity
    context.set(
        "aws:SourceIdentity",
        session.context.source_identity.as_ref(),
    );
    if let Some(web) = &session.context.web_identity {
        // sts.web-identity.condition-keys
        context.set("aws:FederatedProvider", [&web.provider_arn]);
        for (key, values) in web.keys.iter() {
            context.set(key, values);
        }
    }
    // container.pod.session-tags, sts.session-tags.principal-tags
    for (key, value) in &session.tags {
        context.set(&format!("aws:PrincipalTag/{key}"), [value]);
    }
    context
}

/// The condition keys of a request that nobody signed (`policy.context.anonymous`).
fn context_of_nobody(now: SimInstant, own: &Context) -> Context {
    context_of_all(now, own)
        .with("aws:PrincipalType", "Anonymous")
        .with("aws:userid", "anonymous")
}

/// The condition keys that every request has, whoever signed it.
pub(crate) fn context_of_all(now: SimInstant, own: &Context) -> Context {
    own.clone()
        .with("aws:CurrentTime", now.to_string())
        .with("aws:EpochTime", (now.epoch_millis() / 1000).to_string())
        .with("aws:SecureTransport", "true")
        .with("aws:ViaAWSService", "false")
}

/// The condition keys of a second factor, which was shown so long ago, unless the request itself
/// shows one (`policy.context.mfa`).
fn second_factor(context: &mut Context, age: Option<Duration>) {
    const PRESENT: &str = "aws:MultiFactorAuthPresent";
    if !context.values(PRESENT).is_empty() {
        return;
    }
    context.set(PRESENT, [age.is_some().to_string()]);
    let seconds = age.map(|age| age.as_secs().to_string());
    context.set("aws:MultiFactorAuthAge", seconds);
}
