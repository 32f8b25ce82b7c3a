//! `expect.fails`: the provider gave no credentials, and no signed request left it.

use rolecall_account::{Exchange, Operation};
use rolecall_providers::Call;

use super::Difference;
use super::facts::Facts;
use crate::act::Done;
use crate::language::{Class, Word};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Difference> {
    const EXPECTED: &str = "no credentials, and no signed request";
    // Whoever has a role to assume signs for it, and has no credentials when that is refused.
    let asks_for_a_role = matches!(
        facts.done,
        Done::Called {
            call: Call::AssumeRole(_),
            ..
        }
    );
    let of_its_source = |exchange: &&Exchange| {
        !asks_for_a_role && exchange.operation == Some(Operation::StsAssumeRole)
    };
    let signed = facts.signed().filter(|it| !of_its_source(it)).count();
    let actual = match facts.done {
        Done::Resolved(Ok(credentials)) => {
            format!("credentials of {}", credentials.access_key_id())
        }
        Done::Called { answer: Ok(_), .. } => "the call was made, and allowed".to_owned(),
        Done::Called { answer: Err(_), .. } | Done::Resolved(Err(_)) if signed > 0 => {
            format!(
                "{signed} signed request{}",
                if signed == 1 { "" } else { "s" }
            )
        }
        Done::Called { answer: Err(_), .. } | Done::Resolved(Err(_)) => return Vec::new(),
        Done::Changed(what) | Done::Unsupported(what) | Done::Broken(what) | Done::Died(what) => {
            what.clone()
        }
        Done::Hung(words) => format!("no answer after {words}"),
        Done::Begun { .. } => "it has only begun".to_owned(),
        Done::Refused { code, .. } => format!("the account refused with {code}"),
    };
    vec![Difference::new(EXPECTED, actual)]
}

/// The class is the provider's own view, so that another one is worth a word and no more.
pub(crate) fn note(expected: Class, facts: &Facts<'_>) -> Option<String> {
    let (Done::Resolved(Err(failure))
    | Done::Called {
        answer: Err(failure),
        ..
    }) = facts.done
    else {
        return None;
    };
    (failure.class.as_str() != expected.word()).then(|| {
        format!(
            "the provider calls it `{}`, the scenario `{expected}`",
            failure.class
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_and_the_contract_have_the_same_classes() {
        let contract: Vec<_> = rolecall_providers::Class::ALL
            .iter()
            .map(|class| class.as_str())
            .collect();
        assert_eq!(Class::words().collect::<Vec<_>>(), contract);
    }
}
