//! The TCP transport: one AWS endpoint, and an address for each instance and each task.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use http::request::Parts;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::aws;
use crate::edge::Edge;
use crate::place::{Caller, Place};
use crate::{container, imds};

/// What to listen for, and where.
#[derive(Clone, Debug)]
pub struct ListenOptions {
    /// The address of every listener but the control's, which is always loopback.
    pub bind: IpAddr,
    /// The AWS endpoint's port; the others follow it in order. Free ports if there is none.
    pub port: Option<u16>,
    /// The instances and tasks that get an address of their own, by name.
    pub places: Vec<(String, Place)>,
}

/// Where everything listens.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// The AWS endpoint.
    pub aws: SocketAddr,
    /// The metadata address of each instance and the credential endpoint of each task, by name.
    pub places: Vec<(String, Place, SocketAddr)>,
    /// The control routes.
    pub control: SocketAddr,
}

/// Listeners that are open, not yet served.
#[derive(Debug)]
pub struct Server {
    addresses: Addresses,
    listeners: Vec<(TcpListener, Router)>,
}

impl Server {
    /// Opens every listener.
    ///
    /// # Errors
    /// An address that cannot be had; the message names it.
    pub async fn bind(edge: &Edge, options: &ListenOptions, control: Router) -> io::Result<Self> {
        let mut ports = Ports {
            bind: options.bind,
            next: options.port,
        };
        let mut listeners = Vec::new();
        let aws = ports.open().await?;
        let mut addresses = Addresses {
            aws: aws.local_addr()?,
            places: Vec::new(),
            control: SocketAddr::new(options.bind, 0),
        };
        listeners.push((
            aws,
            aws_router(edge).layer(Extension(caller("client", Place::Laptop))),
        ));
        for (name, place) in &options.places {
            let router = match place {
                Place::Instance(_) => imds::router(edge.clone()),
                Place::Task(_) => container::router(edge.clone()),
                // Nothing answers a laptop but AWS itself.
                Place::Laptop => continue,
            };
            let listener = ports.open().await?;
            addresses
                .places
                .push((name.clone(), place.clone(), listener.local_addr()?));
            listeners.push((
                listener,
                router.layer(Extension(caller(name, place.clone()))),
            ));
        }
        let loopback = Ports {
            bind: IpAddr::from([127, 0, 0, 1]),
            next: None,
        }
        .open()
        .await?;
        addresses.control = loopback.local_addr()?;
        listeners.push((loopback, control));
        Ok(Self {
            addresses,
            listeners,
        })
    }

    /// Where everything listens.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Serves until `stop` is over, then finishes the requests in flight.
    ///
    /// # Errors
    /// A listener that broke.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send) -> io::Result<()> {
        let (stopping, _) = watch::channel(false);
        let mut servers = JoinSet::new();
        for (listener, router) in self.listeners {
            let mut stopped = stopping.subscribe();
            let until = async move {
                // An error means that the sender is gone, and so is the reason to go on.
                let _ = stopped.wait_for(|stopped| *stopped).await;
            };
            servers.spawn(async move {
                axum::serve(listener, router)
                    .with_graceful_shutdown(until)
                    .await
            });
        }
        stop.await;
        stopping.send_replace(true);
        while let Some(ended) = servers.join_next().await {
            ended.map_err(io::Error::other)??;
        }
        Ok(())
    }
}

/// Hands out ports in order, or free ones.
struct Ports {
    bind: IpAddr,
    next: Option<u16>,
}

impl Ports {
    async fn open(&mut self) -> io::Result<TcpListener> {
        let port = self.next.unwrap_or(0);
        if let Some(next) = &mut self.next {
            *next = next
                .checked_add(1)
                .ok_or_else(|| io::Error::other("there are no ports above 65535"))?;
        }
        let address = SocketAddr::new(self.bind, port);
        let listener = TcpListener::bind(address).await;
        listener.map_err(|error| io::Error::new(error.kind(), format!("{address}: {error}")))
    }
}

