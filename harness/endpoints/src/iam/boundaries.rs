//! The most that the policies of roles and of users can give.

use rolecall_account::{ControlPlane, IamError, Operation, World};

use super::shape::account;
use crate::query::{Answered, Call, QueryError, Row};

pub(super) const ROWS: &[Row] = &[
    (Operation::PutRolePermissionsBoundary, |world, call| {
        put(world, call, "RoleName", |account, name, policy| {
            account.put_role_permissions_boundary(name, policy)
        })
    }),
    (Operation::DeleteRolePermissionsBoundary, |world, call| {
        delete(world, call, "RoleName", |account, name| {
            account.delete_role_permissions_boundary(name)
        })
    }),
    (Operation::PutUserPermissionsBoundary, |world, call| {
        put(world, call, "UserName", |account, name, policy| {
            account.put_user_permissions_boundary(name, policy)
        })
    }),
    (Operation::DeleteUserPermissionsBoundary, |world, call| {
        delete(world, call, "UserName", |account, name| {
            account.delete_user_permissions_boundary(name)
        })
    }),
];

fn put(
    world: &mut World,
    call: &Call<'_>,
    whose: &'static str,
    put: fn(&mut ControlPlane<'_>, &str, &str) -> Result<(), IamError>,
) -> Result<Answered, QueryError> {
    let name = call.parameters.required(whose)?;
    let policy = call.parameters.required("PermissionsBoundary")?;
    let mut account = account(world, call);
    put(&mut account, name, policy)?;
    Ok(Answered::nothing(&account))
}

fn delete(
    world: &mut World,
    call: &Call<'_>,
    whose: &'static str,
    delete: fn(&mut ControlPlane<'_>, &str) -> Result<(), IamError>,
) -> Result<Answered, QueryError> {
    let name = call.parameters.required(whose)?;
    let mut account = account(world, call);
    delete(&mut account, name)?;
    Ok(Answered::nothing(&account))
}
