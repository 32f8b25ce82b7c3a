//! A request with everything that it was decided by, kept for whoever asks why.

use std::sync::Arc;

use super::context::Context;
use super::decision::Decision;
use super::document::NamedPolicy;
use super::evaluate::{Policies, Request, evaluate, evaluate_trust};
use super::explain::{Explanation, explain, explain_trust};
use super::principal::Principal;

/// A request that was decided: with its context and the policies as they stood then.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Who asked.
    pub principal: Principal,
    /// As in `s3:PutObject`.
    pub action: String,
    /// The ARN of the resource.
    pub resource: String,
    /// The condition keys.
    pub context: Context,
    resource_account: Option<String>,
    trust: Option<NamedPolicy>,
    rcp: Vec<Vec<NamedPolicy>>,
    scp: Vec<Vec<NamedPolicy>>,
    endpoint: Option<NamedPolicy>,
    identity: Vec<NamedPolicy>,
    of_resource: Option<NamedPolicy>,
    boundary: Option<NamedPolicy>,
    session: Option<Vec<NamedPolicy>>,
}

/// A decision that can be explained.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// What was decided.
    pub decision: Decision,
    /// On what.
    pub asked: Arc<Asked>,
}

impl Decided {
    /// Decides a request on a resource, and remembers it.
    pub fn on(request: &Request<'_>, policies: &Policies<'_>) -> Self {
        Self {
            decision: evaluate(request, policies),
            asked: Arc::new(Asked::of(request, policies, None)),
        }
    }

    /// Decides a request for a role, of which `trust` is the trust policy, and remembers it.
    pub fn on_trust(request: &Request<'_>, trust: &NamedPolicy, caller: &Policies<'_>) -> Self {
        Self {
            decision: evaluate_trust(request, trust, caller),
            asked: Arc::new(Asked::of(request, caller, Some(trust))),
        }
    }
}

impl std::ops::Deref for Decided {
    type Target = Decision;

    fn deref(&self) -> &Decision {
        &self.decision
    }
}

impl Asked {
    fn of(request: &Request<'_>, policies: &Policies<'_>, trust: Option<&NamedPolicy>) -> Self {
        Self {
            principal: request.principal.clone(),
            action: request.action.to_owned(),
            resource: request.resource.to_owned(),
            context: request.context.clone(),
            resource_account: request.resource_account.map(str::to_owned),
            trust: trust.cloned(),
            rcp: policies.rcp.to_vec(),
            scp: policies.scp.to_vec(),
            endpoint: policies.endpoint.cloned(),
            identity: policies.identity.to_vec(),
            of_resource: policies.resource.cloned(),
            boundary: policies.boundary.cloned(),
            session: policies.session.map(<[NamedPolicy]>::to_vec),
        }
    }

    /// Why it was decided as it was.
    pub fn explain(&self) -> Explanation {
        let request = Request {
            principal: &self.principal,
            action: &self.action,
            resource: &self.resource,
            resource_account: self.resource_account.as_deref(),
            context: &self.context,
        };
        let policies = Policies {
            rcp: &self.rcp,
            scp: &self.scp,
            endpoint: self.endpoint.as_ref(),
            identity: &self.identity,
            resource: self.of_resource.as_ref(),
            boundary: self.boundary.as_ref(),
            session: self.session.as_deref(),
        };
        match &self.trust {
            Some(trust) => explain_trust(&request, trust, &policies),
            None => explain(&request, &policies),
        }
    }
}
