//! What an answer looks like, by who gives it.

use http::Method;
use quick_xml::Reader;
use quick_xml::events::Event;
use rolecall_account::s3::S3Code;

use crate::seeds::Speaker;
use crate::support::Answer;

/// Checks an answer to a request of that method, whatever it says.
#[track_caller]
pub(crate) fn check(speaker: Speaker, method: &Method, answer: &Answer, told: &str) {
    assert!(
        answer.status < 500 || (answer.status == 501 && speaker == Speaker::S3),
        "{told}: {answer:?}"
    );
    assert!(answer.headers.contains_key("date"), "{told}");
    let is_head = method == Method::HEAD;
    if answer.status == 304 {
        assert!(answer.body.is_empty(), "{told}: {answer:?}");
    } else if !is_head {
        let length = answer.header("content-length").unwrap();
        assert_eq!(length, answer.body.len().to_string(), "{told}");
    }
    let kind = answer.header("content-type").unwrap_or_default();
    let ok = answer.status < 400;
    match speaker {
        Speaker::Metadata => {
            assert_eq!(answer.header("server"), Some("EC2ws"), "{told}");
            // Nothing is said to who has no token, or asks in a wrong way.
            let bare = [401, 405].contains(&answer.status);
            let expected = if ok || bare {
                "text/plain"
            } else {
                "text/html"
            };
            assert_eq!(kind, expected, "{told}");
            assert!(
                ok || bare
                    || is_head
                    || answer.text().contains(&format!("<h1>{} - ", answer.status)),
                "{told}: {answer:?}"
            );
        }
        Speaker::Container if kind == "text/plain" => {
            assert!([404, 405].contains(&answer.status), "{told}: {answer:?}");
        }
        Speaker::Container => {
            assert_eq!(kind, "application/json", "{told}");
            if !is_head {
                let expected = if ok { "AccessKeyId" } else { "code" };
                assert!(answer.json().get(expected).is_some(), "{told}: {answer:?}");
            }
        }
        Speaker::Task | Speaker::Local => {
            let known = [200, 400, 401, 403, 404, 405].contains(&answer.status);
            assert!(known, "{told}: {answer:?}");
            if kind == "application/json" && !is_head {
                let document = answer.json();
                assert!(document.is_object() || !ok, "{told}: {answer:?}");
            } else if !is_head {
                assert!(kind.starts_with("text/plain"), "{told}: {answer:?}");
            }
        }
        Speaker::Agent if ok => {
            assert_eq!(kind, "application/json", "{told}");
            let whole = is_head || answer.json().get("AccountId").is_some();
            assert!(whole, "{told}: {answer:?}");
        }
        Speaker::Agent => {
            let known = [400, 403, 404, 405].contains(&answer.status);
            assert!(
                known && kind.starts_with("text/plain"),
                "{told}: {answer:?}"
            );
            assert!(is_head || answer.text().ends_with('\n'), "{told}");
        }
        Speaker::Portal => portal(answer, is_head, told),
        Speaker::S3 => {
            assert!(answer.headers.contains_key("x-amz-request-id"), "{told}");
            if !ok && is_head {
                assert!(answer.body.is_empty(), "{told}: {answer:?}");
            } else if !ok {
                let expected = "application/xml";
                assert_eq!(kind, expected, "{told}");
                s3_error(answer, told);
            }
        }
        Speaker::Ec2 => ec2(answer, is_head, told),
        Speaker::Sts | Speaker::Iam | Speaker::Nobody => {
            assert_eq!(kind, "text/xml", "{told}");
            if !is_head {
                is_xml(answer.text(), told);
            }
            if !ok && !is_head {
                assert!(
                    answer.text().contains("<ErrorResponse"),
                    "{told}: {answer:?}"
                );
                assert_eq!(answer.element("Type"), "Sender", "{told}");
                let code = answer.element("Code");
                let known = code.bytes().all(|byte| byte.is_ascii_alphabetic());
                assert!(known && !code.is_empty(), "{told}: {code}");
            }
        }
    }
    if matches!(speaker, Speaker::Sts | Speaker::Iam) {
        let id = answer.header("x-amzn-requestid").unwrap();
        assert!(is_head || answer.element("RequestId") == id, "{told}");
    }
}

#[track_caller]
fn portal(answer: &Answer, is_head: bool, told: &str) {
    let ok = answer.status < 400;
    let kind = answer.header("content-type");
    assert_eq!(kind, Some("application/json"), "{told}");
    let named = answer.headers.contains_key("x-amzn-errortype");
    assert_eq!(named, !ok, "{told}: {answer:?}");
    if !is_head {
        let expected = if ok { "roleCredentials" } else { "message" };
        assert!(answer.json().get(expected).is_some(), "{told}: {answer:?}");
    }
}

#[track_caller]
fn ec2(answer: &Answer, is_head: bool, told: &str) {
    assert_eq!(answer.header("content-type"), Some("text/xml"), "{told}");
    if !is_head {
        is_xml(answer.text(), told);
        let errors = answer.text().contains("<Response><Errors><Error><Code>");
        assert_eq!(errors, answer.status >= 400, "{told}: {answer:?}");
    }
}

#[track_caller]
fn s3_error(answer: &Answer, told: &str) {
    is_xml(answer.text(), told);
    let code = answer.element("Code");
    let known = S3Code::named(&code).unwrap_or_else(|| panic!("{told}: no code {code}"));
    assert_eq!(known.status(), answer.status, "{told}: {answer:?}");
    for (element, header) in [("RequestId", "x-amz-request-id"), ("HostId", "x-amz-id-2")] {
        let id = answer.header(header).unwrap();
        assert_eq!(answer.element(element), id, "{told}");
    }
}

/// Whether it is well-formed, to its end.
#[track_caller]
fn is_xml(text: &str, told: &str) {
    let mut reader = Reader::from_str(text);
    let mut open = 0_usize;
    loop {
        match reader.read_event() {
            Ok(Event::Start(_)) => open += 1,
            Ok(Event::End(_)) => open -= 1,
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => panic!("{told}: {error}: {text}"),
        }
    }
    assert_eq!(open, 0, "{told}: {text}");
}
