//! A policy document, and a decision with it: an action, a resource and a value of a condition key
//! in the first three lines, the document in the rest.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use rolecall_account::policy::{
    Context, Document, DocumentKind, NamedPolicy, Policies, Principal, Request, evaluate,
    evaluate_trust,
};

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(4, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (action, resource, value, document) = (line(), line(), line(), line());
    let principal = Principal::role_session("111122223333", "web", "i-0abc", "AROAEXAMPLE");
    let context = Context::new()
        .with("aws:SourceIp", value)
        .with("aws:username", value)
        .with("aws:CurrentTime", "2031-05-01T00:00:00Z");
    let request = Request {
        principal: &principal,
        action,
        resource,
        resource_account: None,
        context: &context,
    };
    if let Ok(parsed) = Document::parse(document, DocumentKind::Identity) {
        let identity = [NamedPolicy::new("fuzzed", Arc::new(parsed))];
        let policies = Policies {
            identity: &identity,
            ..Policies::default()
        };
        let decision = evaluate(&request, &policies);
        // A refusal always has its words.
        assert_eq!(decision.because(action).is_none(), decision.allowed());
    }
    if let Ok(parsed) = Document::parse(document, DocumentKind::Trust) {
        let trust = NamedPolicy::new("fuzzed", Arc::new(parsed));
        let decision = evaluate_trust(&request, &trust, &Policies::default());
        assert_eq!(decision.because(action).is_none(), decision.allowed());
    }
});
