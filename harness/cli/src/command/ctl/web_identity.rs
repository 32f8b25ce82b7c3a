//! Tokens of the world's identity providers.

use std::fs;

use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::{WebIdentityKeys, WebIdentityToken};
use super::client::Client;
use super::run::print;
use super::trouble::Trouble;

pub(super) fn token(client: &Client, asked: &WebIdentityToken) -> Result<(), Trouble> {
    #[derive(Deserialize)]
    struct Made {
        token: String,
    }
    let body = json!({
        "issuer": asked.issuer,
        "subject": asked.subject,
        "audience": asked.audience,
        "lifetime_seconds": asked.lifetime.as_secs_f64(),
    });
    let answer: Value = client.post("/web-identity-token", &body)?;
    print(asked.output, &answer, |answer| {
        let Made { token } = Made::deserialize(answer)?;
        Ok(token)
    })
}

/// Prints the ids of the keys, one a line.
pub(super) fn keys(client: &Client, asked: &WebIdentityKeys) -> Result<(), Trouble> {
    #[derive(Deserialize)]
    struct Published {
        kids: Vec<String>,
    }
    let name = asked.file.display();
    let text = fs::read_to_string(&asked.file)
        .map_err(|error| Trouble::usage(format!("{name}: {error}")))?;
    let set: Value =
        serde_json::from_str(&text).map_err(|error| Trouble::usage(format!("{name}: {error}")))?;
    let body = json!({ "issuer": asked.issuer, "keys": set["keys"] });
    let answer: Value = client.post("/web-identity-keys", &body)?;
    print(asked.output, &answer, |answer| {
        Ok(Published::deserialize(answer)?.kids.join("\n"))
    })
}
