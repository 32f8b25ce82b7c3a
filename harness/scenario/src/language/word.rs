//! Closed lists of words, such as the error classes.

use std::fmt;

/// A value that is written as one of a closed list of words.
pub trait Word: Copy + fmt::Debug + PartialEq + 'static {
    /// What such a word is called in messages: `error class`.
    const NOUN: &'static str;
    /// All of them, in the order in which they are listed.
    const ALL: &'static [Self];

    /// The word as it is written.
    fn word(self) -> &'static str;

    /// The value written as `word`; `None` if there is none.
    fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.word() == word)
    }

    /// All words, in the order in which they are listed.
    fn words() -> impl Iterator<Item = &'static str> + Clone {
        Self::ALL.iter().map(|one| one.word())
    }
}

/// Defines an enum whose variants are words.
macro_rules! words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident ($noun:literal) {
            $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
        }

        impl $crate::language::word::Word for $name {
            const NOUN: &'static str = $noun;
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::language::word::Word::word(*self))
            }
        }
    };
}

pub(super) use words;
