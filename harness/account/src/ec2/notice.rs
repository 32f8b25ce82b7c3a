//! What EC2 tells an instance: that it will be interrupted, that it may be, what is scheduled.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::error::Ec2Error;
use super::instance::{Instance, InstanceState};
use crate::control_plane::ControlPlane;
use crate::id;
use crate::instant::SimInstant;
use crate::issuing::Source;
use crate::journal::Happening;
use crate::world::{Due, World};

/// From the notice of an interruption to the interruption (`ec2.spot.two-minutes`).
const WARNING: Duration = Duration::from_mins(2);

/// In whose name an interruption happens.
const BY_SERVICE: &str = "Service initiated";

/// How an instance is paid for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lifecycle {
    /// By the hour, for as long as it is wanted.
    #[default]
    OnDemand,
    /// For less, until EC2 wants it back.
    Spot,
}

/// What EC2 does to a Spot Instance that it wants back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpotAction {
    /// Ends it for good.
    Terminate,
    /// Stops it.
    Stop,
    /// Stops it with its memory saved; without a warning ahead.
    Hibernate,
}

impl fmt::Display for SpotAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Terminate => "terminate",
            Self::Stop => "stop",
            Self::Hibernate => "hibernate",
        })
    }
}

/// The notice of an interruption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SpotInterruption {
    /// What will be done.
    pub action: SpotAction,
    /// When.
    pub time: SimInstant,
}

/// What can be scheduled for an instance; the codes are AWS's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventCode {
    /// `instance-reboot`.
    InstanceReboot,
    /// `system-reboot`.
    SystemReboot,
    /// `system-maintenance`.
    SystemMaintenance,
    /// `instance-retirement`.
    InstanceRetirement,
    /// `instance-stop`.
    InstanceStop,
}

impl EventCode {
    /// As the API says it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InstanceReboot => "instance-reboot",
            Self::SystemReboot => "system-reboot",
            Self::SystemMaintenance => "system-maintenance",
            Self::InstanceRetirement => "instance-retirement",
            Self::InstanceStop => "instance-stop",
        }
    }
}

/// Where a scheduled event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventState {
    /// It is to come, or goes on.
    Active,
    /// It is over.
    Completed,
    /// It will not come.
    Canceled,
}

/// Maintenance of an instance or of its host. Scheduling one does nothing else to the instance.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduledEvent {
    /// `instance-event-…`.
    pub id: String,
    /// What it is.
    pub code: EventCode,
    /// In words.
    pub description: String,
    /// From when on.
    pub not_before: SimInstant,
    /// Until when.
    pub not_after: SimInstant,
    /// Where it is.
    pub state: EventState,
}

/// What an instance was told.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Notices {
    pub(crate) interruption: Option<SpotInterruption>,
    pub(crate) rebalance: Option<SimInstant>,
    pub(crate) events: Vec<ScheduledEvent>,
}

