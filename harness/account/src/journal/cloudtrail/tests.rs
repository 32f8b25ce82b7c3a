use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::super::{
    BodyRecord, Entry, Exchange, Happening, Refusal, RequestRecord, ResponseRecord,
};
use crate::authenticate::Stage;
use crate::ec2::RunInstance;
use crate::iam::CreateUser;
use crate::operation::Operation;
use crate::testing::{
    HOUR, PROFILE, ROLE, add_other, launch, policy, served, source, start, world,
};
use crate::world::World;

const ACCOUNT: &str = "111122223333";

fn records(world: &World) -> Vec<Value> {
    let entries = world.journal().entries();
    entries
        .filter_map(|entry| world.cloudtrail(entry))
        .collect()
}

/// The only record of that event.
fn the<'a>(records: &'a [Value], name: &str) -> &'a Value {
    let mut found = records.iter().filter(|record| record["eventName"] == name);
    let first = found.next().unwrap_or_else(|| panic!("no {name}"));
    assert!(found.next().is_none(), "more than one {name}");
    first
}

/// A request of `session`, or of nobody, as it would stand in the journal.
fn request(
    world: &World,
    instance: Option<&str>,
    operation: Operation,
    uri: &str,
    sent: &[(&'static str, &str)],
) -> Exchange {
    let session = instance.and_then(|instance| {
        let mut issued = world.sessions();
        issued.find(|session| session.source == Some(source(instance)))
    });
    let headers = sent
        .iter()
        .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()));
    Exchange {
        operation: Some(operation),
        caller: "client".to_owned(),
        request: RequestRecord {
            method: http::Method::GET,
            uri: uri.parse().unwrap(),
            headers: headers.collect(),
            parameters: std::collections::BTreeMap::new(),
        },
        response: Some(ResponseRecord {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: BodyRecord::Data(0),
        }),
        session: session.cloned(),
        by_machine_time: false,
        decision: None,
        asked: None,
        refusal: None,
        fault: None,
    }
}

fn record(world: &World, exchange: Exchange) -> Option<Value> {
    world.cloudtrail(&Entry {
        number: 77,
        at: start() + HOUR,
        happening: Happening::Exchange(Box::new(exchange)),
    })
}

fn refused(exchange: Exchange, code: &str, stage: Stage) -> Exchange {
    let refusal = Refusal {
        code: code.to_owned(),
        stage,
        message: "Access Denied".to_owned(),
        detail: None,
    };
    Exchange {
        refusal: Some(refusal),
        ..exchange
    }
}

/// A world with an instance that has a set of keys.
fn with_web() -> (World, String) {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    (world, web)
}

const SIGNED: (&str, &str) = ("authorization", "AWS4-HMAC-SHA256 Credential=A/b");

// cloudtrail.record.members, cloudtrail.identity.members, cloudtrail.s3.parameters
#[test]
fn a_record_has_the_members_of_the_format() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let session = served(&mut world, start(), &web);
    let sent = [
        SIGNED,
        ("host", "photos.s3.us-east-1.amazonaws.com"),
        ("user-agent", "aws-cli/2.0"),
        ("content-length", "12"),
    ];
    let mut exchange = request(
        &world,
        Some(&web),
        Operation::PutObject,
        "/a%20b/cat.jpg",
        &sent,
    );
    let headers = &mut exchange.response.as_mut().unwrap().headers;
    headers.insert("x-amz-request-id", "06956111A581B8AD".parse().unwrap());
    headers.insert("x-amz-id-2", "host-id".parse().unwrap());
    let exchange = refused(exchange, "AccessDenied", Stage::Policy);
    let role_id = session.identity.unique_id();
    let shown = record(&world, exchange).unwrap();
    assert_eq!(
        shown,
        json!({
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "AssumedRole",
                "principalId": format!("{role_id}:{web}"),
                "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE}/{web}"),
                "accountId": ACCOUNT,
                "accessKeyId": session.access_key_id,
                "sessionContext": {
                    "sessionIssuer": {
                        "type": "Role",
                        "principalId": role_id,
                        "arn": format!("arn:aws:iam::{ACCOUNT}:role/{ROLE}"),
                        "accountId": ACCOUNT,
                        "userName": ROLE,
                    },
                    "attributes": {
                        "creationDate": "2031-05-01T00:00:00Z",
                        "mfaAuthenticated": "false",
                    },
                    "ec2RoleDelivery": "2.0",
                },
            },
            "eventTime": "2031-05-01T01:00:00Z",
            "eventSource": "s3.amazonaws.com",
            "eventName": "PutObject",
            "awsRegion": "us-east-1",
            "sourceIPAddress": "127.0.0.1",
            "userAgent": "[aws-cli/2.0]",
            "errorCode": "AccessDenied",
            "errorMessage": "Access Denied",
            "requestParameters": {
                "Host": "photos.s3.us-east-1.amazonaws.com",
                "bucketName": "photos",
                "key": "a b/cat.jpg",
            },
            "responseElements": null,
            "additionalEventData": {
                "SignatureVersion": "SigV4",
                "AuthenticationMethod": "AuthHeader",
                "bytesTransferredIn": 12,
                "bytesTransferredOut": 0,
                "x-amz-id-2": "host-id",
            },
            "requestID": "06956111A581B8AD",
            "eventID": shown["eventID"],
            "readOnly": false,
            "resources": [
                { "type": "AWS::S3::Object", "ARN": "arn:aws:s3:::photos/a b/cat.jpg" },
                { "accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::photos" },
            ],
            "eventType": "AwsApiCall",
            "managementEvent": false,
            "recipientAccountId": ACCOUNT,
            "eventCategory": "Data",
        })
    );
}

