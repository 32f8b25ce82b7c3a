//! Changing an account: for the operator of the world, who may do everything, or for the holder of
//! a session, who may do what the policies allow.

use std::sync::Arc;

use crate::iam::Iam;
use crate::instant::SimInstant;
use crate::journal::Happening;
use crate::operation::{Operation, Service};
use crate::policy::{Context, Decision, access_denied_message};
use crate::session::Session;
use crate::world::World;

/// The IAM and EC2 of one account, as one who asks for something finds them.
///
/// Made by [`World::operator`], [`World::operator_in`] and [`World::on_behalf`]; everything that
/// was due by then has happened.
///
/// ```
/// use rolecall_account::{SimInstant, World, WorldOptions};
///
/// let now = SimInstant::parse("2031-05-01T00:00:00Z").unwrap();
/// let mut world = World::new(WorldOptions {
///     start: now,
///     region: "us-east-1".to_owned(),
///     seed: 1,
///     association_delay: std::time::Duration::ZERO,
/// });
/// world.operator(now).create_instance_profile("web").unwrap();
/// assert_eq!(world.instance_profile_names().collect::<Vec<_>>(), ["web"]);
/// ```
#[derive(Debug)]
pub struct ControlPlane<'w> {
    pub(crate) world: &'w mut World,
    pub(crate) now: SimInstant,
    pub(crate) account: String,
    /// Who asks; `None` for the operator.
    caller: Option<Arc<Session>>,
    decision: Option<Decision>,
}

/// A refusal by policy, in AWS's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct Denied {
    /// The ARN of who asked.
    pub caller_arn: String,
    /// As in `iam:CreateRole`.
    pub action: String,
    /// The ARN of what it was asked of; `*` where there is none.
    pub resource: String,
    /// Who that is, and the condition keys.
    pub asking: Box<Asking>,
    /// What the policies said.
    pub decision: Decision,
}

/// Who asked for what was refused, and the condition keys as they were compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// The value of `aws:userid`.
    pub principal_id: String,
    /// The name of the user or of the role.
    pub principal_name: String,
    /// The condition keys.
    pub context: Context,
}

impl Denied {
    fn message(&self) -> String {
        let (caller, action) = (&self.caller_arn, &self.action);
        let because = self
            .decision
            .because(action)
            .filter(|_| self.resource == "*");
        if let Some(because) = because {
            // ec2.errors.unauthorized: what is about nothing in particular names no resource.
            return format!("User: {caller} is not authorized to perform: {action} {because}");
        }
        let words = access_denied_message(caller, action, &self.resource, &self.decision);
        words.unwrap_or_else(|| format!("User: {caller} is not authorized to perform: {action}"))
    }
}

impl World {
    /// The first account, for its operator.
    pub fn operator(&mut self, now: SimInstant) -> ControlPlane<'_> {
        let account = self.accounts.first().to_owned();
        self.control_plane(now, account, None)
    }

    /// An account by its twelve digits, for its operator; `None` if the world has no such account.
    pub fn operator_in(&mut self, now: SimInstant, account: &str) -> Option<ControlPlane<'_>> {
        self.accounts.get(account)?;
        Some(self.control_plane(now, account.to_owned(), None))
    }

    /// The account of a session, for its holder: what the policies do not allow is refused.
    pub fn on_behalf(&mut self, now: SimInstant, caller: &Arc<Session>) -> ControlPlane<'_> {
        let account = caller.identity.account.clone();
        self.control_plane(now, account, Some(Arc::clone(caller)))
    }

    fn control_plane(
        &mut self,
        now: SimInstant,
        account: String,
        caller: Option<Arc<Session>>,
    ) -> ControlPlane<'_> {
        self.advance_to(now);
        // A session outlives no account, and the operator asks for those that are there.
        self.accounts.open(&account);
        ControlPlane {
            world: self,
            now,
            account,
            caller,
            decision: None,
        }
    }
}

impl ControlPlane<'_> {
    /// Why the last thing asked for was allowed; `None` for the operator.
    pub fn decision(&self) -> Option<&Decision> {
        self.decision.as_ref()
    }

    /// Who asks; `None` for the operator.
    pub fn caller(&self) -> Option<&Arc<Session>> {
        self.caller.as_ref()
    }

    /// Refuses what the policies of who asks do not allow. `own` are the condition keys that the
    /// request itself brings.
    pub(crate) fn authorize(
        &mut self,
        operation: Operation,
        resource: &str,
        own: &Context,
    ) -> Result<(), Denied> {
        let prefix = match operation.service() {
            Service::Ec2 => "ec2",
            _ => "iam",
        };
        let action = format!("{prefix}:{}", operation.name());
        self.authorize_action(&action, resource, own)
    }

    /// [`ControlPlane::authorize`] for an action that is no operation, such as `iam:PassRole`.
    pub(crate) fn authorize_action(
        &mut self,
        action: &str,
        resource: &str,
        own: &Context,
    ) -> Result<(), Denied> {
        let Some(caller) = &self.caller else {
            return Ok(());
        };
        let decision = self
            .world
            .decide_with(self.now, caller, action, resource, own);
        if decision.allowed() {
            self.decision = Some(decision);
            return Ok(());
        }
        Err(Denied {
            caller_arn: caller.identity.caller_arn(),
            action: action.to_owned(),
            resource: resource.to_owned(),
            asking: Box::new(Asking {
                principal_id: caller.identity.user_id(),
                principal_name: caller.identity.name().to_owned(),
                context: self
                    .world
                    .context(self.now, caller, (action, &self.account), own),
            }),
            decision,
        })
    }

    /// Journals what the operator did. What a session does is journalled as the request it came in.
    pub(crate) fn done(&mut self, operation: Operation, detail: &str) {
        if self.caller.is_some() {
            return;
        }
        let happening = Happening::Control {
            operation,
            account: self.account.clone(),
            detail: detail.to_owned(),
        };
        self.world.journal.happened(self.now, happening);
    }

    pub(crate) fn iam(&self) -> &Iam {
        let iam = self.world.accounts.get(&self.account);
        iam.expect("the account is there")
    }

    /// The IAM of the account as the rest of AWS sees it.
    pub(crate) fn iam_seen(&self) -> &Iam {
        let iam = self.world.accounts.seen(&self.account);
        iam.expect("the account is there")
    }

    /// The IAM of the account, to be changed now.
    pub(crate) fn iam_mut(&mut self) -> &mut Iam {
        self.world.changing(self.now, &self.account);
        let iam = self.world.accounts.get_mut(&self.account);
        iam.expect("the account is there")
    }
}
