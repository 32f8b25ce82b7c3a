//! The headers of answers.

use super::support::{HOUR, MILLISECOND, lab, request};
use super::{LISTING, TOKEN, TTL, at, read, token};

const DOCUMENT: &str = "/latest/meta-data/iam/security-credentials/photo-app";

// imds.headers.content-type, imds.headers.last-modified, imds.headers.connection-close
#[test]
fn a_value_has_the_headers_that_aws_gives_it() {
    lab(async |lab| {
        lab.advance(HOUR).await;
        let answer = read(&lab, "/latest/meta-data/placement/region").await;
        for (name, value) in [
            ("content-type", "text/plain"),
            ("accept-ranges", "none"),
            ("last-modified", "Thu, 01 May 2031 00:00:00 GMT"),
            ("content-length", "9"),
            ("date", "Thu, 01 May 2031 01:00:00 GMT"),
            ("server", "EC2ws"),
            ("connection", "close"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{name}");
        }
        assert_eq!(answer.headers.len(), 7, "and no other");
    });
}

// imds.headers.last-modified
#[test]
fn credentials_are_as_old_as_their_set() {
    lab(async |lab| {
        for modified in [
            "Thu, 01 May 2031 00:00:00 GMT",
            "Thu, 01 May 2031 05:55:00 GMT",
        ] {
            for path in [DOCUMENT, LISTING] {
                let answer = read(&lab, path).await;
                assert_eq!(answer.header("last-modified"), Some(modified), "{path}");
            }
            lab.advance(6 * HOUR).await;
        }
    });
}

// imds.token.ttl-told
#[test]
fn a_read_with_a_token_tells_how_long_the_token_is_good_for() {
    lab(async |lab| {
        let token = token(&lab, "21600").await;
        lab.advance(HOUR).await;
        lab.advance(MILLISECOND).await;
        let asked = request("GET", &at(LISTING), &[(TOKEN, &token)]);
        let answer = lab.send(lab.on_strict(), asked).await;
        assert_eq!(answer.header(TTL), Some("18000"));
        assert_eq!(read(&lab, LISTING).await.header(TTL), None);
    });
}

// imds.headers.connection-close
#[test]
fn refusals_end_the_connection_too_and_have_nothing_to_say_about_values() {
    lab(async |lab| {
        for (method, path) in [
            ("GET", "/latest/meta-data/nothing"),
            ("POST", LISTING),
            ("PUT", "/latest/api/token"),
        ] {
            let asked = request(method, &at(path), &[]);
            let answer = lab.send(lab.on_web(), asked).await;
            assert_eq!(answer.header("connection"), Some("close"), "{path}");
            assert_eq!(answer.header("server"), Some("EC2ws"), "{path}");
            assert_eq!(answer.header("accept-ranges"), None, "{path}");
            assert_eq!(answer.header("last-modified"), None, "{path}");
        }
    });
}
