//! The dates of a recording, moved to the time of its replay.

use rolecall_account::SimInstant;

use super::documents;
use super::fixture::Fixture;

/// Members and elements of documents that say when something happened or will.
const DATES: &[&str] = &["expiration", "lastupdated"];

/// Moves every date in the documents of `fixture` by the time from its beginning to `start`. The
/// `Date` of an answer is no such date: it is the time of the answer, whenever that is given.
pub(super) fn shift(fixture: &mut Fixture, start: SimInstant) {
    // Whole seconds, so that the parts of a second of each date stay what they are.
    let millis = start
        .epoch_millis()
        .saturating_sub(fixture.from.epoch_millis());
    let seconds = millis.div_euclid(1000);
    let answers = fixture
        .exchanges
        .iter_mut()
        .filter_map(|exchange| exchange.answer.as_mut());
    for answer in answers {
        answer.change_body(|document| {
            let found = documents::values(document);
            documents::changed(document, found, |name, value| {
                let is_date = DATES.iter().any(|date| name.eq_ignore_ascii_case(date));
                is_date.then(|| moved(value, seconds)).flatten()
            })
            .unwrap_or_else(|| document.to_owned())
        });
    }
}

/// An RFC 3339 date, so many seconds later, in the form it had; `None` if it is none.
fn moved(date: &str, seconds: i64) -> Option<String> {
    SimInstant::parse(date)?;
    let (civil, rest) = date.split_at_checked("2031-05-01T00:00:00".len())?;
    let civil = SimInstant::parse(&format!("{civil}Z"))?;
    let millis = seconds.saturating_mul(1000);
    let moved = SimInstant::from_epoch_millis(civil.epoch_millis().saturating_add(millis));
    Some(format!("{}{rest}", moved.to_string().trim_end_matches('Z')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_keeps_its_form() {
        for (date, expected) in [
            ("2031-05-01T23:59:59Z", "2031-05-02T00:00:59Z"),
            ("2031-05-01T23:59:59.123Z", "2031-05-02T00:00:59.123Z"),
            ("2031-05-01T23:59:59+02:00", "2031-05-02T00:00:59+02:00"),
        ] {
            assert_eq!(moved(date, 60).as_deref(), Some(expected));
            assert_eq!(moved(expected, -60).as_deref(), Some(date));
        }
        for none in ["", "never", "2031-05-01", "1935360000000"] {
            assert_eq!(moved(none, 60), None, "{none}");
        }
    }
}