// cloudtrail.record.members: the same entry has the same id, another entry another.
#[test]
fn event_ids_are_uuids_of_the_seed() {
    let ids = || -> Vec<String> {
        let mut world = world();
        launch(&mut world, Some(PROFILE));
        let ids = records(&world);
        let ids = ids.iter().map(|record| record["eventID"].as_str().unwrap());
        ids.map(str::to_owned).collect()
    };
    let first = ids();
    assert_eq!(first, ids());
    let mut unique = first.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), first.len());
    for id in first {
        let lengths: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
    }
}

// cloudtrail.metadata.unrecorded
#[test]
fn the_metadata_service_is_not_recorded() {
    let (world, web) = with_web();
    for &operation in Operation::ALL {
        let shown = record(
            &world,
            request(&world, Some(&web), operation, "/", &[SIGNED]),
        );
        let slug = operation.slug();
        // A portal's requests are recorded by AWS as events of a service, a form that is not written here.
        let of_no_api = ["imds-", "container-", "sso-"];
        let unseen = of_no_api.iter().any(|service| slug.starts_with(service));
        assert_eq!(shown.is_none(), unseen, "{operation}");
    }
}

// cloudtrail.authentication.failures-unrecorded, cloudtrail.anonymous.recorded
#[test]
fn who_is_not_recognised_leaves_no_record_and_who_is_nobody_does() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let ask = |uri: &str, sent: &[(&'static str, &str)], stage| {
        let exchange = request(&world, Some(&web), Operation::GetObject, uri, sent);
        record(&world, refused(exchange, "SomeCode", stage))
    };
    for stage in [
        Stage::AccessKey,
        Stage::SessionToken,
        Stage::Expiry,
        Stage::Revocation,
    ] {
        assert_eq!(ask("/b/k", &[SIGNED], stage), None, "{stage}");
        assert_eq!(ask("/b/k?X-Amz-Signature=1", &[], stage), None, "{stage}");
    }
    for stage in [Stage::Policy, Stage::Resource, Stage::Body] {
        assert!(ask("/b/k", &[SIGNED], stage).is_some(), "{stage}");
    }
    let lost = request(&world, None, Operation::GetObject, "/b/k", &[SIGNED]);
    assert_eq!(record(&world, lost), None, "what a fault kept from S3");
    let nobody = request(&world, None, Operation::GetObject, "/b/k", &[]);
    let nobody = record(&world, refused(nobody, "AccessDenied", Stage::Expiry)).unwrap();
    assert_eq!(nobody["userIdentity"]["type"], "AWSAccount");
    assert_eq!(nobody["userIdentity"]["accountId"], "ANONYMOUS_PRINCIPAL");
    assert_eq!(
        nobody["additionalEventData"]["SignatureVersion"],
        Value::Null
    );
}

// cloudtrail.s3.data-events, cloudtrail.s3.event-names, cloudtrail.read-only.operations
#[test]
fn buckets_are_managed_and_objects_are_data() {
    let (world, web) = with_web();
    for (operation, name, category, read_only) in [
        (Operation::CreateBucket, "CreateBucket", "Management", false),
        (Operation::ListBuckets, "ListBuckets", "Management", true),
        (
            Operation::GetBucketLocation,
            "GetBucketLocation",
            "Management",
            true,
        ),
        (Operation::ListObjects, "ListObjects", "Data", true),
        (Operation::ListObjectsV2, "ListObjects", "Data", true),
        (Operation::HeadBucket, "HeadBucket", "Data", true),
        (Operation::UploadPart, "UploadPart", "Data", false),
    ] {
        let shown = record(
            &world,
            request(&world, Some(&web), operation, "/b/k", &[SIGNED]),
        )
        .unwrap();
        assert_eq!(
            (&shown["eventName"], &shown["eventCategory"]),
            (&json!(name), &json!(category))
        );
        assert_eq!(shown["managementEvent"], category == "Management");
        assert_eq!(shown["readOnly"], read_only, "{name}");
    }
}

