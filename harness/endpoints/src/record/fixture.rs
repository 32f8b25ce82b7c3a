//! The file format: one JSON document a recording.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use rolecall_account::SimInstant;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use super::text;

/// The version that is written, and the only one that is read.
const VERSION: u64 = 1;

/// The ending of a recording's file name.
const ENDING: &str = "json";

/// A recording: what was asked, what was answered, and when, without the secrets.
///
/// In JSON, names are those of the fields; a header is a string, `name: value`, whose bytes are read
/// as ISO 8859-1, so that none is lost.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// The version of the format.
    version: u64,
    /// When the recording began.
    #[serde(serialize_with = "to_date", deserialize_with = "from_date")]
    pub from: SimInstant,
    /// What was recorded: the origin of its URL.
    pub upstream: String,
    /// Whether a replay moves the dates of documents by the time between the two beginnings.
    pub shift: bool,
    /// In the order of arrival.
    pub exchanges: Vec<RecordedExchange>,
}

/// A request and what came of it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedExchange {
    /// When it arrived, in milliseconds since the recording began.
    pub at_ms: u64,
    /// What was asked.
    pub request: RecordedRequest,
    /// What was answered; nothing if it ended before the head of an answer was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<RecordedAnswer>,
    /// How it ended.
    pub ended: Ended,
    /// When it ended, in milliseconds since it arrived.
    pub ended_after_ms: u64,
}

/// What was asked. Bodies of requests are not kept: they may be anything, and a replay needs none.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedRequest {
    /// The method.
    pub method: String,
    /// The path, as it was sent.
    pub path: String,
    /// The query, as it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The headers by which AWS decides anything, in order.
    #[serde(with = "lines")]
    pub headers: Vec<(String, String)>,
}

/// What was answered.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedAnswer {
    /// When its head was there, in milliseconds since the request arrived.
    pub after_ms: u64,
    /// The status.
    pub status: u16,
    /// All headers but those of the connection itself, in order.
    #[serde(with = "lines")]
    pub headers: Vec<(String, String)>,
    /// The body, in the pieces in which it came.
    pub body: Vec<Piece>,
}

impl RecordedAnswer {
    /// The whole body.
    pub fn bytes(&self) -> Bytes {
        match self.body.as_slice() {
            [only] => only.bytes.clone(),
            pieces => pieces
                .iter()
                .flat_map(|piece| piece.bytes.iter().copied())
                .collect(),
        }
    }

    /// Changes the body as one text and lays it in pieces again, as long as those it came in. If
    /// its length changes, so does the length that was announced.
    pub(super) fn change_body(&mut self, change: impl FnOnce(&str) -> String) {
        let before = text::text(&self.bytes());
        let after = change(&before);
        if after == before {
            return;
        }
        // Nothing comes out that is no byte; if it did, nothing would be kept rather than a secret.
        let after = text::bytes(&after).unwrap_or_default();
        lay(&mut self.body, &after);
        let mut headers = self.headers.iter_mut();
        if let Some((_, announced)) = headers.find(|(name, _)| name == "content-length")
            && let Ok(length) = announced.parse::<usize>()
        {
            let before = before.chars().count();
            *announced = (length + after.len()).saturating_sub(before).to_string();
        }
    }
}

/// All but the last piece stay as long as they are.
fn lay(pieces: &mut [Piece], mut body: &[u8]) {
    let last = pieces.len().saturating_sub(1);
    for (index, piece) in pieces.iter_mut().enumerate() {
        let length = piece.bytes.len().min(body.len());
        let (own, rest) = body.split_at(if index == last { body.len() } else { length });
        piece.bytes = Bytes::copy_from_slice(own);
        body = rest;
    }
}

/// A piece of a body. In JSON its bytes are `text`, or `base64` where they are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// When it came, in milliseconds since the head of the answer, or since the piece before it.
    pub after_ms: u64,
    /// Its bytes.
    pub bytes: Bytes,
}

/// How an exchange ended.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// With all of the answer.
    Whole,
    /// With all of the answer, and more bytes than it said it has. A replay gives the answer.
    Longer,
    /// The connection was closed before all of the answer was there: the length was wrong, the last
    /// chunk was missing, or there was no answer at all.
    Cut,
    /// The connection was reset.
    Reset,
    /// Nothing more came until the client, or the recorder, went away.
    Stalled,
    /// There was no connection.
    Unreachable,
    /// What came was no HTTP.
    Garbled,
}

