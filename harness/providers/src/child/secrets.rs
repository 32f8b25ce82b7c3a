//! Secrets in what a process says where none belong.

use std::collections::BTreeSet;

/// The rule that is broken by a secret in a message.
pub const NO_SECRET_IN_MESSAGES: &str = "credentials.never-in-messages";

/// What stands where a secret was.
const HIDDEN: &str = "[secret]";

/// Shorter strings are no secrets, and would be found everywhere.
const LENGTH_MIN: usize = 16;

/// A secret that was said where none belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// Where, such as `standard error, line 12`.
    pub place: String,
    /// What was said, without the secret.
    pub said: String,
}

impl Leak {
    /// `said` at `place`, if one of `secrets` is in it.
    pub fn of(place: &str, said: &str, secrets: &[&str]) -> Option<Self> {
        Secrets::default().leak(place.to_owned(), said, secrets)
    }
}

/// The secrets that are known of a client.
#[derive(Default)]
pub(super) struct Secrets(BTreeSet<String>);

impl Secrets {
    /// One more.
    pub(super) fn know(&mut self, secret: &str) {
        if secret.len() >= LENGTH_MIN {
            self.0.insert(secret.to_owned());
        }
    }

    /// `said` at `place`, if a secret that is known, or one of `others`, is in it.
    pub(super) fn leak(&self, place: String, said: &str, others: &[&str]) -> Option<Leak> {
        let others = others.iter().copied().filter(|one| one.len() >= LENGTH_MIN);
        let known = self.0.iter().map(String::as_str).chain(others);
        let mut known: Vec<_> = known.filter(|secret| said.contains(secret)).collect();
        if known.is_empty() {
            return None;
        }
        // The longest first: one may be a part of another.
        known.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        let hidden = known
            .iter()
            .fold(said.to_owned(), |said, secret| said.replace(secret, HIDDEN));
        let said = without_secrets(&hidden);
        Some(Leak { place, said })
    }

    /// `text` as it may be shown: without what is known, and without what looks like a secret.
    pub(super) fn hide(&self, text: &str) -> String {
        let leak = self.leak(String::new(), text, &[]);
        leak.map_or_else(|| without_secrets(text), |leak| leak.said)
    }
}

/// `text` without anything that looks like a secret access key or a session token: a word of at least
/// forty characters of base 64, of mixed kind. Paths have more slashes than such a word.
pub(super) fn without_secrets(text: &str) -> String {
    let of_word = |c: char| c.is_ascii_alphanumeric() || "+/=_-".contains(c);
    let mut shown = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| !of_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        shown.push_str(if looks_secret(word) { HIDDEN } else { word });
        let next = after.find(of_word).unwrap_or(after.len());
        shown.push_str(&after[..next]);
        rest = &after[next..];
    }
    shown
}

fn looks_secret(word: &str) -> bool {
    let has = |kind: fn(&char) -> bool| word.chars().any(|c| kind(&c));
    word.len() >= 40
        && word.matches('/').count() * 10 <= word.len()
        && has(char::is_ascii_digit)
        && has(char::is_ascii_uppercase)
        && has(char::is_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY9";

    #[test]
    fn what_looks_like_a_secret_is_not_shown() {
        assert_eq!(
            without_secrets(&format!(
                "key={SECRET}, at /home/a/B2/some/where/else/that/is/long/enough"
            )),
            format!("{HIDDEN}, at /home/a/B2/some/where/else/that/is/long/enough")
        );
        assert_eq!(
            without_secrets(&format!("{{\"k\":\"{SECRET}\"}}")),
            format!("{{\"k\":\"{HIDDEN}\"}}")
        );
        let plain = "é AKIAIOSFODNN7EXAMPLE not_a_secret_although_it_is_a_very_long_name";
        assert_eq!(without_secrets(plain), plain);
    }

    #[test]
    fn known_secrets_are_found_whatever_they_look_like() {
        let mut secrets = Secrets::default();
        secrets.know("a plain but known secret");
        secrets.know("short");
        let leak = secrets.leak(
            "here".to_owned(),
            "got a plain but known secret, short",
            &[],
        );
        assert_eq!(leak.unwrap().said, "got [secret], short");
        assert_eq!(
            secrets.leak("here".to_owned(), "nothing", &["an unrelated secret"]),
            None
        );
        let of_world = secrets.leak(
            "here".to_owned(),
            "<the world's own secret>",
            &["the world's own secret"],
        );
        assert_eq!(of_world.unwrap().said, "<[secret]>");
    }
}
