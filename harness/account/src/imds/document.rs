//! What the metadata service says.

use std::fmt::{self, Write};

use super::error::ImdsError;
use crate::instant::SimInstant;
use crate::issuing::{Serving, Source};
use crate::secret::Secret;
use crate::session::Session;
use crate::world::World;

/// The code of the document that stands in for credentials when the role's trust policy does not
/// admit EC2 (`imds.credentials.error-document`).
const UNAUTHORIZED_ACCESS: &str = "AssumeRoleUnauthorizedAccess";

impl World {
    /// The listing under `iam/security-credentials/`: the name of the **role**, without a newline
    /// (`imds.role.listing`, `imds.role.not-profile-name`).
    ///
    /// # Errors
    /// No valid token; no role.
    pub fn imds_role(
        &mut self,
        now: SimInstant,
        instance: &str,
        token: Option<&str>,
    ) -> Result<String, ImdsError> {
        self.advance_to(now);
        self.check_metadata_token(now, instance, token)?;
        Ok(self.served_to(instance)?.role_name().to_owned())
    }

    /// The document under `iam/security-credentials/ROLE`.
    ///
    /// # Errors
    /// No valid token; no role, or not of that name (`imds.role.wrong-name`).
    pub fn imds_credentials(
        &mut self,
        now: SimInstant,
        instance: &str,
        token: Option<&str>,
        role: &str,
    ) -> Result<String, ImdsError> {
        self.advance_to(now);
        self.check_metadata_token(now, instance, token)?;
        match self.served_to(instance)? {
            serving if serving.role_name() != role => Err(ImdsError::NotFound),
            Serving::Keys(session) => Ok(credentials_document(session)),
            Serving::Refused { at, .. } => Ok(error_document(*at)),
        }
    }

    /// The document `iam/info` (`imds.info.document`).
    ///
    /// # Errors
    /// No valid token; no profile.
    pub fn imds_info(
        &mut self,
        now: SimInstant,
        instance: &str,
        token: Option<&str>,
    ) -> Result<String, ImdsError> {
        self.advance_to(now);
        self.check_metadata_token(now, instance, token)?;
        let found = self
            .ec2
            .instance(instance)
            .map_err(|_| ImdsError::NotFound)?;
        let association = found.settled_association().ok_or(ImdsError::NotFound)?;
        let updated = match self.served_to(instance) {
            Ok(Serving::Keys(session)) => session.issued_at,
            Ok(Serving::Refused { at, .. }) => *at,
            Err(_) => now,
        };
        Ok(document(&[
            ("Code", "Success"),
            ("LastUpdated", &updated.to_string()),
            ("InstanceProfileArn", &association.profile_arn),
            ("InstanceProfileId", &association.profile_id),
        ]))
    }

    /// A plain value under `/latest/meta-data/`, such as `placement/region` (`imds.metadata.values`).
    /// A slash at the end makes no difference: botocore asks for its region with one.
    ///
    /// # Errors
    /// No valid token; nothing at that path.
    pub fn imds_value(
        &mut self,
        now: SimInstant,
        instance: &str,
        token: Option<&str>,
        path: &str,
    ) -> Result<String, ImdsError> {
        self.advance_to(now);
        self.check_metadata_token(now, instance, token)?;
        match path.strip_suffix('/').unwrap_or(path) {
            "instance-id" => Ok(instance.to_owned()),
            "placement/region" => Ok(self.region.clone()),
            "placement/availability-zone" => Ok(format!("{}a", self.region)),
            "services/domain" => Ok("amazonaws.com".to_owned()),
            "services/partition" => Ok("aws".to_owned()),
            _ => Err(ImdsError::NotFound),
        }
    }

    /// No profile, or an empty one: the `iam/` subtree is absent
    /// (`imds.role.absent-without-profile`).
    fn served_to(&self, instance: &str) -> Result<&Serving, ImdsError> {
        let issuer = self.issuers.get(&Source::Instance(instance.to_owned()));
        issuer
            .and_then(|issuer| issuer.serving())
            .ok_or(ImdsError::NotFound)
    }
}

/// `imds.credentials.document`.
fn credentials_document(session: &Session) -> String {
    document(&[
        ("Code", "Success"),
        ("LastUpdated", &session.issued_at.to_string()),
        ("Type", "AWS-HMAC"),
        ("AccessKeyId", &session.access_key_id),
        ("SecretAccessKey", session.secret_access_key.expose()),
        (
            "Token",
            session.session_token.as_ref().map_or("", Secret::expose),
        ),
        (
            "Expiration",
            &session
                .expires_at
                .map_or_else(String::new, |expiry| expiry.to_string()),
        ),
    ])
}

fn error_document(at: SimInstant) -> String {
    document(&[
        ("Code", UNAUTHORIZED_ACCESS),
        (
            "Message",
            "EC2 cannot assume the role. The trust policy of the role does not allow ec2.amazonaws.com to do so.",
        ),
        ("LastUpdated", &at.to_string()),
    ])
}

/// JSON laid out as the metadata service lays it out.
fn document(members: &[(&str, &str)]) -> String {
    // The names, quotes and line ends come to less than 32 bytes a member.
    let length: usize = members.iter().map(|(_, value)| value.len() + 32).sum();
    let mut text = String::with_capacity(length);
    for (index, (name, value)) in members.iter().enumerate() {
        text.push_str(if index == 0 { "{\n" } else { ",\n" });
        let _ = write!(text, "  \"{name}\" : {}", Quoted(value));
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
