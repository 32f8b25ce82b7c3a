//! From JSON to compiled statements.
//!
//! The rules follow the policy grammar of the IAM User Guide and the pages of the elements. Where
//! AWS's own refusals are not written down, this reader refuses what it could not evaluate; such
//! places say "unsourced".

use super::complaint::Complaint;
use super::document::{Document, DocumentKind, Version};
use super::json::{Member, Node};
use super::malformed::Fault;
use super::names::{self, Refused};
use super::pattern::Pattern;
use super::statement::{Effect, Listed, Statement};
use super::trustee::{self, Trustee, Trustees};
use super::{bucket, condition};

const DOCUMENT_ELEMENTS: &[&str] = &["Version", "Id", "Statement"];
const STATEMENT_ELEMENTS: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// The elements of one object, all of them known.
struct Elements<'n, 't> {
    node: &'n Node<'t>,
    members: &'n [Member<'t>],
}

/// What a statement's elements need to know about the document around them.
#[derive(Clone, Copy)]
struct Setting<'a> {
    kind: DocumentKind,
    variables: bool,
    /// The bucket that every resource has to be in.
    bucket: Option<&'a str>,
}

/// Reads a document; `bucket` is the name of the one whose policy it is.
pub(super) fn document(
    json: &str,
    kind: DocumentKind,
    bucket: Option<&str>,
) -> Result<Document, Fault> {
    let root = Node::read(json)?;
    let elements = Elements::of(&root, DOCUMENT_ELEMENTS)?;
    let version = elements.read("Version", version)?;
    // policy.organization.needs-version-2012
    if organizational(kind) && version != Some(Version::V2012) {
        let message = "a policy of an organization has the `Version` 2012-10-17";
        return Err(root.refuse(message));
    }
    let version = version.unwrap_or(Version::V2008);
    let id = elements.read("Id", |node| node.text().map(str::to_owned))?;
    // policy.document.id-not-in-identity: as the grammar says.
    if let Some(member) = elements.get("Id") {
        let message = match kind {
            DocumentKind::Identity => Some("an identity-based policy has no `Id`"),
            DocumentKind::ServiceControl | DocumentKind::ResourceControl => {
                Some("a policy of an organization has no `Id`")
            }
            DocumentKind::Trust | DocumentKind::Resource | DocumentKind::Bucket => None,
        };
        if let Some(message) = message {
            return Err(Fault::new(member.name_span.clone(), message).inside("Id"));
        }
    }
    let setting = Setting {
        kind,
        // policy.variable.needs-version-2012
        variables: version == Version::V2012,
        bucket,
    };
    let Some(statements) = elements.get("Statement") else {
        let fault = root.refuse("`Statement` is missing");
        return Err(fault.complain(Complaint::Missing("Statement")));
    };
    Ok(Document {
        text: json.into(),
        version,
        id,
        statements: read_statements(&statements.node, setting)?,
    })
}

fn version(node: &Node<'_>) -> Result<Version, Fault> {
    match node.text()? {
        "2012-10-17" => Ok(Version::V2012),
        "2008-10-17" => Ok(Version::V2008),
        other => Err(node
            .refuse(format!("`{other}` is no version of the policy language"))
            .hint("write `2012-10-17`")),
    }
}

fn read_statements(node: &Node<'_>, setting: Setting<'_>) -> Result<Vec<Statement>, Fault> {
    let nodes = node
        .one_or_more()
        .map_err(|fault| fault.inside("Statement"))?;
    let in_list = !std::ptr::eq(nodes.as_ptr(), node);
    let mut statements: Vec<Statement> = Vec::with_capacity(nodes.len());
    for (index, node) in nodes.iter().enumerate() {
        let path = if in_list {
            format!("Statement[{index}]")
        } else {
            "Statement".to_owned()
        };
        let statement = statement(node, setting)
            .and_then(|statement| unique_sid(&statements, statement, node))
            .map_err(|fault| fault.inside(path))?;
        statements.push(statement);
    }
    Ok(statements)
}

fn unique_sid(
    earlier: &[Statement],
    statement: Statement,
    node: &Node<'_>,
) -> Result<Statement, Fault> {
    // policy.document.sid-unique
    if statement.sid.is_some() && earlier.iter().any(|other| other.sid == statement.sid) {
        let sid = Elements::of(node, STATEMENT_ELEMENTS)?.get("Sid");
        let span = sid.map_or(node.span.clone(), |sid| sid.node.span.clone());
        return Err(Fault::new(span, "another statement has the same `Sid`")
            .complain(Complaint::SidTwice)
            .inside("Sid"));
    }
    Ok(statement)
}

