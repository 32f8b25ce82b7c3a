//! The journal as CloudTrail would have recorded it: event records, in its own words.
//!
//! What CloudTrail never sees, such as the metadata service, has no record. What it redacts is left
//! out here too, and what it shows although it opens doors, the session tokens, is a fingerprint.

mod answer;
mod control;
mod identity;
mod object;
mod parameters;
mod session;
mod web_identity;
mod words;

use serde_json::{Value, json};

use super::{Entry, Exchange, Happening};
use crate::authenticate::Stage;
use crate::id;
use crate::operation::{Operation, Service};
use crate::world::World;

/// The version of the format (`cloudtrail.record.members`).
const EVENT_VERSION: &str = "1.11";

/// Where IAM is, whatever the Region of the world (`cloudtrail.region.global-services`).
const GLOBAL_REGION: &str = "us-east-1";

/// The address of a client of which the journal knows none.
const SOURCE_ADDRESS: &str = "127.0.0.1";

/// What differs from record to record.
struct Event {
    service: Service,
    name: &'static str,
    region: String,
    user_identity: Value,
    /// An address; of a service, its name.
    source_address: String,
    user_agent: String,
    /// Code and message.
    error: Option<(String, String)>,
    request_parameters: Value,
    response_elements: Value,
    /// `None` where the service adds nothing.
    additional: Option<Value>,
    resources: Vec<Value>,
    request_id: String,
    read_only: bool,
    category: Category,
    /// The twelve digits of the account that it is recorded in.
    recipient: String,
}

/// What kind of event it is (`cloudtrail.s3.data-events`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Category {
    Management,
    Data,
}

impl World {
    /// The record that CloudTrail delivers of `entry`, or `None` if it delivers none: of requests to
    /// the metadata service and to the container endpoint, of requests whose signature was not
    /// accepted, and of what a client did not ask for.
    pub fn cloudtrail(&self, entry: &Entry) -> Option<Value> {
        let event = match &entry.happening {
            Happening::Exchange(exchange) => self.exchange_event(exchange)?,
            Happening::Control {
                operation,
                account,
                detail,
            } => self.control_event(entry.number, *operation, account, detail)?,
            Happening::Issued(session) => self.issue_event(entry.number, session)?,
            Happening::IssueRefused { .. }
            | Happening::NothingIssued { .. }
            | Happening::TokenIssued { .. }
            | Happening::ProgramRan { .. }
            | Happening::Ended { .. }
            | Happening::Associated { .. }
            | Happening::Notice { .. }
            | Happening::ReplyLost { .. } => return None,
        };
        Some(self.cloudtrail_record(entry, event))
    }

    /// `cloudtrail.record.members`.
    fn cloudtrail_record(&self, entry: &Entry, event: Event) -> Value {
        let source = match event.service {
            Service::Iam => "iam",
            Service::Sts => "sts",
            Service::Ec2 => "ec2",
            Service::S3 => "s3",
            Service::CloudTrail => "cloudtrail",
            Service::Imds | Service::Container | Service::Sso => "none",
        };
        let management = event.category == Category::Management;
        let mut record = json!({
            "eventVersion": EVENT_VERSION,
            "userIdentity": event.user_identity,
            "eventTime": entry.at.to_string(),
            "eventSource": format!("{source}.amazonaws.com"),
            "eventName": event.name,
            "awsRegion": event.region,
            "sourceIPAddress": event.source_address,
            "userAgent": event.user_agent,
            "requestParameters": event.request_parameters,
            "responseElements": event.response_elements,
            "requestID": event.request_id,
            "eventID": id::uuid(&self.entropy, &format!("cloudtrail/{}", entry.number)),
            "readOnly": event.read_only,
            "eventType": "AwsApiCall",
            "managementEvent": management,
            "recipientAccountId": event.recipient,
            "eventCategory": if management { "Management" } else { "Data" },
        });
        if let Some((code, message)) = event.error {
            record["errorCode"] = code.into();
            record["errorMessage"] = message.into();
        }
        if let Some(additional) = event.additional {
            record["additionalEventData"] = additional;
        }
        if !event.resources.is_empty() {
            record["resources"] = event.resources.into();
        }
        record
    }

