//! Reads the `Condition` element: operator names and the values they take.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::complaint::Complaint;
use super::super::json::{Member, Node, Value};
use super::super::malformed::Fault;
use super::super::pattern::{Case, Pattern, Syntax};
use super::test::{Condition, Set, Test, Written, is_key};
use super::value::{self, Cidr, Comparison};

/// What kind of value an operator compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operand {
    Text(Syntax, Case),
    Arn,
    Number(Comparison),
    Date(Comparison),
    Bool,
    Binary,
    Address,
    Null,
}

/// An operator name without its set prefix and `IfExists`, what it compares, and whether it is
/// the negated form.
struct Operator {
    name: &'static str,
    operand: Operand,
    negated: bool,
}

const fn is(name: &'static str, operand: Operand) -> Operator {
    Operator {
        name,
        operand,
        negated: false,
    }
}

const fn is_not(name: &'static str, operand: Operand) -> Operator {
    Operator {
        name,
        operand,
        negated: true,
    }
}

const EXACT: Operand = Operand::Text(Syntax::Plain, Case::Sensitive);
const ANY_CASE: Operand = Operand::Text(Syntax::Plain, Case::Insensitive);
const LIKE: Operand = Operand::Text(Syntax::Wildcards, Case::Sensitive);

// Source: IAM User Guide, "IAM JSON policy elements: Condition operators". Whether AWS takes the
// names in another case is unsourced; here they are refused.
const OPERATORS: &[Operator] = &[
    // policy.condition.string-operators
    is("StringEquals", EXACT),
    is_not("StringNotEquals", EXACT),
    is("StringEqualsIgnoreCase", ANY_CASE),
    is_not("StringNotEqualsIgnoreCase", ANY_CASE),
    is("StringLike", LIKE),
    is_not("StringNotLike", LIKE),
    // policy.condition.typed-operators
    is("NumericEquals", Operand::Number(Comparison::Equal)),
    is_not("NumericNotEquals", Operand::Number(Comparison::Equal)),
    is("NumericLessThan", Operand::Number(Comparison::Less)),
    is(
        "NumericLessThanEquals",
        Operand::Number(Comparison::LessOrEqual),
    ),
    is("NumericGreaterThan", Operand::Number(Comparison::Greater)),
    is(
        "NumericGreaterThanEquals",
        Operand::Number(Comparison::GreaterOrEqual),
    ),
    is("DateEquals", Operand::Date(Comparison::Equal)),
    is_not("DateNotEquals", Operand::Date(Comparison::Equal)),
    is("DateLessThan", Operand::Date(Comparison::Less)),
    is("DateLessThanEquals", Operand::Date(Comparison::LessOrEqual)),
    is("DateGreaterThan", Operand::Date(Comparison::Greater)),
    is(
        "DateGreaterThanEquals",
        Operand::Date(Comparison::GreaterOrEqual),
    ),
    is("Bool", Operand::Bool),
    is("BinaryEquals", Operand::Binary),
    is("IpAddress", Operand::Address),
    is_not("NotIpAddress", Operand::Address),
    // policy.condition.arn-equals-is-arn-like
    is("ArnEquals", Operand::Arn),
    is_not("ArnNotEquals", Operand::Arn),
    is("ArnLike", Operand::Arn),
    is_not("ArnNotLike", Operand::Arn),
    is("Null", Operand::Null),
];

/// Reads the value of `Condition`. An empty object is no condition.
pub(in super::super) fn parse(node: &Node<'_>, variables: bool) -> Result<Vec<Condition>, Fault> {
    let mut conditions = Vec::new();
    for operator in node.members()? {
        let keys = operator.node.members();
        for key in keys.map_err(|fault| fault.inside(&operator.name))? {
            let condition = condition(operator, key, variables);
            conditions.push(condition.map_err(|fault| fault.inside(&operator.name))?);
        }
        // An operator without keys says nothing, but its name has to exist all the same.
        split(operator)?;
    }
    Ok(conditions)
}

fn condition(operator: &Member<'_>, key: &Member<'_>, variables: bool) -> Result<Condition, Fault> {
    let (set, found, if_exists) = split(operator)?;
    if !is_key(&key.name) {
        let message = format!("`{}` is no condition key", key.name);
        return Err(Fault::new(key.name_span.clone(), message)
            .hint("a key has a prefix, as in `aws:SourceIp`"));
    }
    let inside = |fault: Fault| fault.inside(&key.name);
    let values = values(&key.node).map_err(inside)?;
    Ok(Condition {
        key: key.name.to_ascii_lowercase().into(),
        set,
        if_exists,
        negated: found.negated,
        test: compile(found.operand, &values, variables).map_err(inside)?,
        written: Written {
            operator: operator.name.as_str().into(),
            key: key.name.as_str().into(),
            values: values.iter().map(|(_, text)| (*text).into()).collect(),
        },
    })
}

