//! An HTTP client for the AWS SDK that is a function call: any tower service takes the requests.
//!
//! A real connector enforces the SDK's timeouts itself, so this one does too: without that, a
//! source that stalls for an hour would be waited for.

use std::fmt;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_async::rt::sleep::AsyncSleep;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body::Body;
use http_body_util::{BodyExt, Full};
use tower::util::BoxCloneSyncService;
use tower::{BoxError, Service, ServiceExt};

use crate::contract::BoxFuture;

/// What takes an app's requests: its whole network. It is a service itself, so that a test can put
/// something of its own in front of it and make a network of that.
#[derive(Clone)]
pub struct HttpService(
    BoxCloneSyncService<http::Request<SdkBody>, http::Response<Full<Bytes>>, BoxError>,
);

/// Makes any service over `http` types an app's network.
pub fn http_service<S, B>(service: S) -> HttpService
where
    S: Service<http::Request<SdkBody>, Response = http::Response<B>>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    let buffered = service
        .map_err(Into::into)
        .and_then(|response: http::Response<B>| async move {
            let (parts, body) = response.into_parts();
            let body = body.collect().await.map_err(Into::into)?.to_bytes();
            Ok(http::Response::from_parts(parts, Full::new(body)))
        });
    HttpService(BoxCloneSyncService::new(buffered))
}

impl Service<http::Request<SdkBody>> for HttpService {
    type Response = http::Response<Full<Bytes>>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<SdkBody>) -> Self::Future {
        self.0.call(request)
    }
}

impl fmt::Debug for HttpService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpService")
    }
}

impl HttpClient for HttpService {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        // There is nothing to connect to: only an answer can be waited for.
        SharedHttpConnector::new(Connector {
            service: self.clone(),
            patience: settings.read_timeout(),
        })
    }
}

#[derive(Debug)]
struct Connector {
    service: HttpService,
    /// How long an answer may take; `None` is for ever.
    patience: Option<Duration>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let service = self.service.clone();
        let patience = self.patience;
        HttpConnectorFuture::new(async move {
            let request = request
                .try_into_http1x()
                .map_err(|error| ConnectorError::user(error.into()))?;
            let answer = service.oneshot(request);
            let response = match patience {
                None => answer.await,
                Some(patience) => tokio::time::timeout(patience, answer)
                    .await
                    .map_err(|elapsed| ConnectorError::timeout(elapsed.into()))?,
            };
            let response = response
                .map_err(ConnectorError::io)?
                .map(SdkBody::from_body_1_x);
            HttpResponse::try_from(response)
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// The SDK's sleep, so that its back-offs follow the simulated clock.
pub(crate) fn sleep() -> impl AsyncSleep {
    aws_smithy_async::rt::sleep::TokioSleep::new()
}
