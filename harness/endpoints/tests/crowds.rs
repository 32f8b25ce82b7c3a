//! Many instances in one world: each answers for itself and for no other.

mod support;

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use axum::Router;
use http::Request;
use http_body_util::Full;
use rolecall_account::{HttpTokens, MetadataOptions, RoleDelivery, RunInstance};
use rolecall_endpoints::{ListenOptions, Place, Server};
use serde_json::Value;
use support::{HOUR, Lab, METADATA, ROLE, lab};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

const ID: &str = "/latest/meta-data/instance-id";
const CREDENTIALS: &str = "/latest/meta-data/iam/security-credentials/photo-app";

/// Launches so many, all with the same profile; their ids.
fn launch(lab: &Lab, count: u32, http_tokens: HttpTokens) -> Vec<String> {
    let now = lab.edge.now();
    let mut world = lab.edge.world();
    let launched = (0..count).map(|number| {
        let request = RunInstance {
            name: format!("one-of-many-{number}"),
            profile: Some("web-profile".to_owned()),
            metadata_options: MetadataOptions {
                http_tokens,
                ..MetadataOptions::default()
            },
            ..RunInstance::default()
        };
        world.operator(now).run_instance(request).unwrap()
    });
    launched.collect()
}

/// The key that the world says an instance serves.
fn key_of(lab: &Lab, id: &str) -> String {
    let world = lab.edge.world();
    world.served_by(id).unwrap().access_key_id.clone()
}

/// Status and body.
async fn ask(address: SocketAddr, method: &str, path: &str, header: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("{method} {path} HTTP/1.1\r\nhost: 169.254.169.254\r\n{header}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}

async fn token(address: SocketAddr) -> String {
    let ttl = "x-aws-ec2-metadata-token-ttl-seconds: 60";
    let (status, token) = ask(address, "PUT", "/latest/api/token", ttl).await;
    assert_eq!(status, 200);
    token
}

fn key_in(document: &str) -> String {
    let document: Value = serde_json::from_str(document).unwrap();
    document["AccessKeyId"].as_str().unwrap().to_owned()
}

// imds.address, imds.token.required, imds.credentials.document
#[test]
fn two_hundred_instances_have_addresses_of_their_own() {
    const COUNT: u32 = 200;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let began = Instant::now();
        let lab = Lab::by_the_machine(None::<fn(&str)>);
        let ids = launch(&lab, COUNT, HttpTokens::Required);
        let places = ids
            .iter()
            .map(|id| (id.clone(), Place::Instance(id.clone())));
        let options = ListenOptions {
            bind: IpAddr::from([127, 0, 0, 1]),
            port: None,
            places: places.collect(),
        };
        let server = Server::bind(&lab.edge, &options, Router::new()).await;
        let server = server.unwrap();
        println!("{COUNT} instances listen after {:?}", began.elapsed());
        let addresses = server.addresses().places.clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(server.serve(async { drop(stopped.await) }));
        let asked = addresses.iter().map(|(_, _, address)| {
            let address = *address;
            tokio::spawn(async move {
                let token = token(address).await;
                let header = format!("x-aws-ec2-metadata-token: {token}");
                let id = ask(address, "GET", ID, &header).await;
                let set = ask(address, "GET", CREDENTIALS, &header).await;
                (token, id, set)
            })
        });
        let (mut keys, mut tokens) = (BTreeSet::new(), Vec::new());
        for (asked, id) in asked.collect::<Vec<_>>().into_iter().zip(&ids) {
            let (token, told, (status, set)) = asked.await.unwrap();
            assert_eq!(told, (200, id.clone()));
            assert_eq!((status, key_in(&set)), (200, key_of(&lab, id)));
            keys.insert(key_in(&set));
            tokens.push(token);
        }
        assert_eq!(keys.len(), ids.len(), "no two have the same");
        for (index, (_, _, address)) in addresses.iter().enumerate() {
            let foreign = &tokens[(index + 1) % tokens.len()];
            let header = format!("x-aws-ec2-metadata-token: {foreign}");
            assert_eq!(ask(*address, "GET", ID, &header).await.0, 401);
        }
        drop(stop);
        let ended = tokio::time::timeout(Duration::from_secs(20), serving).await;
        ended.expect("the server stops").unwrap().unwrap();
    });
}

// imds.credentials.lifetime, imds.credentials.overlap
#[test]
fn ten_thousand_instances_rotate_in_memory() {
    const COUNT: u32 = 10_000;
    lab(async |lab| {
        let began = Instant::now();
        let ids = launch(&lab, COUNT, HttpTokens::Optional);
        println!("{COUNT} instances run after {:?}", began.elapsed());
        let key = async |id: &String| {
            let uri = format!("{METADATA}{CREDENTIALS}");
            let request = Request::get(uri).body(Full::default()).unwrap();
            let place = Place::Instance(id.clone());
            let answer = lab.try_send(place, request).await.unwrap();
            assert_eq!(answer.status, 200);
            key_in(answer.text())
        };
        let mut keys = BTreeSet::new();
        // Those who show no token get a set of their own: all of it is asked of a part.
        for id in ids.iter().step_by(50) {
            keys.insert((id, key(id).await));
        }
        lab.advance(6 * HOUR).await;
        for id in ids.iter().step_by(50) {
            keys.insert((id, key(id).await));
        }
        let world = lab.edge.world();
        let different: BTreeSet<_> = keys.iter().map(|(_, key)| key).collect();
        assert_eq!(different.len(), ids.len() / 50 * 2, "each has two");
        for (id, key) in &keys {
            let session = world.session(key).unwrap();
            assert_eq!(session.identity.session_name(), Some(id.as_str()));
        }
        let issued = |issue| {
            let sets = world.sessions().filter(move |set| set.issue == issue);
            let told = sets.filter(|set| set.role_delivery == Some(RoleDelivery::V2));
            let of: BTreeSet<_> = told.filter_map(|set| set.identity.session_name()).collect();
            ids.iter().filter(|id| of.contains(id.as_str())).count()
        };
        assert_eq!([issued(1), issued(2), issued(3)], [ids.len(), ids.len(), 0]);
        println!("and have rotated after {:?}", began.elapsed());
    });
}

#[test]
fn the_path_is_that_of_the_role() {
    assert!(CREDENTIALS.ends_with(ROLE));
}
