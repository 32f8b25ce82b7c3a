//! What is said, to the byte, to those who ask a source of credentials for something it has not.

mod support;

use http::Method;
use support::{Answer, CONTAINER, Lab, METADATA, lab, request};

async fn metadata(lab: &Lab, method: &str, path: &str) -> Answer {
    let uri = format!("{METADATA}{path}");
    lab.send(lab.on_web(), request(method, &uri, &[])).await
}

async fn container(lab: &Lab, method: &str, path: &str) -> Answer {
    let uri = format!("{CONTAINER}{path}");
    lab.send(lab.in_task(), request(method, &uri, &[])).await
}

/// Status, headers and body, where the headers are all there are but for the date and the length.
#[track_caller]
fn check(answer: &Answer, status: u16, headers: &[(&str, &str)], body: &str) {
    assert_eq!((answer.status, answer.text()), (status, body));
    let length = body.len().to_string();
    let mut expected = headers.to_vec();
    expected.extend([
        ("date", "Thu, 01 May 2031 00:00:00 GMT"),
        ("content-length", &length),
    ]);
    expected.sort_unstable();
    let found = answer.headers.iter();
    let mut found: Vec<_> = found
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    found.sort_unstable();
    assert_eq!(found, expected);
}

/// The page of the metadata service for a status.
fn page(title: &str) -> String {
    [
        "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>",
        "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\"",
        "\t\"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">",
        "<html xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"en\" lang=\"en\">",
        " <head>",
        &format!("  <title>{title}</title>"),
        " </head>",
        " <body>",
        &format!("  <h1>{title}</h1>"),
        " </body>",
        "</html>",
        "",
    ]
    .join("\n")
}

const PAGE: [(&str, &str); 3] = [
    ("connection", "close"),
    ("content-type", "text/html"),
    ("server", "EC2ws"),
];

#[test]
fn the_metadata_service_has_a_page_for_what_it_has_not() {
    lab(async |lab| {
        for path in [
            "/nothing",
            "/latest/nothing",
            "/latest/api/token/more",
            "/latest/meta-data/nothing",
            "/latest/meta-data/iam/security-credentials/nobody",
            "/latest/meta-data/iam/security-credentials/photo-app/more",
            "/2009-04-04/nothing",
        ] {
            let answer = metadata(&lab, "GET", path).await;
            check(&answer, 404, &PAGE, &page("404 - Not Found"));
            assert_eq!(metadata(&lab, "HEAD", path).await.status, 404, "{path}");
        }
    });
}

// imds.methods
#[test]
fn the_metadata_service_names_the_methods_it_has() {
    const LISTING: &str = "/latest/meta-data/iam/security-credentials/";
    lab(async |lab| {
        for (method, path, allow) in [
            ("GET", "/latest/api/token", "OPTIONS, PUT"),
            ("POST", "/latest/api/token", "OPTIONS, PUT"),
            ("PUT", LISTING, "GET, HEAD"),
            ("DELETE", "/latest/meta-data/placement/region", "GET, HEAD"),
            // The method is looked at before the path.
            ("PUT", "/latest/nothing", "GET, HEAD"),
        ] {
            let answer = metadata(&lab, method, path).await;
            let headers = [
                PAGE[0],
                ("content-type", "text/plain"),
                PAGE[2],
                ("allow", allow),
            ];
            // imds.errors.bodies
            check(&answer, 405, &headers, "");
        }
    });
}

#[test]
fn the_container_endpoint_has_a_line_for_what_it_has_not() {
    const LINE: [(&str, &str); 1] = [("content-type", "text/plain")];
    lab(async |lab| {
        let own = format!("/v2/credentials/{}", lab.task);
        for path in [
            "/",
            "/v2",
            "/v2/credentials/",
            "/v3",
            &format!("{own}/more"),
        ] {
            for method in [Method::GET, Method::PUT] {
                let answer = container(&lab, method.as_str(), path).await;
                check(&answer, 404, &LINE, "404 page not found\n");
            }
        }
        for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
            let answer = container(&lab, method, &own).await;
            let headers = [LINE[0], ("allow", "GET, HEAD")];
            check(&answer, 405, &headers, "405 method not allowed\n");
        }
    });
}
