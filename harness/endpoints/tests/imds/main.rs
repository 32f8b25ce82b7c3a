//! The instance metadata service, as a client on an instance sees it.

#[path = "../support/mod.rs"]
mod support;

mod delivery;
mod documents;
mod headers;

use rolecall_account::{Operation, Stage};
use support::{Answer, HOUR, Lab, METADATA, MILLISECOND, ROLE, lab, request};

const TOKEN: &str = "x-aws-ec2-metadata-token";
const TTL: &str = "x-aws-ec2-metadata-token-ttl-seconds";
const LISTING: &str = "/latest/meta-data/iam/security-credentials/";

fn at(path: &str) -> String {
    format!("{METADATA}{path}")
}

async fn token(lab: &Lab, ttl_seconds: &str) -> String {
    let request = request("PUT", &at("/latest/api/token"), &[(TTL, ttl_seconds)]);
    let answer = lab.send(lab.on_strict(), request).await;
    assert_eq!(answer.status, 200);
    answer.text().to_owned()
}

async fn read(lab: &Lab, path: &str) -> Answer {
    lab.send(lab.on_web(), request("GET", &at(path), &[])).await
}

// imds.token.plain-body, imds.token.ttl-echo
#[test]
fn a_token_comes_as_text_and_its_time_to_live_is_echoed() {
    lab(async |lab| {
        let request = request("PUT", &at("/latest/api/token"), &[(TTL, "21600")]);
        let answer = lab.send(lab.on_web(), request).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header(TTL), Some("21600"));
        assert_eq!(answer.header("content-type"), Some("text/plain"));
        assert_eq!(answer.header("server"), Some("EC2ws"));
        assert_eq!(answer.header("content-length"), Some("56"));
        assert_eq!(answer.text().len(), 56);
        assert_eq!(lab.last_exchange().operation, Some(Operation::ImdsToken));
    });
}

// imds.token.ttl-range
#[test]
fn a_bad_time_to_live_is_a_400_page() {
    lab(async |lab| {
        for headers in [
            &[][..],
            &[(TTL, "0")],
            &[(TTL, "21601")],
            &[(TTL, "1.5")],
            &[(TTL, "")],
        ] {
            let request = request("PUT", &at("/latest/api/token"), headers);
            let answer = lab.send(lab.on_web(), request).await;
            assert_eq!(answer.status, 400, "{headers:?}");
            assert_eq!(answer.header("content-type"), Some("text/html"));
            assert_eq!(answer.header(TTL), None);
            // imds.errors.bodies
            assert!(answer.text().contains("<title>400 - Bad Request</title>"));
            assert_eq!(lab.last_exchange().refusal.unwrap().stage, Stage::Source);
        }
    });
}

// imds.token.required
#[test]
fn a_read_without_a_good_token_is_a_401() {
    lab(async |lab| {
        let good = token(&lab, "60").await;
        let rows: [(&[(&str, &str)], u16); 4] = [
            (&[(TOKEN, good.as_str())], 200),
            (&[("X-AWS-EC2-Metadata-Token", good.as_str())], 200),
            (&[(TOKEN, "AQAEunknown==")], 401),
            (&[], 401),
        ];
        for (headers, status) in rows {
            let request = request("GET", &at(LISTING), headers);
            let answer = lab.send(lab.on_strict(), request).await;
            assert_eq!(answer.status, status, "{headers:?}");
            // imds.errors.bodies
            assert_eq!(answer.body.is_empty(), status == 401, "{headers:?}");
            assert_eq!(answer.header("content-type"), Some("text/plain"));
        }
        let foreign = request("GET", &at(LISTING), &[(TOKEN, &good)]);
        let answer = lab.send(lab.on_web(), foreign).await;
        assert_eq!(answer.status, 401, "a wrong token is worse than none");
    });
}

#[test]
fn a_token_ends_by_simulated_time() {
    lab(async |lab| {
        let token = token(&lab, "60").await;
        for (wait, status) in [(60_000 - 1, 200), (1, 401)] {
            lab.advance(MILLISECOND * wait).await;
            let request = request("GET", &at(LISTING), &[(TOKEN, &token)]);
            assert_eq!(lab.send(lab.on_strict(), request).await.status, status);
        }
    });
}

// imds.role.listing
#[test]
fn both_forms_of_the_listing_are_the_roles_name() {
    lab(async |lab| {
        for path in [LISTING, LISTING.trim_end_matches('/')] {
            let answer = read(&lab, path).await;
            assert_eq!((answer.status, answer.text()), (200, ROLE), "{path}");
            assert_eq!(lab.last_exchange().operation, Some(Operation::ImdsRole));
        }
    });
}

