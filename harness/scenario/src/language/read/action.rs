//! The actions.

use super::sources;
use super::table::Table;
use super::value::Value;
use crate::language::at::At;
use crate::language::model::{
    Action, AssumeRole, Attachment, Download, How, Issuer, Launch, Placement, Presign, ProfileRole,
    PutPolicy, Revoke, Revoked, RotateToken, TokenHolder, Upload, Verb, WriteFile,
};
use crate::language::shape::{self, Shape};

/// The action that `verb` introduces.
pub(super) fn action(verb: Verb, value: Value<'_>) -> Option<Action> {
    let table = value.table(shape_of(verb))?;
    match verb {
        Verb::Resolve => Some(Action::Resolve),
        Verb::Upload => upload(&table).map(Action::Upload),
        Verb::Download => download(&table).map(Action::Download),
        Verb::CallerIdentity => Some(Action::CallerIdentity),
        Verb::AssumeRole => assume_role(&table).map(Action::AssumeRole),
        Verb::Presign => presign(&table).map(Action::Presign),
        Verb::UseUrl => table.required("of", Value::text).map(Action::UseUrl),
        Verb::Launch => launch(&table).map(Action::Launch),
        Verb::StopInstance => instance(&table).map(Action::StopInstance),
        Verb::StartInstance => instance(&table).map(Action::StartInstance),
        Verb::Terminate => instance(&table).map(Action::Terminate),
        Verb::AssociateProfile => placement(&table).map(Action::AssociateProfile),
        Verb::ReplaceProfile => placement(&table).map(Action::ReplaceProfile),
        Verb::DisassociateProfile => instance(&table).map(Action::DisassociateProfile),
        Verb::SetProfileRole => profile_role(&table).map(Action::SetProfileRole),
        Verb::PutPolicy => put_policy(&table).map(Action::PutPolicy),
        Verb::AttachPolicy => attachment(&table).map(Action::AttachPolicy),
        Verb::DetachPolicy => attachment(&table).map(Action::DetachPolicy),
        Verb::Rotate => issuer(&table).map(Action::Rotate),
        Verb::Revoke => revoke(&table).map(Action::Revoke),
        Verb::WriteFile => write_file(&table).map(Action::WriteFile),
        Verb::RotateToken => rotate_token(&table).map(Action::RotateToken),
        Verb::SetProcess => sources::set_process(&table).map(Action::SetProcess),
        Verb::SignIn => table.required("sso", Value::text).map(Action::SignIn),
        Verb::SignOut => table.required("sso", Value::text).map(Action::SignOut),
    }
}

fn shape_of(verb: Verb) -> &'static Shape {
    match verb {
        Verb::Resolve => &shape::RESOLVE,
        Verb::Upload => &shape::UPLOAD,
        Verb::Download => &shape::DOWNLOAD,
        Verb::CallerIdentity => &shape::CALLER_IDENTITY,
        Verb::AssumeRole => &shape::ASSUME_ROLE,
        Verb::Presign => &shape::PRESIGN,
        Verb::UseUrl => &shape::USE_URL,
        Verb::Launch => &shape::LAUNCH,
        Verb::StopInstance => &shape::STOP_INSTANCE,
        Verb::StartInstance => &shape::START_INSTANCE,
        Verb::Terminate => &shape::TERMINATE,
        Verb::AssociateProfile => &shape::ASSOCIATE_PROFILE,
        Verb::ReplaceProfile => &shape::REPLACE_PROFILE,
        Verb::DisassociateProfile => &shape::DISASSOCIATE_PROFILE,
        Verb::SetProfileRole => &shape::SET_PROFILE_ROLE,
        Verb::PutPolicy => &shape::PUT_POLICY,
        Verb::AttachPolicy => &shape::ATTACH_POLICY,
        Verb::DetachPolicy => &shape::DETACH_POLICY,
        Verb::Rotate => &shape::ROTATE,
        Verb::Revoke => &shape::REVOKE,
        Verb::WriteFile => &shape::WRITE_FILE,
        Verb::RotateToken => &shape::ROTATE_TOKEN,
        Verb::SetProcess => &shape::SET_PROCESS,
        Verb::SignIn => &shape::SIGN_IN,
        Verb::SignOut => &shape::SIGN_OUT,
    }
}

fn upload(table: &Table<'_>) -> Option<Upload> {
    if let (Some(size), Some(parts)) = (table.get("size"), table.get("parts")) {
        table.clash(&size, &[parts]);
    }
    if let (Some(part_size), None) = (table.get("part-size"), table.get("parts")) {
        let problem = table
            .reader
            .problem(
                table.place,
                "`part-size` says nothing without `parts`",
                part_size.key_span,
                "the size of how many parts?",
            )
            .with_help(Some("add `parts = ...`".to_owned()));
        table.reader.report(problem);
    }
    let bucket = table.required("bucket", Value::text);
    let key = table.required("key", Value::text);
    let size = table.optional("size", Value::whole);
    let metadata = table.texts("metadata");
    let parts = table.optional("parts", Value::positive);
    let part_size = table.optional("part-size", Value::positive);
    Some(Upload {
        bucket: bucket?,
        key: key?,
        size,
        metadata,
        parts,
        part_size,
    })
}

