//! Roles.

use std::time::Duration;

use rolecall_account::policy::DocumentKind;
use rolecall_account::{ControlPlane, CreateRole, Operation, Role, World};

use super::page;
use super::shape::{
    account, answered, asked_document, asked_tags, date, document, member, owned, tags, text,
};
use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[
    (Operation::CreateRole, create_role),
    (Operation::GetRole, get_role),
    (Operation::ListRoles, list_roles),
    (Operation::UpdateRole, update_role),
    (Operation::UpdateRoleDescription, update_role_description),
    (Operation::DeleteRole, delete_role),
    (Operation::UpdateAssumeRolePolicy, update_assume_role_policy),
];

/// How much of a role an answer shows (`iam.answers.role-members`).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// What `CreateRole` answers.
    Created,
    /// A role among others.
    Listed,
    /// All there is.
    Whole,
    /// In the details of the account: neither its description nor how long its sessions last.
    Detailed,
}

fn create_role(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let name = call.parameters.required("RoleName")?;
    let trust = asked_document(call, "AssumeRolePolicyDocument", DocumentKind::Trust)?;
    let request = CreateRole {
        path: owned(call, "Path"),
        description: owned(call, "Description"),
        tags: asked_tags(call)?,
        permissions_boundary: owned(call, "PermissionsBoundary"),
        max_session_duration: max_session_duration(call)?,
        ..CreateRole::new(name, trust)
    };
    let mut account = account(world, call);
    let role = account.create_role(request)?;
    let shown = Element::Parent("Role", shape(&account, &role, Shown::Created));
    Ok(answered(&account, vec![shown]))
}

fn get_role(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let name = call.parameters.required("RoleName")?;
    let mut account = account(world, call);
    let role = account.get_role(name)?;
    let shown = Element::Parent("Role", shape(&account, &role, Shown::Whole));
    Ok(answered(&account, vec![shown]))
}

fn list_roles(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let roles = account.list_roles(call.parameters.text("PathPrefix"), &asked)?;
    let told = page::told("Roles", roles, |role| listed(&account, &role));
    Ok(answered(&account, told))
}

fn update_role(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let name = call.parameters.required("RoleName")?;
    let longest = max_session_duration(call)?;
    let mut account = account(world, call);
    account.update_role(name, call.parameters.text("Description"), longest)?;
    Ok(Answered::nothing(&account))
}

fn update_role_description(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let name = call.parameters.required("RoleName")?;
    let description = call.parameters.required("Description")?;
    let mut account = account(world, call);
    let role = account.update_role_description(name, description)?;
    let shown = Element::Parent("Role", shape(&account, &role, Shown::Whole));
    Ok(answered(&account, vec![shown]))
}

fn delete_role(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let name = call.parameters.required("RoleName")?;
    let mut account = account(world, call);
    account.delete_role(name)?;
    Ok(Answered::nothing(&account))
}

fn update_assume_role_policy(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let name = call.parameters.required("RoleName")?;
    let trust = asked_document(call, "PolicyDocument", DocumentKind::Trust)?;
    let mut account = account(world, call);
    account.update_assume_role_policy(name, trust)?;
    Ok(Answered::nothing(&account))
}

fn max_session_duration(call: &Call<'_>) -> Result<Option<Duration>, QueryError> {
    let seconds = call.parameters.number("MaxSessionDuration")?;
    Ok(seconds.map(|seconds| Duration::from_secs(seconds.into())))
}

/// A role in a list.
pub(super) fn listed(account: &ControlPlane<'_>, role: &Role) -> Element {
    member(shape(account, role, Shown::Listed))
}

pub(super) fn shape(account: &ControlPlane<'_>, role: &Role, shown: Shown) -> Vec<Element> {
    let trust = account.trust_policy(role);
    let mut members = vec![
        text("Path", role.path.as_str()),
        text("RoleName", role.name.as_str()),
        text("RoleId", role.id.as_str()),
        text("Arn", role.arn.as_str()),
        date("CreateDate", role.created),
        document("AssumeRolePolicyDocument", &trust),
    ];
    let description = role.description.as_ref();
    let description = description.filter(|_| shown != Shown::Detailed);
    members.extend(description.map(|words| text("Description", words.as_str())));
    // iam.answers.role-members
    if !matches!(shown, Shown::Created | Shown::Detailed) {
        let seconds = role.max_session_duration.as_secs();
        members.push(text("MaxSessionDuration", seconds.to_string()));
    }
    if shown != Shown::Listed {
        members.extend(role.permissions_boundary().map(boundary));
        members.extend(tags(&role.tags));
    }
    if matches!(shown, Shown::Whole | Shown::Detailed) {
        let used = role.last_used.as_ref().map(|(at, region)| {
            let region = text("Region", region.as_str());
            vec![date("LastUsedDate", *at), region]
        });
        members.push(Element::Parent("RoleLastUsed", used.unwrap_or_default()));
    }
    members
}

/// `iam.answers.boundary-type`: AWS has no other.
pub(super) fn boundary(arn: &str) -> Element {
    let members = vec![
        text("PermissionsBoundaryType", "Policy"),
        text("PermissionsBoundaryArn", arn),
    ];
    Element::Parent("PermissionsBoundary", members)
}
