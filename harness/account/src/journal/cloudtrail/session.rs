//! Requests to STS, and the sets that EC2 and ECS issue by means of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Category, Event, GLOBAL_REGION, header, identity, parameters, web_identity};
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
        let event = web_identity::event(event, operation, exchange);
        if exchange.refusal.is_some() {
            // cloudtrail.sts.refused-parameters: a refusal shows none.
            return event;
        }
        let sent = parameters::of(operation, exchange);
        let event = Event {
            request_parameters: sent.clone(),
            ..event
        };
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
                Self::asked_for_role(exchange, made, sent, lasts),
            ),
            Operation::StsAssumeRoleWithWebIdentity => web_identity::answered(
                assume_role(
                    event,
                    made,
                    Self::asked_for_role(exchange, made, sent, lasts),
                ),
                made,
            ),
            Operation::StsGetFederationToken => Event {
                request_parameters: with(sent, json!({ "durationSeconds": lasts })),
                response_elements: json!({
                    "credentials": credentials(made),
                    "federatedUser": {
                        "federatedUserId": made.identity.user_id(),
                        "arn": made.identity.caller_arn(),
                    },
                }),
                ..event
            },
            Operation::StsGetSessionToken => Event {
                request_parameters: with(sent, json!({ "durationSeconds": lasts })),
                response_elements: json!({ "credentials": credentials(made) }),
                ..event
            },
            _ => event,
        }
    }

    /// What was asked of STS, with what it makes of what was left out, and with the tags that the
    /// session before has handed on (`cloudtrail.sts.parameters`).
    fn asked_for_role(
        exchange: &Exchange,
        made: &Session,
        sent: Value,
        lasts: Option<u64>,
    ) -> Value {
        let mut always = json!({
            "roleArn": made.identity.principal_arn(),
            "roleSessionName": made.identity.session_name(),
            "durationSeconds": lasts,
        });
        let before = exchange.session.as_deref();
        let inherited: BTreeMap<&String, &String> = before
            .into_iter()
            .flat_map(|session| {
                let keys = session.context.transitive_tag_keys.iter();
                keys.filter_map(|key| session.tags.get_key_value(key))
            })
            .collect();
        if !inherited.is_empty() {
            always["incomingTransitiveTags"] = json!(inherited);
        }
        with(sent, always)
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
    let mut answered = json!({
        "credentials": credentials(made),
        "assumedRoleUser": {
            "assumedRoleId": made.identity.user_id(),
            "arn": made.identity.caller_arn(),
        },
    });
    if let Some(source) = &made.context.source_identity {
        answered["sourceIdentity"] = source.as_str().into();
    }
    Event {
        request_parameters,
        response_elements: answered,
        resources: vec![json!({ "ARN": role, "accountId": account, "type": "AWS::IAM::Role" })],
        ..event
    }
}

/// The members of `sent`, and those of `always` besides.
fn with(sent: Value, always: Value) -> Value {
    match (always, sent) {
        (Value::Object(mut all), Value::Object(sent)) => {
            all.extend(sent);
            Value::Object(all)
        }
        (always, _) => always,
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
