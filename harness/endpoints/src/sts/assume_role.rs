//! `AssumeRole`.

use rolecall_account::{AssumeRole, AssumedRole, World};

use super::shared::{
    assumed_role_user, credentials, packed, policy_arns, refuse_unsupported, second_factor,
    source_identity, tags, texts,
};
use crate::query::{Answered, Call, QueryError};

/// Parameters that AWS has and this account has not (`sts.parameters.not-supported`).
const LACKS: &[&str] = &["ProvidedContexts"];

pub(super) fn assume_role(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let parameters = call.parameters;
    refuse_unsupported(parameters, LACKS)?;
    let text = |name| parameters.text(name).map(str::to_owned);
    let request = AssumeRole {
        role_arn: parameters.required("RoleArn")?.to_owned(),
        role_session_name: parameters.required("RoleSessionName")?.to_owned(),
        duration_seconds: parameters.number("DurationSeconds")?,
        external_id: text("ExternalId"),
        policy: text("Policy"),
        policy_arns: policy_arns(parameters)?,
        tags: tags(parameters)?,
        transitive_tag_keys: texts(parameters, "TransitiveTagKeys")?,
        source_identity: text("SourceIdentity"),
        second_factor: second_factor(parameters),
    };
    let AssumedRole {
        session,
        packed_policy_size,
        decision,
    } = world.sts_assume_role(call.now, call.caller, &request)?;
    let mut result = vec![assumed_role_user(&session), credentials(&session)];
    result.extend(packed(packed_policy_size));
    result.extend(source_identity(&session));
    Ok(Answered {
        result,
        decision: Some(decision),
    })
}
