//! The way of a signed request to a service, for those who are careless on it.

use std::time::{Duration, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::date_time::Format;
use bytes::Bytes;
use http::header::DATE;
use http::{Request, Response};
use http_body_util::Full;
use rolecall_clock::SimClock;
use tower::{BoxError, ServiceExt, service_fn};

use super::conduct::SigningConduct;
use super::surroundings::is_one_of;
use crate::connector::{HttpService, http_service};

/// How often a request is sent again as it was signed.
const AGAIN: u32 = 2;

/// A network on which requests are sent, and answers are heard, as `conduct` says.
pub(super) fn careless(
    network: HttpService,
    clock: SimClock,
    conduct: SigningConduct,
) -> HttpService {
    http_service(service_fn(move |request| {
        sent(network.clone(), clock.clone(), conduct.clone(), request)
    }))
}

async fn sent(
    network: HttpService,
    clock: SimClock,
    conduct: SigningConduct,
    request: Request<SdkBody>,
) -> Result<Response<Full<Bytes>>, BoxError> {
    let mut request = request;
    let mut left = AGAIN;
    loop {
        let same = copy_of(&request);
        let mut answer = network.clone().oneshot(request).await?;
        let is_bad = is_one_of(answer.status().as_u16(), conduct.resent_after)
            || conduct
                .clocks_apart_by
                .is_some_and(|apart| apart < between(&answer, clock.now()));
        match same {
            Some(same) if is_bad && left > 0 => {
                left -= 1;
                request = same;
            }
            _ => {
                if !conduct.hears_time && !answer.status().is_success() {
                    answer.headers_mut().remove(DATE);
                }
                return Ok(answer);
            }
        }
    }
}

/// The same request once more; there is none of a body that is gone when it has been sent.
fn copy_of(request: &Request<SdkBody>) -> Option<Request<SdkBody>> {
    let body = request.body().try_clone()?;
    let mut copy = Request::new(body);
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    Some(copy)
}

/// How far the clock of whoever has answered is from `now`; not at all if it says nothing of that.
fn between<B>(answer: &Response<B>, now: SystemTime) -> Duration {
    let said = answer
        .headers()
        .get(DATE)
        .and_then(|said| said.to_str().ok());
    let said = said.and_then(|said| DateTime::from_str(said, Format::HttpDate).ok());
    let Some(theirs) = said.and_then(|said| SystemTime::try_from(said).ok()) else {
        return Duration::ZERO;
    };
    let ahead = theirs.duration_since(now);
    ahead.unwrap_or_else(|behind| behind.duration())
}
