//! What users and sessions ask about themselves and about keys.

use rolecall_account::{Operation, World};

use super::shared::{credentials, second_factor};
use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[
    (Operation::StsGetCallerIdentity, get_caller_identity),
    (Operation::StsGetSessionToken, get_session_token),
    (Operation::StsGetAccessKeyInfo, get_access_key_info),
    (
        Operation::StsDecodeAuthorizationMessage,
        decode_authorization_message,
    ),
];

#[expect(clippy::unnecessary_wraps, reason = "a handler like the others")]
fn get_caller_identity(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let identity = world.sts_get_caller_identity(call.now, call.caller);
    Ok(Answered {
        result: vec![
            Element::Text("UserId", identity.user_id),
            Element::Text("Account", identity.account),
            Element::Text("Arn", identity.arn),
        ],
        decision: None,
    })
}

fn get_session_token(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let duration = call.parameters.number("DurationSeconds")?;
    let factor = second_factor(call.parameters);
    let session = world.sts_get_session_token_with(call.now, call.caller, duration, &factor)?;
    Ok(Answered {
        result: vec![credentials(&session)],
        decision: None,
    })
}

fn get_access_key_info(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let key = call.parameters.required("AccessKeyId")?;
    let (account, decision) = world.sts_get_access_key_info(call.now, call.caller, key)?;
    Ok(Answered {
        result: vec![Element::Text("Account", account)],
        decision: Some(decision),
    })
}

fn decode_authorization_message(
    world: &mut World,
    call: &Call<'_>,
) -> Result<Answered, QueryError> {
    let encoded = call.parameters.required("EncodedMessage")?;
    let (decoded, decision) =
        world.sts_decode_authorization_message(call.now, call.caller, encoded)?;
    Ok(Answered {
        result: vec![Element::Text("DecodedMessage", decoded)],
        decision: Some(decision),
    })
}