fn statement(node: &Node<'_>, setting: Setting<'_>) -> Result<Statement, Fault> {
    let elements = Elements::of(node, STATEMENT_ELEMENTS)?;
    let Some(effect) = elements.read("Effect", effect)? else {
        let fault = node.refuse("`Effect` is missing");
        return Err(fault.complain(Complaint::Missing("Effect")));
    };
    let statement = Statement {
        sid: elements
            .read("Sid", |node| sid(node, setting.kind))?
            .flatten(),
        effect,
        trustees: trustees(&elements, setting.kind)?,
        actions: actions(&elements, setting.kind)?,
        resources: resources(&elements, setting)?,
        conditions: elements
            .read("Condition", |node| {
                condition::parse(node, setting.variables)
            })?
            .unwrap_or_default(),
    };
    check(&statement, &elements, setting.kind)?;
    Ok(statement)
}

/// What is wrong with a statement as a whole.
fn check(
    statement: &Statement,
    elements: &Elements<'_, '_>,
    kind: DocumentKind,
) -> Result<(), Fault> {
    let allows = statement.effect == Effect::Allow;
    // policy.principal.not-principal-denies
    if let Some(found) = elements.get("NotPrincipal").filter(|_| allows) {
        return Err(prohibited(found, "`NotPrincipal` goes with `Deny` alone"));
    }
    match kind {
        DocumentKind::Bucket => bucket::check(statement).map_err(|message| {
            let fault = elements.node.refuse(message);
            fault.complain(Complaint::ActionWithoutResource)
        }),
        // policy.rcp.denies-only
        DocumentKind::ResourceControl if allows && !statement.allows_everything() => Err(elements
            .node
            .refuse("a resource control policy denies")
            .hint("the one that allows everything is RCPFullAWSAccess")),
        _ => Ok(()),
    }
}

fn organizational(kind: DocumentKind) -> bool {
    matches!(
        kind,
        DocumentKind::ServiceControl | DocumentKind::ResourceControl
    )
}

fn effect(node: &Node<'_>) -> Result<Effect, Fault> {
    match node.text()? {
        "Allow" => Ok(Effect::Allow),
        "Deny" => Ok(Effect::Deny),
        other => {
            let known = ["Allow", "Deny"];
            let cased = known.iter().any(|word| word.eq_ignore_ascii_case(other));
            Err(node
                .refuse(format!("`{other}` is no effect"))
                .did_you_mean(other, &known)
                .complain(if cased {
                    Complaint::Legacy
                } else {
                    Complaint::Effect(other.to_owned())
                }))
        }
    }
}

