//! A request as a signature covers it: method, path and query in the first three lines, headers in
//! the rest.
#![no_main]

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use libfuzzer_sys::fuzz_target;
use rolecall_account::SimInstant;
use rolecall_account::sigv4::{PayloadHash, RequestHead, ServiceRules, parse};

fuzz_target!(|text: &str| {
    let mut lines = text.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let (method, path, query) = (line(), line(), line());
    let Ok(method) = method.parse::<Method>() else {
        return;
    };
    let mut headers = HeaderMap::new();
    for header in lines {
        let (name, value) = header.split_once(':').unwrap_or((header, ""));
        let name = name.parse::<HeaderName>();
        let value = HeaderValue::from_bytes(value.trim().as_bytes());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    let head = RequestHead {
        method: &method,
        path,
        query: (!query.is_empty()).then_some(query),
        headers: &headers,
    };
    let now = SimInstant::parse("2031-05-01T00:00:00Z").expect("a time");
    for rules in [ServiceRules::S3, ServiceRules::STS] {
        let told = match parse(head, &rules) {
            Err(failure) => failure,
            Ok(parsed) => {
                let _ = parsed.check_region("us-east-1");
                let _ = parsed.check_date(now, rules.clock_skew_max);
                let _ = parsed.declared_payload();
                let verified = parsed.verify("a secret that nobody has", PayloadHash::of(b""));
                verified.expect_err("nobody can sign with it")
            }
        };
        // What a failure says must be sayable, whatever it was made from.
        let _ = format!("{told} {told:?}");
    }
});
