//! A point of simulated time, and the forms in which AWS writes it.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A point of simulated time: whole milliseconds since 1970-01-01T00:00:00Z.
///
/// The account never asks for the time: every call that needs it takes one of these.
///
/// ```
/// use std::time::Duration;
/// use rolecall_account::SimInstant;
///
/// let launch = SimInstant::parse("2031-05-01T00:00:00Z").unwrap();
/// let expiry = launch + Duration::from_secs(6 * 3600);
/// assert_eq!(expiry.to_string(), "2031-05-01T06:00:00Z");
/// assert_eq!(expiry.amz_date(), "20310501T060000Z");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimInstant {
    epoch_millis: i64,
}

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

impl SimInstant {
    /// The point `epoch_millis` milliseconds after the epoch.
    pub const fn from_epoch_millis(epoch_millis: i64) -> Self {
        Self { epoch_millis }
    }

    /// Milliseconds since the epoch.
    pub const fn epoch_millis(self) -> i64 {
        self.epoch_millis
    }

    /// Reads an RFC 3339 date with offset, such as `2031-05-01T00:00:00Z`; `None` for anything
    /// else. Fractions below a millisecond are cut.
    pub fn parse(text: &str) -> Option<Self> {
        let timestamp: Timestamp = text.parse().ok()?;
        Some(Self::from_epoch_millis(timestamp.as_millisecond()))
    }

    /// Reads the form of the `x-amz-date` header, `20310501T000000Z`; `None` for anything else.
    pub fn parse_amz_date(text: &str) -> Option<Self> {
        // The parser below takes shorter fields than AWS does.
        if text.len() != 16 {
            return None;
        }
        let civil = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
        let timestamp = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
        Some(Self::from_epoch_millis(timestamp.as_millisecond()))
    }

    /// The form of `x-amz-date`: `20310501T060000Z`. The first eight characters are the date of a
    /// credential scope.
    pub fn amz_date(self) -> String {
        let at = self.civil();
        format!(
            "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
            at.year(),
            at.month(),
            at.day(),
            at.hour(),
            at.minute(),
            at.second()
        )
    }

    /// The form of the HTTP `Date` header: `Thu, 01 May 2031 06:00:00 GMT`.
    pub fn http_date(self) -> String {
        let at = self.civil();
        let day = DAYS[usize::from(at.weekday().to_sunday_zero_offset().unsigned_abs())];
        let month = MONTHS[usize::from(at.month().unsigned_abs()) - 1];
        let (year, two) = (at.year().unsigned_abs(), i8::unsigned_abs);
        // Every answer has one, and most have two: put together by hand, which takes a good deal less
        // than a format.
        let mut text = String::with_capacity("Thu, 01 May 2031 06:00:00 GMT".len());
        for (before, number) in [
            (day, None),
            (", ", Some(two(at.day()).into())),
            (" ", None),
            (month, None),
            (" ", Some(year / 100)),
            ("", Some(year % 100)),
            (" ", Some(two(at.hour()).into())),
            (":", Some(two(at.minute()).into())),
            (":", Some(two(at.second()).into())),
            (" GMT", None),
        ] {
            text.push_str(before);
            if let Some(number) = number {
                push_two_digits(&mut text, number);
            }
        }
        text
    }

    /// The form of the dates of scheduled events: `01 May 2031 06:00:00 GMT`.
    pub(crate) fn event_date(self) -> String {
        self.timestamp()
            .strftime("%d %b %Y %H:%M:%S GMT")
            .to_string()
    }

    /// The form of CloudTrail's expirations (`cloudtrail.sts.credentials`): `May 1, 2031 6:00:00 AM`.
    pub(crate) fn in_words(self) -> String {
        self.timestamp()
            .strftime("%b %-d, %Y %-I:%M:%S %p")
            .to_string()
    }

    /// Reads the form of the HTTP `Date` header; `None` for anything else. The two forms that
    /// RFC 9110 calls obsolete are none.
    pub fn parse_http_date(text: &str) -> Option<Self> {
        let timestamp = jiff::fmt::rfc2822::DateTimeParser::new()
            .parse_timestamp(text)
            .ok()?;
        let read = Self::from_epoch_millis(timestamp.as_millisecond());
        // The parser takes what mail programs write, which is more.
        (read.http_date() == text).then_some(read)
    }

    /// RFC 3339 with as many digits of a second as it has, none for a whole one:
    /// `2031-05-01T06:00:00.25Z` (`container.agent.expiration-nanos`).
    pub fn rfc3339_nano(self) -> String {
        self.timestamp().to_string()
    }

    /// How long after `earlier` this is; zero if it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(
            self.epoch_millis
                .saturating_sub(earlier.epoch_millis)
                .max(0)
                .unsigned_abs(),
        )
    }

    /// How far this is from `other`, whichever is later.
    pub fn distance(self, other: Self) -> Duration {
        Duration::from_millis(self.epoch_millis.abs_diff(other.epoch_millis))
    }

    /// The date and the time of day in UTC. Every answer tells one, and formatting it by a pattern
    /// was among the first things in a profile.
    fn civil(self) -> jiff::civil::DateTime {
        jiff::tz::Offset::UTC.to_datetime(self.timestamp())
    }

    fn timestamp(self) -> Timestamp {
        // Out of range only beyond the year 9999; clamped rather than a panic in a formatter.
        Timestamp::from_millisecond(self.epoch_millis).unwrap_or(if self.epoch_millis < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }
}

