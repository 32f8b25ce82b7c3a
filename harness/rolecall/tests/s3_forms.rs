//! The two ways the SDK signs S3 requests besides the plain one: a body from a file, sent in chunks
//! with its checksum after it, and a presigned URL.

use std::io::Write;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body_util::BodyExt;
use rolecall::{Simulation, World};
use tower::ServiceExt;

const HOUR: Duration = Duration::from_hours(1);
const BUCKET: &str = "photos";

/// What the SDK puts into one chunk of the framing.
const CHUNK: usize = 64 * 1024;

fn play<T, F: Future<Output = T>>(work: impl FnOnce(Simulation) -> F) -> T {
    World::new()
        .bucket(BUCKET)
        .role("photo-app", ["AmazonS3FullAccess"])
        .profile("web-profile", "photo-app")
        .instance("web", "web-profile")
        .instance("bare", None)
        .simulate(work)
        .unwrap()
}

async fn client(simulation: &Simulation) -> Client {
    Client::new(&simulation.aws_config("web").await)
}

/// Bytes in which no part is like another.
fn content(size: usize) -> Vec<u8> {
    (0u32..)
        .flat_map(|number| number.wrapping_mul(0x9e37_79b9).to_le_bytes())
        .take(size)
        .collect()
}

async fn upload_file(client: &Client, content: &[u8]) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    let body = ByteStream::from_path(file.path()).await.unwrap();
    let put = client.put_object().bucket(BUCKET).key("k").body(body);
    let stored = put.send().await.unwrap();
    assert!(stored.checksum_crc32().is_some(), "{stored:?}");
}

#[test]
fn a_file_is_uploaded_in_chunks_and_comes_back_as_it_was() {
    play(async |simulation| {
        let client = client(&simulation).await;
        for size in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 200 * 1024] {
            let content = content(size);
            upload_file(&client, &content).await;
            let got = client
                .get_object()
                .bucket(BUCKET)
                .key("k")
                .send()
                .await
                .unwrap();
            assert_eq!(got.content_encoding(), None, "the framing is not stored");
            assert_eq!(got.content_length(), i64::try_from(size).ok());
            let body = got.body.collect().await.unwrap().into_bytes();
            assert!(body == content, "{size} bytes came back as {}", body.len());
        }
        let journal = simulation.journal().concat();
        assert!(
            journal.contains("STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
            "sent in chunks"
        );
    });
}

/// A request as it is, by no SDK, from an instance that has no role.
async fn fetch(
    simulation: &Simulation,
    presigned: &PresignedRequest,
    body: &'static str,
) -> (u16, Bytes) {
    let mut request = http::Request::builder()
        .method(presigned.method())
        .uri(presigned.uri());
    for (name, value) in presigned.headers() {
        request = request.header(name, value);
    }
    let request = request.body(SdkBody::from(body)).unwrap();
    let app = simulation.app("curl", "bare").unwrap();
    let answer = app.http().unwrap().clone().oneshot(request).await.unwrap();
    let status = answer.status().as_u16();
    (
        status,
        answer.into_body().collect().await.unwrap().to_bytes(),
    )
}

/// From now on, by the simulated clock.
fn within(simulation: &Simulation, expires: Duration) -> PresigningConfig {
    PresigningConfig::builder()
        .start_time(SystemTime::from(simulation.now()))
        .expires_in(expires)
        .build()
        .unwrap()
}

#[test]
fn presigned_urls_are_good_until_they_expire() {
    play(async |simulation| {
        let client = client(&simulation).await;
        let put = client.put_object().bucket(BUCKET).key("a key");
        let put = put.presigned(within(&simulation, HOUR)).await.unwrap();
        assert_eq!(fetch(&simulation, &put, "meow").await.0, 200);
        let get = client.get_object().bucket(BUCKET).key("a key");
        let get = get.presigned(within(&simulation, HOUR)).await.unwrap();
        let (status, body) = fetch(&simulation, &get, "").await;
        assert_eq!((status, &body[..]), (200, &b"meow"[..]));

        simulation.advance(HOUR).await;
        let (status, body) = fetch(&simulation, &get, "").await;
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert_eq!(status, 403);
        assert!(
            text.contains("<Message>Request has expired</Message>"),
            "{text}"
        );
    });
}

#[test]
fn a_presigned_url_does_not_outlive_its_session() {
    play(async |simulation| {
        let client = client(&simulation).await;
        let put = client.put_object().bucket(BUCKET).key("k");
        let put = put.presigned(within(&simulation, 24 * HOUR)).await.unwrap();
        assert_eq!(fetch(&simulation, &put, "meow").await.0, 200);
        simulation.advance(6 * HOUR).await;
        let (status, body) = fetch(&simulation, &put, "meow").await;
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert_eq!(status, 400);
        assert!(text.contains("<Code>ExpiredToken</Code>"), "{text}");
    });
}
