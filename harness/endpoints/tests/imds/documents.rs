//! What each path answers.

use rolecall_account::{
    MetadataOptions, MetadataOptionsChange, Operation, RunInstance, SpotAction, Switch,
};
use rolecall_endpoints::Place;

use super::support::{Lab, ROLE, lab, request};
use super::{LISTING, TOKEN, TTL, at, read, token};

/// From where, method, path, headers.
type Row<'a> = (&'a Place, &'a str, &'a str, &'a [(&'a str, &'a str)]);

/// Another instance with the profile.
fn launch(lab: &Lab, request: RunInstance) -> Place {
    let request = RunInstance {
        name: "other".to_owned(),
        profile: Some("web-profile".to_owned()),
        ..request
    };
    let launched = lab
        .edge
        .world()
        .operator(lab.edge.now())
        .run_instance(request);
    Place::Instance(launched.unwrap())
}

async fn status(lab: &Lab, place: &Place, method: &str, path: &str, sent: &[(&str, &str)]) -> u16 {
    let request = request(method, &at(path), sent);
    lab.send(place.clone(), request).await.status
}

// imds.paths.listing, imds.paths.versions, imds.paths.slashes
#[test]
fn directories_are_listed_from_the_root_down() {
    lab(async |lab| {
        for (path, first) in [
            ("/", "1.0"),
            ("/latest", "dynamic"),
            ("/2021-03-23/", "dynamic"),
            ("/latest/meta-data", "ami-id"),
            ("//latest///meta-data//placement/", "availability-zone"),
            ("/latest/dynamic/instance-identity", "document"),
        ] {
            let answer = read(&lab, path).await;
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.text().lines().next(), Some(first), "{path}");
            let operation = lab.last_exchange().operation;
            assert_eq!(operation, Some(Operation::ImdsMetadata), "{path}");
        }
    });
}

// imds.token.no-forwarding, imds.token.latest-only, imds.endpoint.disabled, imds.errors.bodies
#[test]
fn what_is_not_allowed_is_a_403_page() {
    lab(async |lab| {
        let options = MetadataOptions {
            http_endpoint: Switch::Disabled,
            ..MetadataOptions::default()
        };
        let off = launch(
            &lab,
            RunInstance {
                metadata_options: options,
                ..RunInstance::default()
            },
        );
        let web = lab.on_web();
        let ttl = (TTL, "60");
        let rows: [Row<'_>; 6] = [
            (&web, "PUT", "/2021-03-23/api/token", &[ttl]),
            (
                &web,
                "PUT",
                "/latest/api/token",
                &[ttl, ("x-forwarded-for", "10.0.0.9")],
            ),
            (
                &web,
                "PUT",
                "/latest/api/token",
                &[ttl, ("X-Forwarded-For", "")],
            ),
            (&off, "PUT", "/latest/api/token", &[ttl]),
            (&off, "GET", LISTING, &[]),
            (&off, "GET", "/latest/user-data", &[]),
        ];
        for (place, method, path, sent) in rows {
            let answer = lab
                .send(place.clone(), request(method, &at(path), sent))
                .await;
            assert_eq!(answer.status, 403, "{method} {path} {sent:?}");
            assert!(answer.text().contains("<title>403 - Forbidden</title>"));
            assert_eq!(answer.header("content-type"), Some("text/html"));
            let refusal = lab.last_exchange().refusal.unwrap();
            assert_eq!(refusal.code, "403");
        }
        let forwarded = [("x-forwarded-for", "10.0.0.9")];
        assert_eq!(status(&lab, &web, "GET", LISTING, &forwarded).await, 200);
    });
}

// imds.credentials.role-delivery
#[test]
fn keys_fetched_with_a_token_are_not_those_fetched_without() {
    const DOCUMENT: &str = "/latest/meta-data/iam/security-credentials/photo-app";
    lab(async |lab| {
        let ask = request("PUT", &at("/latest/api/token"), &[(TTL, "60")]);
        let token = lab.send(lab.on_web(), ask).await.text().to_owned();
        let mut keys = Vec::new();
        for sent in [&[][..], &[(TOKEN, token.as_str())]] {
            let request = request("GET", &at(DOCUMENT), sent);
            let document = lab.send(lab.on_web(), request).await.json();
            assert_eq!(document["Expiration"], "2031-05-01T06:00:00Z");
            keys.push(document["AccessKeyId"].as_str().unwrap().to_owned());
        }
        let world = lab.edge.world();
        let deliveries = keys
            .iter()
            .map(|key| world.session(key).unwrap().role_delivery.unwrap().as_str());
        assert_eq!(deliveries.collect::<Vec<_>>(), ["1.0", "2.0"]);
    });
}

