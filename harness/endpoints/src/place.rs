//! Who is calling, and from where: what the transport knows before a byte is read.

use std::sync::Arc;

/// Where a client runs. Link-local addresses mean something else in each.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

/// How many network hops away from the metadata service a client is: an extension of its requests,
/// where the transport knows better than the instance. 1 on the instance itself, 2 in a container
/// behind a bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hops(pub u8);
