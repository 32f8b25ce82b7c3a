//! The tags of objects and buckets.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use super::begin::Permit;
use super::error::{S3Code, S3Error};
use super::object::Object;
use crate::authenticate::Stage;
use crate::instant::SimInstant;
use crate::policy::Context;
use crate::world::World;

/// The most tags of an object (`s3.tags.limits`).
const OBJECT_TAGS_MAX: usize = 10;

/// The most tags of a bucket.
const BUCKET_TAGS_MAX: usize = 50;

const KEY_CHARACTERS_MAX: usize = 128;
const VALUE_CHARACTERS_MAX: usize = 256;

/// Tags that are in due form: each key once, with its value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Tags(BTreeMap<String, String>);

impl Tags {
    /// The tags of a header `x-amz-tagging`: a query (`s3.tags.header`).
    ///
    /// # Errors
    /// A key comes twice or is empty, a tag is out of form, or there are too many.
    pub fn from_header(header: &str) -> Result<Self, S3Error> {
        let mut pairs = Vec::new();
        for pair in header.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (key, value) = (decoded(key)?, decoded(value)?);
            if key.is_empty() || pairs.iter().any(|(earlier, _)| *earlier == key) {
                return Err(malformed_header());
            }
            pairs.push((key, value));
        }
        Self::of_object(pairs)
    }

    /// The tags of an object.
    ///
    /// # Errors
    /// A key comes twice, a tag is out of form, or there are too many.
    pub fn of_object(pairs: Vec<(String, String)>) -> Result<Self, S3Error> {
        Self::of(
            pairs,
            OBJECT_TAGS_MAX,
            "Object tags cannot be greater than 10",
        )
    }

    /// The tags of a bucket.
    ///
    /// # Errors
    /// A key comes twice, a tag is out of form, or there are too many.
    pub fn of_bucket(pairs: Vec<(String, String)>) -> Result<Self, S3Error> {
        Self::of(
            pairs,
            BUCKET_TAGS_MAX,
            "Bucket tag count cannot be greater than 50",
        )
    }

    fn of(pairs: Vec<(String, String)>, max: usize, too_many: &str) -> Result<Self, S3Error> {
        if pairs.len() > max {
            return Err(S3Error::with_message(
                S3Code::BadRequest,
                Stage::Parameters,
                too_many,
            ));
        }
        let mut tags = BTreeMap::new();
        for (key, value) in pairs {
            if !(1..=KEY_CHARACTERS_MAX).contains(&key.chars().count()) || !is_plain(&key) {
                let error = invalid("The TagKey you have provided is invalid");
                return Err(error.and("TagKey", &key));
            }
            if value.chars().count() > VALUE_CHARACTERS_MAX || !is_plain(&value) {
                let error = invalid("The TagValue you have provided is invalid");
                return Err(error.and("TagKey", &key).and("TagValue", &value));
            }
            // s3.tags.reserved
            if key.to_lowercase().starts_with("aws:") {
                let error = invalid("System tags cannot be added/updated by requester");
                return Err(error.and("TagKey", &key));
            }
            if tags.contains_key(&key) {
                let error = invalid("Cannot provide multiple Tags with the same key");
                return Err(error.and("TagKey", &key));
            }
            tags.insert(key, value);
        }
        Ok(Self(tags))
    }

    /// By key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (&**key, &**value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The condition keys that a request brings which gives an object these
    /// (`s3.context.request-tags`).
    pub(super) fn name_in(&self, context: &mut Context) {
        for (key, value) in self.iter() {
            context.set(&format!("s3:RequestObjectTag/{key}"), [value]);
        }
        context.set("s3:RequestObjectTagKeys", self.0.keys());
    }
}

fn decoded(text: &str) -> Result<String, S3Error> {
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8();
    Ok(decoded.map_err(|_| malformed_header())?.into_owned())
}

fn malformed_header() -> S3Error {
    let message = "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.";
    S3Error::argument(message)
}

fn invalid(message: &str) -> S3Error {
    S3Error::with_message(S3Code::InvalidTag, Stage::Parameters, message)
}

/// Letters, digits and spaces of any script, and `+ - = . _ : / @`.
fn is_plain(text: &str) -> bool {
    let known = |c: char| c.is_alphanumeric() || c == ' ' || "+-=._:/@".contains(c);
    text.chars().all(known)
}

impl World {
    /// The tags of an object (`s3.tags.object`).
    ///
    /// # Errors
    /// There is no such object: told only to those who may list the bucket.
    pub fn s3_get_tags(&mut self, now: SimInstant, permit: &Permit) -> Result<Tags, S3Error> {
        self.advance_to(now);
        Ok(self.read(now, permit, permit.target()?)?.tags)
    }

    /// Gives an object these tags, in place of all it has: decided here, for the tags are condition
    /// keys of the decision.
    ///
    /// # Errors
    /// The policies do not allow it. There is no such object: told only to those who may list the
    /// bucket.
    pub fn s3_put_tags(
        &mut self,
        now: SimInstant,
        permit: &Permit,
        tags: Tags,
    ) -> Result<(), S3Error> {
        self.advance_to(now);
        let mut own = permit.signed.clone();
        tags.name_in(&mut own);
        let (session, action) = (permit.session.as_ref(), "s3:PutObjectTagging");
        self.s3_allow(now, session, action, &permit.resource, &own)?;
        self.tagged(now, permit)?.tags = tags;
        Ok(())
    }

