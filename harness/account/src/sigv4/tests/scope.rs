//! Credential scopes for something else.

use super::super::{Problem, Stage};
use super::sample::{Row, check, signer, text};

#[test]
fn scopes_for_something_else() {
    let rows: Vec<Row> = vec![
        (
            "a part missing",
            |sent| sent.replace("authorization", "/us-east-1", ""),
            Problem::CredentialMalformed {
                found: text("AKIDEXAMPLE/20310501/s3/aws4_request"),
            },
        ),
        (
            "a part empty",
            |sent| sent.replace("authorization", "us-east-1", ""),
            Problem::CredentialMalformed {
                found: text("AKIDEXAMPLE/20310501//s3/aws4_request"),
            },
        ),
        (
            "another end",
            |sent| sent.replace("authorization", "aws4_request", "aws5_request"),
            Problem::ScopeTerminatorWrong {
                found: text("aws5_request"),
            },
        ),
        (
            "no date",
            |sent| sent.replace("authorization", "20310501", "2031-05-01"),
            Problem::ScopeDateMalformed {
                found: text("2031-05-01"),
            },
        ),
        (
            "another service",
            |sent| sent.replace("authorization", "/s3/", "/sts/"),
            Problem::ScopeServiceWrong {
                expected: "s3",
                found: text("sts"),
            },
        ),
        (
            "another region",
            |sent| sent.replace("authorization", "us-east-1", "eu-west-1"),
            Problem::ScopeRegionWrong {
                expected: text("us-east-1"),
                found: text("eu-west-1"),
            },
        ),
        (
            "another day",
            |sent| sent.replace("authorization", "20310501", "20310502"),
            Problem::ScopeDateMismatch {
                scope_date: text("20310502"),
                request_date: signer().date,
            },
        ),
    ];
    check(rows, Stage::Scope);
}
