//! A served world under control, as whoever controls it sees it.

#[path = "../support/served.rs"]
mod served;

mod control;
mod credentials;
mod journal;
mod reset;
mod support;
mod time;
