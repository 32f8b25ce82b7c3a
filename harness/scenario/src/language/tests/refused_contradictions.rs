//! Refused: what contradicts itself.

use super::render::{file, refused, steps};

refused! {
    fails_and_allowed: steps(r#"
[[step]]
name = "upload"
upload = { bucket = "photos", key = "cat.jpg" }
expect.fails = "none-found"
expect.allowed = { by = "AmazonS3FullAccess" }
"#);
    contradictions_within: steps(r#"
[[step]]
name = "upload"
repeat = { times = 3 }
upload = { bucket = "photos", key = "cat.jpg" }
expect.each = { allowed = {}, denied = {} }
expect.any-of = [{ fails = "expired", issue = 2 }]
"#);
    each_without_repeat: steps(r#"
[[step]]
name = "resolve"
resolve = {}
expect.each.issue = 1
expect.last = { issue = 2, each = { issue = 1 } }
"#);
    the_world_acts_for_no_app: steps(r#"
[[step]]
name = "rotate"
app = "web"
at-once = 3
rotate = { instance = "web" }
"#);
    a_token_that_is_in_no_file: file(
        r#"role.job = { trust = "ecs-tasks" }
task.job = { role = "job", authorization-token = "secret" }"#,
        r#"
[[step]]
name = "rotate"
rotate-token = { task = "job" }
"#,
    );
    what_belongs_to_the_beginning: steps(r#"
[[step]]
name = "begin"
begin = { as = "call", resolve = {} }

[[step]]
name = "join"
app = "web"
at-once = 3
repeat = { times = 2 }
join = "call"
"#);
    parts_and_size: steps(r#"
[[step]]
name = "size"
upload = { bucket = "photos", key = "cat.jpg", size = 5, parts = 2 }

[[step]]
name = "part-size"
upload = { bucket = "photos", key = "cat.jpg", part-size = 5 }
"#);
    recorded_and_more: file(
        r#"
profile.web-profile = {}
role.r = { trust = "ecs-tasks" }
instance.web = { recorded = "a", profile = "web-profile", overlap = "none" }
task.job = { recorded = "b", role = "r" }
"#,
        "",
    );
}
