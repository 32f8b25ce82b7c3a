//! Who made a request: the `userIdentity` of a record.

use serde_json::{Value, json};

use crate::session::{Actor, Session};

/// Whoever signed; nobody did if there is no session.
pub(super) fn of_client(session: Option<&Session>) -> Value {
    match session {
        Some(session) => of_session(session),
        // cloudtrail.anonymous.recorded
        None => json!({
            "type": "AWSAccount",
            "principalId": "",
            "accountId": "ANONYMOUS_PRINCIPAL",
        }),
    }
}

/// `cloudtrail.identity.members`.
fn of_session(session: &Session) -> Value {
    let identity = &session.identity;
    let account = &identity.account;
    let mut shown = json!({
        "principalId": identity.user_id(),
        "arn": identity.caller_arn(),
        "accountId": account,
        "accessKeyId": session.access_key_id,
    });
    let mut context = json!({ "attributes": {
        "creationDate": session.issued_at.to_string(),
        "mfaAuthenticated": session.context.mfa_at.is_some().to_string(),
    } });
    if let Some(source) = &session.context.source_identity {
        context["sourceIdentity"] = source.as_str().into();
    }
    match &identity.actor {
        Actor::Role { name, id, arn, .. } => {
            shown["type"] = "AssumedRole".into();
            context["sessionIssuer"] = json!({
                "type": "Role",
                "principalId": id,
                "arn": arn,
                "accountId": account,
                "userName": name,
            });
            if let Some(web) = &session.context.web_identity {
                context["webIdFederationData"] =
                    json!({ "federatedProvider": web.provider_arn, "attributes": {} });
            }
            if let Some(delivery) = session.role_delivery {
                context["ec2RoleDelivery"] = delivery.as_str().into();
            }
            shown["sessionContext"] = context;
        }
        Actor::Federated {
            user,
            user_id,
            user_arn,
            ..
        } => {
            shown["type"] = "FederatedUser".into();
            context["sessionIssuer"] = json!({
                "type": "IAMUser",
                "principalId": user_id,
                "arn": user_arn,
                "accountId": account,
                "userName": user,
            });
            shown["sessionContext"] = context;
        }
        Actor::User { name, .. } => {
            shown["type"] = "IAMUser".into();
            shown["userName"] = name.as_str().into();
            if session.is_temporary() {
                shown["sessionContext"] = context;
            }
        }
    }
    shown
}

/// A service of AWS, such as `ec2.amazonaws.com`, that acts for an instance or a task.
pub(super) fn of_service(principal: &str) -> Value {
    json!({ "type": "AWSService", "invokedBy": principal })
}

/// Whoever changes the world from outside of it (`cloudtrail.operator.is-root`).
pub(super) fn of_operator(account: &str) -> Value {
    json!({
        "type": "Root",
        "principalId": account,
        "arn": format!("arn:aws:iam::{account}:root"),
        "accountId": account,
    })
}
