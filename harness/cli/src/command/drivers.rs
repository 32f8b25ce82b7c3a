//! `rolecall drivers`: the providers in processes of their own, installed or not.

use std::collections::BTreeMap;

use clap::Args;
use rolecall_conformance::report::Columns;
use rolecall_providers::child::{Driver, Promise};
use serde_json::{Value, json};

use super::Format;
use super::catalogue::{catalogue, path, set_up};
use crate::exit::{self, Exit};

/// List the drivers of other providers: which are installed, and how to get the others
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  rolecall drivers\n  rolecall drivers --format json")]
pub(crate) struct Arguments {
    /// For a person, or for a machine
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn run(arguments: &Arguments) -> Exit {
    let drivers = match catalogue().drivers() {
        Ok(drivers) => drivers,
        Err(bad) => {
            anstream::eprintln!("rolecall: {bad}");
            return exit::USAGE;
        }
    };
    let path = path();
    match arguments.format {
        Format::Text => list(&drivers, &path),
        Format::Json => {
            let all: Vec<_> = drivers
                .iter()
                .map(|driver| described(driver, &path))
                .collect();
            anstream::println!("{:#}", Value::from(all));
        }
    }
    exit::OK
}

fn list(drivers: &[Driver], path: &str) {
    let plain = anstyle::Style::new();
    let mut columns = Columns::default();
    columns.row(
        ["driver", "provider", "contract", "needs", "installed"]
            .map(|title| (title, plain.dimmed())),
    );
    for driver in drivers {
        let manifest = &driver.manifest;
        columns.row([
            (driver.id.as_str(), plain.bold()),
            (&format!("{} {}", manifest.name, manifest.version), plain),
            (manifest.contract.as_str(), plain),
            (&manifest.needs.join(", "), plain.dimmed()),
            (&state(driver, path), plain),
        ]);
    }
    if drivers.is_empty() {
        anstream::println!("There are no drivers here: they are in a folder `fixtures/providers`.");
    } else {
        anstream::print!("{}", columns.print(0));
    }
}

/// Whether it is installed, and what to do if not.
fn state(driver: &Driver, path: &str) -> String {
    let lacking = driver.needed(path);
    match (driver.missing(path), lacking.as_slice()) {
        (None, []) => "yes".to_owned(),
        (_, []) => format!("no: {}", set_up(&driver.id)),
        (_, lacking) => format!(
            "no: install {} first, then {}",
            lacking.join(", "),
            set_up(&driver.id)
        ),
    }
}

fn described(driver: &Driver, path: &str) -> Value {
    let manifest = &driver.manifest;
    let figures = |figures: &BTreeMap<String, Promise>| -> Value {
        let figures = figures.iter().map(|(name, figure)| {
            let said = json!({ "value": figure.value, "source": figure.source });
            (name.clone(), said)
        });
        Value::Object(figures.collect())
    };
    json!({
        "driver": driver.id,
        "name": manifest.name,
        "version": manifest.version,
        "contract": manifest.contract.as_str(),
        "clock": manifest.clock.as_str(),
        "uses": manifest.uses.iter().map(|one| one.as_str()).collect::<Vec<_>>(),
        "needs": manifest.needs,
        "lacking": driver.needed(path),
        "installed": driver.missing(path).is_none(),
        "missing": driver.missing(path),
        "set_up": set_up(&driver.id),
        "promises": figures(&manifest.promises),
        "measured": figures(&manifest.measured),
    })
}
