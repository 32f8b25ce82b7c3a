//! The inline policy by which the console revokes the sessions of a role.

use crate::SimInstant;

/// The name under which that policy is attached.
pub const REVOKE_OLDER_SESSIONS: &str = "AWSRevokeOlderSessions";

/// The document that denies everything to sessions issued before `revoked_at`.
///
/// Source: IAM User Guide, "Revoke IAM role temporary security credentials".
///
/// ```
/// use rolecall_account::SimInstant;
/// use rolecall_account::policy::{Document, DocumentKind, revoke_older_sessions};
///
/// let text = revoke_older_sessions(SimInstant::parse("2031-05-01T06:00:00Z").unwrap());
/// assert!(text.contains(r#""aws:TokenIssueTime": "2031-05-01T06:00:00.000Z""#));
/// assert!(Document::parse(&text, DocumentKind::Identity).is_ok());
/// ```
pub fn revoke_older_sessions(revoked_at: SimInstant) -> String {
    // policy.revocation.sessions-issued-before: milliseconds, so that a session of the same second
    // is not caught.
    let seconds = revoked_at.to_string();
    let seconds = seconds.trim_end_matches('Z');
    let millis = revoked_at.epoch_millis().rem_euclid(1_000);
    format!(
        r#"{{
    "Version": "2012-10-17",
    "Statement": [
        {{
            "Effect": "Deny",
            "Action": ["*"],
            "Resource": ["*"],
            "Condition": {{
                "DateLessThan": {{"aws:TokenIssueTime": "{seconds}.{millis:03}Z"}}
            }}
        }}
    ]
}}
"#
    )
}
