//! What instances there are.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rolecall_account::{
    EventState, INSTANCE_FILTERS, Instance, InstanceState, Operation, ScheduledEvent, StateName,
    WantedInstances, World,
};

use super::parameters::{Asked, invalid};
use super::{answered, document, flag, item, text};
use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[
    (Operation::DescribeInstances, describe_instances),
    (Operation::DescribeInstanceStatus, describe_instance_status),
    (
        Operation::DescribeInstanceAttribute,
        describe_instance_attribute,
    ),
];

fn describe_instances(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let known = &[
        "DryRun",
        "Filter.Name",
        "Filter.Value",
        "InstanceId",
        "MaxResults",
        "NextToken",
    ];
    let wanted = wanted(&Asked::of(call, known)?)?;
    let mut account = world.on_behalf(call.now, call.caller);
    let page = account.describe_instances(&wanted)?;
    let decision = account.decision().cloned();
    let mut reservations: BTreeMap<&str, (&str, Vec<Element>)> = BTreeMap::new();
    for one in &page.items {
        let of = reservations.entry(&one.reservation_id);
        let (_, instances) = of.or_insert_with(|| (&one.account, Vec::new()));
        instances.push(document::instance(world, one, one.state.into()));
    }
    let items = reservations
        .into_iter()
        .map(|(id, (owner, instances))| item(document::reservation(id, owner, instances)));
    let mut result = vec![Element::Parent("reservationSet", items.collect())];
    result.extend(page.next_token.map(|token| text("nextToken", token)));
    Ok(Answered { result, decision })
}

fn describe_instance_status(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let known = &[
        "DryRun",
        "Filter.Name",
        "Filter.Value",
        "IncludeAllInstances",
        "InstanceId",
        "MaxResults",
        "NextToken",
    ];
    let asked = Asked::of(call, known)?;
    let wanted = wanted(&asked)?;
    let all = asked.flag("IncludeAllInstances")?;
    let mut account = world.on_behalf(call.now, call.caller);
    let page = account.describe_instance_status(&wanted, all)?;
    let statuses = page.items.iter().map(status);
    let mut result = vec![Element::Parent("instanceStatusSet", statuses.collect())];
    result.extend(page.next_token.map(|token| text("nextToken", token)));
    Ok(answered(&account, result))
}

fn wanted<'a>(asked: &Asked<'a>) -> Result<WantedInstances<'a>, QueryError> {
    Ok(WantedInstances {
        ids: asked.texts("InstanceId")?,
        filters: asked.filters(INSTANCE_FILTERS)?,
        paging: asked.paging()?,
        dry_run: asked.dry_run()?,
    })
}

/// `ec2.status.checks`
fn status(instance: &Instance) -> Element {
    let runs = instance.state == InstanceState::Running;
    let check = |name| {
        let details = vec![text("name", "reachability"), text("status", "passed")];
        let details = if runs {
            vec![item(details)]
        } else {
            Vec::new()
        };
        let word = if runs { "ok" } else { "not-applicable" };
        let members = vec![text("status", word), Element::Parent("details", details)];
        Element::Parent(name, members)
    };
    let events = instance.events().iter();
    let events = events
        .filter(|event| event.state == EventState::Active)
        .map(event);
    item(vec![
        text("instanceId", &instance.id),
        text("availabilityZone", &instance.availability_zone),
        Element::Parent("eventsSet", events.collect()),
        document::state("instanceState", StateName::from(instance.state)),
        check("systemStatus"),
        check("instanceStatus"),
    ])
}

fn event(event: &ScheduledEvent) -> Element {
    item(vec![
        text("instanceEventId", &event.id),
        text("code", event.code.as_str()),
        text("description", &event.description),
        text("notBefore", event.not_before.to_string()),
        text("notAfter", event.not_after.to_string()),
    ])
}

fn describe_instance_attribute(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let asked = Asked::of(call, &["Attribute", "DryRun", "InstanceId"])?;
    let id = asked.required("InstanceId")?;
    let attribute = asked.required("Attribute")?;
    let group = world.network().security_group;
    let mut account = world.on_behalf(call.now, call.caller);
    let found = account.describe_instance_attribute(id, asked.dry_run()?)?;
    let value = attribute_of(&found, attribute, &group);
    let value = value.ok_or_else(|| invalid("attribute", attribute, ATTRIBUTES))?;
    Ok(answered(&account, vec![text("instanceId", id), value]))
}

const ATTRIBUTES: &str = "disableApiStop | disableApiTermination | ebsOptimized | enaSupport | \
     groupSet | instanceInitiatedShutdownBehavior | instanceType | rootDeviceName | \
     sourceDestCheck | userData";

fn attribute_of(instance: &Instance, attribute: &str, group: &str) -> Option<Element> {
    let said = |name, value: &str| Element::Parent(name, vec![text("value", value)]);
    let switched = |name, on| Element::Parent(name, vec![flag("value", on)]);
    Some(match attribute {
        "disableApiStop" => switched("disableApiStop", false),
        "disableApiTermination" => switched("disableApiTermination", false),
        "ebsOptimized" => switched("ebsOptimized", false),
        "enaSupport" => switched("enaSupport", true),
        "groupSet" => {
            let group = vec![text("groupId", group), text("groupName", "default")];
            Element::Parent("groupSet", vec![item(group)])
        }
        "instanceInitiatedShutdownBehavior" => said("instanceInitiatedShutdownBehavior", "stop"),
        "instanceType" => said("instanceType", &instance.instance_type),
        "rootDeviceName" => said("rootDeviceName", "/dev/xvda"),
        "sourceDestCheck" => switched("sourceDestCheck", true),
        "userData" => {
            let data = instance
                .user_data
                .as_ref()
                .map(|data| STANDARD.encode(data));
            let value = data.into_iter().map(|data| text("value", data));
            Element::Parent("userData", value.collect())
        }
        _ => return None,
    })
}
