//! The agent of EKS Pod Identity, as a client in a pod sees it.

mod support;

use std::time::Duration;

use rolecall_account::{AgentOptions, Operation, RateLimit, Stage};
use rolecall_endpoints::{Answer, Effect, Fault, Matcher, Place};
use support::{AGENT, HOUR, Lab, lab, request};

/// A pod, and what it shows.
fn pod(lab: &Lab) -> (Place, String) {
    let pod = lab.run_pod();
    let token = lab.pod_token(&pod);
    (Place::Pod(pod), token)
}

// container.agent.request, container.agent.document, container.agent.address
#[test]
fn a_pod_reads_its_credentials_at_both_addresses() {
    lab(async |lab| {
        let (place, token) = pod(&lab);
        let sent = [("authorization", token.as_str())];
        let mut keys = Vec::new();
        for uri in [AGENT, "http://[fd00:ec2::23]/v1/credentials"] {
            let answer = lab.send(place.clone(), request("GET", uri, &sent)).await;
            assert_eq!(answer.status, 200, "{uri}");
            assert_eq!(answer.header("content-type"), Some("application/json"));
            let document = answer.json();
            assert_eq!(document["AccountId"], "111122223333");
            assert_eq!(document["Expiration"], "2031-05-01T06:00:00Z");
            keys.push(document["AccessKeyId"].clone());
            let exchange = lab.last_exchange();
            assert_eq!(exchange.operation, Some(Operation::ContainerCredentials));
            assert!(!format!("{exchange:?}").contains(&token));
        }
        assert_eq!(keys[0], keys[1]);
    });
}

// container.agent.expiration-nanos
#[test]
fn an_expiration_within_a_second_has_a_fraction() {
    lab(async |lab| {
        let (place, token) = pod(&lab);
        lab.advance(Duration::from_millis(250)).await;
        let sent = [("authorization", token.as_str())];
        let answer = lab.send(place, request("GET", AGENT, &sent)).await;
        assert_eq!(answer.json()["Expiration"], "2031-05-01T06:00:00.25Z");
    });
}

// container.agent.token-check, container.agent.text-errors, container.agent.upstream-code
#[test]
fn refusals_are_lines_of_text() {
    lab(async |lab| {
        let (place, token) = pod(&lab);
        let (signed, _) = token.rsplit_once('.').unwrap();
        let forged = format!("{signed}.{}", "A".repeat(86));
        let bearer = format!("Bearer {token}");
        for (sent, text) in [
            (&[][..], "Service account token cannot be empty"),
            (
                &[("authorization", bearer.as_str())],
                "Service account token cannot be parsed: ",
            ),
            (
                &[("authorization", forged.as_str())],
                "(InvalidTokenException): ",
            ),
        ] {
            let answer = lab.send(place.clone(), request("GET", AGENT, sent)).await;
            assert_eq!(answer.status, 400, "{text}");
            assert_eq!(
                answer.header("content-type"),
                Some("text/plain; charset=utf-8")
            );
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            assert!(answer.text().contains(text), "{}", answer.text());
            assert!(answer.text().ends_with('\n'));
            assert_eq!(lab.last_exchange().refusal.unwrap().stage, Stage::Source);
        }
        lab.advance(24 * HOUR).await;
        let sent = [("authorization", token.as_str())];
        let expired = lab.send(place, request("GET", AGENT, &sent)).await;
        assert_eq!(expired.status, 400);
        assert!(expired.text().contains("expired"), "{}", expired.text());
    });
}

// container.agent.host-check
#[test]
fn the_host_of_the_request_must_be_the_agents() {
    lab(async |lab| {
        let (place, token) = pod(&lab);
        for (host, status) in [
            ("169.254.170.23", 200),
            ("169.254.170.23:80", 200),
            ("metadata.example.com", 403),
            ("127.0.0.1", 403),
        ] {
            let sent = [("host", host), ("authorization", token.as_str())];
            let answer = lab.send(place.clone(), request("GET", AGENT, &sent)).await;
            assert_eq!(answer.status, status, "{host}");
            if status == 403 {
                assert!(answer.text().starts_with("Access Denied. "), "{host}");
            }
        }
    });
}

// container.agent.rate-limit
#[test]
fn a_limited_agent_says_when_it_is_asked_too_often() {
    lab(async |lab| {
        let (place, token) = pod(&lab);
        let limit = RateLimit {
            per_second: 1,
            burst: 1,
        };
        lab.edge.world().set_up_pod_agent(AgentOptions {
            rate_limit: Some(limit),
            ..AgentOptions::default()
        });
        let sent = [("authorization", token.as_str())];
        for status in [200, 429, 429] {
            let answer = lab.send(place.clone(), request("GET", AGENT, &sent)).await;
            assert_eq!(answer.status, status);
        }
        assert_eq!(lab.last_exchange().refusal.unwrap().code, "TooManyRequests");
        lab.advance(Duration::from_secs(1)).await;
        let answer = lab.send(place, request("GET", AGENT, &sent)).await;
        assert_eq!(answer.status, 200);
    });
}

#[test]
fn other_paths_and_methods_are_refused_and_journalled() {
    lab(async |lab| {
        let (place, token) = pod(&lab);
        let sent = [("authorization", token.as_str())];
        for (method, path, status) in [
            ("HEAD", "/v1/credentials", 200),
            ("POST", "/v1/credentials", 405),
            ("GET", "/v1/credentials/", 404),
            ("GET", "/", 404),
            ("GET", "/v2/credentials/x", 404),
        ] {
            let uri = format!("http://169.254.170.23{path}");
            let answer = lab.send(place.clone(), request(method, &uri, &sent)).await;
            assert_eq!(answer.status, status, "{method} {path}");
        }
    });
}

// container.agent.text-errors, container.agent.upstream-code
#[test]
fn a_fault_is_spoken_as_the_agent_speaks() {
    lab(async |lab| {
        let (place, token) = pod(&lab);
        let matcher = Matcher {
            operation: Some("container-credentials".to_owned()),
            ..Matcher::default()
        };
        let effect = Effect::Answer(Answer {
            status: 503,
            code: Some("ServiceUnavailableException".to_owned()),
            message: Some("EKS is not there".to_owned()),
            ..Answer::default()
        });
        lab.edge.faults().add(Fault::new("gone", matcher, effect));
        let sent = [("authorization", token.as_str())];
        let answer = lab.send(place, request("GET", AGENT, &sent)).await;
        assert_eq!(answer.status, 503);
        assert_eq!(answer.text(), "EKS is not there\n");
    });
}
