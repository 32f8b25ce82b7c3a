//! Which world a program is in: the one being served, or one of its own.

use std::fs;

use crate::served::{Served, command, http};
use crate::support::{Running, User, assert_about, eventually, machine_now, said};

/// What a program on the instance finds out about its role.
const ROLE: &str = "token=$(curl -s -X PUT -H 'x-aws-ec2-metadata-token-ttl-seconds: 60' $AWS_EC2_METADATA_SERVICE_ENDPOINT/latest/api/token); curl -s -H \"x-aws-ec2-metadata-token: $token\" $AWS_EC2_METADATA_SERVICE_ENDPOINT/latest/meta-data/iam/security-credentials/";

#[test]
fn flags_make_the_simplest_world() {
    if !crate::support::has("curl") {
        return;
    }
    let user = User::new();
    let flags = [
        "--role",
        "my-app=AmazonS3FullAccess",
        "--bucket",
        "mine",
        "--",
        "sh",
        "-c",
        ROLE,
    ];
    assert_eq!(user.told(&flags), "my-app");
}

/// Two programs and `ctl` share the world and its clock; it outlives the programs.
#[test]
fn programs_join_the_world_being_served() {
    let served = Served::start(&[]);
    let join = || {
        let mut rolecall = command(&served.state_path());
        rolecall.args(["exec", "--", "sh", "-c"]);
        rolecall.arg("while read line; do date +%s; echo $AWS_ENDPOINT_URL; done");
        Running::start(rolecall)
    };
    let (mut one, mut two) = (join(), join());
    let state = served.state();
    let url = state["aws"].as_str().unwrap();
    let now = |running: &mut Running| {
        let now = running.answer("");
        assert_eq!(running.line(), url);
        now
    };
    assert_about(&now(&mut one), machine_now());
    served.stdout(&["ctl", "advance", "6h"]);
    assert_about(&now(&mut one), machine_now() + 6 * 3600);
    assert_about(&now(&mut two), machine_now() + 6 * 3600);
    assert_eq!((one.end(), two.end()), (Some(0), Some(0)));
    let (status, _) = http("GET", &format!("{url}/"), &[]);
    assert_eq!(status, 403, "it is served still");
    let clock = served.state_path().with_file_name("clock");
    assert_eq!(
        fs::read_dir(&clock).unwrap().count(),
        1,
        "the page alone is left"
    );
}

/// A world of its own needs another place than one that is taken; without one it has its own.
#[test]
fn a_world_of_its_own_leaves_the_served_one_alone() {
    let served = Served::start(&[]);
    let mut rolecall = command(&served.state_path());
    let refused = rolecall
        .args(["exec", "--seed", "2", "--", "true"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(125));
    assert!(
        said(&refused).contains("serves a world already"),
        "{}",
        said(&refused)
    );
    let user = User::new();
    let url = user.told(&["--seed", "2", "--", "sh", "-c", "echo $AWS_ENDPOINT_URL"]);
    assert_ne!(url.trim(), served.state()["aws"].as_str().unwrap());
}

#[test]
fn a_world_without_a_clock_to_live_by_is_refused() {
    let served = Served::start(&[]);
    let mut state = served.state();
    state.as_object_mut().unwrap().remove("clock");
    fs::write(served.state_path(), state.to_string()).unwrap();
    let refused = served.rolecall(&["exec", "--", "true"]);
    assert_eq!(refused.status.code(), Some(125));
    assert!(
        said(&refused).contains("another version of rolecall"),
        "{}",
        said(&refused)
    );
}

/// `rolecall` in such a program means the same world.
#[test]
fn commands_within_mean_the_same_world() {
    let user = User::new();
    let rolecall = env!("CARGO_BIN_EXE_rolecall");
    let script = format!("{rolecall} ctl advance 6h >&2 && {rolecall} exec -- date +%s");
    let told = user.told(&["--", "sh", "-c", &script]);
    assert_about(&told, machine_now() + 6 * 3600);
    // One of its own cannot begin by a clock that is moved already.
    let script = format!("{rolecall} exec --state other.json --seed 2 -- true");
    let refused = user.exec(&["--", "sh", "-c", &script]);
    assert_eq!(refused.status.code(), Some(125));
    assert!(
        said(&refused).contains("simulated clock already"),
        "{}",
        said(&refused)
    );
}

#[test]
fn who_the_program_is_must_be_clear() {
    let user = User::new();
    let world = user.runtime.path().join("two.toml");
    fs::write(
        &world,
        "summary = \"Two.\"\n[world]\ninstance.web = {}\ninstance.batch = {}\nuser.ada = {}\n",
    )
    .unwrap();
    let world = world.to_str().unwrap();
    let refused = user.exec(&["--world", world, "--", "true"]);
    assert_eq!(refused.status.code(), Some(125));
    let said = said(&refused);
    assert!(
        said.contains("there is web, batch, ada, administrator"),
        "{said}"
    );
    for name in ["web", "batch", "ada", "administrator"] {
        user.told(&["--world", world, "--as", name, "--", "true"]);
    }
}

/// Several worlds: `ctl` asks which.
#[test]
fn ctl_asks_which_world_is_meant() {
    let user = User::new();
    let start = || {
        let mut running = Running::start(user.rolecall(&["exec", "--", "cat"]));
        assert_eq!(running.answer("there"), "there");
        running
    };
    let (one, two) = (start(), start());
    let refused = user.rolecall(&["ctl", "clock"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let states: Vec<_> = said(&refused)
        .split_whitespace()
        .filter(|word| word.ends_with("state.json"))
        .map(str::to_owned)
        .collect();
    assert_eq!(states.len(), 2, "{}", said(&refused));
    for state in &states {
        let told = user
            .rolecall(&["ctl", "clock", "--state", state])
            .output()
            .unwrap();
        assert!(told.status.success(), "{}", said(&told));
    }
    one.end();
    assert!(user.rolecall(&["ctl", "clock"]).status().unwrap().success());
    two.end();
}

/// What one that was killed has left is gone with the next.
#[test]
fn the_next_clears_away_what_the_dead_left() {
    let user = User::new();
    let mut running = Running::start(user.rolecall(&["exec", "--", "cat"]));
    assert_eq!(running.answer("there"), "there");
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    assert_eq!(user.left().len(), 1);
    let nothing = user.rolecall(&["ctl", "clock"]).output().unwrap();
    assert!(
        said(&nothing).contains("no world is served"),
        "{}",
        said(&nothing)
    );
    eventually("the next run clears it away", || {
        user.told(&["--", "true"]);
        user.left().is_empty()
    });
}
