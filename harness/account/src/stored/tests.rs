//! Whatever a world has been through, it is the same world once it was written and read.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use crate::policy::{Document, DocumentKind, NamedPolicy};
use crate::testing::{
    PROFILE, add_other, instant, metadata_token, policy, read, role, start, world,
};
use crate::{
    CreateOidcProvider, CreatePolicy, CreateUser, CreateVirtualMfaDevice, EventCode, Guardrails,
    Issuing, KeyStatus, Lifecycle, MetadataOptionsChange, Organize, RunInstance, RunPod, RunTask,
    SimInstant, Source, SpotAction, Staleness, Switch, TaskKind, World,
};

const OTHER: &str = "444455556666";

pub(crate) fn written(world: &World) -> String {
    serde_json::to_string(world).unwrap()
}

pub(crate) fn read_back(text: &str) -> World {
    let world: World = serde_json::from_str(text).unwrap();
    world.check_coherence().unwrap();
    world
}

/// Something that happens to a world. What cannot be done in its state is refused, and no matter.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Launch(Staleness, Lifecycle),
    Launched(usize, OnInstance),
    RunTask(TaskKind),
    RunPod,
    User,
    Key,
    Device,
    PolicyVersion,
    Provider,
    RoleInOther,
    RoleGone,
    RevokeRole,
    Bucket,
    Pass(u64),
}

#[derive(Clone, Copy, Debug)]
enum OnInstance {
    Rotate,
    Revoke,
    Token,
    Keys,
    Identity,
    Tokenless,
    Interrupt,
    Rebalance,
    Schedule,
    Tag,
    Options,
    OtherProfile,
    Disassociate,
    Stop,
    Start,
    Terminate,
}

fn deed() -> impl Strategy<Value = Deed> {
    use OnInstance as On;
    let on = prop::sample::select(vec![
        On::Rotate,
        On::Revoke,
        On::Token,
        On::Keys,
        On::Identity,
        On::Tokenless,
        On::Interrupt,
        On::Rebalance,
        On::Schedule,
        On::Tag,
        On::Options,
        On::OtherProfile,
        On::Disassociate,
        On::Stop,
        On::Start,
        On::Terminate,
    ]);
    let staleness = prop::sample::select(vec![
        Staleness::Fresh,
        Staleness::Accepted,
        Staleness::Rejected,
    ]);
    let lifecycle = prop::sample::select(vec![Lifecycle::OnDemand, Lifecycle::Spot]);
    let kind = prop::sample::select(vec![
        TaskKind::Ecs,
        TaskKind::CloudShell,
        TaskKind::SnapStart,
    ]);
    let others = prop::sample::select(vec![
        Deed::RunPod,
        Deed::User,
        Deed::Key,
        Deed::Device,
        Deed::PolicyVersion,
        Deed::Provider,
        Deed::RoleInOther,
        Deed::RoleGone,
        Deed::RevokeRole,
        Deed::Bucket,
    ]);
    prop_oneof![
        2 => (staleness, lifecycle).prop_map(|(stale, cycle)| Deed::Launch(stale, cycle)),
        6 => (0_usize..4, on).prop_map(|(which, on)| Deed::Launched(which, on)),
        1 => kind.prop_map(Deed::RunTask),
        5 => others,
        4 => (1_u64..500_000).prop_map(Deed::Pass),
    ]
}

/// What has been made so far, to do something with.
#[derive(Clone, Debug, Default)]
struct Made {
    instances: Vec<String>,
    count: u32,
}

impl Made {
    fn name(&mut self, of: &str) -> String {
        self.count += 1;
        format!("{of}-{}", self.count)
    }
}

fn document() -> Document {
    policy("Allow", "s3:*")
}

