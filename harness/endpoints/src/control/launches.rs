//! Instances: which there are, and new ones.

use rolecall_account::{
    HttpTokens, Instance, InstanceState, Lifecycle, MetadataOptions, RunInstance, StateName,
};

use super::problem::Problem;
use super::router::Control;
use super::said_of_instances::{InstanceList, Launch, Launched, ListedInstance};
use crate::place::Place;

/// Every instance of every account, by its name.
pub(super) fn list(control: &Control) -> InstanceList {
    let now = control.edge.now();
    let mut world = control.edge.world();
    world.advance_to(now);
    let listed = world.instances().map(|instance| ListedInstance {
        name: name(control, instance),
        id: instance.id.clone(),
        account: instance.account.clone(),
        state: StateName::from(instance.state).as_str(),
        instance_type: instance.instance_type.clone(),
        profile: instance
            .association
            .as_ref()
            .map(|tie| tie.profile_arn.clone()),
        http_tokens: instance.metadata_options.http_tokens.as_str(),
        http_protocol_ipv6: instance.metadata_options.http_protocol_ipv6.as_str(),
    });
    let mut instances: Vec<_> = listed.collect();
    instances.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    InstanceList { instances }
}

fn name(control: &Control, instance: &Instance) -> String {
    let found = control.places.find(&instance.id);
    found.map_or_else(|| instance.name.clone(), |(name, _)| name)
}

pub(super) fn launch(control: &Control, asked: &Launch) -> Result<Launched, Problem> {
    let Launch {
        name,
        profile,
        instance_type,
        http_tokens,
        hop_limit,
        spot,
    } = asked;
    if name.is_empty() {
        return Err(Problem::bad_request("`name`: an instance needs a name"));
    }
    let http_tokens = match http_tokens.as_deref() {
        None | Some("optional") => HttpTokens::Optional,
        Some("required") => HttpTokens::Required,
        Some(other) => {
            let message = format!("`http_tokens`: `{other}` is neither `optional` nor `required`");
            return Err(Problem::bad_request(message));
        }
    };
    let defaults = RunInstance::default();
    let options = MetadataOptions::default();
    let request = RunInstance {
        name: name.clone(),
        profile: profile.clone(),
        instance_type: instance_type.clone().unwrap_or(defaults.instance_type),
        metadata_options: MetadataOptions {
            http_tokens,
            http_put_response_hop_limit: hop_limit.unwrap_or(options.http_put_response_hop_limit),
            ..options
        },
        lifecycle: if *spot {
            Lifecycle::Spot
        } else {
            Lifecycle::OnDemand
        },
        ..RunInstance::default()
    };
    let now = control.edge.now();
    let mut world = control.edge.world();
    let taken = control.places.get(name).is_some_and(|place| match place {
        Place::Instance(id) => {
            let found = world.instance(&id);
            found.is_some_and(|found| found.state != InstanceState::Terminated)
        }
        _ => true,
    });
    if taken {
        let message = format!("something else is called `{name}`");
        return Err(Problem::conflict("name-taken", message));
    }
    let launched = world.operator(now).run_instance(request);
    let id = launched.map_err(|error| Problem::of_ec2(&error, &world))?;
    drop(world);
    control.places.put(name, Place::Instance(id.clone()));
    Ok(Launched {
        done: format!("`{name}` runs as {id}"),
        now: now.to_string(),
        name: name.clone(),
        id,
    })
}
