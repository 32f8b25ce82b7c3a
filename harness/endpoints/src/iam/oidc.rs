//! Providers of `OpenID` Connect.

use rolecall_account::{CreateOidcProvider, Operation, World};

use super::shape::{account, answered, asked_tags, date, list, member, tags, text, text_member};
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
