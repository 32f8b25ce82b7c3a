//! Dates out of form, and too far from now.

use http::HeaderName;

use super::super::{Problem, ServiceRules, Stage, parse_header};
use super::sample::{Row, check, signed, signer, text};

#[test]
fn dates_that_cannot_be_read() {
    let malformed = |header, found| Problem::DateMalformed {
        header: HeaderName::from_static(header),
        found: text(found),
    };
    let rows: Vec<Row> = vec![
        (
            "none",
            |sent| {
                sent.headers.remove("x-amz-date");
                sent.replace("authorization", "x-amz-date;", "");
            },
            Problem::DateMissing,
        ),
        (
            "RFC 3339",
            |sent| sent.set("x-amz-date", "2031-05-01T06:00:00Z"),
            malformed("x-amz-date", "2031-05-01T06:00:00Z"),
        ),
        (
            "a second that there is not",
            |sent| sent.set("x-amz-date", "20310501T060060Z"),
            malformed("x-amz-date", "20310501T060060Z"),
        ),
        (
            "a day of the week that is not that day's",
            |sent| {
                sent.headers.remove("x-amz-date");
                sent.replace("authorization", "x-amz-date;", "");
                sent.append("date", "Mon, 01 May 2031 06:00:00 GMT");
            },
            malformed("date", "Mon, 01 May 2031 06:00:00 GMT"),
        ),
    ];
    check(rows, Stage::Date);
}

#[test]
fn dates_too_far_from_now() {
    let sent = signed();
    let parsed = parse_header(sent.head(), &ServiceRules::S3).unwrap();
    let date = parsed.date();
    let skew_max = ServiceRules::S3.clock_skew_max;
    let instant = std::time::Duration::from_millis(1);
    assert_eq!(parsed.check_date(date + skew_max, skew_max), Ok(()));
    assert_eq!(parsed.check_date(date - skew_max, skew_max), Ok(()));

    let now = date + skew_max + instant;
    let failure = parsed.check_date(now, skew_max).unwrap_err();
    let too_old = Problem::DateTooOld {
        date,
        now,
        skew_max,
    };
    assert_eq!((failure.stage(), failure.problem), (Stage::Date, too_old));

    let now = date - skew_max - instant;
    let failure = parsed.check_date(now, skew_max).unwrap_err();
    let too_new = Problem::DateTooNew {
        date,
        now,
        skew_max,
    };
    assert_eq!((failure.stage(), failure.problem), (Stage::Date, too_new));
}

#[test]
fn the_date_header_will_do() {
    for date in ["Thu, 01 May 2031 06:00:00 GMT", "20310501T060000Z"] {
        let mut sent = signed();
        sent.headers.remove("x-amz-date");
        sent.append("date", date);
        sent.replace("authorization", "x-amz-date;", "");
        let parsed = parse_header(sent.head(), &ServiceRules::S3).unwrap();
        assert_eq!(parsed.date(), signer().date, "{date}");
    }
}
