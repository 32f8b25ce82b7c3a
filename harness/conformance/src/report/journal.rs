//! The journal of a served world, for a person at a terminal.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use rolecall_scenario::RedactedExchange;
use serde_json::{Map, Value};

use super::terminal::exchange;

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();
const RED: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));

/// An entry of the journal in a line, of the JSON that it is told in. The columns are as wide as what
/// usually stands in them, so that lines that come one by one are aligned all the same.
pub fn entry_line(entry: &Value) -> String {
    let mut line = format!(
        "{DIM}{:>6}{DIM:#}  {}  ",
        entry["number"].as_u64().unwrap_or_default(),
        text(&entry["at"])
    );
    let written = match of_exchange(entry) {
        Some(exchange) => exchange_line(&mut line, &exchange),
        None => happening_line(&mut line, entry),
    };
    debug_assert!(written.is_ok(), "a text takes everything");
    let end = line.trim_end().len();
    line.truncate(end);
    line.push('\n');
    line
}

/// All there is to say about an entry: a request as it went over the wire, and anything else in its
/// line.
pub fn entry_in_full(entry: &Value) -> String {
    match of_exchange(entry) {
        Some(shown) => exchange(
            entry["number"].as_u64().unwrap_or_default(),
            text(&entry["at"]),
            &shown,
        ),
        None => entry_line(entry),
    }
}

fn of_exchange(entry: &Value) -> Option<RedactedExchange> {
    serde_json::from_value(entry.get("exchange")?.clone()).ok()
}

fn exchange_line(line: &mut String, exchange: &RedactedExchange) -> std::fmt::Result {
    let asked = match &exchange.operation {
        Some(operation) => operation.clone(),
        None => format!("{} {}", exchange.method, path(&exchange.target)),
    };
    write!(line, "{:<10}  {BOLD}{asked:<28}{BOLD:#}  ", exchange.caller)?;
    match exchange.status {
        Some(status @ ..400) => write!(line, "{DIM}{status}{DIM:#}  ")?,
        Some(status) => write!(line, "{RED}{status}{RED:#}  ")?,
        None => write!(line, "{RED}---{RED:#}  ")?,
    }
    if let Some(fault) = &exchange.fault {
        write!(line, "struck by {fault}  ")?;
    }
    if let Some(refusal) = &exchange.refusal {
        return write!(line, "{}", refusal.lines().next().unwrap_or_default());
    }
    if let Some(identity) = &exchange.identity {
        let who = identity
            .rsplit_once(':')
            .map_or(&**identity, |(_, who)| who);
        write!(line, "{who}")?;
    }
    if let Some(issue) = exchange.issue {
        write!(line, " issue {issue}")?;
    }
    if let Some(decision) = &exchange.decision {
        write!(line, ", {decision}")?;
    }
    Ok(())
}

/// The target without its host.
fn path(target: &str) -> &str {
    target.find('/').map_or(target, |at| &target[at..])
}

