//! Where the provider lives: the environment, files, clock and network of its app, and no other.

use std::io;
use std::path::{Component, Path};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{Method, Request, Response, Uri};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::conduct::Conduct;
use super::trouble::Trouble;
use crate::connector::HttpService;
use crate::contract::App;
use crate::settings::Settings;

/// An app, and how the provider conducts itself in it.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    pub(super) app: App,
    pub(super) http: HttpService,
    pub(super) settings: Arc<Settings>,
    pub(super) conduct: Arc<Conduct>,
}

/// How often, and with which pauses, something is tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tries {
    left: u32,
    pause: Duration,
}

impl Tries {
    pub(super) fn new(attempts: u32, pause: Duration) -> Self {
        let left = attempts.max(1) - 1;
        Self { left, pause }
    }

    /// Waits for the next one, if there is another.
    pub(super) async fn again(&mut self) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        tokio::time::sleep(self.pause).await;
        self.pause *= 2;
        true
    }
}

/// Whether `status` is in one of the ranges.
pub(super) fn is_one_of(status: u16, ranges: &[(u16, u16)]) -> bool {
    let mut ranges = ranges.iter();
    ranges.any(|(from, to)| (*from..=*to).contains(&status))
}

impl Surroundings {
    /// A variable of the environment.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        let value = self.app.environment.get(name)?;
        let is_set = !value.is_empty() || !self.conduct.chain.empty_is_unset;
        is_set.then_some(value.as_str())
    }

    /// The wall clock.
    pub(super) fn now(&self) -> SystemTime {
        self.app.clock.now()
    }

    /// A file of the machine.
    pub(super) fn file(&self, path: &str) -> io::Result<Vec<u8>> {
        let root = self.app.files.as_deref();
        let root = root.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        let mut located = root.to_owned();
        for component in Path::new(path).components() {
            match component {
                Component::Normal(name) => located.push(name),
                Component::ParentDir => return Err(io::ErrorKind::InvalidInput.into()),
                Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
            }
        }
        std::fs::read(located)
    }

    /// Sends a request, and waits for the answer as long as there is patience.
    pub(super) async fn send(
        &self,
        request: Request<SdkBody>,
        patience: Option<Duration>,
    ) -> Result<Response<Bytes>, Trouble> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let answer = async {
            let response = self.http.clone().oneshot(request).await;
            let response = response
                .map_err(|error| Trouble::network(format!("{host} cannot be asked: {error}")))?;
            let (parts, body) = response.into_parts();
            let body = body.collect().await;
            let body = body.map_err(|error| Trouble::network(format!("{host}: {error}")))?;
            Ok(Response::from_parts(parts, body.to_bytes()))
        };
        match patience {
            None => answer.await,
            Some(patience) => tokio::time::timeout(patience, answer)
                .await
                .unwrap_or_else(|_| Err(Trouble::silence(format!("{host} does not answer")))),
        }
    }
}

/// A request without a body.
pub(super) fn request(
    method: Method,
    uri: &str,
    headers: &[(&str, &str)],
) -> Result<Request<SdkBody>, Trouble> {
    let request = Request::builder().method(method).uri(uri);
    let request = headers
        .iter()
        .fold(request, |request, (name, value)| {
            request.header(*name, *value)
        })
        .body(SdkBody::empty());
    // The value of a header may be a secret: the error says only that it cannot be one.
    request.map_err(|error| Trouble::config(format!("that cannot be asked: {error}")))
}

/// Where an answer sends whoever asked for `asked`.
pub(super) fn redirection(answer: &Response<Bytes>, asked: &Uri) -> Option<Uri> {
    if !answer.status().is_redirection() {
        return None;
    }
    let to = answer.headers().get(http::header::LOCATION)?;
    let to: Uri = to.to_str().ok()?.parse().ok()?;
    if to.host().is_some() {
        return Some(to);
    }
    let host = asked.authority()?;
    format!("http://{host}{to}").parse().ok()
}
