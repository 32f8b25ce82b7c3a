//! What stands in a recording where a secret was: as long, of the same alphabet, and worthless.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rolecall_account::Entropy;

use super::redact::Kind;

/// Shorter secrets are replaced where they are known to be secrets, and nowhere else: they might be
/// a part of anything.
const SOUGHT_LENGTH_MIN: usize = 8;

/// How often another placeholder is tried before a row of one letter has to do.
const TRIES: u32 = 32;

const HEX: &[u8] = b"0123456789abcdef";
/// What access key ids are made of, after their prefix.
const KEY_ID: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &[u8] = b"0123456789";

/// The secrets of one recording and what stands for each: one placeholder a secret, so that what
/// was the same before is the same after.
///
/// A placeholder comes from the secret's place in the order of their appearance, not from its
/// value: whoever has the recording learns the length, the kind of each character, and no more.
#[derive(Default)]
pub(super) struct Placeholders {
    by_secret: BTreeMap<String, (Kind, String)>,
    given: BTreeSet<String>,
}

impl fmt::Debug for Placeholders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Placeholders")
            .field(&self.by_secret.len())
            .finish()
    }
}

impl Placeholders {
    /// What stands for `secret`. A placeholder stands for itself, unless it is so short that a
    /// secret might be the same by chance.
    pub(super) fn of(&mut self, kind: Kind, secret: &str) -> String {
        let is_placeholder = secret.len() >= SOUGHT_LENGTH_MIN && self.given.contains(secret);
        if secret.is_empty() || is_placeholder {
            return secret.to_owned();
        }
        if let Some((_, placeholder)) = self.by_secret.get(secret) {
            return placeholder.clone();
        }
        let number = self.by_secret.len();
        let candidates =
            (0..TRIES).map(|attempt| draw(kind, secret, &format!("{number}/{attempt}")));
        let placeholder = candidates
            .into_iter()
            .find(|drawn| drawn != secret && self.is_free(drawn))
            .unwrap_or_else(|| "x".repeat(secret.chars().count()));
        self.given.insert(placeholder.clone());
        let known = (kind, placeholder.clone());
        self.by_secret.insert(secret.to_owned(), known);
        placeholder
    }

    fn is_free(&self, placeholder: &str) -> bool {
        !self.given.contains(placeholder) && !self.by_secret.contains_key(placeholder)
    }

    /// How many secrets there are.
    pub(super) fn len(&self) -> usize {
        self.by_secret.len()
    }

    /// How many secrets there are of each kind.
    pub(super) fn counts(&self) -> BTreeMap<Kind, usize> {
        let mut counts = BTreeMap::new();
        for (kind, _) in self.by_secret.values() {
            *counts.entry(*kind).or_default() += 1;
        }
        counts
    }

    /// `text` with every known secret replaced, wherever it is.
    pub(super) fn swept(&self, text: &str) -> Option<String> {
        let mut sought: Vec<_> = self
            .by_secret
            .iter()
            .filter(|(secret, _)| secret.len() >= SOUGHT_LENGTH_MIN)
            .collect();
        // What is a part of another is looked for after it.
        sought.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        let mut swept: Option<String> = None;
        for (secret, (_, placeholder)) in sought {
            for (secret, placeholder) in [
                (secret.clone(), placeholder.clone()),
                (encoded(secret), encoded(placeholder)),
            ] {
                let text = swept.as_deref().unwrap_or(text);
                if text.contains(&secret) {
                    swept = Some(text.replace(&secret, &placeholder));
                }
            }
        }
        swept
    }
}

/// As a query has it.
pub(super) fn encoded(text: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'~');
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// A placeholder: each letter becomes a letter and each digit a digit; everything else, which gives
/// the value its form, stays.
fn draw(kind: Kind, secret: &str, label: &str) -> String {
    let entropy = Entropy::new(0);
    let kept = prefix(kind, secret);
    let hex = is_hex(secret);
    let drawn = secret.char_indices().map(|(index, character)| {
        let block = entropy.bytes::<4>(&format!("placeholder/{label}/{index}"));
        let pick = |alphabet: &[u8]| {
            let index = u32::from_be_bytes(block) as usize % alphabet.len();
            char::from(alphabet[index])
        };
        match character {
            _ if index < kept => character,
            'a'..='f' | '0'..='9' if hex => pick(HEX),
            'A'..='Z' | '0'..='9' if kind == Kind::AccessKeyId => pick(KEY_ID),
            'a'..='z' => pick(LOWER),
            'A'..='Z' => pick(UPPER),
            '0'..='9' => pick(DIGITS),
            _ if character.is_ascii() => character,
            _ => 'x',
        }
    });
    drawn.collect()
}

