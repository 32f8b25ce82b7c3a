//! A world on TCP: found by the commands about it, closed to everybody else, gone when it is told to.

#[path = "support/served.rs"]
mod served;

use std::fs;

use served::{Served, command, http, text};

#[test]
fn it_says_what_is_there_and_goes_when_told() {
    let mut served = Served::start(&[]);
    for said in [
        "AWS endpoint",
        "http://127.0.0.1:",
        "instance i-",
        "s3://photos",
        "rolecall ctl advance 6h",
    ] {
        assert!(
            served.introduction.contains(said),
            "{}",
            served.introduction
        );
    }
    let state = served.state();
    assert_eq!(served.stop(), Some(0));
    assert!(!served.state_path().exists(), "nothing is left behind");
    let address = text(&state, "aws")
        .strip_prefix("http://")
        .unwrap()
        .to_owned();
    assert!(
        std::net::TcpStream::connect(address).is_err(),
        "nothing listens"
    );
    let nobody = served.rolecall(&["env"]);
    assert_eq!(nobody.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("start one with `rolecall serve`"));
}

#[test]
fn the_state_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let served = Served::start(&[]);
    let mode = fs::metadata(served.state_path())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_second_one_needs_a_state_of_its_own_and_a_dead_ones_is_replaced() {
    let mut served = Served::start(&[]);
    let second = served.rolecall(&["serve"]);
    assert_eq!(second.status.code(), Some(3));
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(
        said.contains("serves a world already") && said.contains("--state"),
        "{said}"
    );
    let left = fs::read_to_string(served.state_path()).unwrap();
    served.child.kill().unwrap();
    served.child.wait().unwrap();
    let next = Served::start(&[]);
    fs::write(next.state_path(), left).unwrap();
    let stale = next.rolecall(&["env"]);
    assert_eq!(stale.status.code(), Some(2), "the process it names is gone");
}

#[test]
fn shells_are_told_what_they_need_and_rid_of_what_they_must_not_have() {
    let served = Served::start(&[]);
    let administrator = served.stdout(&["env"]);
    let web = served.stdout(&["env", "web"]);
    for exports in [&administrator, &web] {
        for variable in [
            "AWS_REGION",
            "AWS_DEFAULT_REGION",
            "AWS_ENDPOINT_URL",
            "AWS_PAGER",
            "AWS_CONFIG_FILE",
            "AWS_SHARED_CREDENTIALS_FILE",
        ] {
            assert!(
                exports.contains(&format!("export {variable}=")),
                "{variable}"
            );
        }
        assert!(
            exports.starts_with("unset ") && exports.contains(" AWS_SESSION_TOKEN "),
            "{exports}"
        );
    }
    assert!(administrator.contains("export AWS_ACCESS_KEY_ID='AKIA"));
    assert!(
        !web.contains("export AWS_ACCESS_KEY_ID"),
        "an instance has no keys of its own"
    );
    assert!(web.contains("export AWS_EC2_METADATA_SERVICE_ENDPOINT='http://127.0.0.1:"));
    let unknown = served.rolecall(&["env", "wbe"]);
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("did you mean `web`?"));
}

#[test]
fn the_env_file_is_the_administrators_and_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("admin.env");
    let served = Served::start(&["--env-file", file.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(&file).unwrap(), served.stdout(&["env"]));
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn ports_follow_each_other_in_the_order_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("three.toml");
    let text = "summary = \"Three.\"\n[world]\nrole.r = { trust = \"ecs-tasks\" }\ninstance.zebra = {}\ntask.middle = { role = \"r\" }\ninstance.ant = {}\n[[step]]\nname = \"x\"\napp = \"a\"\nresolve = {}\n[app.a]\non = \"ant\"\n";
    fs::write(&world, text).unwrap();
    // A port that was free a moment ago, with room above it.
    let port = (0..50)
        .map(|_| {
            std::net::TcpListener::bind("127.0.0.1:0")
                .unwrap()
                .local_addr()
                .unwrap()
                .port()
        })
        .find(|port| {
            (1..4).all(|next| std::net::TcpListener::bind(("127.0.0.1", port + next)).is_ok())
        })
        .unwrap();
    let served = Served::start(&[
        "--world",
        world.to_str().unwrap(),
        "--port",
        &port.to_string(),
    ]);
    assert!(
        served.introduction.contains("its 1 steps are left out"),
        "{}",
        served.introduction
    );
    let state = served.state();
    assert_eq!(state["aws"], format!("http://127.0.0.1:{port}"));
    let places = state["places"].as_array().unwrap();
    let urls: Vec<_> = places
        .iter()
        .map(|place| {
            (
                place["name"].as_str().unwrap(),
                place["url"].as_str().unwrap(),
            )
        })
        .collect();
    for (index, name) in (1..).zip(["zebra", "middle", "ant"]) {
        let (found, url) = urls[index - 1];
        assert_eq!(found, name);
        assert!(
            url.starts_with(&format!(
                "http://127.0.0.1:{}",
                port + u16::try_from(index).unwrap()
            )),
            "{url}"
        );
    }
}

