//! Programs that print credentials, and portals.

use super::table::Table;
use super::value::Value;
use super::world::issuing;
use crate::language::at::At;
use crate::language::model::{Process, ProcessOf, SetProcess, Sso, SsoRole};
use crate::language::shape;

pub(super) fn process(value: Value<'_>) -> Option<At<Process>> {
    let table = value.table(&shape::PROCESS)?;
    let found = table.one_of(&["role", "user"])?;
    let of = if found.key == "role" {
        ProcessOf::Role(found.text()?)
    } else {
        ProcessOf::User(found.text()?)
    };
    let process = Process {
        of,
        issuing: issuing(&table),
    };
    Some(value.at_key(process))
}

pub(super) fn set_process(table: &Table<'_>) -> Option<SetProcess> {
    if let (Some(output), Some(after)) = (table.get("output"), table.get("and-output")) {
        table.clash(&output, &[after]);
    }
    let profile = table.required("profile", Value::text);
    let said = SetProcess {
        exit: table.optional("exit", Value::whole),
        stderr: table.optional("stderr", Value::text),
        version: table.optional("version", Value::whole),
        missing_field: table.optional("missing-field", Value::word),
        expiration: table.optional("expiration", Value::word),
        output: table.optional("output", Value::text),
        and_output: table.optional("and-output", Value::text),
        takes: table.optional("takes", Value::duration),
        ..SetProcess::default()
    };
    Some(SetProcess {
        profile: profile?,
        ..said
    })
}

pub(super) fn sso(value: Value<'_>) -> Option<Sso> {
    let table = value.table(&shape::SSO)?;
    let plain = Sso::default();
    Some(Sso {
        start_url: table.optional("start-url", Value::text),
        region: table.optional("region", Value::text),
        user: table.optional("user", Value::text).unwrap_or(plain.user),
        token_lifetime: table
            .optional("token-lifetime", Value::duration)
            .unwrap_or(plain.token_lifetime),
        signed_in: table
            .optional("signed-in", Value::flag)
            .unwrap_or(plain.signed_in),
        roles: table.named("role", |name, value| {
            role(value.within(&format!("role `{name}` of a portal")))
        }),
    })
}

fn role(value: Value<'_>) -> Option<SsoRole> {
    let table = value.table(&shape::SSO_ROLE)?;
    Some(SsoRole {
        policies: table.list("policies", Value::text),
        inline: table.texts("inline"),
        account: table.optional("account", Value::text),
        session_duration: table
            .optional("session-duration", Value::duration)
            .unwrap_or(SsoRole::default().session_duration),
    })
}