/// A number below a hundred, with a zero in front if it is below ten.
fn push_two_digits(text: &mut String, number: u16) {
    for digit in [number / 10, number % 10] {
        text.extend(char::from_digit(digit.into(), 10));
    }
}

impl std::ops::Add<Duration> for SimInstant {
    type Output = Self;

    /// Saturates at the end of the representable range; parts of a millisecond are cut.
    fn add(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_epoch_millis(self.epoch_millis.saturating_add(millis))
    }
}

impl std::ops::Sub<Duration> for SimInstant {
    type Output = Self;

    /// Saturates at the start of the representable range; parts of a millisecond are cut.
    fn sub(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_epoch_millis(self.epoch_millis.saturating_sub(millis))
    }
}

impl From<SystemTime> for SimInstant {
    /// Cuts parts of a millisecond.
    fn from(time: SystemTime) -> Self {
        let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_epoch_millis(match time.duration_since(UNIX_EPOCH) {
            Ok(after) => millis(after),
            Err(before) => -millis(before.duration()),
        })
    }
}

impl From<SimInstant> for SystemTime {
    fn from(instant: SimInstant) -> Self {
        let distance = Duration::from_millis(instant.epoch_millis.unsigned_abs());
        if instant.epoch_millis < 0 {
            UNIX_EPOCH - distance
        } else {
            UNIX_EPOCH + distance
        }
    }
}

/// AWS's ISO 8601 form with whole seconds: `2031-05-01T06:00:00Z`.
impl fmt::Display for SimInstant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.civil();
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            at.year(),
            at.month(),
            at.day(),
            at.hour(),
            at.minute(),
            at.second()
        )
    }
}

/// As text, to the millisecond.
impl Serialize for SimInstant {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{self:?}"))
    }
}

impl<'de> Deserialize<'de> for SimInstant {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| {
            de::Error::custom(format!(
                "`{text}` is no time such as `2031-05-01T00:00:00Z`"
            ))
        })
    }
}

impl fmt::Debug for SimInstant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_round_trip() {
        let instant = SimInstant::parse("2031-05-01T06:00:00Z").unwrap();
        assert_eq!(instant.http_date(), "Thu, 01 May 2031 06:00:00 GMT");
        assert_eq!(
            SimInstant::parse_amz_date(&instant.amz_date()),
            Some(instant)
        );
        assert_eq!(SimInstant::from(SystemTime::from(instant)), instant);
        assert_eq!(instant.rfc3339_nano(), instant.to_string());
        let quarter = instant + Duration::from_millis(250);
        assert_eq!(quarter.rfc3339_nano(), "2031-05-01T06:00:00.25Z");
    }

    #[test]
    fn dates_are_those_of_a_formatter_by_patterns() {
        // A prime number of seconds meets every month, weekday and leap year.
        for step in 0..4_000 {
            let instant = SimInstant::from_epoch_millis(step * 999_983_000);
            let pattern = |pattern| instant.timestamp().strftime(pattern).to_string();
            assert_eq!(instant.http_date(), pattern("%a, %d %b %Y %H:%M:%S GMT"));
            assert_eq!(instant.to_string(), pattern("%Y-%m-%dT%H:%M:%SZ"));
            assert_eq!(instant.amz_date(), pattern("%Y%m%dT%H%M%SZ"));
        }
    }

    #[test]
    fn before_the_epoch_too() {
        let instant = SimInstant::from_epoch_millis(-1_500);
        assert_eq!(SimInstant::from(SystemTime::from(instant)), instant);
        assert_eq!(
            instant.distance(SimInstant::from_epoch_millis(500)),
            Duration::from_secs(2)
        );
        assert_eq!(
            instant.since(SimInstant::from_epoch_millis(0)),
            Duration::ZERO
        );
    }

    #[test]
    fn only_the_exact_form_is_an_amz_date() {
        for wrong in [
            "2031-05-01T06:00:00Z",
            "20310501T060000",
            "20310501",
            "20311301T060000Z",
            "",
        ] {
            assert_eq!(SimInstant::parse_amz_date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_http_date_is_read_as_it_is_written_and_in_no_other_form() {
        let date = "Thu, 01 May 2031 06:00:00 GMT";
        let read = SimInstant::parse_http_date(date).unwrap();
        assert_eq!(read.to_string(), "2031-05-01T06:00:00Z");
        assert_eq!(read.http_date(), date);
        for text in [
            "Thu, 01 May 2031 06:00:00 UTC",
            "Thu, 01 May 2031 06:00:00 +0000",
            "Thu, 1 May 2031 06:00:00 GMT",
            "Fri, 01 May 2031 06:00:00 GMT",
            "01 May 2031 06:00:00 GMT",
            "Thursday, 01-May-31 06:00:00 GMT",
            "Thu May  1 06:00:00 2031",
            "2031-05-01T06:00:00Z",
            "",
        ] {
            assert_eq!(SimInstant::parse_http_date(text), None, "{text}");
        }
    }
}
