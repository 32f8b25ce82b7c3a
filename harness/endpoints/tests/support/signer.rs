//! A client: requests, signed by AWS's own signer.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningInstructions, SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::http::Headers;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rolecall_account::{Session, SimInstant};

use super::{Answer, BUCKET, Lab};

pub(crate) const HOST: &str = "https://s3.us-east-1.amazonaws.com";

/// What a client leaves unescaped in a key.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// The address of an object in path style.
pub(crate) fn object(key: &str) -> String {
    format!("{HOST}/photos/{}", utf8_percent_encode(key, KEPT))
}

pub(crate) fn put(key: &str, body: &'static str, headers: &[(&str, &str)]) -> Request<Bytes> {
    super::request("PUT", &object(key), headers).map(|_| Bytes::from_static(body.as_bytes()))
}

pub(crate) fn get(key: &str) -> Request<Bytes> {
    super::request("GET", &object(key), &[])
}

pub(crate) fn head(key: &str) -> Request<Bytes> {
    super::request("HEAD", &object(key), &[])
}

/// Who signs, for what and when.
#[derive(Clone, Debug)]
pub(crate) struct Signer {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: Option<String>,
    pub(crate) region: &'static str,
    pub(crate) service: &'static str,
    pub(crate) date: SimInstant,
}

impl Signer {
    /// With a set of keys, at a time.
    pub(crate) fn with(session: &Session, date: SimInstant) -> Self {
        Self {
            access_key_id: session.access_key_id.clone(),
            secret_access_key: session.secret_access_key.expose().to_owned(),
            session_token: session
                .session_token
                .as_ref()
                .map(|token| token.expose().to_owned()),
            region: "us-east-1",
            service: "s3",
            date,
        }
    }

    /// Adds the headers of a signature.
    pub(crate) fn sign(&self, request: Request<Bytes>) -> Request<Bytes> {
        let body = request.body().clone();
        self.sign_body(request, SignableBody::Bytes(&body))
    }

    /// [`Signer::sign`], with a word in place of the hash of the body.
    pub(crate) fn sign_declared(&self, request: Request<Bytes>, payload: &str) -> Request<Bytes> {
        self.sign_body(request, SignableBody::Precomputed(payload.to_owned()))
    }

    /// Adds the parameters of a signature to the query.
    pub(crate) fn presign(&self, request: Request<Bytes>, expires: Duration) -> Request<Bytes> {
        self.presign_body(request, SignableBody::UnsignedPayload, expires)
    }

    /// [`Signer::presign`] as for a service that wants the hash of the body, which is empty.
    pub(crate) fn presign_empty(
        &self,
        request: Request<Bytes>,
        expires: Duration,
    ) -> Request<Bytes> {
        self.presign_body(request, SignableBody::Bytes(b""), expires)
    }

    /// [`Signer::sign`], with the body in chunks of that size, each with a signature, and perhaps a
    /// trailer of one header.
    pub(crate) fn sign_chunks(
        &self,
        mut request: Request<Bytes>,
        chunk_bytes: usize,
        trailer: Option<(&'static str, &str)>,
    ) -> Request<Bytes> {
        let content = request.body().clone();
        let headers = request.headers_mut();
        headers.insert("content-encoding", HeaderValue::from_static("aws-chunked"));
        headers.insert("x-amz-decoded-content-length", content.len().into());
        let payload = match trailer {
            None => "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            Some((name, _)) => {
                headers.insert("x-amz-trailer", HeaderValue::from_static(name));
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
            }
        };
        let request = self.sign_declared(request, payload);
        let authorization = request.headers()["authorization"].to_str().unwrap();
        let (_, seed) = authorization.split_once("Signature=").unwrap();
        let identity = self.identity();
        let params = self.params(&identity, ());
        let mut previous = seed.to_owned();
        let mut framed = Vec::new();
        let mut chunks: Vec<Bytes> = content
            .chunks(chunk_bytes)
            .map(Bytes::copy_from_slice)
            .collect();
        chunks.push(Bytes::new());
        for chunk in chunks {
            let signed = v4::sign_chunk(&chunk, &previous, &params).unwrap();
            signed.signature().clone_into(&mut previous);
            let line = format!("{:x};chunk-signature={previous}\r\n", chunk.len());
            framed.extend(line.into_bytes());
            framed.extend_from_slice(&chunk);
            if !chunk.is_empty() {
                framed.extend(b"\r\n");
            }
        }
        if let Some((name, value)) = trailer {
            let mut headers = Headers::new();
            headers.insert(name, value.to_owned());
            let signed = v4::sign_trailer(&headers, &previous, &params).unwrap();
            let lines = format!(
                "{name}:{value}\r\nx-amz-trailer-signature:{}\r\n",
                signed.signature()
            );
            framed.extend(lines.into_bytes());
        }
        framed.extend(b"\r\n");
        request.map(|_| framed.into())
    }

