//! Whether everyone may: what counts as public, and what is blocked of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::begin::Permit;
use super::bucket::Bucket;
use super::bucket_policy::{listed, texts};
use super::error::{S3Code, S3Error};
use crate::instant::SimInstant;
use crate::world::World;

/// What of public access to a bucket is blocked. The two about ACLs are kept and have no effect, for
/// there are no ACLs here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "they are four independent settings of S3"
)]
#[serde(deny_unknown_fields)]
pub struct PublicAccessBlock {
    /// `BlockPublicAcls`.
    pub block_public_acls: bool,
    /// `IgnorePublicAcls`.
    pub ignore_public_acls: bool,
    /// `BlockPublicPolicy`: a public policy is refused.
    pub block_public_policy: bool,
    /// `RestrictPublicBuckets`: while the policy is public, only those of the owner's account may.
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// What a new bucket has (`s3.public-access.default`).
    pub(super) const DEFAULT: Self = Self {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };
}

impl Bucket {
    pub(super) fn blocks_public_policies(&self) -> bool {
        let block = self.public_access_block;
        block.is_some_and(|block| block.block_public_policy)
    }

    /// Whether only those of its own account may do anything with it.
    pub(super) fn is_restricted(&self) -> bool {
        let block = self.public_access_block;
        block.is_some_and(|block| block.restrict_public_buckets) && self.is_public() == Some(true)
    }
}

impl World {
    /// What of public access to the bucket is blocked.
    ///
    /// # Errors
    /// There is no such setting; the bucket is gone since the permit was given.
    pub fn s3_get_public_access_block(
        &mut self,
        now: SimInstant,
        permit: &Permit,
    ) -> Result<PublicAccessBlock, S3Error> {
        let block = self.s3_bucket(now, permit)?.public_access_block;
        let name = permit.bucket()?;
        block.ok_or_else(|| {
            let code = S3Code::NoSuchPublicAccessBlockConfiguration;
            S3Error::resource(code).and("BucketName", &name)
        })
    }

    /// Blocks public access to the bucket in these ways, or in none.
    ///
    /// # Errors
    /// The bucket is gone since the permit was given.
    pub fn s3_set_public_access_block(
        &mut self,
        now: SimInstant,
        permit: &Permit,
        block: Option<PublicAccessBlock>,
    ) -> Result<(), S3Error> {
        self.advance_to(now);
        self.s3_bucket_mut(permit)?.public_access_block = block;
        Ok(())
    }
}

/// The condition keys that narrow a grant to everyone down to somebody, each with values without
/// wildcards.
const NARROWING_KEYS: &[&str] = &[
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
];

const NARROWING_OPERATORS: &[&str] = &[
    "arnequals",
    "arnlike",
    "ipaddress",
    "stringequals",
    "stringequalsignorecase",
    "stringlike",
];

/// Whether a statement of the document grants something to everyone (`s3.public-access.meaning`).
pub(super) fn is_public(document: &Value) -> bool {
    listed(&document["Statement"]).iter().any(|statement| {
        statement["Effect"] == "Allow" && names_everyone(statement) && !is_narrowed(statement)
    })
}

fn names_everyone(statement: &Value) -> bool {
    if !statement["NotPrincipal"].is_null() {
        return true;
    }
    match &statement["Principal"] {
        Value::String(everyone) => everyone == "*",
        types => texts(&types["AWS"]).contains(&"*"),
    }
}

fn is_narrowed(statement: &Value) -> bool {
    let operators = statement["Condition"].as_object();
    operators.into_iter().flatten().any(|(operator, keys)| {
        let known = NARROWING_OPERATORS.contains(&&*operator.to_lowercase());
        let keys = keys.as_object().into_iter().flatten();
        known && keys.into_iter().any(|(key, values)| fixes(key, values))
    })
}

/// Whether every value of a condition names somebody.
fn fixes(key: &str, values: &Value) -> bool {
    let values = texts(values);
    let fixed = |value: &&str| {
        !value.contains(['*', '?']) && !value.contains("${") && !value.ends_with("/0")
    };
    NARROWING_KEYS.contains(&&*key.to_lowercase()) && !values.is_empty() && values.iter().all(fixed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    // s3.public-access.meaning
    #[test]
    fn who_is_everyone() {
        for (principal, condition, public) in [
            (json!("*"), json!({}), true),
            (json!({"AWS": "*"}), json!({}), true),
            (json!({"AWS": ["111122223333", "*"]}), json!({}), true),
            (json!({"AWS": "111122223333"}), json!({}), false),
            (
                json!({"Service": "logging.s3.amazonaws.com"}),
                json!({}),
                false,
            ),
            (
                json!("*"),
                json!({"StringEquals": {"aws:SourceVpc": "vpc-91237329"}}),
                false,
            ),
            (
                json!("*"),
                json!({"StringLike": {"aws:SourceVpc": "vpc-*"}}),
                true,
            ),
            (
                json!("*"),
                json!({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}}),
                false,
            ),
            (
                json!("*"),
                json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}),
                true,
            ),
            (
                json!("*"),
                json!({"StringNotEquals": {"aws:SourceVpc": "vpc-91237329"}}),
                true,
            ),
            (
                json!("*"),
                json!({"StringEquals": {"s3:x-amz-acl": "private"}}),
                true,
            ),
        ] {
            let statement =
                |effect| json!({"Effect": effect, "Principal": principal, "Condition": condition});
            let document = json!({"Statement": [statement("Deny"), statement("Allow")]});
            assert_eq!(is_public(&document), public, "{document}");
            let denying = json!({"Statement": statement("Deny")});
            assert!(!is_public(&denying), "{denying}");
        }
    }
}
