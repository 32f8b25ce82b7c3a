//! A small world for tests: one role in one profile, and instances to put it on.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::ec2::RunInstance;
use crate::iam::{CreateRole, CreateUser, Iam};
use crate::imds::{ImdsError, MetadataPath, TokenRequest};
use crate::instant::SimInstant;
use crate::issuing::{Issuing, Source};
use crate::journal::Happening;
use crate::policy::{Document, DocumentKind};
use crate::session::Session;
use crate::world::{World, WorldOptions};

pub(crate) const ROLE: &str = "photo-app";
pub(crate) const PROFILE: &str = "web-profile";

pub(crate) const MILLISECOND: Duration = Duration::from_millis(1);
pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_mins(1);
pub(crate) const HOUR: Duration = Duration::from_hours(1);

pub(crate) fn start() -> SimInstant {
    instant("2031-05-01T00:00:00Z")
}

pub(crate) fn instant(text: &str) -> SimInstant {
    SimInstant::parse(text).unwrap()
}

pub(crate) fn options() -> WorldOptions {
    WorldOptions {
        start: start(),
        region: "us-east-1".to_owned(),
        seed: 1,
        association_delay: Duration::ZERO,
    }
}

/// With the role in the profile.
pub(crate) fn world() -> World {
    world_with(options())
}

/// With a user ann, who may do everything, and a key of hers.
pub(crate) fn world_with_ann() -> (World, Arc<Session>) {
    let mut world = world();
    let request = CreateUser {
        name: "ann".to_owned(),
        attached: vec!["AdministratorAccess".to_owned()],
        ..CreateUser::default()
    };
    let mut own = world.operator(start());
    own.create_user(request).unwrap();
    let ann = own.create_access_key("ann").unwrap();
    (world, ann)
}

/// In which an association takes its time.
pub(crate) fn world_with_delay(association_delay: Duration) -> World {
    world_with(WorldOptions {
        association_delay,
        ..options()
    })
}

pub(crate) fn world_with(options: WorldOptions) -> World {
    let mut world = World::new(options);
    add_role(&mut world, ROLE, "ec2.amazonaws.com");
    add_profile(&mut world, PROFILE, ROLE);
    world
}

pub(crate) fn trust(service: &str) -> Document {
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {{"Service": "{service}"}}}}}}"#
    );
    Document::parse(&text, DocumentKind::Trust).unwrap()
}

pub(crate) fn policy(effect: &str, action: &str) -> Document {
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{
            "Effect": "{effect}", "Action": "{action}", "Resource": "*"}}}}"#
    );
    Document::parse(&text, DocumentKind::Identity).unwrap()
}

pub(crate) fn role(name: &str, service: &str) -> CreateRole {
    CreateRole::new(name, trust(service))
}

pub(crate) fn add_role(world: &mut World, name: &str, service: &str) {
    world
        .operator(start())
        .create_role(role(name, service))
        .unwrap();
}

pub(crate) fn add_profile(world: &mut World, name: &str, role: &str) {
    world
        .operator(start())
        .create_instance_profile(name)
        .unwrap();
    world
        .operator(start())
        .add_role_to_instance_profile(name, role)
        .unwrap();
}

/// A second role in a second profile.
pub(crate) fn add_other(world: &mut World) -> &'static str {
    add_role(world, "other-app", "ec2.amazonaws.com");
    add_profile(world, "other-profile", "other-app");
    "other-profile"
}

pub(crate) fn launch(world: &mut World, profile: Option<&str>) -> String {
    launch_with(world, profile, Issuing::default())
}

pub(crate) fn launch_with(world: &mut World, profile: Option<&str>, issuing: Issuing) -> String {
    world
        .operator(start())
        .run_instance(RunInstance {
            name: "web".to_owned(),
            profile: profile.map(str::to_owned),
            issuing,
            ..RunInstance::default()
        })
        .unwrap()
}

pub(crate) fn source(instance: &str) -> Source {
    Source::Instance(instance.to_owned())
}

/// A metadata token that is good for six hours.
pub(crate) fn metadata_token(world: &mut World, now: SimInstant, instance: &str) -> String {
    let request = TokenRequest {
        ttl_seconds: Some("21600"),
        ..TokenRequest::default()
    };
    let grant = world.imds_token(now, instance, &request).unwrap();
    grant.token.expose().to_owned()
}

/// What is at a path below `/latest/meta-data/`.
pub(crate) fn read(
    world: &mut World,
    now: SimInstant,
    instance: &str,
    token: Option<&str>,
    path: &str,
) -> Result<String, ImdsError> {
    let path = MetadataPath::parse(&format!("/latest/meta-data/{path}"));
    let found = world.imds_read(now, instance, token, &path)?;
    Ok(String::from_utf8(found.body.to_vec()).unwrap())
}

/// The name of the role that an instance serves, if it serves one.
pub(crate) fn served_role(world: &mut World, now: SimInstant, instance: &str) -> Option<String> {
    read(world, now, instance, None, "iam/security-credentials/").ok()
}

/// The set that an instance serves to those with a metadata token, as its document shows it.
pub(crate) fn served(world: &mut World, now: SimInstant, instance: &str) -> Arc<Session> {
    let token = metadata_token(world, now, instance);
    served_to(world, now, instance, Some(&token))
}

/// The set that an instance serves to those with that token, or without one.
pub(crate) fn served_to(
    world: &mut World,
    now: SimInstant,
    instance: &str,
    token: Option<&str>,
) -> Arc<Session> {
    let role = served_role(world, now, instance).unwrap();
    let path = format!("iam/security-credentials/{role}");
    let document = read(world, now, instance, token, &path).unwrap();
    session_of(world, &document)
}

/// The session whose keys a document shows.
pub(crate) fn session_of(world: &World, document: &str) -> Arc<Session> {
    let document: Value = serde_json::from_str(document).unwrap();
    let access_key_id = document["AccessKeyId"].as_str().unwrap();
    Arc::clone(world.session(access_key_id).unwrap())
}

/// Every set issued, in the order of the journal.
pub(crate) fn issued(world: &World) -> Vec<Arc<Session>> {
    let entries = world.journal().entries();
    entries
        .filter_map(|entry| match &entry.happening {
            Happening::Issued(session) => Some(Arc::clone(session)),
            _ => None,
        })
        .collect()
}

impl World {
    /// The IAM of the first account.
    pub(crate) fn first_iam(&self) -> &Iam {
        self.accounts.get(self.account()).unwrap()
    }
}