    fn presign_body(
        &self,
        mut request: Request<Bytes>,
        body: SignableBody<'_>,
        expires: Duration,
    ) -> Request<Bytes> {
        let mut settings = settings();
        settings.payload_checksum_kind = PayloadChecksumKind::NoHeader;
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(expires);
        let instructions = self.instructions(&request, body, settings);
        let mut uri = request.uri().to_string();
        for (name, value) in instructions.params() {
            let separator = if uri.contains('?') { '&' } else { '?' };
            let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
            uri = format!("{uri}{separator}{name}={value}");
        }
        *request.uri_mut() = uri.parse().unwrap();
        request
    }

    fn sign_body(&self, mut request: Request<Bytes>, body: SignableBody<'_>) -> Request<Bytes> {
        let instructions = self.instructions(&request, body, settings());
        for (name, value) in instructions.headers() {
            request.headers_mut().insert(
                HeaderName::try_from(name).unwrap(),
                HeaderValue::try_from(value).unwrap(),
            );
        }
        request
    }

    fn identity(&self) -> Identity {
        let token = self.session_token.clone();
        Credentials::new(
            &self.access_key_id,
            &self.secret_access_key,
            token,
            None,
            "tests",
        )
        .into()
    }

    fn params<'a, S: Default>(
        &'a self,
        identity: &'a Identity,
        settings: S,
    ) -> v4::SigningParams<'a, S> {
        v4::SigningParams::builder()
            .identity(identity)
            .region(self.region)
            .name(self.service)
            .time(SystemTime::from(self.date))
            .settings(settings)
            .build()
            .unwrap()
    }

    fn instructions(
        &self,
        request: &Request<Bytes>,
        body: SignableBody<'_>,
        settings: SigningSettings,
    ) -> SigningInstructions {
        let identity = self.identity();
        let params = self.params(&identity, settings).into();
        let headers = request
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let signable = SignableRequest::new(
            request.method().as_str(),
            request.uri().to_string(),
            headers,
            body,
        )
        .unwrap();
        sign(signable, &params).unwrap().into_parts().0
    }
}

/// As the SDK has them for S3.
fn settings() -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    settings
}

impl Lab {
    /// The keys that the instance serves now.
    pub(crate) fn signer(&self) -> Signer {
        Signer::with(&self.session(&self.web), self.edge.now())
    }

    /// Another role session: the keys of the other instance.
    pub(crate) fn foreign_signer(&self) -> Signer {
        Signer::with(&self.session(&self.strict), self.edge.now())
    }

    fn session(&self, instance: &str) -> Session {
        let world = self.edge.world();
        let sessions = world.sessions();
        let own = sessions.filter(|session| session.identity.session_name() == Some(instance));
        let latest = own.max_by_key(|session| session.issue).unwrap();
        Session::clone(latest)
    }

    /// Sends a request as it is, from the instance.
    pub(crate) async fn call(&self, request: Request<Bytes>) -> Answer {
        self.send(self.on_web(), request).await
    }

    /// Signs a request with the keys of the instance and sends it.
    pub(crate) async fn call_signed(&self, request: Request<Bytes>) -> Answer {
        self.call(self.signer().sign(request)).await
    }

    /// The bytes of an object, if there is one, without asking S3.
    pub(crate) fn stored(&self, key: &str) -> Option<Bytes> {
        let target = rolecall_account::s3::Target {
            bucket: BUCKET.to_owned(),
            key: key.to_owned(),
        };
        let world = self.edge.world();
        world
            .s3_object(&target)
            .map(|object| object.content.bytes.clone())
    }
}
