//! Policy variables: `${aws:username}`, `${aws:userid, 'anonymous'}`.

use super::context::Context;

/// The inside of `${...}`, other than the three that stand for a character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    /// Lower case.
    key: Box<str>,
    default: Option<Box<str>>,
}

impl Variable {
    /// Reads what stands between `${` and `}`.
    pub(super) fn parse(inside: &str) -> Result<Self, String> {
        let (key, default) = match inside.split_once(',') {
            Some((key, default)) => (key, Some(default.trim())),
            None => (inside, None),
        };
        // policy.variable.default-value: quoted with `'`. Whether AWS keeps wildcards in a default
        // alive is unsourced; here a default is plain text, like a value.
        let default = default
            .map(|quoted| {
                quoted
                    .strip_prefix('\'')
                    .and_then(|rest| rest.strip_suffix('\''))
                    .map(Box::from)
                    .ok_or_else(|| {
                        format!("the default value of `${{{inside}}}` must be in single quotes")
                    })
            })
            .transpose()?;
        // Unsourced: what AWS does with a name that has no prefix. It could never have a value.
        if !super::condition::is_key(key) {
            return Err(format!("`${{{inside}}}` names no condition key"));
        }
        Ok(Self {
            key: key.to_ascii_lowercase().into(),
            default,
        })
    }

    /// The text that takes the variable's place.
    ///
    /// `None` if there is none, and then the pattern around the variable matches nothing.
    pub(super) fn resolve<'a>(&'a self, context: &'a Context) -> Option<&'a str> {
        match context.lookup(&self.key) {
            [] => self.default.as_deref(),
            [value] => Some(value),
            // policy.variable.single-valued-keys-only
            [_, _, ..] => None,
        }
    }
}
