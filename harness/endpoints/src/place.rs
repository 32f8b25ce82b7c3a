//! Who is calling, and from where: what the transport knows before a byte is read.

use std::sync::Arc;

/// Where a client runs. Link-local addresses mean something else in each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// On the instance with this id.
    Instance(String),
    /// In the container task with this id.
    Task(String),
    /// On a machine of its own, with no source of credentials.
    Laptop,
}

/// A client, as the transport knows it; travels with each request as an extension.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The name of the app, for the journal.
    pub name: Arc<str>,
    /// Where it runs.
    pub place: Place,
}