/// Takes `ForAllValues:StringLikeIfExists` apart.
fn split(member: &Member<'_>) -> Result<(Set, &'static Operator, bool), Fault> {
    let name = member.name.as_str();
    let refuse = |message: String| Fault::new(member.name_span.clone(), message);
    let (set, rest) = match name.split_once(':') {
        None => (Set::Single, name),
        Some(("ForAllValues", rest)) => (Set::All, rest),
        Some(("ForAnyValue", rest)) => (Set::Any, rest),
        Some((prefix, _)) => {
            return Err(refuse(format!("`{prefix}:` is no set operator"))
                .did_you_mean(prefix, &["ForAllValues", "ForAnyValue"]));
        }
    };
    let (base, if_exists) = match rest.strip_suffix("IfExists") {
        Some(base) => (base, true),
        None => (rest, false),
    };
    // policy.condition.unknown-operator-refused
    let Some(operator) = OPERATORS.iter().find(|operator| operator.name == base) else {
        let known: Vec<&str> = OPERATORS.iter().map(|operator| operator.name).collect();
        return Err(refuse(format!("unknown operator `{name}`"))
            .did_you_mean(base, &known)
            .complain(Complaint::Operator(name.to_owned())));
    };
    // policy.condition.null-stands-alone
    if operator.operand == Operand::Null && (if_exists || set != Set::Single) {
        return Err(refuse(format!(
            "`{name}`: `Null` takes no prefix and no `IfExists`"
        )));
    }
    Ok((set, operator, if_exists))
}

/// The values of a key with the nodes they come from.
fn values<'n>(node: &'n Node<'_>) -> Result<Vec<(&'n Node<'n>, &'n str)>, Fault> {
    node.one_or_more()?
        .iter()
        .map(|node| match &node.value {
            Value::Text(text) => Ok((node, text.as_str())),
            // policy.condition.bare-values: `10` and `true` are the same as `"10"` and `"true"`.
            Value::Bare(text) => Ok((node, *text)),
            _ => Err(node.refuse(format!("expected a value, found {}", node.kind()))),
        })
        .collect()
}

fn compile(operand: Operand, values: &[(&Node<'_>, &str)], variables: bool) -> Result<Test, Fault> {
    match operand {
        Operand::Text(syntax, case) => each(values, |text| {
            Pattern::compile(text, syntax, case, variables)
        })
        .map(Test::Text),
        Operand::Arn => each(values, |text| Pattern::arn(text, variables)).map(Test::Text),
        Operand::Bool => each(values, |text| {
            let pattern = Pattern::compile(text, Syntax::Plain, Case::Insensitive, variables)?;
            if pattern.has_variables() || boolean(text).is_some() {
                Ok(pattern)
            } else {
                Err(format!("`{text}` is neither `true` nor `false`"))
            }
        })
        .map(Test::Text),
        // policy.variable.not-in-typed-operators: below here `${...}` is no value.
        Operand::Number(comparison) => {
            each(values, |text| typed(text, "number", value::number(text)))
                .map(|numbers| Test::Number(comparison, numbers))
        }
        Operand::Date(comparison) => each(values, |text| typed(text, "date", value::date(text)))
            .map_err(|fault| fault.complain(Complaint::Legacy))
            .map(|dates| Test::Date(comparison, dates)),
        Operand::Binary => each(values, |text| {
            typed(text, "base64 text", STANDARD.decode(text).ok())
        })
        .map(Test::Binary),
        Operand::Address => each(values, |text| {
            typed(text, "address or range", Cidr::parse(text))
        })
        .map(Test::Address),
        Operand::Null => {
            each(values, |text| typed(text, "Boolean", boolean(text))).map(Test::Absent)
        }
    }
}

fn each<T>(
    values: &[(&Node<'_>, &str)],
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, Fault> {
    values
        .iter()
        .map(|(node, text)| read(text).map_err(|message| node.refuse(message)))
        .collect()
}

fn typed<T>(text: &str, name: &str, value: Option<T>) -> Result<T, String> {
    value.ok_or_else(|| format!("`{text}` is no {name}"))
}

fn boolean(text: &str) -> Option<bool> {
    [("true", true), ("false", false)]
        .iter()
        .find_map(|(name, value)| text.eq_ignore_ascii_case(name).then_some(*value))
}
