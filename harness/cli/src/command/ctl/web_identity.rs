//! Tokens of the world's identity providers.

use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::WebIdentityToken;
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
