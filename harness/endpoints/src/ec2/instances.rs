//! Launching, starting, stopping and ending instances.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use rolecall_account::{
    ControlPlane, Ec2Error, Lifecycle, MetadataOptionsChange, Operation, RunInstances, StateChange,
    StateName, World,
};

use super::metadata::hop_limit;
use super::parameters::{Asked, SWITCH, TOKENS, invalid};
use super::{answered, document, done, item, text};
use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[
    (Operation::RunInstances, run_instances),
    (Operation::StartInstances, start_instances),
    (Operation::StopInstances, stop_instances),
    (Operation::RebootInstances, reboot_instances),
    (Operation::TerminateInstances, terminate_instances),
];

/// What a launch has where it says nothing (`ec2.launch.default-type`).
const DEFAULT_TYPE: &str = "m1.small";

const RUN_KNOWN: &[&str] = &[
    "ClientToken",
    "DryRun",
    "IamInstanceProfile.Arn",
    "IamInstanceProfile.Name",
    "ImageId",
    "InstanceMarketOptions.MarketType",
    "InstanceType",
    "KeyName",
    "MaxCount",
    "MetadataOptions.HttpEndpoint",
    "MetadataOptions.HttpProtocolIpv6",
    "MetadataOptions.HttpPutResponseHopLimit",
    "MetadataOptions.HttpTokens",
    "MetadataOptions.InstanceMetadataTags",
    "MinCount",
    "Placement.AvailabilityZone",
    "SecurityGroupId",
    "SubnetId",
    "TagSpecification.ResourceType",
    "TagSpecification.Tag.Key",
    "TagSpecification.Tag.Value",
    "UserData",
];

fn run_instances(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let asked = Asked::of(call, RUN_KNOWN)?;
    let request = launch(&asked)?;
    let mut account = world.on_behalf(call.now, call.caller);
    let reservation = account.run_instances(&request, asked.dry_run()?)?;
    let decision = account.decision().cloned();
    // ec2.states.no-time-between
    let launched = reservation.instances.iter();
    let launched = launched.filter_map(|id| world.instance(id));
    let launched = launched.map(|one| document::instance(world, one, StateName::Pending));
    let result = document::reservation(&reservation.id, &reservation.owner, launched.collect());
    Ok(Answered { result, decision })
}

fn launch(asked: &Asked<'_>) -> Result<RunInstances, QueryError> {
    let count = |name| {
        let count = asked.number(name)?;
        Ok::<u32, QueryError>(count.ok_or(Ec2Error::MissingParameter(name))?)
    };
    let groups = asked.texts("SecurityGroupId")?.into_iter();
    let market = asked.word(
        "InstanceMarketOptions.MarketType",
        &[("spot", Lifecycle::Spot)],
    )?;
    Ok(RunInstances {
        image_id: asked.required("ImageId")?.to_owned(),
        instance_type: asked
            .owned("InstanceType")
            .unwrap_or_else(|| DEFAULT_TYPE.to_owned()),
        min_count: count("MinCount")?,
        max_count: count("MaxCount")?,
        profile: asked.profile()?,
        metadata_options: MetadataOptionsChange {
            http_tokens: asked.word("MetadataOptions.HttpTokens", TOKENS)?,
            http_put_response_hop_limit: hop_limit(
                asked,
                "MetadataOptions.HttpPutResponseHopLimit",
            )?,
            http_endpoint: asked.word("MetadataOptions.HttpEndpoint", SWITCH)?,
            http_protocol_ipv6: asked.word("MetadataOptions.HttpProtocolIpv6", SWITCH)?,
            instance_metadata_tags: asked.word("MetadataOptions.InstanceMetadataTags", SWITCH)?,
        },
        tags: tags(asked)?,
        user_data: user_data(asked)?,
        availability_zone: asked.owned("Placement.AvailabilityZone"),
        lifecycle: market.unwrap_or_default(),
        key_name: asked.owned("KeyName"),
        security_groups: groups.map(str::to_owned).collect(),
        subnet: asked.owned("SubnetId"),
        client_token: asked.owned("ClientToken").filter(|token| !token.is_empty()),
    })
}

/// The tags for the instances; nothing else that a launch makes has tags here.
fn tags(asked: &Asked<'_>) -> Result<std::collections::BTreeMap<String, String>, QueryError> {
    let mut all = std::collections::BTreeMap::new();
    for specification in asked.numbered("TagSpecification")? {
        let kind = asked.text(&format!("{specification}.ResourceType"));
        let kind = kind.ok_or(Ec2Error::MissingParameter("TagSpecification.ResourceType"))?;
        if kind != "instance" {
            return Err(invalid("TagSpecification.ResourceType", kind, "instance").into());
        }
        let tags = asked.tags(&format!("{specification}.Tag"))?.into_iter();
        all.extend(tags.map(|(key, value)| (key, value.unwrap_or_default())));
    }
    Ok(all)
}

/// `ec2.launch.user-data`
fn user_data(asked: &Asked<'_>) -> Result<Option<Bytes>, QueryError> {
    const BYTES_MAX: usize = 16 << 10;
    let Some(text) = asked.text("UserData").filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let invalid = |message: &str| QueryError::from(Ec2Error::InvalidValue(message.to_owned()));
    let data = STANDARD.decode(text.trim_end());
    let data = data.map_err(|_| invalid("Invalid BASE64 encoding of user data"))?;
    if data.len() > BYTES_MAX {
        return Err(invalid("User data is limited to 16384 bytes"));
    }
    Ok(Some(data.into()))
}

/// What changes the state of instances.
type Change = fn(&mut ControlPlane<'_>, &[&str], bool) -> Result<Vec<StateChange>, Ec2Error>;

fn start_instances(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let asked = Asked::of(call, &["DryRun", "InstanceId"])?;
    change(world, call, &asked, |account, instances, dry_run| {
        account.start_instances(instances, dry_run)
    })
}

/// Whether by force or not: nothing runs on an instance that could resist.
fn stop_instances(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let asked = Asked::of(call, &["DryRun", "Force", "InstanceId"])?;
    asked.flag("Force")?;
    change(world, call, &asked, |account, instances, dry_run| {
        account.stop_instances(instances, dry_run)
    })
}

fn terminate_instances(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let asked = Asked::of(call, &["DryRun", "Force", "InstanceId"])?;
    asked.flag("Force")?;
    change(world, call, &asked, |account, instances, dry_run| {
        account.terminate_instances(instances, dry_run)
    })
}

fn reboot_instances(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let asked = Asked::of(call, &["DryRun", "InstanceId"])?;
    let instances = asked.texts("InstanceId")?;
    let mut account = world.on_behalf(call.now, call.caller);
    account.reboot_instances(&instances, asked.dry_run()?)?;
    Ok(done(&account))
}

fn change(
    world: &mut World,
    call: &Call<'_>,
    asked: &Asked<'_>,
    change: Change,
) -> Result<Answered, QueryError> {
    let instances = asked.texts("InstanceId")?;
    let mut account = world.on_behalf(call.now, call.caller);
    let changes = change(&mut account, &instances, asked.dry_run()?)?;
    let items = changes.iter().map(|change| {
        item(vec![
            text("instanceId", &change.instance),
            document::state("currentState", change.current),
            document::state("previousState", change.previous),
        ])
    });
    let set = Element::Parent("instancesSet", items.collect());
    Ok(answered(&account, vec![set]))
}