/// How much of the beginning says what it is, and is the same for all of its kind.
fn prefix(kind: Kind, secret: &str) -> usize {
    let known: &[&str] = match kind {
        Kind::AccessKeyId => &["AKIA", "ASIA"],
        Kind::Jwt => &["eyJ"],
        _ => &[],
    };
    known
        .iter()
        .find(|prefix| secret.starts_with(**prefix))
        .map_or(0, |prefix| prefix.len())
}

/// Whether these are hexadecimal digits, perhaps in groups.
fn is_hex(secret: &str) -> bool {
    secret
        .chars()
        .all(|c| matches!(c, '0'..='9' | 'a'..='f' | '-'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_same_secret_has_the_same_placeholder() {
        let mut placeholders = Placeholders::default();
        let one = placeholders.of(Kind::Secret, "wJalrXUtnFEMI/K7MDENG");
        assert_eq!(placeholders.of(Kind::Secret, "wJalrXUtnFEMI/K7MDENG"), one);
        assert_ne!(placeholders.of(Kind::Secret, "wJalrXUtnFEMI/K7MDENH"), one);
        assert_eq!(
            placeholders.of(Kind::Secret, &one),
            one,
            "stands for itself"
        );
        assert_eq!(placeholders.len(), 2);
    }

    /// Two recordings of the same traffic are the same, and say nothing about its secrets.
    #[test]
    fn placeholders_go_by_the_order_of_the_secrets() {
        let drawn = |secret: &str| Placeholders::default().of(Kind::Secret, secret);
        assert_eq!(drawn("abcdefgh"), drawn("zyxwvuts"));
    }

    #[test]
    fn forms_are_kept() {
        let mut placeholders = Placeholders::default();
        let id = placeholders.of(Kind::AccessKeyId, "ASIAIOSFODNN7EXAMPLE");
        assert!(id.starts_with("ASIA") && id.len() == 20, "{id}");
        let jwt = placeholders.of(Kind::Jwt, "eyJhbGciOi.eyJzdWIi.c2ln_-");
        assert!(
            jwt.starts_with("eyJ") && jwt.matches('.').count() == 2,
            "{jwt}"
        );
        let uuid = placeholders.of(Kind::Other, "0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f");
        assert!(is_hex(&uuid), "{uuid}");
    }

    #[test]
    fn a_secret_without_letters_goes_too() {
        let mut placeholders = Placeholders::default();
        assert_eq!(placeholders.of(Kind::Other, "----"), "xxxx");
        assert_eq!(placeholders.of(Kind::Other, ""), "");
    }

    #[test]
    fn what_is_known_is_swept_in_either_writing() {
        let mut placeholders = Placeholders::default();
        let long = placeholders.of(Kind::SessionToken, "IQoJb3Jp/Z2luX2Vj+EXAMPLE=");
        let part = placeholders.of(Kind::Secret, "Z2luX2Vj");
        assert_eq!(
            placeholders.swept("a IQoJb3Jp/Z2luX2Vj+EXAMPLE= b Z2luX2Vj c"),
            Some(format!("a {long} b {part} c"))
        );
        let swept = placeholders.swept("t=IQoJb3Jp%2FZ2luX2Vj%2BEXAMPLE%3D");
        assert_eq!(swept, Some(format!("t={}", encoded(&long))));
        placeholders.of(Kind::Secret, "short");
        assert_eq!(placeholders.swept("a short text"), None);
    }

    proptest! {
        #[test]
        fn length_and_alphabet_are_kept(secrets in prop::collection::vec("[ -~]{1,60}", 1..20)) {
            let mut placeholders = Placeholders::default();
            for secret in &secrets {
                let placeholder = placeholders.of(Kind::Secret, secret);
                prop_assert_eq!(placeholder.len(), secret.len());
                let drawn = !placeholder.chars().all(|c| c == 'x');
                for (was, is) in secret.chars().zip(placeholder.chars()).filter(|_| drawn) {
                    prop_assert_eq!(was.is_ascii_alphanumeric(), is.is_ascii_alphanumeric());
                    prop_assert_eq!(was.is_ascii_uppercase(), is.is_ascii_uppercase());
                }
                prop_assert_eq!(placeholders.of(Kind::Secret, secret), placeholder);
            }
        }
    }
}
