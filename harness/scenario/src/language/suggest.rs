//! What next, when a name is not known: the nearest one, or the ones there are.

/// How many names are listed when none is near.
const LISTED_MAX: usize = 30;

/// The one of `known` that `word` was probably meant to be.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace('_', "-");
    let meant = plain(word);
    // About one slip in three letters: `wbe` is near `web`, `fotos` is near `photos`, `dev` is not
    // near `pod`.
    let distance_max = ((meant.chars().count() + 1) / 3).max(1);
    known
        .into_iter()
        .map(|name| (distance(&meant, &plain(name)), name))
        .filter(|(distance, _)| *distance <= distance_max)
        .min()
        .map(|(_, name)| name)
}

/// How many slips lead from one to the other; one when a longer name is only cut short.
fn distance(meant: &str, name: &str) -> usize {
    const CUT_MIN: usize = 4;
    if meant.len() >= CUT_MIN && name.contains(meant) {
        return usize::from(name != meant);
    }
    strsim::damerau_levenshtein(meant, name)
}

/// The help for an unknown `word`: the nearest of `known`, else a list of them, else that there is
/// none at all.
pub(super) fn instead<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
    none: &str,
) -> String {
    if let Some(name) = nearest(word, known.clone()) {
        return format!("did you mean `{name}`?");
    }
    let names: Vec<&str> = known.into_iter().collect();
    if names.is_empty() {
        none.to_owned()
    } else {
        format!("there is {}", list(&names))
    }
}

/// ``a``, ``b`` and ``c``, each in backticks.
pub(super) fn list(names: &[&str]) -> String {
    let quoted = |name: &&str| format!("`{name}`");
    match names {
        [] => String::new(),
        [one] => quoted(one),
        _ if names.len() > LISTED_MAX => {
            let shown: Vec<String> = names.iter().take(LISTED_MAX).map(quoted).collect();
            format!("{} and {} more", shown.join(", "), names.len() - LISTED_MAX)
        }
        [rest @ .., last] => {
            let rest: Vec<String> = rest.iter().map(quoted).collect();
            format!("{} and {}", rest.join(", "), quoted(last))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_and_far_ones_listed() {
        let known = ["web", "photo-app", "at-once"];
        assert_eq!(nearest("wbe", known), Some("web"));
        assert_eq!(nearest("at_once", known), Some("at-once"));
        assert_eq!(nearest("Photo-Ap", known), Some("photo-app"));
        assert_eq!(nearest("fotos", ["photos"]), Some("photos"));
        assert_eq!(
            nearest("ReadOnly", ["AmazonS3ReadOnlyAccess"]),
            Some("AmazonS3ReadOnlyAccess")
        );
        assert_eq!(nearest("pod", known), None);
        assert_eq!(
            instead("pod", known, "none"),
            "there is `web`, `photo-app` and `at-once`"
        );
        assert_eq!(instead("pod", [], "none"), "none");
    }
}
