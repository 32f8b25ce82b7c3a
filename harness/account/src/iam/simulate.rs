//! Simulation: what policies would say, without anything being asked.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::context_keys::{context_keys, keys_needed};
use super::error::IamError;
use super::held::HeldPolicies;
use super::page::{Page, PageRequest};
use super::role::{Iam, no_such};
use crate::control_plane::ControlPlane;
use crate::operation::Operation;
use crate::policy::{
    self, Context, Decision, Document, NamedPolicy, Policies, Principal, Request, TextPosition,
};

/// What is simulated: every action on every resource.
#[derive(Clone, Debug, Default)]
pub struct Simulation {
    /// Policies of identities, besides those of a principal.
    pub policies: Vec<Document>,
    /// The permissions boundary; in place of the principal's own.
    pub boundary: Option<Document>,
    /// As in `s3:GetObject`.
    pub actions: Vec<String>,
    /// ARNs; `*` if there is none.
    pub resources: Vec<String>,
    /// A policy of each resource.
    pub resource_policy: Option<Document>,
    /// The account that owns the resources, by the ARN of its root.
    pub resource_owner: Option<String>,
    /// The ARN of the user who asks, which a policy of a resource needs.
    pub caller: Option<String>,
    /// The condition keys of the request; there are no others.
    pub context: Context,
}

/// What came of one action on one resource.
#[derive(Clone, Debug)]
pub struct Simulated {
    /// The action.
    pub action: String,
    /// The resource.
    pub resource: String,
    /// What was decided.
    pub decision: Decision,
    /// The statements that decided it.
    pub matched: Vec<MatchedStatement>,
    /// The condition keys that policies ask for and the request has not.
    pub missing: Vec<String>,
    /// Whether the boundary allows it, if there is one.
    pub within_boundary: Option<bool>,
}

/// A statement that decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchedStatement {
    /// `PolicyInputList.1`, the name of a managed policy, or `user_ann_reads` of an inline one.
    pub source: String,
    /// Where it begins in the text of the policy.
    pub start: TextPosition,
    /// Where it ends.
    pub end: TextPosition,
}

/// The policies of whoever is simulated.
#[derive(Default)]
struct Subject {
    identity: Vec<NamedPolicy>,
    boundary: Option<NamedPolicy>,
}

impl Subject {
    /// `iam.simulate.source-ids`.
    fn hold(&mut self, kind: &str, name: &str, held: &HeldPolicies) {
        let attached = held.attached().map(|(_, policy)| policy.clone());
        self.identity.extend(attached);
        let inline = held.inline().iter().map(|policy| NamedPolicy {
            name: format!("{kind}_{name}_{}", policy.name),
            ..policy.clone()
        });
        self.identity.extend(inline);
    }

    fn documents(&self) -> impl Iterator<Item = &Document> {
        let all = self.identity.iter().chain(&self.boundary);
        all.map(|policy| policy.document.as_ref())
    }
}

impl Iam {
    /// The policies of a user with its groups, of a group or of a role, by its ARN.
    fn subject(&self, arn: &str) -> Option<Subject> {
        let mut subject = Subject::default();
        if let Some(user) = self.users.values().find(|user| user.arn == arn) {
            subject.hold("user", &user.name, &user.policies);
            for group in self.groups_of(&user.id) {
                subject.hold("group", &group.name, &group.policies);
            }
            subject.boundary = user.boundary().cloned();
        } else if let Some(role) = self.role_by_arn(arn) {
            subject.hold("role", &role.name, &role.policies);
            subject.boundary = role.boundary().cloned();
        } else {
            let group = self.groups.values().find(|group| group.arn == arn)?;
            subject.hold("group", &group.name, &group.policies);
        }
        Some(subject)
    }
}

