//! A request with everything that it was decided by, kept for whoever asks why.

use super::context::Context;
use super::decision::Decision;
use super::document::NamedPolicy;
use super::evaluate::{Policies, Request, evaluate, evaluate_trust};
use super::explain::{Explanation, explain, explain_trust};
use super::principal::Principal;

/// A request that is decided, or was: with its context and the policies as they stood.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Who asked.
    pub principal: Principal,
    /// As in `s3:PutObject`.
    pub action: String,
    /// The ARN of the resource.
    pub resource: String,
    /// The account that owns the resource; `None`: the one in the ARN, else the principal's.
    pub resource_account: Option<String>,
    /// The condition keys.
    pub context: Context,
    by: Kept,
}

/// The policies.
#[derive(Debug, Clone, PartialEq)]
struct Kept {
    trust: Option<NamedPolicy>,
    rcp: Vec<Vec<NamedPolicy>>,
    scp: Vec<Vec<NamedPolicy>>,
    endpoint: Option<NamedPolicy>,
    identity: Vec<NamedPolicy>,
    resource: Option<NamedPolicy>,
    boundary: Option<NamedPolicy>,
    session: Option<Vec<NamedPolicy>>,
}

impl Asked {
    /// Keeps what a request is decided by: `trust` if it was for a role. The documents are shared.
    pub fn keep(
        principal: Principal,
        action: &str,
        (resource, resource_account): (&str, Option<&str>),
        context: Context,
        policies: &Policies<'_>,
        trust: Option<&NamedPolicy>,
    ) -> Self {
        Self {
            principal,
            action: action.to_owned(),
            resource: resource.to_owned(),
            resource_account: resource_account.map(str::to_owned),
            context,
            by: Kept {
                trust: trust.cloned(),
                rcp: policies.rcp.to_vec(),
                scp: policies.scp.to_vec(),
                endpoint: policies.endpoint.cloned(),
                identity: policies.identity.to_vec(),
                resource: policies.resource.cloned(),
                boundary: policies.boundary.cloned(),
                session: policies.session.map(<[NamedPolicy]>::to_vec),
            },
        }
    }

    /// What the policies say.
    pub fn decide(&self) -> Decision {
        match &self.by.trust {
            Some(trust) => evaluate_trust(&self.request(), trust, &self.policies()),
            None => evaluate(&self.request(), &self.policies()),
        }
    }

    /// Why they say so.
    pub fn explain(&self) -> Explanation {
        match &self.by.trust {
            Some(trust) => explain_trust(&self.request(), trust, &self.policies()),
            None => explain(&self.request(), &self.policies()),
        }
    }

    fn request(&self) -> Request<'_> {
        Request {
            principal: &self.principal,
            action: &self.action,
            resource: &self.resource,
            resource_account: self.resource_account.as_deref(),
            context: &self.context,
        }
    }

    fn policies(&self) -> Policies<'_> {
        Policies {
            rcp: &self.by.rcp,
            scp: &self.by.scp,
            endpoint: self.by.endpoint.as_ref(),
            identity: &self.by.identity,
            resource: self.by.resource.as_ref(),
            boundary: self.by.boundary.as_ref(),
            session: self.by.session.as_deref(),
        }
    }
}
