//! Which addresses there are, and from where.

mod support;

use rolecall_account::Stage;
use rolecall_endpoints::Place;
use support::{AGENT, CONTAINER, METADATA, lab, request};

const REGION: &str = "/latest/meta-data/placement/region";

// imds.address, container.ecs.address, container.agent.address
#[test]
fn a_link_local_address_means_something_only_where_it_is() {
    lab(async |lab| {
        let of_metadata = format!("{METADATA}{REGION}");
        let of_container = format!("{CONTAINER}/v2/credentials/{}", lab.task);
        let (web, task) = (lab.on_web(), lab.in_task());
        let pod = Place::Pod(lab.run_pod());
        for (place, uri, there) in [
            (&web, of_metadata.as_str(), true),
            (&task, &of_metadata, false),
            (&Place::Laptop, &of_metadata, false),
            (&web, &of_container, false),
            (&task, &of_container, true),
            (&Place::Laptop, &of_container, false),
            (&pod, of_metadata.as_str(), false),
            (&pod, &of_container, false),
            (&pod, AGENT, true),
            (&pod, "http://[fd00:ec2::23]/v1/credentials", true),
            (&pod, "http://localhost/v1/credentials", false),
            (&web, AGENT, false),
            (&task, AGENT, false),
            (&Place::Laptop, AGENT, false),
            (&task, "http://localhost:1338/", false),
            (&web, "http://localhost/", false),
            (&web, "https://example.com/", false),
            (&web, "https://s3.amazonaws.com.example.com/", false),
            (&web, "https://notamazonaws.com/", false),
            (&web, "/no-host-at-all", false),
        ] {
            let mark = lab.edge.world().journal().mark();
            let request = request("GET", uri, &[]).map(http_body_util::Full::new);
            let answer = lab.try_send(place.clone(), request).await;
            assert_eq!(answer.is_ok(), there, "{uri} from {place:?}");
            let arrived = lab.exchanges_since(mark).len();
            assert_eq!(
                arrived,
                usize::from(there),
                "what does not arrive is not journalled"
            );
        }
    });
}

#[test]
fn no_route_names_both_ends() {
    lab(async |lab| {
        let request = request("GET", METADATA, &[]).map(http_body_util::Full::new);
        let error = lab.try_send(Place::Laptop, request).await.unwrap_err();
        assert_eq!(error.to_string(), "no route to 169.254.169.254 from Laptop");
    });
}

#[test]
fn an_instance_reads_itself_and_no_other() {
    lab(async |lab| {
        let uri = format!("{METADATA}/latest/meta-data/instance-id");
        let answer = lab.send(lab.on_web(), request("GET", &uri, &[])).await;
        assert_eq!(answer.text(), lab.web);
        let nowhere = Place::Instance("i-0".to_owned());
        assert_eq!(
            lab.send(nowhere, request("GET", &uri, &[])).await.status,
            404
        );
    });
}

#[test]
fn a_service_of_aws_that_is_not_served_says_so_from_everywhere() {
    lab(async |lab| {
        for place in [lab.on_web(), lab.in_task(), Place::Laptop] {
            for (method, uri) in [
                ("POST", "https://sqs.us-east-1.amazonaws.com/"),
                (
                    "GET",
                    "https://sns.us-east-1.amazonaws.com/?Action=ListTopics",
                ),
                ("POST", "https://kms.eu-west-1.amazonaws.com:443/"),
            ] {
                let answer = lab.send(place.clone(), request(method, uri, &[])).await;
                assert_eq!(answer.status, 400, "{uri}");
                assert_eq!(answer.header("content-type"), Some("text/xml"));
                assert_eq!(answer.element("Code"), "InvalidAction");
                assert_eq!(answer.element("Type"), "Sender");
                let exchange = lab.last_exchange();
                assert_eq!(exchange.operation, None);
                let refusal = exchange.refusal.unwrap();
                assert_eq!(
                    (refusal.code.as_str(), refusal.stage),
                    ("InvalidAction", Stage::Operation)
                );
            }
        }
    });
}