/// Does it at `now`; answers when that was over.
#[expect(clippy::too_many_lines, reason = "a deed after another")]
fn act(world: &mut World, made: &mut Made, now: SimInstant, deed: Deed) -> SimInstant {
    match deed {
        Deed::Pass(seconds) => {
            let later = now + Duration::from_secs(seconds);
            world.advance_to(later);
            return later;
        }
        Deed::Launch(staleness, lifecycle) => {
            let request = RunInstance {
                name: made.name("web"),
                profile: Some(PROFILE.to_owned()),
                lifecycle,
                user_data: Some("#!/bin/sh\0".into()),
                issuing: Issuing {
                    staleness,
                    ..Issuing::default()
                },
                ..RunInstance::default()
            };
            let id = world.operator(now).run_instance(request).unwrap();
            made.instances.push(id);
        }
        Deed::Launched(which, on) => {
            if let Some(id) = made.instances.get(which).cloned() {
                on_instance(world, now, &id, on);
            }
        }
        Deed::RunTask(kind) => {
            let run = RunTask {
                kind,
                ..RunTask::new(made.name("job"), "other-app")
            };
            world.run_task_with(now, run).unwrap();
        }
        Deed::RunPod => {
            let run = RunPod::new(made.name("pod"), "other-app");
            let uid = world.run_pod(now, run).unwrap();
            let _ = world.rotate(now, &Source::Pod(uid));
        }
        Deed::User => {
            let name = made.name("user");
            let request = CreateUser {
                name: name.clone(),
                attached: vec!["AdministratorAccess".to_owned()],
                inline: BTreeMap::from([("own".to_owned(), document())]),
                permissions_boundary: Some("arn:aws:iam::aws:policy/AmazonS3FullAccess".to_owned()),
                ..CreateUser::default()
            };
            let mut iam = world.operator(now);
            iam.create_user(request).unwrap();
            let group = made.name("group");
            iam.create_group(&group, None).unwrap();
            iam.add_user_to_group(&group, &name).unwrap();
        }
        Deed::Key => {
            let name = made.name("holder");
            let request = CreateUser {
                name: name.clone(),
                ..CreateUser::default()
            };
            let mut iam = world.operator(now);
            iam.create_user(request).unwrap();
            let key = iam.create_access_key(name.as_str()).unwrap();
            let (id, off) = (&key.access_key_id, KeyStatus::Inactive);
            iam.update_access_key(Some(&name), id, off).unwrap();
        }
        Deed::Device => {
            let name = made.name("careful");
            let user = CreateUser {
                name: name.clone(),
                ..CreateUser::default()
            };
            let device = CreateVirtualMfaDevice {
                name: name.clone(),
                ..CreateVirtualMfaDevice::default()
            };
            let mut iam = world.operator(now);
            iam.create_user(user).unwrap();
            let serial = iam.create_virtual_mfa_device(&device).unwrap().serial;
            let code = world.mfa_code(now, &serial).unwrap();
            let codes = [code.code.expose(), code.next.expose()];
            let mut iam = world.operator(now);
            iam.enable_mfa_device(&name, &serial, codes).unwrap();
        }
        Deed::PolicyVersion => {
            let request = CreatePolicy {
                name: made.name("policy"),
                document: document(),
                path: None,
                description: Some("said".to_owned()),
                tags: Vec::new(),
            };
            let mut iam = world.operator(now);
            let made = iam.create_policy(request).unwrap();
            let second = policy("Deny", "s3:DeleteObject");
            iam.create_policy_version(&made.arn, second, true).unwrap();
            // A role may hold ten of them.
            let _ = iam.attach_role_policy("photo-app", &made.arn);
        }
        Deed::Provider => {
            let request = CreateOidcProvider {
                url: format!("https://{}.example", made.name("oidc")),
                client_ids: vec!["sts.amazonaws.com".to_owned()],
                ..CreateOidcProvider::default()
            };
            world.operator(now).create_oidc_provider(request).unwrap();
        }
        Deed::RoleInOther => {
            world.open_account(OTHER).unwrap();
            let request = role(&made.name("role"), "ec2.amazonaws.com");
            let mut there = world.operator_in(now, OTHER).unwrap();
            there.create_role(request).unwrap();
        }
        Deed::RoleGone => {
            let trusted = made.name("trusted");
            let trust = format!(
                r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {{"AWS": "arn:aws:iam::111122223333:role/{trusted}"}}}}}}"#
            );
            let trust = Document::parse(&trust, DocumentKind::Trust).unwrap();
            let mut iam = world.operator(now);
            iam.create_role(role(&trusted, "ec2.amazonaws.com"))
                .unwrap();
            let trusting = crate::CreateRole::new(made.name("trusting"), trust);
            iam.create_role(trusting).unwrap();
            // The other goes on to trust it by its unique id.
            iam.delete_role(&trusted).unwrap();
        }
        Deed::RevokeRole => {
            let older = crate::policy::revoke_older_sessions(now);
            let older = Document::parse(&older, DocumentKind::Identity).unwrap();
            let mut iam = world.operator(now);
            let name = crate::policy::REVOKE_OLDER_SESSIONS;
            iam.put_role_policy("other-app", name, older).unwrap();
        }
        Deed::Bucket => world.operator(now).create_bucket(&made.name("bucket")),
    }
    now
}

