//! What a query or a form says.
//!
//! Names are paths: `PolicyArns.member.2.arn` is the `arn` of the second of `PolicyArns`.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use http::request::Parts;
use percent_encoding::percent_decode_str;

use super::error::QueryError;

/// Values by name. Flat, so that no name, however long, nests deeper than a text does.
#[derive(Default)]
pub(crate) struct Parameters {
    values: BTreeMap<String, String>,
}

impl Parameters {
    /// Those of the query and, of a POST, of the body. One that is there twice is refused; what AWS
    /// does with it is unsourced.
    pub(super) fn of(head: &Parts, body: &[u8]) -> Result<Self, QueryError> {
        let mut parameters = Self::default();
        parameters.read(head.uri.query().unwrap_or_default())?;
        if head.method == Method::POST {
            let form = str::from_utf8(body);
            let form = form.map_err(|_| QueryError::malformed("The form is not UTF-8."))?;
            parameters.read(form)?;
        }
        Ok(parameters)
    }

    fn read(&mut self, text: &str) -> Result<(), QueryError> {
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            if self.values.contains_key(&name) {
                let message = format!("The parameter {name} is there more than once.");
                return Err(QueryError::bad_parameter(message));
            }
            self.values.insert(name, value);
        }
        Ok(())
    }

    /// All values, by name.
    pub(crate) fn all(&self) -> &BTreeMap<String, String> {
        &self.values
    }

    /// The value of a parameter.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The names of all parameters, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// The value of a parameter that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, QueryError> {
        self.text(name)
            .ok_or_else(|| QueryError::missing_parameter(name))
    }

    /// The value of a parameter that is a number.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u32>, QueryError> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| {
            QueryError::bad_parameter(format!(
                "The parameter {name} is '{text}', which is no number."
            ))
        })
    }

    /// Whether there is a parameter of that name, or a part of one.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name) || self.below(name).next().is_some()
    }

    /// The names of the members of a list, in order: `NAME.member.1`, `NAME.member.2`. They count
    /// from 1 and leave none out; what AWS does with gaps is unsourced.
    pub(crate) fn members(&self, list: &str) -> Result<Vec<String>, QueryError> {
        self.numbered(&format!("{list}.member"))
    }

    /// [`Parameters::members`] as EC2 has them: `NAME.1`, `NAME.2` (`ec2.query.lists`).
    pub(crate) fn numbered(&self, list: &str) -> Result<Vec<String>, QueryError> {
        let mut numbers = BTreeSet::new();
        for rest in self.below(list) {
            let number = rest.split('.').next().unwrap_or_default();
            let parsed = number.parse::<u32>().ok();
            let parsed = parsed.filter(|parsed| parsed.to_string() == number && *parsed > 0);
            numbers.insert(parsed.ok_or_else(|| {
                QueryError::bad_parameter(format!("{list}.{number} is no member of a list."))
            })?);
        }
        for (expected, number) in (1..).zip(&numbers) {
            if expected != *number {
                let message = format!("{list}.{number} is there and {list}.{expected} is not.");
                return Err(QueryError::bad_parameter(message));
            }
        }
        Ok(numbers
            .iter()
            .map(|number| format!("{list}.{number}"))
            .collect())
    }

    /// What follows `NAME.` in the names of parameters.
    fn below<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let start = format!("{name}.");
        let from_there = self.values.range(start.clone()..);
        from_there.map_while(move |(name, _)| name.strip_prefix(start.as_str()))
    }
}

/// Undoes a form's encoding.
fn decode(text: &str) -> Result<String, QueryError> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    let decoded = decoded.map_err(|_| {
        QueryError::malformed("A parameter is not UTF-8 once its escapes are undone.")
    })?;
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Parameters, QueryError> {
        let mut parameters = Parameters::default();
        parameters.read(text).map(|()| parameters)
    }

    fn message<T>(result: Result<T, QueryError>) -> String {
        result.map(|_| ()).unwrap_err().message
    }

    #[test]
    fn values_are_decoded() {
        let parameters = read("Action=A&Name=a+b%2Bc%C3%A9&Empty=&Bare").unwrap();
        assert_eq!(parameters.text("Name"), Some("a b+cé"));
        assert_eq!(
            (parameters.text("Empty"), parameters.text("Bare")),
            (Some(""), Some(""))
        );
        assert_eq!(parameters.text("Other"), None);
        assert_eq!(
            read("A=%ff").map(|_| ()).unwrap_err().code,
            "MalformedQueryString"
        );
        assert!(message(read("A=1&A=1")).contains("A is there more than once"));
    }

    #[test]
    fn lists_are_in_the_order_of_their_numbers() {
        let members = (1..=11).rev();
        let members: Vec<_> = members.map(|n| format!("L.member.{n}.arn={n}")).collect();
        let parameters = read(&members.join("&")).unwrap();
        let members = parameters.members("L").unwrap();
        let arns: Vec<_> = members
            .iter()
            .map(|member| parameters.required(&format!("{member}.arn")).unwrap())
            .collect();
        assert_eq!(
            arns,
            ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]
        );
        assert!(parameters.has("L") && !parameters.has("L.membe") && !parameters.has("M"));
    }

    #[test]
    fn lists_that_are_none_are_refused() {
        let members = |text: &str| read(text).unwrap().members("L");
        assert_eq!(members("L=").unwrap(), Vec::<String>::new());
        assert!(message(members("L.member.1=a&L.member.3=c")).contains("L.member.2 is not"));
        assert!(message(members("L.member.0=a")).contains("L.member.0 is no member"));
        assert!(message(members("L.member.01=a")).contains("L.member.01 is no member"));
        assert!(message(members("L.member.x=a")).contains("L.member.x is no member"));
    }

    #[test]
    fn numbers_are_numbers() {
        let parameters = read("Good=900&Bad=an+hour").unwrap();
        assert_eq!(parameters.number("Good").unwrap(), Some(900));
        assert_eq!(parameters.number("None").unwrap(), None);
        assert!(message(parameters.number("Bad")).contains("'an hour', which is no number"));
    }
}
