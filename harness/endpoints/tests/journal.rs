//! What a whole run leaves behind: every request once, and no secret.

mod support;

use bytes::Bytes;
use http::Request;
use rolecall_account::{Happening, Source};
use support::signer::{HOST, get, head, put};
use support::{Answer, CONTAINER, HOUR, Lab, METADATA, lab, request};

const TOKEN: &str = "x-aws-ec2-metadata-token";
const TTL: &str = "x-aws-ec2-metadata-token-ttl-seconds";

/// Days of an instance and a task, with rotations, refusals and a revocation. Answers the metadata
/// tokens that were handed out.
async fn run(lab: &Lab) -> Vec<String> {
    let mut tokens = Vec::new();
    for _ in 0..3 {
        let uri = format!("{METADATA}/latest/api/token");
        let asked = request("PUT", &uri, &[(TTL, "21600")]);
        let token = lab.send(lab.on_strict(), asked).await.text().to_owned();
        read_metadata(lab, &token).await;
        let uri = format!("{CONTAINER}/v2/credentials/{}", lab.task);
        lab.send(lab.in_task(), request("GET", &uri, &[])).await;
        call_s3(lab).await;
        tokens.push(token);
        lab.advance(7 * HOUR).await;
    }
    let source = Source::Instance(lab.web.clone());
    lab.edge.world().revoke(lab.edge.now(), &source, None);
    lab.call_signed(get("k")).await;
    tokens
}

async fn read_metadata(lab: &Lab, token: &str) {
    for path in [
        "iam/security-credentials/",
        "iam/security-credentials/photo-app",
        "iam/info",
        "nothing",
    ] {
        let uri = format!("{METADATA}/latest/meta-data/{path}");
        for sent in [&[(TOKEN, token)][..], &[]] {
            lab.send(lab.on_strict(), request("GET", &uri, sent)).await;
        }
    }
}

async fn call_s3(lab: &Lab) {
    for request in [put("k", "x", &[]), get("k"), head("k"), get("nothing")] {
        lab.call_signed(request).await;
    }
    let mut wrong = lab.signer();
    wrong.secret_access_key.push('x');
    lab.call(wrong.sign(get("k"))).await;
    lab.call(misguided(lab)).await;
}

/// A request that has its secrets where they do not belong.
fn misguided(lab: &Lab) -> Request<Bytes> {
    let signer = lab.signer();
    let token: String = signer.session_token.unwrap().replace('+', "%2B");
    let uri = format!("{HOST}/photos/k?X-Amz-Security-Token={token}");
    request("GET", &uri, &[("authorization", &signer.secret_access_key)])
}

#[test]
fn no_secret_leaves_the_journal_or_is_printed() {
    lab(async |lab| {
        let tokens = run(&lab).await;
        let mut secrets = tokens;
        for session in lab.edge.world().sessions() {
            secrets.push(session.secret_access_key.expose().to_owned());
            let token = session.session_token.as_ref().unwrap().expose();
            secrets.extend([token.to_owned(), token.replace('+', "%2B")]);
        }
        assert!(secrets.len() > 20, "there is something to be found");
        let mut shown = vec![format!("{:?}", lab.edge)];
        for entry in lab.edge.world().journal().entries() {
            shown.push(entry.to_json().to_string());
            shown.push(format!("{entry:?}"));
            if let Happening::Exchange(exchange) = &entry.happening {
                shown.push(format!("{:?}", exchange.refusal));
            }
        }
        for text in &shown {
            let found = secrets
                .iter()
                .position(|secret| text.contains(secret.as_str()));
            let start: String = text.chars().take(200).collect();
            assert_eq!(found, None, "the secret of that index is in {start}");
        }
    });
}

#[test]
fn two_runs_leave_the_same_journal_byte_for_byte() {
    let journal = || {
        lab(async |lab| {
            run(&lab).await;
            let world = lab.edge.world();
            let entries = world.journal().entries();
            entries
                .map(|entry| entry.to_json().to_string())
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(journal(), journal());
}

#[test]
fn entries_are_numbered_without_gaps_in_the_order_of_time() {
    lab(async |lab| {
        run(&lab).await;
        let world = lab.edge.world();
        let entries: Vec<_> = world.journal().entries().collect();
        let numbers = entries.iter().map(|entry| entry.number);
        assert!(numbers.eq(1..=world.journal().mark()));
        assert!(entries.is_sorted_by_key(|entry| entry.at));
    });
}

/// The request ids of S3 find the entry.
#[test]
fn the_journal_has_the_ids_that_the_client_was_told() {
    lab(async |lab| {
        let answer: Answer = lab.call_signed(get("nothing")).await;
        let told = answer.header("x-amz-request-id").unwrap().to_owned();
        let entry = lab.last_exchange().redacted();
        let id = ("x-amz-request-id".to_owned(), told.clone());
        assert!(entry.response_headers.contains(&id));
        assert!(entry.response_body.contains(&told));
    });
}
