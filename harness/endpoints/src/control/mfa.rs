//! What virtual MFA devices show.

use rolecall_account::{MfaCode, NoMfaCode};

use super::problem::Problem;
use super::router::Control;
use super::said::{MfaShown, MfaWanted};

pub(super) const SEVERAL: &str = "The user has several devices.";

pub(super) fn code(control: &Control, wanted: &MfaWanted) -> Result<MfaShown, Problem> {
    let shown = control
        .edge
        .world()
        .mfa_code(control.edge.now(), &wanted.device);
    let MfaCode {
        serial,
        code,
        next,
        until,
        spent,
    } = shown.map_err(|error| match &error {
        NoMfaCode::NoDevice { name, known } => {
            Problem::not_found("no-such-device", error.to_string()).unknown(name, known.clone())
        }
        NoMfaCode::Several { .. } => Problem::conflict("several-devices", error.to_string()),
    })?;
    Ok(MfaShown {
        serial,
        code: code.expose().to_owned(),
        next: next.expose().to_owned(),
        until: until.to_string(),
        spent,
    })
}
