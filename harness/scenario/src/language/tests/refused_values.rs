//! Refused: values that cannot be.

use super::render::{file, refused, steps};

refused! {
    bad_durations: file(
        "credential-lifetime = \"six hours\"\nassociation-delay = \"-5s\"\nrotate-at = [\"1w\"]",
        "[[step]]\nname = \"later\"\nafter = 3600\nlaunch = { instance = \"web\" }\n",
    );
    bad_dates: file("start = \"tomorrow\"", "");
    a_date_without_offset: file("start = 2031-05-01T00:00:00", "");
    bad_words: file(
        r#"overlap = "never"
role.web = { trust = "ec3" }
instance.web = { http-tokens = "requird" }"#,
        r#"
[app.web]
use = "clinet"
settings = { max_atempts = 3 }

[[step]]
name = "resolve"
resolve = {}
expect.fails = "not-found"
expect.under.documneted = {}

[[step]]
name = "write"
write-file = { path = "token", content = "x", how = "rename" }
expect.denied = { reason = "explicit-denial" }
"#,
    );
    bad_numbers: steps(r#"
[[step]]
name = "upload"
at-once = 0
upload = { bucket = "photos", key = "cat.jpg", size = -1, parts = 99999999999 }
expect.calls = { imds-token = { min = 3, max = 1 }, imds-role = {} }
expect.any-of = []
"#);
    a_bad_status: steps(r#"
[[fault]]
name = "odd"
on = "imds-token"
answer = { status = 42, code = "Odd", body = "odd" }
"#);
    a_bad_account_id: file("account.other = { id = \"1234\" }", "");
    out_of_range: steps(r#"
[[step]]
name = "presign"
presign = { method = "GET", bucket = "photos", key = "cat.jpg", expires = "8d" }

[[step]]
name = "parts"
upload = { bucket = "photos", key = "cat.jpg", parts = 10001 }
"#);
    a_session_out_of_range: file(
        "role.web = { trust = \"ec2\", max-session-duration = \"30m\" }",
        "",
    );
    issuing_without_end: file(
        r#"credential-lifetime = "3s"
role.web = { trust = "ecs-tasks" }
instance.web = { credential-lifetime = "0s" }
task.job = { role = "web", publish-before-expiry = "1s" }
task.other = { role = "web", publish-before-expiry = "4s" }"#,
        "",
    );
    tokens_that_nobody_can_read: file(
        r#"role.web = { trust = "pods" }
task.job = { role = "web", authorization-token-file = "run/token" }
task.kind = { role = "web", kind = "fargate" }
pod.api = { role = "web", token-lifetime = "9m" }"#,
        "",
    );
}
