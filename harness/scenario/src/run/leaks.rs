//! Secrets of the world in what clients say.

use std::sync::Arc;

use rolecall_account::Session;
use rolecall_providers::child::Leak;

use super::{Acted, Play};
use crate::act::Done;
use crate::check::unspoken;
use crate::flight::Landed;
use crate::language::{Action, Step};
use crate::outcome::{Outcome, StepReport};

/// The longest message that is told whole, in bytes.
const SHOWN: usize = 300;

impl Play<'_> {
    /// The messages with a secret in them that nobody has been told of yet, and of each whose it is:
    /// what the clients' processes have said, and the errors that this step's callers were answered.
    /// What a client writes to standard error comes by a pipe of its own, and may be found a step
    /// later.
    pub(super) fn leaks(&mut self, step: &Step, acted: Option<&Acted>) -> Vec<String> {
        let sessions: Vec<Arc<Session>> =
            self.simulation.world().sessions().map(Arc::clone).collect();
        let recorded = self.simulation.recorded_sets();
        let of_sessions = sessions.iter().flat_map(|session| {
            let token = session.session_token.iter();
            token.chain([&session.secret_access_key])
        });
        let of_recordings = recorded.iter().flat_map(|set| {
            let token = set.session_token.iter();
            token.chain([&set.secret_access_key])
        });
        let secrets = of_sessions.chain(of_recordings);
        let secrets: Vec<&str> = secrets.map(rolecall_account::Secret::expose).collect();

        let mut found = Vec::new();
        for (name, client) in &self.clients {
            let leaks = client.secrets_in(&secrets).into_iter();
            found.extend(leaks.map(|leak| said(name, &leak)));
        }
        let app = self.scenario.app_of(step).filter(|_| is_of_a_client(step));
        let landed = acted.iter().flat_map(|acted| &acted.landed);
        if let Some(app) = app {
            let texts = landed.filter_map(error_text);
            let leaks = texts.filter_map(|text| Leak::of("the text of an error", text, &secrets));
            found.extend(leaks.map(|leak| said(app, &leak)));
        }
        let mut news = Vec::new();
        for leak in found {
            if self.leaks_told.insert(leak.clone()) {
                news.push(leak);
            }
        }
        news
    }
}

impl Play<'_> {
    /// What came to light after the last step was judged fails that one.
    pub(super) fn late_leaks(&mut self, step: &Step, report: &mut StepReport) {
        let leaks = self.leaks(step, None);
        if !matches!(report.outcome, Outcome::Passed | Outcome::Failed) {
            return;
        }
        let before = report.findings.len();
        self.weigh(&[unspoken::RULE.to_owned()], unspoken::told(&leaks), report);
        if report.findings.len() > before {
            report.outcome = Outcome::Failed;
        }
    }
}

/// Whether a client of the provider acts in a step: whoever uses a URL is none.
fn is_of_a_client(step: &Step) -> bool {
    !matches!(step.act.value.action(), Some(Action::UseUrl(_)))
}

/// What an error that a caller was answered says.
fn error_text(landed: &Landed) -> Option<&str> {
    match &landed.done {
        Done::Resolved(Err(failure))
        | Done::Called {
            answer: Err(failure),
            ..
        } => Some(&failure.text),
        Done::Died(words) => Some(words),
        _ => None,
    }
}

fn said(app: &str, leak: &Leak) -> String {
    let Leak { place, said } = leak;
    let cut = said.floor_char_boundary(SHOWN);
    let dots = if cut < said.len() { "…" } else { "" };
    format!("`{app}` in {place}: {}{dots}", &said[..cut])
}
