//! Roles: where they are and what they may do.

use rolecall_account::policy::{Document, DocumentKind};
use rolecall_account::{IamError, SimInstant, World};

use super::problem::Problem;
use super::router::Control;
use super::said::{Attachment, Done, ProfileRole, PutPolicy, RoleNamed};

pub(super) fn set_profile_role(control: &Control, asked: &ProfileRole) -> Result<Done, Problem> {
    let ProfileRole { profile, role } = asked;
    change(control, |world, now| {
        world
            .operator(now)
            .set_role_of_instance_profile(profile, role)
    })?;
    Ok(control.done(format!("`{profile}` now holds `{role}`")))
}

pub(super) fn attach_policy(control: &Control, asked: &Attachment) -> Result<Done, Problem> {
    let Attachment { role, policy } = asked;
    change(control, |world, now| {
        world.operator(now).attach_role_policy(role, policy)
    })?;
    Ok(control.done(format!("`{policy}` attached to `{role}`")))
}

pub(super) fn detach_policy(control: &Control, asked: &Attachment) -> Result<Done, Problem> {
    let Attachment { role, policy } = asked;
    change(control, |world, now| {
        world.operator(now).detach_role_policy(role, policy)
    })?;
    Ok(control.done(format!("`{policy}` detached from `{role}`")))
}

pub(super) fn put_policy(control: &Control, asked: &PutPolicy) -> Result<Done, Problem> {
    let PutPolicy {
        role,
        name,
        document,
    } = asked;
    let document = Document::parse(document, DocumentKind::Identity)
        .map_err(|malformed| Problem::bad_request(format!("`document`: {malformed}")))?;
    change(control, |world, now| {
        world.operator(now).put_role_policy(role, name, document)
    })?;
    Ok(control.done(format!("`{role}` now has the policy `{name}`")))
}

pub(super) fn revoke(control: &Control, asked: &RoleNamed) -> Result<Done, Problem> {
    let RoleNamed { role } = asked;
    change(control, |world, now| {
        world.operator(now).revoke_role_sessions(role)
    })?;
    Ok(control.done(format!(
        "sessions of `{role}` up to now are denied everything"
    )))
}

fn change(
    control: &Control,
    change: impl FnOnce(&mut World, SimInstant) -> Result<(), IamError>,
) -> Result<(), Problem> {
    let now = control.edge.now();
    let mut world = control.edge.world();
    change(&mut world, now).map_err(|error| Problem::of_iam(&error, &world))
}
