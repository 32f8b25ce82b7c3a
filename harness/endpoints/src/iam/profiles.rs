//! Instance profiles.

use rolecall_account::{ControlPlane, CreateInstanceProfile, InstanceProfile, Operation, World};

use super::page;
use super::roles::listed;
use super::shape::{account, answered, asked_tags, date, list, member, owned, tags, text};
use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[
    (Operation::CreateInstanceProfile, create_instance_profile),
    (Operation::GetInstanceProfile, get_instance_profile),
    (Operation::ListInstanceProfiles, list_instance_profiles),
    (
        Operation::ListInstanceProfilesForRole,
        list_instance_profiles_for_role,
    ),
    (Operation::DeleteInstanceProfile, delete_instance_profile),
    (Operation::AddRoleToInstanceProfile, add_role),
    (Operation::RemoveRoleFromInstanceProfile, remove_role),
];

const NAME: &str = "InstanceProfileName";

fn create_instance_profile(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let request = CreateInstanceProfile {
        name: call.parameters.required(NAME)?.to_owned(),
        path: owned(call, "Path"),
        tags: asked_tags(call)?,
    };
    let mut account = account(world, call);
    let profile = account.create_instance_profile(request)?;
    let shown = Element::Parent("InstanceProfile", whole(&account, &profile));
    Ok(answered(&account, vec![shown]))
}

fn get_instance_profile(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let name = call.parameters.required(NAME)?;
    let mut account = account(world, call);
    let profile = account.get_instance_profile(name)?;
    let shown = Element::Parent("InstanceProfile", whole(&account, &profile));
    Ok(answered(&account, vec![shown]))
}

fn list_instance_profiles(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let prefix = call.parameters.text("PathPrefix");
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let profiles = account.list_instance_profiles(prefix, &asked)?;
    let told = page::told("InstanceProfiles", profiles, |profile| {
        member(shape(&account, &profile))
    });
    Ok(answered(&account, told))
}

fn list_instance_profiles_for_role(
    world: &mut World,
    call: &Call<'_>,
) -> Result<Answered, QueryError> {
    let role = call.parameters.required("RoleName")?;
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let profiles = account.list_instance_profiles_for_role(role, &asked)?;
    let told = page::told("InstanceProfiles", profiles, |profile| {
        member(shape(&account, &profile))
    });
    Ok(answered(&account, told))
}

fn delete_instance_profile(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let name = call.parameters.required(NAME)?;
    let mut account = account(world, call);
    account.delete_instance_profile(name)?;
    Ok(Answered::nothing(&account))
}

fn add_role(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let name = call.parameters.required(NAME)?;
    let role = call.parameters.required("RoleName")?;
    let mut account = account(world, call);
    account.add_role_to_instance_profile(name, role)?;
    Ok(Answered::nothing(&account))
}

fn remove_role(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let name = call.parameters.required(NAME)?;
    let role = call.parameters.required("RoleName")?;
    let mut account = account(world, call);
    account.remove_named_role_from_instance_profile(name, role)?;
    Ok(Answered::nothing(&account))
}

/// All that there is of a profile; lists leave the tags out.
fn whole(account: &ControlPlane<'_>, profile: &InstanceProfile) -> Vec<Element> {
    let mut members = shape(account, profile);
    members.extend(tags(&profile.tags));
    members
}

pub(super) fn shape(account: &ControlPlane<'_>, profile: &InstanceProfile) -> Vec<Element> {
    let role = account.role_in(profile);
    vec![
        text("Path", profile.path.as_str()),
        text(NAME, profile.name.as_str()),
        text("InstanceProfileId", profile.id.as_str()),
        text("Arn", profile.arn.as_str()),
        date("CreateDate", profile.created),
        list("Roles", role.map(|role| listed(account, role))),
    ]
}
