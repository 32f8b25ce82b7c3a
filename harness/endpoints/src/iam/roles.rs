//! Roles and the policies on them.

use rolecall_account::{Operation, World};

use crate::query::{Answered, Call, QueryError, Row};

pub(super) const ROWS: &[Row] = &[
    (Operation::AttachRolePolicy, attach_role_policy),
    (Operation::DetachRolePolicy, detach_role_policy),
];

fn attach_role_policy(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let role = call.parameters.required("RoleName")?;
    let policy = call.parameters.required("PolicyArn")?;
    let mut account = world.on_behalf(call.now, call.caller);
    account.attach_role_policy(role, policy)?;
    Ok(Answered::nothing(&account))
}

fn detach_role_policy(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let role = call.parameters.required("RoleName")?;
    let policy = call.parameters.required("PolicyArn")?;
    let mut account = world.on_behalf(call.now, call.caller);
    account.detach_role_policy(role, policy)?;
    Ok(Answered::nothing(&account))
}
