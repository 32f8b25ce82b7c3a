//! What the policies say to a session, as they stand now.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;

use crate::iam::{Role, User};
use crate::instant::SimInstant;
use crate::policy::{self, Context, Decision, NamedPolicy, Policies, Principal, PrincipalKind};
use crate::session::{Actor, Session};
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

/// What is known beside a request while it is decided on.
#[derive(Debug, Default)]
pub(crate) struct Asking {
    /// The condition keys that it brings whatever it asks for.
    pub(crate) sent: Context,
    /// What was decided last.
    last: RefCell<Option<Arc<policy::Asked>>>,
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
        let owner = asked.owner.unwrap_or(&principal.account).to_owned();
        let context = match session {
            Some(session) => self.context(now, session, (asked.action, &owner), asked.own),
            None => self.context_of_nobody(now, &owner, asked.own),
        };
        let identity = session.map(|session| self.identity_policies(session));
        let identity = identity.unwrap_or_default();
        let own = session.map(|session| self.policies(session, &identity));
        let policies = Policies {
            resource: asked.policy,
            rcp: self.rcp(&owner, asked.action, &principal.arn),
            ..own.unwrap_or_default()
        };
        let of = (asked.resource, Some(owner.as_str()));
        let asked = policy::Asked::keep(principal, asked.action, of, context, &policies, None);
        self.settle(asked)
    }

    /// Decides whether `session` may do `action`, such as `sts:AssumeRole`, with `role`
    /// (`sts.assume-role.trust`). The tags of the role are keys of that
    /// (`sts.assume-role.resource-tags`).
    pub(crate) fn decide_trust(
        &self,
        now: SimInstant,
        session: &Session,
        role: &Role,
        action: &str,
        own: &Context,
    ) -> Decision {
        let own = &role.tags.context(own.clone());
        let principal = principal(session);
        let identity = self.identity_policies(session);
        let policies = Policies {
            rcp: self.rcp(&role.account, action, &principal.arn),
            ..self.policies(session, &identity)
        };
        let asked = policy::Asked::keep(
            principal,
            action,
            (&role.arn, Some(&role.account)),
            self.context(now, session, (action, &role.account), own),
            &policies,
            Some(role.trust()),
        );
        self.settle(asked)
    }

    /// Decides whether someone whom the provider vouches for may do `action` with `role`.
    pub(crate) fn decide_federated(
        &self,
        now: SimInstant,
        provider_arn: &str,
        role: &Role,
        action: &str,
        own: &Context,
    ) -> Decision {
        let own = &role.tags.context(own.clone());
        let asked = policy::Asked::keep(
            Principal::federated(provider_arn),
            action,
            (&role.arn, Some(&role.account)),
            self.context_of_federated(now, &role.account, provider_arn, own),
            &Policies {
                rcp: self.rcp(&role.account, action, provider_arn),
                ..Policies::default()
            },
            Some(role.trust()),
        );
        self.settle(asked)
    }

    fn settle(&self, asked: policy::Asked) -> Decision {
        let decision = asked.decide();
        self.asking.last.replace(Some(Arc::new(asked)));
        decision
    }

    /// Does something for a request that brings these condition keys whatever it asks for, and says
    /// besides what the last decision on the way was about, if there was one: the journal keeps it
    /// for whoever asks why.
    pub fn and_asked<T>(
        &mut self,
        sent: Context,
        act: impl FnOnce(&mut Self) -> T,
    ) -> (T, Option<Arc<policy::Asked>>) {
        self.asking = Asking {
            sent,
            last: RefCell::default(),
        };
        let done = act(self);
        let Asking { last, .. } = std::mem::take(&mut self.asking);
        (done, last.into_inner())
    }

    /// What the role or the user behind a session may do; a user's groups are part of that.
    fn identity_policies(&self, session: &Session) -> Cow<'_, [NamedPolicy]> {
        let identity = &session.identity;
        if let Some(role) = self.accounts.role_of(identity) {
            return role.identity_policies().into();
        }
        let iam = self.accounts.seen(&identity.account);
        let user = self.accounts.user_of(identity);
        iam.zip(user)
            .map_or(Cow::default(), |(iam, user)| iam.policies_of(user))
    }

    /// Those, and the limits of the session itself (`sts.session-policy.intersects`).
    fn policies<'a>(&'a self, session: &'a Session, identity: &'a [NamedPolicy]) -> Policies<'a> {
        let role = self.accounts.role_of(&session.identity);
        let user = self.accounts.user_of(&session.identity);
        Policies {
            identity,
            // policy.decision.boundary-intersects
            boundary: role.map_or_else(|| user.and_then(User::boundary), Role::boundary),
            session: session.policies.as_deref(),
            scp: self.scp(session),
            ..Policies::default()
        }
    }

    fn scp(&self, session: &Session) -> &[Vec<NamedPolicy>] {
        let Some(organization) = &self.organization else {
            return &[];
        };
        let identity = &session.identity;
        organization.scp(&identity.account, &identity.principal_arn())
    }

    fn rcp(&self, owner: &str, action: &str, principal_arn: &str) -> &[Vec<NamedPolicy>] {
        let organization = self.organization.as_ref();
        organization.map_or(&[], |it| it.rcp(owner, action, principal_arn))
    }
}

fn principal(session: &Session) -> Principal {
    let account = &session.identity.account;
    match &session.identity.actor {
        Actor::Role {
            name,
            id,
            arn,
            session_name,
        } => Principal {
            arn: arn.clone(),
            ..Principal::role_session(account, name, session_name, id)
        },
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
