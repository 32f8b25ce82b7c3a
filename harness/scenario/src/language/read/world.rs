//! `[world]`.

use std::path::Path;

use super::config;
use super::sources;
use super::table::Table;
use super::value::Value;
use crate::language::at::At;
use crate::language::model::{
    Account, Bucket, Guardrails, Instance, IssuingChanges, Organization, Pod, Profile, Recorded,
    Role, Service, Task, Trust, User, World,
};
use crate::language::shape;
use crate::language::word::Word;

pub(super) fn world(value: Value<'_>) -> Option<World> {
    let table = value.within("[world]").table(&shape::WORLD)?;
    let plain = World::default();
    Some(World {
        start: table.optional("start", Value::date).unwrap_or(plain.start),
        region: table
            .optional("region", Value::text)
            .unwrap_or(plain.region),
        buckets: table.list("buckets", Value::text),
        issuing: issuing(&table),
        association_delay: table
            .optional("association-delay", Value::duration)
            .unwrap_or(plain.association_delay),
        consistency_delay: table
            .optional("consistency-delay", Value::duration)
            .unwrap_or(plain.consistency_delay),
        organization: table.optional("organization", |value| {
            organization(value.within("organization"))
        }),
        accounts: table.named("account", |name, value| {
            account(value.within(&format!("account `{name}`")))
        }),
        users: table.named("user", |name, value| {
            user(value.within(&format!("user `{name}`")))
        }),
        roles: table.named("role", |name, value| {
            role(value.within(&format!("role `{name}`")))
        }),
        profiles: table.named("profile", |name, value| {
            profile(value.within(&format!("profile `{name}`")))
        }),
        instances: table.named("instance", |name, value| {
            instance(value.within(&format!("instance `{name}`")))
        }),
        tasks: table.named("task", |name, value| {
            task(value.within(&format!("task `{name}`")))
        }),
        pods: table.named("pod", |name, value| {
            pod(value.within(&format!("pod `{name}`")))
        }),
        bucket_tables: table.named("bucket", |name, value| {
            bucket(value.within(&format!("bucket `{name}`")))
        }),
        config_profiles: table.named("config-profile", |name, value| {
            config::profile(value.within(&format!("profile `{name}` of the configuration files")))
        }),
        sso: table.named("sso", |name, value| {
            sources::sso(value.within(&format!("portal `{name}`")))
        }),
    })
}

pub(super) fn issuing(table: &Table<'_>) -> IssuingChanges {
    IssuingChanges {
        credential_lifetime: table.optional("credential-lifetime", Value::duration),
        publish_before_expiry: table.optional("publish-before-expiry", Value::duration),
        overlap: table.optional("overlap", Value::word),
        rotate_at: table.optional("rotate-at", |value| value.list(Value::duration)),
    }
}

fn account(value: Value<'_>) -> Option<Account> {
    let table = value.table(&shape::ACCOUNT)?;
    let id = table.required("id", |value| {
        let id = value.text()?;
        let digits = id.value.len() == 12 && id.value.bytes().all(|byte| byte.is_ascii_digit());
        if digits {
            return Some(id);
        }
        value.refuse(
            &format!("no account id `{id}`"),
            "not twelve digits",
            Some("write it as `\"111122223333\"`".to_owned()),
        )
    });
    Some(Account {
        id: id?,
        guardrails: guardrails(&table),
    })
}

fn organization(value: Value<'_>) -> Option<At<Organization>> {
    let table = value.table(&shape::ORGANIZATION)?;
    let id = table.optional("id", |value| {
        let id = value.text()?;
        let rest = id.value.strip_prefix("o-").unwrap_or_default();
        let fits = (10..=32).contains(&rest.len())
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if fits {
            return Some(id);
        }
        value.refuse(
            &format!("no organization id `{id}`"),
            "not `o-` and 10 to 32 small letters and digits",
            Some("write it as `\"o-a1b2c3d4e5\"`, or leave it out".to_owned()),
        )
    });
    Some(value.at_key(Organization {
        id,
        management: table.optional("management", Value::text),
        guardrails: guardrails(&table),
    }))
}

fn guardrails(table: &Table<'_>) -> Guardrails {
    Guardrails {
        full_aws_access: table.optional("full-aws-access", Value::flag),
        scp: table.texts("scp"),
        rcp: table.texts("rcp"),
    }
}

