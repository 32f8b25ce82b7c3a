//! The file as TOML has it, before it means anything: values with the places they were written at.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::at::{At, Span};

/// A value and its place.
pub(super) type Node = At<Tree>;

/// A value of a TOML file.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    Text(String),
    Integer(i64),
    /// An integer beyond 64 bits, which nothing takes.
    HugeInteger,
    Float(f64),
    Flag(bool),
    /// A date that is not in quotes.
    Date(String),
    List(Vec<Node>),
    Table(Entries),
}

/// The entries of a table, by key.
pub(super) type Entries = BTreeMap<String, Entry>;

/// A key's place and its value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) key: Span,
    pub(super) node: Node,
}

impl Tree {
    /// What a table says its name is.
    pub(super) fn name(&self) -> Option<&str> {
        let Self::Table(entries) = self else {
            return None;
        };
        match &entries.get("name")?.node.value {
            Self::Text(name) => Some(name),
            _ => None,
        }
    }

    /// What this is called in messages.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "a whole number",
            Self::HugeInteger => "a number beyond all measure",
            Self::Float(_) => "a number with a fraction",
            Self::Flag(_) => "true or false",
            Self::Date(_) => "a date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// What the TOML parser has to say about a text that is not TOML.
pub(super) struct NotToml {
    pub(super) message: String,
    pub(super) span: Span,
}

/// Reads `text` as TOML; all errors at once.
pub(super) fn parse(text: &str) -> Result<Node, Vec<NotToml>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        let span = document.span();
        return Ok(Node::new(Tree::Table(entries(document.get_ref())), span));
    }
    let not_toml = |error: &toml::de::Error| NotToml {
        message: error.message().trim().to_owned(),
        span: error.span().unwrap_or(0..0),
    };
    Err(errors.iter().map(not_toml).collect())
}

fn entries(table: &DeTable<'_>) -> Entries {
    table
        .iter()
        .map(|(key, value)| {
            let entry = Entry {
                key: key.span(),
                node: node(value),
            };
            (key.get_ref().to_string(), entry)
        })
        .collect()
}

fn node(value: &Spanned<DeValue<'_>>) -> Node {
    let tree = match value.get_ref() {
        DeValue::String(text) => Tree::Text(text.to_string()),
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
            .map_or(Tree::HugeInteger, Tree::Integer),
        DeValue::Float(float) => Tree::Float(float.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => Tree::Flag(*flag),
        DeValue::Datetime(date) => Tree::Date(date.to_string()),
        DeValue::Array(items) => Tree::List(items.iter().map(node).collect()),
        DeValue::Table(table) => Tree::Table(entries(table)),
    };
    Node::new(tree, value.span())
}
