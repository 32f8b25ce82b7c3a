//! Recording foreign endpoints, and serving what was recorded.

#[path = "../support/mod.rs"]
mod lab;

mod broken;
mod redaction;
mod replay;
mod served;
mod support;
mod upstream;