// cloudtrail.s3.parameters
#[test]
fn the_query_is_shown_without_what_is_secret_in_it() {
    let (world, web) = with_web();
    let uri = "/photos?list-type=2&prefix=a%2Fb&X-Amz-Credential=AKIA&X%2Damz-signature=00ff&X-Amz-Security-Token=t0ken";
    let sent = [("host", "127.0.0.1:4566"), ("x-amz-copy-source", "/a/b")];
    let exchange = request(&world, Some(&web), Operation::ListObjectsV2, uri, &sent);
    let shown = record(&world, exchange).unwrap();
    assert_eq!(
        shown["requestParameters"],
        json!({
            "Host": "127.0.0.1:4566",
            "bucketName": "photos",
            "list-type": "2",
            "prefix": "a/b",
            "x-amz-copy-source": "/a/b",
        })
    );
    assert_eq!(
        shown["additionalEventData"]["AuthenticationMethod"],
        "QueryString"
    );
}

#[test]
fn a_bucket_is_found_in_the_host_or_in_the_path() {
    let (world, web) = with_web();
    for (host, uri, bucket, key) in [
        ("b.s3.amazonaws.com", "/k", json!("b"), json!("k")),
        (
            "my.b.s3-eu-west-1.amazonaws.com:443",
            "/",
            json!("my.b"),
            Value::Null,
        ),
        (
            "s3.eu-west-1.amazonaws.com",
            "/b/k/l",
            json!("b"),
            json!("k/l"),
        ),
        ("s3.amazonaws.com", "/", Value::Null, Value::Null),
        ("localhost:1", "/b", json!("b"), Value::Null),
    ] {
        let sent = [("host", host), SIGNED];
        let exchange = request(&world, Some(&web), Operation::GetObject, uri, &sent);
        let shown = &record(&world, exchange).unwrap()["requestParameters"];
        assert_eq!(
            (&shown["bucketName"], &shown["key"]),
            (&bucket, &key),
            "{host}{uri}"
        );
    }
}

// cloudtrail.sts.credentials, cloudtrail.sts.refused-parameters, cloudtrail.region.global-services
#[test]
fn a_session_is_shown_without_its_secrets() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let made = served(&mut world, start(), &web);
    let sent = [SIGNED, ("host", "sts.amazonaws.com")];
    let mut exchange = request(&world, Some(&web), Operation::StsAssumeRole, "/", &sent);
    let answer = format!(
        "<C><AccessKeyId>{}</AccessKeyId><SecretAccessKey>{}</SecretAccessKey></C>",
        made.access_key_id,
        made.secret_access_key.expose()
    );
    exchange.response.as_mut().unwrap().body = BodyRecord::Document(Bytes::from(answer));
    let shown = record(&world, exchange.clone()).unwrap();
    let credentials = &shown["responseElements"]["credentials"];
    assert_eq!(credentials["accessKeyId"], made.access_key_id.as_str());
    assert_eq!(credentials["expiration"], "May 1, 2031 6:00:00 AM");
    let token = credentials["sessionToken"].as_str().unwrap();
    assert!(token.starts_with("sha256:"), "{token}");
    assert!(!shown.to_string().contains(made.secret_access_key.expose()));
    assert_eq!(
        shown["requestParameters"],
        json!({
            "roleArn": format!("arn:aws:iam::{ACCOUNT}:role/{ROLE}"),
            "roleSessionName": web,
            "durationSeconds": 21_600,
        })
    );
    assert_eq!(shown["resources"][0]["type"], "AWS::IAM::Role");
    assert_eq!(
        (&shown["awsRegion"], &shown["readOnly"]),
        (&json!("us-east-1"), &json!(true))
    );

    exchange.response.as_mut().unwrap().body =
        BodyRecord::Document(Bytes::from_static(b"<Error/>"));
    let shown = record(&world, refused(exchange, "AccessDenied", Stage::Policy)).unwrap();
    assert_eq!(shown["requestParameters"], Value::Null);
    assert_eq!(shown["responseElements"], Value::Null);
}