fn on_instance(world: &mut World, now: SimInstant, id: &str, on: OnInstance) {
    let source = Source::Instance(id.to_owned());
    let running = world
        .instance(id)
        .is_some_and(|found| found.state == crate::InstanceState::Running);
    // What EC2 refuses in the state that the instance is in leaves it there.
    match on {
        OnInstance::Rotate => drop(world.rotate(now, &source)),
        OnInstance::Revoke => drop(world.revoke(now, &source, None)),
        OnInstance::Token if running => drop(metadata_token(world, now, id)),
        OnInstance::Keys if running => {
            let token = metadata_token(world, now, id);
            let path = "iam/security-credentials/photo-app";
            drop(read(world, now, id, Some(&token), path));
        }
        OnInstance::Tokenless if running => {
            drop(read(
                world,
                now,
                id,
                None,
                "iam/security-credentials/photo-app",
            ));
        }
        OnInstance::Identity if running => {
            let path = "identity-credentials/ec2/security-credentials/ec2-instance";
            drop(read(world, now, id, None, path));
        }
        OnInstance::Token | OnInstance::Keys | OnInstance::Tokenless | OnInstance::Identity => {}
        OnInstance::Interrupt => {
            let mut ec2 = world.operator(now);
            drop(ec2.interrupt_spot_instance(id, SpotAction::Terminate));
        }
        OnInstance::Rebalance => drop(world.operator(now).recommend_rebalance(id)),
        OnInstance::Schedule => {
            let window = (now + Duration::from_hours(1), now + Duration::from_hours(2));
            let mut ec2 = world.operator(now);
            drop(ec2.schedule_event(id, EventCode::SystemReboot, "soon", window));
        }
        OnInstance::Tag => {
            let tags = BTreeMap::from([("team".to_owned(), "photos".to_owned())]);
            drop(world.operator(now).create_tags(id, &tags));
        }
        OnInstance::Options => {
            let change = MetadataOptionsChange {
                instance_metadata_tags: Some(Switch::Enabled),
                ..MetadataOptionsChange::default()
            };
            let mut ec2 = world.operator(now);
            drop(ec2.modify_instance_metadata_options(id, change));
        }
        OnInstance::OtherProfile => {
            let mut ec2 = world.operator(now);
            drop(ec2.associate_profile(id, "other-profile"));
        }
        OnInstance::Disassociate => drop(world.operator(now).disassociate_profile(id)),
        OnInstance::Stop => drop(world.operator(now).stop_instance(id)),
        OnInstance::Start => drop(world.operator(now).start_instance(id)),
        OnInstance::Terminate => drop(world.operator(now).terminate_instance(id)),
    }
}

/// What was written in the journal since then.
fn told_since(world: &World, mark: u64) -> Vec<String> {
    let entries = world.journal().since(mark);
    entries.map(|entry| entry.to_json().to_string()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_world_that_was_read_is_the_one_that_was_written(
        delay_seconds in prop::sample::select(vec![0, 0, 90, 90_000]),
        before in prop::collection::vec(deed(), 1..40),
        after in prop::collection::vec(deed(), 1..12),
    ) {
        let mut first = world();
        add_other(&mut first);
        let denied = policy("Deny", "s3:DeleteBucket");
        let limited = Guardrails {
            service_control: vec![NamedPolicy::new("kept", Arc::new(denied))],
            ..Guardrails::default()
        };
        first.organize(Organize {
            root: limited,
            ..Organize::default()
        });
        first.delay_changes(Duration::from_secs(delay_seconds));
        let (mut made, mut now) = (Made::default(), start());
        for deed in before {
            now = act(&mut first, &mut made, now, deed);
        }
        let text = written(&first);
        let mut second = read_back(&text);
        prop_assert_eq!(written(&second), text);

        let mark = first.journal().mark();
        prop_assert_eq!(second.journal().mark(), mark);
        let (mut made_again, mut now_again) = (made.clone(), now);
        for deed in after {
            now = act(&mut first, &mut made, now, deed);
            now_again = act(&mut second, &mut made_again, now_again, deed);
        }
        // Far enough for whatever is planned.
        let later = now + Duration::from_hours(48);
        first.advance_to(later);
        second.advance_to(later);
        prop_assert_eq!(told_since(&second, mark), told_since(&first, mark));
        prop_assert_eq!(written(&second), written(&first));
    }
}

#[test]
fn secrets_are_written_and_shown_to_nobody() {
    let mut world = world();
    let request = CreateUser {
        name: "ann".to_owned(),
        ..CreateUser::default()
    };
    world.operator(start()).create_user(request).unwrap();
    let key = world.operator(start()).create_access_key("ann").unwrap();
    let secret = key.secret_access_key.expose();
    let text = written(&world);
    assert!(text.contains(secret));
    let again = read_back(&text);
    let shown = format!("{again:?}");
    assert!(shown.contains(&key.access_key_id));
    assert!(!shown.contains(secret));
    assert_eq!(again.latest(), instant("2031-05-01T00:00:00Z"));
}

/// All state is written: what is not stands here, each with its reason.
#[test]
fn nothing_is_left_out_unsaid() {
    let left_out = [
        // Made of the session when they are first asked for.
        ("issuing/serving.rs", "document: OnceLock<Bytes>,"),
        ("issuing/serving.rs", "extended: OnceLock<Bytes>,"),
        // Absent in documents that name no principal.
        ("policy/stored.rs", "pinned: BTreeMap<String, String>,"),
        // Of the request under way.
        ("world.rs", "pub(crate) asking: Asking,"),
    ];
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    look(&root, &root, &mut found);
    found.sort();
    let expected = left_out.map(|(file, field)| (file.to_owned(), field.to_owned()));
    assert_eq!(found, expected);
}

/// The fields that serde leaves out, or may find absent.
fn look(root: &Path, folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            look(root, &path, found);
            continue;
        }
        if path.display().to_string().contains("tests") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let mut lines = text.lines().map(str::trim);
        while let Some(line) = lines.next() {
            let attribute = line.strip_prefix("#[serde(").unwrap_or_default();
            if attribute.contains("skip") || attribute.contains("default") {
                let mut rest = lines.by_ref().filter(|line| !line.starts_with("#["));
                let file = path.strip_prefix(root).unwrap().display().to_string();
                found.push((file, rest.next().unwrap_or_default().to_owned()));
            }
        }
    }
}
