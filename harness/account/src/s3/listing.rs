//! Listings: in order, rolled up at a delimiter, page by page.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::begin::Permit;
use super::error::S3Error;
use super::object::Object;
use crate::instant::SimInstant;
use crate::world::World;

/// Which part of a listing is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Selection<'a> {
    /// With what names begin.
    pub prefix: &'a str,
    /// What ends the part of a name that is rolled up, looked for behind the prefix.
    pub delimiter: Option<&'a str>,
    /// Behind which name it begins.
    pub after: Option<&'a str>,
    /// The most names that are answered.
    pub max: usize,
}

/// A page of a listing.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The items, by name.
    pub items: Vec<T>,
    /// What is rolled up, by name.
    pub common_prefixes: Vec<String>,
    /// The last name on the page, if there are more.
    pub next: Option<String>,
}

impl<T> Page<T> {
    pub(super) fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            common_prefixes: self.common_prefixes,
            next: self.next,
        }
    }
}

/// Something with a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listed<'a, T> {
    pub(super) name: &'a str,
    pub(super) item: T,
}

/// The page of `listed`, which comes in the order of its names and behind `after`
/// (`s3.list.order`, `s3.list.delimiter`, `s3.list.pages`).
pub(super) fn page<'a, T>(
    listed: impl Iterator<Item = Listed<'a, T>>,
    selection: &Selection<'_>,
) -> Page<T> {
    let mut page = Page {
        items: Vec::new(),
        common_prefixes: Vec::new(),
        next: None,
    };
    let mut last: Option<&str> = None;
    for Listed { name, item } in listed.filter(|entry| entry.name.starts_with(selection.prefix)) {
        let rolled_up = rolled_up(name, selection);
        if rolled_up.is_some_and(|prefix| Some(prefix) == selection.after || Some(prefix) == last) {
            continue;
        }
        if page.items.len() + page.common_prefixes.len() == selection.max {
            page.next = last.map(str::to_owned);
            break;
        }
        match rolled_up {
            Some(prefix) => page.common_prefixes.push(prefix.to_owned()),
            None => page.items.push(item),
        }
        last = Some(rolled_up.unwrap_or(name));
    }
    page
}

/// The name up to and with the first delimiter behind the prefix.
fn rolled_up<'a>(name: &'a str, selection: &Selection<'_>) -> Option<&'a str> {
    let delimiter = selection.delimiter.filter(|text| !text.is_empty())?;
    let start = selection.prefix.len();
    let at = name[start..].find(delimiter)?;
    Some(&name[..start + at + delimiter.len()])
}

/// The token of the page behind `name`: opaque to clients.
pub fn continuation_token(name: &str) -> String {
    BASE64.encode(name)
}

/// The name behind which the page of `token` begins.
///
/// # Errors
/// It is no token of ours.
pub fn name_in_token(token: &str) -> Result<String, S3Error> {
    let bytes = BASE64.decode(token).ok().filter(|bytes| !bytes.is_empty());
    let name = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    name.ok_or_else(|| S3Error::argument("The continuation token provided is incorrect"))
}

impl World {
    /// A page of the bucket's objects with their keys.
    ///
    /// # Errors
    /// The bucket is gone since the permit was given.
    pub fn s3_list(
        &mut self,
        now: SimInstant,
        permit: &Permit,
        selection: &Selection<'_>,
    ) -> Result<Page<(String, Object)>, S3Error> {
        let bucket = self.s3_bucket(now, permit)?;
        let objects = bucket.objects.iter();
        let rest =
            objects.filter(|(key, _)| selection.after.is_none_or(|after| key.as_str() > after));
        let listed = rest.map(|(key, object)| Listed {
            name: key,
            item: (key, object),
        });
        Ok(page(listed, selection).map(|(key, object)| (key.clone(), object.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 7] = ["a", "a/b", "a/c", "b/", "b/x/y", "c", "é"];

    /// Every page of `NAMES`: the names on it.
    fn pages(prefix: &str, delimiter: Option<&str>, max: usize) -> Vec<Vec<String>> {
        let mut after: Option<String> = None;
        let mut pages = Vec::new();
        loop {
            let selection = Selection {
                prefix,
                delimiter,
                after: after.as_deref(),
                max,
            };
            let rest = NAMES
                .iter()
                .filter(|name| after.as_deref().is_none_or(|after| **name > after));
            let page = page(rest.map(|name| Listed { name, item: *name }), &selection);
            let items = page.items.into_iter().map(str::to_owned);
            pages.push(items.chain(page.common_prefixes).collect());
            after = page.next;
            if after.is_none() {
                return pages;
            }
        }
    }

    // s3.list.order, s3.list.delimiter, s3.list.pages
    #[test]
    fn pages_hold_everything_once() {
        for (prefix, delimiter, max, expected) in [
            ("", None, 1000, "a a/b a/c b/ b/x/y c é"),
            ("", None, 3, "a a/b a/c | b/ b/x/y c | é"),
            ("", None, 7, "a a/b a/c b/ b/x/y c é"),
            ("", Some("/"), 1000, "a c é a/ b/"),
            ("", Some("/"), 1, "a | a/ | b/ | c | é"),
            ("", Some("/"), 2, "a a/ | c b/ | é"),
            ("b/", Some("/"), 1000, "b/ b/x/"),
            ("a/", None, 1, "a/b | a/c"),
            ("", Some(""), 1000, "a a/b a/c b/ b/x/y c é"),
            ("nothing", Some("/"), 5, ""),
            ("", None, 0, ""),
        ] {
            let found: Vec<String> = pages(prefix, delimiter, max)
                .iter()
                .map(|page| page.join(" "))
                .collect();
            assert_eq!(found.join(" | "), expected, "{prefix} {delimiter:?} {max}");
        }
    }
}
