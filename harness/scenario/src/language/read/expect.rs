//! `expect` and `expect-total`.

use std::collections::BTreeMap;

use super::table::Table;
use super::value::Value;
use crate::language::at::At;
use crate::language::model::{Allowed, Count, Denied, Expect, RuleSet};
use crate::language::shape;
use crate::language::tree::Tree;
use crate::language::word::Word;

pub(super) fn expect(value: Value<'_>) -> Option<Expect> {
    let table = value.table(&shape::EXPECT)?;
    Some(Expect {
        fails: table.optional("fails", Value::word),
        allowed: table.optional("allowed", |value| Some(value.at_key(allowed(value)?))),
        denied: table.optional("denied", |value| Some(value.at_key(denied(value)?))),
        identity: table.optional("identity", Value::text),
        issue: table.optional("issue", Value::positive),
        same_set_as: table.optional("same-set-as", Value::text),
        calls: counts(&table, "calls"),
        within: table.optional("within", Value::duration),
        each: table.optional("each", boxed),
        last: table.optional("last", boxed),
        any_of: table.optional("any-of", any_of).unwrap_or_default(),
        under: table.optional("under", under).unwrap_or_default(),
    })
}

fn boxed(value: Value<'_>) -> Option<Box<At<Expect>>> {
    Some(Box::new(value.at_key(expect(value)?)))
}

fn any_of(value: Value<'_>) -> Option<Vec<At<Expect>>> {
    let branches = value.list(|value| Some(At::new(expect(value)?, value.node.span.clone())))?;
    if branches.is_empty() {
        return value.refuse(
            "`any-of` needs at least one table",
            "nothing can hold",
            Some("write `any-of = [{ ... }, { ... }]`, or leave it out".to_owned()),
        );
    }
    Some(branches)
}

fn under(value: Value<'_>) -> Option<BTreeMap<RuleSet, At<Expect>>> {
    let read = value.named(|name, value| {
        let Some(rules) = RuleSet::of(name) else {
            return value.unknown_key::<RuleSet, _>();
        };
        Some((rules, value.at_key(expect(value)?)))
    })?;
    Some(read.into_values().map(|entry| entry.value).collect())
}

fn allowed(value: Value<'_>) -> Option<Allowed> {
    let table = value.table(&shape::ALLOWED)?;
    Some(Allowed {
        by: table.optional("by", Value::text),
        issue: table.optional("issue", Value::positive),
        identity: table.optional("identity", Value::text),
    })
}

fn denied(value: Value<'_>) -> Option<Denied> {
    let table = value.table(&shape::DENIED)?;
    Some(Denied {
        code: table.optional("code", Value::text),
        by: table.optional("by", Value::text),
        reason: table.optional("reason", Value::word),
    })
}

/// Counts by what is counted; the span of each is that of the name.
pub(super) fn counts(table: &Table<'_>, key: &'static str) -> BTreeMap<String, At<Count>> {
    table.named(key, |_, value| count(value))
}

fn count(value: Value<'_>) -> Option<Count> {
    match &value.node.value {
        Tree::Integer(_) => Some(Count::exactly(value.whole()?.value)),
        Tree::Table(_) => range(value),
        _ => value.wrong("a whole number or `{ min = 1, max = 3 }`"),
    }
}

fn range(value: Value<'_>) -> Option<Count> {
    let table = value.table(&shape::COUNT)?;
    let min = table.optional("min", Value::whole);
    let max = table.optional("max", Value::whole);
    let (least, most) = (
        min.as_ref().map_or(0, |min: &At<u64>| min.value),
        max.as_ref().map(|max: &At<u64>| max.value),
    );
    if table.get("min").is_none() && table.get("max").is_none() {
        if !table.meant_any(["min", "max"].into_iter()) {
            return value.refuse(
                &format!("the count of `{}` needs `min`, `max` or both", value.key),
                "says nothing",
                Some("write `{ min = 1, max = 3 }`, or a number".to_owned()),
            );
        }
        return None;
    }
    if most.is_some_and(|most| most < least) {
        return value.refuse(
            &format!("the count of `{}` has its `max` below its `min`", value.key),
            "nothing is between them",
            Some("exchange them".to_owned()),
        );
    }
    Some(Count {
        min: least,
        max: most,
    })
}
