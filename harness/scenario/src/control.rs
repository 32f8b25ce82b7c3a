//! The control: before the account's yes is worth anything, it must have said no to a forgery.
//!
//! The first request that a scenario sees accepted is sent once more with one digit of its
//! signature changed. If the account accepts that too, nothing in this run proves anything.

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Request};
use http_body_util::Full;
use rolecall_account::{Exchange, Happening, Operation, Refusal, Service};
use tower::ServiceExt;

use crate::check::is_signed;
use crate::simulation::Simulation;
use crate::stage::Stage;

/// The name under which the journal has it.
const CALLER: &str = "control";

/// Whether this exchange can be forged: it was signed, and accepted, its body is known, and nothing
/// was done to it.
pub(crate) fn is_accepted(exchange: &Exchange) -> bool {
    is_signed(exchange)
        && body(exchange).is_some()
        && exchange.fault.is_none()
        && exchange.refusal.is_none()
        && exchange.status().is_some_and(|status| status.is_success())
}

/// Sends `exchange` again with another signature, from where an app runs.
///
/// # Errors
/// What the account answered, if that was not a refusal at the signature.
pub(crate) async fn forgery_is_refused(
    stage: &Stage,
    simulation: &Simulation,
    on: &str,
    exchange: &Exchange,
) -> Result<(), String> {
    let forged = forge(exchange).ok_or("the request accepted has no signature to forge")?;
    let wire = stage
        .wire_past_faults(simulation, CALLER, on)
        .ok_or("the app's place is gone")?;
    wire.oneshot(forged)
        .await
        .map_err(|error| error.to_string())?;
    let world = simulation.world();
    let last = world
        .journal()
        .entries()
        .last()
        .map(|entry| &entry.happening);
    let Some(Happening::Exchange(answer)) = last else {
        return Err("the forgery is not in the journal".to_owned());
    };
    match &answer.refusal {
        Some(refusal) if refusal.code == "SignatureDoesNotMatch" => Ok(()),
        Some(refusal) => {
            let Refusal { code, stage, .. } = refusal;
            Err(format!(
                "a forged signature passed; {code} came later, at {stage}"
            ))
        }
        None => {
            let status = answer.status();
            let status = status.map_or("no answer".to_owned(), |status| status.to_string());
            Err(format!("a forged signature passed, with {status}"))
        }
    }
}

/// What a forgery of an exchange has for a body. S3 needs none: a forgery must be refused before it
/// is read (one that is let through is then found incomplete). A query service finds out from it
/// what is asked; of those bodies, which the journal does not keep, one is always the same.
fn body(exchange: &Exchange) -> Option<Bytes> {
    const WHO_AM_I: &[u8] = b"Action=GetCallerIdentity&Version=2011-06-15";
    match exchange.operation? {
        // It was asked in the query, and is with the address.
        Operation::StsGetCallerIdentity if exchange.request.uri.query().is_some() => {
            Some(Bytes::new())
        }
        Operation::StsGetCallerIdentity => Some(Bytes::from_static(WHO_AM_I)),
        operation => (operation.service() == Service::S3).then(Bytes::new),
    }
}

/// The same request, the last digit of its signature changed.
fn forge(exchange: &Exchange) -> Option<Request<Full<Bytes>>> {
    let record = &exchange.request;
    let signed = record.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (rest, digit) = signed.split_at(signed.len().checked_sub(1)?);
    let other = if digit == "0" { "1" } else { "0" };
    let mut request = Request::new(Full::new(body(exchange)?));
    *request.method_mut() = record.method.clone();
    *request.uri_mut() = record.uri.clone();
    *request.headers_mut() = record.headers.clone();
    let authorization = HeaderValue::from_str(&format!("{rest}{other}")).ok()?;
    request.headers_mut().insert(AUTHORIZATION, authorization);
    Some(request)
}
