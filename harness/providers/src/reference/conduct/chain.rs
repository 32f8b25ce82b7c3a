//! Which sources are asked.

/// A source of credentials in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Keys in the environment.
    Environment,
    /// The web identity that the environment names.
    WebIdentity,
    /// The profile of the shared configuration files.
    Profile,
    /// The endpoint of a container.
    Container,
    /// The instance metadata service.
    Imds,
}

/// Which sources are asked, and in which order.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct ChainConduct {
    /// The sources, the nearest at hand first.
    pub order: &'static [Link],
    /// A source that is there and fails is the end: none after it is asked.
    pub stops_at_failure: bool,
    /// A variable without a value is as good as none.
    pub empty_is_unset: bool,
    /// Sources are asked as long as none has answered; else the last one's answer counts.
    pub first_answer_counts: bool,
    /// Where nobody has any credentials, that is said; else there are keys without a value.
    pub none_is_an_error: bool,
    /// That nobody has any is believed for that moment, and not for ever.
    pub none_is_forgotten: bool,
    /// Half a set in the environment is none, and no other source makes it whole.
    pub takes_whole_sets: bool,
}

impl Default for ChainConduct {
    fn default() -> Self {
        Self {
            order: &[
                Link::Environment,
                Link::WebIdentity,
                Link::Profile,
                Link::Container,
                Link::Imds,
            ],
            stops_at_failure: true,
            empty_is_unset: true,
            first_answer_counts: true,
            none_is_an_error: true,
            none_is_forgotten: true,
            takes_whole_sets: true,
        }
    }
}
