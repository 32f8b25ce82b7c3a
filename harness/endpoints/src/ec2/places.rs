//! Regions and zones: the world's own Region, and its three zones.

use rolecall_account::{Ec2Error, Operation, World};

use super::parameters::Asked;
use super::{answered, item, text};
use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[
    (Operation::DescribeRegions, describe_regions),
    (Operation::DescribeAvailabilityZones, describe_zones),
];

const NOT_REQUIRED: &str = "opt-in-not-required";

/// `ec2.regions.one`
fn describe_regions(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let known = &[
        "AllRegions",
        "DryRun",
        "Filter.Name",
        "Filter.Value",
        "RegionName",
    ];
    let asked = Asked::of(call, known)?;
    let filters = asked.filters(&["endpoint", "opt-in-status", "region-name"])?;
    let region = world.region().to_owned();
    let endpoint = format!("ec2.{region}.amazonaws.com");
    let mut account = world.on_behalf(call.now, call.caller);
    account.describe_places(Operation::DescribeRegions, asked.dry_run()?)?;
    let mut named = asked.texts("RegionName")?.into_iter();
    if let Some(other) = named.find(|named| *named != region) {
        let message = format!("Invalid region(s) specified: [{other}]");
        return Err(Ec2Error::InvalidValue(message).into());
    }
    let meant = filters.hold(|name| match name {
        "endpoint" => vec![endpoint.clone()],
        "opt-in-status" => vec![NOT_REQUIRED.to_owned()],
        _ => vec![region.clone()],
    });
    let own = item(vec![
        text("regionName", &region),
        text("regionEndpoint", &endpoint),
        text("optInStatus", NOT_REQUIRED),
    ]);
    let regions = meant.then_some(own).into_iter().collect();
    Ok(answered(
        &account,
        vec![Element::Parent("regionInfo", regions)],
    ))
}

/// `ec2.zones.three`
fn describe_zones(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let known = &[
        "AllAvailabilityZones",
        "DryRun",
        "Filter.Name",
        "Filter.Value",
        "ZoneId",
        "ZoneName",
    ];
    let asked = Asked::of(call, known)?;
    let filters = asked.filters(&["region-name", "state", "zone-id", "zone-name", "zone-type"])?;
    let region = world.region().to_owned();
    let zones = world.zones().into_iter();
    let zones: Vec<_> = zones.map(|zone| (world.zone_id(&zone), zone)).collect();
    let mut account = world.on_behalf(call.now, call.caller);
    account.describe_places(Operation::DescribeAvailabilityZones, asked.dry_run()?)?;
    let (names, ids) = (asked.texts("ZoneName")?, asked.texts("ZoneId")?);
    let unknown = names
        .iter()
        .find(|named| !zones.iter().any(|(_, name)| name == **named));
    let unknown = unknown.or_else(|| {
        ids.iter()
            .find(|id| !zones.iter().any(|(known, _)| known == **id))
    });
    if let Some(unknown) = unknown {
        let message = format!("Invalid availability zone: [{unknown}]");
        return Err(Ec2Error::InvalidValue(message).into());
    }
    let meant = zones.into_iter().filter(|(id, name)| {
        let called = names.is_empty() || names.contains(&name.as_str());
        let known = ids.is_empty() || ids.contains(&id.as_str());
        called
            && known
            && filters.hold(|filter| match filter {
                "region-name" => vec![region.clone()],
                "state" => vec!["available".to_owned()],
                "zone-id" => vec![id.clone()],
                "zone-name" => vec![name.clone()],
                _ => vec!["availability-zone".to_owned()],
            })
    });
    let items = meant.map(|(id, name)| {
        item(vec![
            text("zoneName", name),
            text("zoneId", id),
            text("zoneState", "available"),
            text("regionName", &region),
            text("groupName", format!("{region}-zg-1")),
            text("networkBorderGroup", &region),
            text("zoneType", "availability-zone"),
            text("optInStatus", NOT_REQUIRED),
            Element::Parent("messageSet", Vec::new()),
        ])
    });
    let set = Element::Parent("availabilityZoneInfo", items.collect());
    Ok(answered(&account, vec![set]))
}
