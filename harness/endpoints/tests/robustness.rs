//! Thousands of broken requests at every address: each is answered and journalled, none breaks
//! anything.

mod support;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::Full;
use rolecall_endpoints::Place;
use support::signer::{HOST, get, head, put};
use support::{CONTAINER, Lab, METADATA, ROLE, lab, request};

const REQUESTS: usize = 10_000;

/// `SplitMix64`: the same draws on every machine.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn of<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }
}

const METHODS: &[&str] = &[
    "GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "get", "BREW",
];

const SCRAPS: &[&str] = &[
    "/",
    "//",
    "?",
    "&",
    "=",
    "%",
    "%00",
    "%ff",
    "%2F",
    "%2e%2e",
    "..",
    "*",
    "+",
    ";",
    "~",
    "é",
    "latest",
    "api",
    "token",
    "photos",
    "acl",
    "uploads",
    "x-id",
    "X-Amz-Signature=",
    "{task}",
    "%F0%9F%98%80",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

const NAMES: &[&str] = &[
    "authorization",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "expect",
    "host",
    "range",
    "transfer-encoding",
    "x-amz-acl",
    "x-amz-checksum-crc32",
    "x-amz-checksum-mode",
    "x-amz-content-sha256",
    "x-amz-copy-source",
    "x-amz-date",
    "x-amz-meta-colour",
    "x-amz-security-token",
    "x-amz-storage-class",
    "x-aws-ec2-metadata-token",
    "x-aws-ec2-metadata-token-ttl-seconds",
];

const VALUES: &[&[u8]] = &[
    b"",
    b" ",
    b"0",
    b"-1",
    b"21600",
    b"99999999999999999999",
    b"\xff\xfe",
    b"gr\xc3\xbcn",
    b"a,b",
    b"AWS4-HMAC-SHA256 ",
    b"AWS4-HMAC-SHA256 Credential=, SignedHeaders=, Signature=",
    b"AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request,SignedHeaders=host,Signature=00",
    b"AWS x:y",
    b"STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    b"UNSIGNED-PAYLOAD",
    b"20310230T250000Z",
    b"<a>&b;",
    b"chunked",
    b"text/plain; charset=\"",
    b"photos.s3.us-east-1.amazonaws.com",
    b"..s3.amazonaws.com",
];

/// Good requests, one for each route.
fn templates(lab: &Lab) -> Vec<(Place, Request<Bytes>)> {
    let metadata = |method, path: &str, headers: &[(&str, &str)]| {
        (
            lab.on_web(),
            request(method, &format!("{METADATA}/latest/{path}"), headers),
        )
    };
    let ttl = [("x-aws-ec2-metadata-token-ttl-seconds", "60")];
    let task = format!("{CONTAINER}/v2/credentials/{}", lab.task);
    vec![
        metadata("PUT", "api/token", &ttl),
        metadata("GET", "meta-data/iam/security-credentials/", &[]),
        metadata("GET", "meta-data/iam/security-credentials/photo-app", &[]),
        metadata("GET", "meta-data/iam/info", &[]),
        metadata("GET", "meta-data/placement/region", &[]),
        (lab.in_task(), request("GET", &task, &[])),
        (
            Place::Laptop,
            request("POST", "https://sts.us-east-1.amazonaws.com/", &[]),
        ),
        (
            lab.on_web(),
            put("cat.jpg", "meow", &[("x-amz-meta-colour", "red")]),
        ),
        (lab.on_web(), get("cat.jpg")),
        (lab.on_web(), head("cat.jpg")),
        (
            lab.on_web(),
            request("PUT", "https://photos.s3.us-east-1.amazonaws.com/k", &[]),
        ),
        (
            lab.on_web(),
            request("CONNECT", "s3.us-east-1.amazonaws.com:443", &[]),
        ),
        (lab.on_web(), request("GET", HOST, &[])),
    ]
    .into_iter()
    .chain(s3_templates(lab))
    .collect()
}

/// The rest of S3.
fn s3_templates(lab: &Lab) -> impl Iterator<Item = (Place, Request<Bytes>)> {
    const DELETE: &str = "<Delete><Object><Key>cat.jpg</Key></Object></Delete>";
    const COMPLETE: &str = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>\
                            <ETag>x</ETag></Part></CompleteMultipartUpload>";
    type Headers = &'static [(&'static str, &'static str)];
    const COPY: Headers = &[("x-amz-copy-source", "photos/cat.jpg")];
    let rows: [(&str, &str, Headers, &str); 16] = [
        ("PUT", "/spare", &[], ""),
        ("HEAD", "/photos", &[], ""),
        ("DELETE", "/spare", &[], ""),
        ("GET", "/photos?location", &[], ""),
        ("GET", "/photos?prefix=c&delimiter=/&max-keys=2", &[], ""),
        ("GET", "/photos?list-type=2&encoding-type=url", &[], ""),
        ("GET", "/photos?uploads&max-uploads=3", &[], ""),
        ("POST", "/photos?delete", &[], DELETE),
        ("GET", "/photos/cat.jpg", &[("range", "bytes=1-2")], ""),
        ("DELETE", "/photos/dog.jpg", &[], ""),
        ("PUT", "/photos/copy.jpg", COPY, ""),
        ("POST", "/photos/big?uploads", &[], ""),
        ("PUT", "/photos/big?partNumber=1&uploadId=x", &[], "part"),
        ("POST", "/photos/big?uploadId=x", &[], COMPLETE),
        ("DELETE", "/photos/big?uploadId=x", &[], ""),
        ("GET", "/photos/big?uploadId=x", &[], ""),
    ];
    let place = lab.on_web();
    rows.into_iter().map(move |(method, path, headers, body)| {
        let request = request(method, &format!("{HOST}{path}"), headers);
        let body = Bytes::from_static(body.as_bytes());
        (place.clone(), request.map(|_| body))
    })
}

fn spoil(draw: &mut Draw, request: &mut Request<Bytes>) {
    match draw.below(6) {
        0 => *request.method_mut() = Method::from_bytes(draw.of(METHODS).as_bytes()).unwrap(),
        1 | 2 => spoil_uri(draw, request),
        3 => {
            let name = HeaderName::from_static(draw.of(NAMES));
            let value = HeaderValue::from_bytes(draw.of(VALUES)).unwrap();
            if draw.one_in(2) {
                request.headers_mut().insert(name, value);
            } else {
                request.headers_mut().append(name, value);
            }
        }
        4 => {
            let names: Vec<_> = request.headers().keys().cloned().collect();
            if !names.is_empty() {
                request
                    .headers_mut()
                    .remove(&names[draw.below(names.len())]);
            }
        }
        _ => *request.body_mut() = Bytes::from(vec![b'x'; draw.below(3)]),
    }
}

/// Inserts a scrap somewhere behind the host, or cuts there; keeps the old one if that is no URI.
fn spoil_uri(draw: &mut Draw, request: &mut Request<Bytes>) {
    let text = request.uri().to_string();
    let host_ends = text.find("://").map_or(0, |at| at + 3);
    let Some(path) = text[host_ends..].find('/').map(|at| host_ends + at) else {
        return;
    };
    let boundaries: Vec<_> = (path + 1..=text.len())
        .filter(|&at| text.is_char_boundary(at))
        .collect();
    let at = boundaries[draw.below(boundaries.len())];
    let tail = if draw.one_in(4) { "" } else { &text[at..] };
    let spoilt = format!("{}{}{tail}", &text[..at], draw.of(SCRAPS));
    if let Ok(uri) = spoilt.parse::<Uri>() {
        *request.uri_mut() = uri;
    }
}

/// Whether AWS's signer can sign it at all: it reads headers as text.
fn signable(request: &Request<Bytes>) -> bool {
    let is_text = |value: &HeaderValue| value.to_str().is_ok();
    request.headers().values().all(is_text)
        && request.uri().scheme().is_some()
        && request.uri().to_string().is_ascii()
        && !request.headers().contains_key("authorization")
}

#[test]
fn broken_requests_are_answered_and_journalled_and_break_nothing() {
    lab(async |lab| {
        let mut draw = Draw(1);
        let templates = templates(&lab);
        let mut statuses = std::collections::BTreeMap::<u16, usize>::new();
        for number in 0..REQUESTS {
            let (place, template) = &templates[draw.below(templates.len())];
            let mut request = template.clone();
            // Spoilt before it is signed it gets further; spoilt after, not past the signature.
            for _ in 0..draw.below(3) {
                spoil(&mut draw, &mut request);
            }
            if signable(&request) && !draw.one_in(4) {
                request = lab.signer().sign(request);
            }
            for _ in 0..draw.below(2) {
                spoil(&mut draw, &mut request);
            }
            let told = format!("request {number}: {} {}", request.method(), request.uri());
            let mark = lab.edge.world().journal().mark();
            let answer = lab.try_send(place.clone(), request.map(Full::new)).await;
            let answer = answer.unwrap_or_else(|lost| panic!("{told}: {lost}"));
            assert!(
                answer.status < 500 || answer.status == 501,
                "{told}: {answer:?}"
            );
            let journalled: Vec<_> = lab
                .exchanges_since(mark)
                .iter()
                .map(|exchange| exchange.status().unwrap().as_u16())
                .collect();
            assert_eq!(journalled, [answer.status], "{told}");
            assert!(answer.headers.contains_key("date"), "{told}");
            *statuses.entry(answer.status).or_default() += 1;
        }
        for status in [200, 204, 206, 400, 401, 403, 404, 405, 501] {
            assert!(
                statuses.contains_key(&status),
                "nothing came so far as a {status}"
            );
        }
        everything_still_works(&lab).await;
    });
}

async fn everything_still_works(lab: &Lab) {
    let listing = format!("{METADATA}/latest/meta-data/iam/security-credentials/");
    let listed = lab.send(lab.on_web(), request("GET", &listing, &[])).await;
    assert_eq!((listed.status, listed.text()), (200, ROLE));
    let task = format!("{CONTAINER}/v2/credentials/{}", lab.task);
    assert_eq!(
        lab.send(lab.in_task(), request("GET", &task, &[]))
            .await
            .status,
        200
    );
    assert_eq!(lab.call_signed(put("after", "all", &[])).await.status, 200);
    assert_eq!(lab.call_signed(get("after")).await.text(), "all");
}
