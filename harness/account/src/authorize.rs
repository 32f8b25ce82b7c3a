//! What the policies say to a session, as they stand now.

use crate::iam::{Role, User};
use crate::instant::SimInstant;
use crate::policy::{self, Context, Decision, Policies, Principal, Request};
use crate::session::{Actor, Session};
use crate::world::World;

impl World {
    /// Decides whether `session` may do `action` with `resource`.
    ///
    /// The policies are those of the session's role at this moment (`iam.policies.live`); a role
    /// that is gone has none.
    pub(crate) fn decide(
        &self,
        now: SimInstant,
        session: &Session,
        action: &str,
        resource: &str,
    ) -> Decision {
        let identity = &session.identity;
        let account = &identity.account;
        let (principal, policies) = match &identity.actor {
            Actor::Role {
                name,
                id,
                session_name,
                ..
            } => {
                let role = self.iam.role_by_id(id);
                let principal = Principal::role_session(account, name, session_name, id);
                (principal, role.map_or(&[][..], Role::identity_policies))
            }
            Actor::User { name, id } => {
                let user = self.iam.user_by_id(id);
                let principal = Principal::user(account, name, id);
                (principal, user.map_or(&[][..], User::identity_policies))
            }
        };
        let policies = Policies {
            identity: policies,
            ..Policies::default()
        };
        let context = context(now, session);
        let request = Request {
            principal: &principal,
            action,
            resource,
            resource_account: Some(account),
            context: &context,
        };
        policy::evaluate(&request, &policies)
    }
}

/// The condition keys that every signed request has (`policy.context.always`), and those that only
/// temporary credentials bring (`policy.context.temporary`).
fn context(now: SimInstant, session: &Session) -> Context {
    let identity = &session.identity;
    let (kind, username) = match &identity.actor {
        Actor::Role { .. } => ("AssumedRole", None),
        Actor::User { name, .. } => ("User", Some(name)),
    };
    let mut context = Context::new()
        .with("aws:CurrentTime", now.to_string())
        .with("aws:EpochTime", (now.epoch_millis() / 1000).to_string())
        .with("aws:PrincipalAccount", &identity.account)
        .with("aws:PrincipalArn", identity.principal_arn())
        .with("aws:PrincipalType", kind)
        .with("aws:SecureTransport", "true")
        .with("aws:ViaAWSService", "false")
        .with("aws:userid", identity.user_id());
    if session.session_token.is_some() {
        context = context.with("aws:TokenIssueTime", session.issued_at.to_string());
    }
    context.set("aws:username", username);
    context
}
