//! Clients that live by the machine's clock while the simulated one has jumped ahead.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rolecall_account::SimInstant;

use crate::support::signer::{Signer, get, put};
use crate::support::{HOUR, Lab, ROLE, request, user};

const WHO: &str =
    "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15";

/// The latest keys of the instance, used by somebody whose clock knows nothing of jumps.
fn by_machine_time(lab: &Lab) -> Signer {
    let machine = lab.edge.clock().machine_now().unwrap();
    let signer = lab.signer();
    Signer {
        date: SimInstant::from(machine),
        ..signer
    }
}

#[tokio::test]
async fn they_are_let_in_journalled_and_told_of_once() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let lab = Lab::by_the_machine(Some(move |caller: &str| {
        tell.lock().unwrap().push(caller.to_owned());
    }));
    let signer = by_machine_time(&lab);
    let stored = lab.call(signer.sign(put("k", "x", &[]))).await;
    assert_eq!(stored.status, 200);
    assert!(!lab.last_exchange().by_machine_time, "both clocks agree");

    lab.advance(HOUR).await;
    for _ in 0..3 {
        let signer = by_machine_time(&lab);
        assert_eq!(lab.call(signer.sign(get("k"))).await.status, 200);
        assert!(lab.last_exchange().by_machine_time);
    }
    let web = format!("arn:aws:sts::111122223333:assumed-role/{ROLE}/{}", lab.web);
    assert_eq!(*told.lock().unwrap(), std::slice::from_ref(&web));

    // The next set of keys is the same client's, and another caller's are not.
    lab.advance(6 * HOUR).await;
    lab.edge.world().advance_to(lab.edge.now());
    let rotated = by_machine_time(&lab);
    assert_ne!(rotated.access_key_id, signer.access_key_id);
    assert_eq!(lab.call(rotated.sign(get("k"))).await.status, 200);
    assert_eq!(told.lock().unwrap().len(), 1);
    let ann = user(&lab, None);
    for service in ["s3", "sts"] {
        let signer = Signer {
            service,
            ..Signer::with(&ann, by_machine_time(&lab).date)
        };
        let request = match service {
            "s3" => get("k"),
            _ => request("GET", WHO, &[]),
        };
        assert_eq!(lab.call(signer.sign(request)).await.status, 200);
        assert!(lab.last_exchange().by_machine_time);
    }
    let ann = "arn:aws:iam::111122223333:user/ann".to_owned();
    assert_eq!(*told.lock().unwrap(), [web, ann]);

    let shifted = lab.call_signed(get("k")).await;
    assert_eq!(shifted.status, 200, "and so are those who know the time");
    assert!(!lab.last_exchange().by_machine_time);
}

#[tokio::test]
async fn sessions_and_urls_end_by_simulated_time_all_the_same() {
    let lab = Lab::by_the_machine(Some(|_: &str| {}));
    let signer = by_machine_time(&lab);
    lab.call(signer.sign(put("k", "x", &[]))).await;
    let url = signer.presign(get("k"), Duration::from_mins(10));
    assert_eq!(lab.call(url.clone()).await.status, 200);
    lab.advance(HOUR).await;
    let expired = lab.call(url).await;
    assert_eq!(expired.element("Message"), "Request has expired");
    lab.advance(6 * HOUR).await;
    let over = Signer {
        date: by_machine_time(&lab).date,
        ..signer
    };
    assert_eq!(
        lab.call(over.sign(get("k"))).await.element("Code"),
        "ExpiredToken"
    );
}

#[tokio::test]
async fn by_a_strict_clock_they_are_refused() {
    let lab = Lab::by_the_machine(None::<fn(&str)>);
    lab.advance(HOUR).await;
    let refused = lab.call(by_machine_time(&lab).sign(get("k"))).await;
    assert_eq!(refused.element("Code"), "RequestTimeTooSkewed");
}

#[tokio::test]
async fn a_date_that_is_near_neither_is_refused() {
    let lab = Lab::by_the_machine(Some(|_: &str| {}));
    lab.advance(2 * HOUR).await;
    let mut between = by_machine_time(&lab);
    between.date = between.date + HOUR;
    let refused = lab.call(between.sign(get("k"))).await;
    assert_eq!(refused.element("Code"), "RequestTimeTooSkewed");
}
