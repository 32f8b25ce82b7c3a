//! Same seed, another process, another log level: the same journal, byte for byte, of uploads from
//! files, which no scenario makes. The SDK reads a file on threads of its own, sends it in chunks and
//! computes its checksum on the way.

use std::path::{Path, PathBuf};
use std::process::Command;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use rolecall::World;
use tracing_subscriber::filter::LevelFilter;

/// Tells the test that it is to play, and where the journal goes.
const JOURNAL: &str = "ROLECALL_TEST_JOURNAL";
/// At which level it logs.
const LEVEL: &str = "ROLECALL_TEST_LEVEL";
const SEED: &str = "ROLECALL_TEST_SEED";

/// One chunk, several, and not a whole number of them.
const SIZES: [usize; 3] = [1, 64 * 1024, 200 * 1024];

/// Plays in a process of its own, which is this test once more.
fn journal(folder: &Path, name: &str, level: &str, seed: &str) -> String {
    let path = folder.join(name);
    let this = "the_same_seed_plays_the_same_in_another_process_and_at_another_log_level";
    let played = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", this])
        .env(JOURNAL, &path)
        .env(LEVEL, level)
        .env(SEED, seed)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&played.stdout);
    assert!(played.status.success(), "{said}");
    std::fs::read_to_string(path).unwrap()
}

/// Uploads files of all sizes, each in its own quarter of a day, and writes the journal.
fn play(journal: &Path, level: LevelFilter, seed: u64) {
    let log = journal.with_extension("log");
    let writer = std::fs::File::create(&log).unwrap();
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(writer)
        .init();
    let world = World::new()
        .seed(seed)
        .bucket("photos")
        .role("photo-app", ["AmazonS3FullAccess"])
        .profile("web-profile", "photo-app")
        .instance("web", "web-profile");
    let lines = world.simulate(async |simulation| {
        let client = Client::new(&simulation.aws_config("web").await);
        for size in SIZES {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), vec![b'x'; size]).unwrap();
            let body = ByteStream::from_path(file.path()).await.unwrap();
            let mut put = client.put_object().bucket("photos").key("k").body(body);
            // Which the SDK sends in an order that changes.
            for name in ["one", "two", "three", "four", "five"] {
                put = put.metadata(name, "x");
            }
            put.send().await.unwrap();
            simulation.advance(std::time::Duration::from_hours(6)).await;
        }
        simulation.journal()
    });
    std::fs::write(journal, lines.unwrap().concat()).unwrap();
    let logged = std::fs::metadata(log).unwrap().len();
    assert_eq!(logged > 0, level == LevelFilter::TRACE, "{logged} bytes");
}

#[test]
fn the_same_seed_plays_the_same_in_another_process_and_at_another_log_level() {
    if let Some(path) = std::env::var_os(JOURNAL).map(PathBuf::from) {
        let given = |name| std::env::var(name).unwrap();
        let (level, seed) = (given(LEVEL), given(SEED));
        return play(&path, level.parse().unwrap(), seed.parse().unwrap());
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let first = journal(folder, "first", "off", "1");
    let chunked = first.matches("STREAMING-UNSIGNED-PAYLOAD-TRAILER").count();
    assert_eq!(chunked, SIZES.len(), "all of them are sent in chunks");
    assert_eq!(first.matches("imds-credentials").count(), SIZES.len());
    assert_eq!(first, journal(folder, "again", "off", "1"));
    assert_eq!(first, journal(folder, "traced", "trace", "1"));
    assert_ne!(first, journal(folder, "other", "off", "2"));
}
