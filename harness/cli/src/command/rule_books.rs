//! The rules of the suite, and those of files.

use std::fs;
use std::path::PathBuf;

use rolecall_conformance::RuleBook;
use rolecall_scenarios::{RULES, SERVER_RULES, SuiteFile};

/// The rules of the suite.
pub(crate) fn rule_book() -> RuleBook {
    with_files(&[]).expect("the embedded rules are our own, and a test reads them all")
}

/// The rules of the suite, and those of files, which take the place of those with their slugs.
///
/// # Errors
/// A file that is not there or not in order, in words.
pub(crate) fn with_files(files: &[PathBuf]) -> Result<RuleBook, String> {
    let mut rules = embedded(RULES);
    for path in files {
        let name = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
        let read = RuleBook::parse([(name.as_str(), text.as_str())]);
        rules.add(read.map_err(|bad| bad.to_string())?);
    }
    if !rules.assumes_something() {
        return Ok(rules);
    }
    rules
        .grounded_in(&server_rules())
        .map_err(|bad| bad.to_string())
}

/// What AWS's servers do, and the simulated account with them.
pub(crate) fn server_rules() -> RuleBook {
    embedded(&[SERVER_RULES])
}

fn embedded(files: &[SuiteFile]) -> RuleBook {
    RuleBook::parse(files.iter().map(|file| (file.path, file.text)))
        .expect("the embedded rules are our own, and a test reads them all")
}
