//! Identity and access management over HTTP.

mod access_keys;
mod account;
mod boundaries;
mod details;
mod groups;
mod holders;
mod mfa;
mod oidc;
mod page;
mod policies;
mod profiles;
mod qr;
mod roles;
mod shape;
mod simulate;
mod tagged;
mod users;

use rolecall_account::sigv4::ServiceRules;
use rolecall_account::{IamError, Service, Stage, StsError};

use crate::query::{Envelope, QueryError, QueryService};

/// Signed for the service `iam` in `us-east-1`, wherever the client is (`iam.signature.region`).
pub(crate) static IAM: QueryService = QueryService {
    service: Service::Iam,
    rules: ServiceRules::IAM,
    version: "2010-05-08",
    namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    region: Some("us-east-1"),
    envelope: Envelope::Query,
    // In the words of STS (`sts.errors.codes`): the two share their front door.
    unauthenticated: |error| StsError::from(error).into(),
    rows: &[
        roles::ROWS,
        boundaries::ROWS,
        policies::ROWS,
        profiles::ROWS,
        users::ROWS,
        groups::ROWS,
        holders::ROWS,
        tagged::ROWS,
        access_keys::ROWS,
        mfa::ROWS,
        oidc::ROWS,
        simulate::ROWS,
        details::ROWS,
        account::ROWS,
    ],
    unsigned: &[],
};

impl From<IamError> for QueryError {
    fn from(error: IamError) -> Self {
        let decision = match &error {
            IamError::Denied(denied) => Some(denied.decision.clone()),
            _ => None,
        };
        Self {
            status: error.status(),
            code: error.code(),
            message: error.to_string(),
            stage: match decision {
                Some(_) => Stage::Policy,
                None => Stage::Resource,
            },
            detail: error.detail().map(str::to_owned),
            decision,
        }
    }
}
