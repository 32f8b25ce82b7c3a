//! What requests of EC2 say, in its own forms.

use std::collections::BTreeMap;

use rolecall_account::{Ec2Error, Filters, HttpTokens, Paging, ProfileSpec, Switch};

use crate::query::{Call, Parameters, QueryError};

/// The parameters of a request, all of them known by name.
pub(super) struct Asked<'a>(&'a Parameters);

impl<'a> Asked<'a> {
    /// Refuses a parameter that is not among `known`, where numbers in lists are left out:
    /// `Filter.Value` for `Filter.1.Value.2` (`ec2.parameters.unknown`).
    pub(super) fn of(call: &Call<'a>, known: &[&str]) -> Result<Self, QueryError> {
        for name in call.parameters.names() {
            let parts = name.split('.');
            let named = parts.filter(|part| !part.bytes().all(|byte| byte.is_ascii_digit()));
            let named = named.collect::<Vec<_>>().join(".");
            let everywhere = matches!(&*named, "Action" | "Version") || name.starts_with("X-Amz-");
            if !everywhere && !known.contains(&&*named) {
                return Err(Ec2Error::UnknownParameter(name.to_owned()).into());
            }
        }
        Ok(Self(call.parameters))
    }

    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.0.text(name)
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.0.text(name).map(str::to_owned)
    }

    /// The value of a parameter that must be there, in EC2's words if it is not
    /// (`ec2.parameters.missing`).
    pub(super) fn required(&self, name: &'static str) -> Result<&'a str, QueryError> {
        let text = self.0.text(name);
        Ok(text.ok_or(Ec2Error::MissingParameter(name))?)
    }

    /// The members of a list: `NAME.1`, `NAME.2` (`ec2.query.lists`).
    pub(super) fn numbered(&self, list: &str) -> Result<Vec<String>, QueryError> {
        self.0.numbered(list)
    }

    /// The texts of a list.
    pub(super) fn texts(&self, list: &str) -> Result<Vec<&'a str>, QueryError> {
        let members = self.0.numbered(list)?;
        let texts = members.iter().map(|member| self.0.text(member));
        Ok(texts.flatten().collect())
    }

    /// `true` or `false`; `false` if it is not said.
    pub(super) fn flag(&self, name: &'static str) -> Result<bool, QueryError> {
        match self.0.text(name) {
            None => Ok(false),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(text) => Err(invalid(name, text, "true | false").into()),
        }
    }

    /// Whether it is only to be tried.
    pub(super) fn dry_run(&self) -> Result<bool, QueryError> {
        self.flag("DryRun")
    }

    /// A whole number, if it is said.
    pub(super) fn number<T: std::str::FromStr>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, QueryError> {
        let number = self.0.text(name).map(|text| {
            let number = text.parse();
            number.map_err(|_| invalid(name, text, "a whole number in its range"))
        });
        Ok(number.transpose()?)
    }

    /// One of these words, if it is said.
    pub(super) fn word<T: Copy>(
        &self,
        name: &'static str,
        words: &[(&str, T)],
    ) -> Result<Option<T>, QueryError> {
        let Some(text) = self.0.text(name) else {
            return Ok(None);
        };
        let found = words.iter().find(|(word, _)| *word == text);
        let found = found.map(|(_, meant)| *meant);
        let all: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        Ok(Some(
            found.ok_or_else(|| invalid(name, text, &all.join(" | ")))?,
        ))
    }

    /// The filters of a list (`ec2.filters.wildcards`).
    pub(super) fn filters(&self, known: &[&str]) -> Result<Filters, QueryError> {
        let mut asked = Vec::new();
        for filter in self.0.numbered("Filter")? {
            let name = self.0.text(&format!("{filter}.Name"));
            let name = name.ok_or(Ec2Error::MissingParameter("Filter.Name"))?;
            let values = self.texts(&format!("{filter}.Value"))?;
            let values = values.into_iter().map(str::to_owned).collect();
            asked.push((name.to_owned(), values));
        }
        Ok(Filters::new(asked, known)?)
    }

    /// Which part of a list is wanted.
    pub(super) fn paging(&self) -> Result<Paging<'a>, QueryError> {
        Ok(Paging {
            max_results: self.number("MaxResults")?,
            next_token: self.text("NextToken").filter(|token| !token.is_empty()),
        })
    }

    /// The tags below `list`, with their values where they are said.
    pub(super) fn tags(&self, list: &str) -> Result<BTreeMap<String, Option<String>>, QueryError> {
        let mut tags = BTreeMap::new();
        for tag in self.0.numbered(list)? {
            let key = self.0.text(&format!("{tag}.Key"));
            let key = key.ok_or(Ec2Error::MissingParameter("Tag.Key"))?;
            let value = self.0.text(&format!("{tag}.Value")).map(str::to_owned);
            if tags.insert(key.to_owned(), value).is_some() {
                let message = format!("Duplicate tag key '{key}' specified.");
                return Err(Ec2Error::InvalidValue(message).into());
            }
        }
        Ok(tags)
    }

    /// An instance profile, by its name or its ARN but not by both.
    pub(super) fn profile(&self) -> Result<Option<ProfileSpec>, QueryError> {
        let name = self.owned("IamInstanceProfile.Name");
        let arn = self.owned("IamInstanceProfile.Arn");
        Ok(match (name, arn) {
            (Some(_), Some(_)) => {
                return Err(Ec2Error::InvalidCombination(
                    "The parameter 'iamInstanceProfile.name' may not be used in combination with \
                     'iamInstanceProfile.arn'"
                        .to_owned(),
                )
                .into());
            }
            (Some(name), None) => Some(ProfileSpec::Name(name)),
            (None, Some(arn)) => Some(ProfileSpec::Arn(arn)),
            (None, None) => None,
        })
    }
}

/// The words for whether a token is needed.
pub(super) const TOKENS: &[(&str, HttpTokens)] = &[
    ("optional", HttpTokens::Optional),
    ("required", HttpTokens::Required),
];

/// The words for on and off.
pub(super) const SWITCH: &[(&str, Switch)] =
    &[("enabled", Switch::Enabled), ("disabled", Switch::Disabled)];

pub(super) fn invalid(name: &str, value: &str, valid: &str) -> Ec2Error {
    Ec2Error::InvalidValue(format!(
        "Value ({value}) for parameter {name} is invalid. Valid values: {valid}"
    ))
}
