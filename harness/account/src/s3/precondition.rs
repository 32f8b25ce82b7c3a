//! What must hold of an object for a request to go on.

use super::error::{S3Code, S3Error};
use super::object::Object;
use crate::authenticate::Stage;
use crate::instant::SimInstant;

/// The conditions of a request, each as its header says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preconditions {
    /// `If-Match`: the object has one of these `ETag`s.
    pub if_match: Option<String>,
    /// `If-None-Match`: it has none of these.
    pub if_none_match: Option<String>,
    /// `If-Modified-Since`: it was stored after this time.
    pub if_modified_since: Option<String>,
    /// `If-Unmodified-Since`: it was not.
    pub if_unmodified_since: Option<String>,
}

/// How the conditions of a read turn out; with the header that was not met.
enum Outcome {
    Met,
    /// It is the object that the reader knows already.
    Known(&'static str),
    /// It is not the object that is meant.
    Failed(&'static str),
}

impl Preconditions {
    /// What is said of the `ETag` counts before what is said of the time
    /// (`s3.get.preconditions`).
    fn of(&self, now: SimInstant, object: &Object) -> Outcome {
        if let Some(etags) = &self.if_match {
            if !names(etags, &object.etag) {
                return Outcome::Failed("If-Match");
            }
        } else if time(self.if_unmodified_since.as_deref())
            .is_some_and(|since| stored_after(since, object))
        {
            return Outcome::Failed("If-Unmodified-Since");
        }
        if let Some(etags) = &self.if_none_match {
            return if names(etags, &object.etag) {
                Outcome::Known("If-None-Match")
            } else {
                Outcome::Met
            };
        }
        // A time that is still to come is none.
        let since = time(self.if_modified_since.as_deref()).filter(|since| *since <= now);
        if since.is_none_or(|since| stored_after(since, object)) {
            Outcome::Met
        } else {
            Outcome::Known("If-Modified-Since")
        }
    }

    /// Whether a reader has yet to be sent `object`: not if it is the one that is known already.
    ///
    /// # Errors
    /// It is not the object that is meant.
    pub(super) fn is_news(&self, now: SimInstant, object: &Object) -> Result<bool, S3Error> {
        match self.of(now, object) {
            Outcome::Met => Ok(true),
            Outcome::Known(_) => Ok(false),
            Outcome::Failed(header) => Err(failed(header)),
        }
    }

    /// Whether `source` is the one that is to be copied (`s3.copy.preconditions`).
    ///
    /// # Errors
    /// It is not.
    pub(super) fn check_source(&self, now: SimInstant, source: &Object) -> Result<(), S3Error> {
        match self.of(now, source) {
            Outcome::Met => Ok(()),
            Outcome::Known(header) | Outcome::Failed(header) => {
                Err(failed(&format!("x-amz-copy-source-{header}")))
            }
        }
    }

    /// Whether an object may be stored where `there` is, or nothing (`s3.put.preconditions`).
    ///
    /// # Errors
    /// It may not; S3 has no such condition for what is stored.
    pub(super) fn check_write(&self, there: Option<&Object>) -> Result<(), S3Error> {
        match (&self.if_match, self.if_none_match.as_deref()) {
            (None, None) => Ok(()),
            (Some(etags), None) => match there {
                Some(object) if names(etags, &object.etag) => Ok(()),
                Some(_) => Err(failed("If-Match")),
                None => Err(S3Error::resource(S3Code::NoSuchKey)),
            },
            (None, Some("*")) if there.is_none() => Ok(()),
            (None, Some("*")) => Err(failed("If-None-Match")),
            (_, Some(_)) => Err(S3Error::new(S3Code::NotImplemented, Stage::Operation)),
        }
    }
}

fn failed(header: &str) -> S3Error {
    let mut error = S3Error::resource(S3Code::PreconditionFailed);
    error.elements = vec![("Condition", header.to_owned())];
    error
}

/// Whether a header names the `ETag`, with quotes or without, as a weak one or as the strong one
/// that it is (`s3.get.if-match`).
fn names(header: &str, etag: &str) -> bool {
    let mut named = header.split(',').map(|name| {
        let name = name.trim();
        name.strip_prefix("W/").unwrap_or(name).trim_matches('"')
    });
    named.any(|name| name == "*" || name == etag)
}

/// A header that is no date is ignored.
fn time(header: Option<&str>) -> Option<SimInstant> {
    SimInstant::parse_http_date(header?)
}

/// Compared in whole seconds, for `Last-Modified` tells no more.
fn stored_after(since: SimInstant, object: &Object) -> bool {
    let second = |at: SimInstant| at.epoch_millis().div_euclid(1000);
    second(object.last_modified) > second(since)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::object::NewObject;
    use super::super::tags::Tags;
    use super::*;
    use crate::testing::start;

    const HOUR: Duration = Duration::from_hours(1);

    /// The MD5 of nothing.
    const ETAG: &str = "\"d41d8cd98f00b204e9800998ecf8427e\"";
    const OTHER: &str = "\"0\"";

    fn object() -> Object {
        Object::whole(
            NewObject::default(),
            Tags::default(),
            start() + Duration::from_millis(500),
        )
    }

    fn conditions(
        if_match: Option<&str>,
        if_unmodified_since: Option<&str>,
        if_none_match: Option<&str>,
        if_modified_since: Option<&str>,
    ) -> Preconditions {
        let owned = |header: Option<&str>| header.map(str::to_owned);
        Preconditions {
            if_match: owned(if_match),
            if_none_match: owned(if_none_match),
            if_modified_since: owned(if_modified_since),
            if_unmodified_since: owned(if_unmodified_since),
        }
    }

    /// Every combination of conditions that hold, that do not, and that are not there.
    // s3.get.preconditions, s3.copy.preconditions
    #[test]
    fn what_is_said_of_the_tag_counts_before_what_is_said_of_the_time() {
        let (before, after) = ((start() - HOUR).http_date(), (start() + HOUR).http_date());
        let now = start() + HOUR * 2;
        let tags = [None, Some(ETAG), Some(OTHER)];
        let times = [None, Some(&*before), Some(&*after)];
        for if_match in tags {
            for unmodified in times {
                for if_none_match in tags {
                    for modified in times {
                        let sent = conditions(if_match, unmodified, if_none_match, modified);
                        let refused = match if_match {
                            Some(etag) => etag == OTHER,
                            None => unmodified == Some(&before),
                        };
                        let known = match if_none_match {
                            Some(etag) => etag == ETAG,
                            None => modified == Some(&after),
                        };
                        let found = sent.is_news(now, &object()).ok();
                        assert_eq!(found, (!refused).then_some(!known), "{sent:?}");
                        let copied = sent.check_source(now, &object()).is_ok();
                        assert_eq!(copied, !refused && !known, "{sent:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn times_are_compared_in_whole_seconds() {
        for (since, is_news) in [
            (start(), false),
            (start() - Duration::from_secs(1), true),
            (start() + Duration::from_secs(1), false),
        ] {
            let since = since.http_date();
            let now = start() + HOUR;
            let modified = conditions(None, None, None, Some(&since));
            assert_eq!(
                modified.is_news(now, &object()).ok(),
                Some(is_news),
                "{since}"
            );
            let unmodified = conditions(None, Some(&since), None, None);
            let found = unmodified.is_news(now, &object());
            assert_eq!(found.is_ok(), !is_news, "{since}");
        }
    }

    #[test]
    fn a_time_that_is_none_or_still_to_come_says_nothing() {
        let later = (start() + HOUR).http_date();
        for since in [&*later, "yesterday", "2031-05-01", ""] {
            let sent = conditions(None, None, None, Some(since));
            let now = start() + Duration::from_mins(59);
            assert_eq!(sent.is_news(now, &object()).ok(), Some(true), "{since}");
        }
    }

    // s3.get.if-match
    #[test]
    fn which_headers_name_a_tag() {
        for (header, expected) in [
            ("\"abc\"", true),
            ("abc", true),
            ("*", true),
            ("W/\"abc\"", true),
            ("\"x\", \"abc\"", true),
            ("\"abcd\"", false),
            ("\"x\",\"y\"", false),
            ("", false),
        ] {
            assert_eq!(names(header, "abc"), expected, "{header}");
        }
    }

    // s3.put.preconditions
    #[test]
    fn what_may_be_stored_over_what_is_there() {
        let there = object();
        for (if_match, if_none_match, on_nothing, on_object) in [
            (None, None, None, None),
            (Some(ETAG), None, Some(S3Code::NoSuchKey), None),
            (
                Some(OTHER),
                None,
                Some(S3Code::NoSuchKey),
                Some(S3Code::PreconditionFailed),
            ),
            (None, Some("*"), None, Some(S3Code::PreconditionFailed)),
            (
                None,
                Some(OTHER),
                Some(S3Code::NotImplemented),
                Some(S3Code::NotImplemented),
            ),
            (
                Some(ETAG),
                Some("*"),
                Some(S3Code::NotImplemented),
                Some(S3Code::NotImplemented),
            ),
        ] {
            let sent = conditions(if_match, None, if_none_match, None);
            for (there, expected) in [(None, on_nothing), (Some(&there), on_object)] {
                let found = sent.check_write(there).err().map(|refused| refused.code);
                assert_eq!(found, expected, "{sent:?} {}", there.is_some());
            }
        }
    }
}
