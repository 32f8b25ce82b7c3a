//! `--net`: the addresses that AWS itself has answer in a network of the program's own.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use serde_json::Value;

use crate::served::{Served, command, http, text};
use crate::support::{AT_MAY_2031, MAY_2031, Running, User, assert_about, has, said};

const WORLD: &str = r#"
summary = "An instance, tasks and a pod."
[world]
role.photo-app = { trust = "ec2", policies = ["AmazonS3FullAccess"] }
role.of-task = { trust = "ecs-tasks" }
role.of-pod = { trust = "pods" }
profile.web-profile = { role = "photo-app" }
instance.web = { profile = "web-profile" }
task.job = { role = "of-task" }
task.shell = { role = "of-task", kind = "cloudshell" }
pod.api = { role = "of-pod" }
"#;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/exec/network.py");

/// What makes what it runs somebody who is not root, and owns no more than a user does.
const AS_A_USER: [&str; 4] = ["unshare", "--user", "--map-user=1000", "--map-group=1000"];

/// The same, where nobody may make a user namespace.
const FORBIDDEN: [&str; 7] = [
    "unshare",
    "--user",
    "--map-root-user",
    "sh",
    "-c",
    "echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-all \"$@\"",
    "sh",
];

/// Whether networks can be made here, by the word of another program; says so if not.
fn can_make_networks(who: &[&str]) -> bool {
    let arguments = [who, &["unshare", "--user", "--net", "true"]].concat();
    let made = Command::new(arguments[0]).args(&arguments[1..]).output();
    let can = made.is_ok_and(|made| made.status.success());
    if !can {
        println!("skipped: this system makes no network for a user, or there is no unshare here");
    }
    can && has("python3")
}

