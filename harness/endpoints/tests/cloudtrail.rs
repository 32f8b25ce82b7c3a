//! CloudTrail over HTTP: looking up what was asked, and what its records say of requests.

mod support;

use bytes::Bytes;
use http::Request;
use rolecall_account::{CreateOidcProvider, CreateVirtualMfaDevice, Stage, WebIdentityToken};
use serde_json::{Value, json};
use support::signer::Signer;
use support::{Answer, HOUR, Lab, admin, lab, user};

const REGIONAL: &str = "https://cloudtrail.us-east-1.amazonaws.com/";
const LOOKUP: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";

fn request(target: &str, body: &Value) -> Request<Bytes> {
    let headers = [
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", target),
    ];
    support::request("POST", REGIONAL, &headers).map(|_| Bytes::from(body.to_string()))
}

fn signer(lab: &Lab, denied: Option<&str>) -> Signer {
    let ann = user(lab, denied);
    Signer {
        service: "cloudtrail",
        ..Signer::with(&ann, lab.edge.now())
    }
}

async fn look(lab: &Lab, signer: &Signer, body: &Value) -> Answer {
    lab.call(signer.sign(request(LOOKUP, body))).await
}

fn read(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

fn form(uri: &str, body: &str) -> Request<Bytes> {
    let content_type = [("content-type", "application/x-www-form-urlencoded")];
    support::request("POST", uri, &content_type).map(|_| Bytes::from(body.to_owned()))
}

async fn ask(lab: &Lab, signer: &Signer, service: &'static str, body: &str) -> Answer {
    let uri = match service {
        "iam" => "https://iam.amazonaws.com/".to_owned(),
        _ => format!("https://{service}.us-east-1.amazonaws.com/"),
    };
    let signer = Signer {
        service,
        ..signer.clone()
    };
    lab.call(signer.sign(form(&uri, body))).await
}

/// The record of the last request.
fn record(lab: &Lab) -> Value {
    let world = lab.edge.world();
    let entries = world.journal().entries();
    let records = entries.filter_map(|entry| world.cloudtrail(entry));
    let of_requests = records.filter(|record| record["userAgent"] != "rolecall");
    of_requests.last().unwrap()
}

// cloudtrail.protocol.json, cloudtrail.lookup.attributes
#[test]
fn events_are_looked_up() {
    lab(async |lab| {
        let ann = signer(&lab, None);
        let body = "Action=AttachRolePolicy&Version=2010-05-08&RoleName=photo-app\
                    &PolicyArn=arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
        assert_eq!(ask(&lab, &ann, "iam", body).await.status, 200);
        let by = json!({
            "LookupAttributes": [{ "AttributeKey": "Username", "AttributeValue": "ann" }],
            "MaxResults": 1,
        });
        let answer = look(&lab, &ann, &by).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let content_type = answer.header("content-type");
        assert_eq!(content_type, Some("application/x-amz-json-1.1"));
        assert!(answer.header("x-amzn-requestid").is_some());
        let found = read(&answer);
        assert_eq!(found["Events"].as_array().unwrap().len(), 1);
        let event = &found["Events"][0];
        assert_eq!(event["EventName"], "AttachRolePolicy");
        assert_eq!(event["Username"], "ann");
        assert_eq!(event["ReadOnly"], "false");
        assert_eq!(event["EventSource"], "iam.amazonaws.com");
        assert_eq!(event["AccessKeyId"], ann.access_key_id.as_str());
        assert_eq!(event["EventTime"], lab.edge.now().epoch_millis() / 1000);
        let named = json!({ "ResourceType": "AWS::IAM::Role", "ResourceName": "photo-app" });
        assert!(event["Resources"].as_array().unwrap().contains(&named));
        let whole: Value =
            serde_json::from_str(event["CloudTrailEvent"].as_str().unwrap()).unwrap();
        assert_eq!(whole["eventID"], event["EventId"]);
        assert_eq!(whole["requestParameters"]["roleName"], "photo-app");
        assert_eq!(
            found.get("NextToken"),
            None,
            "there was one request before this one"
        );
        let record = record(&lab);
        assert_eq!(
            (&record["eventName"], &record["readOnly"]),
            (&json!("LookupEvents"), &json!(true))
        );
        assert_eq!(record["requestParameters"]["maxResults"], 1);
        assert_eq!(
            record["requestParameters"]["lookupAttributes"][0]["attributeKey"],
            "Username"
        );
    });
}

/// The code of a refusal, as it was sent and as it was journalled.
#[track_caller]
fn refused(lab: &Lab, answer: &Answer, stage: Stage) -> String {
    assert_eq!(answer.status, 400, "{answer:?}");
    let refusal = lab.last_exchange().refusal.unwrap();
    assert_eq!(refusal.stage, stage, "{answer:?}");
    let code = read(answer)["__type"].as_str().unwrap().to_owned();
    assert_eq!(refusal.code, code);
    code
}

// cloudtrail.errors.codes, cloudtrail.protocol.unknown-operation
#[test]
fn refusals_are_those_of_the_protocol() {
    lab(async |lab| {
        let ann = signer(&lab, Some("cloudtrail:*"));
        let answer = look(&lab, &ann, &json!({})).await;
        assert_eq!(
            refused(&lab, &answer, Stage::Policy),
            "AccessDeniedException"
        );
        let message = read(&answer)["message"].as_str().unwrap().to_owned();
        assert!(message.contains("cloudtrail:LookupEvents"), "{message}");
        let other = LOOKUP.replace("LookupEvents", "CreateTrail");
        let answer = lab.call(ann.sign(request(&other, &json!({})))).await;
        assert_eq!(
            refused(&lab, &answer, Stage::Operation),
            "UnknownOperationException"
        );
        for body in [
            json!([]),
            json!({ "MaxResults": "many" }),
            json!({ "StartTime": "now" }),
        ] {
            let answer = look(&lab, &ann, &body).await;
            assert_eq!(
                refused(&lab, &answer, Stage::Parameters),
                "SerializationException"
            );
        }
        let nobody = Signer {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            ..ann.clone()
        };
        let answer = look(&lab, &nobody, &json!({})).await;
        assert_eq!(
            refused(&lab, &answer, Stage::AccessKey),
            "UnrecognizedClientException"
        );
        let mut wrong = ann.clone();
        wrong.secret_access_key.push('x');
        let answer = look(&lab, &wrong, &json!({})).await;
        assert_eq!(read(&answer)["__type"], "InvalidSignatureException");
        let answer = lab.call(request(LOOKUP, &json!({}))).await;
        assert_eq!(
            read(&answer)["__type"],
            "MissingAuthenticationTokenException"
        );
    });
}

// cloudtrail.request.names, cloudtrail.request.refused, cloudtrail.ec2.parameters
#[test]
fn records_say_what_was_asked_for_and_answered() {
    lab(async |lab| {
        let ann = signer(&lab, Some("iam:DetachRolePolicy"));
        let policy = "RoleName=photo-app&PolicyArn=arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
        let body = format!("Action=AttachRolePolicy&Version=2010-05-08&{policy}");
        ask(&lab, &ann, "iam", &body).await;
        let shown = record(&lab);
        assert_eq!(
            shown["requestParameters"],
            json!({
                "roleName": "photo-app",
                "policyArn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
            })
        );
        assert_eq!(shown["responseElements"], Value::Null);
        assert_eq!(shown["awsRegion"], "us-east-1");
        let body = format!("Action=DetachRolePolicy&Version=2010-05-08&{policy}");
        ask(&lab, &ann, "iam", &body).await;
        let shown = record(&lab);
        assert_eq!(shown["errorCode"], "AccessDenied");
        assert_eq!(shown["requestParameters"], Value::Null);

        let body = format!(
            "Action=CreateTags&Version=2016-11-15&ResourceId.1={}&Tag.1.Key=team&Tag.1.Value=blue",
            lab.web
        );
        ask(&lab, &ann, "ec2", &body).await;
        let shown = record(&lab);
        assert_eq!(
            shown["requestParameters"],
            json!({
                "resourcesSet": { "items": [{ "resourceId": lab.web }] },
                "tagSet": { "items": [{ "key": "team", "value": "blue" }] },
            })
        );
        assert_eq!(shown["responseElements"]["_return"], true);
        assert!(shown["responseElements"]["requestId"].is_string());
    });
}

// cloudtrail.sts.parameters, cloudtrail.secrets.left-out, cloudtrail.identity.members
#[test]
fn sessions_show_what_they_were_made_of() {
    lab(async |lab| {
        admin(&lab);
        let session = user(&lab, None);
        let serial = enable_device(&lab);
        lab.advance(HOUR).await;
        let ann = Signer::with(&session, lab.edge.now());
        let code = {
            let shown = lab.edge.world().mfa_code(lab.edge.now(), &serial);
            shown.unwrap().code.expose().to_owned()
        };
        let body = format!(
            "Action=GetSessionToken&Version=2011-06-15&SerialNumber={serial}&TokenCode={code}"
        );
        let answer = ask(&lab, &ann, "sts", &body).await;
        let shown = record(&lab);
        assert_eq!(
            shown["requestParameters"],
            json!({ "serialNumber": serial, "durationSeconds": 43_200 })
        );
        let strong = Signer {
            access_key_id: answer.element("AccessKeyId"),
            secret_access_key: answer.element("SecretAccessKey"),
            session_token: Some(answer.element("SessionToken")),
            ..ann
        };
        let body = "Action=AssumeRole&Version=2011-06-15&RoleSessionName=run&ExternalId=id-7\
                    &RoleArn=arn:aws:iam::111122223333:role/admin";
        ask(&lab, &strong, "sts", body).await;
        let shown = record(&lab);
        assert_eq!(
            shown["requestParameters"],
            json!({
                "roleArn": "arn:aws:iam::111122223333:role/admin",
                "roleSessionName": "run",
                "externalId": "id-7",
                "durationSeconds": 3600,
            })
        );
        let attributes = &shown["userIdentity"]["sessionContext"]["attributes"];
        assert_eq!(attributes["mfaAuthenticated"], "true");
        let text = shown.to_string();
        assert!(!text.contains(&code) && !text.contains(&strong.secret_access_key));
    });
}

fn enable_device(lab: &Lab) -> String {
    let (mut world, now) = (lab.edge.world(), lab.edge.now());
    let request = CreateVirtualMfaDevice {
        name: "ann".to_owned(),
        ..CreateVirtualMfaDevice::default()
    };
    let device = world.operator(now).create_virtual_mfa_device(&request);
    let serial = device.unwrap().serial;
    let shown = world.mfa_code(now, &serial).unwrap();
    let codes = [shown.code.expose(), shown.next.expose()];
    world
        .operator(now)
        .enable_mfa_device("ann", &serial, codes)
        .unwrap();
    serial
}

// cloudtrail.web-identity.recorded
#[test]
fn a_token_says_who_it_was_and_is_not_shown() {
    lab(async |lab| {
        let now = lab.edge.now();
        let issuer = "https://oidc.simulated.example";
        let token = {
            let mut world = lab.edge.world();
            let provider = CreateOidcProvider {
                url: issuer.to_owned(),
                client_ids: vec!["sts.amazonaws.com".to_owned()],
                ..CreateOidcProvider::default()
            };
            world.operator(now).create_oidc_provider(provider).unwrap();
            let asked = WebIdentityToken {
                issuer: issuer.to_owned(),
                subject: "job".to_owned(),
                audience: "sts.amazonaws.com".to_owned(),
                lifetime: HOUR,
                ..WebIdentityToken::default()
            };
            world.web_identity_token(now, &asked).expose().to_owned()
        };
        let body = format!(
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=run\
             &RoleArn=arn:aws:iam::111122223333:role/photo-app&WebIdentityToken={token}"
        );
        let uri = "https://sts.us-east-1.amazonaws.com/";
        let answer = lab.call(form(uri, &body)).await;
        assert_eq!(answer.element("Code"), "AccessDenied");
        let shown = record(&lab);
        let provider = "arn:aws:iam::111122223333:oidc-provider/oidc.simulated.example";
        assert_eq!(
            shown["userIdentity"],
            json!({
                "type": "WebIdentityUser",
                "principalId": format!("{provider}:sts.amazonaws.com:job"),
                "userName": "job",
                "identityProvider": provider,
            })
        );
        assert_eq!(shown["errorCode"], "AccessDenied");
        assert!(!shown.to_string().contains(&token));
    });
}