fn download(table: &Table<'_>) -> Option<Download> {
    let bucket = table.required("bucket", Value::text);
    let key = table.required("key", Value::text);
    Some(Download {
        bucket: bucket?,
        key: key?,
    })
}

fn assume_role(table: &Table<'_>) -> Option<AssumeRole> {
    let role = table.required("role", Value::text);
    let session_name = table.optional("session-name", Value::text);
    let duration = table.optional("duration", Value::duration);
    let external_id = table.optional("external-id", Value::text);
    Some(AssumeRole {
        role: role?,
        session_name,
        duration,
        external_id,
    })
}

fn presign(table: &Table<'_>) -> Option<Presign> {
    let method = table.required("method", Value::word);
    let bucket = table.required("bucket", Value::text);
    let key = table.required("key", Value::text);
    let expires = table.required("expires", Value::duration);
    Some(Presign {
        method: method?,
        bucket: bucket?,
        key: key?,
        expires: expires?,
    })
}

fn launch(table: &Table<'_>) -> Option<Launch> {
    let instance = table.required("instance", Value::text);
    let profile = table.optional("profile", Value::text);
    Some(Launch {
        instance: instance?,
        profile,
    })
}

fn instance(table: &Table<'_>) -> Option<At<String>> {
    table.required("instance", Value::text)
}

fn placement(table: &Table<'_>) -> Option<Placement> {
    let instance = table.required("instance", Value::text);
    let profile = table.required("profile", Value::text);
    Some(Placement {
        instance: instance?,
        profile: profile?,
    })
}

fn profile_role(table: &Table<'_>) -> Option<ProfileRole> {
    let profile = table.required("profile", Value::text);
    let role = table.required("role", Value::text);
    Some(ProfileRole {
        profile: profile?,
        role: role?,
    })
}

fn put_policy(table: &Table<'_>) -> Option<PutPolicy> {
    let role = table.required("role", Value::text);
    let name = table.required("name", Value::text);
    let document = table.required("document", Value::text);
    Some(PutPolicy {
        role: role?,
        name: name?,
        document: document?,
    })
}

fn attachment(table: &Table<'_>) -> Option<Attachment> {
    let role = table.required("role", Value::text);
    let policy = table.required("policy", Value::text);
    Some(Attachment {
        role: role?,
        policy: policy?,
    })
}

/// The one name under one of `keys`, and the key.
fn subject(table: &Table<'_>, keys: &[&'static str]) -> Option<(&'static str, At<String>)> {
    let key = table.one_of(keys)?.key;
    let key = keys.iter().find(|known| **known == key)?;
    Some((key, table.required(key, Value::text)?))
}

fn issuer(table: &Table<'_>) -> Option<Issuer> {
    let (key, name) = subject(table, &["instance", "task", "pod", "process"])?;
    Some(match key {
        "instance" => Issuer::Instance(name),
        "task" => Issuer::Task(name),
        "pod" => Issuer::Pod(name),
        _ => Issuer::Process(name),
    })
}

fn revoke(table: &Table<'_>) -> Option<Revoke> {
    let subject = subject(table, &["role", "instance", "task", "pod", "process"]);
    let issue = table.optional("issue", Value::positive);
    let (key, name) = subject?;
    let of = match key {
        "role" => Revoked::Role(name),
        "instance" => Revoked::Instance(name),
        "task" => Revoked::Task(name),
        "pod" => Revoked::Pod(name),
        _ => Revoked::Process(name),
    };
    Some(Revoke { of, issue })
}

fn write_file(table: &Table<'_>) -> Option<WriteFile> {
    let path = table.required("path", Value::text);
    let content = table.required("content", Value::text);
    let how = table.optional("how", Value::word);
    Some(WriteFile {
        path: path?,
        content: content?,
        how: how.unwrap_or_else(|| How::InPlace.into()),
    })
}

fn rotate_token(table: &Table<'_>) -> Option<RotateToken> {
    let subject = subject(table, &["task", "pod"]);
    let how = table.optional("how", Value::word);
    let (key, name) = subject?;
    let of = match key {
        "task" => TokenHolder::Task(name),
        _ => TokenHolder::Pod(name),
    };
    Some(RotateToken {
        of,
        how: how.unwrap_or_else(|| How::SymlinkSwap.into()),
    })
}
