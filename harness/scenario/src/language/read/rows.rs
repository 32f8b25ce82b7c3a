//! `[[vary]]`: one scenario for each row.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::reader::Reader;
use super::scenario::scenario;
use super::substitute::{Values, substitute};
use super::value::Value;
use crate::language::at::At;
use crate::language::check::check;
use crate::language::model::{Row, Scalar, Scenario};
use crate::language::problem::{BadScenario, Problem};
use crate::language::source::Source;
use crate::language::tree::{self, Node, NotToml, Tree};
use crate::language::vocabulary::Vocabulary;

/// A row as it is written: its name and its values.
struct Written {
    id: At<String>,
    values: Values,
}

/// What came of reading a file, perhaps with the values of a row.
type Read = (Option<Scenario>, Vec<Problem>);

/// Reads and checks a file.
pub(in crate::language) fn read(
    source: &Arc<Source>,
    vocabulary: &dyn Vocabulary,
) -> Result<Scenario, BadScenario> {
    let reader = Reader::new(Arc::clone(source));
    let root = match tree::parse(&source.text) {
        Ok(root) => root,
        Err(errors) => {
            for error in &errors {
                not_toml(&reader, error);
            }
            return finish(&reader, (None, Vec::new()));
        }
    };
    let rows = rows(&reader, &root);
    let read = if reader.has_problems() {
        (None, Vec::new())
    } else if rows.is_empty() {
        read_one(source, &root, vocabulary)
    } else {
        read_each(source, &root, rows, vocabulary)
    };
    finish(&reader, read)
}

fn not_toml(reader: &Reader, error: &NotToml) {
    let message = format!("not TOML: {}", error.message);
    reader.report(reader.problem("", &message, &error.span, "here"));
}

fn finish(reader: &Reader, (scenario, of_scenario): Read) -> Result<Scenario, BadScenario> {
    let mut problems = reader.take_problems();
    problems.extend(of_scenario);
    if scenario.is_none() && problems.is_empty() {
        // Whatever keeps a file from being read has been reported: this is for the day it was not.
        problems.push(reader.problem("", "the file cannot be read", &(0..0), ""));
    }
    match (BadScenario::of(problems), scenario) {
        (None, Some(scenario)) => Ok(scenario),
        (Some(bad), _) => Err(bad),
        (None, None) => Err(BadScenario::default()),
    }
}

fn read_one(source: &Arc<Source>, root: &Node, vocabulary: &dyn Vocabulary) -> Read {
    let reader = Reader::new(Arc::clone(source));
    let scenario = scenario(&reader, root);
    if let Some(scenario) = &scenario {
        check(&reader, scenario, vocabulary);
    }
    (scenario, reader.take_problems())
}

fn read_each(
    source: &Arc<Source>,
    root: &Node,
    rows: Vec<Written>,
    vocabulary: &dyn Vocabulary,
) -> Read {
    let mut vary = Vec::new();
    let mut problems = Vec::new();
    for Written { id, values } in rows {
        let reader = Reader::new(Arc::clone(source));
        let root = substitute(&reader, root, &values);
        let (scenario, of_row) = if reader.has_problems() {
            (None, reader.take_problems())
        } else {
            read_one(source, &root, vocabulary)
        };
        problems.push((id.value.clone(), of_row));
        vary.extend(scenario.map(|scenario| Row {
            scenario: Scenario {
                name: format!("{}[{id}]", scenario.name),
                ..scenario
            },
            id,
            values,
        }));
    }
    let first = vary.first().map(|row| row.scenario.clone());
    let scenario = first.map(|scenario| Scenario {
        name: source.stem().to_owned(),
        vary,
        ..scenario
    });
    (scenario, of_all_rows(&problems))
}

/// A problem of every row once; a problem of some rows for each, with the row's name.
fn of_all_rows(rows: &[(String, Vec<Problem>)]) -> Vec<Problem> {
    let everywhere =
        |problem: &Problem| rows.iter().all(|(_, problems)| problems.contains(problem));
    let mut all: Vec<Problem> = Vec::new();
    for (index, (id, problems)) in rows.iter().enumerate() {
        for problem in problems {
            if !everywhere(problem) {
                all.push(problem.clone().prefixed(&format!("row `{id}`: ")));
            } else if index == 0 {
                all.push(problem.clone());
            }
        }
    }
    all
}

/// The rows of the file.
fn rows(reader: &Reader, root: &Node) -> Vec<Written> {
    let Tree::Table(entries) = &root.value else {
        return Vec::new();
    };
    let Some(entry) = entries.get("vary") else {
        return Vec::new();
    };
    let value = Value {
        reader,
        place: "",
        key: "vary",
        key_span: &entry.key,
        node: &entry.node,
    };
    let rows = value.list(row).unwrap_or_default();
    different_ids(reader, &rows);
    rows
}

fn row(value: Value<'_>) -> Option<Written> {
    let scalars = value.named(|_, value| scalar(value))?;
    let mut values: Values = scalars
        .into_iter()
        .map(|(name, scalar)| (name, scalar.value))
        .collect();
    match values.remove("id") {
        Some(At {
            value: Scalar::Text(id),
            span,
        }) => Some(Written {
            id: At::new(id, span),
            values,
        }),
        Some(id) => {
            let id = format!("{}", id.value);
            value.refuse(
                "a row's `id` takes a string",
                "not a string",
                Some(format!("write it as `\"{id}\"`")),
            )
        }
        None => value.refuse(
            "a row needs `id`",
            "missing here",
            Some("add `id = ...`: each row has its own verdict".to_owned()),
        ),
    }
}

fn scalar(value: Value<'_>) -> Option<At<Scalar>> {
    let scalar = match &value.node.value {
        Tree::Text(text) => Scalar::Text(text.clone()),
        Tree::Integer(integer) => Scalar::Integer(*integer),
        Tree::Float(float) => Scalar::Float(*float),
        Tree::Flag(flag) => Scalar::Flag(*flag),
        _ => return value.wrong("a string, a number, or true or false"),
    };
    Some(At::new(scalar, value.node.span.clone()))
}

fn different_ids(reader: &Reader, rows: &[Written]) {
    let mut first = BTreeMap::new();
    for row in rows {
        let Some(other) = first.insert(row.id.value.as_str(), &row.id) else {
            continue;
        };
        let problem = reader
            .problem("", &format!("two rows `{}`", row.id), &row.id.span, "again")
            .and_label(other.span.clone(), "first here")
            .with_help(Some("give each its own `id`".to_owned()));
        reader.report(problem);
    }
}
