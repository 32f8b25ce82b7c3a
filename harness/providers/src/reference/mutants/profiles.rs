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
        name: "credential-source-ignored",
        breaks: "profiles.role.credential-source",
        says: "looks at the environment, whatever source the profile names",
        change: |it| it.profiles.heeds_credential_source = false,
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
        name: "own-keys-first",
        breaks: "profiles.role.own-keys",
        says: "uses the keys of a profile that has a role, too",
        change: |it| it.profiles.role_before_keys = false,
    },
    Mutant {
        name: "missing-file",
        breaks: "profiles.files.missing-is-no-error",
        says: "takes a file that is not there for an error",
        change: |it| it.profiles.missing_file_is_an_error = true,
    },
    Mutant {
        name: "round-and-round",
        breaks: "profiles.role.circle-is-an-error",
        says: "takes any profile of a circle for its beginning",
        change: |it| it.profiles.loop_is_an_error = false,
    },
];
