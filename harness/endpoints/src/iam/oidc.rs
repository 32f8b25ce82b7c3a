//! Providers of `OpenID` Connect.

use rolecall_account::{CreateOidcProvider, Operation, World};

use super::page;
use super::shape::{
    account, answered, asked_tags, date, list, member, required_tags, tag, tag_keys, tags, text,
    text_member,
};
use crate::query::{Answered, Call, QueryError, Row};

pub(super) const ROWS: &[Row] = &[
    (Operation::CreateOpenIDConnectProvider, create),
    (Operation::GetOpenIDConnectProvider, get),
    (Operation::ListOpenIDConnectProviders, list_all),
    (Operation::DeleteOpenIDConnectProvider, delete),
    (Operation::AddClientIDToOpenIDConnectProvider, add_client_id),
    (
        Operation::RemoveClientIDFromOpenIDConnectProvider,
        remove_client_id,
    ),
    (
        Operation::UpdateOpenIDConnectProviderThumbprint,
        update_thumbprint,
    ),
    (Operation::TagOpenIDConnectProvider, tag_provider),
    (Operation::UntagOpenIDConnectProvider, untag_provider),
    (Operation::ListOpenIDConnectProviderTags, list_tags),
];

const ARN: &str = "OpenIDConnectProviderArn";

/// The texts of a list.
fn texts(call: &Call<'_>, name: &str) -> Result<Vec<String>, QueryError> {
    let members = call.parameters.members(name)?.into_iter();
    let texts = members.map(|member| Ok(call.parameters.required(&member)?.to_owned()));
    texts.collect()
}

fn create(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let request = CreateOidcProvider {
        url: call.parameters.required("Url")?.to_owned(),
        client_ids: texts(call, "ClientIDList")?,
        thumbprints: texts(call, "ThumbprintList")?,
        tags: asked_tags(call)?,
    };
    let mut account = account(world, call);
    let provider = account.create_oidc_provider(request)?;
    let mut told = vec![text(ARN, provider.arn)];
    told.extend(tags(&provider.tags));
    Ok(answered(&account, told))
}

fn get(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let arn = call.parameters.required(ARN)?;
    let mut account = account(world, call);
    let provider = account.get_oidc_provider(arn)?;
    let mut told = vec![
        // iam.oidc.url
        text("Url", provider.url),
        list(
            "ClientIDList",
            provider.client_ids.into_iter().map(text_member),
        ),
        list(
            "ThumbprintList",
            provider.thumbprints.into_iter().map(text_member),
        ),
        date("CreateDate", provider.created),
    ];
    told.extend(tags(&provider.tags));
    Ok(answered(&account, told))
}

fn list_all(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let mut account = account(world, call);
    let arns = account.list_oidc_providers()?.into_iter();
    let members = arns.map(|arn| member(vec![text("Arn", arn)]));
    let told = vec![list("OpenIDConnectProviderList", members)];
    Ok(answered(&account, told))
}

fn delete(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let arn = call.parameters.required(ARN)?;
    let mut account = account(world, call);
    account.delete_oidc_provider(arn)?;
    Ok(Answered::nothing(&account))
}

fn add_client_id(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let arn = call.parameters.required(ARN)?;
    let client_id = call.parameters.required("ClientID")?;
    let mut account = account(world, call);
    account.add_client_id(arn, client_id)?;
    Ok(Answered::nothing(&account))
}

fn remove_client_id(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let arn = call.parameters.required(ARN)?;
    let client_id = call.parameters.required("ClientID")?;
    let mut account = account(world, call);
    account.remove_client_id(arn, client_id)?;
    Ok(Answered::nothing(&account))
}

fn update_thumbprint(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let arn = call.parameters.required(ARN)?;
    if !call.parameters.has("ThumbprintList") {
        return Err(QueryError::missing_parameter("ThumbprintList"));
    }
    let thumbprints = texts(call, "ThumbprintList")?;
    let mut account = account(world, call);
    account.update_thumbprints(arn, thumbprints)?;
    Ok(Answered::nothing(&account))
}

fn tag_provider(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let arn = call.parameters.required(ARN)?;
    let tags = required_tags(call)?;
    let mut account = account(world, call);
    account.tag_oidc_provider(arn, &tags)?;
    Ok(Answered::nothing(&account))
}

fn untag_provider(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let arn = call.parameters.required(ARN)?;
    let keys = tag_keys(call)?;
    let mut account = account(world, call);
    account.untag_oidc_provider(arn, &keys)?;
    Ok(Answered::nothing(&account))
}

fn list_tags(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let arn = call.parameters.required(ARN)?;
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let tags = account.list_oidc_provider_tags(arn, &asked)?;
    let told = page::told("Tags", tags, |it| tag(&it));
    Ok(answered(&account, told))
}
