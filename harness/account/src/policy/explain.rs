//! Why a request was decided as it was: every policy that was asked, and what it said.
//!
//! Nothing here runs while requests are decided. Whoever wants to know why asks again.

use super::decision::{Decision, PolicyType, StatementRef};
use super::document::NamedPolicy;
use super::evaluate::{Policies, Request, evaluate, evaluate_trust};
use super::near_miss::NearMiss;
use super::statement::Effect;
use super::trustee::Reach;

/// A decision, and what each kind of policy contributed to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The same as that of [`evaluate`] or [`evaluate_trust`].
    pub decision: Decision,
    /// In the order in which they are evaluated. A kind of policy that does not take part because
    /// there is none is left out; identity-based policies and those of the resource never are.
    pub layers: Vec<Layer>,
}

/// The policies of one kind; of an organization, those of one level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// What kind of policy.
    pub policy_type: PolicyType,
    /// The level of the organization, from 1 for its root; `None` for other kinds.
    pub level: Option<usize>,
    /// Their names.
    pub policies: Vec<String>,
    /// What they say together.
    pub says: Say,
    /// What would have allowed the request, but for one thing. Only if nothing did.
    pub near_misses: Vec<NearMiss>,
}

/// What the policies of a [`Layer`] say of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Say {
    /// A statement denies it.
    Denies {
        /// The first that does.
        by: StatementRef,
    },
    /// A statement allows it, and none denies it.
    Allows {
        /// The one that names the sender most directly.
        by: StatementRef,
        /// How directly that is.
        named: Named,
    },
    /// No statement is about it.
    Nothing,
}

/// How directly a statement names the sender of a request, which decides what can still limit the
/// grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// The very sender, or everyone.
    Sender,
    /// The role or user behind the session: boundary and session policies still limit.
    Behind,
    /// Only the account: its identity-based policies have the last word.
    Account,
}

/// Explains the decision on a resource.
///
/// ```
/// use std::sync::Arc;
/// use rolecall_account::policy::{
///     Context, Document, DocumentKind, NamedPolicy, Policies, Principal, Request, explain,
/// };
///
/// let office = Document::parse(
///     r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*",
///         "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}}"#,
///     DocumentKind::Identity,
/// )
/// .unwrap();
/// let identity = [NamedPolicy::new("office", Arc::new(office))];
/// let request = Request {
///     principal: &Principal::user("111122223333", "ann", "AIDAEXAMPLEEXAMPLE123"),
///     action: "s3:GetObject",
///     resource: "arn:aws:s3:::photos/cat.jpg",
///     resource_account: None,
///     context: &Context::new().with("aws:SourceIp", "198.51.100.1"),
/// };
/// let policies = Policies { identity: &identity, ..Policies::default() };
/// let why = explain(&request, &policies);
/// assert!(!why.decision.allowed());
/// assert_eq!(
///     why.layers[1].near_misses[0].to_string(),
///     "`office`, statement 1, would allow it but for the condition IpAddress aws:SourceIp: \
///      wanted `203.0.113.0/24`, was `198.51.100.1`",
/// );
/// ```
pub fn explain(request: &Request<'_>, policies: &Policies<'_>) -> Explanation {
    Explanation {
        decision: evaluate(request, policies),
        layers: layers(request, policies, policies.resource, PolicyType::Resource),
    }
}

/// Explains the decision on a role, of which `trust` is the trust policy.
pub fn explain_trust(
    request: &Request<'_>,
    trust: &NamedPolicy,
    caller: &Policies<'_>,
) -> Explanation {
    Explanation {
        decision: evaluate_trust(request, trust, caller),
        layers: layers(request, caller, Some(trust), PolicyType::Trust),
    }
}

impl Explanation {
    /// What would have allowed the request, in all of its layers.
    pub fn near_misses(&self) -> impl Iterator<Item = &NearMiss> {
        self.layers.iter().flat_map(|layer| &layer.near_misses)
    }
}

fn layers(
    request: &Request<'_>,
    policies: &Policies<'_>,
    resource: Option<&NamedPolicy>,
    resource_type: PolicyType,
) -> Vec<Layer> {
    let bounded = policies.boundary.is_some();
    let layer = |policies: &[NamedPolicy], policy_type, level| {
        Layer::of(request, bounded, policies, policy_type, level)
    };
    let levels = |levels: &[Vec<NamedPolicy>], policy_type| -> Vec<Layer> {
        let numbered = (1..).zip(levels);
        numbered
            .map(|(level, policies)| layer(policies, policy_type, Some(level)))
            .collect()
    };
    let one = |policy: Option<&NamedPolicy>, policy_type| {
        policy.map(|policy| layer(std::slice::from_ref(policy), policy_type, None))
    };
    let mut found = levels(policies.rcp, PolicyType::ResourceControl);
    if request.principal.has_account() {
        found.extend(levels(policies.scp, PolicyType::ServiceControl));
    }
    found.extend(one(policies.endpoint, PolicyType::VpcEndpoint));
    let resource = resource.map_or(&[][..], std::slice::from_ref);
    found.push(layer(resource, resource_type, None));
    if request.principal.has_account() {
        found.push(layer(policies.identity, PolicyType::Identity, None));
    }
    found.extend(one(policies.boundary, PolicyType::PermissionsBoundary));
    let session = policies.session.into_iter();
    found.extend(session.map(|session| layer(session, PolicyType::Session, None)));
    found
}

impl Layer {
    fn of(
        request: &Request<'_>,
        bounded: bool,
        policies: &[NamedPolicy],
        policy_type: PolicyType,
        level: Option<usize>,
    ) -> Self {
        let mut allow: Option<(Reach, StatementRef)> = None;
        let mut deny = None;
        let mut near_misses = Vec::new();
        for policy in policies {
            for (index, statement) in policy.document.statements.iter().enumerate() {
                let named = || StatementRef {
                    policy: policy.name.clone(),
                    policy_type,
                    index,
                    sid: statement.sid.clone(),
                };
                match (statement.effect, statement.reach(request, bounded)) {
                    (Effect::Deny, Some(_)) => {
                        deny.get_or_insert_with(named);
                    }
                    (Effect::Allow, Some(reach)) => {
                        if allow.as_ref().is_none_or(|(best, _)| *best < reach) {
                            allow = Some((reach, named()));
                        }
                    }
                    (Effect::Allow, None) => {
                        let unmet = statement.unmet(request, bounded);
                        near_misses.extend(unmet.map(|unmet| NearMiss {
                            statement: named(),
                            unmet,
                        }));
                    }
                    (Effect::Deny, None) => {}
                }
            }
        }
        let says = match (deny, allow) {
            (Some(by), _) => Say::Denies { by },
            (None, Some((reach, by))) => Say::Allows {
                by,
                named: reach.into(),
            },
            (None, None) => Say::Nothing,
        };
        if says != Say::Nothing {
            near_misses.clear();
        }
        Self {
            policy_type,
            level,
            policies: policies.iter().map(|policy| policy.name.clone()).collect(),
            says,
            near_misses,
        }
    }
}

impl From<Reach> for Named {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::Sender => Self::Sender,
            Reach::Behind => Self::Behind,
            Reach::Account => Self::Account,
        }
    }
}
