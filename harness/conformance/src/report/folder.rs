//! A run as files: to keep, to attach to a bug, to replay.

use std::fs;
use std::io;
use std::path::Path;

use rolecall_scenario::Report;

use super::json::json;

/// Writes, into a folder of the scenario's name below `folder`: `journal.jsonl`, everything that
/// happened; `report.json`, what was found; and the scenario itself, which replays it.
///
/// # Errors
/// Whatever the file system says.
pub fn write_folder(folder: &Path, report: &Report, scenario_text: &str) -> io::Result<()> {
    let own = folder.join(&report.scenario);
    fs::create_dir_all(&own)?;
    let mut journal = report.journal.join("\n");
    journal.push('\n');
    fs::write(own.join("journal.jsonl"), journal)?;
    fs::write(own.join("report.json"), json(std::slice::from_ref(report)))?;
    fs::write(own.join(format!("{}.toml", report.scenario)), scenario_text)
}
