//! Whom a statement names: the elements `Principal` and `NotPrincipal`.

use std::fmt;

use super::complaint::Complaint;
use super::document::DocumentKind;
use super::json::{Node, Value};
use super::malformed::Fault;
use super::principal::{Principal, PrincipalKind};

// policy.principal.types
const KINDS: &[&str] = &["AWS", "Service", "Federated", "CanonicalUser"];

/// Principals a statement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trustees {
    /// Whoever the policy is attached to.
    Holder,
    Only(Vec<Trustee>),
    /// Only with `Deny`.
    AllBut(Vec<Trustee>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trustee {
    Everyone,
    Account(String),
    CanonicalUser(String),
    /// A user, role or session. Once `pinned` to a unique id, the ARN counts no longer.
    Arn {
        arn: String,
        pinned: Option<String>,
    },
    UniqueId(String),
    Service(String),
    Federated(String),
}

/// How directly a resource-based policy grants, least direct first: it decides which other
/// policies can still get in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// Names the account: its identity-based policies have the last word.
    Account,
    /// Names the role or user behind a session: boundary and session policies still limit.
    Behind,
    /// Names the sender itself, or everyone.
    Sender,
}

impl Trustees {
    /// How the statement reaches this principal; `None` if it is not about it.
    ///
    /// `bounded`: whether the principal has a permissions boundary.
    pub(super) fn reach(&self, principal: &Principal, bounded: bool) -> Option<Reach> {
        match self {
            Self::Holder => Some(Reach::Sender),
            Self::Only(list) => list.iter().filter_map(|t| t.reach(principal)).max(),
            Self::AllBut(list) => {
                let excepted = |level| list.iter().any(|t| t.reach(principal) == Some(level));
                let everyone = list.contains(&Trustee::Everyone);
                // policy.principal.not-principal-deny-needs-every-level
                let spared = everyone || levels(principal).iter().all(|l| excepted(*l));
                // policy.principal.not-principal-ignores-bounded: whatever it lists.
                (bounded || !spared).then_some(Reach::Sender)
            }
        }
    }

    /// Whom it names.
    pub(super) fn in_words(&self) -> Vec<String> {
        match self {
            Self::Holder => Vec::new(),
            Self::Only(list) => list.iter().map(ToString::to_string).collect(),
            Self::AllBut(list) => list.iter().map(|t| format!("all but {t}")).collect(),
        }
    }

    pub(super) fn list(&self) -> &[Trustee] {
        match self {
            Self::Holder => &[],
            Self::Only(list) | Self::AllBut(list) => list,
        }
    }

    pub(super) fn list_mut(&mut self) -> &mut [Trustee] {
        match self {
            Self::Holder => &mut [],
            Self::Only(list) | Self::AllBut(list) => list,
        }
    }
}

/// The levels at which a principal can be named.
fn levels(principal: &Principal) -> &'static [Reach] {
    match principal.kind {
        PrincipalKind::User => &[Reach::Account, Reach::Sender],
        PrincipalKind::RoleSession | PrincipalKind::FederatedUser => {
            &[Reach::Account, Reach::Behind, Reach::Sender]
        }
        PrincipalKind::Root
        | PrincipalKind::Service { .. }
        | PrincipalKind::Federated { .. }
        | PrincipalKind::Anonymous => &[Reach::Sender],
    }
}

impl Trustee {
    fn reach(&self, principal: &Principal) -> Option<Reach> {
        match self {
            Self::Everyone => Some(Reach::Sender),
            Self::Account(id) => {
                (principal.has_account() && *id == principal.account).then(|| account(principal))
            }
            Self::CanonicalUser(id) => {
                (principal.canonical_user.as_ref() == Some(id)).then(|| account(principal))
            }
            Self::Arn {
                pinned: Some(id), ..
            }
            | Self::UniqueId(id) => {
                (principal.has_account() && *id == principal.unique_id).then(|| entity(principal))
            }
            Self::Arn { arn, pinned: None } => {
                // policy.principal.session-arn-exact
                if principal.session_arn.as_ref() == Some(arn) {
                    Some(Reach::Sender)
                } else {
                    (*arn == principal.arn).then(|| entity(principal))
                }
            }
            Self::Service(service) => match &principal.kind {
                PrincipalKind::Service { name } if name == service => Some(Reach::Sender),
                _ => None,
            },
            Self::Federated(trusted) => match &principal.kind {
                PrincipalKind::Federated { provider } if provider == trusted => Some(Reach::Sender),
                _ => None,
            },
        }
    }

