//! Lists in pages.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::error::IamError;
use crate::constraint::{Alphabet, Constraints, Field};

/// `iam.lists.pages`.
const ITEMS_DEFAULT: usize = 100;
const ITEMS_MAX: u32 = 1000;
const MARKER_MAX: usize = 320;
const MARKER: Alphabet = Alphabet {
    pattern: r"[\u0020-\u00FF]+",
    has: |c| matches!(c, ' '..='\u{ff}'),
};

/// What a client says about the page it wants.
#[derive(Clone, Debug, Default)]
pub struct PageRequest {
    /// Where the page before it ended, as that page said; `None` for the first.
    pub marker: Option<String>,
    /// The most that it takes: 1 to 1000, and 100 if it is not said.
    pub max_items: Option<u32>,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where to go on; `None` if this is the last page.
    pub marker: Option<String>,
}

impl<T> Page<T> {
    /// The same page with something made of each item.
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(make).collect(),
            marker: self.marker,
        }
    }
}

/// Where a page ended. Opaque on the wire, and short, however long the keys are.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Marker {
    list: [u8; 8],
    /// The last item.
    item: [u8; 16],
    /// How many items there were up to it and with it: a clue should it be gone.
    passed: u32,
}

impl PageRequest {
    /// Cuts the page out of `all`, which are in order, each with a key that is its own in the list.
    /// `list` names the list: another one's markers are refused.
    ///
    /// # Errors
    /// A number of items that cannot be, a marker that no page of the list has given.
    pub(crate) fn cut<T>(
        &self,
        list: &str,
        all: impl IntoIterator<Item = (String, T)>,
    ) -> Result<Page<T>, IamError> {
        self.check()?;
        let mut all: Vec<_> = all.into_iter().collect();
        let from = match &self.marker {
            Some(marker) => {
                let marker = Marker::read(marker, list).ok_or(IamError::InvalidMarker)?;
                marker.position(list, all.iter().map(|(key, _)| key.as_str()))
            }
            None => 0,
        };
        let most = self.max_items.map_or(ITEMS_DEFAULT, |most| most as usize);
        let mut rest = all.split_off(from.min(all.len()));
        // iam.lists.marker-if-truncated
        let marker = (rest.len() > most).then(|| {
            let passed = u32::try_from(from + most).unwrap_or(u32::MAX);
            Marker::at(list, &rest[most - 1].0, passed).write()
        });
        rest.truncate(most);
        Ok(Page {
            items: rest.into_iter().map(|(_, item)| item).collect(),
            marker,
        })
    }

    fn check(&self) -> Result<(), IamError> {
        let mut constraints = Constraints::default();
        constraints.number(Field("maxItems"), self.max_items, 1..=ITEMS_MAX);
        if let Some(marker) = &self.marker {
            constraints.text(Field("marker"), marker, 1..=MARKER_MAX, &MARKER);
        }
        Ok(constraints.check()?)
    }
}

impl Marker {
    fn at(list: &str, item: &str, passed: u32) -> Self {
        Self {
            list: digest(&[list]),
            item: digest(&[list, item]),
            passed,
        }
    }

    fn read(text: &str, list: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (of_list, rest) = bytes.split_first_chunk()?;
        let (item, rest) = rest.split_first_chunk()?;
        let marker = Self {
            list: *of_list,
            item: *item,
            passed: u32::from_be_bytes(rest.try_into().ok()?),
        };
        (marker.list == digest(&[list])).then_some(marker)
    }

    fn write(self) -> String {
        let passed = self.passed.to_be_bytes();
        URL_SAFE_NO_PAD.encode([&self.list[..], &self.item, &passed].concat())
    }

    /// The position of what comes after it; where it was, should it be gone.
    fn position<'a>(self, list: &str, mut keys: impl Iterator<Item = &'a str>) -> usize {
        let found = keys.position(|key| self.item == digest(&[list, key]));
        let gone = (self.passed as usize).saturating_sub(1);
        found.map_or(gone, |at| at + 1)
    }
}

fn digest<const N: usize>(parts: &[&str]) -> [u8; N] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut digest = [0; N];
    digest.copy_from_slice(&hash.finalize()[..N]);
    digest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keyed(keys: &[String]) -> Vec<(String, String)> {
        keys.iter().map(|key| (key.clone(), key.clone())).collect()
    }

    fn request(marker: Option<String>, max_items: u32) -> PageRequest {
        PageRequest {
            marker,
            max_items: Some(max_items),
        }
    }

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("n{n:04}")).collect()
    }

    proptest! {
        // iam.lists.pages, iam.lists.marker-if-truncated
        #[test]
        fn every_item_is_on_one_page(count in 0usize..60, most in 1u32..20) {
            let names = names(count);
            let (mut seen, mut marker) = (Vec::new(), None);
            loop {
                let page = request(marker, most).cut("names", keyed(&names)).unwrap();
                prop_assert!(page.items.len() <= most as usize);
                prop_assert!(page.marker.is_none() || page.items.len() == most as usize);
                seen.extend(page.items);
                marker = page.marker;
                if marker.is_none() {
                    break;
                }
            }
            prop_assert_eq!(seen, names);
        }

        #[test]
        fn no_marker_is_believed(text in "[ -~]{0,60}") {
            let page = request(Some(text), 3).cut("names", keyed(&names(9)));
            prop_assert_eq!(page.unwrap_err().code(), "ValidationError");
        }
    }

    #[test]
    fn what_is_listed_meanwhile_moves_nothing() {
        let mut names = names(6);
        let first = request(None, 3).cut("names", keyed(&names)).unwrap();
        names.insert(0, "early".to_owned());
        let second = request(first.marker.clone(), 9).cut("names", keyed(&names));
        assert_eq!(second.unwrap().items, ["n0003", "n0004", "n0005"]);
        names.retain(|name| !["early", "n0002"].contains(&name.as_str()));
        let second = request(first.marker, 9).cut("names", keyed(&names));
        assert_eq!(second.unwrap().items, ["n0003", "n0004", "n0005"]);
    }

    #[test]
    fn a_marker_of_another_list_is_refused_and_all_are_short() {
        let long: Vec<_> = names(3).iter().map(|name| name.repeat(300)).collect();
        let page = request(None, 1).cut("names", keyed(&long)).unwrap();
        assert!(page.marker.as_ref().is_some_and(|marker| marker.len() < 64));
        let other = request(page.marker, 1).cut("others", keyed(&long));
        let error = other.unwrap_err();
        assert_eq!((error.code(), error.status()), ("ValidationError", 400));
        assert_eq!(error.to_string(), "Invalid Marker.");
    }

    // iam.lists.pages
    #[test]
    fn a_page_has_a_hundred_items_and_up_to_a_thousand() {
        let names = names(1001);
        let page = PageRequest::default().cut("names", keyed(&names)).unwrap();
        assert_eq!(page.items.len(), 100);
        let page = request(None, 1000).cut("names", keyed(&names)).unwrap();
        assert_eq!(page.items.len(), 1000);
        for most in [0, 1001] {
            let refused = request(None, most).cut("names", keyed(&names));
            assert_eq!(refused.unwrap_err().code(), "ValidationError", "{most}");
        }
    }
}
