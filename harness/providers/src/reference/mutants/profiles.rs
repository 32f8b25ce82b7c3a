//! Careless about the shared configuration files.

use super::Mutant;
use crate::reference::conduct::Kept;

/// The mutants of this topic.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "any-source-asked-once",
        breaks: "profiles.role.any-source",
        says: "asks the source of a role once, and keeps what it said",
        change: |it| it.sts.source = Kept::Always,
    },
    Mutant {
        name: "stays-its-source",
        breaks: "profiles.role.assumed",
        says: "stays who the source of the role is",
        change: |it| it.sts.assumes_roles = false,
    },
    Mutant {
        name: "credential-source-ignored",
        breaks: "profiles.role.credential-source",
        says: "looks at the environment, whatever source the profile names",
        change: |it| it.profiles.heeds_credential_source = false,
    },
    Mutant {
        name: "profile-duration-ignored",
        breaks: "profiles.role.duration",
        says: "does not say how long the session is to last",
        change: |it| it.sts.passes_duration = false,
    },
    Mutant {
        name: "profile-external-id-ignored",
        breaks: "profiles.role.external-id",
        says: "does not send the external id",
        change: |it| it.sts.passes_external_id = false,
    },
    Mutant {
        name: "profile-session-name-ignored",
        breaks: "profiles.role.session-name",
        says: "calls the session as it likes",
        change: |it| it.sts.passes_session_name = false,
    },
    Mutant {
        name: "role-session-for-ever",
        breaks: "profiles.role.refreshed",
        says: "signs with the session that it made first",
        change: |it| it.signing.newest_set = false,
    },
    Mutant {
        name: "profile-role-refused",
        breaks: "profiles.role.refused-is-an-error",
        says: "goes on as its source when the role is refused",
        change: |it| it.sts.refusal_is_an_error = false,
    },
    Mutant {
        name: "default-profile-alone",
        breaks: "profiles.selection.by-environment",
        says: "reads the default profile, whichever was chosen",
        change: |it| it.profiles.heeds_variable = false,
    },
    Mutant {
        name: "missing-profile-is-none",
        breaks: "profiles.selection.missing-is-an-error",
        says: "takes a profile that is not there for none",
        change: |it| it.profiles.missing_is_an_error = false,
    },
    Mutant {
        name: "role-of-a-source-first",
        breaks: "profiles.role.keys-of-the-source",
        says: "assumes the role of a source that has keys",
        change: |it| it.profiles.keys_of_sources_first = false,
    },
    Mutant {
        name: "profile-chain-cut",
        breaks: "profiles.role.chained",
        says: "signs for the second role with the keys at the end of the chain",
        change: |it| it.sts.chains_roles = false,
    },
    Mutant {
        name: "own-keys-first",
        breaks: "profiles.role.own-keys",
        says: "uses the keys of a profile that has a role, too",
        change: |it| it.profiles.role_before_keys = false,
    },
];
