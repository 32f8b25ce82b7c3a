//! The instance metadata service over HTTP.
//!
//! Which instance is asked comes with the caller.

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::header::{ACCEPT_RANGES, CONNECTION, SERVER};
use http::request::Parts;
use http::{Method, StatusCode};
use rolecall_account::{ImdsError, Metadata, MetadataPath, Operation, Stage, TokenRequest};

use crate::delivery::Broken;
use crate::edge::{Edge, Reply};
use crate::place::{Caller, Hops, Place};

pub(crate) const TOKEN: &str = "x-aws-ec2-metadata-token";
const TTL: &str = "x-aws-ec2-metadata-token-ttl-seconds";
const FORWARDED: &str = "x-forwarded-for";

/// Answers a request. There are no routes: the account knows the paths, and which slashes matter.
pub(crate) fn answer(edge: &Edge, caller: &Caller, request: Request) -> Response {
    match *request.method() {
        Method::GET => read(edge, caller, request),
        Method::HEAD => read(edge, caller, request).map(|_| Body::empty()),
        Method::PUT => put(edge, caller, request),
        _ => not_allowed(edge, caller, request),
    }
}

/// The operation that a request names, if it names one.
pub(crate) fn operation(head: &Parts) -> Option<Operation> {
    MetadataPath::parse(head.uri.path()).operation()
}

fn put(edge: &Edge, caller: &Caller, request: Request) -> Response {
    let path = MetadataPath::parse(request.uri().path());
    let operation = path.operation();
    if operation != Some(Operation::ImdsToken) {
        return not_allowed(edge, caller, request);
    }
    let (parts, _) = request.into_parts();
    let hops = parts.extensions.get().map(|Hops(hops)| *hops);
    let ttl_seconds = header(&parts, TTL);
    let forwarded = parts.headers.contains_key(FORWARDED);
    let mut lost = false;
    let mut response = edge.answer(caller, operation, parts, |world, now| {
        let instance = match on_instance(caller) {
            Ok(instance) => instance,
            Err(error) => return refused(error),
        };
        let request = TokenRequest {
            ttl_seconds: ttl_seconds.as_deref(),
            forwarded,
            versioned: path.is_dated(),
        };
        let granted = world.imds_token(now, instance, &request);
        lost = world.imds_put_reply_lost(now, instance, hops);
        match granted {
            // imds.token.plain-body, imds.token.ttl-echo
            Ok(grant) => common(Reply::ok("text/plain", grant.token.expose().to_owned()))
                .header(TTL, &grant.ttl_seconds.to_string()),
            Err(error) => refused(error),
        }
    });
    if lost {
        response.extensions_mut().insert(Broken::Silent);
    }
    response
}

/// A read: everything but the token request. Signatures are not looked at
/// (`imds.requests.unsigned`).
fn read(edge: &Edge, caller: &Caller, request: Request) -> Response {
    let path = MetadataPath::parse(request.uri().path());
    let operation = path.operation();
    if operation == Some(Operation::ImdsToken) {
        return not_allowed(edge, caller, request);
    }
    let (parts, _) = request.into_parts();
    let token = header(&parts, TOKEN);
    edge.answer(caller, operation, parts, |world, now| {
        let found = on_instance(caller)
            .and_then(|instance| world.imds_read(now, instance, token.as_deref(), &path));
        match found {
            Ok(metadata) => value(metadata),
            Err(error) => refused(error),
        }
    })
}

/// `imds.methods`: reads are GET or HEAD, the token is PUT.
fn not_allowed(edge: &Edge, caller: &Caller, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let message = format!("{} is no method of this path", parts.method);
    let path = MetadataPath::parse(parts.uri.path());
    let allowed = match path.operation() {
        Some(Operation::ImdsToken) => "OPTIONS, PUT",
        _ => "GET, HEAD",
    };
    edge.answer(caller, None, parts, |_, _| {
        let (status, code) = (StatusCode::METHOD_NOT_ALLOWED.as_u16(), "405");
        let reply = Reply::refused(status, "text/plain", "", code, Stage::Operation, message);
        common(reply).header("allow", allowed)
    })
}

fn on_instance(caller: &Caller) -> Result<&str, ImdsError> {
    match &caller.place {
        Place::Instance(id) => Ok(id),
        Place::Task(_) | Place::Pod(_) | Place::Laptop => Err(ImdsError::NotFound),
    }
}

/// A header as text. One that is no text is as good as a wrong one.
fn header(parts: &Parts, name: &str) -> Option<String> {
    parts
        .headers
        .get(name)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn value(metadata: Metadata) -> Reply {
    let last_modified = metadata.last_modified.http_date();
    // imds.headers.last-modified
    let reply = common(Reply::ok(metadata.content_type, metadata.body))
        .fixed(ACCEPT_RANGES, "none")
        .header("last-modified", &last_modified);
    match metadata.token_ttl_seconds {
        // imds.token.ttl-told
        Some(seconds) => reply.header(TTL, &seconds.to_string()),
        None => reply,
    }
}

/// What every answer has: the server's name, and that the connection ends with it
/// (`imds.headers.connection-close`).
fn common(reply: Reply) -> Reply {
    reply.fixed(SERVER, "EC2ws").fixed(CONNECTION, "close")
}

fn refused(error: ImdsError) -> Reply {
    let (code, content_type, body) = match error {
        ImdsError::BadTtl => ("400", "text/html", page(StatusCode::BAD_REQUEST)),
        // imds.errors.bodies: nothing but the status.
        ImdsError::Unauthorized => ("401", "text/plain", String::new()),
        ImdsError::Disabled | ImdsError::Forwarded | ImdsError::VersionedToken => {
            ("403", "text/html", page(StatusCode::FORBIDDEN))
        }
        ImdsError::NotFound => ("404", "text/html", page(StatusCode::NOT_FOUND)),
    };
    let (status, message) = (error.status(), error.to_string());
    // The metadata service has statuses only; the journal wants a word.
    common(Reply::refused(
        status,
        content_type,
        body,
        code,
        Stage::Source,
        message,
    ))
}

/// The page that stands in for a missing document; clients must not read it.
pub(crate) fn page(status: StatusCode) -> String {
    let title = format!(
        "{} - {}",
        status.as_u16(),
        status.canonical_reason().unwrap_or("Error")
    );
    format!(
        "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n\
         <!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\"\n\
         \t\"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n\
         <html xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"en\" lang=\"en\">\n \
         <head>\n  <title>{title}</title>\n </head>\n <body>\n  <h1>{title}</h1>\n </body>\n</html>\n"
    )
}
