//! `config-profile.NAME`.

use super::sources;
use super::table::Table;
use super::value::Value;
use crate::language::model::ConfigProfile;
use crate::language::shape;

pub(super) fn profile(value: Value<'_>) -> Option<ConfigProfile> {
    let table = value.table(&shape::CONFIG_PROFILE)?;
    one_source(&table);
    let programs: Vec<Value<'_>> = ["credential-process", "process"]
        .iter()
        .filter_map(|key| table.get(key))
        .collect();
    if let [first, others @ ..] = programs.as_slice()
        && !others.is_empty()
    {
        table.clash(first, others);
    }
    Some(ConfigProfile {
        role: table.optional("role", Value::text),
        source_profile: table.optional("source-profile", Value::text),
        credential_source: table.optional("credential-source", Value::word),
        session_name: table.optional("session-name", Value::text),
        external_id: table.optional("external-id", Value::text),
        duration: table.optional("duration", Value::duration),
        user: table.optional("user", Value::text),
        credential_process: table.optional("credential-process", Value::text),
        process: table.optional("process", sources::process),
        sso: table.optional("sso", Value::text),
        sso_role: table.optional("sso-role", Value::text),
        sso_form: table.optional("sso-form", Value::word),
        web_identity_token_file: table.optional("web-identity-token-file", Value::text),
        settings: table.texts("settings"),
    })
}

/// A profile that names two sources is read by each SDK in its own way. Keys beside a role are not
/// that: a profile may be its own source.
fn one_source(table: &Table<'_>) {
    const SOURCES: &[&str] = &[
        "source-profile",
        "credential-source",
        "web-identity-token-file",
    ];
    let found: Vec<Value<'_>> = SOURCES.iter().filter_map(|key| table.get(key)).collect();
    if let [first, others @ ..] = found.as_slice()
        && !others.is_empty()
    {
        table.clash(first, others);
    }
}
