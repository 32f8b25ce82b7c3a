//! `rolecall conform`: the suite, on providers.

mod arguments;
mod output;
mod progress;
mod run;
mod subject;
mod suite;

pub(crate) use arguments::Arguments;
pub(crate) use output::{ReportFormat, published, rendered};
pub(crate) use run::run;