/// A file of that world.
fn world(folder: &Path) -> String {
    let path = folder.join("world.toml");
    fs::write(&path, WORLD).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The program, as `name` in a network and a world of its own.
fn start(user: &User, name: &str, more: &[&str]) -> Running {
    let world = world(user.runtime.path());
    let mut rolecall = user.rolecall(&["exec", "--net", "--world", &world, "--as", name]);
    rolecall.args(more).args(["--", "python3", PROGRAM]);
    Running::start(rolecall)
}

fn ask(program: &mut Running, what: &str) -> Value {
    serde_json::from_str(&program.answer(what)).unwrap()
}

/// The names of the variables that say where a client finds its credentials.
fn told_of(facts: &Value) -> Vec<&str> {
    let environment = facts["environment"].as_object().unwrap();
    let names = environment.keys().map(String::as_str);
    let names = names.filter(|name| {
        let of_aws = ["METADATA", "CONTAINER_CREDENTIALS", "AUTHORIZATION"];
        of_aws.iter().any(|part| name.contains(part)) && !name.starts_with("CONTAINER_")
    });
    names.collect()
}

#[track_caller]
fn assert_credentials(answer: &Value) {
    let key = answer["AccessKeyId"].as_str();
    assert!(key.is_some_and(|key| key.starts_with("ASIA")), "{answer}");
}

#[track_caller]
fn assert_unreachable(answer: &Value) {
    assert!(answer["error"].is_string(), "{answer}");
}

// imds.address
/// The clock is shifted at the same time, and nothing but the world is there.
#[test]
fn an_instance_finds_its_metadata_where_aws_has_it() {
    if !can_make_networks(&[]) {
        return;
    }
    let outside = TcpListener::bind("127.0.0.1:0").unwrap();
    let outside = format!("http://{}", outside.local_addr().unwrap());
    let user = User::new();
    for clock in ["preload", "vdso"] {
        let more = [&AT_MAY_2031[..], &["--clock", clock]].concat();
        let mut program = start(&user, "web", &more);
        let facts = ask(&mut program, "facts");
        assert_about(&facts["now"].to_string(), MAY_2031);
        assert!(told_of(&facts).is_empty(), "{:?}", told_of(&facts));
        let credentials = ask(&mut program, "instance");
        assert_credentials(&credentials);
        // Six hours from the world's time.
        let ends = credentials["Expiration"].as_str().unwrap();
        assert!(ends.starts_with("2031-05-01T0"), "{ends}");
        // As whoever has not signed.
        assert_eq!(ask(&mut program, "aws")["status"], 403);
        for elsewhere in ["http://169.254.170.2/", "http://203.0.113.10/", &outside] {
            assert_unreachable(&ask(&mut program, elsewhere));
        }
        assert_eq!(program.end(), Some(0));
    }
    assert!(user.left().is_empty(), "nothing is left");
}

// container.ecs.address, container.cloudshell.endpoint
#[test]
fn a_task_finds_its_credentials_where_aws_has_them() {
    if !can_make_networks(&[]) {
        return;
    }
    let user = User::new();
    let mut job = start(&user, "job", &[]);
    let facts = ask(&mut job, "facts");
    assert_eq!(
        told_of(&facts),
        [
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "ECS_CONTAINER_METADATA_URI_V4"
        ]
    );
    assert_credentials(&ask(&mut job, "task"));
    assert!(ask(&mut job, "task-metadata")["TaskARN"].is_string());
    assert_unreachable(&ask(&mut job, "instance"));
    let mut shell = start(&user, "shell", &[]);
    let facts = ask(&mut shell, "facts");
    let url = facts["environment"]["AWS_CONTAINER_CREDENTIALS_FULL_URI"].as_str();
    let at = "http://localhost:1338/latest/meta-data/container/security-credentials";
    assert_eq!(url, Some(at));
    assert_credentials(&ask(&mut shell, "shell"));
}

// container.agent.address
#[test]
fn a_pod_finds_the_agent_where_aws_has_it() {
    if !can_make_networks(&[]) {
        return;
    }
    let user = User::new();
    let mut pod = start(&user, "api", &[]);
    let facts = ask(&mut pod, "facts");
    let url = facts["environment"]["AWS_CONTAINER_CREDENTIALS_FULL_URI"].as_str();
    assert_eq!(url, Some("http://169.254.170.23/v1/credentials"));
    assert_credentials(&ask(&mut pod, "pod"));
    if has_ipv6() {
        assert_credentials(&ask(&mut pod, "pod-ipv6"));
    }
}

/// Whether this machine speaks it; says so if not.
fn has_ipv6() -> bool {
    let has = TcpListener::bind("[::1]:0").is_ok();
    if !has {
        println!("skipped: there is no IPv6 here");
    }
    has
}

// imds.address
/// In the world that is served; and what the administrator changes there holds at once.
#[test]
fn the_ipv6_address_of_an_instance_answers_while_it_is_enabled() {
    if !can_make_networks(&[]) || !has_ipv6() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(&["--world", &world(folder.path())]);
    let mut rolecall = command(&served.state_path());
    rolecall.args(["exec", "--net", "--as", "web", "--", "python3", PROGRAM]);
    let mut program = Running::start(rolecall);
    assert_credentials(&ask(&mut program, "instance"));
    assert_unreachable(&ask(&mut program, "instance-ipv6"));
    let state = served.state();
    let web = state["places"].as_array().unwrap().iter();
    let web = web.clone().find(|place| place["name"] == "web").unwrap();
    let id = text(web, "what").strip_prefix("instance ").unwrap();
    set_ipv6(&state, id, "enabled");
    assert_credentials(&ask(&mut program, "instance-ipv6"));
    set_ipv6(&state, id, "disabled");
    assert_unreachable(&ask(&mut program, "instance-ipv6"));
    assert_credentials(&ask(&mut program, "instance"));
    assert_eq!(program.end(), Some(0));
}

/// EC2 `ModifyInstanceMetadataOptions`, as the administrator, signed by AWS's own signer.
fn set_ipv6(state: &Value, id: &str, switch: &str) {
    let aws = text(state, "aws");
    let url = format!(
        "{aws}/?Action=ModifyInstanceMetadataOptions&Version=2016-11-15&InstanceId={id}&HttpProtocolIpv6={switch}"
    );
    let key = (
        text(state, "access_key_id"),
        text(state, "secret_access_key"),
    );
    let identity = Credentials::new(key.0, key.1, None, None, "test").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("ec2")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let headers = [("host", aws.strip_prefix("http://").unwrap())];
    let body = SignableBody::Bytes(b"");
    let request = SignableRequest::new("GET", &url, headers.into_iter(), body).unwrap();
    let (signed, _) = sign(request, &params).unwrap().into_parts();
    let signed: Vec<_> = signed.headers().collect();
    let (status, said) = http("GET", &url, &signed);
    assert_eq!(status, 200, "{said}");
}

/// `rolecall` within means the same world, in a served world as well as in one of its own.
#[test]
fn commands_within_reach_their_world() {
    if !can_make_networks(&[]) {
        return;
    }
    let user = User::new();
    let rolecall = env!("CARGO_BIN_EXE_rolecall");
    let script = format!("{rolecall} ctl instances --format json");
    let told = user.told(&["--net", "--", "sh", "-c", &script]);
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["instances"][0]["http_protocol_ipv6"], "disabled");
}

