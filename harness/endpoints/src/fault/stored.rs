//! Faults and gates as the state of a world is written: with what they have seen, so that they go on
//! where they were.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::faults::{Armed, Fault, FaultState, Frozen, State};
use super::gate::{Gate, Held};

/// The faults and gates of a world. Nobody waits at a gate that was read: the requests that did are
/// not of this run.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StoredFaults {
    faults: Vec<StoredFault>,
    gates: Vec<StoredGate>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct StoredFault {
    fault: Fault,
    seen: u32,
    struck: u32,
    first: Vec<StoredAnswer>,
}

/// What was answered first, which a stale document is.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct StoredAnswer {
    place: String,
    path: String,
    answer: Frozen,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct StoredGate {
    gate: Gate,
    seen: u32,
    reached: u32,
}

impl State {
    pub(super) fn stored(&self) -> StoredFaults {
        let faults = self
            .faults
            .iter()
            .map(|Armed { state, first }| StoredFault {
                fault: state.fault.clone(),
                seen: state.seen,
                struck: state.struck,
                first: first.iter().map(stored_answer).collect(),
            });
        let gates = self.gates.iter().map(|held| StoredGate {
            gate: held.gate.clone(),
            seen: held.seen,
            reached: held.reached,
        });
        StoredFaults {
            faults: faults.collect(),
            gates: gates.collect(),
        }
    }

    pub(super) fn restored(stored: StoredFaults) -> Self {
        let faults = stored.faults.into_iter().map(|stored| Armed {
            state: FaultState {
                fault: stored.fault,
                seen: stored.seen,
                struck: stored.struck,
            },
            first: first(stored.first),
        });
        let gates = stored.gates.into_iter().map(|stored| {
            let mut held = Held::new(stored.gate);
            (held.seen, held.reached) = (stored.seen, stored.reached);
            held
        });
        Self {
            faults: faults.collect(),
            gates: gates.collect(),
        }
    }
}

fn stored_answer(((place, path), answer): (&(String, String), &Frozen)) -> StoredAnswer {
    StoredAnswer {
        place: place.clone(),
        path: path.clone(),
        answer: answer.clone(),
    }
}

fn first(stored: Vec<StoredAnswer>) -> BTreeMap<(String, String), Frozen> {
    let answers = stored.into_iter();
    answers
        .map(|stored| ((stored.place, stored.path), stored.answer))
        .collect()
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    status: u16,
    /// A byte is the character of that number.
    headers: Vec<(String, String)>,
    /// In base64.
    body: String,
}

impl Serialize for Frozen {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let headers = self.headers.iter().map(|(name, value)| {
            let value = value.as_bytes().iter().copied().map(char::from);
            (name.to_string(), value.collect())
        });
        let written = Written {
            status: self.status.as_u16(),
            headers: headers.collect(),
            body: BASE64.encode(&self.body),
        };
        written.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Frozen {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Written {
            status,
            headers,
            body,
        } = Written::deserialize(from)?;
        let read = || {
            let headers = headers.iter().map(|(name, value)| header(name, value));
            Some(Self {
                status: StatusCode::from_u16(status).ok()?,
                headers: headers.collect::<Option<HeaderMap>>()?,
                body: BASE64.decode(&body).ok().map(Bytes::from)?,
            })
        };
        read().ok_or_else(|| de::Error::custom("no answer that could have been given"))
    }
}

fn header(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let bytes = value.chars().map(|c| u8::try_from(c).ok());
    let bytes: Vec<u8> = bytes.collect::<Option<_>>()?;
    Some((
        HeaderName::from_bytes(name.as_bytes()).ok()?,
        HeaderValue::from_bytes(&bytes).ok()?,
    ))
}
