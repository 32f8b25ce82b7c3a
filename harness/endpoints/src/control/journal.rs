//! What happened.

use rolecall_account::{Entry, Exchange, Happening, JournalFilter, Session, World};

use super::problem::Problem;
use super::router::Control;
use super::said::{Entries, Explanation, Form, Keys, Wanted};
use super::time::time;
use super::why::Why;

pub(super) fn journal(control: &Control, wanted: &Wanted) -> Result<Entries, Problem> {
    let filter = JournalFilter {
        since: wanted
            .since
            .as_deref()
            .map(|text| time("since", text))
            .transpose()?,
        operation: read("operation", wanted.operation.as_deref())?,
        caller: read("caller", wanted.caller.as_deref())?,
        status: read("status", wanted.status.as_deref())?,
        errors: wanted.errors,
    };
    let now = control.edge.now();
    let mut world = control.edge.world();
    world.advance_to(now);
    let journal = world.journal();
    let found = journal.written_since(wanted.after);
    let found = found.into_iter().filter(|entry| filter.matches(entry));
    let entries = match wanted.format {
        Form::Json => found.map(Entry::to_json).collect(),
        Form::Cloudtrail => found.filter_map(|entry| world.cloudtrail(entry)).collect(),
    };
    Ok(Entries {
        written: journal.written(),
        entries,
    })
}

fn read<T: std::str::FromStr<Err = String>>(
    name: &str,
    text: Option<&str>,
) -> Result<Option<T>, Problem> {
    let parsed = text.map(str::parse).transpose();
    parsed.map_err(|wrong| Problem::bad_request(format!("`{name}`: {wrong}")))
}

/// In place of an id: the latest request that policies decided on.
const LAST: &str = "last";

pub(super) fn explain(control: &Control, id: &str) -> Result<Explanation, Problem> {
    let world = control.edge.world();
    let mut entries = world.journal().entries();
    let found = match id {
        LAST => entries.filter(|entry| is_decided(entry)).last(),
        _ => entries.find(|entry| is_called(&world, entry, id)),
    };
    let entry = found.ok_or_else(|| {
        let message = format!(
            "no request of this run has the id `{id}`, and no entry of the journal that number"
        );
        Problem::not_found("no-such-request", message)
    })?;
    let exchange = match &entry.happening {
        Happening::Exchange(exchange) => Some(exchange),
        _ => None,
    };
    let session = exchange.and_then(|exchange| exchange.session.as_ref());
    let asked = exchange.and_then(|exchange| exchange.asked.as_ref());
    // What has become of it since, not what it was then.
    let session = session.map(|then| world.session(&then.access_key_id).unwrap_or(then));
    Ok(Explanation {
        entry: entry.to_json(),
        keys: session.map(|session| keys(control, session)),
        why: asked.map(|asked| Why::of(asked)),
    })
}

/// Whether policies said something to it.
fn is_decided(entry: &Entry) -> bool {
    matches!(&entry.happening, Happening::Exchange(exchange) if exchange.asked.is_some())
}

fn is_called(world: &World, entry: &Entry, id: &str) -> bool {
    if id.parse() == Ok(entry.number) {
        return true;
    }
    let answered = match &entry.happening {
        Happening::Exchange(exchange) => has_id(exchange, id),
        _ => false,
    };
    // A UUID: nothing else is looked for among records.
    answered
        || (id.len() == 36
            && world
                .cloudtrail(entry)
                .is_some_and(|record| record["eventID"] == id))
}

fn has_id(exchange: &Exchange, id: &str) -> bool {
    const ID_HEADERS: [&str; 2] = ["x-amz-request-id", "x-amzn-requestid"];
    let Some(response) = &exchange.response else {
        return false;
    };
    let headers = &response.headers;
    let ids = ID_HEADERS.iter().filter_map(|name| headers.get(*name));
    ids.into_iter().any(|carried| carried == id)
}

fn keys(control: &Control, session: &Session) -> Keys {
    let source = session.source.as_ref().map(|source| {
        let names = control.places.names().into_iter();
        let of_it = |name: &String| {
            let place = control.places.get(name);
            place.and_then(|place| place.source()).as_ref() == Some(source)
        };
        let mut called = names.filter(of_it);
        called.next().unwrap_or_else(|| source.to_string())
    });
    Keys {
        access_key_id: session.access_key_id.clone(),
        identity: session.identity.caller_arn(),
        source,
        issue: Some(session.issue).filter(|issue| *issue > 0),
        issued_at: session.issued_at.to_string(),
        expires_at: session.expires_at.map(|expiry| expiry.to_string()),
        ended_at: session.ended.map(|(at, _)| at.to_string()),
        ended: session.ended.map(|(_, why)| why.as_str()),
    }
}
