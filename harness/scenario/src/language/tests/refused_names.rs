//! Refused: names of what is not there, and names given twice.

use std::collections::BTreeSet;

use super::account::parse;
use super::render::{file, refused, rendering, steps};

refused! {
    unknown_names_in_the_world: file(
        r#"role.web = { trust = "ec2", policies = ["AmazonS3FullAcces", "arn:aws:iam::aws:policy/NoSuch"], account = "other" }
profile.web-profile = { role = "wbe" }
instance.web = { profile = "web-profle" }
task.job = { role = "web-role" }
bucket.photos = { account = "other" }
user.alice = { policies = ["Everything"] }"#,
        "",
    );
    unknown_names_in_steps: steps(r#"
[[step]]
name = "upload"
upload = { bucket = "fotos", key = "cat.jpg" }
expect.allowed = { by = "AmazonS3FulAccess", identity = "photo-ap" }
expect.calls = { imds-credential = 1 }

[[step]]
name = "associate"
associate-profile = { instance = "wbe", profile = "web" }

[[step]]
name = "attach"
attach-policy = { role = "photo-app", policy = "ReadOnly" }

[[step]]
name = "rotate"
rotate = { task = "job" }

[[step]]
name = "again"
app = "wbe"
resolve = {}
expect.same-set-as = "uplod"
expect-total = { s3-put-objects = { min = 1 } }
"#);
    urls_that_nobody_presigned: steps(r#"
[[step]]
name = "early"
use-url = { of = "presign" }

[[step]]
name = "presign"
presign = { method = "GET", bucket = "photos", key = "cat.jpg", expires = "1h" }

[[step]]
name = "late"
use-url = { of = "presgin" }
"#);
    unknown_bucket_in_a_world_without_any: file(
        "instance.web = {}",
        "[[step]]\nname = \"get\"\ndownload = { bucket = \"photos\", key = \"cat.jpg\" }\n",
    );
    unknown_place: steps("[app.web]\non = \"wbe\"\n");
    unknown_kinds_of_request: steps(r#"
[[fault]]
name = "slow"
on = "imds-tokens"
delay = "2s"

[match.imds-role]
operation = "*"

[match.empty]

[match.of-another]
app = "another"

[[step]]
name = "wait"
gate = { name = "g", on = "imds", at = "arrival" }
resolve = {}
"#);
    a_step_that_comes_later: steps(r#"
[[step]]
name = "one"
resolve = {}
expect.same-set-as = "two"

[[step]]
name = "two"
resolve = {}
expect.any-of = [{ same-set-as = "two" }, { same-set-as = "one" }]
"#);
    steps_called_the_same: steps(r#"
[[step]]
name = "resolve"
resolve = {}

[[step]]
name = "resolve"
resolve = {}
"#);
    calls_gates_and_faults: steps(r#"
[[fault]]
name = "slow"
on = "imds-token"
delay = "2s"

[[step]]
name = "begin"
fault = { name = "slow", on = "imds-token", delay = "3s" }
gate = { name = "door", on = "imds-token", at = "arrival" }
begin = { as = "call", resolve = {} }

[[step]]
name = "join"
open = "dor"
clear-fault = "slwo"
join = "cal"

[[step]]
name = "begin again"
begin = { as = "call", resolve = {} }
"#);
    places_called_the_same: file(
        r#"buckets = ["photos", "photos"]
role.r = { trust = "ec2" }
instance.web = {}
instance.laptop = {}
task.web = { role = "r" }"#,
        "[app.a]\non = \"web\"\n[[step]]\nname = \"launch\"\nlaunch = { instance = \"web\" }\n",
    );
    no_app: file(
        "",
        "[[step]]\nname = \"one\"\nresolve = {}\n\n[[step]]\nname = \"two\"\nresolve = {}\n",
    );
    two_apps_and_none_named: steps(r#"
[app.a]

[app.b]

[[step]]
name = "resolve"
resolve = {}
"#);
    no_place_for_an_app: file("instance.a = {}\ninstance.b = {}", "[app.web]\n");
}

#[test]
fn an_unknown_rule() {
    let text = "summary = \"Bad.\"\nrules = [\"chain.one\", \"chain.tow\"]\n[world]\n\
                instance.web = {}\n[[step]]\nname = \"resolve\"\nrule = \"imds.role\"\nresolve = {}\n";
    let scenario = parse(text).unwrap();
    let known = BTreeSet::from(["chain.one".to_owned(), "chain.two".to_owned()]);
    let bad = scenario.check_rules(&known).unwrap_err();
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(rendering(text, &bad));
    });

    let known = ["chain.one", "chain.tow", "imds.role"].map(str::to_owned);
    assert_eq!(scenario.check_rules(&known.into()), Ok(()));
}
