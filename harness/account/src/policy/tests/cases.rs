//! The tables in `cases/`: what AWS's documentation says about a request and its policies.
//!
//! Each case names the page that its expectation was written from. A case gives statements only;
//! `Version` is 2012-10-17 unless it says otherwise.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::*;

/// The tables, by name.
const TABLES: &[(&str, &str)] = &[
    ("boundaries", include_str!("cases/boundaries.toml")),
    ("case", include_str!("cases/case.toml")),
    ("cross-account", include_str!("cases/cross-account.toml")),
    ("deny", include_str!("cases/deny.toml")),
    ("not-elements", include_str!("cases/not-elements.toml")),
    ("operators", include_str!("cases/operators.toml")),
    ("organizations", include_str!("cases/organizations.toml")),
    ("principals", include_str!("cases/principals.toml")),
    ("sessions", include_str!("cases/sessions.toml")),
    ("sets", include_str!("cases/sets.toml")),
    ("trust", include_str!("cases/trust.toml")),
    ("variables", include_str!("cases/variables.toml")),
    ("wildcards", include_str!("cases/wildcards.toml")),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// The page that the cases are written from, unless a case names its own.
    page: String,
    case: Vec<Case>,
}

/// Statements are written as JSON, several with commas between them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    slug: String,
    /// What the page says, in a line.
    why: String,
    page: Option<String>,
    #[serde(default = "user")]
    principal: String,
    #[serde(default = "get_object")]
    action: String,
    #[serde(default = "object")]
    resource: String,
    /// The account that owns the resource, if it is not that of the principal.
    owner: Option<String>,
    #[serde(default)]
    context: BTreeMap<String, Values>,
    version: Option<String>,
    /// The condition of an identity-based policy that allows everything else.
    condition: Option<String>,
    identity: Option<String>,
    of_resource: Option<String>,
    trust: Option<String>,
    boundary: Option<String>,
    session: Option<Vec<String>>,
    endpoint: Option<String>,
    /// For each level its policies.
    #[serde(default)]
    scp: Vec<Vec<String>>,
    #[serde(default)]
    rcp: Vec<Vec<String>>,
    /// As [`brief`] says it.
    expect: String,
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Several(Vec<String>),
}

fn user() -> String {
    "user ann".to_owned()
}

fn get_object() -> String {
    "s3:GetObject".to_owned()
}

fn object() -> String {
    "arn:aws:s3:::b/k".to_owned()
}

/// `user ann`, `session web/i-0abc`, `federated fay` (by `ann`), `root`, `service NAME`,
/// `provider ARN`, `anonymous`.
fn principal(text: &str) -> Principal {
    let (kind, name) = text.split_once(' ').unwrap_or((text, ""));
    match kind {
        "user" => Principal::user(ACCOUNT, name, USER_ID),
        "session" => {
            let (role, session) = name.split_once('/').unwrap();
            Principal::role_session(ACCOUNT, role, session, ROLE_ID)
        }
        "federated" => Principal {
            session_arn: Some(format!("arn:aws:sts::{ACCOUNT}:federated-user/{name}")),
            kind: PrincipalKind::FederatedUser,
            ..ann()
        },
        "root" => Principal::root(ACCOUNT),
        "service" => Principal::service(name),
        "provider" => Principal::federated(name),
        "anonymous" => Principal::anonymous(),
        _ => panic!("{text}"),
    }
}