/// The console writes `"Sid": ""` into trust policies; that is a statement without a name.
fn sid(node: &Node<'_>, kind: DocumentKind) -> Result<Option<String>, Fault> {
    let text = node.text()?;
    // policy.document.sid-alphanumeric: other services allow more than IAM in theirs.
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !plain && !matches!(kind, DocumentKind::Resource | DocumentKind::Bucket) {
        let message = format!("`{text}` has characters other than letters and digits");
        return Err(node.refuse(message).complain(Complaint::SidLetters));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn trustees(elements: &Elements<'_, '_>, kind: DocumentKind) -> Result<Trustees, Fault> {
    let found = elements.either("Principal", "NotPrincipal")?;
    // policy.principal.where-required
    let names_nobody = match kind {
        DocumentKind::Identity => Some("an identity-based policy names no principal"),
        // policy.scp.elements
        DocumentKind::ServiceControl => Some("a service control policy names no principal"),
        _ => None,
    };
    match (found, names_nobody) {
        (None, Some(_)) => Ok(Trustees::Holder),
        (Some(found), Some(message)) => Err(prohibited(found, message)),
        (None, None) => {
            let fault = elements.node.refuse("`Principal` is missing");
            Err(fault.complain(Complaint::Missing("Principal")))
        }
        (Some(found), None) => named(found, kind),
    }
}

/// Reads the principals of a kind of policy that has them.
fn named(found: &Member<'_>, kind: DocumentKind) -> Result<Trustees, Fault> {
    let lacks = match kind {
        DocumentKind::Trust => Some("a trust policy has no `NotPrincipal`"),
        DocumentKind::ResourceControl => Some("a resource control policy has no `NotPrincipal`"),
        _ => None,
    };
    if let (Some(message), "NotPrincipal") = (lacks, found.name.as_str()) {
        return Err(prohibited(found, message));
    }
    let list = trustee::parse(&found.node, kind).map_err(|fault| fault.inside(&found.name))?;
    // policy.rcp.principal-everyone
    if kind == DocumentKind::ResourceControl && list != [Trustee::Everyone] {
        let message = "the `Principal` of a resource control policy is `*`";
        return Err(found.node.refuse(message).inside("Principal"));
    }
    Ok(match found.name.as_str() {
        "NotPrincipal" => Trustees::AllBut(list),
        _ => Trustees::Only(list),
    })
}

fn actions(elements: &Elements<'_, '_>, kind: DocumentKind) -> Result<Listed, Fault> {
    let Some(found) = elements.either("Action", "NotAction")? else {
        let fault = elements.node.refuse("`Action` is missing");
        return Err(fault.complain(Complaint::Missing("Action")));
    };
    let lacks = match kind {
        // Unsourced: whether IAM takes `NotAction` in a trust policy.
        DocumentKind::Trust => Some("a trust policy has no `NotAction`"),
        // policy.rcp.elements
        DocumentKind::ResourceControl => Some("a resource control policy has no `NotAction`"),
        _ => None,
    };
    match lacks {
        Some(message) if found.name == "NotAction" => Err(prohibited(found, message)),
        _ => list(found, "Action", |text| names::action(text, kind)),
    }
}

fn resources(elements: &Elements<'_, '_>, setting: Setting<'_>) -> Result<Option<Listed>, Fault> {
    match (elements.either("Resource", "NotResource")?, setting.kind) {
        (None, DocumentKind::Trust) => Ok(None),
        // policy.trust.no-resource
        (Some(found), DocumentKind::Trust) => Err(prohibited(
            found,
            "a trust policy is about its role and names no resource",
        )),
        (None, _) => {
            let fault = elements.node.refuse("`Resource` is missing");
            Err(fault.complain(Complaint::Missing("Resource")))
        }
        (Some(found), _) => list(found, "Resource", |text| {
            names::resource(text, setting.variables, setting.bucket)
        })
        .map(Some),
    }
}

fn prohibited(found: &Member<'_>, message: &str) -> Fault {
    Fault::new(found.name_span.clone(), message)
        .complain(Complaint::Prohibited(found.name.clone()))
        .inside(&found.name)
}

fn list(
    member: &Member<'_>,
    element: &'static str,
    read: impl Fn(&str) -> Result<Pattern, Refused>,
) -> Result<Listed, Fault> {
    let inside = |fault: Fault| fault.inside(&member.name);
    let nodes = member.node.one_or_more();
    let nodes = nodes.map_err(|fault| inside(fault.complain(Complaint::Missing(element))))?;
    let mut listed = Listed {
        patterns: Vec::with_capacity(nodes.len()),
        written: Vec::with_capacity(nodes.len()),
        negated: member.name.starts_with("Not"),
    };
    for node in nodes {
        let text = node.text().map_err(inside)?;
        let refuse = |Refused(message, complaint)| node.refuse(message).complain(complaint);
        listed
            .patterns
            .push(read(text).map_err(|refused| inside(refuse(refused)))?);
        listed.written.push(text.into());
    }
    Ok(listed)
}

impl<'n, 't> Elements<'n, 't> {
    fn of(node: &'n Node<'t>, known: &[&str]) -> Result<Self, Fault> {
        let members = node.members()?;
        // policy.document.unknown-elements-refused: names are case-sensitive here (unsourced).
        for member in members {
            if !known.contains(&member.name.as_str()) {
                let message = format!("unknown element `{}`", member.name);
                let fault = Fault::new(member.name_span.clone(), message);
                let fault = fault.did_you_mean(&member.name, known);
                return Err(fault.complain(Complaint::Unknown(member.name.clone())));
            }
        }
        Ok(Self { node, members })
    }

    fn get(&self, name: &str) -> Option<&'n Member<'t>> {
        self.members.iter().find(|member| member.name == name)
    }

    fn read<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Node<'t>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        self.get(name)
            .map(|member| read(&member.node).map_err(|fault| fault.inside(name)))
            .transpose()
    }

    /// The one of two elements that is there; both are refused.
    fn either(&self, plain: &str, negated: &str) -> Result<Option<&'n Member<'t>>, Fault> {
        match (self.get(plain), self.get(negated)) {
            // policy.statement.element-or-its-negation
            (Some(_), Some(second)) => {
                let message = format!("a statement has `{plain}` or `{negated}`, not both");
                Err(Fault::new(second.name_span.clone(), message).inside(negated))
            }
            (found, None) | (None, found) => Ok(found),
        }
    }
}
