//! The wildcards of policies, for whoever selects by name.

use std::str::FromStr;

use super::context::Context;
use super::pattern::{Case, Pattern, Syntax};

/// A text with `*` and `?` that mean what they mean in the actions of a policy; the case of
/// letters means nothing.
///
/// ```
/// use rolecall_account::policy::Wildcards;
///
/// let reads: Wildcards = "s3:get*".parse().unwrap();
/// assert!(reads.matches("s3:GetObject") && !reads.matches("s3:PutObject"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wildcards(Pattern);

impl Wildcards {
    /// Whether the whole of `text` fits.
    pub fn matches(&self, text: &str) -> bool {
        self.0.matches(text, &Context::new())
    }

    /// The same wildcards where the case of letters counts.
    pub(crate) fn exact(text: &str) -> Self {
        let compiled = Pattern::compile(text, Syntax::Wildcards, Case::Sensitive, false);
        Self(compiled.expect("without variables nothing can be wrong"))
    }
}

impl FromStr for Wildcards {
    /// What is wrong with the text; without variables nothing can be.
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Pattern::compile(text, Syntax::Wildcards, Case::Insensitive, false).map(Self)
    }
}