/// Where a user has one, the program is that user still, and may no more than before.
#[test]
fn a_user_who_is_not_root_may_have_one() {
    if !can_make_networks(&AS_A_USER) {
        return;
    }
    let user = User::new();
    let script = "grep CapEff /proc/self/status; id -u; python3 \"$0\"";
    for clock in ["preload", "vdso"] {
        let mut rolecall = Command::new(AS_A_USER[0]);
        rolecall
            .args(&AS_A_USER[1..])
            .arg(env!("CARGO_BIN_EXE_rolecall"))
            .args(["exec", "--net", "--clock", clock])
            .args(["--", "sh", "-c", script, PROGRAM])
            .env("XDG_RUNTIME_DIR", user.runtime.path())
            .env_remove("ROLECALL_STATE");
        let mut program = Running::start(rolecall);
        assert_eq!(program.line(), "CapEff:\t0000000000000000");
        assert_eq!(program.line(), "1000");
        assert_credentials(&ask(&mut program, "instance"));
        assert_eq!(program.end(), Some(0));
    }
}

/// Who may not have one is told so, and what to do about it, before the program has begun.
#[test]
fn whoever_may_not_make_a_network_is_told_what_to_do() {
    let plain = [&FORBIDDEN[..], &["true"]].concat();
    let can = Command::new(plain[0]).args(&plain[1..]).output();
    if !can.is_ok_and(|can| can.status.success()) {
        return println!("skipped: nothing can be forbidden without unshare and setpriv");
    }
    let user = User::new();
    let output = Command::new(FORBIDDEN[0])
        .args(&FORBIDDEN[1..])
        .arg(env!("CARGO_BIN_EXE_rolecall"))
        .args(["exec", "--net", "--", "echo", "begun"])
        .env("XDG_RUNTIME_DIR", user.runtime.path())
        .env_remove("ROLECALL_STATE")
        .output()
        .unwrap();
    let said = said(&output);
    assert_eq!(output.status.code(), Some(125), "{said}");
    assert!(output.stdout.is_empty(), "it was not begun");
    assert!(
        said.contains("does not let this user make a network"),
        "{said}"
    );
    assert!(said.contains("run rolecall as root"), "{said}");
    assert!(user.left().is_empty(), "nothing is left behind");
}

/// The network ends with `rolecall`, also where that is killed: no process is in it any more.
#[test]
fn no_network_and_no_process_is_left_behind() {
    if !can_make_networks(&[]) {
        return;
    }
    let user = User::new();
    for ending in ["", "-KILL"] {
        let mut program = start(&user, "web", &["--clock", "vdso"]);
        let facts = ask(&mut program, "facts");
        let network = facts["network"].as_str().unwrap().to_owned();
        let ours = fs::read_link("/proc/self/ns/net").unwrap();
        assert_ne!(ours.to_str(), Some(&*network));
        if ending.is_empty() {
            assert_eq!(program.end(), Some(0));
        } else {
            program.signal(ending);
            drop(program);
        }
        crate::support::eventually("nobody is in it", || members(&network) == 0);
    }
}

/// How many processes are in that network.
fn members(network: &str) -> usize {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let theirs = processes.filter_map(|entry| fs::read_link(entry.path().join("ns/net")).ok());
    theirs.filter(|its| its.to_str() == Some(network)).count()
}