fn caller(name: &str, place: Place) -> Caller {
    Caller {
        name: Arc::from(name),
        place,
    }
}

/// The services behind the one AWS endpoint.
#[derive(Clone)]
struct Services {
    #[cfg(feature = "s3")]
    s3: Router,
    sts: Router,
    not_served: Router,
}

fn aws_router(edge: &Edge) -> Router {
    let services = Services {
        #[cfg(feature = "s3")]
        s3: crate::s3::router(edge.clone()),
        sts: crate::sts::router(edge.clone()),
        not_served: aws::not_served(edge.clone()),
    };
    Router::new().fallback(any(dispatch)).with_state(services)
}

async fn dispatch(State(services): State<Services>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let router = match service(&parts).as_deref() {
        #[cfg(feature = "s3")]
        None | Some("s3") => services.s3,
        Some("sts") => services.sts,
        _ => services.not_served,
    };
    match router.oneshot(Request::from_parts(parts, body)).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// Which service a request to the one endpoint is for; `None` for S3, perhaps anonymous. The first
/// that says anything: the scope of the signature, in the header or in the query; a form, or an
/// action in the query, by its version.
fn service(request: &Parts) -> Option<String> {
    let header = |name: &str| {
        request
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let query = request.uri.query().unwrap_or_default();
    let key = |key: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(name, _)| *name == key).map(|(_, value)| value)
    };
    let scope_in_header = header("authorization").and_then(|value| {
        let (_, credential) = value.split_once("Credential=")?;
        credential.split(',').next()?.split('/').nth_back(1)
    });
    let scope_in_query = key("X-Amz-Credential").and_then(|value| {
        let mut parts = value.rsplit("%2F").flat_map(|part| part.rsplit('/'));
        parts.nth(1)
    });
    if let Some(service) = scope_in_header.or(scope_in_query) {
        return Some(service.to_owned());
    }
    let form = header("content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let at_the_root = request.uri.path() == "/";
    if at_the_root && (form || key("Action").is_some()) {
        return Some(match key("Version") {
            Some("2010-05-08") => "iam".to_owned(),
            Some("2016-11-15") => "ec2".to_owned(),
            _ => "sts".to_owned(),
        });
    }
    header("x-amz-target").map(|target| target.split('.').next().unwrap_or(target).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(method: &str, uri: &str, headers: &[(&str, &str)]) -> Option<String> {
        let request = headers.iter().fold(
            http::Request::builder().method(method).uri(uri),
            |request, (name, value)| request.header(*name, *value),
        );
        service(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn the_first_that_says_anything_decides() {
        let signed = |service: &str| {
            format!(
                "AWS4-HMAC-SHA256 Credential=AKID/20310501/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
            )
        };
        let form = (
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        );
        assert_eq!(
            of("POST", "/", &[("authorization", &signed("sts")), form]).as_deref(),
            Some("sts")
        );
        assert_eq!(
            of("PUT", "/b/k", &[("authorization", &signed("s3"))]).as_deref(),
            Some("s3")
        );
        let presigned = "/b/k?X-Amz-Algorithm=a&X-Amz-Credential=AKID%2F20310501%2Fus-east-1%2Fs3%2Faws4_request";
        assert_eq!(of("GET", presigned, &[]).as_deref(), Some("s3"));
        assert_eq!(of("POST", "/", &[form]).as_deref(), Some("sts"));
        assert_eq!(
            of("GET", "/?Action=ListUsers&Version=2010-05-08", &[]).as_deref(),
            Some("iam")
        );
        assert_eq!(
            of(
                "POST",
                "/",
                &[("x-amz-target", "CloudTrail_20131101.LookupEvents")]
            )
            .as_deref(),
            Some("CloudTrail_20131101")
        );
        assert_eq!(of("GET", "/b/k", &[]), None);
        assert_eq!(
            of("PUT", "/b/k", &[form]),
            None,
            "a form is an object like any other"
        );
    }
}
