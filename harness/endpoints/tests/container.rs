//! The container credential endpoints, as clients in tasks see them.

mod support;

use rolecall_account::{Authorization, Demand, Operation, RunTask, Stage, TaskKind};
use rolecall_endpoints::{Answer as FaultAnswer, Effect, Fault, Matcher, Place};
use support::{CONTAINER, Lab, ROLE, lab, request};

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

// container.authorization.required
#[test]
fn a_task_that_demands_an_authorization_gives_nothing_without_it() {
    lab(async |lab| {
        let run = RunTask {
            demand: Demand::Exactly(Authorization::new("open sesame")),
            ..RunTask::new("guarded", ROLE)
        };
        let task = lab.run_task(run);
        let uri = format!("{CONTAINER}/v2/credentials/{task}");
        let place = Place::Task(task);
        for (sent, status) in [
            (&[][..], 401),
            (&[("authorization", "open")], 401),
            (&[("authorization", "Bearer open sesame")], 401),
            (&[("authorization", "open sesame")], 200),
        ] {
            let answer = lab.send(place.clone(), request("GET", &uri, sent)).await;
            assert_eq!(answer.status, status, "{sent:?}");
            assert_eq!(answer.header("content-type"), Some("application/json"));
            if status == 401 {
                assert_eq!(answer.json()["code"], "Unauthorized");
            }
        }
        let shown = format!("{:?}", lab.last_exchange());
        assert!(!shown.contains("open sesame"), "{shown}");
    });
}

// container.metadata.v4
#[test]
fn a_task_reads_its_metadata_below_the_path_of_its_own() {
    lab(async |lab| {
        let id = lab
            .edge
            .world()
            .task_metadata_id(&lab.task)
            .unwrap()
            .to_owned();
        let base = format!("{CONTAINER}/v4/{id}");
        for path in ["", "/task", "/taskWithTags", "/stats", "/task/stats"] {
            let uri = format!("{base}{path}");
            let answer = lab.send(lab.in_task(), request("GET", &uri, &[])).await;
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.header("content-type"), Some("application/json"));
            assert!(answer.json().is_object());
            let operation = lab.last_exchange().operation;
            assert_eq!(operation, Some(Operation::ContainerMetadata));
            let post = lab.send(lab.in_task(), request("POST", &uri, &[])).await;
            assert_eq!(post.status, 405);
        }
        for (uri, status) in [
            (format!("{CONTAINER}/v4/nobody/task"), 404),
            (format!("{CONTAINER}/v4/{}", lab.task), 404),
            (format!("{base}/more"), 404),
        ] {
            let answer = lab.send(lab.in_task(), request("GET", &uri, &[])).await;
            assert_eq!(answer.status, status, "{uri}");
        }
    });
}

fn local(lab: &Lab, kind: TaskKind) -> Place {
    Place::Task(lab.run_task(RunTask {
        kind,
        ..RunTask::new("local", ROLE)
    }))
}

fn own_authorization(lab: &Lab, place: &Place) -> String {
    match place {
        Place::Task(task) => lab.authorization(task),
        other => panic!("{other:?}"),
    }
}

// container.cloudshell.endpoint
#[test]
fn a_shell_takes_its_token_or_one_that_it_was_asked_for() {
    const HOST: &str = "http://localhost:1338";
    lab(async |lab| {
        let shell = local(&lab, TaskKind::CloudShell);
        let uri = format!("{HOST}/latest/meta-data/container/security-credentials");
        let of_token = format!("{HOST}/latest/api/token");
        let ttl = [("x-aws-ec2-metadata-token-ttl-seconds", "60")];
        let granted = lab
            .send(shell.clone(), request("PUT", &of_token, &ttl))
            .await;
        assert_eq!(granted.status, 200);
        assert_eq!(granted.header(ttl[0].0), Some("60"));
        let (own, token) = (own_authorization(&lab, &shell), granted.text());
        for (sent, status) in [
            (&[][..], 401),
            (&[("authorization", own.as_str())], 200),
            (&[("authorization", token)], 200),
            (&[("x-aws-ec2-metadata-token", token)], 200),
            (&[("x-aws-ec2-metadata-token", own.as_str())], 401),
        ] {
            let answer = lab.send(shell.clone(), request("GET", &uri, sent)).await;
            assert_eq!(answer.status, status, "{sent:?}");
        }
        let refused = lab
            .send(shell.clone(), request("PUT", &of_token, &[]))
            .await;
        assert_eq!(refused.status, 400);
        let get = lab.send(shell, request("GET", &of_token, &[])).await;
        assert_eq!(get.status, 405);
        let journal = lab.exchanges_since(0);
        for exchange in journal {
            let shown = format!("{exchange:?}");
            assert!(!shown.contains(token) && !shown.contains(&own), "{shown}");
        }
    });
}

