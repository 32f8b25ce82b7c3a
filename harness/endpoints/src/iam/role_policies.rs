//! The policies of a role: inline, attached, and the boundary.

use rolecall_account::policy::DocumentKind;
use rolecall_account::{AttachedPolicy, Operation, World};

use super::page;
use super::shape::{account, answered, asked_document, document, member, text, text_member};
use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[
    (Operation::PutRolePolicy, put_role_policy),
    (Operation::GetRolePolicy, get_role_policy),
    (Operation::ListRolePolicies, list_role_policies),
    (Operation::DeleteRolePolicy, delete_role_policy),
    (Operation::AttachRolePolicy, attach_role_policy),
    (Operation::DetachRolePolicy, detach_role_policy),
    (
        Operation::ListAttachedRolePolicies,
        list_attached_role_policies,
    ),
    (
        Operation::PutRolePermissionsBoundary,
        put_role_permissions_boundary,
    ),
    (
        Operation::DeleteRolePermissionsBoundary,
        delete_role_permissions_boundary,
    ),
];

fn put_role_policy(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let role = call.parameters.required("RoleName")?;
    let name = call.parameters.required("PolicyName")?;
    let document = asked_document(call, "PolicyDocument", DocumentKind::Identity)?;
    let mut account = account(world, call);
    account.put_role_policy(role, name, document)?;
    Ok(Answered::nothing(&account))
}

fn get_role_policy(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let role = call.parameters.required("RoleName")?;
    let name = call.parameters.required("PolicyName")?;
    let mut account = account(world, call);
    let policy = account.get_role_policy(role, name)?;
    let told = vec![
        text("RoleName", role),
        text("PolicyName", policy.name),
        document("PolicyDocument", policy.document.text()),
    ];
    Ok(answered(&account, told))
}

fn list_role_policies(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let role = call.parameters.required("RoleName")?;
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let names = account.list_role_policies(role, &asked)?;
    let told = page::told("PolicyNames", names, text_member);
    Ok(answered(&account, told))
}

fn delete_role_policy(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let role = call.parameters.required("RoleName")?;
    let name = call.parameters.required("PolicyName")?;
    let mut account = account(world, call);
    account.delete_role_policy(role, name)?;
    Ok(Answered::nothing(&account))
}

fn attach_role_policy(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let role = call.parameters.required("RoleName")?;
    let policy = call.parameters.required("PolicyArn")?;
    let mut account = account(world, call);
    account.attach_role_policy(role, policy)?;
    Ok(Answered::nothing(&account))
}

fn detach_role_policy(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let role = call.parameters.required("RoleName")?;
    let policy = call.parameters.required("PolicyArn")?;
    let mut account = account(world, call);
    account.detach_role_policy(role, policy)?;
    Ok(Answered::nothing(&account))
}

fn list_attached_role_policies(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let role = call.parameters.required("RoleName")?;
    let prefix = call.parameters.text("PathPrefix");
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let attached = account.list_attached_role_policies(role, prefix, &asked)?;
    let told = page::told("AttachedPolicies", attached, attached_policy);
    Ok(answered(&account, told))
}

/// A managed policy that somebody has.
pub(super) fn attached_policy(policy: AttachedPolicy) -> Element {
    member(vec![
        text("PolicyName", policy.name),
        text("PolicyArn", policy.arn),
    ])
}

fn put_role_permissions_boundary(
    world: &mut World,
    call: &Call<'_>,
) -> Result<Answered, QueryError> {
    let role = call.parameters.required("RoleName")?;
    let policy = call.parameters.required("PermissionsBoundary")?;
    let mut account = account(world, call);
    account.put_role_permissions_boundary(role, policy)?;
    Ok(Answered::nothing(&account))
}

fn delete_role_permissions_boundary(
    world: &mut World,
    call: &Call<'_>,
) -> Result<Answered, QueryError> {
    let role = call.parameters.required("RoleName")?;
    let mut account = account(world, call);
    account.delete_role_permissions_boundary(role)?;
    Ok(Answered::nothing(&account))
}