    /// Reads one entry of the type `kind`.
    fn parse(kind: &str, node: &Node<'_>, document: DocumentKind) -> Result<Self, Fault> {
        let text = node.text()?;
        if kind == "AWS" && text == "*" {
            return Ok(Self::Everyone);
        }
        // policy.principal.wildcard-only-whole
        if text.contains(['*', '?']) {
            return Err(node
                .refuse(format!("`{text}` has a wildcard"))
                .hint("a principal is named in full; only `*` alone means everyone"));
        }
        if text.is_empty() {
            return Err(node.refuse("the principal is empty"));
        }
        match (kind, document) {
            ("AWS", _) => aws(text).ok_or_else(|| {
                node.refuse(format!("`{text}` is no principal")).hint(
                    "an account id, or the ARN of an account root, a user, a role or a session",
                )
            }),
            ("Service", _) => Ok(Self::Service(text.to_owned())),
            ("Federated", DocumentKind::Trust) => Ok(Self::Federated(text.to_owned())),
            // Bucket policies alone name accounts this way; a `Federated` entry there would need
            // to know which provider stands behind a session.
            ("CanonicalUser", DocumentKind::Resource | DocumentKind::Bucket) => {
                Ok(Self::CanonicalUser(text.to_owned()))
            }
            _ => Err(node.refuse(format!("`{kind}` is not supported in this kind of policy"))),
        }
    }
}

impl fmt::Display for Trustee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everyone => f.write_str("*"),
            Self::Account(id) => write!(f, "arn:aws:iam::{id}:root"),
            Self::CanonicalUser(text)
            | Self::UniqueId(text)
            | Self::Service(text)
            | Self::Federated(text) => f.write_str(text),
            // With the id, as another of that name is somebody else.
            Self::Arn { arn, pinned: None } => f.write_str(arn),
            Self::Arn {
                arn,
                pinned: Some(id),
            } => write!(f, "{arn} ({id})"),
        }
    }
}

fn account(principal: &Principal) -> Reach {
    match principal.kind {
        PrincipalKind::Root => Reach::Sender,
        _ => Reach::Account,
    }
}

fn entity(principal: &Principal) -> Reach {
    match principal.kind {
        PrincipalKind::RoleSession | PrincipalKind::FederatedUser => Reach::Behind,
        _ => Reach::Sender,
    }
}

/// Reads the value of `Principal` or `NotPrincipal`.
pub(super) fn parse(node: &Node<'_>, document: DocumentKind) -> Result<Vec<Trustee>, Fault> {
    if let Value::Text(text) = &node.value {
        return match text.as_str() {
            "*" => Ok(vec![Trustee::Everyone]),
            _ => Err(node
                .refuse(format!("`{text}` is no principal"))
                .hint(r#"write `"*"` or an object such as `{"AWS": "111122223333"}`"#)
                .complain(Complaint::Principal {
                    kind: "AWS".to_owned(),
                    name: text.clone(),
                })),
        };
    }
    let mut trustees = Vec::new();
    for member in node.members()? {
        if !KINDS.contains(&member.name.as_str()) {
            let message = format!("`{}` is no type of principal", member.name);
            let fault = Fault::new(member.name_span.clone(), message);
            return Err(fault.did_you_mean(&member.name, KINDS));
        }
        let read = |node: &Node<'_>| {
            Trustee::parse(&member.name, node, document).map_err(|fault| {
                let name = match &node.value {
                    Value::Text(text) => text.clone(),
                    _ => node.kind().to_owned(),
                };
                let kind = member.name.clone();
                fault.complain(Complaint::Principal { kind, name })
            })
        };
        for entry in member
            .node
            .one_or_more()
            .map_err(|f| f.inside(&member.name))?
        {
            trustees.push(read(entry).map_err(|fault| fault.inside(&member.name))?);
        }
    }
    if trustees.is_empty() {
        return Err(node.refuse("no principal is named"));
    }
    Ok(trustees)
}

/// Reads an entry of type `AWS`; `None` if it names nobody.
fn aws(text: &str) -> Option<Trustee> {
    // policy.principal.account-forms-equal
    if is_account(text) {
        return Some(Trustee::Account(text.to_owned()));
    }
    if is_unique_id(text) {
        return Some(Trustee::UniqueId(text.to_owned()));
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, service, "", account, resource] = parts[..] else {
        return None;
    };
    if partition.is_empty() || !is_account(account) {
        return None;
    }
    if (service, resource) == ("iam", "root") {
        return Some(Trustee::Account(account.to_owned()));
    }
    let (kind, name) = resource.split_once('/')?;
    let named = match (service, kind) {
        ("iam", "user" | "role") | ("sts", "federated-user") => !name.is_empty(),
        ("sts", "assumed-role") => name
            .split_once('/')
            .is_some_and(|(role, session)| !role.is_empty() && !session.is_empty()),
        _ => false,
    };
    named.then(|| Trustee::Arn {
        arn: text.to_owned(),
        pinned: None,
    })
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `AROA...`, `AIDA...`: what is left of an ARN whose user or role is gone.
fn is_unique_id(text: &str) -> bool {
    (16..=128).contains(&text.len())
        && text.starts_with('A')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
