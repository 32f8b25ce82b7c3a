//! `rolecall ctl`: controls a world that is being served.

mod arguments;
mod client;
mod dump;
mod faults;
mod instances;
mod journal;
mod mfa;
mod run;
mod service;
mod time;
mod trouble;
mod verbs;
mod web_identity;

pub(crate) use arguments::Arguments;
pub(crate) use instances::serves_ipv6;
pub(crate) use run::run;
