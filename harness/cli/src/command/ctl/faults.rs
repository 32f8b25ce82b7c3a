//! Faults of a served world.

use rolecall_conformance::report::Columns;
use rolecall_endpoints::Effect;
use rolecall_scenario::AccountVocabulary;
use rolecall_scenario::language::Scenario;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::{AddFault, Output};
use super::client::Client;
use super::run::print;
use super::trouble::Trouble;
use super::verbs::change;

pub(super) fn add(client: &Client, asked: &AddFault) -> Result<(), Trouble> {
    let effect = read(&asked.on, &asked.effect)?;
    // An asterisk alone means requests without a name too.
    let operation = (asked.on != "*").then_some(&asked.on);
    let body = json!({
        "name": asked.name,
        "operation": operation,
        "place": asked.place,
        "nth": asked.nth,
        "times": asked.times,
        "effect": effect,
    });
    change(client, "/add-fault", &body, asked.output)
}

/// Reads the effect, and checks the pattern, as a scenario would have them.
fn read(on: &str, effect: &str) -> Result<Effect, Trouble> {
    let on = json!(on);
    let text = format!("summary = \"\"\n\n[[fault]]\nname = \"fault\"\non = {on}\n{effect}\n");
    let scenario = Scenario::parse("the fault", &text, &AccountVocabulary);
    let scenario = scenario.map_err(|bad| Trouble::usage(bad.to_string()))?;
    let fault = scenario.faults.into_iter().next();
    let fault = fault.ok_or_else(|| Trouble::usage(format!("`{effect}` says no fault")))?;
    Ok(fault.value.effect.value)
}

pub(super) fn list(client: &Client, output: Output) -> Result<(), Trouble> {
    #[derive(Deserialize)]
    struct List {
        faults: Vec<Fault>,
    }
    #[derive(Deserialize)]
    struct Fault {
        name: String,
        effect: Value,
        on: Value,
        seen: u32,
        struck: u32,
    }
    let answer: Value = client.get("/faults")?;
    print(output, &answer, |answer| {
        let List { faults } = List::deserialize(answer)?;
        if faults.is_empty() {
            return Ok("no faults".to_owned());
        }
        let (plain, mut columns) = (anstyle::Style::new(), Columns::default());
        for fault in faults {
            columns.row([
                (fault.name, plain.bold()),
                (fault.effect.to_string(), plain),
                (format!("on {}", fault.on), plain.dimmed()),
                (format!("struck {} of {}", fault.struck, fault.seen), plain),
            ]);
        }
        Ok(columns.print(0).trim_end().to_owned())
    })
}
