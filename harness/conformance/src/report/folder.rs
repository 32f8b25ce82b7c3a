//! A run as files: to keep, to attach to a bug, to replay.

use std::fs;
use std::io;
use std::path::Path;

use rolecall_scenario::Report;

use super::json::json;

/// Writes, into a folder of the scenario's name below `folder`: `journal.jsonl`, everything that
/// happened; `report.json`, what was found; and the scenario itself, which replays it. Where it was
/// played once more and that is kept, `journal-again.jsonl` is everything that happened then.
///
/// # Errors
/// Whatever the file system says.
pub fn write_folder(folder: &Path, report: &Report, scenario_text: &str) -> io::Result<()> {
    let own = folder.join(&report.scenario);
    fs::create_dir_all(&own)?;
    fs::write(own.join("journal.jsonl"), journal(report))?;
    if let Some(again) = &report.again {
        fs::write(own.join("journal-again.jsonl"), journal(again))?;
    }
    fs::write(own.join("report.json"), json(std::slice::from_ref(report)))?;
    fs::write(own.join(format!("{}.toml", report.scenario)), scenario_text)
}

fn journal(report: &Report) -> String {
    let lines = report.journal.iter();
    lines.fold(String::new(), |all, line| all + line + "\n")
}
