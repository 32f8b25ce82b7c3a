//! Starting, stopping, rebooting and ending instances.

use super::error::{Ec2Error, Kind};
use super::instance::{Instance, InstanceState, incorrect};
use crate::control_plane::ControlPlane;
use crate::instant::SimInstant;
use crate::issuing::Source;
use crate::operation::Operation;
use crate::policy::Context;

/// The states by EC2's names, the passing ones among them: those are answered and then over, as no
/// time passes in them here (`ec2.states.no-time-between`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateName {
    /// `pending`
    Pending,
    /// `running`
    Running,
    /// `shutting-down`
    ShuttingDown,
    /// `terminated`
    Terminated,
    /// `stopping`
    Stopping,
    /// `stopped`
    Stopped,
}

impl StateName {
    /// The low byte of EC2's code (`ec2.states.codes`).
    pub const fn code(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Running => 16,
            Self::ShuttingDown => 32,
            Self::Terminated => 48,
            Self::Stopping => 64,
            Self::Stopped => 80,
        }
    }

    /// As EC2 says it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::ShuttingDown => "shutting-down",
            Self::Terminated => "terminated",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
        }
    }
}

impl From<InstanceState> for StateName {
    fn from(state: InstanceState) -> Self {
        match state {
            InstanceState::Running => Self::Running,
            InstanceState::Stopped => Self::Stopped,
            InstanceState::Terminated => Self::Terminated,
        }
    }
}

/// What became of an instance's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateChange {
    /// The instance.
    pub instance: String,
    /// Where it was.
    pub previous: StateName,
    /// Where it is.
    pub current: StateName,
}

impl Instance {
    /// Ends it for good.
    pub(super) fn end(&mut self, now: SimInstant, why: &str) {
        self.state = InstanceState::Terminated;
        self.terminated_at = Some(now);
        self.association = None;
        self.replaced = None;
        self.give_reason(now, why);
    }

    /// Stops it; it can be started again.
    pub(super) fn halt(&mut self, now: SimInstant, why: &str) {
        self.state = InstanceState::Stopped;
        self.give_reason(now, why);
    }

    fn give_reason(&mut self, now: SimInstant, why: &str) {
        let at = now.to_string();
        let at = at.split(['T', '.', 'Z']).take(2).collect::<Vec<_>>();
        self.reason = Some(format!("{why} ({} GMT)", at.join(" ")));
    }
}

/// In whose name a caller's stop or termination happens.
const BY_USER: &str = "User initiated";

