//! The whole file.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::app::apps;
use super::fault::{fault, one_match};
use super::reader::Reader;
use super::step::step;
use super::table::Table;
use super::value::Value;
use super::world::world;
use crate::language::model::Scenario;
use crate::language::places::Places;
use crate::language::shape;
use crate::language::tree::{Node, Tree};

/// The scenario that `root` says, without its rows; `None` when something needed could not be read.
pub(super) fn scenario(reader: &Reader, root: &Node) -> Option<Scenario> {
    let Tree::Table(entries) = &root.value else {
        return None;
    };
    // What the file as a whole lacks, it lacks at its beginning.
    let beginning = 0..0;
    let table = Table::open(reader, "", &beginning, &shape::SCENARIO, entries);
    let summary = table.required("summary", Value::text);
    let rules = table.list("rules", Value::text);
    let promised = table.texts("promised");
    let preview = table.optional("preview", Value::word);
    let needs = table.list("needs", Value::word);
    let world = table.optional("world", world).unwrap_or_default();
    let steps = table
        .optional("step", |value| value.tables("step", step))
        .unwrap_or_default();
    let apps = apps(&table, &Places::of(&world, &steps));
    let faults = table
        .optional("fault", |value| value.tables("fault", fault))
        .unwrap_or_default();
    let matches = table.named("match", |name, value| {
        one_match(value.within(&format!("match `{name}`")))
    });
    if reader.is_incomplete() {
        return None;
    }
    let source = Arc::clone(reader.source());
    Some(Scenario {
        name: source.stem().to_owned(),
        source,
        summary: summary?.value,
        rules,
        noted: BTreeSet::new(),
        promised,
        preview,
        needs,
        world,
        apps,
        faults,
        matches,
        vary: Vec::new(),
        steps,
    })
}
