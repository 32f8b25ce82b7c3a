//! Requests that come with a token of an identity provider in place of a signature.

use serde_json::{Value, json};

use super::Event;
use crate::journal::Exchange;
use crate::jwt::Unverified;
use crate::operation::Operation;
use crate::session::Session;

/// Whoever the token is about, believed or not (`cloudtrail.web-identity.recorded`).
pub(super) fn event(event: Event, operation: Operation, exchange: &Exchange) -> Event {
    if operation != Operation::StsAssumeRoleWithWebIdentity {
        return event;
    }
    let sent = |name: &str| exchange.request.parameters.get(name).map(String::as_str);
    let account = sent("RoleArn").and_then(|arn| arn.split(':').nth(4));
    let account = account.unwrap_or(&event.recipient).to_owned();
    let token = sent("WebIdentityToken").and_then(|token| Unverified::read(token).ok());
    let claim = |name: &str| {
        let claims = token.as_ref().map(Unverified::claims);
        let text = claims.and_then(|claims| claims.text(&[name]));
        text.unwrap_or_default().to_owned()
    };
    let issuer = claim("iss");
    let issuer = issuer.strip_prefix("https://").unwrap_or(&issuer);
    let provider = format!("arn:aws:iam::{account}:oidc-provider/{issuer}");
    let (audience, subject) = (claim("aud"), claim("sub"));
    Event {
        user_identity: json!({
            "type": "WebIdentityUser",
            "principalId": format!("{provider}:{audience}:{subject}"),
            "userName": subject,
            "identityProvider": provider,
        }),
        recipient: account,
        ..event
    }
}

/// What was answered besides.
pub(super) fn answered(event: Event, made: &Session) -> Event {
    let Some(who) = &made.context.web_identity else {
        return event;
    };
    let mut answered = event.response_elements;
    if let Value::Object(members) = &mut answered {
        members.insert(
            "subjectFromWebIdentityToken".to_owned(),
            who.subject.as_str().into(),
        );
        members.insert("audience".to_owned(), who.audience.as_str().into());
        members.insert("provider".to_owned(), who.provider_arn.as_str().into());
    }
    Event {
        response_elements: answered,
        ..event
    }
}