impl ControlPlane<'_> {
    /// What the policies in a request would say.
    ///
    /// # Errors
    /// Denied; no action; an ARN that is none; a page that cannot be.
    pub fn simulate_custom_policy(
        &mut self,
        asked: Simulation,
        page: &PageRequest,
    ) -> Result<Page<Simulated>, IamError> {
        self.authorize(Operation::SimulateCustomPolicy, "*", &Context::new())?;
        self.simulate(Subject::default(), asked, page)
    }

    /// What the policies of a user, a group or a role would say, and those in the request.
    ///
    /// # Errors
    /// Denied; nobody has that ARN; no action; an ARN that is none; a page that cannot be.
    pub fn simulate_principal_policy(
        &mut self,
        source: &str,
        mut asked: Simulation,
        page: &PageRequest,
    ) -> Result<Page<Simulated>, IamError> {
        self.authorize(Operation::SimulatePrincipalPolicy, source, &Context::new())?;
        let subject = self.iam().subject(source);
        let subject = subject.ok_or_else(|| no_such("principal", source))?;
        // iam.simulate.caller-is-source
        if asked.caller.is_none() && source.contains(":user/") {
            asked.caller = Some(source.to_owned());
        }
        self.simulate(subject, asked, page)
    }

    /// The condition keys that policies ask for.
    ///
    /// # Errors
    /// Denied.
    pub fn get_context_keys_for_custom_policy(
        &mut self,
        policies: &[Document],
    ) -> Result<BTreeSet<String>, IamError> {
        let operation = Operation::GetContextKeysForCustomPolicy;
        self.authorize(operation, "*", &Context::new())?;
        Ok(policies.iter().flat_map(context_keys).collect())
    }

    /// The condition keys that the policies of a user, a group or a role ask for, and those in the
    /// request.
    ///
    /// # Errors
    /// Denied; nobody has that ARN.
    pub fn get_context_keys_for_principal_policy(
        &mut self,
        source: &str,
        policies: &[Document],
    ) -> Result<BTreeSet<String>, IamError> {
        let operation = Operation::GetContextKeysForPrincipalPolicy;
        self.authorize(operation, source, &Context::new())?;
        let subject = self.iam().subject(source);
        let subject = subject.ok_or_else(|| no_such("principal", source))?;
        let all = subject.documents().chain(policies);
        Ok(all.flat_map(context_keys).collect())
    }

    fn simulate(
        &self,
        mut subject: Subject,
        asked: Simulation,
        page: &PageRequest,
    ) -> Result<Page<Simulated>, IamError> {
        let inputs = (1..).zip(asked.policies).map(|(number, document)| {
            NamedPolicy::new(format!("PolicyInputList.{number}"), Arc::new(document))
        });
        subject.identity.extend(inputs);
        if let Some(boundary) = asked.boundary {
            let name = "PermissionsBoundaryPolicyInputList.1";
            subject.boundary = Some(NamedPolicy::new(name, Arc::new(boundary)));
        }
        if asked.resource_policy.is_some() && asked.caller.is_none() {
            // iam.simulate.resource-policy-needs-caller
            let message = "A resource policy needs a CallerArn.";
            return Err(IamError::InvalidInput(message.to_owned()));
        }
        let scene = Scene {
            principal: self.simulated_principal(asked.caller.as_deref())?,
            resource_account: asked
                .resource_owner
                .as_deref()
                .map(account_of)
                .transpose()?,
            resource_policy: asked
                .resource_policy
                .map(|document| NamedPolicy::new("ResourcePolicy", Arc::new(document))),
            context: asked.context,
            subject,
        };
        let everything = ["*".to_owned()];
        let resources = match &asked.resources[..] {
            [] => &everything[..],
            some => some,
        };
        let pairs = asked.actions.iter().flat_map(|action| {
            let on = move |resource| (format!("{action} {resource}"), (action, resource));
            resources.iter().map(on)
        });
        let page = page.cut("simulation", pairs)?;
        Ok(page.map(|(action, resource)| scene.play(action, resource)))
    }

    /// The user of that ARN, who need not be there; whoever if none is named.
    fn simulated_principal(&self, caller: Option<&str>) -> Result<Principal, IamError> {
        let Some(arn) = caller else {
            return Ok(Principal::user(&self.account, "simulated", "AIDASIMULATED"));
        };
        // iam.simulate.caller-is-user
        let name = arn
            .split_once(":user/")
            .and_then(|(_, rest)| rest.rsplit('/').next());
        let name = name.filter(|name| !name.is_empty() && arn.starts_with("arn:"));
        let name =
            name.ok_or_else(|| IamError::InvalidInput(format!("Invalid CallerArn {arn}")))?;
        let known = self.iam().users.values().find(|user| user.arn == arn);
        let id = known.map_or("AIDASIMULATED", |user| &user.id);
        let account = account_of(arn)?;
        Ok(Principal {
            arn: arn.to_owned(),
            ..Principal::user(account, name, id)
        })
    }
}