impl Case {
    fn policy(&self, name: &str, statements: &str, kind: DocumentKind) -> NamedPolicy {
        let version = self.version.as_deref().unwrap_or("2012-10-17");
        let version = match version {
            "" => String::new(),
            version => format!(r#""Version": "{version}","#),
        };
        let text = format!("{{{version} \"Statement\": [{statements}]}}");
        match Document::parse(&text, kind) {
            Ok(document) => NamedPolicy::new(name, Arc::new(document)),
            Err(refused) => panic!("{}: {refused}\n{text}", self.slug),
        }
    }

    fn levels(
        &self,
        name: &str,
        levels: &[Vec<String>],
        kind: DocumentKind,
    ) -> Vec<Vec<NamedPolicy>> {
        let numbered = (1..).zip(levels);
        numbered
            .map(|(level, policies)| {
                let read = |text: &String| self.policy(&format!("{name}-{level}"), text, kind);
                policies.iter().map(read).collect()
            })
            .collect()
    }

    fn decide(&self) -> (Decision, Explanation) {
        use DocumentKind::{Identity, Resource, ResourceControl, ServiceControl, Trust};
        let one = |name: &str, text: &Option<String>, kind| {
            text.as_ref().map(|text| self.policy(name, text, kind))
        };
        let conditional = self.condition.as_ref().map(|condition| {
            format!(
                r#"{{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {{{condition}}}}}"#
            )
        });
        let identity = one("identity", &self.identity, Identity)
            .or_else(|| one("identity", &conditional, Identity));
        let identity = Vec::from_iter(identity);
        let session: Option<Vec<NamedPolicy>> = self.session.as_ref().map(|list| {
            let read = |text: &String| self.policy("session", text, Identity);
            list.iter().map(read).collect()
        });
        let (rcp, scp) = (
            self.levels("rcp", &self.rcp, ResourceControl),
            self.levels("scp", &self.scp, ServiceControl),
        );
        let (boundary, endpoint) = (
            one("boundary", &self.boundary, Identity),
            one("endpoint", &self.endpoint, Resource),
        );
        let (resource, trust) = (
            one("resource", &self.of_resource, Resource),
            one("trust", &self.trust, Trust),
        );
        let policies = Policies {
            rcp: &rcp,
            scp: &scp,
            endpoint: endpoint.as_ref(),
            identity: &identity,
            resource: resource.as_ref(),
            boundary: boundary.as_ref(),
            session: session.as_deref(),
        };
        let mut context = Context::new();
        for (key, values) in &self.context {
            match values.clone() {
                Values::One(value) => context.set(key, [value]),
                Values::Several(values) => context.set(key, values),
            }
        }
        let principal = principal(&self.principal);
        let request = Request {
            principal: &principal,
            action: &self.action,
            resource: &self.resource,
            resource_account: self.owner.as_deref().or(Some(ACCOUNT)),
            context: &context,
        };
        match &trust {
            Some(trust) => (
                evaluate_trust(&request, trust, &policies),
                explain_trust(&request, trust, &policies),
            ),
            None => (evaluate(&request, &policies), explain(&request, &policies)),
        }
    }
}

#[test]
fn decisions_are_those_of_the_documentation() {
    let mut slugs = BTreeSet::new();
    let mut wrong = Vec::new();
    for (name, text) in TABLES {
        let table: Table = toml::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!table.page.is_empty(), "{name}");
        for case in &table.case {
            let slug = &case.slug;
            assert!(slugs.insert(slug.clone()), "`{slug}` is there twice");
            assert!(!case.why.is_empty(), "{slug}");
            assert!(
                case.page.as_ref().is_none_or(|page| !page.is_empty()),
                "{slug}"
            );
            let (decision, why) = case.decide();
            assert_eq!(why.decision, decision, "{slug}");
            let actual = brief(&decision);
            if actual != case.expect {
                wrong.push(format!(
                    "{name}: {slug}: `{}` expected, `{actual}` decided; {}",
                    case.expect, case.why
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// Whatever is not allowed is explained by something: a denial, or a kind of policy that says
/// nothing, and then what nearly allowed it lacks something.
#[test]
fn what_is_refused_is_explained() {
    for (name, text) in TABLES {
        let table: Table = toml::from_str(text).unwrap();
        for case in &table.case {
            let (decision, why) = case.decide();
            let said = |wanted: &dyn Fn(&Layer) -> bool| why.layers.iter().any(wanted);
            let explained = match &decision {
                Decision::Allowed { .. } => why
                    .layers
                    .iter()
                    .all(|layer| !matches!(layer.says, Say::Denies { .. })),
                Decision::ExplicitDeny { by } => {
                    said(&|layer| layer.says == Say::Denies { by: by.clone() })
                }
                Decision::ImplicitDeny { missing } => {
                    let lacks =
                        |layer: &Layer| layer.policy_type == *missing && layer.says == Say::Nothing;
                    // A federated user without session policies has no such layer.
                    said(&lacks) || *missing == PolicyType::Session && case.session.is_none()
                }
            };
            assert!(explained, "{name}: {}: {why:?}", case.slug);
        }
    }
}
