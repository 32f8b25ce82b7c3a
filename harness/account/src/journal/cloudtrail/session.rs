//! Requests to STS, and the sets that EC2 and ECS issue by means of it.

use serde_json::{Value, json};

use super::{Category, Event, GLOBAL_REGION, header, identity};
use crate::id;
use crate::instant::SimInstant;
use crate::journal::{BodyRecord, Exchange};
use crate::operation::{Operation, Service};
use crate::secret::{Secret, fingerprint};
use crate::session::{Identity, Session};
use crate::world::World;

impl World {
    pub(super) fn sts_event(
        &self,
        event: Event,
        operation: Operation,
        exchange: &Exchange,
    ) -> Event {
        let region = region(header(exchange, "host"))
            .map_or_else(|| self.region().to_owned(), str::to_owned);
        let event = Event { region, ..event };
        // cloudtrail.sts.refused-parameters: a refusal shows none.
        let Some(made) = self.made(exchange) else {
            return event;
        };
        let lasts = made
            .expires_at
            .map(|expiry| expiry.since(made.issued_at).as_secs());
        match operation {
            Operation::StsAssumeRole => assume_role(
                event,
                made,
                json!({
                    "roleArn": made.identity.principal_arn(),
                    "roleSessionName": made.identity.session_name(),
                    "durationSeconds": lasts,
                }),
            ),
            Operation::StsGetSessionToken => Event {
                request_parameters: json!({ "durationSeconds": lasts }),
                response_elements: json!({ "credentials": credentials(made) }),
                ..event
            },
            _ => event,
        }
    }

    /// What a service asked STS for on behalf of an instance or a task
    /// (`cloudtrail.services.assume-roles`).
    pub(super) fn issue_event(&self, number: u64, made: &Session) -> Option<Event> {
        let issuer = self.issuers.get(made.source.as_ref()?)?;
        let service = issuer.service_principal()?;
        let event = Event {
            service: Service::Sts,
            name: Operation::StsAssumeRole.name(),
            region: self.region().to_owned(),
            user_identity: identity::of_service(service),
            source_address: service.to_owned(),
            user_agent: service.to_owned(),
            error: None,
            request_parameters: Value::Null,
            response_elements: Value::Null,
            additional: None,
            resources: Vec::new(),
            request_id: id::uuid(&self.entropy, &format!("request/{number}")),
            read_only: true,
            category: Category::Management,
            recipient: made.identity.account.clone(),
        };
        let parameters = json!({
            "roleArn": made.identity.principal_arn(),
            "roleSessionName": made.identity.session_name(),
        });
        Some(assume_role(event, made, parameters))
    }

    /// The session that an answer of STS holds.
    fn made(&self, exchange: &Exchange) -> Option<&Session> {
        let BodyRecord::Document(document) = &exchange.response.as_ref()?.body else {
            return None;
        };
        let text = str::from_utf8(document).ok()?;
        let (_, rest) = text.split_once("<AccessKeyId>")?;
        let (access_key_id, _) = rest.split_once("</AccessKeyId>")?;
        self.session(access_key_id).map(|session| &**session)
    }
}

fn assume_role(event: Event, made: &Session, request_parameters: Value) -> Event {
    let Identity { account, .. } = &made.identity;
    let role = made.identity.principal_arn();
    Event {
        request_parameters,
        response_elements: json!({
            "credentials": credentials(made),
            "assumedRoleUser": {
                "assumedRoleId": made.identity.user_id(),
                "arn": made.identity.caller_arn(),
            },
        }),
        resources: vec![json!({ "ARN": role, "accountId": account, "type": "AWS::IAM::Role" })],
        ..event
    }
}

/// `cloudtrail.sts.credentials`: never the secret key; the session token is a fingerprint.
fn credentials(made: &Session) -> Value {
    json!({
        "accessKeyId": made.access_key_id,
        "expiration": made.expires_at.map(SimInstant::in_words),
        "sessionToken": made.session_token.as_ref().map(Secret::expose).map(fingerprint),
    })
}

/// The Region of an endpoint; `None` if its name does not say
/// (`cloudtrail.region.global-services`).
fn region(host: &str) -> Option<&str> {
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    match name.strip_suffix(".amazonaws.com")? {
        "sts" => Some(GLOBAL_REGION),
        name => name.strip_prefix("sts."),
    }
}
