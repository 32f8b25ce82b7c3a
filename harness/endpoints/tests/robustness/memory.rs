//! Every operation of every service, over the in-memory transport.

use std::collections::{BTreeMap, BTreeSet};

use http::{HeaderValue, Request};
use http_body_util::Full;
use rolecall_account::Operation;

use crate::control_plane;
use crate::draw::Draw;
use crate::seeds::{Keys, Seed, Speaker, seeds, strays};
use crate::shape;
use crate::spoil::spoil;
use crate::support::signer::{get, put};
use crate::support::{CONTAINER, Lab, METADATA, ROLE, lab, request};

const REQUESTS: usize = 12_000;

/// Whether AWS's signer can sign it at all: it reads headers as text.
fn signable<B>(request: &Request<B>) -> bool {
    let is_text = |value: &HeaderValue| value.to_str().is_ok();
    request.headers().values().all(is_text)
        && request.uri().scheme().is_some()
        && request.uri().to_string().is_ascii()
        && !request.headers().contains_key("authorization")
}

/// The operations that can be asked for: each has a seed, and each must be seen to work.
async fn asked_for(lab: &Lab) -> BTreeSet<Operation> {
    // s3.acl.never-set: these are answered, and never done.
    let never = [Operation::PutBucketAcl, Operation::PutObjectAcl];
    let mut there = BTreeSet::new();
    for &operation in Operation::ALL {
        if !never.contains(&operation) && control_plane::is_there(lab, operation).await {
            there.insert(operation);
        }
    }
    there
}

#[test]
fn every_operation_has_a_good_seed() {
    lab(async |lab| {
        let keys = Keys::of(&lab);
        let mut worked = BTreeSet::new();
        for seed in seeds(&lab).await {
            let request = keys.sign(&seed, seed.request.clone());
            let told = format!("{} {}", request.method(), request.uri());
            let method = request.method().clone();
            let answer = lab.send(seed.place.clone(), request).await;
            assert!(answer.status < 300, "{told}: {answer:?}");
            shape::check(seed.speaker, &method, &answer, &told);
            worked.extend(lab.last_exchange().operation);
        }
        assert_eq!(worked, asked_for(&lab).await);
    });
}

#[test]
fn broken_requests_are_answered_in_shape_and_journalled_and_break_nothing() {
    lab(async |lab| {
        let keys = Keys::of(&lab);
        let mut draw = Draw(1);
        let mut all = seeds(&lab).await;
        all.extend(strays(&lab));
        let mut statuses = BTreeMap::<u16, usize>::new();
        let (mut worked, mut failed) = (BTreeSet::new(), BTreeSet::new());
        for number in 0..REQUESTS {
            let seed = &all[draw.below(all.len())];
            let request = broken(&mut draw, &keys, seed);
            let told = format!("request {number}: {} {}", request.method(), request.uri());
            let mark = lab.edge.world().journal().mark();
            let method = request.method().clone();
            let sent = lab.try_send(seed.place.clone(), request.map(Full::new));
            let answer = sent.await.unwrap_or_else(|lost| panic!("{told}: {lost}"));
            shape::check(seed.speaker, &method, &answer, &told);
            let exchanges = lab.exchanges_since(mark);
            let [exchange] = &exchanges[..] else {
                panic!("{told}: journalled {} times", exchanges.len());
            };
            assert_eq!(exchange.status().unwrap().as_u16(), answer.status, "{told}");
            *statuses.entry(answer.status).or_default() += 1;
            let ended = if answer.status < 300 {
                &mut worked
            } else {
                &mut failed
            };
            ended.extend(exchange.operation);
        }
        for status in [200, 204, 206, 400, 401, 403, 404, 405, 411, 501] {
            assert!(
                statuses.contains_key(&status),
                "nothing came so far as a {status}"
            );
        }
        let all = asked_for(&lab).await;
        failed.retain(|operation| all.contains(operation));
        assert_eq!(worked, all, "each of them worked");
        assert_eq!(failed, all, "and each of them was refused");
        everything_still_works(&lab, &keys).await;
    });
}

/// A request that is broken in up to three places, mostly.
fn broken(draw: &mut Draw, keys: &Keys, seed: &Seed) -> Request<bytes::Bytes> {
    let mut request = seed.request.clone();
    // Spoilt before it is signed it gets further; spoilt after, not past the signature.
    for _ in 0..draw.below(3) {
        spoil(draw, &mut request);
    }
    if signable(&request) && !draw.one_in(8) {
        request = keys.sign(seed, request);
    }
    for _ in 0..draw.below(2) {
        spoil(draw, &mut request);
    }
    request
}

/// Documents that are nested deeper than a stack is deep.
#[test]
fn what_is_nested_without_end_is_refused() {
    const DEPTH: usize = 100_000;
    let nested = [
        "<a>".repeat(DEPTH),
        "<Delete>".repeat(DEPTH),
        format!("<Delete>{}", "<Object>".repeat(DEPTH)),
        format!("<CompleteMultipartUpload>{}", "<Part>".repeat(DEPTH)),
        format!("<!DOCTYPE a [{}", "<!ELEMENT ".repeat(DEPTH)),
        format!(
            "Action=GetCallerIdentity&Version=2011-06-15&{}",
            "a.".repeat(DEPTH)
        ),
        format!(
            "Action=AssumeRole&Version=2011-06-15&Policy={}",
            "[".repeat(DEPTH)
        ),
        format!(
            "Action=AssumeRole&Version=2011-06-15&Policy={}",
            "%7B%22a%22:".repeat(DEPTH)
        ),
        format!(
            "Action=CreatePolicy&Version=2010-05-08&PolicyName=deep&PolicyDocument={}",
            "[".repeat(DEPTH)
        ),
    ];
    lab(async |lab| {
        let keys = Keys::of(&lab);
        for seed in seeds(&lab).await {
            let reads = [Speaker::S3, Speaker::Sts, Speaker::Iam, Speaker::Ec2];
            if !reads.contains(&seed.speaker) || seed.request.method() != "POST" {
                continue;
            }
            for body in &nested {
                let request = seed.request.clone().map(|_| body.clone().into());
                let told = format!("{} {}", request.uri(), &body[..30]);
                let answer = lab
                    .send(seed.place.clone(), keys.sign(&seed, request))
                    .await;
                shape::check(seed.speaker, seed.request.method(), &answer, &told);
            }
        }
        everything_still_works(&lab, &keys).await;
    });
}

async fn everything_still_works(lab: &Lab, keys: &Keys) {
    let listing = format!("{METADATA}/latest/meta-data/iam/security-credentials/");
    let listed = lab.send(lab.on_web(), request("GET", &listing, &[])).await;
    assert_eq!((listed.status, listed.text()), (200, ROLE));
    let task = format!("{CONTAINER}/v2/credentials/{}", lab.task);
    let served = lab.send(lab.in_task(), request("GET", &task, &[])).await;
    assert_eq!(served.status, 200);
    assert_eq!(lab.call_signed(put("after", "all", &[])).await.status, 200);
    assert_eq!(lab.call_signed(get("after")).await.text(), "all");
    for seed in seeds(lab).await {
        if seed.speaker == Speaker::Sts {
            let request = keys.sign(&seed, seed.request.clone());
            assert_eq!(lab.send(seed.place, request).await.status, 200);
        }
    }
}
