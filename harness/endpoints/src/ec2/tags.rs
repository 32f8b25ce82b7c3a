//! The tags of instances.

use std::collections::BTreeMap;

use rolecall_account::{Operation, World};

use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[
    (Operation::CreateTags, create_tags),
    (Operation::DeleteTags, delete_tags),
];

fn create_tags(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let mut tags = BTreeMap::new();
    for tag in call.parameters.numbered("Tag")? {
        let key = call.parameters.required(&format!("{tag}.Key"))?;
        let value = call.parameters.text(&format!("{tag}.Value"));
        tags.insert(key.to_owned(), value.unwrap_or_default().to_owned());
    }
    let mut account = world.on_behalf(call.now, call.caller);
    for instance in resources(call)? {
        account.create_tags(instance, tags.clone())?;
    }
    Ok(done(&account))
}

fn delete_tags(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let tags = call.parameters.numbered("Tag")?;
    let keys = tags
        .iter()
        .map(|tag| call.parameters.required(&format!("{tag}.Key")));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let mut account = world.on_behalf(call.now, call.caller);
    for instance in resources(call)? {
        account.delete_tags(instance, &keys)?;
    }
    Ok(done(&account))
}

fn resources<'a>(call: &Call<'a>) -> Result<Vec<&'a str>, QueryError> {
    let ids = call.parameters.numbered("ResourceId")?;
    ids.iter().map(|id| call.parameters.required(id)).collect()
}

fn done(account: &rolecall_account::ControlPlane<'_>) -> Answered {
    Answered {
        result: vec![Element::Text("return", "true".to_owned())],
        ..Answered::nothing(account)
    }
}