/// The account in an ARN.
fn account_of(arn: &str) -> Result<&str, IamError> {
    let account = arn.split(':').nth(4);
    let account = account.filter(|text| crate::accounts::is_account_id(text));
    account.ok_or_else(|| IamError::InvalidInput(format!("Invalid ARN {arn}")))
}

/// All that is the same for every action and resource.
struct Scene<'a> {
    principal: Principal,
    resource_account: Option<&'a str>,
    resource_policy: Option<NamedPolicy>,
    context: Context,
    subject: Subject,
}

impl Scene<'_> {
    fn play(&self, action: &str, resource: &str) -> Simulated {
        let request = Request {
            principal: &self.principal,
            action,
            resource,
            resource_account: self.resource_account,
            context: &self.context,
        };
        let policies = Policies {
            identity: &self.subject.identity,
            resource: self.resource_policy.as_ref(),
            boundary: self.subject.boundary.as_ref(),
            ..Policies::default()
        };
        let decision = policy::evaluate(&request, &policies);
        let all = self.subject.documents();
        let all = all.chain(self.resource_policy.iter().map(|it| it.document.as_ref()));
        let needed: BTreeSet<_> = all.flat_map(|it| keys_needed(it, &request)).collect();
        let missing = needed.into_iter();
        let missing = missing.filter(|key| self.context.values(key).is_empty());
        let boundary = self.subject.boundary.as_ref();
        Simulated {
            action: action.to_owned(),
            resource: resource.to_owned(),
            matched: self.matched(&request, &decision),
            missing: missing.collect(),
            within_boundary: boundary.map(|boundary| alone(&request, boundary).allowed()),
            decision,
        }
    }

    /// Those that allow it, or those that deny it; the absence of a statement has none
    /// (`iam.simulate.matched`).
    fn matched(&self, request: &Request<'_>, decision: &Decision) -> Vec<MatchedStatement> {
        if let Decision::ImplicitDeny { .. } = decision {
            return Vec::new();
        }
        let deciding = |found: &Decision| match found {
            Decision::Allowed { .. } => decision.allowed(),
            Decision::ExplicitDeny { .. } => !decision.allowed(),
            Decision::ImplicitDeny { .. } => false,
        };
        let mut matched = Vec::new();
        for policy in &self.subject.identity {
            for (index, statement) in policy.document.statements.iter().enumerate() {
                let mut one = Document::clone(&policy.document);
                one.statements = vec![statement.clone()];
                let one = NamedPolicy::new(policy.name.as_str(), Arc::new(one));
                if !deciding(&alone(request, &one)) {
                    continue;
                }
                if let Some((start, end)) = policy.document.statement_position(index) {
                    let source = policy.name.clone();
                    matched.push(MatchedStatement { source, start, end });
                }
            }
        }
        matched
    }
}

/// What one policy says if there is no other.
fn alone(request: &Request<'_>, policy: &NamedPolicy) -> Decision {
    let policies = Policies {
        identity: std::slice::from_ref(policy),
        ..Policies::default()
    };
    let within = Request {
        resource_account: None,
        ..*request
    };
    policy::evaluate(&within, &policies)
}
