//! The form of the shared configuration files.

use std::collections::BTreeMap;

use super::Profile;
use crate::reference::trouble::Trouble;

/// The profiles of the configuration file. `[profile default]` counts, and `[default]` where there is
/// none; sections of other kinds are left alone.
pub(super) fn config(text: &str) -> Result<BTreeMap<String, Profile>, Trouble> {
    let mut profiles = of_kind(text, "profile")?;
    if let Some(default) = sections(text)?.remove("default") {
        profiles.entry("default".to_owned()).or_insert(default);
    }
    Ok(profiles)
}

/// The sections of the configuration file of one kind, by their names.
pub(super) fn of_kind(text: &str, kind: &str) -> Result<BTreeMap<String, Profile>, Trouble> {
    let sections = sections(text)?.into_iter();
    let named = sections.filter_map(|(heading, settings)| {
        let (of, name) = heading.split_once([' ', '\t'])?;
        (of == kind).then(|| (name.trim().to_owned(), settings))
    });
    Ok(named.collect())
}

/// The profiles of the credentials file, whose sections are called as they are.
pub(super) fn credentials(text: &str) -> Result<BTreeMap<String, Profile>, Trouble> {
    let mut sections = sections(text)?;
    sections.retain(|heading, _| !heading.contains([' ', '\t']));
    Ok(sections)
}

fn sections(text: &str) -> Result<BTreeMap<String, Profile>, Trouble> {
    let mut sections: BTreeMap<String, Profile> = BTreeMap::new();
    let mut here: Option<(String, Option<String>)> = None;
    for (number, line) in text.lines().enumerate() {
        let wrong = || {
            let line = number + 1;
            Trouble::config(format!(
                "line {line} of a configuration file makes no sense"
            ))
        };
        let bare = line.trim_matches([' ', '\t', '\r']);
        if bare.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(heading) = line.strip_prefix('[') {
            let (heading, _) = heading.split_once(']').ok_or_else(wrong)?;
            let heading = heading.trim_matches([' ', '\t']).to_owned();
            sections.entry(heading.clone()).or_default();
            here = Some((heading, None));
            continue;
        }
        let (heading, last) = here.as_mut().ok_or_else(wrong)?;
        let section = sections.entry(heading.clone()).or_default();
        if line.starts_with([' ', '\t']) {
            let value = last.as_ref().and_then(|last| section.get_mut(last));
            let value = value.ok_or_else(wrong)?;
            value.push('\n');
            value.push_str(bare);
            continue;
        }
        let (key, value) = bare.split_once('=').ok_or_else(wrong)?;
        let key = key.trim_matches([' ', '\t']).to_ascii_lowercase();
        section.insert(key.clone(), without_comment(value).to_owned());
        *last = Some(key);
    }
    Ok(sections)
}

/// A comment begins with a sign that follows a blank.
fn without_comment(value: &str) -> &str {
    let starts = [" #", " ;", "\t#", "\t;"]
        .iter()
        .filter_map(|sign| value.find(sign));
    let end = starts.min().unwrap_or(value.len());
    value[..end].trim_matches([' ', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value<'a>(
        profiles: &'a BTreeMap<String, Profile>,
        profile: &str,
        key: &str,
    ) -> Option<&'a str> {
        profiles.get(profile)?.get(key).map(String::as_str)
    }

    #[test]
    fn profiles_are_told_from_other_sections() {
        let text = "[default]\na = 1\n[profile default]\na = 2\n[profile b]\nA=3 # three\n[sso-session s]\nx = y\n[c]\na = 4\n";
        let profiles = config(text).unwrap();
        assert_eq!(value(&profiles, "default", "a"), Some("2"));
        assert_eq!(value(&profiles, "b", "a"), Some("3"));
        assert_eq!(profiles.len(), 2);
        let profiles = credentials("[c]\nk = v;w\n[profile d]\nk = v\n").unwrap();
        assert_eq!(value(&profiles, "c", "k"), Some("v;w"));
        assert_eq!(profiles.len(), 1);
    }

    #[test]
    fn lines_go_on_and_sections_are_merged() {
        let text = "; comment\n[default]\ns3 =\n  a = b\n\n[default]\nc = d\n";
        let profiles = config(text).unwrap();
        assert_eq!(value(&profiles, "default", "s3"), Some("\na = b"));
        assert_eq!(value(&profiles, "default", "c"), Some("d"));
    }

    #[test]
    fn what_makes_no_sense_is_told_by_its_line() {
        for wrong in [
            "a = 1\n",
            "[default\n",
            "[default]\nnothing\n",
            "[default]\n a = 1\n",
        ] {
            let trouble = config(wrong).unwrap_err();
            assert!(trouble.text.contains("makes no sense"), "{wrong}");
        }
    }
}
