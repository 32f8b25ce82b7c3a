//! The in-memory transport: every address that a client could call, as a function call.

use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http::{Request, Response};
use thiserror::Error;
use tower::{BoxError, Service, ServiceExt};

use crate::aws::{self, Host};
use crate::edge::Edge;
use crate::place::{Caller, Place};
use crate::{container, imds};

/// Where every instance finds its metadata (`imds.address`).
const METADATA: &str = "169.254.169.254";
/// Where every ECS task finds its credentials (`container.ecs.address`).
const CONTAINER: &str = "169.254.170.2";

/// All addresses of one world.
#[derive(Clone, Debug)]
pub struct MemoryNetwork {
    metadata: Router,
    container: Router,
    #[cfg(feature = "s3")]
    s3: Router,
    sts: Router,
    not_served: Router,
}

/// Nothing answers at that address from there.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no route to {host} from {place:?}")]
pub struct NoRoute {
    host: String,
    place: Place,
}

impl MemoryNetwork {
    /// The network of the world behind `edge`.
    pub fn new(edge: &Edge) -> Self {
        Self {
            metadata: imds::router(edge.clone()),
            container: container::router(edge.clone()),
            #[cfg(feature = "s3")]
            s3: crate::s3::router(edge.clone()),
            sts: crate::sts::router(edge.clone()),
            not_served: aws::not_served(edge.clone()),
        }
    }

    /// What `caller` reaches: a tower service over `http` types.
    pub fn wire(&self, caller: Caller) -> Wire {
        Wire {
            network: self.clone(),
            caller,
        }
    }

    fn at(&self, host: &str, place: &Place) -> Option<Router> {
        match (host, place) {
            (METADATA, Place::Instance(_)) => Some(self.metadata.clone()),
            (CONTAINER, Place::Task(_)) => Some(self.container.clone()),
            _ => match Host::parse(host)? {
                #[cfg(feature = "s3")]
                Host::S3 { .. } => Some(self.s3.clone()),
                Host::Sts { .. } => Some(self.sts.clone()),
                _ => Some(self.not_served.clone()),
            },
        }
    }
}

/// One caller's view of the network.
#[derive(Clone, Debug)]
pub struct Wire {
    network: MemoryNetwork,
    caller: Caller,
}

impl<B> Service<Request<B>> for Wire
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = NoRoute;
    type Future =
        std::pin::Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let router = self.network.at(&host, &self.caller.place);
        let caller = self.caller.clone();
        Box::pin(async move {
            let Some(router) = router else {
                return Err(NoRoute {
                    host,
                    place: caller.place,
                });
            };
            request.extensions_mut().insert(caller);
            match router.oneshot(request).await {
                Ok(response) => Ok(response),
                Err(never) => match never {},
            }
        })
    }
}