// cloudtrail.region.global-services
#[test]
fn the_region_of_sts_is_that_of_its_endpoint() {
    let (world, web) = with_web();
    for (host, region) in [
        ("sts.eu-west-1.amazonaws.com:443", "eu-west-1"),
        ("sts.amazonaws.com", "us-east-1"),
        ("127.0.0.1:4566", "us-east-1"),
    ] {
        let sent = [SIGNED, ("host", host)];
        let exchange = request(
            &world,
            Some(&web),
            Operation::StsGetCallerIdentity,
            "/",
            &sent,
        );
        let shown = record(&world, exchange).unwrap();
        assert_eq!(shown["awsRegion"], region, "{host}");
        assert_eq!(shown["eventName"], "GetCallerIdentity");
    }
}

// cloudtrail.identity.members: a user's own key has no session, one of GetSessionToken has.
#[test]
fn users_are_users() {
    let mut world = world();
    let ann = CreateUser {
        name: "ann".to_owned(),
        ..CreateUser::default()
    };
    world.operator(start()).create_user(ann).unwrap();
    let key = world.operator(start()).create_access_key("ann").unwrap();
    let mut exchange = request(&world, None, Operation::ListBuckets, "/", &[SIGNED]);
    exchange.session = Some(key.clone());
    let shown = &record(&world, exchange).unwrap()["userIdentity"];
    assert_eq!(
        *shown,
        json!({
            "type": "IAMUser",
            "principalId": key.identity.unique_id(),
            "arn": format!("arn:aws:iam::{ACCOUNT}:user/ann"),
            "accountId": ACCOUNT,
            "accessKeyId": key.access_key_id,
            "userName": "ann",
        })
    );
}

// cloudtrail.services.assume-roles
#[test]
fn ec2_assumes_the_role_for_each_set() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    world.advance_to(start() + 6 * HOUR);
    let assumed: Vec<_> = records(&world)
        .into_iter()
        .filter(|record| record["eventName"] == "AssumeRole")
        .collect();
    assert_eq!(assumed.len(), 2, "the first set and its rotation");
    for record in assumed {
        assert_eq!(
            record["userIdentity"],
            json!({ "type": "AWSService", "invokedBy": "ec2.amazonaws.com" })
        );
        assert_eq!(record["sourceIPAddress"], "ec2.amazonaws.com");
        assert_eq!(record["requestParameters"]["roleSessionName"], web);
        assert_eq!(
            record["responseElements"]["credentials"]["accessKeyId"]
                .as_str()
                .map(str::len),
            Some(20)
        );
    }
}

// cloudtrail.control.parameters, cloudtrail.operator.is-root
#[test]
fn what_an_operator_does_is_recorded_as_calls() {
    let mut world = world();
    let other = add_other(&mut world);
    let now = start() + HOUR;
    let web = world
        .operator(now)
        .run_instance(RunInstance {
            name: "web".to_owned(),
            ..RunInstance::default()
        })
        .unwrap();
    world
        .operator(now)
        .associate_profile(&web, PROFILE)
        .unwrap();
    world.operator(now).replace_profile(&web, other).unwrap();
    world.operator(now).disassociate_profile(&web).unwrap();
    world
        .operator(now)
        .put_role_policy(ROLE, "reads", policy("Allow", "s3:Get*"))
        .unwrap();
    world
        .operator(now)
        .attach_role_policy(ROLE, "AmazonS3FullAccess")
        .unwrap();
    world.operator(now).stop_instance(&web).unwrap();
    let records = records(&world);
    let parameters = |name: &str| &the(&records, name)["requestParameters"];
    assert_eq!(
        parameters("AssociateIamInstanceProfile")["AssociateIamInstanceProfileRequest"],
        json!({ "IamInstanceProfile": { "Name": PROFILE }, "InstanceId": web })
    );
    let replaced = &the(&records, "ReplaceIamInstanceProfileAssociation")["responseElements"];
    assert_eq!(
        replaced["ReplaceIamInstanceProfileAssociationResponse"]["iamInstanceProfileAssociation"]["instanceId"],
        web
    );
    assert_eq!(
        *parameters("PutRolePolicy"),
        json!({ "roleName": ROLE, "policyName": "reads" })
    );
    assert_eq!(
        parameters("AttachRolePolicy")["policyArn"],
        "arn:aws:iam::aws:policy/AmazonS3FullAccess"
    );
    let stopped = the(&records, "StopInstances");
    assert_eq!(
        stopped["requestParameters"]["instancesSet"]["items"][0]["instanceId"],
        web
    );
    assert_eq!(stopped["userIdentity"]["type"], "Root");
    assert_eq!(stopped["eventSource"], "ec2.amazonaws.com");
    assert_eq!(the(&records, "PutRolePolicy")["awsRegion"], "us-east-1");
}
