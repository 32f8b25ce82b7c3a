//! The security token service over HTTP.

mod assume_role;
mod federation;
mod own;
mod shared;
mod web_identity;

use rolecall_account::sigv4::ServiceRules;
use rolecall_account::{Operation, Service, StsError, World};

use crate::query::{Answered, Call, Envelope, QueryError, QueryService, Row, UnsignedRow};

/// Signed for the service `sts` (`sts.signature.service`).
pub(crate) static STS: QueryService = QueryService {
    service: Service::Sts,
    rules: ServiceRules::STS,
    version: "2011-06-15",
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    unauthenticated: |error| StsError::from(error).into(),
    region: None,
    envelope: Envelope::Query,
    rows: &[ROWS, own::ROWS, federation::ROWS],
    unsigned: UNSIGNED,
};

const ROWS: &[Row] = &[
    (Operation::StsAssumeRole, assume_role::assume_role),
    (Operation::StsAssumeRoot, assume_root),
];

const UNSIGNED: &[UnsignedRow] = &[
    (
        Operation::StsAssumeRoleWithWebIdentity,
        web_identity::assume_role_with_web_identity,
    ),
    (Operation::StsAssumeRoleWithSaml, |_, _, _| {
        out_of_scope(Operation::StsAssumeRoleWithSaml)
    }),
];

fn assume_root(_: &mut World, _: &Call<'_>) -> Result<Answered, QueryError> {
    out_of_scope(Operation::StsAssumeRoot)
}

/// `sts.operations.out-of-scope`.
fn out_of_scope(operation: Operation) -> Result<Answered, QueryError> {
    let operation = operation.name();
    Err(StsError::OutOfScope { operation }.into())
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