impl ControlPlane<'_> {
    /// Gives a running Spot Instance notice of an interruption, and interrupts it two minutes later;
    /// one that is to hibernate does so at once (`ec2.spot.two-minutes`).
    ///
    /// # Errors
    /// An unknown instance, one that is no Spot Instance or does not run.
    pub fn interrupt_spot_instance(
        &mut self,
        instance: &str,
        action: SpotAction,
    ) -> Result<(), Ec2Error> {
        let now = self.now;
        let found = self.running_spot_instance(instance, "interrupted")?;
        let time = match action {
            SpotAction::Terminate | SpotAction::Stop => now + WARNING,
            SpotAction::Hibernate => now,
        };
        found.notices.interruption = Some(SpotInterruption { action, time });
        found.changed_at = now;
        self.world
            .notice(now, instance, format!("interruption: {action} at {time}"));
        let instance = instance.to_owned();
        self.world
            .agenda
            .enter(time, Due::SpotInterruption { instance });
        self.world.advance_to(now);
        Ok(())
    }

    /// Tells a running Spot Instance that it is more likely than before to be interrupted.
    ///
    /// # Errors
    /// An unknown instance, one that is no Spot Instance or does not run.
    pub fn recommend_rebalance(&mut self, instance: &str) -> Result<(), Ec2Error> {
        let now = self.now;
        let found = self.running_spot_instance(instance, "rebalanced")?;
        found.notices.rebalance = Some(now);
        found.changed_at = now;
        self.world
            .notice(now, instance, "rebalance recommended".to_owned());
        Ok(())
    }

    /// Schedules maintenance of an instance; answers the id of the event.
    ///
    /// # Errors
    /// An unknown or terminated instance.
    pub fn schedule_event(
        &mut self,
        instance: &str,
        code: EventCode,
        description: &str,
        (not_before, not_after): (SimInstant, SimInstant),
    ) -> Result<String, Ec2Error> {
        self.living(instance, "scheduled for maintenance")?;
        self.world.ec2.events_scheduled += 1;
        let label = format!("event/{}", self.world.ec2.events_scheduled);
        let id = id::resource_id(&self.world.entropy, "instance-event", &label);
        let now = self.now;
        let found = self.instance_mut(instance)?;
        found.notices.events.push(ScheduledEvent {
            id: id.clone(),
            code,
            description: description.to_owned(),
            not_before,
            not_after,
            state: EventState::Active,
        });
        found.changed_at = now;
        let notice = format!("{} scheduled for {not_before} as {id}", code.as_str());
        self.world.notice(now, instance, notice);
        Ok(id)
    }

    /// Completes or cancels a scheduled event; it moves to the history.
    ///
    /// # Errors
    /// An unknown instance, or none of its events that are active has that id.
    pub fn end_event(
        &mut self,
        instance: &str,
        event: &str,
        canceled: bool,
    ) -> Result<(), Ec2Error> {
        let now = self.now;
        let found = self.instance_mut(instance)?;
        let mut events = found.notices.events.iter_mut();
        let active = events.find(|it| it.id == event && it.state == EventState::Active);
        let active = active.ok_or_else(|| Ec2Error::NoSuchEvent(event.to_owned()))?;
        let (state, word) = if canceled {
            (EventState::Canceled, "canceled")
        } else {
            (EventState::Completed, "completed")
        };
        active.state = state;
        found.changed_at = now;
        self.world.notice(now, instance, format!("{event} {word}"));
        Ok(())
    }

    fn running_spot_instance(
        &mut self,
        instance: &str,
        verb: &'static str,
    ) -> Result<&mut Instance, Ec2Error> {
        let found = self.instance_mut(instance)?;
        if found.lifecycle != Lifecycle::Spot {
            return Err(Ec2Error::NotSpot(instance.to_owned()));
        }
        if found.state != InstanceState::Running {
            return Err(super::instance::incorrect(instance, verb));
        }
        Ok(found)
    }
}

impl World {
    /// The time of an interruption has come; void if the instance was ended, or stopped, since.
    pub(crate) fn interruption_due(&mut self, at: SimInstant, instance: &str) {
        let Ok(found) = self.ec2.instance_mut(instance) else {
            return;
        };
        let due = found.notices.interruption.filter(|told| told.time == at);
        let Some(SpotInterruption { action, .. }) =
            due.filter(|_| found.state == InstanceState::Running)
        else {
            return;
        };
        match action {
            SpotAction::Terminate => found.end(at, BY_SERVICE),
            SpotAction::Stop | SpotAction::Hibernate => found.halt(at, BY_SERVICE),
        }
        self.notice(at, instance, format!("interrupted: {action}"));
        self.stop_issuing(&Source::Instance(instance.to_owned()));
    }

    fn notice(&mut self, now: SimInstant, instance: &str, notice: String) {
        let instance = instance.to_owned();
        self.journal
            .happened(now, Happening::Notice { instance, notice });
    }
}