    fn exchange_event(&self, exchange: &Exchange) -> Option<Event> {
        let operation = exchange.operation?;
        if !is_recorded(operation, exchange) {
            return None;
        }
        let refusal = exchange.refusal.as_ref();
        let session = exchange.session.as_deref();
        let first = || self.account().to_owned();
        let event = Event {
            service: operation.service(),
            name: operation.name(),
            region: self.region().to_owned(),
            recipient: session.map_or_else(first, |session| session.identity.account.clone()),
            user_identity: identity::of_client(session),
            source_address: source_address(exchange),
            user_agent: header(exchange, "user-agent").to_owned(),
            error: refusal.map(|refusal| (refusal.code.clone(), refusal.message.clone())),
            request_parameters: Value::Null,
            response_elements: Value::Null,
            additional: None,
            resources: Vec::new(),
            request_id: request_id(exchange),
            read_only: is_read_only(operation),
            category: Category::Management,
        };
        Some(match operation.service() {
            Service::S3 => object::event(event, operation, exchange),
            Service::Sts => self.sts_event(event, operation, exchange),
            Service::Iam => Event {
                region: GLOBAL_REGION.to_owned(),
                ..called(event, operation, exchange)
            },
            Service::Ec2 => called(event, operation, exchange),
            Service::CloudTrail => Event {
                request_parameters: parameters::of_json(exchange),
                ..event
            },
            Service::Imds | Service::Container | Service::Sso => event,
        })
    }
}

/// Where the request came from, as far as the transport knows.
fn source_address(exchange: &Exchange) -> String {
    let asked = exchange.asked.as_ref();
    let address = asked.and_then(|asked| asked.context.values("aws:SourceIp").first());
    address
        .cloned()
        .unwrap_or_else(|| SOURCE_ADDRESS.to_owned())
}

/// A request to IAM or EC2: what it asked for, and what was answered if it changed something
/// (`cloudtrail.request.refused`).
fn called(event: Event, operation: Operation, exchange: &Exchange) -> Event {
    let refused_by_iam = operation.service() == Service::Iam
        && exchange
            .refusal
            .as_ref()
            .is_some_and(|refusal| refusal.stage == Stage::Policy);
    Event {
        request_parameters: if refused_by_iam {
            Value::Null
        } else {
            parameters::of(operation, exchange)
        },
        response_elements: if event.read_only {
            Value::Null
        } else {
            answer::of(operation, exchange)
        },
        ..event
    }
}

fn is_recorded(operation: Operation, exchange: &Exchange) -> bool {
    match operation.service() {
        // cloudtrail.metadata.unrecorded
        // What AWS records of the portal is not modelled.
        Service::Imds | Service::Container | Service::Sso => return false,
        Service::Iam | Service::Sts | Service::Ec2 | Service::S3 | Service::CloudTrail => {}
    }
    // cloudtrail.authentication.failures-unrecorded
    let came_further = exchange.refusal.as_ref().is_none_or(|refusal| {
        matches!(
            refusal.stage,
            Stage::Parameters | Stage::Policy | Stage::Resource | Stage::Body
        )
    });
    let authenticated = came_further && exchange.session.is_some();
    // cloudtrail.anonymous.recorded
    let anonymous = operation.service() == Service::S3 && object::is_anonymous(exchange);
    // cloudtrail.web-identity.recorded
    let with_token = came_further && operation == Operation::StsAssumeRoleWithWebIdentity;
    authenticated || anonymous || with_token
}

/// `cloudtrail.read-only.operations`.
fn is_read_only(operation: Operation) -> bool {
    let reads = ["Get", "Head", "List", "Describe", "Lookup", "Simulate"];
    operation.service() == Service::Sts
        || reads
            .iter()
            .any(|prefix| operation.name().starts_with(prefix))
}

fn header<'a>(exchange: &'a Exchange, name: &str) -> &'a str {
    let value = exchange.request.headers.get(name);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// A header of the answer.
fn answered<'a>(exchange: &'a Exchange, name: &str) -> Option<&'a str> {
    let response = exchange.response.as_ref()?;
    response.headers.get(name)?.to_str().ok()
}

/// The id that the answer carried.
fn request_id(exchange: &Exchange) -> String {
    let id = ["x-amz-request-id", "x-amzn-requestid"]
        .iter()
        .find_map(|name| answered(exchange, name));
    id.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
