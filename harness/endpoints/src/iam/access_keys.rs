//! The long-term keys of users.

use rolecall_account::{KeyStatus, Operation, World};

use super::page;
use super::shape::{account, answered, date, member, text};
use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[
    (Operation::CreateAccessKey, create_access_key),
    (Operation::ListAccessKeys, list_access_keys),
    (Operation::UpdateAccessKey, update_access_key),
    (Operation::DeleteAccessKey, delete_access_key),
    (Operation::GetAccessKeyLastUsed, get_access_key_last_used),
];

const USER: &str = "UserName";
const KEY: &str = "AccessKeyId";

fn create_access_key(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let mut account = account(world, call);
    let key = account.create_access_key(call.parameters.text(USER))?;
    let secret = key.secret_access_key.expose();
    let members = vec![
        text(USER, key.identity.name()),
        text(KEY, key.access_key_id.as_str()),
        text("Status", KeyStatus::Active.as_str()),
        text("SecretAccessKey", secret),
        date("CreateDate", key.issued_at),
    ];
    let shown = Element::Parent("AccessKey", members);
    Ok(answered(&account, vec![shown]))
}

fn list_access_keys(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let (user, keys) = account.list_access_keys(call.parameters.text(USER), &asked)?;
    let told = page::told("AccessKeyMetadata", keys, |key| {
        member(vec![
            text(USER, user.name.as_str()),
            text(KEY, key.id),
            text("Status", key.status.as_str()),
            date("CreateDate", key.created),
        ])
    });
    Ok(answered(&account, told))
}

fn update_access_key(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let key = call.parameters.required(KEY)?;
    let status = KeyStatus::parse(call.parameters.required("Status")?)?;
    let mut account = account(world, call);
    account.update_access_key(call.parameters.text(USER), key, status)?;
    Ok(Answered::nothing(&account))
}

fn delete_access_key(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let key = call.parameters.required(KEY)?;
    let mut account = account(world, call);
    account.delete_access_key(call.parameters.text(USER), key)?;
    Ok(Answered::nothing(&account))
}

fn get_access_key_last_used(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let key = call.parameters.required(KEY)?;
    let mut account = account(world, call);
    let (owner, used) = account.get_access_key_last_used(key)?;
    // iam.access-key.last-used
    let members = match used {
        Some(used) => vec![
            date("LastUsedDate", used.at),
            text("ServiceName", used.service),
            text("Region", used.region),
        ],
        None => vec![text("ServiceName", "N/A"), text("Region", "N/A")],
    };
    let told = vec![
        text(USER, owner.name),
        Element::Parent("AccessKeyLastUsed", members),
    ];
    Ok(answered(&account, told))
}