fn user(value: Value<'_>) -> Option<User> {
    let table = value.table(&shape::USER)?;
    Some(User {
        policies: table.list("policies", Value::text),
        inline: table.texts("inline"),
        account: table.optional("account", Value::text),
    })
}

fn role(value: Value<'_>) -> Option<Role> {
    let table = value.table(&shape::ROLE)?;
    let trust = table.required("trust", trust);
    let rest = Role {
        policies: table.list("policies", Value::text),
        inline: table.texts("inline"),
        max_session_duration: table.optional("max-session-duration", Value::duration),
        account: table.optional("account", Value::text),
        ..Role::new(Trust::Service(Service::Ec2).into())
    };
    Some(Role {
        trust: trust?,
        ..rest
    })
}

/// A service's word, or a policy document: whatever begins with a brace.
fn trust(value: Value<'_>) -> Option<At<Trust>> {
    let text = value.text()?;
    if text.value.trim_start().starts_with('{') {
        return Some(text.map(Trust::Policy));
    }
    if text.value == Trust::WEB_IDENTITY {
        return Some(text.map(|_| Trust::WebIdentity));
    }
    match Service::of(&text.value) {
        Some(service) => Some(text.map(|_| Trust::Service(service))),
        None => value.unknown_word::<Service, _>(&text.value),
    }
}

fn profile(value: Value<'_>) -> Option<Profile> {
    let table = value.table(&shape::PROFILE)?;
    Some(Profile {
        role: table.optional("role", Value::text),
    })
}

fn instance(value: Value<'_>) -> Option<Instance> {
    let table = value.table(&shape::INSTANCE)?;
    let recorded = recorded(&table, &["profile", "http-tokens"]);
    Some(Instance {
        profile: table.optional("profile", Value::text),
        http_tokens: table.optional("http-tokens", Value::word),
        account: table.optional("account", Value::text),
        issuing: issuing(&table),
        recorded,
    })
}

fn task(value: Value<'_>) -> Option<Task> {
    const OTHERS: &[&str] = &[
        "role",
        "kind",
        "authorization-token",
        "authorization-token-file",
    ];
    let table = value.table(&shape::TASK)?;
    let recorded = recorded(&table, OTHERS);
    let is_recorded = table.get("recorded").is_some();
    let role = if is_recorded {
        None
    } else {
        table.required("role", Value::text)
    };
    let task = Task {
        kind: table.optional("kind", Value::word),
        authorization_token: table.optional("authorization-token", Value::text),
        authorization_token_file: table.optional("authorization-token-file", Value::text),
        issuing: issuing(&table),
        recorded,
        ..Task::default()
    };
    (is_recorded || role.is_some()).then_some(Task { role, ..task })
}

/// `recorded`, which takes the place of all that says what our own source would answer: `others`,
/// and how credentials are issued.
fn recorded(table: &Table<'_>, others: &[&'static str]) -> Option<At<Recorded>> {
    let value = table.get("recorded")?;
    let others = others.iter().chain(shape::ISSUING_KEYS);
    let others: Vec<Value<'_>> = others.filter_map(|key| table.get(key)).collect();
    if !others.is_empty() {
        table.clash(&value, &others);
    }
    let folder = Path::new(&table.reader.source().name).parent();
    let folder = folder.map(Path::to_owned).unwrap_or_default();
    Some(value.text()?.map(|file| Recorded {
        file: file.into(),
        folder,
    }))
}

fn pod(value: Value<'_>) -> Option<Pod> {
    let table = value.table(&shape::POD)?;
    let role = table.required("role", Value::text);
    let plain = Pod::new("");
    let rest = Pod {
        identity: table
            .optional("identity", Value::word)
            .unwrap_or(plain.identity),
        namespace: table
            .optional("namespace", Value::text)
            .unwrap_or(plain.namespace),
        service_account: table
            .optional("service-account", Value::text)
            .unwrap_or(plain.service_account),
        token_lifetime: table.optional("token-lifetime", Value::duration),
        issuing: issuing(&table),
        ..Pod::new("")
    };
    Some(Pod {
        role: role?,
        ..rest
    })
}

fn bucket(value: Value<'_>) -> Option<Bucket> {
    let table = value.table(&shape::BUCKET)?;
    Some(Bucket {
        policy: table.optional("policy", Value::text),
        account: table.optional("account", Value::text),
    })
}
