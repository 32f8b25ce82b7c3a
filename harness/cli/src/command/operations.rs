//! `rolecall operations`: what clients can ask for.

use std::io::Write;

use clap::Args;
use rolecall_conformance::report::Columns;
use rolecall_endpoints::{operations, service_title};
use serde_json::json;

use super::Format;
use crate::exit::{self, Exit};

/// List the operations that are answered, by service
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  rolecall operations\n  rolecall operations --format json | jq -r '.[].slug'"
)]
pub(crate) struct Arguments {
    /// A table, or a JSON array
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

pub(crate) fn run(arguments: &Arguments) -> Exit {
    let text = match arguments.format {
        Format::Json => {
            let all = operations().into_iter().flat_map(|(service, operations)| {
                let service = service_title(service);
                operations.into_iter().map(move |operation| {
                    json!({ "service": service, "operation": operation.name(), "slug": operation.slug() })
                })
            });
            format!("{:#}\n", all.collect::<serde_json::Value>())
        }
        Format::Text => {
            let plain = anstyle::Style::new();
            let parts = operations().into_iter().map(|(service, operations)| {
                let mut columns = Columns::default();
                for operation in operations {
                    columns.row([
                        (operation.name(), plain),
                        (operation.slug(), plain.dimmed()),
                    ]);
                }
                format!("{}\n{}", service_title(service), columns.print(2))
            });
            parts.collect::<Vec<_>>().join("\n")
        }
    };
    // Whoever reads it may stop at any time.
    let _ = anstream::stdout().write_all(text.as_bytes());
    exit::OK
}
