//! The container credential endpoint, as a client in a task sees it.

mod support;

use rolecall_account::{Operation, Stage};
use support::{CONTAINER, Lab, lab, request};

fn own(lab: &Lab) -> String {
    format!("{CONTAINER}/v2/credentials/{}", lab.task)
}

// container.credentials.document
#[test]
fn a_task_reads_its_credentials() {
    lab(async |lab| {
        let answer = lab
            .send(lab.in_task(), request("GET", &own(&lab), &[]))
            .await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("date"), Some("Thu, 01 May 2031 00:00:00 GMT"));
        let document = answer.json();
        assert_eq!(
            document["RoleArn"],
            "arn:aws:iam::111122223333:role/photo-app"
        );
        assert_eq!(document["Expiration"], "2031-05-01T06:00:00Z");
        let exchange = lab.last_exchange();
        assert_eq!(exchange.operation, Some(Operation::ContainerCredentials));
        assert!(exchange.refusal.is_none());
    });
}

#[test]
fn a_head_is_a_get_without_its_body() {
    lab(async |lab| {
        let get = lab
            .send(lab.in_task(), request("GET", &own(&lab), &[]))
            .await;
        let head = lab
            .send(lab.in_task(), request("HEAD", &own(&lab), &[]))
            .await;
        assert_eq!((head.status, &head.headers), (200, &get.headers));
        assert!(head.body.is_empty());
    });
}

// container.errors.body
#[test]
fn an_unknown_task_is_told_so_in_json() {
    lab(async |lab| {
        for id in ["nobody", "%ff", "%2e%2e"] {
            let uri = format!("{CONTAINER}/v2/credentials/{id}");
            let answer = lab.send(lab.in_task(), request("GET", &uri, &[])).await;
            assert_eq!(answer.status, 400, "{id}");
            assert_eq!(answer.header("content-type"), Some("application/json"));
            assert_eq!(answer.json()["code"], "InvalidIdInRequest", "{id}");
            assert_eq!(lab.last_exchange().refusal.unwrap().stage, Stage::Source);
        }
    });
}

#[test]
fn other_paths_and_methods_are_refused_and_journalled() {
    lab(async |lab| {
        let own = own(&lab);
        for (method, uri, status) in [
            ("GET", CONTAINER, 404),
            ("GET", &format!("{CONTAINER}/v2/credentials/"), 404),
            ("GET", &format!("{own}/more"), 404),
            ("POST", &own, 405),
            ("PUT", &own, 405),
        ] {
            let answer = lab.send(lab.in_task(), request(method, uri, &[])).await;
            assert_eq!(answer.status, status, "{method} {uri}");
            let refusal = lab.last_exchange().refusal.unwrap();
            assert_eq!(refusal.stage, Stage::Operation, "{method} {uri}");
        }
    });
}
