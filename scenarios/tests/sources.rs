//! Words about programs that print credentials, and about portals: a file that passes with the word,
//! and fails with another in its place.

mod support;

use rolecall_scenario::Outcome;
use support::play;

/// Plays a file with a word, where it passes, and with another in its place, where the step fails.
fn needs(file: &str, (word, other): (&str, &str), step: &str) {
    let with = play(&file.replace("WORD", word));
    assert_eq!(with.outcome, Outcome::Passed, "{:#?}", with.steps);
    let without = play(&file.replace("WORD", other));
    assert_eq!(without.outcome, Outcome::Failed, "{:#?}", without.steps);
    let mut failed = without.steps.iter().filter(|one| !one.findings.is_empty());
    assert_eq!(failed.next().map(|one| one.name.as_str()), Some(step));
}

/// A program of a role and one of a user, of which a step asks something.
const PROGRAMS: &str = r#"
summary = "A world with programs."
[world]
user.alice = {}
role.tool = { trust = "ec2" }
config-profile.default.process = { role = "tool", credential-lifetime = "1h" }
[app.tool]
on = "laptop"
[app.other]
on = "laptop"
[[step]]
name = "before"
app = "tool"
caller-identity = {}
expect.allowed = { identity = "tool", issue = 1 }
expect.calls = { process-run = 1 }
"#;

fn programs(steps: &str) -> String {
    format!("{PROGRAMS}{steps}")
}

/// What comes of a program that was told something, when it is asked the first time.
fn after_setting(step: &str) -> String {
    programs(&format!(
        r#"
[[step]]
name = "told"
set-process = {{ profile = "default"WORD }}
[[step]]
name = "asked"
app = "other"
{step}
"#
    ))
}

#[test]
fn a_program_prints_for_a_role_or_a_user() {
    let file = PROGRAMS.replace("role = \"tool\", credential-lifetime = \"1h\"", "WORD");
    needs(&file, (r#"role = "tool""#, r#"user = "alice""#), "before");
    let of_user = file.replace(r#"identity = "tool", issue = 1"#, r#"identity = "alice""#);
    needs(
        &of_user,
        (r#"user = "alice""#, r#"role = "tool""#),
        "before",
    );
}

#[test]
fn a_program_is_run_again_when_its_set_has_ended_and_not_before() {
    let file = programs(
        r#"
[[step]]
name = "later"
app = "tool"
after = "WORD"
caller-identity = {}
expect.allowed = { issue = 2 }
expect.calls = { process-run = 1 }
"#,
    );
    needs(&file, ("61m", "30m"), "later");
}

#[test]
fn a_set_of_a_program_is_rotated_and_revoked() {
    let rotated = programs(
        r#"
WORD
[[step]]
name = "another"
app = "other"
caller-identity = {}
expect.allowed = { issue = 2 }
"#,
    );
    let step = "[[step]]\nname = \"rotate\"\nrotate = { process = \"default\" }";
    needs(&rotated, (step, ""), "another");
    let revoked = programs(
        r#"
WORD
[[step]]
name = "refused"
app = "tool"
caller-identity = {}
expect.denied = {}
"#,
    );
    let step = "[[step]]\nname = \"revoke\"\nrevoke = { process = \"default\", issue = 1 }";
    needs(&revoked, (step, ""), "refused");
}

#[test]
fn a_program_fails_in_the_ways_that_are_said() {
    let fails = after_setting("caller-identity = {}\nexpect.fails = \"source-error\"");
    for word in [
        "exit = 1",
        "version = 2",
        r#"missing-field = "SecretAccessKey""#,
        r#"output = "nothing of use""#,
        r#"expiration = "empty""#,
    ] {
        needs(&fails, (&format!(", {word}"), ""), "asked");
    }
    let is_well = after_setting("caller-identity = {}\nexpect.allowed = { identity = \"tool\" }");
    let silent = r#", stderr = "{secret}", takes = "1ms""#;
    needs(&is_well, (silent, ", exit = 1"), "asked");
    let more = r#", and-output = "   ""#;
    needs(&is_well, (more, r#", and-output = "}""#), "asked");
}

/// However long it really takes.
#[test]
fn no_time_passes_while_a_program_runs() {
    let file = after_setting("caller-identity = {}\nexpect.within = \"1ms\"");
    let report = play(&file.replace("WORD", r#", takes = "200ms""#));
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
}

/// A user who is signed in for two hours.
const PORTAL: &str = r#"
summary = "A world with a portal."
[world]
[world.sso.corp]
user = "ada"
token-lifetime = "2h"
role.Admin = { session-duration = "30m" }
[world.config-profile.default]
sso = "corp"
sso-role = "Admin"
[app.tool]
on = "laptop"
[[step]]
name = "before"
caller-identity = {}
expect.allowed = { identity = "Admin", issue = 1 }
expect.calls = { sso-get-role-credentials = 1 }
"#;

#[test]
fn a_portal_gives_what_its_words_say() {
    for (said, other, step) in [
        (
            r#"session-duration = "30m""#,
            r#"session-duration = "3h""#,
            "after an hour",
        ),
        (
            r#"token-lifetime = "2h""#,
            r#"token-lifetime = "30m""#,
            "after an hour",
        ),
        (r#"user = "ada""#, "signed-in = false", "before"),
    ] {
        let file = PORTAL.replace(said, "WORD")
            + r#"
[[step]]
name = "after an hour"
after = "1h"
caller-identity = {}
expect.allowed = { identity = "Admin", issue = 2 }
"#;
        needs(&file, (said, other), step);
    }
}

#[test]
fn both_forms_of_a_profile_lead_to_the_portal() {
    for form in ["session", "legacy"] {
        let role = "sso-role = \"Admin\"";
        let file = PORTAL.replace(role, &format!("{role}\nsso-form = \"{form}\""));
        let report = play(&file);
        assert_eq!(
            report.outcome,
            Outcome::Passed,
            "{form}: {:#?}",
            report.steps
        );
    }
}

#[test]
fn signing_in_and_out_is_seen() {
    let out = format!(
        "{PORTAL}{}",
        r#"
WORD
[[step]]
name = "refused"
after = "31m"
caller-identity = {}
expect.fails = "source-refused"
"#
    );
    let step = "[[step]]\nname = \"out\"\nsign-out = { sso = \"corp\" }";
    needs(&out, (step, ""), "refused");
    let again = format!(
        "{PORTAL}{}",
        r#"
WORD
[[step]]
name = "the next day"
after = "10m"
caller-identity = {}
expect.allowed = { issue = 2 }
"#
    );
    let wait = "[[step]]\nname = \"wait\"\nafter = \"1d\"\ncaller-identity = {}\nexpect.fails = \"expired\"\n";
    let step = format!("{wait}[[step]]\nname = \"in\"\nsign-in = {{ sso = \"corp\" }}");
    needs(&again, (&step, wait), "the next day");
}
