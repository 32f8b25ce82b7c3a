//! CloudTrail over HTTP: what was asked of an account.

use rolecall_account::sigv4::ServiceRules;
use rolecall_account::{CloudTrailError, LookedUp, LookupEvents, Operation, TrailEvent, World};
use serde_json::{Map, Value, json};

use crate::json::{JsonAnswered, JsonCall, JsonService};
use crate::query::QueryError;

/// Signed for the service `cloudtrail` (`cloudtrail.protocol.json`). Events of IAM are in
/// `us-east-1`, whatever the world's region (`cloudtrail.region.global-services`).
pub(crate) static CLOUDTRAIL: JsonService = JsonService {
    rules: ServiceRules::query("cloudtrail"),
    targets: &[
        "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
        "CloudTrail_20131101",
    ],
    region: "us-east-1",
    unauthenticated: |error| CloudTrailError::from(error).into(),
    rows: &[(Operation::LookupEvents, lookup_events)],
};

fn lookup_events(world: &mut World, call: &JsonCall<'_>) -> Result<JsonAnswered, QueryError> {
    let members = call.members;
    let text = |name| Ok::<_, QueryError>(members.text(name)?.map(str::to_owned));
    let attributes = members.objects("LookupAttributes")?;
    let attributes = attributes.iter().map(|attribute| {
        let part = |name| Ok::<_, QueryError>(attribute.text(name)?.unwrap_or_default().to_owned());
        Ok((part("AttributeKey")?, part("AttributeValue")?))
    });
    let asked = LookupEvents {
        attributes: attributes.collect::<Result<_, QueryError>>()?,
        start: members.time("StartTime")?,
        end: members.time("EndTime")?,
        max_results: members.integer("MaxResults")?,
        next_token: text("NextToken")?,
        category: text("EventCategory")?,
    };
    let mut account = world.on_behalf(call.now, call.caller);
    let LookedUp { events, next_token } = account.lookup_events(call.region, &asked)?;
    let events: Vec<Value> = events.iter().map(shown).collect();
    let mut result = Map::from_iter([("Events".to_owned(), Value::from(events))]);
    result.extend(next_token.map(|token| ("NextToken".to_owned(), token.into())));
    Ok(JsonAnswered {
        result,
        decision: account.decision().cloned(),
    })
}

fn shown(event: &TrailEvent) -> Value {
    let resources = event.resources.iter();
    let resources: Vec<Value> = resources
        .map(|resource| json!({ "ResourceType": resource.kind, "ResourceName": resource.name }))
        .collect();
    let mut shown = json!({
        "EventId": event.id,
        "EventName": event.name,
        "ReadOnly": event.read_only.to_string(),
        "EventTime": event.at.epoch_millis() / 1000,
        "EventSource": event.source,
        "Resources": resources,
        "CloudTrailEvent": event.record.to_string(),
    });
    if let Some(key) = &event.access_key_id {
        shown["AccessKeyId"] = key.as_str().into();
    }
    if let Some(name) = &event.username {
        shown["Username"] = name.as_str().into();
    }
    shown
}

impl From<CloudTrailError> for QueryError {
    fn from(error: CloudTrailError) -> Self {
        Self {
            status: 400,
            code: error.code(),
            message: error.to_string(),
            stage: error.stage(),
            detail: error.detail(),
            decision: error.decision().cloned(),
        }
    }
}