// container.greengrass.endpoint
#[test]
fn a_device_says_nothing_but_a_status() {
    const HOST: &str = "http://localhost:38080";
    lab(async |lab| {
        let device = local(&lab, TaskKind::Greengrass);
        let own = own_authorization(&lab, &device);
        let path = "/2016-11-01/credentialprovider/";
        for (method, path, authorization, status) in [
            ("GET", path, own.as_str(), 200),
            ("GET", path, "wrong", 403),
            ("GET", "/2016-11-01/credentialprovider/more", &own, 400),
            ("POST", path, &own, 405),
            ("HEAD", path, &own, 405),
            ("GET", "/2016-11-01/credentialprovider", &own, 404),
            ("GET", "/", &own, 404),
        ] {
            let uri = format!("{HOST}{path}");
            let sent = [("authorization", authorization)];
            let answer = lab.send(device.clone(), request(method, &uri, &sent)).await;
            assert_eq!(answer.status, status, "{method} {path}");
            match status {
                200 => assert!(answer.json()["Expiration"].is_string()),
                404 => {}
                _ => assert!(answer.body.is_empty(), "{method} {path}"),
            }
        }
    });
}

// container.snapstart.endpoint
#[test]
fn a_function_refuses_with_a_line_of_text() {
    lab(async |lab| {
        let function = local(&lab, TaskKind::SnapStart);
        let own = own_authorization(&lab, &function);
        let uri = "http://127.0.0.1:9001/2021-04-23/credentials";
        let good = [("authorization", own.as_str())];
        let answer = lab.send(function.clone(), request("GET", uri, &good)).await;
        assert_eq!(answer.status, 200);
        assert!(answer.json()["AccessKeyId"].is_string());
        let bad = lab.send(function.clone(), request("GET", uri, &[])).await;
        assert_eq!(bad.status, 404);
        assert_eq!(
            bad.text(),
            "cannot get credentials for the provided token\n"
        );
        let elsewhere = request("GET", "http://127.0.0.1:9002/", &[]);
        let elsewhere = elsewhere.map(http_body_util::Full::new);
        assert!(lab.try_send(function, elsewhere).await.is_err());
    });
}

#[test]
fn a_path_of_another_kind_is_no_path_of_a_task() {
    lab(async |lab| {
        for path in [
            "/latest/meta-data/container/security-credentials",
            "/2016-11-01/credentialprovider/",
            "/2016-11-01/credentialprovider/more",
            "/2021-04-23/credentials",
        ] {
            let uri = format!("{CONTAINER}{path}");
            let answer = lab.send(lab.in_task(), request("GET", &uri, &[])).await;
            assert_eq!(answer.status, 404, "{path}");
        }
        let uri = format!("{CONTAINER}/latest/api/token");
        let answer = lab.send(lab.in_task(), request("PUT", &uri, &[])).await;
        assert_eq!(answer.status, 404);
    });
}

#[test]
fn a_fault_knows_every_request_of_a_task_by_its_path() {
    lab(async |lab| {
        for (method, uri, operation) in [
            ("GET", own(&lab).as_str(), "container-credentials"),
            (
                "GET",
                &format!("{CONTAINER}/v4/x/task"),
                "container-metadata",
            ),
            (
                "PUT",
                &format!("{CONTAINER}/latest/api/token"),
                "container-token",
            ),
            (
                "GET",
                &format!("{CONTAINER}/2021-04-23/credentials"),
                "container-credentials",
            ),
        ] {
            let matcher = Matcher {
                operation: Some(operation.to_owned()),
                ..Matcher::default()
            };
            let teapot = Effect::Answer(FaultAnswer {
                status: 418,
                ..FaultAnswer::default()
            });
            lab.edge
                .faults()
                .add(Fault::new(operation, matcher, teapot));
            let answer = lab.send(lab.in_task(), request(method, uri, &[])).await;
            assert_eq!(answer.status, 418, "{uri}");
            lab.edge.faults().clear(operation);
        }
    });
}
