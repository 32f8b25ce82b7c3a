//! What a step expects.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::language::at::At;
use crate::language::word::words;

/// `expect`: everything said must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expect {
    /// The provider gives no credentials, and no signed request leaves it. The class is advisory.
    pub fails: Option<At<Class>>,
    /// The service allows the call.
    pub allowed: Option<At<Allowed>>,
    /// The service refuses the call.
    pub denied: Option<At<Denied>>,
    /// The role whose credentials are used.
    pub identity: Option<At<String>>,
    /// Which issue of their source they are, counted from one.
    pub issue: Option<At<u32>>,
    /// The earlier step that used the very same key set.
    pub same_set_as: Option<At<String>>,
    /// Requests since the last step, by what they are.
    pub calls: BTreeMap<String, At<Count>>,
    /// The time the action may take, on the client's monotonic clock.
    pub within: Option<At<Duration>>,
    /// What holds for each repetition.
    pub each: Option<Box<At<Expect>>>,
    /// What holds for the last repetition.
    pub last: Option<Box<At<Expect>>>,
    /// At least one of these holds: the latitude a rule leaves.
    pub any_of: Vec<At<Expect>>,
    /// What holds besides, under a rule set.
    pub under: BTreeMap<RuleSet, At<Expect>>,
}

impl Expect {
    /// Whether nothing is said: the action must then succeed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The expectations within this one.
    pub fn nested(&self) -> impl Iterator<Item = &At<Self>> {
        let repeated = self.each.iter().chain(&self.last).map(Box::as_ref);
        repeated.chain(&self.any_of).chain(self.under.values())
    }
}

words! {
    /// Why a provider gave no credentials: the error classes of the driver contract.
    pub enum Class ("error class") {
        /// No source has any.
        NoneFound = "none-found",
        /// The configuration makes no sense.
        BadConfig = "bad-config",
        /// A source answered with an error.
        SourceError = "source-error",
        /// A source refused.
        SourceRefused = "source-refused",
        /// A source did not answer in time.
        Timeout = "timeout",
        /// The credentials have expired.
        Expired = "expired",
        /// The service refused.
        Refused = "refused",
        /// No connection, or a broken one.
        Network = "network",
        /// The call was cancelled.
        Cancelled = "cancelled",
        /// Anything else.
        Other = "other",
    }
}

/// `expect.allowed`; an empty table says no more than that.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Allowed {
    /// The policy that decided: a managed or an inline one, or the bucket whose policy it is.
    pub by: Option<At<String>>,
    /// Which issue of their source the credentials are, counted from one.
    pub issue: Option<At<u32>>,
    /// The role whose credentials are used.
    pub identity: Option<At<String>>,
}

/// `expect.denied`; an empty table says no more than that.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Denied {
    /// The service's error code: `AccessDenied`.
    pub code: Option<At<String>>,
    /// The policy that decided, when one did.
    pub by: Option<At<String>>,
    /// Why.
    pub reason: Option<At<Reason>>,
}

words! {
    /// Why a policy decision refused.
    pub enum Reason ("reason") {
        /// No identity policy allows it.
        NoIdentityPolicy = "no-identity-policy",
        /// A policy denies it.
        ExplicitDeny = "explicit-deny",
        /// No resource policy allows it.
        NoResourcePolicy = "no-resource-policy",
        /// The permissions boundary does not allow it.
        NoBoundary = "no-boundary",
        /// The session policy does not allow it.
        NoSessionPolicy = "no-session-policy",
        /// The trust policy does not allow it.
        NoTrustPolicy = "no-trust-policy",
        /// A level of the organization does not allow it to its principals.
        NoServiceControlPolicy = "no-service-control-policy",
        /// A level of the organization does not allow it to its resources.
        NoResourceControlPolicy = "no-resource-control-policy",
        /// The policy of the VPC endpoint does not allow it.
        NoEndpointPolicy = "no-endpoint-policy",
    }
}

words! {
    /// By what measure a provider is judged.
    pub enum RuleSet ("rule set") {
        /// What AWS documents: what counts.
        Documented = "documented",
        /// What the provider itself promises.
        Legacy = "legacy",
        /// The refresh behaviour that AWS announced in 2026: a preview.
        Refresh2026 = "refresh-2026",
        /// For providers that are a process a call.
        OneShot = "one-shot",
    }
}

words! {
    /// A rule set that is announced, and in force for those alone who promise it.
    pub enum Preview ("preview") {
        /// The refresh behaviour that AWS announced in 2026.
        Refresh2026 = "refresh-2026",
    }
}

/// How many requests are expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// At least so many.
    pub min: u64,
    /// At most so many; no limit when left out.
    pub max: Option<u64>,
}

impl Count {
    /// Exactly `count`.
    pub const fn exactly(count: u64) -> Self {
        Self {
            min: count,
            max: Some(count),
        }
    }

    /// Whether `count` is expected.
    pub fn allows(&self, count: u64) -> bool {
        self.min <= count && self.max.is_none_or(|max| count <= max)
    }
}

/// `1`, `at least 1`, `1 to 3`.
impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.max {
            Some(max) if max == self.min => write!(f, "{max}"),
            Some(max) => write!(f, "{} to {max}", self.min),
            None => write!(f, "at least {}", self.min),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_says_what_it_allows() {
        let some = Count { min: 1, max: None };
        assert!(!some.allows(0) && some.allows(9));
        assert!(Count::exactly(2).allows(2) && !Count::exactly(2).allows(3));
        assert_eq!(some.to_string(), "at least 1");
        assert_eq!(
            Count {
                min: 1,
                max: Some(3)
            }
            .to_string(),
            "1 to 3"
        );
        assert_eq!(Count::exactly(2).to_string(), "2");
    }
}
