//! Decides requests.

use super::context::Context;
use super::decision::{Decision, PolicyType, StatementRef};
use super::document::NamedPolicy;
use super::principal::{Principal, PrincipalKind};
use super::statement::Effect;
use super::trustee::Reach;

/// What is to be decided.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Who asks.
    pub principal: &'a Principal,
    /// As in `s3:PutObject`.
    pub action: &'a str,
    /// The ARN of the resource. `*` for an action on none, which only the pattern `*` matches.
    pub resource: &'a str,
    /// The account that owns the resource. `None`: the one in the ARN, else the principal's.
    pub resource_account: Option<&'a str>,
    /// The condition keys of the request.
    pub context: &'a Context,
}

/// The policies that apply to a request.
///
/// Those of an organization come as one list for each level: of the root, of every unit on the way
/// down, and of the account. They are left empty where they do not apply: for the management
/// account, for a service-linked role, and, of resource control policies, for a service that has
/// none.
#[derive(Debug, Clone, Copy, Default)]
pub struct Policies<'a> {
    /// Resource control policies, of the account that owns the resource.
    pub rcp: &'a [Vec<NamedPolicy>],
    /// Service control policies, of the account of the principal.
    pub scp: &'a [Vec<NamedPolicy>],
    /// The policy of the VPC endpoint by which the request came.
    pub endpoint: Option<&'a NamedPolicy>,
    /// Attached to the user and its groups, or to the role.
    pub identity: &'a [NamedPolicy],
    /// Attached to the resource.
    pub resource: Option<&'a NamedPolicy>,
    /// The permissions boundary of the user or role.
    pub boundary: Option<&'a NamedPolicy>,
    /// Session policies; `None` if none were passed. An empty list allows nothing.
    pub session: Option<&'a [NamedPolicy]>,
}

/// Decides a request on a resource.
///
/// Source: IAM User Guide, "Policy evaluation logic" and its page on cross-account requests.
pub fn evaluate(request: &Request<'_>, policies: &Policies<'_>) -> Decision {
    let found = Found::gather(request, policies, policies.resource, PolicyType::Resource);
    found.refused().unwrap_or_else(|| {
        // policy.decision.root-needs-no-allow
        if request.principal.kind == PrincipalKind::Root && !request.crosses_accounts() {
            let by = found.resource.allow.or(found.identity.allow);
            return Decision::Allowed {
                by: by.map(Hit::statement),
            };
        }
        found.decide(request)
    })
}

/// Decides a request for a role, of which `trust` is the trust policy.
///
/// The policies in `caller` are those of the principal that asks; `caller.resource` is not read.
///
/// ```
/// use std::sync::Arc;
/// use rolecall_account::policy::{
///     Context, Document, DocumentKind, NamedPolicy, Policies, Principal, Request, evaluate_trust,
/// };
///
/// let trust = Document::parse(
///     r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
///         "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}"#,
///     DocumentKind::Trust,
/// )
/// .unwrap();
/// let trust = NamedPolicy::new("trust of web", Arc::new(trust));
/// let request = Request {
///     principal: &Principal::service("ec2.amazonaws.com"),
///     action: "sts:AssumeRole",
///     resource: "arn:aws:iam::111122223333:role/web",
///     resource_account: None,
///     context: &Context::new(),
/// };
/// assert!(evaluate_trust(&request, &trust, &Policies::default()).allowed());
/// ```
pub fn evaluate_trust(
    request: &Request<'_>,
    trust: &NamedPolicy,
    caller: &Policies<'_>,
) -> Decision {
    let found = Found::gather(request, caller, Some(trust), PolicyType::Trust);
    found.refused().unwrap_or_else(|| {
        // policy.trust.must-allow-explicitly: also the root user and the role itself.
        if found.resource.allow.is_none() {
            return Decision::ImplicitDeny {
                missing: PolicyType::Trust,
            };
        }
        found.decide(request)
    })
}

