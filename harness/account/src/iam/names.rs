//! What names, paths and descriptions may be, and the ARNs that are made of them.

use super::error::IamError;
use crate::constraint::{Alphabet, Constraints, Field};

/// Where everything is that is put nowhere else.
pub(super) const PATH_DEFAULT: &str = "/";

/// `iam.paths.form`.
const PATH_MAX: usize = 512;
/// `iam.description.form`.
const DESCRIPTION_MAX: usize = 1000;
const DESCRIPTION: Alphabet = Alphabet {
    pattern: r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*",
    has: |c| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{a1}'..='\u{ff}'),
};

/// `arn:aws:iam::ACCOUNT:KIND/PATH/NAME`; the path begins and ends with `/` (`iam.paths.in-arn`).
pub(crate) fn arn(account: &str, kind: &str, path: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:{kind}{path}{name}")
}

/// The path in such an ARN; `/` if there is none.
pub(super) fn path_in(arn: &str) -> &str {
    let path = arn.find('/').zip(arn.rfind('/'));
    path.map_or(PATH_DEFAULT, |(first, last)| &arn[first..=last])
}

/// `[\w+=,.@-]+` and no longer than that (`iam.names.form`).
pub(super) fn check_name(field: &'static str, name: &str, max: usize) -> Result<(), IamError> {
    check_length(field, name, max)?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    let good = name.chars().all(allowed);
    good.then_some(()).ok_or(IamError::InvalidName { field })
}

/// `/`, or visible ASCII between two of them.
pub(super) fn check_path(path: &str) -> Result<(), IamError> {
    check_length("path", path, PATH_MAX)?;
    // iam.paths.form
    let visible = path.bytes().all(|byte| byte.is_ascii_graphic());
    let good = visible && path.starts_with('/') && path.ends_with('/') && path != "//";
    good.then_some(()).ok_or(IamError::InvalidPath)
}

/// What a path has to begin with to be listed: begins with `/` itself.
pub(super) fn check_path_prefix(prefix: Option<&str>) -> Result<(), IamError> {
    let Some(prefix) = prefix else {
        return Ok(());
    };
    check_length("pathPrefix", prefix, PATH_MAX)?;
    // iam.paths.prefix: DELETE is among what AWS's pattern for it has.
    let visible = prefix.bytes().all(|byte| matches!(byte, b'!'..=0x7f));
    let good = visible && prefix.starts_with('/');
    good.then_some(()).ok_or(IamError::InvalidPathPrefix)
}

/// Up to 1000 characters, none of them a control character.
pub(super) fn check_description(description: Option<&str>) -> Result<(), IamError> {
    let mut constraints = Constraints::default();
    if let Some(text) = description {
        let length = 0..=DESCRIPTION_MAX;
        constraints.text(Field("description"), text, length, &DESCRIPTION);
    }
    Ok(constraints.check()?)
}

fn check_length(field: &'static str, text: &str, max: usize) -> Result<(), IamError> {
    const ANYTHING: Alphabet = Alphabet {
        pattern: "",
        has: |_| true,
    };
    let mut constraints = Constraints::default();
    constraints.text(Field(field), text, 1..=max, &ANYTHING);
    Ok(constraints.check()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T>(result: Result<T, IamError>) -> Result<T, &'static str> {
        result.map_err(|error| error.code())
    }

    // iam.paths.form, iam.paths.prefix
    #[test]
    fn a_path_begins_and_ends_with_a_slash_and_a_prefix_begins_with_one() {
        for path in ["/", "/a/", "/division_abc/sub-division/", "/!~/"] {
            assert_eq!(code(check_path(path)), Ok(()), "{path}");
            assert_eq!(code(check_path_prefix(Some(path))), Ok(()), "{path}");
        }
        let long = format!("/{}/", "x".repeat(511));
        for path in ["", "a", "/a", "a/", "//", "/a b/", "/é/", &long] {
            assert_eq!(code(check_path(path)), Err("ValidationError"), "{path}");
        }
        assert_eq!(code(check_path_prefix(Some("/a"))), Ok(()));
        assert_eq!(code(check_path_prefix(None)), Ok(()));
        assert_eq!(code(check_path_prefix(Some("a/"))), Err("ValidationError"));
        assert_eq!(code(check_path_prefix(Some(""))), Err("ValidationError"));
    }

    // iam.description.form
    #[test]
    fn a_description_is_latin_text_of_up_to_a_thousand_characters() {
        let most = "é".repeat(1000);
        for text in ["", "photos\tand\nletters", &most] {
            assert_eq!(code(check_description(Some(text))), Ok(()));
        }
        for text in ["\u{7f}", "\u{a0}", "λ", &"x".repeat(1001)] {
            assert_eq!(code(check_description(Some(text))), Err("ValidationError"));
        }
        assert_eq!(code(check_description(None)), Ok(()));
    }

    // iam.paths.in-arn
    #[test]
    fn an_arn_has_the_path() {
        let account = "111122223333";
        let at = |path| arn(account, "role", path, "web");
        assert_eq!(at("/"), "arn:aws:iam::111122223333:role/web");
        assert_eq!(at("/a/b/"), "arn:aws:iam::111122223333:role/a/b/web");
        for path in ["/", "/a/", "/a/b/"] {
            assert_eq!(path_in(&at(path)), path);
        }
    }
}
