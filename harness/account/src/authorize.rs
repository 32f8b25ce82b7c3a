//! What the policies say to a session, as they stand now.

use crate::iam::Role;
use crate::instant::SimInstant;
use crate::policy::{self, Context, Decision, Policies, Principal, Request};
use crate::session::Session;
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
        let role = self.iam.role_by_id(&identity.role_id);
        let policies = Policies {
            identity: role.map_or(&[], Role::identity_policies),
            ..Policies::default()
        };
        let principal = Principal::role_session(
            &identity.account,
            &identity.role_name,
            &identity.session_name,
            &identity.role_id,
        );
        let context = context(now, session);
        let request = Request {
            principal: &principal,
            action,
            resource,
            resource_account: Some(&identity.account),
            context: &context,
        };
        policy::evaluate(&request, &policies)
    }
}

/// The condition keys that every signed request of a role session has (`policy.context.always`,
/// `policy.context.temporary`).
fn context(now: SimInstant, session: &Session) -> Context {
    let identity = &session.identity;
    Context::new()
        .with("aws:CurrentTime", now.to_string())
        .with("aws:EpochTime", (now.epoch_millis() / 1000).to_string())
        .with("aws:PrincipalAccount", &identity.account)
        .with("aws:PrincipalArn", &identity.role_arn)
        .with("aws:PrincipalType", "AssumedRole")
        .with("aws:SecureTransport", "true")
        .with("aws:TokenIssueTime", session.issued_at.to_string())
        .with("aws:ViaAWSService", "false")
        .with("aws:userid", identity.user_id())
}