impl Request<'_> {
    pub(super) fn crosses_accounts(&self) -> bool {
        let in_arn = || {
            let account = self.resource.split(':').nth(4)?;
            (account.len() == 12).then_some(account)
        };
        self.resource_account
            .or_else(in_arn)
            .is_some_and(|account| account != self.principal.account)
    }
}

/// A statement that matches the request.
#[derive(Clone, Copy)]
struct Hit<'a> {
    policy: &'a NamedPolicy,
    policy_type: PolicyType,
    index: usize,
    reach: Reach,
}

/// What the policies of one type say.
#[derive(Clone, Copy, Default)]
struct Findings<'a> {
    /// Whether there are policies of this type: without one, the type sets no limit.
    present: bool,
    /// The first one.
    deny: Option<Hit<'a>>,
    /// The first of the most direct ones.
    allow: Option<Hit<'a>>,
}

struct Found<'a> {
    rcp: Findings<'a>,
    scp: Findings<'a>,
    endpoint: Findings<'a>,
    resource: Findings<'a>,
    identity: Findings<'a>,
    boundary: Findings<'a>,
    session: Findings<'a>,
}

impl<'a> Found<'a> {
    fn gather(
        request: &Request<'_>,
        policies: &Policies<'a>,
        resource: Option<&'a NamedPolicy>,
        resource_type: PolicyType,
    ) -> Self {
        let search = Search {
            request,
            bounded: policies.boundary.is_some(),
        };
        let one = |policy: Option<&'a NamedPolicy>| policy.map(std::slice::from_ref);
        // policy.scp.binds-principals-of-the-account: and so nobody who has none.
        let scp = if request.principal.has_account() {
            policies.scp
        } else {
            &[]
        };
        Self {
            rcp: search.levels(policies.rcp, PolicyType::ResourceControl),
            scp: search.levels(scp, PolicyType::ServiceControl),
            endpoint: search.among(one(policies.endpoint), PolicyType::VpcEndpoint),
            resource: search.among(one(resource), resource_type),
            identity: search.among(Some(policies.identity), PolicyType::Identity),
            boundary: search.among(one(policies.boundary), PolicyType::PermissionsBoundary),
            session: search.among(policies.session, PolicyType::Session),
        }
    }

    /// What is settled before grants are looked at.
    fn refused(&self) -> Option<Decision> {
        // policy.decision.organization-before-grants, policy.scp.binds-root-users
        let limits = [
            (self.rcp, PolicyType::ResourceControl),
            (self.scp, PolicyType::ServiceControl),
            (self.endpoint, PolicyType::VpcEndpoint),
        ];
        self.first_deny().or_else(|| {
            let withheld = limits.iter().find(|(findings, _)| findings.withholds());
            withheld.map(|(_, policy_type)| missing(*policy_type))
        })
    }

    /// policy.decision.explicit-deny-wins: in any policy, before any `Allow` is looked at. Which
    /// one is named when several deny is unsourced; here in the order of evaluation.
    fn first_deny(&self) -> Option<Decision> {
        [
            self.rcp,
            self.scp,
            self.endpoint,
            self.resource,
            self.identity,
            self.boundary,
            self.session,
        ]
        .iter()
        .find_map(|findings| findings.deny)
        .map(|hit| Decision::ExplicitDeny {
            by: hit.statement(),
        })
    }

    /// What remains when nothing denies.
    fn decide(&self, request: &Request<'_>) -> Decision {
        let granted = self.resource.allow;
        if !request.principal.has_account() {
            // policy.decision.outsiders-need-the-resource
            return match granted {
                Some(hit) => hit.allows(),
                None => missing(PolicyType::Resource),
            };
        }
        if request.crosses_accounts() {
            return self.decide_across(request.principal);
        }
        match granted.map(|hit| (hit, hit.reach)) {
            // policy.decision.resource-names-sender
            Some((hit, Reach::Sender)) => hit.allows(),
            // policy.decision.resource-names-role
            Some((hit, Reach::Behind)) => self.limit(hit, request.principal),
            // policy.decision.identity-or-resource: naming the account leaves it to the identity.
            Some((_, Reach::Account)) | None => self.decide_by_identity(request.principal),
        }
    }