impl Ended {
    /// In a few words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Longer => "longer than announced",
            Self::Cut => "cut short",
            Self::Reset => "reset",
            Self::Stalled => "stalled",
            Self::Unreachable => "unreachable",
            Self::Garbled => "no HTTP",
        }
    }
}

/// A file that is no recording.
#[derive(Debug, Error)]
pub enum BadFixture {
    /// It cannot be read.
    #[error("{}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It has another form.
    #[error("this is no recording: {0}")]
    Malformed(#[from] serde_json::Error),
    /// It is of another version.
    #[error("version {0} of the format of recordings is not known; this reads version {VERSION}")]
    Version(u64),
    /// An exchange cannot be served.
    #[error("exchange {number}: {what}")]
    Exchange {
        /// Which one, from 1.
        number: usize,
        /// What is wrong with it.
        what: String,
    },
}

impl Fixture {
    /// A recording of `upstream` in which nothing has happened yet.
    pub fn new(from: SimInstant, upstream: String, shift: bool) -> Self {
        // The file has whole seconds.
        let from = SimInstant::from_epoch_millis(from.epoch_millis().div_euclid(1000) * 1000);
        Self {
            version: VERSION,
            from,
            upstream,
            shift,
            exchanges: Vec::new(),
        }
    }

    /// Where the recording called `name` is kept: the ending `.json` need not be said.
    pub fn path(name: &Path) -> PathBuf {
        if name.extension().is_some_and(|ending| ending == ENDING) {
            return name.to_owned();
        }
        let mut path = name.as_os_str().to_owned();
        path.push(".");
        path.push(ENDING);
        path.into()
    }

    /// Reads the recording called `name`.
    ///
    /// # Errors
    /// There is no such file, or it is no recording.
    pub fn load(name: &Path) -> Result<Self, BadFixture> {
        let path = Self::path(name);
        let text =
            fs::read_to_string(&path).map_err(|error| BadFixture::Unreadable { path, error })?;
        Self::parse(&text)
    }

    /// Reads the text of a recording.
    ///
    /// # Errors
    /// It is none, or of another version, or has an exchange that cannot be served.
    pub fn parse(text: &str) -> Result<Self, BadFixture> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u64,
        }
        let Versioned { version } = serde_json::from_str(text)?;
        if version != VERSION {
            return Err(BadFixture::Version(version));
        }
        let fixture: Self = serde_json::from_str(text)?;
        for (number, exchange) in (1..).zip(&fixture.exchanges) {
            check(exchange).map_err(|what| BadFixture::Exchange { number, what })?;
        }
        Ok(fixture)
    }

    /// Its text.
    #[expect(clippy::missing_panics_doc, reason = "no key is anything but a string")]
    pub fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("no key is anything but a string");
        text.push('\n');
        text
    }
}

/// What cannot be served is found when it is read, not when it is asked for.
fn check(exchange: &RecordedExchange) -> Result<(), String> {
    let method = &exchange.request.method;
    Method::from_bytes(method.as_bytes()).map_err(|_| format!("no method `{method}`"))?;
    let Some(answer) = &exchange.answer else {
        return match exchange.ended {
            Ended::Whole | Ended::Longer => Err("it ended whole, and has no answer".to_owned()),
            _ => Ok(()),
        };
    };
    match StatusCode::from_u16(answer.status) {
        Ok(status) if !status.is_informational() => {}
        _ => return Err(format!("no status {} ends an exchange", answer.status)),
    }
    for (name, value) in &answer.headers {
        header(name, value).ok_or_else(|| format!("no header `{name}: {value}`"))?;
    }
    Ok(())
}

