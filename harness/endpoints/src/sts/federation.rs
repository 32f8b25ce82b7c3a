//! `GetFederationToken`.

use rolecall_account::{Federated, GetFederationToken, Operation, World};

use super::shared::{credentials, packed, policy_arns, tags};
use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[(Operation::StsGetFederationToken, get_federation_token)];

fn get_federation_token(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let parameters = call.parameters;
    let request = GetFederationToken {
        name: parameters.required("Name")?.to_owned(),
        duration_seconds: parameters.number("DurationSeconds")?,
        policy: parameters.text("Policy").map(str::to_owned),
        policy_arns: policy_arns(parameters)?,
        tags: tags(parameters)?,
    };
    let Federated {
        session,
        packed_policy_size,
        decision,
    } = world.sts_get_federation_token(call.now, call.caller, &request)?;
    let user = vec![
        Element::Text("FederatedUserId", session.identity.user_id()),
        Element::Text("Arn", session.identity.caller_arn()),
    ];
    let user = Element::Parent("FederatedUser", user);
    let mut result = vec![credentials(&session), user];
    result.extend(packed(packed_policy_size));
    Ok(Answered {
        result,
        decision: Some(decision),
    })
}
