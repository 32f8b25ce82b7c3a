//! Values that are compared by meaning rather than by text.

use std::cmp::Ordering;
use std::net::IpAddr;

use crate::SimInstant;

/// An integer or a decimal number, as in `10` or `2.0`.
///
/// Exponents, signs other than `-`, and the names of infinity are no numbers of the policy
/// language.
pub(super) fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (all_digits(whole) && all_digits(fraction))
        .then(|| text.parse().ok())
        .flatten()
}

/// A date of W3C's ISO 8601 profile (year, month, day, minute, second, fraction) or epoch seconds.
pub(super) fn date(text: &str) -> Option<SimInstant> {
    // policy.condition.date-forms: four digits are a year, more are epoch seconds.
    let full = match text.len() {
        4 => format!("{text}-01-01T00:00:00Z"),
        7 if text.as_bytes().get(4) == Some(&b'-') => format!("{text}-01T00:00:00Z"),
        10 if text.as_bytes().get(4) == Some(&b'-') => format!("{text}T00:00:00Z"),
        _ => text.to_owned(),
    };
    if full.as_bytes().get(10) == Some(&b'T') {
        return SimInstant::parse(&full);
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: i64 = all_digits.then(|| text.parse().ok()).flatten()?;
    Some(SimInstant::from_epoch_millis(seconds.checked_mul(1_000)?))
}

/// A range of addresses, `203.0.113.0/24` or `2001:db8::/32`; without a length, one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cidr {
    network: IpAddr,
    prefix: u32,
}

impl Cidr {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let network: IpAddr = address.parse().ok()?;
        let bits = if network.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) if prefix.bytes().all(|byte| byte.is_ascii_digit()) => {
                prefix.parse().ok()?
            }
            Some(_) => return None,
            // The guide says `/32`, which for IPv6 can only mean the single address.
            None => bits,
        };
        (prefix <= bits).then_some(Self { network, prefix })
    }

    pub(super) fn contains(self, address: IpAddr) -> bool {
        match (self.network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let shift = 32 - self.prefix;
                let head = |bits: u32| bits.checked_shr(shift).unwrap_or(0);
                head(network.to_bits()) == head(address.to_bits())
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let shift = 128 - self.prefix;
                let head = |bits: u128| bits.checked_shr(shift).unwrap_or(0);
                head(network.to_bits()) == head(address.to_bits())
            }
            _ => false,
        }
    }
}

/// How a request's value has to stand to the policy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub(super) fn accepts(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (text, expected) in [
            ("10", Some(10.0)),
            ("2.0", Some(2.0)),
            ("-3.5", Some(-3.5)),
            ("1e3", None),
            ("+1", None),
            (".5", None),
            ("5.", None),
            ("inf", None),
            ("NaN", None),
            ("", None),
            ("1.2.3", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }

    #[test]
    fn dates() {
        for (text, expected) in [
            ("2031", Some("2031-01-01T00:00:00Z")),
            ("2031-05", Some("2031-05-01T00:00:00Z")),
            ("2031-05-02", Some("2031-05-02T00:00:00Z")),
            ("2031-05-02T06:00Z", Some("2031-05-02T06:00:00Z")),
            ("2031-05-02T06:00:01Z", Some("2031-05-02T06:00:01Z")),
            ("2031-05-02T06:00:01.250Z", Some("2031-05-02T06:00:01Z")),
            ("2031-05-02T06:00:01+02:00", Some("2031-05-02T04:00:01Z")),
            ("1403289600", Some("2014-06-20T18:40:00Z")),
            ("-86400", Some("1969-12-31T00:00:00Z")),
            ("-", None),
            ("2031-05-02 06:00:01Z", None),
            ("2031-05-02T06:00:01", None),
            ("2031-13", None),
            ("tomorrow", None),
            ("2031-*", None),
            ("", None),
        ] {
            let read = date(text).map(|instant| instant.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn address_ranges() {
        for (range, address, inside) in [
            ("203.0.113.0/24", "203.0.113.255", true),
            ("203.0.113.0/24", "203.0.114.0", false),
            ("203.0.113.9/24", "203.0.113.1", true),
            ("0.0.0.0/0", "198.51.100.1", true),
            ("203.0.113.7", "203.0.113.7", true),
            ("203.0.113.7", "203.0.113.8", false),
            ("2001:db8:1234:5678::/64", "2001:DB8:1234:5678::9", true),
            ("2001:db8:1234:5678::/64", "2001:db8:1234:5679::9", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "203.0.113.7", false),
            ("0.0.0.0/0", "2001:db8::1", false),
        ] {
            let range = Cidr::parse(range).unwrap();
            assert_eq!(
                range.contains(address.parse().unwrap()),
                inside,
                "{range:?}"
            );
        }
        for wrong in [
            "203.0.113.0/33",
            "::/129",
            "203.0.113/24",
            "1.2.3.4/",
            "1.2.3.4/+8",
            "*",
            "",
        ] {
            assert_eq!(Cidr::parse(wrong), None, "{wrong}");
        }
    }
}
