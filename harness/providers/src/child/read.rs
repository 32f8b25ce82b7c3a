//! What answers mean: from the contract's types to ours.

use std::fmt::Write;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use bytes::Bytes;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::message::{
    Answers, AssumedRole, CallerIdentity, Failure, Keys, Outcome, Presigned, Read,
};
use crate::contract::{Call, CallFailure, Clocks, Timed, body_of};

/// An object of more than this is not compared with what it should be.
const COMPARED_MAX: u64 = 256 << 20;

/// Something that is not as the contract has it: what.
pub(super) type Odd = String;

/// The fields of an answer, as `T` has them.
pub(super) fn fields<T: DeserializeOwned>(ok: Map<String, Value>) -> Result<T, Odd> {
    serde_json::from_value(Value::Object(ok)).map_err(|error| error.to_string())
}

/// An error, as ours.
pub(super) fn failure(said: Failure) -> CallFailure {
    let text = match (said.kind, said.text) {
        (Some(kind), Some(text)) if !text.is_empty() => format!("{kind}: {text}"),
        (Some(kind), _) => kind,
        (None, Some(text)) => text,
        (None, None) => "no message".to_owned(),
    };
    CallFailure {
        class: said.class,
        code: said.code,
        status: said.status,
        text,
    }
}

/// Credentials, as the SDK's.
pub(super) fn credentials(keys: Keys) -> Result<Credentials, Odd> {
    let expiry = keys
        .expiration
        .as_deref()
        .map(|text| time("expiration", text));
    let mut built = Credentials::builder()
        .access_key_id(keys.access_key_id)
        .secret_access_key(keys.secret_access_key)
        .provider_name("driver");
    built.set_session_token(keys.session_token);
    built.set_expiry(expiry.transpose()?);
    if let Some(account) = keys.account_id {
        built = built.account_id(account);
    }
    Ok(built.build())
}

/// A moment.
pub(super) fn time(field: &str, text: &str) -> Result<SystemTime, Odd> {
    let read = text.parse::<Timestamp>();
    read.map(SystemTime::from)
        .map_err(|_| format!("`{field}` is no date such as `2031-05-01T00:00:00.000Z`"))
}

/// What clocks say.
pub(super) fn clocks(now: &super::message::Now) -> Result<Clocks, Odd> {
    let monotonic = Duration::try_from_secs_f64(now.monotonic_ms / 1000.0);
    Ok(Clocks {
        wall: time("wall", &now.wall)?,
        monotonic: monotonic.map_err(|error| format!("`monotonic_ms`: {error}"))?,
    })
}

/// One for each of so many callers, from what may be folded. Whoever gave no times is timed by us.
pub(super) fn unfolded<T: Clone>(
    answers: Answers,
    callers: u32,
    measured: Duration,
    mut each: impl FnMut(Outcome) -> Result<T, Odd>,
) -> Result<Vec<Timed<T>>, Odd> {
    let told = answers
        .answers
        .iter()
        .map(|outcome| u64::from(outcome.n))
        .sum::<u64>();
    if told != u64::from(callers) {
        return Err(format!(
            "it has answers for {told} callers, and {callers} asked"
        ));
    }
    let mut timed = Vec::new();
    for outcome in answers.answers {
        let (n, took) = (outcome.n, durations(&outcome.ms)?);
        let answer = each(outcome)?;
        for index in 0..n as usize {
            // Of folded ones the quickest comes first and the slowest last: all but one are taken to
            // have been as slow as the slowest.
            let took = took.get(index).or(took.last()).copied();
            timed.push(Timed {
                answer: answer.clone(),
                took: took.unwrap_or(measured),
            });
        }
    }
    Ok(timed)
}

fn durations(ms: &[f64]) -> Result<Vec<Duration>, Odd> {
    let read = ms.iter().map(|ms| Duration::try_from_secs_f64(ms / 1000.0));
    read.collect::<Result<_, _>>()
        .map_err(|error| format!("`ms`: {error}"))
}

