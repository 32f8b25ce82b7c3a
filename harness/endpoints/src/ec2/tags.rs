//! The tags of instances.

use rolecall_account::{Ec2Error, Operation, TAG_FILTERS, World};

use super::parameters::Asked;
use super::{answered, done, item, text};
use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[
    (Operation::CreateTags, create_tags),
    (Operation::DeleteTags, delete_tags),
    (Operation::DescribeTags, describe_tags),
];

const KNOWN: &[&str] = &["DryRun", "ResourceId", "Tag.Key", "Tag.Value"];

fn create_tags(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let asked = Asked::of(call, KNOWN)?;
    let instances = resources(&asked)?;
    let tags = asked.tags("Tag")?.into_iter();
    let tags = tags.map(|(key, value)| (key, value.unwrap_or_default()));
    let tags: std::collections::BTreeMap<_, _> = tags.collect();
    if tags.is_empty() {
        return Err(Ec2Error::MissingParameter("Tag").into());
    }
    let mut account = world.on_behalf(call.now, call.caller);
    account.tag_instances(&instances, &tags, asked.dry_run()?)?;
    Ok(done(&account))
}

fn delete_tags(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let asked = Asked::of(call, KNOWN)?;
    let instances = resources(&asked)?;
    let tags = asked.tags("Tag")?;
    // ec2.tags.delete-by-value
    let tags = Some(&tags).filter(|tags| !tags.is_empty());
    let mut account = world.on_behalf(call.now, call.caller);
    account.untag_instances(&instances, tags, asked.dry_run()?)?;
    Ok(done(&account))
}

fn resources<'a>(asked: &Asked<'a>) -> Result<Vec<&'a str>, QueryError> {
    let ids = asked.texts("ResourceId")?;
    if ids.is_empty() {
        return Err(Ec2Error::MissingParameter("ResourceId").into());
    }
    Ok(ids)
}

fn describe_tags(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let known = &[
        "DryRun",
        "Filter.Name",
        "Filter.Value",
        "MaxResults",
        "NextToken",
    ];
    let asked = Asked::of(call, known)?;
    let filters = asked.filters(TAG_FILTERS)?;
    let mut account = world.on_behalf(call.now, call.caller);
    let page = account.describe_tags(&filters, asked.paging()?, asked.dry_run()?)?;
    let tags = page.items.into_iter().map(|tag| {
        item(vec![
            text("resourceId", tag.resource_id),
            text("resourceType", "instance"),
            text("key", tag.key),
            text("value", tag.value),
        ])
    });
    let mut result = vec![Element::Parent("tagSet", tags.collect())];
    result.extend(page.next_token.map(|token| text("nextToken", token)));
    Ok(answered(&account, result))
}
