//! Services of AWS that act in the account.

use std::fmt::Write;

use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::ServiceSession;
use super::client::Client;
use super::run::print;
use super::trouble::Trouble;

/// Prints what makes a shell the service's, as `rolecall env` does.
pub(super) fn session(client: &Client, asked: &ServiceSession) -> Result<(), Trouble> {
    #[derive(Deserialize)]
    struct Keys {
        access_key_id: String,
        secret_access_key: String,
        session_token: String,
    }
    let body = json!({
        "service": asked.service,
        "role": asked.role,
        "session_name": asked.session_name,
    });
    let answer: Value = client.post("/service-session", &body)?;
    print(asked.output, &answer, |answer| {
        let keys = Keys::deserialize(answer)?;
        let mut text = String::new();
        for (name, value) in [
            ("AWS_ACCESS_KEY_ID", keys.access_key_id),
            ("AWS_SECRET_ACCESS_KEY", keys.secret_access_key),
            ("AWS_SESSION_TOKEN", keys.session_token),
        ] {
            let _ = writeln!(text, "export {name}='{value}'");
        }
        Ok(text.trim_end().to_owned())
    })
}
