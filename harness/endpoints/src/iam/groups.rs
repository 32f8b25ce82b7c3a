//! Groups of users.

use rolecall_account::{Group, Operation, World};

use super::page;
use super::shape::{account, answered, date, member, text};
use super::users;
use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[
    (Operation::CreateGroup, create_group),
    (Operation::GetGroup, get_group),
    (Operation::ListGroups, list_groups),
    (Operation::UpdateGroup, update_group),
    (Operation::DeleteGroup, delete_group),
    (Operation::AddUserToGroup, add_user_to_group),
    (Operation::RemoveUserFromGroup, remove_user_from_group),
    (Operation::ListGroupsForUser, list_groups_for_user),
];

const GROUP: &str = "GroupName";

fn create_group(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let name = call.parameters.required(GROUP)?;
    let mut account = account(world, call);
    let group = account.create_group(name, call.parameters.text("Path"))?;
    let shown = Element::Parent("Group", shape(&group));
    Ok(answered(&account, vec![shown]))
}

fn get_group(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let name = call.parameters.required(GROUP)?;
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let (group, users) = account.get_group(name, &asked)?;
    let mut told = vec![Element::Parent("Group", shape(&group))];
    told.extend(page::told("Users", users, |user| {
        member(users::listed(&user))
    }));
    Ok(answered(&account, told))
}

fn list_groups(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let groups = account.list_groups(call.parameters.text("PathPrefix"), &asked)?;
    let told = page::told("Groups", groups, |group| member(shape(&group)));
    Ok(answered(&account, told))
}

fn update_group(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let name = call.parameters.required(GROUP)?;
    let (new_name, new_path) = (
        call.parameters.text("NewGroupName"),
        call.parameters.text("NewPath"),
    );
    let mut account = account(world, call);
    account.update_group(name, new_name, new_path)?;
    Ok(Answered::nothing(&account))
}

fn delete_group(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let name = call.parameters.required(GROUP)?;
    let mut account = account(world, call);
    account.delete_group(name)?;
    Ok(Answered::nothing(&account))
}

fn add_user_to_group(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let group = call.parameters.required(GROUP)?;
    let user = call.parameters.required("UserName")?;
    let mut account = account(world, call);
    account.add_user_to_group(group, user)?;
    Ok(Answered::nothing(&account))
}

fn remove_user_from_group(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let group = call.parameters.required(GROUP)?;
    let user = call.parameters.required("UserName")?;
    let mut account = account(world, call);
    account.remove_user_from_group(group, user)?;
    Ok(Answered::nothing(&account))
}

fn list_groups_for_user(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let user = call.parameters.required("UserName")?;
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let groups = account.list_groups_for_user(user, &asked)?;
    let told = page::told("Groups", groups, |group| member(shape(&group)));
    Ok(answered(&account, told))
}

pub(super) fn shape(group: &Group) -> Vec<Element> {
    vec![
        text("Path", group.path.as_str()),
        text(GROUP, group.name.as_str()),
        text("GroupId", group.id.as_str()),
        text("Arn", group.arn.as_str()),
        date("CreateDate", group.created),
    ]
}
