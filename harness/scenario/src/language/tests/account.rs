//! An account that knows just enough for tests.

use crate::language::{BadScenario, PolicyKind, PolicyProblem, Scenario, Vocabulary};

/// Knows a few names, and what JSON is.
pub(super) struct Account;

impl Vocabulary for Account {
    fn managed_policies(&self) -> Vec<String> {
        [
            "AdministratorAccess",
            "AmazonS3FullAccess",
            "AmazonS3ReadOnlyAccess",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    fn counters(&self) -> Vec<String> {
        [
            "imds-token",
            "imds-role",
            "imds-credentials",
            "container-credentials",
            "s3-put-object",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    fn check_policy(&self, kind: PolicyKind, json: &str) -> Result<(), PolicyProblem> {
        serde_json::from_str::<serde_json::Value>(json).map_err(|error| PolicyProblem {
            message: "not JSON".to_owned(),
            line: error.line(),
            column: error.column(),
            help: None,
        })?;
        misspelt(json)?;
        let needs_principal = !matches!(kind, PolicyKind::Identity | PolicyKind::ServiceControl);
        if needs_principal == json.contains("\"Principal\"") {
            return Ok(());
        }
        Err(PolicyProblem {
            message: if needs_principal {
                "no `Principal`".to_owned()
            } else {
                "`Principal` in an identity policy".to_owned()
            },
            help: Some("a principal belongs to trust and bucket policies".to_owned()),
            ..PolicyProblem::default()
        })
    }
}

fn misspelt(json: &str) -> Result<(), PolicyProblem> {
    let Some(offset) = json.find("\"Efect\"") else {
        return Ok(());
    };
    let line_start = json[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    Err(PolicyProblem {
        message: "no element `Efect`".to_owned(),
        line: json[..offset].matches('\n').count() + 1,
        column: offset - line_start + 1,
        help: Some("did you mean `Effect`?".to_owned()),
    })
}

/// Reads `text` as the file `bad.toml`.
pub(super) fn parse(text: &str) -> Result<Scenario, BadScenario> {
    Scenario::parse("scenarios/s3/bad.toml", text, &Account)
}
