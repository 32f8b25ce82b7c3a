//! A record, as a lookup shows it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::instant::SimInstant;

/// Something that an event is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventResource {
    /// `AWS::IAM::Role`.
    pub kind: &'static str,
    /// Its name, or its ARN where the request had that.
    pub name: String,
}

/// An event that was looked up.
#[derive(Clone, Debug, PartialEq)]
pub struct TrailEvent {
    /// A UUID.
    pub id: String,
    /// The operation.
    pub name: String,
    /// Whether it only read.
    pub read_only: bool,
    /// The key that it was signed with, if it was.
    pub access_key_id: Option<String>,
    /// When it arrived, in whole seconds.
    pub at: SimInstant,
    /// `iam.amazonaws.com`.
    pub source: String,
    /// Who asked, if it was somebody with a name.
    pub username: Option<String>,
    /// What it was about.
    pub resources: Vec<EventResource>,
    /// The whole record.
    pub record: Value,
}

/// The members of records that name something, and what kind of thing
/// (`cloudtrail.lookup.resources`).
const NAMED: &[(&str, &str)] = &[
    ("accessKeyId", "AWS::IAM::AccessKey"),
    ("bucketName", "AWS::S3::Bucket"),
    ("groupName", "AWS::IAM::Group"),
    ("instanceId", "AWS::EC2::Instance"),
    ("instanceProfileName", "AWS::IAM::InstanceProfile"),
    ("policyArn", "AWS::IAM::Policy"),
    ("roleArn", "AWS::IAM::Role"),
    ("roleName", "AWS::IAM::Role"),
    ("userName", "AWS::IAM::User"),
];

impl TrailEvent {
    /// What a lookup shows of a record.
    pub(super) fn of(record: Value, at: SimInstant) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut resources = BTreeSet::new();
        for part in ["requestParameters", "responseElements"] {
            named(&record[part], &mut resources);
        }
        let identity = &record["userIdentity"];
        Self {
            id: text(&record["eventID"]),
            name: text(&record["eventName"]),
            read_only: record["readOnly"].as_bool().unwrap_or_default(),
            access_key_id: identity["accessKeyId"].as_str().map(str::to_owned),
            at: SimInstant::from_epoch_millis(at.epoch_millis().div_euclid(1000) * 1000),
            source: text(&record["eventSource"]),
            username: username(identity),
            resources: resources.into_iter().collect(),
            record,
        }
    }
}

/// The name of a user or, of a role, that of the session (`cloudtrail.lookup.username`).
fn username(identity: &Value) -> Option<String> {
    let principal = identity["principalId"].as_str().unwrap_or_default();
    let name = match identity["type"].as_str()? {
        "Root" => Some("root"),
        "AssumedRole" | "FederatedUser" => principal.split_once(':').map(|(_, name)| name),
        _ => identity["userName"].as_str(),
    };
    name.map(str::to_owned)
}

fn named(value: &Value, found: &mut BTreeSet<EventResource>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let kind = NAMED.iter().find(|(named, _)| named == name);
                if let (Some((_, kind)), Some(text)) = (kind, value.as_str()) {
                    let name = text.to_owned();
                    found.insert(EventResource { kind, name });
                }
                named(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| named(item, found)),
        _ => {}
    }
}
