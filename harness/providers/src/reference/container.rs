//! The endpoint of a container: ECS, the agent of EKS Pod Identity, and whatever else speaks as they do.

use std::net::Ipv4Addr;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderValue, Method, Response, Uri};

use super::conduct::{ContainerConduct, Kept, OddToken};
use super::document::{self, Set};
use super::surroundings::{Surroundings, Tries, is_one_of, redirection, request};
use super::trouble::Trouble;
use crate::Class;

const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

/// Where every task of ECS finds its credentials.
const ECS: &str = "http://169.254.170.2";

/// What it keeps between loads.
#[derive(Default)]
pub(super) struct Container {
    token: Mutex<Option<Vec<u8>>>,
}

impl std::fmt::Debug for Container {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Container")
    }
}

impl Container {
    /// The credentials of the container.
    pub(super) async fn fetch(&self, here: &Surroundings) -> Result<Set, Trouble> {
        let conduct = &here.conduct.container;
        let uri = uri(here)?;
        let mut tries = Tries::new(conduct.attempts, conduct.pause);
        loop {
            let answer = self.ask(here, &uri).await;
            let again = match &answer {
                Ok(answer) => is_one_of(answer.status().as_u16(), conduct.retried_after),
                Err(trouble) => trouble.class == Class::Network && conduct.retries_broken,
            };
            if again && tries.again().await {
                continue;
            }
            let answer = answer?;
            if !answer.status().is_success() && conduct.heeds_status {
                return Err(refusal(&answer));
            }
            let documents = &here.conduct.documents;
            let mut read = document::read(answer.body(), documents);
            if documents.of_two_answers {
                let other = self.ask(here, &uri).await?;
                let other = document::read(other.body(), documents)?;
                read = read.map(|set| set.with_token_of(other));
            }
            if read.is_ok() || !conduct.retries_nonsense || !tries.again().await {
                return read;
            }
        }
    }

    async fn ask(&self, here: &Surroundings, uri: &Uri) -> Result<Response<Bytes>, Trouble> {
        let conduct = &here.conduct.container;
        let is_relative = here.variable(RELATIVE).is_some();
        let sends = conduct.sends_token && (conduct.token_with_relative || !is_relative);
        let token = if sends { self.token(here)? } else { None };
        let mut uri = uri.clone();
        let mut redirects = 3;
        loop {
            let accepts = [("accept", "application/json")];
            let asked = proxied(&uri, here).unwrap_or_else(|| uri.to_string());
            let mut request = request(Method::GET, &asked, &accepts)?;
            if let Some(token) = &token {
                let headers = request.headers_mut();
                headers.insert(http::header::AUTHORIZATION, token.clone());
            }
            let answer = here.send(request, conduct.patience).await?;
            let to =
                redirection(&answer, &uri).filter(|_| conduct.follows_redirects && redirects > 0);
            let Some(to) = to else {
                return Ok(answer);
            };
            redirects -= 1;
            uri = to;
        }
    }

    /// What goes into the `Authorization` header.
    fn token(&self, here: &Surroundings) -> Result<Option<HeaderValue>, Trouble> {
        let conduct = &here.conduct.container;
        let told = here.variable(TOKEN);
        let file = here
            .variable(TOKEN_FILE)
            .filter(|_| conduct.file_first || told.is_none());
        let token = match (file, told) {
            (Some(file), _) => match self.content(here, file) {
                Ok(content) => content,
                Err(_) if !conduct.missing_file_is_an_error => return Ok(None),
                Err(error) => {
                    let why = format!("the token file `{file}` cannot be read: {error}");
                    return Err(Trouble::config(why));
                }
            },
            (None, Some(token)) => token.as_bytes().to_vec(),
            (None, None) => return Ok(None),
        };
        header(token, conduct)
    }

    fn content(&self, here: &Surroundings, file: &str) -> std::io::Result<Vec<u8>> {
        let mut kept = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = &*kept
            && here.conduct.container.token_file != Kept::Never
        {
            return Ok(kept.clone());
        }
        let content = here.file(file)?;
        *kept = Some(content.clone());
        Ok(content)
    }
}

fn header(mut token: Vec<u8>, conduct: &ContainerConduct) -> Result<Option<HeaderValue>, Trouble> {
    let is_odd = token.iter().any(|byte| matches!(byte, b'\r' | b'\n'));
    match conduct.odd_token {
        OddToken::LeftOut if is_odd => return Ok(None),
        OddToken::Trimmed => token = token.trim_ascii().to_vec(),
        OddToken::LeftOut | OddToken::Refused => {}
    }
    let value = [conduct.token_prefix.as_bytes(), &token].concat();
    let mut value = HeaderValue::from_bytes(&value)
        .map_err(|_| Trouble::config("the authorization token of the container cannot be sent"))?;
    value.set_sensitive(true);
    Ok(Some(value))
}

/// Where the credentials are.
fn uri(here: &Surroundings) -> Result<Uri, Trouble> {
    let conduct = &here.conduct.container;
    let relative = here.variable(RELATIVE);
    let relative = relative.map(|path| (format!("{ECS}{path}"), false));
    let full = here.variable(FULL).map(|full| (full.to_owned(), true));
    let said = if conduct.relative_first {
        relative.or(full)
    } else {
        full.or(relative)
    };
    let (mut written, is_full) =
        said.ok_or_else(|| Trouble::none("no container says where its credentials are"))?;
    if conduct.address_is_built_in {
        written = format!("{ECS}/v2/credentials");
    }
    if let (Some((path, _)), false) = (written.split_once('?'), conduct.keeps_query) {
        written = path.to_owned();
    }
    let uri: Uri = written
        .parse()
        .map_err(|_| Trouble::config("the URI of the container's credentials is none"))?;
    if is_full && conduct.checks_host && !is_near(&uri, conduct) {
        let host = uri.host().unwrap_or_default();
        let why = format!("`{host}` is no place for a container's credentials, unless by https");
        return Err(Trouble::config(why));
    }
    Ok(uri)
}

/// The same path at the proxy that the environment names.
fn proxied(uri: &Uri, here: &Surroundings) -> Option<String> {
    let proxy = here.variable("HTTP_PROXY");
    let proxy = proxy.or_else(|| here.variable("http_proxy"))?;
    let path = uri.path_and_query()?;
    let heeds = here.conduct.container.heeds_proxy;
    heeds.then(|| format!("{}{path}", proxy.trim_end_matches('/')))
}

/// Whether a token may be sent there.
fn is_near(uri: &Uri, conduct: &ContainerConduct) -> bool {
    let Some(host) = uri.host() else {
        return false;
    };
    let address: Option<Ipv4Addr> = host.parse().ok();
    let loopback = address.is_some_and(|address| address.is_loopback())
        || host == "[::1]"
        || host.eq_ignore_ascii_case("localhost");
    uri.scheme_str() == Some("https")
        || (loopback && conduct.loopback_is_near)
        || conduct.near_hosts.contains(&host)
}

fn refusal(answer: &Response<Bytes>) -> Trouble {
    let status = answer.status();
    let why = format!("the endpoint of the container says {}", status.as_u16());
    if status.is_client_error() {
        Trouble::refused(why)
    } else {
        Trouble::source(why)
    }
}
