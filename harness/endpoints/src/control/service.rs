//! Services of AWS that act in the account.

use rolecall_account::ServiceRefusal;

use super::problem::Problem;
use super::router::Control;
use super::said::{ServiceSession, ServiceWanted};

/// Which session it is that a service is given, where nobody says.
const SESSION_NAME: &str = "rolecall";

pub(super) fn session(
    control: &Control,
    wanted: &ServiceWanted,
) -> Result<ServiceSession, Problem> {
    let ServiceWanted {
        service,
        role,
        session_name,
    } = wanted;
    let name = session_name.as_deref().unwrap_or(SESSION_NAME);
    let now = control.edge.now();
    let mut world = control.edge.world();
    let session = world.service_session(now, service, role, name);
    let session = session.map_err(|refused| match &refused {
        ServiceRefusal::NoRole(role) => {
            let known = world.role_names().map(str::to_owned).collect();
            Problem::not_found("no-such-role", refused.to_string()).unknown(role, known)
        }
        ServiceRefusal::NotAdmitted { .. } => {
            Problem::conflict("not-admitted", refused.to_string())
        }
    })?;
    let token = session.session_token.as_ref();
    Ok(ServiceSession {
        arn: session.identity.caller_arn(),
        access_key_id: session.access_key_id.clone(),
        secret_access_key: session.secret_access_key.expose().to_owned(),
        session_token: token.map(|token| token.expose().to_owned()),
        expires_at: session.expires_at.map(|expiry| expiry.to_string()),
    })
}