// imds.credentials.extended
#[test]
fn the_extended_api_is_an_operation_of_its_own() {
    const EXTENDED: &str = "/latest/meta-data/iam/security-credentials-extended/";
    lab(async |lab| {
        assert_eq!(read(&lab, EXTENDED).await.status, 404);
        let operation = lab.last_exchange().operation;
        assert_eq!(operation, Some(Operation::ImdsRoleExtended));
        let other = launch(
            &lab,
            RunInstance {
                extended_credentials: true,
                ..RunInstance::default()
            },
        );
        let listing = request("GET", &at(EXTENDED), &[]);
        assert_eq!(lab.send(other.clone(), listing).await.text(), ROLE);
        let document = request("GET", &at(&format!("{EXTENDED}{ROLE}")), &[]);
        let document = lab.send(other, document).await.json();
        assert_eq!(document["AccountId"], "111122223333");
        let operation = lab.last_exchange().operation;
        assert_eq!(operation, Some(Operation::ImdsCredentialsExtended));
    });
}

// imds.identity.credentials
#[test]
fn the_keys_of_the_instance_itself_are_redacted_like_all_others() {
    const IDENTITY: &str = "identity-credentials/ec2/security-credentials/ec2-instance";
    lab(async |lab| {
        let path = format!("/latest/meta-data/{IDENTITY}");
        let document = read(&lab, &path).await.json();
        let exchange = lab.last_exchange();
        assert_eq!(exchange.operation, Some(Operation::ImdsIdentityCredentials));
        let shown = exchange.redacted().response_body;
        for member in ["SecretAccessKey", "Token"] {
            assert!(!shown.contains(document[member].as_str().unwrap()));
        }
    });
}

// imds.spot.instance-action
#[test]
fn a_notice_is_a_404_until_it_is_given() {
    const NOTICE: &str = "/latest/meta-data/spot/instance-action";
    lab(async |lab| {
        let other = launch(
            &lab,
            RunInstance {
                lifecycle: rolecall_account::Lifecycle::Spot,
                ..RunInstance::default()
            },
        );
        let Place::Instance(id) = &other else {
            panic!("an instance");
        };
        assert_eq!(status(&lab, &other, "GET", NOTICE, &[]).await, 404);
        lab.edge
            .world()
            .operator(lab.edge.now())
            .interrupt_spot_instance(id, SpotAction::Stop)
            .unwrap();
        assert_eq!(status(&lab, &other, "GET", NOTICE, &[]).await, 200);
    });
}

// imds.tags.enabled
#[test]
fn tags_are_read_with_their_keys_decoded() {
    lab(async |lab| {
        let enable = MetadataOptionsChange {
            instance_metadata_tags: Some(Switch::Enabled),
            ..MetadataOptionsChange::default()
        };
        let tags = [("team:eu".to_owned(), "größe".to_owned())].into();
        {
            let (mut world, now) = (lab.edge.world(), lab.edge.now());
            world.operator(now).create_tags(&lab.web, &tags).unwrap();
            world
                .operator(now)
                .modify_instance_metadata_options(&lab.web, enable)
                .unwrap();
        }
        for key in ["team:eu", "team%3Aeu"] {
            let answer = read(&lab, &format!("/latest/meta-data/tags/instance/{key}")).await;
            assert_eq!((answer.status, answer.text()), (200, "größe"), "{key}");
        }
    });
}

#[test]
fn a_token_reads_every_version() {
    lab(async |lab| {
        let token = token(&lab, "60").await;
        let path = "/2021-03-23/meta-data/iam/security-credentials/";
        let sent = [(TOKEN, token.as_str())];
        let strict = lab.on_strict();
        assert_eq!(status(&lab, &strict, "GET", path, &sent).await, 200);
        assert_eq!(status(&lab, &strict, "GET", path, &[]).await, 401);
    });
}
