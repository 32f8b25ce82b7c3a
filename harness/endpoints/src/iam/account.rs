//! The account as a whole.

use rolecall_account::{Operation, World};

use super::page;
use super::shape::{account, answered, text, text_member};
use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[
    (Operation::GetAccountSummary, get_account_summary),
    (Operation::ListAccountAliases, list_account_aliases),
    (Operation::CreateAccountAlias, create_account_alias),
    (Operation::DeleteAccountAlias, delete_account_alias),
    (
        Operation::GetAccountPasswordPolicy,
        get_account_password_policy,
    ),
];

fn get_account_summary(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let mut account = account(world, call);
    let summary = account.get_account_summary()?.into_iter();
    let entries = summary.map(|(key, value)| {
        let members = vec![text("key", key), text("value", value.to_string())];
        Element::Parent("entry", members)
    });
    let told = vec![Element::Parent("SummaryMap", entries.collect())];
    Ok(answered(&account, told))
}

fn list_account_aliases(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let aliases = account.list_account_aliases(&asked)?;
    let told = page::told("AccountAliases", aliases, text_member);
    Ok(answered(&account, told))
}

fn create_account_alias(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let alias = call.parameters.required("AccountAlias")?;
    let mut account = account(world, call);
    account.create_account_alias(alias)?;
    Ok(Answered::nothing(&account))
}

fn delete_account_alias(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let alias = call.parameters.required("AccountAlias")?;
    let mut account = account(world, call);
    account.delete_account_alias(alias)?;
    Ok(Answered::nothing(&account))
}

fn get_account_password_policy(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let mut account = account(world, call);
    account.get_account_password_policy()?;
    Ok(Answered::nothing(&account))
}