// imds.credentials.document, imds.info.document, imds.metadata.values
#[test]
fn every_document_has_its_path_and_its_operation() {
    lab(async |lab| {
        for (path, start, operation) in [
            (
                "/latest/meta-data/iam/security-credentials/photo-app",
                "{\n  \"Code\" : \"Success\",",
                Operation::ImdsCredentials,
            ),
            (
                "/latest/meta-data/iam/security-credentials/photo%2Dapp",
                "{\n  \"Code\" : \"Success\",",
                Operation::ImdsCredentials,
            ),
            (
                "/latest/meta-data/iam/info",
                "{\n  \"Code\" : \"Success\",",
                Operation::ImdsInfo,
            ),
            (
                "/latest/meta-data/placement/region",
                "us-east-1",
                Operation::ImdsMetadata,
            ),
            (
                "/latest/meta-data/placement/availability-zone/",
                "us-east-1a",
                Operation::ImdsMetadata,
            ),
            (
                "/latest/meta-data/instance-id?x=1",
                "i-",
                Operation::ImdsMetadata,
            ),
        ] {
            let answer = read(&lab, path).await;
            assert_eq!(answer.status, 200, "{path}");
            assert!(
                answer.text().starts_with(start),
                "{path}: {}",
                answer.text()
            );
            assert_eq!(lab.last_exchange().operation, Some(operation), "{path}");
            assert!(lab.last_exchange().refusal.is_none());
        }
    });
}

// imds.role.wrong-name, imds.role.absent-without-profile
#[test]
fn what_is_not_there_is_a_404_page() {
    lab(async |lab| {
        for path in [
            "/latest/user-data",
            "/2020-01-01/meta-data/",
            "/latest/meta-data/spot/instance-action",
            "/latest/meta-data/iam/security-credentials/web-profile",
            "/latest/meta-data/iam/security-credentials/%ff",
            "/latest/meta-data/%ff",
            "/v2/credentials/x",
        ] {
            let answer = read(&lab, path).await;
            assert_eq!(answer.status, 404, "{path}");
            assert!(
                answer.text().contains("<title>404 - Not Found</title>"),
                "{path}"
            );
            assert_eq!(answer.header("server"), Some("EC2ws"), "{path}");
            assert_eq!(
                answer.header("date"),
                Some("Thu, 01 May 2031 00:00:00 GMT"),
                "{path}"
            );
        }
        lab.edge
            .world()
            .operator(lab.edge.now())
            .disassociate_profile(&lab.web)
            .unwrap();
        for path in [LISTING, "/latest/meta-data/iam/info"] {
            assert_eq!(read(&lab, path).await.status, 404, "{path}");
        }
    });
}

// imds.methods
#[test]
fn a_path_has_its_methods_and_no_other() {
    const READ: &str = "GET, HEAD";
    const TOKEN_METHODS: &str = "OPTIONS, PUT";
    lab(async |lab| {
        for (method, path, allowed) in [
            ("GET", "/latest/api/token", TOKEN_METHODS),
            ("HEAD", "/latest/api/token", TOKEN_METHODS),
            ("POST", "//latest/api/token/", TOKEN_METHODS),
            ("GET", "/2021-03-23/api/token", TOKEN_METHODS),
            ("PUT", LISTING, READ),
            ("POST", LISTING, READ),
            (
                "DELETE",
                "/latest/meta-data/iam/security-credentials/photo-app",
                READ,
            ),
            ("OPTIONS", "/latest/meta-data/iam/info", READ),
            ("PATCH", "/latest/meta-data/instance-id", READ),
        ] {
            let answer = lab
                .send(lab.on_web(), request(method, &at(path), &[]))
                .await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
            assert_eq!(answer.header("server"), Some("EC2ws"), "{method} {path}");
            // imds.errors.bodies
            assert_eq!(answer.header("content-type"), Some("text/plain"));
            assert!(answer.body.is_empty());
            assert_eq!(lab.last_exchange().refusal.unwrap().stage, Stage::Operation);
        }
    });
}

// imds.requests.unsigned
#[test]
fn nobody_looks_at_signatures() {
    lab(async |lab| {
        for authorization in ["AWS4-HMAC-SHA256 Credential=x", "Bearer x", ""] {
            let asked = request("GET", &at(LISTING), &[("authorization", authorization)]);
            assert_eq!(lab.send(lab.on_web(), asked).await.status, 200);
        }
    });
}

// imds.methods
#[test]
fn a_head_is_a_get_without_its_body() {
    lab(async |lab| {
        for (path, status) in [
            (LISTING, 200),
            ("/", 200),
            ("/latest/meta-data/iam/security-credentials/photo-app", 200),
            ("/latest/meta-data/nothing", 404),
            ("/nothing", 404),
        ] {
            let get = read(&lab, path).await;
            let head = lab
                .send(lab.on_web(), request("HEAD", &at(path), &[]))
                .await;
            assert_eq!((get.status, head.status), (status, status), "{path}");
            assert_eq!(get.headers, head.headers, "{path}");
            assert!(!get.body.is_empty() && head.body.is_empty(), "{path}");
        }
    });
}

#[test]
fn the_date_is_the_simulated_one() {
    lab(async |lab| {
        for date in [
            "Thu, 01 May 2031 00:00:00 GMT",
            "Fri, 02 May 2031 01:00:00 GMT",
        ] {
            assert_eq!(read(&lab, LISTING).await.header("date"), Some(date));
            lab.advance(25 * HOUR).await;
        }
    });
}

#[test]
fn rotations_happen_at_their_time_though_nobody_asks() {
    lab(async |lab| {
        lab.advance(7 * HOUR).await;
        let document = read(&lab, "/latest/meta-data/iam/security-credentials/photo-app").await;
        assert_eq!(document.json()["LastUpdated"], "2031-05-01T05:55:00Z");
        assert_eq!(document.json()["Expiration"], "2031-05-01T11:55:00Z");
    });
}
