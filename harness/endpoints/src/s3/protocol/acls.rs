//! Access control lists: of the owner of the bucket alone (`s3.acl.owner-only`).

use rolecall_account::s3::S3Error;
use s3s::dto::{
    GetBucketAclInput, GetBucketAclOutput, GetObjectAclInput, GetObjectAclOutput, Grant, Grantee,
    Owner, Permission, Type,
};

use super::store::Step;

pub(super) fn of_bucket(
    step: Step<'_>,
    _input: GetBucketAclInput,
) -> Result<GetBucketAclOutput, S3Error> {
    let (owner, grants) = list(step)?;
    Ok(GetBucketAclOutput {
        grants: Some(grants),
        owner: Some(owner),
    })
}

pub(super) fn of_object(
    step: Step<'_>,
    _input: GetObjectAclInput,
) -> Result<GetObjectAclOutput, S3Error> {
    let (owner, grants) = list(step)?;
    Ok(GetObjectAclOutput {
        grants: Some(grants),
        owner: Some(owner),
        ..GetObjectAclOutput::default()
    })
}

fn list(step: Step<'_>) -> Result<(Owner, Vec<Grant>), S3Error> {
    let Step { world, hand, .. } = step;
    let id = world.s3_acl_owner(&hand.permit)?;
    let grantee = Grantee {
        display_name: None,
        email_address: None,
        id: Some(id.clone()),
        type_: Type::from_static(Type::CANONICAL_USER),
        uri: None,
    };
    let grant = Grant {
        grantee: Some(grantee),
        permission: Some(Permission::from_static(Permission::FULL_CONTROL)),
    };
    let owner = Owner {
        display_name: None,
        id: Some(id),
    };
    Ok((owner, vec![grant]))
}