/// What a world has that is not simulated yet is refused, not left out in silence; what its steps
/// have is of no account.
#[test]
fn a_world_with_more_than_is_simulated_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("more.toml");
    let more = r#"
summary = "More."
[world]
instance.web = {}
bucket.open = { policy = '{ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::open/*" } }' }
"#;
    fs::write(&world, more).unwrap();
    let state = folder.path().join("state.json");
    let refused = command(&state)
        .arg("serve")
        .arg("--world")
        .arg(&world)
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("`bucket.policy` is not played yet"));
    let steps = "summary = \"Steps.\"\n[world]\ninstance.web = {}\n[[step]]\nname = \"it\"\ncaller-identity = {}\n";
    fs::write(&world, steps).unwrap();
    let served = Served::start(&["--world", world.to_str().unwrap()]);
    assert!(served.introduction.contains("its 1 steps are left out"));
}

/// The faults of the whole file are armed, those of its steps are not; a client is known by the
/// address it calls.
#[test]
fn the_faults_of_a_file_are_armed() {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("faults.toml");
    let file = r#"
summary = "Two instances, one of them unlucky."
[world]
instance.web = {}
instance.other = {}
[app.service]
on = "web"
[match.token-of-the-service]
operation = "imds-token"
app = "service"
[[fault]]
name = "busy"
on = "token-of-the-service"
times = 1
throttle = { retry-after-seconds = 3 }
[[step]]
name = "x"
fault = { name = "never", on = "*", black-hole = true }
app = "service"
resolve = {}
"#;
    fs::write(&world, file).unwrap();
    let served = Served::start(&["--world", world.to_str().unwrap()]);
    assert!(
        served
            .introduction
            .contains("its faults are armed: busy (throttle)\n"),
        "{}",
        served.introduction
    );
    let state = served.state();
    let token_of = |index: usize| {
        let url = format!("{}/latest/api/token", text(&state["places"][index], "url"));
        http(
            "PUT",
            &url,
            &[("x-aws-ec2-metadata-token-ttl-seconds", "60")],
        )
        .0
    };
    assert_eq!(token_of(1), 200, "the other is not meant");
    assert_eq!((token_of(0), token_of(0)), (503, 200));
}

#[test]
fn an_instance_answers_at_its_own_address() {
    let served = Served::start(&[]);
    let state = served.state();
    let metadata = text(&state["places"][0], "url").to_owned();
    let token_url = format!("{metadata}/latest/api/token");
    let (status, token) = http(
        "PUT",
        &token_url,
        &[("x-aws-ec2-metadata-token-ttl-seconds", "60")],
    );
    assert_eq!(status, 200);
    let role_url = format!("{metadata}/latest/meta-data/iam/security-credentials/");
    let with_token = |token: &str| http("GET", &role_url, &[("x-aws-ec2-metadata-token", token)]);
    assert_eq!(with_token(&token), (200, "photo-app".to_owned()));
    served.stdout(&["ctl", "advance", "61s"]);
    assert_eq!(with_token(&token).0, 401, "its minute is over");
    assert_eq!(
        http("GET", &format!("{}/", text(&state, "aws")), &[]).0,
        403,
        "and AWS answers at another"
    );
}