/// A header from its two halves; `None` if they are none.
pub(super) fn header(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    let value = HeaderValue::from_bytes(&text::bytes(value)?).ok()?;
    Some((name, value))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn to_date<S: Serializer>(date: &SimInstant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

fn from_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SimInstant, D::Error> {
    let text = String::deserialize(deserializer)?;
    SimInstant::parse(&text).ok_or_else(|| D::Error::custom(format!("no date `{text}`")))
}

/// Headers as HTTP has them.
mod lines {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    type Headers = Vec<(String, String)>;

    pub(super) fn serialize<S: Serializer>(
        headers: &Headers,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let lines = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}"));
        serializer.collect_seq(lines)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Headers, D::Error> {
        let lines = Vec::<String>::deserialize(d)?;
        let headers = lines.into_iter().map(|line| match line.split_once(':') {
            Some((name, value)) => Ok((name.to_owned(), value.trim_start().to_owned())),
            None => Err(D::Error::custom(format!(
                "no header `{line}`; write `name: value`"
            ))),
        });
        headers.collect()
    }
}

/// A piece as JSON has it.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WrittenPiece {
    after_ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
}

impl Serialize for Piece {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = std::str::from_utf8(&self.bytes).ok();
        WrittenPiece {
            after_ms: self.after_ms,
            text: text.map(str::to_owned),
            base64: text.is_none().then(|| STANDARD.encode(&self.bytes)),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Piece {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = WrittenPiece::deserialize(deserializer)?;
        let bytes = match (written.text, written.base64) {
            (Some(text), None) => text.into_bytes(),
            (None, Some(base64)) => STANDARD.decode(base64).map_err(D::Error::custom)?,
            _ => return Err(D::Error::custom("a piece has `text` or `base64`")),
        };
        Ok(Self {
            after_ms: written.after_ms,
            bytes: bytes.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Fixture {
        let mut fixture = Fixture::new(
            SimInstant::parse("2031-05-01T00:00:00Z").unwrap(),
            "http://127.0.0.1:1338".to_owned(),
            true,
        );
        let piece = |bytes: &'static [u8]| Piece {
            after_ms: 1,
            bytes: Bytes::from_static(bytes),
        };
        fixture.exchanges.push(RecordedExchange {
            at_ms: 5,
            request: RecordedRequest {
                method: "GET".to_owned(),
                path: "/x".to_owned(),
                query: None,
                headers: vec![],
            },
            answer: Some(RecordedAnswer {
                after_ms: 2,
                status: 200,
                headers: vec![("server".to_owned(), "caf\u{e9}".to_owned())],
                body: vec![piece(b"text"), piece(b"\xff\x00")],
            }),
            ended: Ended::Cut,
            ended_after_ms: 7,
        });
        fixture
    }

    #[test]
    fn what_is_written_is_read_again() {
        let fixture = sample();
        let text = fixture.to_text();
        assert_eq!(Fixture::parse(&text).unwrap(), fixture);
        assert!(text.contains(r#""text": "text""#), "{text}");
        assert!(text.contains(r#""base64": "/wA=""#), "{text}");
        let answer = fixture.exchanges[0].answer.as_ref().unwrap();
        assert_eq!(answer.bytes(), &b"text\xff\x00"[..]);
    }

    #[test]
    fn what_cannot_be_served_is_refused() {
        let text = sample().to_text();
        for (from, to, says) in [
            (r#""version": 1"#, r#""version": 2"#, "version 2"),
            (r#""shift": true"#, r#""shift": 1"#, "line 5"),
            (r#""shift""#, r#""shfit""#, "shfit"),
            ("2031-05-01T00:00:00Z", "May", "no date `May`"),
            (r#""GET""#, r#""G T""#, "exchange 1: no method `G T`"),
            (r#""status": 200"#, r#""status": 100"#, "no status 100"),
            ("server:", "ser ver:", "no header `ser ver: "),
            ("server: ", "server ", "no header `server "),
            ("/wA=", "/w", "base64"),
            (r#""text": "text""#, r#""after_ms": 1"#, "duplicate field"),
        ] {
            assert!(text.contains(from), "{from}");
            let error = Fixture::parse(&text.replace(from, to))
                .unwrap_err()
                .to_string();
            assert!(error.contains(says) || says == "base64", "{says}: {error}");
        }
    }

    #[test]
    fn the_ending_need_not_be_said() {
        for (name, path) in [
            ("a/b", "a/b.json"),
            ("a/b.json", "a/b.json"),
            ("a.b", "a.b.json"),
        ] {
            assert_eq!(Fixture::path(Path::new(name)), Path::new(path));
        }
    }
}
