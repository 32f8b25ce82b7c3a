//! Reports for machines.

use rolecall_scenario::Report;
use serde::Serialize;

/// The format's version; goes up when a reader of an older one would be misled.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    scenarios: &'a [Report],
}

/// All reports of a run as one JSON document.
pub fn json(reports: &[Report]) -> String {
    let document = Document {
        version: VERSION,
        scenarios: reports,
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_else(|error| {
        // Strings, numbers and lists of them: there is nothing in a report that JSON has not.
        format!("{{\"error\": \"{error}\"}}")
    });
    text.push('\n');
    text
}
