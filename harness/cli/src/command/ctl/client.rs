//! Asks the served world.

use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::instead;
use super::trouble::Trouble;
use crate::state::{State, StateFile};

/// The most that an answer may be: the whole journal of a busy day is a twentieth of it, and a whole
/// world may not be more.
const ANSWER_BYTES_MAX: u64 = 1 << 30;

/// Whoever asks the control routes of one served world.
#[derive(Clone)]
pub(super) struct Client {
    agent: ureq::Agent,
    base: String,
    bearer: String,
    /// The state file, for messages.
    at: String,
}

/// How the served world says that it did nothing.
#[derive(Deserialize)]
struct Problem {
    #[serde(default)]
    code: String,
    message: String,
    #[serde(default)]
    unknown: Option<String>,
    #[serde(default)]
    known: Vec<String>,
}

impl Client {
    /// A client of the world that the state file tells of, which waits so long for an answer.
    pub(super) fn new(file: &StateFile, state: State, timeout: Duration) -> Self {
        let State {
            control,
            control_token,
            ..
        } = state;
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // The token is for that address and for no other.
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(timeout))
            .build();
        Self {
            agent: agent.into(),
            base: control,
            bearer: format!("Bearer {control_token}"),
            at: file.path().display().to_string(),
        }
    }

    pub(super) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Trouble> {
        let request = self.agent.get(format!("{}{path}", self.base));
        let answer = request.header("authorization", &self.bearer).call();
        self.read(answer)
    }

    pub(super) fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, Trouble> {
        self.post_bytes(path, body.to_string().as_bytes())
    }

    /// The same, of what is JSON already, or is to be told that it is none.
    pub(super) fn post_bytes<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &[u8],
    ) -> Result<T, Trouble> {
        let request = self.agent.post(format!("{}{path}", self.base));
        let answer = request
            .header("authorization", &self.bearer)
            .header("content-type", "application/json")
            .send(body);
        self.read(answer)
    }

    fn read<T: DeserializeOwned>(
        &self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<T, Trouble> {
        let mut answer = answer.map_err(|error| self.silent(&error))?;
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX);
        let text = body.read_to_vec().map_err(|error| self.silent(&error))?;
        if status == 200 {
            return serde_json::from_slice(&text).map_err(|error| self.foreign(&error.to_string()));
        }
        let problem = serde_json::from_slice(&text);
        let problem = problem.map_err(|_| self.foreign(&format!("status {status}")))?;
        Err(self.told(status, problem))
    }

    /// The world said why it did nothing.
    fn told(&self, status: u16, problem: Problem) -> Trouble {
        let Problem {
            code,
            message,
            unknown,
            known,
        } = problem;
        if matches!(status, 401 | 403) {
            return Trouble::no_answer(format!(
                "{}: {message}; does {} name another world than the one that is served there?",
                self.base, self.at
            ));
        }
        if matches!(code.as_str(), "no-such-route" | "wrong-method") {
            return Trouble::no_answer(format!(
                "{} is served by another version of rolecall, which cannot do that; restart it",
                self.base
            ));
        }
        let near = unknown.map(|name| instead(&name, known.iter().map(String::as_str)));
        let message = format!("{message}{}", near.unwrap_or_default());
        match status {
            409 => Trouble::refused(message),
            400..500 => Trouble::usage(message),
            _ => Trouble::no_answer(message),
        }
    }

    fn silent(&self, error: &ureq::Error) -> Trouble {
        let Self { base, at, .. } = self;
        Trouble::no_answer(match error {
            ureq::Error::Timeout(_) => format!(
                "{base} gives no answer in time; is it busy? `--timeout` waits longer, and {at} says what is served"
            ),
            error => format!(
                "{base} gives no answer: {error}; if the world of {at} is gone, start one with `rolecall serve`"
            ),
        })
    }

    fn foreign(&self, what: &str) -> Trouble {
        let Self { base, at, .. } = self;
        Trouble::no_answer(format!(
            "what answers at {base} is no world of this rolecall ({what}); it is named by {at}"
        ))
    }
}

/// `text` as a part of a path or a query.
pub(super) fn escaped(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