/// What was no request: the kind of it, and its members.
fn happening_line(line: &mut String, entry: &Value) -> std::fmt::Result {
    let members = entry.as_object().into_iter().flatten();
    let mut kinds = members.filter(|(name, _)| !matches!(name.as_str(), "number" | "at"));
    let Some((kind, said)) = kinds.next() else {
        return Ok(());
    };
    if let (Some(operation), Some(detail)) = (said["operation"].as_str(), said["detail"].as_str()) {
        return write!(
            line,
            "{kind:<10}  {BOLD}{operation:<28}{BOLD:#}       {detail}"
        );
    }
    write!(line, "{kind:<10}  ")?;
    if let (Some(source), Some(key)) = (said["source"].as_str(), said["access_key_id"].as_str()) {
        let (role, until) = (text(&said["role"]), text(&said["expires_at"]));
        let issue = &said["issue"];
        return write!(
            line,
            "{source} issue {issue} as {role}: {key} until {until}"
        );
    }
    let nothing = Map::new();
    for (name, value) in said.as_object().unwrap_or(&nothing) {
        let value = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let name = name.replace('_', " ");
        write!(line, "{DIM}{name}{DIM:#} {value}  ")?;
    }
    Ok(())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plain(line: &str) -> String {
        anstream::adapter::strip_str(line).to_string()
    }

    fn request(status: u16, refusal: Option<&str>) -> Value {
        json!({
            "number": 12,
            "at": "2031-05-01T00:00:00.123Z",
            "exchange": {
                "operation": "s3-put-object",
                "caller": "client",
                "method": "PUT",
                "target": "127.0.0.1:4566/photos/cat.jpg",
                "request_headers": [["host", "127.0.0.1:4566"]],
                "status": status,
                "response_headers": [],
                "response_body": "",
                "identity": "arn:aws:sts::111122223333:assumed-role/photo-app/i-0",
                "access_key_id": "ASIA",
                "issue": 2,
                "by_machine_time": false,
                "decision": "allowed by `AmazonS3FullAccess`, statement 1",
                "refusal": refusal,
                "detail": null,
                "fault": null,
            },
        })
    }

    #[test]
    fn a_request_is_a_line() {
        assert_eq!(
            plain(&entry_line(&request(200, None))),
            "    12  2031-05-01T00:00:00.123Z  client      s3-put-object                 200  \
             assumed-role/photo-app/i-0 issue 2, allowed by `AmazonS3FullAccess`, statement 1\n"
        );
        assert_eq!(
            plain(&entry_line(&request(
                403,
                Some("AccessDenied at policy: no\nmore")
            ))),
            "    12  2031-05-01T00:00:00.123Z  client      s3-put-object                 403  \
             AccessDenied at policy: no\n"
        );
        let mut struck = request(200, None);
        struck["exchange"]["status"] = Value::Null;
        struck["exchange"]["fault"] = "cut (reset)".into();
        assert!(plain(&entry_line(&struck)).contains("  ---  struck by cut (reset)  assumed-role"));
        let mut unknown = request(404, None);
        unknown["exchange"]["operation"] = Value::Null;
        assert!(plain(&entry_line(&unknown)).contains("  PUT /photos/cat.jpg  "));
    }

    #[test]
    fn so_is_what_was_no_request() {
        let control = json!({
            "number": 1,
            "at": "2031-05-01T00:00:00.000Z",
            "control": { "operation": "ec2-run-instances", "detail": "web as i-0" },
        });
        assert_eq!(
            plain(&entry_line(&control)),
            "     1  2031-05-01T00:00:00.000Z  control     ec2-run-instances                  web as i-0\n"
        );
        let issued = json!({
            "number": 9,
            "at": "2031-05-01T00:00:00.000Z",
            "issued": {
                "access_key_id": "ASIA",
                "expires_at": "2031-05-01T06:00:00Z",
                "issue": 2,
                "role": "photo-app",
                "source": "instance i-0",
            },
        });
        assert_eq!(
            plain(&entry_line(&issued)),
            "     9  2031-05-01T00:00:00.000Z  issued      \
             instance i-0 issue 2 as photo-app: ASIA until 2031-05-01T06:00:00Z\n"
        );
        let ended = json!({
            "number": 2,
            "at": "2031-05-01T00:00:00.000Z",
            "ended": { "access_key_id": "ASIA", "why": "revoked", "by": null, "issue": 2 },
        });
        assert_eq!(
            plain(&entry_line(&ended)),
            "     2  2031-05-01T00:00:00.000Z  ended       access key id ASIA  issue 2  why revoked\n"
        );
        for nothing in [
            json!({}),
            json!([]),
            json!({ "number": "x", "at": 1, "new": 1 }),
        ] {
            assert!(entry_line(&nothing).ends_with('\n'));
        }
    }

    #[test]
    fn in_full_a_request_has_its_headers() {
        let full = plain(&entry_in_full(&request(200, None)));
        assert!(full.contains("> host: 127.0.0.1:4566"), "{full}");
        assert!(full.contains("= allowed by `AmazonS3FullAccess`"), "{full}");
    }
}
