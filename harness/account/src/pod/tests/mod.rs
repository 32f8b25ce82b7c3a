mod agent;
mod cache;
mod sessions;
mod tokens;

use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::iam::CreateRole;
use crate::instant::SimInstant;
use crate::issuing::Issuing;
use crate::policy::{Document, DocumentKind};
use crate::testing::{role, start, world};
use crate::world::World;

const ROLE: &str = "pod-app";
const HOST: &str = "169.254.170.23";

/// A trust policy that lets EKS do these actions, on this condition.
fn trust(actions: &str, condition: &str) -> Document {
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": {actions},
            "Principal": {{"Service": "pods.eks.amazonaws.com"}}{condition}}}}}"#
    );
    Document::parse(&text, DocumentKind::Trust).unwrap()
}

fn add_pod_role(world: &mut World, name: &str, actions: &str, condition: &str) {
    let request = CreateRole {
        trust: trust(actions, condition),
        ..role(name, "ec2.amazonaws.com")
    };
    world.operator(start()).create_role(request).unwrap();
}

fn world_with_a_pod() -> (World, String) {
    let mut world = world();
    add_pod_role(
        &mut world,
        ROLE,
        r#"["sts:AssumeRole", "sts:TagSession"]"#,
        "",
    );
    let uid = world.run_pod(start(), RunPod::new("api", ROLE)).unwrap();
    (world, uid)
}

fn token(world: &World, uid: &str) -> String {
    world.pod_token(uid).unwrap().expose().to_owned()
}

fn get(world: &mut World, now: SimInstant, token: &str) -> Result<Value, AgentError> {
    let document = world.pod_credentials(now, HOST, token)?;
    Ok(serde_json::from_slice(&document).unwrap())
}

/// The key that is handed out for a token.
fn key(world: &mut World, now: SimInstant, token: &str) -> String {
    let document = get(world, now, token).unwrap();
    document["AccessKeyId"].as_str().unwrap().to_owned()
}

fn hours(hours: u64) -> SimInstant {
    start() + Duration::from_hours(hours)
}

fn issuing(credential_lifetime: Duration) -> Issuing {
    Issuing {
        credential_lifetime,
        publish_before_expiry: Duration::ZERO,
        ..Issuing::default()
    }
}
