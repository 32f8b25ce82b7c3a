//! A client: requests, signed by AWS's own signer.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningInstructions, SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::{
    Failure, PathRule, PayloadHash, RequestHead, ServiceRules, check_payload, parse,
};
use crate::SimInstant;

/// A request, as it travels.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Option<String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Sent {
    pub(super) fn head(&self) -> RequestHead<'_> {
        RequestHead {
            method: &self.method,
            path: &self.path,
            query: self.query.as_deref(),
            headers: &self.headers,
        }
    }

    pub(super) fn append(&mut self, name: &str, value: &str) {
        self.headers.append(header_name(name), header_value(value));
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.headers.insert(header_name(name), header_value(value));
    }

    /// Replaces a part of the query that it is sure to have.
    pub(super) fn requery(&mut self, from: &str, to: &str) {
        let query = self.query.take().unwrap_or_default();
        assert!(query.contains(from), "`{query}` has no `{from}`");
        self.query = Some(query.replacen(from, to, 1));
    }

    /// Replaces a part of a header that is sure to have it.
    pub(super) fn replace(&mut self, name: &str, from: &str, to: &str) {
        let value = self.headers[name].to_str().unwrap();
        assert!(value.contains(from), "`{name}: {value}` has no `{from}`");
        let changed = value.replacen(from, to, 1);
        self.set(name, &changed);
    }
}

/// Who signs, and for what.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    pub(super) secret: String,
    pub(super) token: Option<String>,
    pub(super) region: String,
    pub(super) rules: ServiceRules,
    pub(super) date: SimInstant,
}

pub(super) const ACCESS_KEY_ID: &str = "AKIDEXAMPLE";

impl Signer {
    /// The headers that the signer adds, `authorization` among them.
    pub(super) fn headers(&self, sent: &Sent) -> Vec<(String, String)> {
        let body = SignableBody::Bytes(&sent.body);
        let instructions = self.instructions(sent, settings(&self.rules), body, ACCESS_KEY_ID);
        instructions
            .headers()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// Makes a presigned URL of it.
    pub(super) fn presign(&self, sent: &mut Sent, expires: Duration) {
        self.presign_as(sent, expires, ACCESS_KEY_ID);
    }

    /// The same with another key's id, which is a part of what is signed.
    pub(super) fn presign_as(&self, sent: &mut Sent, expires: Duration, access_key_id: &str) {
        let mut settings = settings(&self.rules);
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(expires);
        settings.payload_checksum_kind = PayloadChecksumKind::NoHeader;
        let declared = sent.headers.get("x-amz-content-sha256");
        let body = declared.map_or(SignableBody::UnsignedPayload, |declared| {
            SignableBody::Precomputed(declared.to_str().unwrap().to_owned())
        });
        let instructions = self.instructions(sent, settings, body, access_key_id);
        let signature = instructions.params().iter().map(|(name, value)| {
            format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
        });
        let parameters: Vec<String> = sent.query.take().into_iter().chain(signature).collect();
        sent.query = Some(parameters.join("&"));
    }

    fn instructions(
        &self,
        sent: &Sent,
        settings: SigningSettings,
        body: SignableBody<'_>,
        access_key_id: &str,
    ) -> SigningInstructions {
        let identity = Credentials::new(
            access_key_id,
            &self.secret,
            self.token.clone(),
            None,
            "sigv4 tests",
        )
        .into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(self.rules.service)
            .time(SystemTime::from(self.date))
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let query = sent.query.as_ref().map(|query| format!("?{query}"));
        let uri = format!(
            "http://{}{}{}",
            sent.headers["host"].to_str().unwrap(),
            sent.path,
            query.unwrap_or_default()
        );
        let headers = sent.headers.iter().map(|(name, value)| {
            (
                name.as_str(),
                std::str::from_utf8(value.as_bytes()).unwrap(),
            )
        });
        let request = SignableRequest::new(sent.method.as_str(), uri, headers, body).unwrap();
        sign(request, &params).unwrap().into_parts().0
    }

    pub(super) fn sign(&self, sent: &mut Sent) {
        for (name, value) in self.headers(sent) {
            sent.set(&name, &value);
        }
    }

    /// All that a service does with a request, in order.
    pub(super) fn accept(&self, sent: &Sent) -> Result<(), Failure> {
        let parsed = parse(sent.head(), &self.rules)?;
        parsed.check_region(&self.region)?;
        parsed.check_date(self.date, self.rules.clock_skew_max)?;
        let payload = if self.rules.payload_hash_header_required {
            parsed.declared_payload()?
        } else {
            PayloadHash::of(&sent.body)
        };
        parsed.verify(&self.secret, payload)?;
        check_payload(payload, &sent.body)
    }
}

fn settings(rules: &ServiceRules) -> SigningSettings {
    let mut settings = SigningSettings::default();
    match rules.path {
        PathRule::EncodedOnce => {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        }
        PathRule::Normalized => {
            settings.percent_encoding_mode = PercentEncodingMode::Double;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Enabled;
        }
    }
    settings.payload_checksum_kind = if rules.payload_hash_header_required {
        PayloadChecksumKind::XAmzSha256
    } else {
        PayloadChecksumKind::NoHeader
    };
    settings
}

fn header_name(name: &str) -> HeaderName {
    HeaderName::try_from(name).unwrap()
}

fn header_value(value: &str) -> HeaderValue {
    HeaderValue::from_bytes(value.as_bytes()).unwrap()
}