    /// Takes all tags of an object away.
    ///
    /// # Errors
    /// There is no such object: told only to those who may list the bucket.
    pub fn s3_delete_tags(&mut self, now: SimInstant, permit: &Permit) -> Result<(), S3Error> {
        self.advance_to(now);
        self.tagged(now, permit)?.tags = Tags::default();
        Ok(())
    }

    /// How many tags an object has, for those who may read them (`s3.tags.count`).
    pub fn s3_tag_count(&self, now: SimInstant, permit: &Permit, object: &Object) -> Option<usize> {
        let count = Some(object.tags.len()).filter(|count| *count > 0)?;
        let may = self.s3_allow_also(now, permit, "s3:GetObjectTagging", &permit.resource);
        may.is_ok().then_some(count)
    }

    fn tagged(&mut self, now: SimInstant, permit: &Permit) -> Result<&mut Object, S3Error> {
        let target = permit.target()?;
        self.read(now, permit, target)?;
        let object = self.s3_bucket_mut(permit)?.objects.get_mut(&target.key);
        object.ok_or_else(|| S3Error::resource(S3Code::NoSuchKey))
    }

    /// The tags of the bucket (`s3.tags.bucket`).
    ///
    /// # Errors
    /// It has none; it is gone since the permit was given.
    pub fn s3_get_bucket_tags(
        &mut self,
        now: SimInstant,
        permit: &Permit,
    ) -> Result<Tags, S3Error> {
        let tags = self.s3_bucket(now, permit)?.tags.clone();
        if tags.is_empty() {
            let name = permit.bucket()?;
            return Err(S3Error::resource(S3Code::NoSuchTagSet).and("BucketName", &name));
        }
        Ok(tags)
    }

    /// Gives the bucket these tags, in place of all it has.
    ///
    /// # Errors
    /// It is gone since the permit was given.
    pub fn s3_set_bucket_tags(
        &mut self,
        now: SimInstant,
        permit: &Permit,
        tags: Tags,
    ) -> Result<(), S3Error> {
        self.advance_to(now);
        self.s3_bucket_mut(permit)?.tags = tags;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(result: Result<Tags, S3Error>) -> (S3Code, String) {
        let error = result.unwrap_err();
        (error.code, error.message)
    }

    // s3.tags.header
    #[test]
    fn a_header_is_a_query() {
        for (header, expected) in [
            ("", &[][..]),
            ("&", &[]),
            ("a=1&b=2", &[("a", "1"), ("b", "2")]),
            ("key", &[("key", "")]),
            ("key=", &[("key", "")]),
            ("team=blue+%2B%20red", &[("team", "blue + red")]),
        ] {
            let tags = Tags::from_header(header).unwrap();
            let found: Vec<_> = tags.iter().collect();
            assert_eq!(found, expected, "{header}");
        }
        for header in ["=", "a=1&a=2", "a=%ff"] {
            let (code, message) = told(Tags::from_header(header));
            assert_eq!(code, S3Code::InvalidArgument, "{header}");
            assert!(
                message.starts_with("The header 'x-amz-tagging'"),
                "{message}"
            );
        }
    }

    // s3.tags.limits, s3.tags.reserved
    #[test]
    fn tags_out_of_form() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let one = |key: &str, value: &str| Tags::of_object(vec![pair(key, value)]);
        assert!(one(&"k".repeat(128), &"v".repeat(256)).is_ok());
        assert!(one("+- =._:/@é", "").is_ok());
        for (key, value, message) in [
            ("", "v", "The TagKey you have provided is invalid"),
            (
                &*"k".repeat(129),
                "v",
                "The TagKey you have provided is invalid",
            ),
            ("ke&y", "v", "The TagKey you have provided is invalid"),
            (
                "k",
                &"v".repeat(257),
                "The TagValue you have provided is invalid",
            ),
            ("k", "inv&alid", "The TagValue you have provided is invalid"),
            (
                "aws:k",
                "v",
                "System tags cannot be added/updated by requester",
            ),
        ] {
            let expected = (S3Code::InvalidTag, message.to_owned());
            assert_eq!(told(one(key, value)), expected, "{key}={value}");
        }
        let twice = told(Tags::of_object(vec![pair("k", "1"), pair("k", "2")]));
        assert_eq!(twice.0, S3Code::InvalidTag);
        let many =
            |count: usize| -> Vec<_> { (0..count).map(|it| pair(&it.to_string(), "")).collect() };
        assert!(Tags::of_object(many(10)).is_ok() && Tags::of_bucket(many(50)).is_ok());
        assert_eq!(told(Tags::of_object(many(11))).0, S3Code::BadRequest);
        assert_eq!(told(Tags::of_bucket(many(51))).0, S3Code::BadRequest);
    }
}
