//! How times are written: durations and dates.

use std::time::Duration;

use jiff::{SignedDuration, SpanRelativeTo, Timestamp};

/// Reads a duration: `6h`, `90m`, `21600s`, `1h 30m`, `2d`; a minus makes it negative.
///
/// A day is 24 hours. Weeks, months and years depend on the calendar and are refused, as is
/// anything else.
pub fn parse_signed_duration(text: &str) -> Option<SignedDuration> {
    let span: jiff::Span = text.trim().parse().ok()?;
    if span.get_years() != 0 || span.get_months() != 0 || span.get_weeks() != 0 {
        return None;
    }
    span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()
}

/// Reads a duration that is not negative.
pub fn parse_duration(text: &str) -> Option<Duration> {
    parse_signed_duration(text)?.try_into().ok()
}

/// Reads an RFC 3339 date with an offset: `2031-05-01T00:00:00Z`.
pub fn parse_date(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_the_friendly_forms() {
        let seconds = |text| parse_duration(text).map(|duration| duration.as_secs());
        for (text, expected) in [
            ("6h", 21_600),
            ("90m", 5_400),
            ("21600s", 21_600),
            ("1h 30m", 5_400),
            ("1h30m", 5_400),
            ("2d", 172_800),
            ("0s", 0),
            ("PT6H", 21_600),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        assert_eq!(parse_duration("250ms"), Some(Duration::from_millis(250)));
    }

    #[test]
    fn calendar_units_signs_and_noise_are_not_durations() {
        for text in [
            "",
            "6",
            "h",
            "1w",
            "1mo",
            "1y",
            "-1h",
            "six hours",
            "6h later",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
        assert_eq!(
            parse_signed_duration("-90m"),
            Some(SignedDuration::from_mins(-90))
        );
    }
}
