//! Pods and tasks: how their clients find their roles, and when they do not.

mod support;

use rolecall_scenario::Outcome;
use support::play;

/// The client reads the token anew for each refresh, however its file was written: the token that
/// it had first is over after a day, the set after six hours.
#[test]
fn a_pod_finds_its_role_through_a_token_that_rotates() {
    let report = play(
        r#"
summary = "A pod, for two days."
[world]
buckets = ["photos"]
role.photo-app = { trust = "pods", policies = ["AmazonS3FullAccess"] }
pod.api = { role = "photo-app", service-account = "robot" }
[[step]]
name = "the first set"
upload = { bucket = "photos", key = "cat.jpg" }
expect.allowed = { identity = "photo-app", issue = 1 }
expect.calls = { container-credentials = 1 }
[[step]]
name = "the next token, by hand"
rotate-token = { pod = "api", how = "in-place" }
[[step]]
name = "a set for it"
after = "7h"
upload = { bucket = "photos", key = "cat.jpg" }
expect.allowed = { identity = "photo-app" }
[[step]]
name = "the next token, by a rename"
rotate-token = { pod = "api", how = "atomic-rename" }
[[step]]
name = "two days later"
after = "48h"
upload = { bucket = "photos", key = "cat.jpg" }
expect.allowed = { identity = "photo-app" }
expect-total = { container-credentials = 3 }
[[step]]
name = "revoke what was issued"
revoke = { pod = "api" }
[[step]]
name = "the client does not know"
upload = { bucket = "photos", key = "cat.jpg" }
expect.denied = { code = "InvalidToken" }
"#,
    );
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
}

#[test]
fn a_pod_without_its_token_gets_nothing() {
    let report = play(
        r#"
summary = "A token that is none, and one that is over."
[world]
role.photo-app = { trust = "pods" }
pod.api = { role = "photo-app", token-lifetime = "1h", credential-lifetime = "30m" }
[app.api]
on = "api"
use = "default-chain"
[app.fixed]
on = "api"
use = "default-chain"
env = { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE = "/run/kept" }
[[step]]
name = "a file that is not there"
app = "fixed"
resolve = {}
expect.fails = "bad-config"
[[step]]
name = "write no token into it"
app = "fixed"
write-file = { path = "/run/kept", content = "no token", how = "symlink-swap" }
[[step]]
name = "the agent refuses it"
app = "fixed"
resolve = {}
expect.fails = "source-error"
expect.calls = { container-credentials = { min = 1 } }
[[step]]
name = "the pod's own file"
app = "api"
after = "10h"
resolve = {}
expect.identity = "photo-app"
"#,
    );
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
}

#[test]
fn each_kind_of_task_is_found_with_its_token() {
    let report = play(
        r#"
summary = "Tasks that demand something."
[world]
role.of-task = { trust = "ecs-tasks" }
role.of-function = { trust = "lambda" }
role.of-device = { trust = "iot-credentials" }
role.of-shell = { trust = "ec2" }
task.told = { role = "of-task", authorization-token = "open sesame" }
task.reading = { role = "of-task", authorization-token-file = "/run/secrets/token" }
task.function = { role = "of-function", kind = "snapstart" }
task.device = { role = "of-device", kind = "greengrass" }
task.shell = { role = "of-shell", kind = "cloudshell" }
[app.told]
on = "told"
[app.mistaken]
on = "told"
env = { AWS_CONTAINER_AUTHORIZATION_TOKEN = "shut sesame" }
[app.reading]
on = "reading"
use = "default-chain"
[app.function]
on = "function"
[app.device]
on = "device"
[app.shell]
on = "shell"
[[step]]
name = "told in the environment"
app = "told"
resolve = {}
expect.identity = "of-task"
[[step]]
name = "told something else"
app = "mistaken"
resolve = {}
expect.fails = "source-error"
[[step]]
name = "read from a file"
app = "reading"
resolve = {}
expect.identity = "of-task"
[[step]]
name = "another token"
rotate-token = { task = "reading" }
[[step]]
name = "read from the file again"
app = "reading"
resolve = {}
expect.identity = "of-task"
[[step]]
name = "on a port of its own"
app = "function"
resolve = {}
expect.identity = "of-function"
[[step]]
name = "on a port of a host with a name"
app = "device"
resolve = {}
expect.identity = "of-device"
[[step]]
name = "in a shell"
app = "shell"
resolve = {}
expect.identity = "of-shell"
expect-total = { container-metadata = 0 }
"#,
    );
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
}