/// Exactly one of the fields that say how it went.
pub(super) fn one_of<A, B>(
    good: Option<A>,
    bad: Option<B>,
    name: &str,
) -> Result<Result<A, B>, Odd> {
    match (good, bad) {
        (Some(good), None) => Ok(Ok(good)),
        (None, Some(bad)) => Ok(Err(bad)),
        (Some(_), Some(_)) => Err(format!("it has both `{name}` and `error`")),
        (None, None) => Err(format!("it has neither `{name}` nor `error`")),
    }
}

/// What a call answered, as [`crate::CallAnswer`] has it.
pub(super) fn called(call: &Call, ok: Map<String, Value>) -> Result<Bytes, Odd> {
    Ok(match call {
        Call::PutObject { .. } | Call::UploadMultipart { .. } => Bytes::new(),
        Call::CallerIdentity => fields::<CallerIdentity>(ok)?.arn.into(),
        Call::AssumeRole(_) => fields::<AssumedRole>(ok)?.access_key_id.into(),
        Call::Presign { .. } => fields::<Presigned>(ok)?.url.into(),
        Call::GetObject { key, .. } => content(key, &fields(ok)?),
    })
}

/// The content under a key, which only ever is the key repeated: if size and hash say so. Else what
/// they say, which is the content of nothing.
fn content(key: &str, read: &Read) -> Bytes {
    if let Ok(size) = usize::try_from(read.size)
        && read.size <= COMPARED_MAX
    {
        let body = body_of(key, size);
        if hex(&Sha256::digest(&body)).eq_ignore_ascii_case(&read.sha256) {
            return body;
        }
    }
    format!("{} bytes with the SHA-256 {}", read.size, read.sha256).into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn folded_answers_are_one_for_each_caller() {
        let answers: Answers = fields(map(json!({ "answers": [
            { "n": 3, "error": { "class": "timeout" }, "ms": [1.5, 4.0] },
            { "error": { "class": "other" } },
        ] })))
        .unwrap();
        let timed = unfolded(
            answers,
            4,
            Duration::from_millis(9),
            |outcome| Ok(outcome.n),
        )
        .unwrap();
        let took: Vec<_> = timed.iter().map(|one| one.took.as_micros()).collect();
        assert_eq!(took, [1500, 4000, 4000, 9000]);
        let few: Answers = fields(map(json!({ "answers": [] }))).unwrap();
        let odd = unfolded(few, 1, Duration::ZERO, |outcome| Ok(outcome.n)).unwrap_err();
        assert_eq!(odd, "it has answers for 0 callers, and 1 asked");
    }

    // From `printf catcatc | sha256sum`.
    const OF_CATCATC: &str = "2acd91857a7e4fc2ff6dfd55a4f250dbcc1064b5e95a9d02315320c878f8931b";

    #[test]
    fn what_was_read_is_known_by_its_hash() {
        let get = Call::GetObject {
            bucket: "b".to_owned(),
            key: "cat".to_owned(),
        };
        let read = |size: u64, sha256: &str| {
            called(&get, map(json!({ "size": size, "sha256": sha256 }))).unwrap()
        };
        assert_ne!(read(8, OF_CATCATC), "catcatc");
        assert_eq!(read(7, OF_CATCATC), "catcatc");
        assert_ne!(read(u64::MAX, OF_CATCATC), "catcatc");
    }

    #[test]
    fn times_that_are_none_are_refused() {
        for (wall, ms) in [
            ("yesterday", 0.0),
            ("2031-05-01T00:00:00Z", -1.0),
            ("2031-05-01T00:00:00Z", f64::NAN),
        ] {
            let now = super::super::message::Now {
                wall: wall.to_owned(),
                monotonic_ms: ms,
            };
            assert!(clocks(&now).is_err(), "{wall} {ms}");
        }
    }
}
