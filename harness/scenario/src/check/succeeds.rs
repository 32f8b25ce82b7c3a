//! What is expected where nothing is said: that the action succeeds.

use super::Difference;
use super::facts::Facts;
use crate::act::Done;

pub(super) fn check(facts: &Facts<'_>) -> Vec<Difference> {
    match facts.done {
        Done::Resolved(Ok(_))
        | Done::Called { answer: Ok(_), .. }
        | Done::Changed(_)
        | Done::Begun { .. } => Vec::new(),
        Done::Resolved(Err(failure)) => {
            vec![Difference::new(
                "credentials",
                format!("none: {} ({})", failure.class, failure.text),
            )]
        }
        Done::Called {
            answer: Err(failure),
            ..
        } => {
            let refused = facts
                .last_signed()
                .and_then(|exchange| exchange.refusal.as_ref());
            let actual = match refused {
                Some(refusal) => format!(
                    "refused with {} at {}: {}",
                    refusal.code, refusal.stage, refusal.message
                ),
                None => format!("it never got there: {} ({})", failure.class, failure.text),
            };
            vec![Difference::new("the call is allowed", actual)]
        }
        Done::Unsupported(why) | Done::Broken(why) | Done::Died(why) => {
            vec![Difference::new("an answer", why.clone())]
        }
        Done::Hung(words) => {
            vec![Difference::new("an answer", format!("none after {words}"))]
        }
        Done::Refused { code, message } => {
            vec![Difference::new(
                "the account makes the change",
                format!("it refuses with {code}: {message}"),
            )]
        }
    }
}
