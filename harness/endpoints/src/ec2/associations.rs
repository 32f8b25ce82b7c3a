//! What ties instances to instance profiles.

use rolecall_account::{DescribedAssociation, Ec2Error, Operation, ProfileSpec, World};

use super::parameters::Asked;
use super::{answered, item, text};
use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[
    (Operation::AssociateIamInstanceProfile, associate),
    (Operation::DisassociateIamInstanceProfile, disassociate),
    (Operation::ReplaceIamInstanceProfileAssociation, replace),
    (Operation::DescribeIamInstanceProfileAssociations, describe),
];

fn associate(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let known = &[
        "IamInstanceProfile.Arn",
        "IamInstanceProfile.Name",
        "InstanceId",
    ];
    let asked = Asked::of(call, known)?;
    let instance = asked.required("InstanceId")?;
    let profile = profile(&asked)?;
    let mut account = world.on_behalf(call.now, call.caller);
    let made = account.associate(instance, &profile)?;
    Ok(answered(&account, vec![association(&made)]))
}

fn disassociate(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let asked = Asked::of(call, &["AssociationId"])?;
    let id = asked.required("AssociationId")?;
    let mut account = world.on_behalf(call.now, call.caller);
    let ended = account.disassociate(id)?;
    Ok(answered(&account, vec![association(&ended)]))
}

fn replace(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let known = &[
        "AssociationId",
        "IamInstanceProfile.Arn",
        "IamInstanceProfile.Name",
    ];
    let asked = Asked::of(call, known)?;
    let id = asked.required("AssociationId")?;
    let profile = profile(&asked)?;
    let mut account = world.on_behalf(call.now, call.caller);
    let made = account.replace_association(id, &profile)?;
    Ok(answered(&account, vec![association(&made)]))
}

fn describe(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let known = &[
        "AssociationId",
        "Filter.Name",
        "Filter.Value",
        "MaxResults",
        "NextToken",
    ];
    let asked = Asked::of(call, known)?;
    // ec2.association.filters
    let filters = asked.filters(&["instance-id", "state"])?;
    let mut account = world.on_behalf(call.now, call.caller);
    let mut all = account.associations(&asked.texts("AssociationId")?)?;
    all.retain(|tie| {
        filters.hold(|name| match name {
            "instance-id" => vec![tie.instance.clone()],
            _ => vec![tie.state.to_owned()],
        })
    });
    let page = asked.paging()?.of(all, |tie| tie.instance.clone())?;
    let items = page.items.iter().map(|tie| item(members(tie)));
    let set = Element::Parent("iamInstanceProfileAssociationSet", items.collect());
    let mut result = vec![set];
    result.extend(page.next_token.map(|token| text("nextToken", token)));
    Ok(answered(&account, result))
}

fn profile(asked: &Asked<'_>) -> Result<ProfileSpec, QueryError> {
    let profile = asked.profile()?;
    Ok(profile.ok_or(Ec2Error::MissingParameter("IamInstanceProfile"))?)
}

fn association(tie: &DescribedAssociation) -> Element {
    Element::Parent("iamInstanceProfileAssociation", members(tie))
}

fn members(tie: &DescribedAssociation) -> Vec<Element> {
    let profile = vec![
        text("arn", &tie.association.profile_arn),
        text("id", &tie.association.profile_id),
    ];
    vec![
        text("associationId", &tie.association.id),
        text("instanceId", &tie.instance),
        Element::Parent("iamInstanceProfile", profile),
        text("state", tie.state),
        text("timestamp", tie.association.made_at.to_string()),
    ]
}