impl ControlPlane<'_> {
    /// Stops a running instance.
    ///
    /// # Errors
    /// An unknown instance, or one that does not run.
    pub fn stop_instance(&mut self, instance: &str) -> Result<(), Ec2Error> {
        self.in_state(instance, InstanceState::Running, "stopped")?;
        self.stop_instances(&[instance], false).map(drop)
    }

    /// Starts a stopped instance, with credentials of the role its profile holds now
    /// (`imds.role.swap-inside-profile-waits`).
    ///
    /// # Errors
    /// An unknown instance, or one that is not stopped.
    pub fn start_instance(&mut self, instance: &str) -> Result<(), Ec2Error> {
        self.in_state(instance, InstanceState::Stopped, "started")?;
        self.start_instances(&[instance], false).map(drop)
    }

    /// Ends an instance for good.
    ///
    /// # Errors
    /// An unknown instance.
    pub fn terminate_instance(&mut self, instance: &str) -> Result<(), Ec2Error> {
        self.instance(instance)?;
        self.terminate_instances(&[instance], false).map(drop)
    }

    /// Stops all of these instances or none; one that is stopped stays so (`ec2.states.idempotent`).
    /// With `dry_run` it is only tried.
    ///
    /// # Errors
    /// An id that is none; an unknown or terminated instance.
    pub fn stop_instances(
        &mut self,
        instances: &[&str],
        dry_run: bool,
    ) -> Result<Vec<StateChange>, Ec2Error> {
        let operation = Operation::StopInstances;
        self.all_there(operation, instances)?;
        for instance in instances {
            self.living(instance, "stopped")?;
        }
        self.unless_dry(dry_run)?;
        self.each(instances, |account, instance| {
            let now = account.now;
            let found = account.instance_mut(instance)?;
            if found.state == InstanceState::Stopped {
                return Ok(StateName::Stopped);
            }
            found.halt(now, BY_USER);
            account.done(operation, instance);
            let source = Source::Instance(instance.to_owned());
            account.world.stop_issuing(&source);
            Ok(StateName::Stopping)
        })
    }

    /// Starts all of these instances or none; one that runs goes on (`ec2.states.idempotent`). With
    /// `dry_run` it is only tried.
    ///
    /// # Errors
    /// An id that is none; an unknown or terminated instance.
    pub fn start_instances(
        &mut self,
        instances: &[&str],
        dry_run: bool,
    ) -> Result<Vec<StateChange>, Ec2Error> {
        let operation = Operation::StartInstances;
        self.all_there(operation, instances)?;
        for instance in instances {
            self.living(instance, "started")?;
        }
        self.unless_dry(dry_run)?;
        self.each(instances, |account, instance| {
            let now = account.now;
            let found = account.instance_mut(instance)?;
            if found.state == InstanceState::Running {
                return Ok(StateName::Running);
            }
            found.state = InstanceState::Running;
            found.pending_at = now;
            found.changed_at = now;
            found.reason = None;
            found.notices.interruption = None;
            found.notices.rebalance = None;
            account.done(operation, instance);
            let source = Source::Instance(instance.to_owned());
            account.world.issue(now, &source);
            Ok(StateName::Pending)
        })
    }

    /// Reboots all of these instances or none: what they serve stays as it is. With `dry_run` it is
    /// only tried.
    ///
    /// # Errors
    /// An id that is none; an unknown instance, or one that does not run.
    pub fn reboot_instances(&mut self, instances: &[&str], dry_run: bool) -> Result<(), Ec2Error> {
        self.all_there(Operation::RebootInstances, instances)?;
        for instance in instances {
            self.in_state(instance, InstanceState::Running, "rebooted")?;
        }
        self.unless_dry(dry_run)?;
        for instance in instances {
            self.done(Operation::RebootInstances, instance);
        }
        Ok(())
    }

    /// Ends all of these instances or none, for good; one that has ended stays so
    /// (`ec2.states.idempotent`). With `dry_run` it is only tried.
    ///
    /// # Errors
    /// An id that is none; an unknown instance.
    pub fn terminate_instances(
        &mut self,
        instances: &[&str],
        dry_run: bool,
    ) -> Result<Vec<StateChange>, Ec2Error> {
        let operation = Operation::TerminateInstances;
        self.all_there(operation, instances)?;
        self.unless_dry(dry_run)?;
        self.each(instances, |account, instance| {
            let now = account.now;
            let found = account.instance_mut(instance)?;
            if found.state == InstanceState::Terminated {
                return Ok(StateName::Terminated);
            }
            found.end(now, BY_USER);
            account.done(operation, instance);
            let source = Source::Instance(instance.to_owned());
            account.world.stop_issuing(&source);
            Ok(StateName::ShuttingDown)
        })
    }

    /// Whether who asks may do that with each of these instances, and whether they are there.
    pub(super) fn all_there(
        &mut self,
        operation: Operation,
        instances: &[&str],
    ) -> Result<(), Ec2Error> {
        if instances.is_empty() {
            return Err(Ec2Error::MissingParameter("InstanceId"));
        }
        instances.iter().try_for_each(|id| self.formed(id))?;
        for instance in instances {
            self.may_with_instance(operation, instance, Context::new())?;
        }
        self.exist(instances)
    }

    /// Refuses an id that is none. An operator's come from the world itself.
    pub(super) fn formed(&self, instance: &str) -> Result<(), Ec2Error> {
        match self.caller() {
            Some(_) => Kind::Instance.check(instance),
            None => Ok(()),
        }
    }

    /// Refuses, all at once, the ids that nothing has.
    pub(super) fn exist(&self, instances: &[&str]) -> Result<(), Ec2Error> {
        let unknown = instances.iter().filter(|id| self.instance(id).is_err());
        let ids: Vec<_> = unknown.map(|&id| id.to_owned()).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let kind = Kind::Instance;
        Err(Ec2Error::NotFound { kind, ids })
    }

    fn each(
        &mut self,
        instances: &[&str],
        mut change: impl FnMut(&mut Self, &str) -> Result<StateName, Ec2Error>,
    ) -> Result<Vec<StateChange>, Ec2Error> {
        let changes = instances.iter().map(|&instance| {
            let previous = self.instance(instance)?.state.into();
            let current = change(self, instance)?;
            Ok(StateChange {
                instance: instance.to_owned(),
                previous,
                current,
            })
        });
        changes.collect()
    }

    fn in_state(
        &self,
        instance: &str,
        state: InstanceState,
        verb: &'static str,
    ) -> Result<(), Ec2Error> {
        if self.instance(instance)?.state == state {
            return Ok(());
        }
        Err(incorrect(instance, verb))
    }
}
