//! Instances: their profiles and their life.

use rolecall_account::{Ec2Error, SimInstant, World};

use super::problem::Problem;
use super::router::Control;
use super::said::{Done, InstanceNamed, Placement};
use crate::place::Place;

pub(super) fn associate_profile(control: &Control, asked: &Placement) -> Result<Done, Problem> {
    let Placement { instance, profile } = asked;
    let (name, id) = instance_called(control, instance)?;
    change(control, |world, now| {
        world.operator(now).associate_profile(&id, profile)
    })?;
    Ok(control.done(format!("`{profile}` associated with `{name}`")))
}

pub(super) fn replace_profile(control: &Control, asked: &Placement) -> Result<Done, Problem> {
    let Placement { instance, profile } = asked;
    let (name, id) = instance_called(control, instance)?;
    change(control, |world, now| {
        world.operator(now).replace_profile(&id, profile)
    })?;
    Ok(control.done(format!(
        "`{profile}` takes the place of the profile of `{name}`"
    )))
}

pub(super) fn disassociate_profile(
    control: &Control,
    asked: &InstanceNamed,
) -> Result<Done, Problem> {
    let (name, id) = instance_called(control, &asked.instance)?;
    change(control, |world, now| {
        world.operator(now).disassociate_profile(&id)
    })?;
    Ok(control.done(format!("`{name}` has no profile any more")))
}

pub(super) fn stop(control: &Control, asked: &InstanceNamed) -> Result<Done, Problem> {
    let (name, id) = instance_called(control, &asked.instance)?;
    change(control, |world, now| world.operator(now).stop_instance(&id))?;
    Ok(control.done(format!("`{name}` stopped")))
}

pub(super) fn start(control: &Control, asked: &InstanceNamed) -> Result<Done, Problem> {
    let (name, id) = instance_called(control, &asked.instance)?;
    change(control, |world, now| {
        world.operator(now).start_instance(&id)
    })?;
    Ok(control.done(format!("`{name}` runs again")))
}

pub(super) fn terminate(control: &Control, asked: &InstanceNamed) -> Result<Done, Problem> {
    let (name, id) = instance_called(control, &asked.instance)?;
    change(control, |world, now| {
        world.operator(now).terminate_instance(&id)
    })?;
    Ok(control.done(format!("`{name}` is gone")))
}

pub(super) fn change(
    control: &Control,
    change: impl FnOnce(&mut World, SimInstant) -> Result<(), Ec2Error>,
) -> Result<(), Problem> {
    let now = control.edge.now();
    let mut world = control.edge.world();
    change(&mut world, now).map_err(|error| Problem::of_ec2(&error, &world))
}

/// The name and the id of the instance that is called so.
pub(super) fn instance_called(control: &Control, name: &str) -> Result<(String, String), Problem> {
    let instance = |name: String| match control.places.get(&name)? {
        Place::Instance(id) => Some((name, id)),
        _ => None,
    };
    let found = control.places.find(name).map(|(name, _)| name);
    let what = match &found {
        Some(_) => format!("`{name}` is no instance"),
        None => format!("no instance is called `{name}`"),
    };
    found.and_then(instance).ok_or_else(|| {
        let names = control.places.names().into_iter();
        let known = names.filter_map(instance).map(|(name, _)| name);
        Problem::not_found("no-such-instance", what).unknown(name, known.collect())
    })
}
