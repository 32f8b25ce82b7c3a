//! Why policies let a request pass or not, for a person at a terminal.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use serde_json::Value;

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();
const RED: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));
const GREEN: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));

/// What the control says under `why`: who asked for what, what each kind of policy said, in the
/// order in which they are evaluated, what was decided, and what AWS tells the client.
pub fn why(why: &Value) -> String {
    let mut said = String::new();
    let written = write_why(&mut said, why);
    debug_assert!(written.is_ok(), "a text takes everything");
    said
}

fn write_why(said: &mut String, why: &Value) -> std::fmt::Result {
    let allowed = why["outcome"] == "allowed";
    let (colour, may) = if allowed {
        (GREEN, "may")
    } else {
        (RED, "may not")
    };
    let principal = match text(&why["principal"]) {
        "" => "whoever signs nothing",
        principal => principal,
    };
    writeln!(said, "{BOLD}{principal}{BOLD:#}")?;
    let (action, resource) = (text(&why["action"]), text(&why["resource"]));
    writeln!(
        said,
        "  {colour}{may}{colour:#} {BOLD}{action}{BOLD:#} on {resource}: {}",
        text(&why["decision"])
    )?;
    writeln!(said)?;
    let layers = list(&why["layers"]);
    let names: Vec<String> = layers.iter().map(name).collect();
    let width = names.iter().map(String::len).max().unwrap_or_default();
    for (layer, name) in layers.iter().zip(&names) {
        writeln!(said, "  {name:<width$}  {}", says(layer))?;
        for miss in list(&layer["near_misses"]) {
            writeln!(
                said,
                "  {:width$}    {DIM}{} would, but for {}{DIM:#}",
                "",
                statement(&miss["statement"]),
                text(&miss["lacks"])
            )?;
        }
    }
    if let Some(message) = why["message"].as_str() {
        writeln!(said, "\n  {DIM}AWS says{DIM:#}  {message}")?;
    }
    Ok(())
}

fn name(layer: &Value) -> String {
    let kind = text(&layer["kind"]);
    match layer["level"].as_u64() {
        Some(level) => format!("{kind}, level {level}"),
        None => kind.to_owned(),
    }
}

fn says(layer: &Value) -> String {
    let by = statement(&layer["statement"]);
    match (text(&layer["says"]), text(&layer["names"])) {
        ("denies", _) => format!("{RED}denies{RED:#} it: {by}"),
        ("allows", "account") => {
            format!("leaves it to the account, which it names: {by}")
        }
        ("allows", _) => format!("{GREEN}allows{GREEN:#} it: {by}"),
        _ => match policies(layer) {
            policies if policies.is_empty() => format!("{DIM}none{DIM:#}"),
            policies => format!("says nothing of it: {policies}"),
        },
    }
}

fn policies(layer: &Value) -> String {
    let names = list(&layer["policies"]).iter();
    let names: Vec<String> = names.map(|name| format!("`{}`", text(name))).collect();
    names.join(", ")
}

/// `` `AmazonS3FullAccess`, statement 1 (`Sid`) ``.
fn statement(statement: &Value) -> String {
    let (policy, number) = (text(&statement["policy"]), &statement["number"]);
    let mut said = format!("`{policy}`, statement {number}");
    if let Some(sid) = statement["sid"].as_str() {
        let _ = write!(said, " (`{sid}`)");
    }
    said
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plain(why: &Value) -> String {
        anstream::adapter::strip_str(&super::why(why)).to_string()
    }

    #[test]
    fn a_refusal_names_what_nearly_allowed_it() {
        let refused = json!({
            "principal": "arn:aws:sts::111122223333:assumed-role/web/i-0",
            "action": "s3:PutObject",
            "resource": "arn:aws:s3:::photos/cat.jpg",
            "outcome": "implicitly-denied",
            "decision": "no identity-based policy allows it",
            "message": "User: … because no identity-based policy allows the s3:PutObject action",
            "layers": [
                {
                    "kind": "service control policy", "level": 1, "policies": ["FullAWSAccess"],
                    "says": "allows", "names": "sender",
                    "statement": { "policy": "FullAWSAccess", "number": 1 },
                    "near_misses": [],
                },
                { "kind": "resource-based policy", "policies": [], "says": "nothing", "near_misses": [] },
                {
                    "kind": "identity-based policy", "policies": ["read", "office"],
                    "says": "nothing",
                    "near_misses": [{
                        "statement": { "policy": "office", "number": 2, "sid": "Office" },
                        "lacks": "the condition IpAddress aws:SourceIp: wanted `203.0.113.0/24`, was `198.51.100.1`",
                    }],
                },
            ],
        });
        assert_eq!(
            plain(&refused),
            "arn:aws:sts::111122223333:assumed-role/web/i-0
  may not s3:PutObject on arn:aws:s3:::photos/cat.jpg: no identity-based policy allows it

  service control policy, level 1  allows it: `FullAWSAccess`, statement 1
  resource-based policy            none
  identity-based policy            says nothing of it: `read`, `office`
                                     `office`, statement 2 (`Office`) would, but for the condition \
             IpAddress aws:SourceIp: wanted `203.0.113.0/24`, was `198.51.100.1`

  AWS says  User: … because no identity-based policy allows the s3:PutObject action
"
        );
    }

    #[test]
    fn what_denies_and_what_delegates_is_told_apart() {
        let layer = |says: &str, names: &str| {
            let statement = json!({ "policy": "p", "number": 1 });
            plain(&json!({
                "outcome": "allowed",
                "layers": [{ "kind": "k", "says": says, "names": names, "statement": statement }],
            }))
        };
        assert!(layer("denies", "").contains("k  denies it: `p`, statement 1\n"));
        assert!(layer("allows", "sender").contains("k  allows it: `p`, statement 1\n"));
        assert!(layer("allows", "account").contains("k  leaves it to the account, which it names"));
        assert!(layer("denies", "").starts_with("whoever signs nothing\n  may "));
    }
}
