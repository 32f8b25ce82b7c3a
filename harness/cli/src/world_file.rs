//! The file whose world is served.

use std::fs;
use std::path::Path;

use rolecall_scenario::language::Scenario;
use rolecall_scenario::{AccountVocabulary, check_support};

use crate::command::tell;

pub(crate) const DEFAULT_WORLD: &str = include_str!("default-world.toml");

/// A file that cannot be served; its reader has been told why.
#[derive(Debug)]
pub(crate) struct Unusable;

/// Reads a file, or the small world that is there without one; `Err` after saying what is wrong.
pub(crate) fn read(path: Option<&Path>) -> Result<Scenario, Unusable> {
    let Some(path) = path else {
        return parse("default-world.toml", DEFAULT_WORLD);
    };
    let name = path.display().to_string();
    match fs::read_to_string(path) {
        Ok(text) => parse(&name, &text),
        Err(error) => {
            anstream::eprintln!("rolecall: {name}: {error}");
            Err(Unusable)
        }
    }
}

/// Reads the text of a file; `Err` after saying what is wrong.
pub(crate) fn parse(name: &str, text: &str) -> Result<Scenario, Unusable> {
    let scenario = Scenario::parse(name, text, &AccountVocabulary);
    let served = scenario.and_then(|scenario| {
        let served = served_of(&scenario);
        check_support(&served).map(|()| (scenario, served))
    });
    let (whole, served) = served.map_err(|bad| {
        tell(&bad);
        Unusable
    })?;
    Ok(Scenario {
        steps: whole.steps,
        ..served
    })
}

/// What of a scenario is served: its world and the faults of the whole file. Its steps and clients
/// are not, and may be what they will. A client is known by the address it calls: that of its place.
fn served_of(scenario: &Scenario) -> Scenario {
    let mut matches = scenario.matches.clone();
    for one in matches.values_mut() {
        let app = one.value.app.as_mut();
        if let Some((name, app)) =
            app.and_then(|name| scenario.apps.get(&name.value).map(|app| (name, app)))
        {
            app.value.on.value.name().clone_into(&mut name.value);
        }
    }
    Scenario {
        source: scenario.source.clone(),
        summary: scenario.summary.clone(),
        world: scenario.world.clone(),
        faults: scenario.faults.clone(),
        matches,
        ..Scenario::default()
    }
}
