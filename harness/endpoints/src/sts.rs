//! The security token service over HTTP.

use rolecall_account::sigv4::ServiceRules;
use rolecall_account::{AssumeRole, AssumedRole, Operation, Service, Session, StsError, World};

use crate::query::{Answered, Call, Envelope, Parameters, QueryError, QueryService, Row};
use crate::xml::Element;

/// Signed for the service `sts` (`sts.signature.service`).
pub(crate) static STS: QueryService = QueryService {
    service: Service::Sts,
    rules: ServiceRules::STS,
    version: "2011-06-15",
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    unauthenticated: |error| StsError::from(error).into(),
    region: None,
    envelope: Envelope::Query,
    rows: &[ROWS],
};

const ROWS: &[Row] = &[
    (Operation::StsAssumeRole, assume_role),
    (Operation::StsGetCallerIdentity, get_caller_identity),
    (Operation::StsGetSessionToken, get_session_token),
];

/// Parameters that AWS has and this account has not (`sts.parameters.not-supported`).
const ASSUME_ROLE_LACKS: &[&str] = &[
    "Tags",
    "TransitiveTagKeys",
    "SourceIdentity",
    "SerialNumber",
    "TokenCode",
    "ProvidedContexts",
];
const GET_SESSION_TOKEN_LACKS: &[&str] = &["SerialNumber", "TokenCode"];

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

fn assume_role(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let parameters = call.parameters;
    refuse_unsupported(parameters, ASSUME_ROLE_LACKS)?;
    let text = |name| parameters.text(name).map(str::to_owned);
    let arns = parameters.members("PolicyArns")?.into_iter().map(|member| {
        let arn = parameters.required(&format!("{member}.arn"))?;
        Ok(arn.to_owned())
    });
    let request = AssumeRole {
        role_arn: parameters.required("RoleArn")?.to_owned(),
        role_session_name: parameters.required("RoleSessionName")?.to_owned(),
        duration_seconds: parameters.number("DurationSeconds")?,
        external_id: text("ExternalId"),
        policy: text("Policy"),
        policy_arns: arns.collect::<Result<_, QueryError>>()?,
    };
    let AssumedRole {
        session,
        packed_policy_size,
        decision,
    } = world.sts_assume_role(call.now, call.caller, &request)?;
    let user = vec![
        Element::Text("AssumedRoleId", session.identity.user_id()),
        Element::Text("Arn", session.identity.caller_arn()),
    ];
    let mut result = vec![
        Element::Parent("AssumedRoleUser", user),
        credentials(&session),
    ];
    result
        .extend(packed_policy_size.map(|size| Element::Text("PackedPolicySize", size.to_string())));
    Ok(Answered {
        result,
        decision: Some(decision),
    })
}

fn get_session_token(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    refuse_unsupported(call.parameters, GET_SESSION_TOKEN_LACKS)?;
    let duration = call.parameters.number("DurationSeconds")?;
    let session = world.sts_get_session_token(call.now, call.caller, duration)?;
    Ok(Answered {
        result: vec![credentials(&session)],
        decision: None,
    })
}

fn refuse_unsupported(parameters: &Parameters, lacks: &[&'static str]) -> Result<(), QueryError> {
    match lacks.iter().find(|name| parameters.has(name)) {
        None => Ok(()),
        Some(parameter) => Err(StsError::NotSupported { parameter }.into()),
    }
}

/// `sts.credentials.members`.
fn credentials(session: &Session) -> Element {
    let token = session
        .session_token
        .as_ref()
        .map(|token| token.expose().to_owned());
    let expiry = session.expires_at.map(|expiry| expiry.to_string());
    let mut members = vec![
        Element::Text("AccessKeyId", session.access_key_id.clone()),
        Element::Text(
            "SecretAccessKey",
            session.secret_access_key.expose().to_owned(),
        ),
    ];
    members.extend(token.map(|token| Element::Text("SessionToken", token)));
    members.extend(expiry.map(|expiry| Element::Text("Expiration", expiry)));
    Element::Parent("Credentials", members)
}

impl From<StsError> for QueryError {
    fn from(error: StsError) -> Self {
        Self {
            status: error.status(),
            code: error.code(),
            message: error.to_string(),
            stage: error.stage(),
            detail: error.detail(),
            decision: error.decision().cloned(),
        }
    }
}