    /// policy.decision.cross-account-needs-both
    fn decide_across(&self, principal: &Principal) -> Decision {
        let own_side = match principal.kind {
            PrincipalKind::Root => None,
            _ => Some(self.decide_by_identity(principal)),
        };
        match (own_side, self.resource.allow) {
            (Some(refused), _) if !refused.allowed() => refused,
            (_, Some(hit)) => hit.allows(),
            (_, None) => missing(PolicyType::Resource),
        }
    }

    fn decide_by_identity(&self, principal: &Principal) -> Decision {
        match self.identity.allow {
            Some(hit) => self.limit(hit, principal),
            // policy.decision.default-deny
            None => missing(PolicyType::Identity),
        }
    }

    /// Lets a grant pass if boundary and session policies allow the request too.
    fn limit(&self, grant: Hit<'_>, principal: &Principal) -> Decision {
        // policy.decision.boundary-intersects
        if self.boundary.withholds() {
            return missing(PolicyType::PermissionsBoundary);
        }
        // policy.decision.session-intersects: a federated user without one gets nothing.
        let bare_federation =
            principal.kind == PrincipalKind::FederatedUser && !self.session.present;
        if self.session.withholds() || bare_federation {
            return missing(PolicyType::Session);
        }
        grant.allows()
    }
}

/// What is looked for in every policy.
#[derive(Clone, Copy)]
struct Search<'r> {
    request: &'r Request<'r>,
    /// Whether the principal has a permissions boundary.
    bounded: bool,
}

impl Search<'_> {
    fn among(self, policies: Option<&[NamedPolicy]>, policy_type: PolicyType) -> Findings<'_> {
        let mut findings = Findings {
            present: policies.is_some(),
            ..Findings::default()
        };
        for policy in policies.unwrap_or_default() {
            for (index, statement) in policy.document.statements.iter().enumerate() {
                let Some(reach) = statement.reach(self.request, self.bounded) else {
                    continue;
                };
                let hit = Hit {
                    policy,
                    policy_type,
                    index,
                    reach,
                };
                match statement.effect {
                    Effect::Deny => {
                        findings.deny.get_or_insert(hit);
                    }
                    Effect::Allow if findings.allow.is_none_or(|a| a.reach < reach) => {
                        findings.allow = Some(hit);
                    }
                    Effect::Allow => {}
                }
            }
        }
        findings
    }

    /// policy.scp.every-level-allows: what one level does not allow is not allowed.
    fn levels(self, levels: &[Vec<NamedPolicy>], policy_type: PolicyType) -> Findings<'_> {
        let mut findings = Findings {
            present: !levels.is_empty(),
            ..Findings::default()
        };
        let mut withheld = false;
        for level in levels {
            let found = self.among(Some(level), policy_type);
            withheld |= found.allow.is_none();
            findings.deny = findings.deny.or(found.deny);
            findings.allow = found.allow;
        }
        if withheld {
            findings.allow = None;
        }
        findings
    }
}

impl Findings<'_> {
    fn withholds(&self) -> bool {
        self.present && self.allow.is_none()
    }
}

impl Hit<'_> {
    fn statement(self) -> StatementRef {
        let statement = self.policy.document.statements.get(self.index);
        StatementRef {
            policy: self.policy.name.clone(),
            policy_type: self.policy_type,
            index: self.index,
            sid: statement.and_then(|statement| statement.sid.clone()),
        }
    }

    fn allows(self) -> Decision {
        Decision::Allowed {
            by: Some(self.statement()),
        }
    }
}

fn missing(missing: PolicyType) -> Decision {
    Decision::ImplicitDeny { missing }
}
