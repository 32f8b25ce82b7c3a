//! The keys that instances hand out, used.

use rolecall_account::{Issuing, Session, Staleness};

use crate::support::signer::Signer;
use crate::support::{HOUR, Lab, METADATA, lab, lab_issuing, request};
use crate::{ask, sts, who};

/// The set that the instance hands out at that path, by its document.
async fn fetched(lab: &Lab, path: &str) -> Session {
    let uri = format!("{METADATA}/latest/meta-data/{path}");
    let document = lab.send(lab.on_web(), request("GET", &uri, &[])).await;
    let document = document.json();
    let key = document["AccessKeyId"].as_str().unwrap();
    let world = lab.edge.world();
    Session::clone(world.session(key).unwrap())
}

// imds.identity.credentials
#[test]
fn an_instance_can_prove_which_one_it_is() {
    lab(async |lab| {
        let path = "identity-credentials/ec2/security-credentials/ec2-instance";
        let session = fetched(&lab, path).await;
        let signer = sts(Signer::with(&session, lab.edge.now()));
        let answer = ask(&lab, &signer, who()).await;
        let web = &lab.web;
        assert_eq!(
            answer.element("Arn"),
            format!("arn:aws:sts::111122223333:assumed-role/aws:ec2-instance/{web}")
        );
        assert_eq!(
            answer.element("UserId"),
            format!("111122223333:aws:ec2-instance:{web}")
        );
    });
}

// imds.credentials.role-delivery
#[test]
fn both_sets_of_an_issue_are_the_same_caller() {
    lab(async |lab| {
        let tokenless = fetched(&lab, "iam/security-credentials/photo-app").await;
        let of_tokenless = sts(Signer::with(&tokenless, lab.edge.now()));
        let first = ask(&lab, &of_tokenless, who()).await;
        let second = ask(&lab, &sts(lab.signer()), who()).await;
        assert_eq!((first.status, second.status), (200, 200));
        assert_eq!(first.element("UserId"), second.element("UserId"));
    });
}

// imds.credentials.stale
#[test]
fn a_set_that_is_served_past_its_expiry_is_accepted_or_not() {
    for (staleness, status) in [(Staleness::Accepted, 200), (Staleness::Rejected, 403)] {
        let issuing = Issuing {
            staleness,
            ..Issuing::default()
        };
        lab_issuing(issuing, async |lab| {
            lab.advance(30 * HOUR).await;
            let served = fetched(&lab, "iam/security-credentials/photo-app").await;
            let signer = sts(Signer::with(&served, lab.edge.now()));
            let answer = ask(&lab, &signer, who()).await;
            assert_eq!(answer.status, status, "{staleness:?}");
            if status == 403 {
                assert_eq!(answer.element("Code"), "ExpiredToken");
            }
        });
    }
}
