//! What AWS's console does with several calls at once (`console.role.profile-of-same-name`,
//! `console.instance.modify-role`).

use rolecall_account::policy::{Document, DocumentKind};
use rolecall_account::{CreateRole, IamError, World};

use super::instances::{change, instance_called};
use super::problem::Problem;
use super::router::Control;
use super::said::Done;
use super::said_of_instances::{ConsoleInstance, ConsoleRole};

/// Makes a role for a service and, for EC2 alone, the instance profile of the same name.
pub(super) fn create_role(control: &Control, asked: &ConsoleRole) -> Result<Done, Problem> {
    let ConsoleRole {
        name,
        trust,
        policies,
    } = asked;
    let request = CreateRole {
        attached: policies.clone(),
        ..CreateRole::new(name, trust_of(trust)?)
    };
    let for_instances = trust == "ec2";
    let now = control.edge.now();
    let mut world = control.edge.world();
    let refused = |error: IamError, world: &World| Problem::of_iam(&error, world);
    if for_instances
        && world
            .instance_profile_names()
            .any(|it| it.eq_ignore_ascii_case(name))
    {
        let message = format!("there is an instance profile called `{name}` already");
        return Err(Problem::conflict("EntityAlreadyExists", message));
    }
    let made = world.operator(now).create_role(request);
    made.map_err(|error| refused(error, &world))?;
    if for_instances {
        let made = world.operator(now).create_instance_profile(name.as_str());
        made.map_err(|error| refused(error, &world))?;
        let put = world.operator(now).add_role_to_instance_profile(name, name);
        put.map_err(|error| refused(error, &world))?;
    }
    drop(world);
    let profile = if for_instances {
        ", in the instance profile of that name"
    } else {
        ""
    };
    Ok(control.done(format!("role `{name}` for {trust} made{profile}")))
}

/// The policy that the console writes for a service, by the first part of its principal.
fn trust_of(service: &str) -> Result<Document, Problem> {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
    if service.is_empty() || !service.bytes().all(allowed) {
        let message = format!("`trust`: `{service}` is no service; write `ec2`, `lambda`, …");
        return Err(Problem::bad_request(message));
    }
    let text = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": format!("{service}.amazonaws.com") },
            "Action": "sts:AssumeRole",
        }],
    });
    Document::parse(&text.to_string(), DocumentKind::Trust)
        .map_err(|malformed| Problem::bad_request(format!("`trust`: {malformed}")))
}

/// Gives an instance a role in place of the one it has, or takes it away.
pub(super) fn modify_iam_role(control: &Control, asked: &ConsoleInstance) -> Result<Done, Problem> {
    let (name, id) = instance_called(control, &asked.instance)?;
    let has_one = {
        let now = control.edge.now();
        let mut world = control.edge.world();
        world.advance_to(now);
        let found = world.instance(&id);
        found.is_some_and(|found| found.association.is_some())
    };
    let done = match &asked.role {
        Some(role) if has_one => {
            change(control, |world, now| {
                world.operator(now).replace_profile(&id, role)
            })?;
            format!("`{role}` takes the place of the role of `{name}`")
        }
        Some(role) => {
            change(control, |world, now| {
                world.operator(now).associate_profile(&id, role)
            })?;
            format!("`{name}` has the role `{role}`")
        }
        None if has_one => {
            change(control, |world, now| {
                world.operator(now).disassociate_profile(&id)
            })?;
            format!("`{name}` has no role any more")
        }
        None => format!("`{name}` has no role"),
    };
    Ok(control.done(done))
}
