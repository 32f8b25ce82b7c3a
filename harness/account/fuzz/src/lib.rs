//! What the fuzz targets share: a world behind its network, the one that the tests of the endpoints
//! have, too.

#[path = "../../../endpoints/tests/support/mod.rs"]
mod support;

use bytes::Bytes;
use support::signer::Signer;
use support::{Answer, lab, request, user};

/// Sends a request, signed by one who may do everything; whatever it says, it is answered in full
/// and never with a failure of our own.
pub fn ask(service: &'static str, method: &str, uri: &str, header: (&str, &str), body: &[u8]) {
    let request = request(method, uri, &[header]);
    let request = request.map(|_| Bytes::copy_from_slice(body));
    let answer: Answer = lab(async |lab| {
        let ann = user(&lab, None);
        let signer = Signer {
            service,
            ..Signer::with(&ann, lab.edge.now())
        };
        lab.call(signer.sign(request)).await
    });
    assert!(
        answer.status < 500 || answer.status == 501,
        "{} {}",
        answer.status,
        String::from_utf8_lossy(&answer.body)
    );
}
