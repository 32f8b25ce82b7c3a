//! What virtual MFA devices show.

use serde::Deserialize;
use serde_json::Value;

use super::arguments::MfaCode;
use super::client::{Client, escaped};
use super::run::print;
use super::trouble::Trouble;

pub(super) fn code(client: &Client, wanted: &MfaCode) -> Result<(), Trouble> {
    #[derive(Deserialize)]
    struct Shown {
        code: String,
        next: String,
    }
    let device = escaped(&wanted.device);
    let answer: Value = client.get(&format!("/mfa-code?device={device}"))?;
    print(wanted.output, &answer, |answer| {
        let Shown { code, next } = Shown::deserialize(answer)?;
        Ok(if wanted.next { next } else { code })
    })
}
