//! The documents of the metadata service.

use std::fmt::{self, Write};

use super::tree::View;
use crate::ec2::{EventState, ScheduledEvent};
use crate::instant::SimInstant;
use crate::issuing::Serving;
use crate::secret::Secret;
use crate::session::Session;

/// The code of the document that stands in for credentials when the role's trust policy does not
/// admit EC2 (`imds.credentials.error-document`).
const UNAUTHORIZED_ACCESS: &str = "AssumeRoleUnauthorizedAccess";

/// Where AWS explains the documents that say why there are no credentials.
const HELP: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html";

/// A set of keys (`imds.credentials.document`).
pub(super) fn credentials(session: &Session) -> String {
    keys(session, None)
}

/// A set of keys with the account that they are of (`imds.credentials.extended`).
pub(super) fn extended(session: &Session) -> String {
    keys(session, Some(&session.identity.account))
}

fn keys(session: &Session, account: Option<&str>) -> String {
    let issued_at = session.issued_at.to_string();
    let token = session.session_token.as_ref().map(Secret::expose);
    let expiry = session.expires_at.map(|expiry| expiry.to_string());
    let members = [
        ("Code", Some("Success")),
        ("LastUpdated", Some(issued_at.as_str())),
        ("Type", Some("AWS-HMAC")),
        ("AccessKeyId", Some(session.access_key_id.as_str())),
        ("SecretAccessKey", Some(session.secret_access_key.expose())),
        ("Token", token),
        ("Expiration", expiry.as_deref()),
    ];
    match account {
        None => document(&members),
        Some(account) => {
            let [first @ .., expiration] = members;
            let [code, updated, kind, id, secret, token] = first;
            let account = ("AccountId", Some(account));
            document(&[code, updated, kind, id, secret, token, account, expiration])
        }
    }
}

/// Why there are no keys of a role (`imds.credentials.error-document`).
pub(super) fn refused(role: &str, at: SimInstant) -> String {
    let message = format!("EC2 cannot assume the role {role}. Please see documentation at {HELP}.");
    document(&[
        ("Code", Some(UNAUTHORIZED_ACCESS)),
        ("Message", Some(&message)),
        ("LastUpdated", Some(&at.to_string())),
    ])
}

/// `iam/info`: as it was when credentials were last to be issued. Absent without a profile
/// (`imds.role.absent-without-profile`).
pub(super) fn info(view: &View<'_>) -> Option<String> {
    let serving = view.serving?;
    let updated = serving.since().to_string();
    if let Serving::NoProfile { .. } = serving {
        // imds.info.profile-not-found
        return Some(document(&[
            ("Code", Some("InstanceProfileNotFound")),
            ("Message", Some("The instance profile has been deleted.")),
            ("LastUpdated", Some(&updated)),
        ]));
    }
    let association = view.instance.settled_association()?;
    let arn = ("InstanceProfileArn", Some(association.profile_arn.as_str()));
    let id = ("InstanceProfileId", Some(association.profile_id.as_str()));
    let code = ("Code", Some("Success"));
    let updated = ("LastUpdated", Some(updated.as_str()));
    // imds.info.document, imds.info.no-role
    Some(match serving {
        Serving::NoRole { .. } => {
            let message = format!(
                "Instance Profile does not contain a role. Please see documentation at {HELP}."
            );
            document(&[code, ("Message", Some(&message)), updated, arn, id])
        }
        _ => document(&[code, updated, arn, id]),
    })
}

/// `identity-credentials/ec2/info` (`imds.identity.credentials`).
pub(super) fn identity_info(view: &View<'_>) -> String {
    document(&[
        ("Code", Some("Success")),
        ("LastUpdated", Some(&view.instance.pending_at.to_string())),
        ("AccountId", Some(&view.instance.account)),
    ])
}

/// `instance-identity/document` (`imds.identity.document`).
pub(super) fn identity(view: &View<'_>) -> String {
    let instance = view.instance;
    document(&[
        ("accountId", Some(&view.instance.account)),
        ("architecture", Some(instance.architecture())),
        ("availabilityZone", Some(&instance.availability_zone)),
        ("billingProducts", None),
        ("devpayProductCodes", None),
        ("marketplaceProductCodes", None),
        ("imageId", Some(&instance.image_id)),
        ("instanceId", Some(&instance.id)),
        ("instanceType", Some(&instance.instance_type)),
        ("kernelId", None),
        ("pendingTime", Some(&instance.pending_at.to_string())),
        ("privateIp", Some(&instance.private_ip.to_string())),
        ("ramdiskId", None),
        ("region", Some(&view.world.region)),
        ("version", Some("2017-09-30")),
    ])
}

/// The scheduled events in one of these states, as a JSON array (`imds.events.maintenance`).
pub(super) fn events(view: &View<'_>, listed: fn(EventState) -> bool) -> String {
    let events = view.instance.notices.events.iter();
    let told: Vec<_> = events
        .filter(|event| listed(event.state))
        .map(event)
        .collect();
    match told.len() {
        0 => "[]".to_owned(),
        _ => format!("[ {} ]", told.join(", ")),
    }
}

fn event(event: &ScheduledEvent) -> String {
    let (state, prefix) = match event.state {
        EventState::Active => ("active", ""),
        EventState::Completed => ("completed", "[Completed] "),
        EventState::Canceled => ("canceled", "[Canceled] "),
    };
    document(&[
        ("NotBefore", Some(&event.not_before.event_date())),
        ("Code", Some(event.code.as_str())),
        (
            "Description",
            Some(&format!("{prefix}{}", event.description)),
        ),
        ("EventId", Some(&event.id)),
        ("NotAfter", Some(&event.not_after.event_date())),
        ("State", Some(state)),
    ])
}

/// JSON laid out as the metadata service lays it out; what has no value is `null`.
fn document(members: &[(&str, Option<&str>)]) -> String {
    // The names, quotes and line ends come to less than 32 bytes a member.
    let length = members
        .iter()
        .map(|(_, value)| value.map_or(4, str::len) + 32);
    let mut text = String::with_capacity(length.sum());
    for (index, (name, value)) in members.iter().enumerate() {
        text.push_str(if index == 0 { "{\n" } else { ",\n" });
        let _ = match value {
            Some(value) => write!(text, "  \"{name}\" : {}", Quoted(value)),
            None => write!(text, "  \"{name}\" : null"),
        };
    }
    text.push_str("\n}");
    text
}

/// A JSON string. What is handed out needs no escape, and then nothing is copied twice.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\';
        if self.0.bytes().all(plain) {
            return write!(f, "\"{}\"", self.0);
        }
        serde_json::Value::from(self.0).fmt(f)
    }
}
