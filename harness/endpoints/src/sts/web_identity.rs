//! `AssumeRoleWithWebIdentity`, which nobody signs.

use rolecall_account::{AssumeRoleWithWebIdentity, AssumedWithWebIdentity, SimInstant, World};

use super::shared::{
    assumed_role_user, credentials, packed, policy_arns, refuse_unsupported, source_identity,
};
use crate::query::{Answered, Parameters, QueryError};
use crate::xml::Element;

/// Of access tokens of a few providers of old (`sts.parameters.not-supported`).
const LACKS: &[&str] = &["ProviderId"];

/// `sts.web-identity.unsigned`.
pub(super) fn assume_role_with_web_identity(
    world: &mut World,
    now: SimInstant,
    parameters: &Parameters,
) -> Result<Answered, QueryError> {
    refuse_unsupported(parameters, LACKS)?;
    let request = AssumeRoleWithWebIdentity {
        role_arn: parameters.required("RoleArn")?.to_owned(),
        role_session_name: parameters.required("RoleSessionName")?.to_owned(),
        web_identity_token: parameters.required("WebIdentityToken")?.to_owned(),
        duration_seconds: parameters.number("DurationSeconds")?,
        policy: parameters.text("Policy").map(str::to_owned),
        policy_arns: policy_arns(parameters)?,
    };
    let AssumedWithWebIdentity {
        session,
        who,
        packed_policy_size,
        decision,
    } = world.sts_assume_role_with_web_identity(now, &request)?;
    let mut result = vec![
        credentials(&session),
        Element::Text("SubjectFromWebIdentityToken", who.subject.clone()),
        assumed_role_user(&session),
    ];
    result.extend(packed(packed_policy_size));
    result.push(Element::Text("Provider", who.provider_arn.clone()));
    result.push(Element::Text("Audience", who.audience.clone()));
    result.extend(source_identity(&session));
    Ok(Answered {
        result,
        decision: Some(decision),
    })
}
