//! The metadata service, asked as the endpoints ask it.

mod answers;
mod credentials;
mod notices;
mod paths;
mod role;
mod tokens;

use super::*;
use crate::ec2::{HttpTokens, MetadataOptions, MetadataOptionsChange, RunInstance, Switch};
use crate::instant::SimInstant;
use crate::testing::{PROFILE, start};
use crate::world::World;

fn launch_as(world: &mut World, request: RunInstance) -> String {
    let request = RunInstance {
        name: "web".to_owned(),
        ..request
    };
    world.operator(start()).run_instance(request).unwrap()
}

fn with_options(options: MetadataOptions) -> RunInstance {
    RunInstance {
        profile: Some(PROFILE.to_owned()),
        metadata_options: options,
        ..RunInstance::default()
    }
}

fn launch_v2_only(world: &mut World) -> String {
    let options = MetadataOptions {
        http_tokens: HttpTokens::Required,
        ..MetadataOptions::default()
    };
    launch_as(world, with_options(options))
}

fn change(world: &mut World, instance: &str, change: MetadataOptionsChange) {
    world
        .operator(start())
        .modify_instance_metadata_options(instance, change)
        .unwrap();
}

fn ask_token(
    world: &mut World,
    now: SimInstant,
    instance: &str,
    ttl_seconds: Option<&str>,
) -> Result<TokenGrant, ImdsError> {
    let request = TokenRequest {
        ttl_seconds,
        ..TokenRequest::default()
    };
    world.imds_token(now, instance, &request)
}

fn token(world: &mut World, now: SimInstant, instance: &str, ttl_seconds: &str) -> String {
    let grant = ask_token(world, now, instance, Some(ttl_seconds)).unwrap();
    grant.token.expose().to_owned()
}

/// What a full path answers, without a token.
fn get(world: &mut World, instance: &str, path: &str) -> Result<Metadata, ImdsError> {
    world.imds_read(start(), instance, None, &MetadataPath::parse(path))
}

/// [`get`], as text.
fn text(world: &mut World, instance: &str, path: &str) -> Result<String, ImdsError> {
    let found = get(world, instance, path)?;
    Ok(String::from_utf8(found.body.to_vec()).unwrap())
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}
