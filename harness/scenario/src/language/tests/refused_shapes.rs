//! Refused: what is not TOML, and keys that are not there, too many or of the wrong kind.

use super::render::{file, refused, steps};

refused! {
    not_toml: "summary = \"Bad.\"\n[world\nstart = 3\n";
    a_key_twice: "summary = \"Bad.\"\nsummary = \"Worse.\"\n";
    an_unknown_key_at_the_top: "summary = \"Bad.\"\nrule = []\n[[steps]]\nname = \"a\"\n";
    an_unknown_key_in_the_world: file("strat = \"2031-05-01T00:00:00Z\"", "");
    an_unknown_key_of_a_role: file(r#"role.web = { trsut = "ec2", polices = [] }"#, "");
    an_unknown_key_of_an_action: steps(r#"
[[step]]
name = "upload"
upload = { bukcet = "photos", key = "cat.jpg", acl = "private" }
"#);
    an_unknown_action: steps("[[step]]\nname = \"upload\"\nuplaod = { bucket = \"photos\" }\n");
    an_unknown_expectation: steps(r#"
[[step]]
name = "resolve"
resolve = {}
expect.alowed = {}
expect.calls = { imds-token = { least = 1 } }
"#);
    no_summary: "[world]\n";
    no_name: steps("[[step]]\nresolve = {}\n");
    needed_keys: file(
        "role.web = { policies = [] }\ntask.job = {}\naccount.other = {}",
        r#"
[[step]]
name = "upload"
upload = { key = "cat.jpg" }

[[step]]
name = "presign"
presign = {}

[[step]]
name = "rotate"
rotate = {}
"#,
    );
    wrong_types: file(
        "start = 3\nbuckets = \"photos\"\ninstance.web = \"big\"\nassociation-delay = 5",
        r#"
[app.web]
env = { HOME = 1 }
settings = { metadata_disabled = "yes", max_attempts = 0.5, metadata_timeout_s = "1s" }

[[step]]
name = "upload"
at-once = "many"
upload = { bucket = ["photos"], key = 7, size = "1 MiB" }
expect.calls = { imds-token = "one" }
"#,
    );
    steps_that_are_no_list: "summary = \"Bad.\"\nstep = {}\n";
    two_actions: steps(r#"
[[step]]
name = "both"
upload = { bucket = "photos", key = "cat.jpg" }
rotate = { instance = "web" }
"#);
    two_actions_begun: steps(r#"
[[step]]
name = "both"
begin = { as = "call", resolve = {}, caller-identity = {} }
"#);
    no_action: steps("[[step]]\nname = \"pause\"\nafter = \"6h\"\nexpect.issue = 2\n");
    nothing_begun: steps("[[step]]\nname = \"begin\"\nbegin = { as = \"call\" }\n");
    two_moves: steps(r#"
[[step]]
name = "later"
after = "6h"
wall-step = "-1h"
resolve = {}
"#);
    two_effects: steps(r#"
[[fault]]
name = "slow"
on = "imds-token"
delay = "2s"
reset = "in-body"

[[fault]]
name = "nothing"
on = "imds-token"
"#);
    two_subjects: steps(r#"
[[step]]
name = "rotate"
rotate = { instance = "web", task = "job" }
"#);
}
