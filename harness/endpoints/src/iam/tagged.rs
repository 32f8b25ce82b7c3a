//! Tags, whatever has them.

use rolecall_account::{Operation, Tag, Tagged, World};

use super::page;
use super::shape::{account, answered, asked_tags, tag as shape};
use crate::query::{Answered, Call, QueryError, Row};

pub(super) const ROWS: &[Row] = &[
    (Operation::TagRole, |world, call| {
        tag(world, call, role(call)?)
    }),
    (Operation::UntagRole, |world, call| {
        untag(world, call, role(call)?)
    }),
    (Operation::ListRoleTags, |world, call| {
        list(world, call, role(call)?)
    }),
    (Operation::TagUser, |world, call| {
        tag(world, call, user(call)?)
    }),
    (Operation::UntagUser, |world, call| {
        untag(world, call, user(call)?)
    }),
    (Operation::ListUserTags, |world, call| {
        list(world, call, user(call)?)
    }),
    (Operation::TagInstanceProfile, |world, call| {
        tag(world, call, profile(call)?)
    }),
    (Operation::UntagInstanceProfile, |world, call| {
        untag(world, call, profile(call)?)
    }),
    (Operation::ListInstanceProfileTags, |world, call| {
        list(world, call, profile(call)?)
    }),
    (Operation::TagPolicy, |world, call| {
        tag(world, call, policy(call)?)
    }),
    (Operation::UntagPolicy, |world, call| {
        untag(world, call, policy(call)?)
    }),
    (Operation::ListPolicyTags, |world, call| {
        list(world, call, policy(call)?)
    }),
    (Operation::TagMFADevice, |world, call| {
        tag(world, call, device(call)?)
    }),
    (Operation::UntagMFADevice, |world, call| {
        untag(world, call, device(call)?)
    }),
    (Operation::ListMFADeviceTags, |world, call| {
        list(world, call, device(call)?)
    }),
    (Operation::TagOpenIDConnectProvider, |world, call| {
        tag(world, call, provider(call)?)
    }),
    (Operation::UntagOpenIDConnectProvider, |world, call| {
        untag(world, call, provider(call)?)
    }),
    (Operation::ListOpenIDConnectProviderTags, |world, call| {
        list(world, call, provider(call)?)
    }),
];

fn role<'a>(call: &'a Call<'_>) -> Result<Tagged<'a>, QueryError> {
    Ok(Tagged::Role(call.parameters.required("RoleName")?))
}

fn user<'a>(call: &'a Call<'_>) -> Result<Tagged<'a>, QueryError> {
    Ok(Tagged::User(call.parameters.required("UserName")?))
}

fn profile<'a>(call: &'a Call<'_>) -> Result<Tagged<'a>, QueryError> {
    let name = call.parameters.required("InstanceProfileName")?;
    Ok(Tagged::InstanceProfile(name))
}

fn policy<'a>(call: &'a Call<'_>) -> Result<Tagged<'a>, QueryError> {
    Ok(Tagged::Policy(call.parameters.required("PolicyArn")?))
}

fn device<'a>(call: &'a Call<'_>) -> Result<Tagged<'a>, QueryError> {
    Ok(Tagged::MfaDevice(call.parameters.required("SerialNumber")?))
}

fn provider<'a>(call: &'a Call<'_>) -> Result<Tagged<'a>, QueryError> {
    let arn = call.parameters.required("OpenIDConnectProviderArn")?;
    Ok(Tagged::OidcProvider(arn))
}

fn tag(world: &mut World, call: &Call<'_>, tagged: Tagged<'_>) -> Result<Answered, QueryError> {
    let tags = required_tags(call)?;
    let mut account = account(world, call);
    account.tag(tagged, &tags)?;
    Ok(Answered::nothing(&account))
}

fn untag(world: &mut World, call: &Call<'_>, tagged: Tagged<'_>) -> Result<Answered, QueryError> {
    let keys = tag_keys(call)?;
    let mut account = account(world, call);
    account.untag(tagged, &keys)?;
    Ok(Answered::nothing(&account))
}

fn list(world: &mut World, call: &Call<'_>, tagged: Tagged<'_>) -> Result<Answered, QueryError> {
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let tags = account.list_tags(tagged, &asked)?;
    let told = page::told("Tags", tags, |it| shape(&it));
    Ok(answered(&account, told))
}

/// The tags that have to be there.
fn required_tags(call: &Call<'_>) -> Result<Vec<Tag>, QueryError> {
    if !call.parameters.has("Tags") {
        return Err(QueryError::missing_parameter("Tags"));
    }
    asked_tags(call)
}

/// The keys of tags that a request takes away.
fn tag_keys(call: &Call<'_>) -> Result<Vec<String>, QueryError> {
    if !call.parameters.has("TagKeys") {
        return Err(QueryError::missing_parameter("TagKeys"));
    }
    let members = call.parameters.members("TagKeys")?.into_iter();
    let keys = members.map(|member| Ok(call.parameters.required(&member)?.to_owned()));
    keys.collect()
}
