//! The portal of IAM Identity Center, as a client on a laptop sees it.

mod support;

use std::time::Duration;

use rolecall_account::{Operation, Stage};
use rolecall_endpoints::{Effect, Fault, Matcher, OddExpiration, Place, Throttle};
use support::portal::sign_in;
use support::{Answer, Lab, lab, request};

const HOST: &str = "https://portal.sso.eu-west-1.amazonaws.com";
const PATH: &str = "/federation/credentials?role_name=Photo%20Admin&account_id=111122223333";
const TOKEN: &str = "x-amz-sso_bearer_token";

async fn ask(lab: &Lab, path: &str, token: &str) -> Answer {
    let request = request("GET", &format!("{HOST}{path}"), &[(TOKEN, token)]);
    lab.send(Place::Laptop, request).await
}

// sso.portal.host, sso.role-credentials.request, sso.role-credentials.document
#[test]
fn a_token_is_worth_credentials_and_no_secret_of_theirs_is_in_the_journal() {
    lab(async |lab| {
        let token = sign_in(&lab);
        let answer = ask(&lab, PATH, &token).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let document = answer.json();
        let credentials = &document["roleCredentials"];
        // 2031-05-01T01:00:00Z.
        assert_eq!(credentials["expiration"], 1_935_363_600_000_i64);
        let key = credentials["accessKeyId"].as_str().unwrap();
        let session = lab.edge.world().session(key).cloned().unwrap();
        assert_eq!(session.identity.session_name(), Some("ada"));
        let exchange = lab.last_exchange();
        assert_eq!(exchange.operation, Some(Operation::SsoGetRoleCredentials));
        let shown = format!("{exchange:?}");
        assert!(shown.contains(key), "{shown}");
        let secrets = ["secretAccessKey", "sessionToken"].map(|name| credentials[name].as_str());
        for secret in secrets.into_iter().flatten().chain([token.as_str()]) {
            assert!(!shown.contains(secret), "{shown}");
        }
    });
}

// sso.errors.body, sso.token.refused, sso.role-credentials.not-assigned
#[test]
fn refusals_name_their_code_twice() {
    lab(async |lab| {
        let token = sign_in(&lab);
        let other = PATH.replace("Photo%20Admin", "Other");
        let nobody = PATH.split('&').next().unwrap();
        let stage = Stage::Source;
        for (path, token, status, code, message) in [
            (
                PATH,
                "foreign",
                401,
                "UnauthorizedException",
                "Session token not found or invalid",
            ),
            (&other, &*token, 403, "ForbiddenException", "No access"),
            (
                nobody,
                &*token,
                400,
                "InvalidRequestException",
                "Missing required parameter: account_id",
            ),
        ] {
            let answer = ask(&lab, path, token).await;
            assert_eq!(answer.status, status, "{path}");
            assert_eq!(answer.header("x-amzn-errortype"), Some(code));
            let shape = format!("com.amazonaws.switchboard.portal#{code}");
            assert_eq!(answer.json()["__type"], shape);
            assert_eq!(answer.json()["message"], message);
            assert_eq!(lab.last_exchange().refusal.unwrap().stage, stage);
        }
        let unknown = ask(&lab, "/assignment/accounts", &token).await;
        assert_eq!(unknown.status, 404);
        assert_eq!(lab.last_exchange().operation, None);
        let posted = request("POST", &format!("{HOST}{PATH}"), &[(TOKEN, &token)]);
        assert_eq!(lab.send(Place::Laptop, posted).await.status, 405);
    });
}

#[test]
fn a_token_is_good_until_its_end_and_a_set_on_its_own() {
    lab(async |lab| {
        let token = sign_in(&lab);
        lab.advance(Duration::from_secs(8 * 3600 - 1)).await;
        assert_eq!(ask(&lab, PATH, &token).await.status, 200);
        lab.advance(Duration::from_secs(1)).await;
        assert_eq!(ask(&lab, PATH, &token).await.status, 401);
    });
}

async fn under(lab: &Lab, effect: Effect, token: &str) -> Answer {
    let operation = Some("sso-get-role-credentials".to_owned());
    let matcher = Matcher {
        operation,
        ..Matcher::default()
    };
    lab.edge.faults().add(Fault::new("fault", matcher, effect));
    let answer = ask(lab, PATH, token).await;
    lab.edge.faults().clear("fault");
    answer
}

// sso.errors.throttled
#[test]
fn faults_are_spoken_as_the_portal_speaks() {
    lab(async |lab| {
        let token = sign_in(&lab);
        let answer = under(&lab, Effect::Throttle(Throttle::default()), &token).await;
        assert_eq!(answer.status, 429);
        let shape = "com.amazonaws.switchboard.portal#TooManyRequestsException";
        assert_eq!(answer.json()["__type"], shape);
        let missing = Effect::MissingField("SecretAccessKey".to_owned());
        let document = under(&lab, missing, &token).await.json();
        let members = document["roleCredentials"].as_object().unwrap();
        let names: Vec<_> = members.keys().map(String::as_str).collect();
        assert_eq!(names, ["accessKeyId", "expiration", "sessionToken"]);
        // An hour before it was asked.
        let past = under(&lab, Effect::Expiration(OddExpiration::Past), &token).await;
        let expiration = &past.json()["roleCredentials"]["expiration"];
        assert_eq!(*expiration, 1_935_356_400_000_i64);
    });
}
