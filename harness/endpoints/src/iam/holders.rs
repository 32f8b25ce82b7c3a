//! The policies of roles, users and groups: inline and attached.

use rolecall_account::policy::DocumentKind;
use rolecall_account::{AttachedPolicy, Operation, PolicyHolder, World};

use super::page;
use super::shape::{account, answered, asked_document, document, member, text, text_member};
use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[
    (Operation::PutRolePolicy, |world, call| {
        put(world, call, role(call)?)
    }),
    (Operation::GetRolePolicy, |world, call| {
        get(world, call, role(call)?)
    }),
    (Operation::ListRolePolicies, |world, call| {
        list(world, call, role(call)?)
    }),
    (Operation::DeleteRolePolicy, |world, call| {
        delete(world, call, role(call)?)
    }),
    (Operation::AttachRolePolicy, |world, call| {
        attach(world, call, role(call)?)
    }),
    (Operation::DetachRolePolicy, |world, call| {
        detach(world, call, role(call)?)
    }),
    (Operation::ListAttachedRolePolicies, |world, call| {
        list_attached(world, call, role(call)?)
    }),
    (Operation::PutUserPolicy, |world, call| {
        put(world, call, user(call)?)
    }),
    (Operation::GetUserPolicy, |world, call| {
        get(world, call, user(call)?)
    }),
    (Operation::ListUserPolicies, |world, call| {
        list(world, call, user(call)?)
    }),
    (Operation::DeleteUserPolicy, |world, call| {
        delete(world, call, user(call)?)
    }),
    (Operation::AttachUserPolicy, |world, call| {
        attach(world, call, user(call)?)
    }),
    (Operation::DetachUserPolicy, |world, call| {
        detach(world, call, user(call)?)
    }),
    (Operation::ListAttachedUserPolicies, |world, call| {
        list_attached(world, call, user(call)?)
    }),
    (Operation::PutGroupPolicy, |world, call| {
        put(world, call, group(call)?)
    }),
    (Operation::GetGroupPolicy, |world, call| {
        get(world, call, group(call)?)
    }),
    (Operation::ListGroupPolicies, |world, call| {
        list(world, call, group(call)?)
    }),
    (Operation::DeleteGroupPolicy, |world, call| {
        delete(world, call, group(call)?)
    }),
    (Operation::AttachGroupPolicy, |world, call| {
        attach(world, call, group(call)?)
    }),
    (Operation::DetachGroupPolicy, |world, call| {
        detach(world, call, group(call)?)
    }),
    (Operation::ListAttachedGroupPolicies, |world, call| {
        list_attached(world, call, group(call)?)
    }),
];

fn role<'a>(call: &'a Call<'_>) -> Result<PolicyHolder<'a>, QueryError> {
    Ok(PolicyHolder::Role(call.parameters.required("RoleName")?))
}

fn user<'a>(call: &'a Call<'_>) -> Result<PolicyHolder<'a>, QueryError> {
    Ok(PolicyHolder::User(call.parameters.required("UserName")?))
}

fn group<'a>(call: &'a Call<'_>) -> Result<PolicyHolder<'a>, QueryError> {
    Ok(PolicyHolder::Group(call.parameters.required("GroupName")?))
}

fn put(
    world: &mut World,
    call: &Call<'_>,
    holder: PolicyHolder<'_>,
) -> Result<Answered, QueryError> {
    let name = call.parameters.required("PolicyName")?;
    let document = asked_document(call, "PolicyDocument", DocumentKind::Identity)?;
    let mut account = account(world, call);
    account.put_inline_policy(holder, name, document)?;
    Ok(Answered::nothing(&account))
}

fn get(
    world: &mut World,
    call: &Call<'_>,
    holder: PolicyHolder<'_>,
) -> Result<Answered, QueryError> {
    let name = call.parameters.required("PolicyName")?;
    let mut account = account(world, call);
    let policy = account.get_inline_policy(holder, name)?;
    let told = vec![
        match holder {
            PolicyHolder::Role(name) => text("RoleName", name),
            PolicyHolder::User(name) => text("UserName", name),
            PolicyHolder::Group(name) => text("GroupName", name),
        },
        text("PolicyName", policy.name),
        document("PolicyDocument", policy.document.text()),
    ];
    Ok(answered(&account, told))
}

fn list(
    world: &mut World,
    call: &Call<'_>,
    holder: PolicyHolder<'_>,
) -> Result<Answered, QueryError> {
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let names = account.list_inline_policies(holder, &asked)?;
    let told = page::told("PolicyNames", names, text_member);
    Ok(answered(&account, told))
}

fn delete(
    world: &mut World,
    call: &Call<'_>,
    holder: PolicyHolder<'_>,
) -> Result<Answered, QueryError> {
    let name = call.parameters.required("PolicyName")?;
    let mut account = account(world, call);
    account.delete_inline_policy(holder, name)?;
    Ok(Answered::nothing(&account))
}

fn attach(
    world: &mut World,
    call: &Call<'_>,
    holder: PolicyHolder<'_>,
) -> Result<Answered, QueryError> {
    let policy = call.parameters.required("PolicyArn")?;
    let mut account = account(world, call);
    account.attach_policy(holder, policy)?;
    Ok(Answered::nothing(&account))
}

fn detach(
    world: &mut World,
    call: &Call<'_>,
    holder: PolicyHolder<'_>,
) -> Result<Answered, QueryError> {
    let policy = call.parameters.required("PolicyArn")?;
    let mut account = account(world, call);
    account.detach_policy(holder, policy)?;
    Ok(Answered::nothing(&account))
}

fn list_attached(
    world: &mut World,
    call: &Call<'_>,
    holder: PolicyHolder<'_>,
) -> Result<Answered, QueryError> {
    let asked = page::asked(call)?;
    let prefix = call.parameters.text("PathPrefix");
    let mut account = account(world, call);
    let attached = account.list_attached_policies(holder, prefix, &asked)?;
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
