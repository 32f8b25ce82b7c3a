//! Paths of the metadata service.

use percent_encoding::percent_decode_str;

use crate::operation::Operation;

/// The versions there are paths for, in the order of the listing (`imds.paths.versions`).
pub(super) const VERSIONS: &[&str] = &[
    "1.0",
    "2007-01-19",
    "2007-03-01",
    "2007-08-29",
    "2007-10-10",
    "2007-12-15",
    "2008-02-01",
    "2008-09-01",
    "2009-04-04",
    "2011-01-01",
    "2011-05-01",
    "2012-01-12",
    "2014-02-25",
    "2014-11-05",
    "2015-10-20",
    "2016-04-19",
    "2016-06-30",
    "2016-09-02",
    "2018-03-28",
    "2018-08-17",
    "2018-09-24",
    "2019-10-01",
    "2020-10-27",
    "2021-01-03",
    "2021-03-23",
    "2021-07-15",
    "2022-09-24",
    "2024-04-11",
    LATEST,
];

const LATEST: &str = "latest";

/// A path as the metadata service reads it: its parts, decoded. Slashes at the end and in a row
/// make no difference (`imds.paths.slashes`).
///
/// ```
/// use rolecall_account::{MetadataPath, Operation};
///
/// let listing = MetadataPath::parse("//latest/meta-data/iam/security-credentials/");
/// assert_eq!(listing.operation(), Some(Operation::ImdsRole));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataPath {
    parts: Vec<String>,
}

impl MetadataPath {
    /// Reads the path of a URI. A part that is no text is read as one that names nothing.
    pub fn parse(path: &str) -> Self {
        let parts = path.split('/').filter(|part| !part.is_empty());
        let decoded = parts.map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned());
        Self {
            parts: decoded.collect(),
        }
    }

    /// What a request for it is counted as; `None` where no version is named.
    pub fn operation(&self) -> Option<Operation> {
        let parts: Vec<&str> = self.parts().collect();
        let below = match parts[..] {
            [] => return Some(Operation::ImdsMetadata),
            [version, ref below @ ..] if VERSIONS.contains(&version) => below,
            _ => return None,
        };
        Some(match below {
            ["api", "token"] => Operation::ImdsToken,
            ["meta-data", "iam", "security-credentials"] => Operation::ImdsRole,
            ["meta-data", "iam", "security-credentials", _] => Operation::ImdsCredentials,
            ["meta-data", "iam", "security-credentials-extended"] => Operation::ImdsRoleExtended,
            ["meta-data", "iam", "security-credentials-extended", _] => {
                Operation::ImdsCredentialsExtended
            }
            ["meta-data", "iam", "info"] => Operation::ImdsInfo,
            [
                "meta-data",
                "identity-credentials",
                "ec2",
                "security-credentials",
                "ec2-instance",
            ] => Operation::ImdsIdentityCredentials,
            _ => Operation::ImdsMetadata,
        })
    }

    /// Whether it is a path of a version by its date, not by `latest`.
    pub fn is_dated(&self) -> bool {
        self.parts.first().is_some_and(|version| version != LATEST)
    }

    /// Whether it is in the subtree of the instance's role.
    pub(super) fn is_of_the_role(&self) -> bool {
        matches!(&self.parts[..], [_, data, iam, ..] if data == "meta-data" && iam == "iam")
    }

    pub(super) fn parts(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(String::as_str)
    }
}
