//! Recordings: what an endpoint answered, kept so that it can be served again.
//!
//! [`Recorder`] stands between a client and an endpoint and keeps every exchange as a [`Fixture`],
//! without its secrets. [`Replay`] serves a fixture in place of our own sources of credentials: it
//! says what was said, and decides nothing.

mod delivery;
mod documents;
mod fixture;
mod placeholder;
mod recorder;
mod redact;
mod replay;
mod shift;
mod tape;
mod text;
mod upstream;

pub use fixture::{
    BadFixture, Ended, Fixture, Piece, RecordedAnswer, RecordedExchange, RecordedRequest,
};
pub use recorder::{CannotRecord, RecordOptions, Recorder};
pub use redact::Kind;
pub(crate) use replay::router;
pub use replay::{RecordedSet, Replay};
pub use tape::{CannotKeep, Summary};
pub use upstream::{BadUpstream, Upstream};
