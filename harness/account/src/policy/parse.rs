//! From JSON to compiled statements.
//!
//! The rules follow the policy grammar of the IAM User Guide and the pages of the elements. Where
//! AWS's own refusals are not written down, this reader refuses what it could not evaluate; such
//! places say "unsourced".

use super::condition;
use super::document::{Document, DocumentKind, Version};
use super::json::{Member, Node};
use super::malformed::Fault;
use super::pattern::{Case, Pattern, Syntax};
use super::statement::{Effect, Listed, Statement};
use super::trustee::{self, Trustees};

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
struct Setting {
    kind: DocumentKind,
    variables: bool,
}

pub(super) fn document(json: &str, kind: DocumentKind) -> Result<Document, Fault> {
    let root = Node::read(json)?;
    let elements = Elements::of(&root, DOCUMENT_ELEMENTS)?;
    let version = elements.read("Version", version)?.unwrap_or(Version::V2008);
    let id = elements.read("Id", |node| node.text().map(str::to_owned))?;
    // policy.document.id-not-in-identity: as the grammar says.
    if let (Some(member), DocumentKind::Identity) = (elements.get("Id"), kind) {
        let fault = Fault::new(
            member.name_span.clone(),
            "an identity-based policy has no `Id`",
        );
        return Err(fault.inside("Id"));
    }
    let setting = Setting {
        kind,
        // policy.variable.needs-version-2012
        variables: version == Version::V2012,
    };
    let Some(statements) = elements.get("Statement") else {
        return Err(root.refuse("`Statement` is missing"));
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

fn read_statements(node: &Node<'_>, setting: Setting) -> Result<Vec<Statement>, Fault> {
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
        return Err(Fault::new(span, "another statement has the same `Sid`").inside("Sid"));
    }
    Ok(statement)
}

fn statement(node: &Node<'_>, setting: Setting) -> Result<Statement, Fault> {
    let elements = Elements::of(node, STATEMENT_ELEMENTS)?;
    let Some(effect) = elements.read("Effect", effect)? else {
        return Err(node.refuse("`Effect` is missing"));
    };
    Ok(Statement {
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
    })
}

fn effect(node: &Node<'_>) -> Result<Effect, Fault> {
    match node.text()? {
        "Allow" => Ok(Effect::Allow),
        "Deny" => Ok(Effect::Deny),
        other => Err(node
            .refuse(format!("`{other}` is no effect"))
            .did_you_mean(other, &["Allow", "Deny"])),
    }
}

/// The console writes `"Sid": ""` into trust policies; that is a statement without a name.
fn sid(node: &Node<'_>, kind: DocumentKind) -> Result<Option<String>, Fault> {
    let text = node.text()?;
    // policy.document.sid-alphanumeric: other services allow more than IAM in theirs.
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !plain && kind != DocumentKind::Resource {
        return Err(node.refuse(format!(
            "`{text}` has characters other than letters and digits"
        )));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn trustees(elements: &Elements<'_, '_>, kind: DocumentKind) -> Result<Trustees, Fault> {
    // policy.principal.where-required
    match (elements.either("Principal", "NotPrincipal")?, kind) {
        (None, DocumentKind::Identity) => Ok(Trustees::Holder),
        (None, DocumentKind::Trust | DocumentKind::Resource) => {
            Err(elements.node.refuse("`Principal` is missing"))
        }
        (Some(found), DocumentKind::Identity) => {
            let message = "an identity-based policy names no principal";
            Err(Fault::new(found.name_span.clone(), message).inside(&found.name))
        }
        (Some(found), DocumentKind::Trust) if found.name == "NotPrincipal" => {
            let message = "a trust policy has no `NotPrincipal`";
            Err(Fault::new(found.name_span.clone(), message).inside("NotPrincipal"))
        }
        (Some(found), DocumentKind::Trust | DocumentKind::Resource) => {
            let list =
                trustee::parse(&found.node, kind).map_err(|fault| fault.inside(&found.name))?;
            Ok(match found.name.as_str() {
                "NotPrincipal" => Trustees::AllBut(list),
                _ => Trustees::Only(list),
            })
        }
    }
}

fn actions(elements: &Elements<'_, '_>, kind: DocumentKind) -> Result<Listed, Fault> {
    let Some(found) = elements.either("Action", "NotAction")? else {
        return Err(elements.node.refuse("`Action` is missing"));
    };
    // Unsourced: whether IAM takes `NotAction` in a trust policy.
    if kind == DocumentKind::Trust && found.name == "NotAction" {
        let message = "a trust policy has no `NotAction`";
        return Err(Fault::new(found.name_span.clone(), message).inside("NotAction"));
    }
    list(found, |text| action(text, kind))
}

fn action(text: &str, kind: DocumentKind) -> Result<Pattern, String> {
    let name_is = |name: &str, extra: &[char]| {
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || extra.contains(&c))
    };
    let service = match text.split_once(':') {
        Some((service, name))
            if name_is(service, &['-']) && name_is(name, &['*', '?', '-', '_']) =>
        {
            service
        }
        // Unsourced, but `*:*` is common, and it can only mean everything.
        None | Some(_) if matches!(text, "*" | "*:*") => "*",
        _ => {
            return Err(format!(
                "`{text}` is no action; write `service:Action` or `*`"
            ));
        }
    };
    // policy.trust.sts-actions-only
    if kind == DocumentKind::Trust && !service.eq_ignore_ascii_case("sts") {
        return Err(format!("`{text}` is no action of `sts`"));
    }
    // policy.action.case-insensitive
    match text {
        "*" | "*:*" => Ok(Pattern::everything()),
        _ => Pattern::compile(text, Syntax::Wildcards, Case::Insensitive, false),
    }
}

fn resources(elements: &Elements<'_, '_>, setting: Setting) -> Result<Option<Listed>, Fault> {
    match (elements.either("Resource", "NotResource")?, setting.kind) {
        (None, DocumentKind::Trust) => Ok(None),
        // policy.trust.no-resource
        (Some(found), DocumentKind::Trust) => {
            let message = "a trust policy is about its role and names no resource";
            Err(Fault::new(found.name_span.clone(), message).inside(&found.name))
        }
        (None, _) => Err(elements.node.refuse("`Resource` is missing")),
        (Some(found), _) => list(found, |text| resource(text, setting.variables)).map(Some),
    }
}

fn resource(text: &str, variables: bool) -> Result<Pattern, String> {
    if text == "*" {
        return Ok(Pattern::everything());
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, service, ..] = parts[..] else {
        return Err(format!("`{text}` is neither an ARN nor `*`"));
    };
    // policy.resource.service-is-literal
    if partition.is_empty() || service.is_empty() || service.contains(['*', '?']) {
        return Err(format!(
            "`{text}` names no service; wildcards stand after it"
        ));
    }
    // A `*` at the end reaches across the colons that are left out. Any other short form is
    // completed by AWS, by some accounts; unsourced, so refused.
    if parts.len() < 6 && !text.ends_with('*') {
        return Err(format!(
            "`{text}` has {} of the six parts of an ARN",
            parts.len()
        ));
    }
    Pattern::compile(text, Syntax::Resource, Case::Sensitive, variables)
}

fn list(
    member: &Member<'_>,
    read: impl Fn(&str) -> Result<Pattern, String>,
) -> Result<Listed, Fault> {
    let pattern = |node: &Node<'_>| read(node.text()?).map_err(|message| node.refuse(message));
    let nodes = member.node.one_or_more();
    let patterns = nodes.and_then(|nodes| nodes.iter().map(pattern).collect());
    Ok(Listed {
        patterns: patterns.map_err(|fault| fault.inside(&member.name))?,
        negated: member.name.starts_with("Not"),
    })
}

impl<'n, 't> Elements<'n, 't> {
    fn of(node: &'n Node<'t>, known: &[&str]) -> Result<Self, Fault> {
        let members = node.members()?;
        // policy.document.unknown-elements-refused: names are case-sensitive here (unsourced).
        for member in members {
            if !known.contains(&member.name.as_str()) {
                let message = format!("unknown element `{}`", member.name);
                let fault = Fault::new(member.name_span.clone(), message);
                return Err(fault.did_you_mean(&member.name, known));
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
