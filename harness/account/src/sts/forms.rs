//! What the parameters that several operations have may look like.

use std::ops::RangeInclusive;

use super::constraint::{Alphabet, Constraints, Field};
use super::error::StsError;

/// `sts.assume-role.parameter-forms`.
const ARN_LENGTH: RangeInclusive<usize> = 20..=2048;
pub(super) const SESSION_NAME_LENGTH: RangeInclusive<usize> = 2..=64;
pub(super) const EXTERNAL_ID_LENGTH: RangeInclusive<usize> = 2..=1224;
/// What is too long is told by the room that all session policies have together.
const POLICY_LENGTH: RangeInclusive<usize> = 1..=usize::MAX;
const ARN: Alphabet = Alphabet {
    pattern: r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+",
    has: |c| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..),
};
pub(super) const SESSION_NAME: Alphabet = Alphabet {
    pattern: r"[\w+=,.@-]*",
    has: |c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c),
};
const POLICY: Alphabet = Alphabet {
    pattern: r"[\u0009\u000A\u000D\u0020-\u00FF]+",
    has: |c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}'),
};
pub(super) const EXTERNAL_ID: Alphabet = Alphabet {
    pattern: r"[\w+=,.@:\/-]*",
    has: |c| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c),
};

/// `sts.source-identity.form`.
pub(super) const SOURCE_IDENTITY_LENGTH: RangeInclusive<usize> = 2..=64;
/// `sts.assume-role.duration-range`.
const DURATION: RangeInclusive<u32> = 900..=43_200;
/// `sts.session-tags.limits`.
const TAG_KEY_LENGTH: RangeInclusive<usize> = 1..=128;
const TAG_VALUE_LENGTH: RangeInclusive<usize> = 0..=256;
const TAG_KEY: Alphabet = Alphabet {
    pattern: r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+",
    has: is_of_tag,
};
const TAG_VALUE: Alphabet = Alphabet {
    pattern: r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*",
    has: is_of_tag,
};
/// `sts.mfa.parameter-forms`.
const SERIAL_NUMBER_LENGTH: RangeInclusive<usize> = 9..=256;
const SERIAL_NUMBER: Alphabet = Alphabet {
    pattern: r"[\w+=/:,.@-]*",
    has: |c| c.is_ascii_alphanumeric() || "_+=/:,.@-".contains(c),
};
const TOKEN_CODE_LENGTH: RangeInclusive<usize> = 6..=6;
const TOKEN_CODE: Alphabet = Alphabet {
    pattern: r"[\d]*",
    has: |c| c.is_ascii_digit(),
};

/// A letter, a digit or a space of any script, or one of a few signs.
fn is_of_tag(c: char) -> bool {
    c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "_.:/=+-@".contains(c)
}

/// What every operation takes that makes a session of a role.
pub(super) struct OfRole<'a> {
    pub(super) role_arn: &'a str,
    pub(super) role_session_name: &'a str,
    pub(super) duration_seconds: Option<u32>,
    pub(super) policy: Option<&'a str>,
    pub(super) policy_arns: &'a [String],
}

impl OfRole<'_> {
    pub(super) fn constrain(&self, constraints: &mut Constraints) {
        constraints.text(Field("roleArn"), self.role_arn, ARN_LENGTH, &ARN);
        let name = self.role_session_name;
        let field = Field("roleSessionName");
        constraints.text(field, name, SESSION_NAME_LENGTH, &SESSION_NAME);
        constraints.number(Field("durationSeconds"), self.duration_seconds, DURATION);
        policies(constraints, self.policy, self.policy_arns);
    }

    /// An ARN of something else is told once every constraint is met.
    pub(super) fn check_arn(&self) -> Result<(), StsError> {
        if is_role_arn(self.role_arn) {
            return Ok(());
        }
        let arn = self.role_arn.to_owned();
        Err(StsError::InvalidArn { arn })
    }
}

/// Session policies: the text of one, and the ARNs of others.
pub(super) fn policies(constraints: &mut Constraints, policy: Option<&str>, arns: &[String]) {
    if let Some(policy) = policy {
        constraints.text(Field("policy"), policy, POLICY_LENGTH, &POLICY);
    }
    for (number, arn) in (1..).zip(arns) {
        let field = format!("policyArns.{number}.member.arn");
        constraints.text(Field(&field), arn, ARN_LENGTH, &ARN);
    }
}

/// Session tags, in the order in which they were passed.
pub(super) fn tags(constraints: &mut Constraints, tags: &[(String, String)]) {
    for (number, (key, value)) in (1..).zip(tags) {
        tag_key(constraints, &format!("tags.{number}.member.key"), key);
        let field = format!("tags.{number}.member.value");
        constraints.text(Field(&field), value, TAG_VALUE_LENGTH, &TAG_VALUE);
    }
}

pub(super) fn tag_key(constraints: &mut Constraints, field: &str, key: &str) {
    constraints.text(Field(field), key, TAG_KEY_LENGTH, &TAG_KEY);
}

/// `sts.source-identity.form`: that of a session's name, which has no colon, so that what begins
/// with `aws:` is none either.
pub(super) fn source_identity(constraints: &mut Constraints, value: &str) {
    let field = Field("sourceIdentity");
    constraints.text(field, value, SOURCE_IDENTITY_LENGTH, &SESSION_NAME);
}

/// The device and the code of a second factor.
pub(super) fn second_factor(
    constraints: &mut Constraints,
    serial_number: Option<&str>,
    token_code: Option<&str>,
) {
    if let Some(serial) = serial_number {
        let field = Field("serialNumber");
        constraints.text(field, serial, SERIAL_NUMBER_LENGTH, &SERIAL_NUMBER);
    }
    if let Some(code) = token_code {
        constraints.text(Field("tokenCode"), code, TOKEN_CODE_LENGTH, &TOKEN_CODE);
    }
}

/// `arn:aws:iam::111122223333:role/NAME`, perhaps with a path.
fn is_role_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts[..] else {
        return false;
    };
    let digits = account.bytes().all(|byte| byte.is_ascii_digit());
    let named = resource
        .strip_prefix("role/")
        .is_some_and(|name| !name.is_empty());
    !partition.is_empty() && account.len() == 12 && digits && named
}
