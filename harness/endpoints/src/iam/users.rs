//! Users.

use rolecall_account::{CreateUser, Operation, User, World};

use super::page;
use super::roles::boundary;
use super::shape::{account, answered, asked_tags, date, member, owned, tags, text};
use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[
    (Operation::CreateUser, create_user),
    (Operation::GetUser, get_user),
    (Operation::ListUsers, list_users),
    (Operation::UpdateUser, update_user),
    (Operation::DeleteUser, delete_user),
];

const USER: &str = "UserName";

fn create_user(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let request = CreateUser {
        name: call.parameters.required(USER)?.to_owned(),
        path: owned(call, "Path"),
        tags: asked_tags(call)?,
        permissions_boundary: owned(call, "PermissionsBoundary"),
        ..CreateUser::default()
    };
    let mut account = account(world, call);
    let user = account.create_user(request)?;
    Ok(answered(&account, vec![whole(&user)]))
}

fn get_user(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let mut account = account(world, call);
    let user = account.get_user(call.parameters.text(USER))?;
    Ok(answered(&account, vec![whole(&user)]))
}

fn list_users(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let users = account.list_users(call.parameters.text("PathPrefix"), &asked)?;
    let told = page::told("Users", users, |user| member(listed(&user)));
    Ok(answered(&account, told))
}

fn update_user(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let name = call.parameters.required(USER)?;
    let (new_name, new_path) = (
        call.parameters.text("NewUserName"),
        call.parameters.text("NewPath"),
    );
    let mut account = account(world, call);
    account.update_user(name, new_name, new_path)?;
    Ok(Answered::nothing(&account))
}

fn delete_user(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let name = call.parameters.required(USER)?;
    let mut account = account(world, call);
    account.delete_user(name)?;
    Ok(Answered::nothing(&account))
}

/// All there is of a user.
fn whole(user: &User) -> Element {
    let mut members = listed(user);
    members.extend(user.permissions_boundary().map(boundary));
    members.extend(tags(&user.tags));
    Element::Parent("User", members)
}

/// A user among others: without boundary and tags (`iam.answers.user-members`).
pub(super) fn listed(user: &User) -> Vec<Element> {
    vec![
        text("Path", user.path.as_str()),
        text(USER, user.name.as_str()),
        text("UserId", user.id.as_str()),
        text("Arn", user.arn.as_str()),
        date("CreateDate", user.created),
    ]
}
