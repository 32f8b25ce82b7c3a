//! Faults of a running world: set, listed, lifted.

use serde_json::json;

use super::problem::Problem;
use super::router::Control;
use super::said::{AddFault, ClearFault, Cleared, Done, FaultList, ListedFault};
use crate::fault::{Effect, Fault, FaultState, Matcher};

pub(super) fn list(control: &Control) -> FaultList {
    let faults = control.edge.faults().list().into_iter().map(listed);
    FaultList {
        faults: faults.collect(),
    }
}

fn listed(
    FaultState {
        fault,
        seen,
        struck,
    }: FaultState,
) -> ListedFault {
    ListedFault {
        seen,
        struck,
        on: json!(fault.on),
        effect: json!(fault.effect),
        word: fault.effect.word(),
        name: fault.name,
    }
}

pub(super) fn add(control: &Control, asked: &AddFault) -> Result<Done, Problem> {
    let effect: Effect = serde_json::from_value(asked.effect.clone())
        .map_err(|error| Problem::bad_request(format!("`effect`: {error}")))?;
    let place = match &asked.place {
        Some(name) => Some(place_id(control, name)?),
        None => None,
    };
    let on = Matcher {
        operation: asked.operation.clone(),
        path: asked.path.clone(),
        app: asked.app.clone(),
        place,
        ..Matcher::default()
    };
    let word = effect.word();
    control.edge.faults().add(Fault {
        nth: asked.nth.unwrap_or(1),
        times: asked.times,
        ..Fault::new(asked.name.clone(), on, effect)
    });
    Ok(Done {
        done: format!("`{}` strikes from now on ({word})", asked.name),
        now: control.edge.now().to_string(),
    })
}

fn place_id(control: &Control, name: &str) -> Result<String, Problem> {
    let found = control.places.find(name);
    let id = found.and_then(|(_, place)| place.id().map(str::to_owned));
    id.ok_or_else(|| {
        let message = format!("no instance, task or pod is called `{name}`");
        Problem::not_found("no-such-place", message).unknown(name, control.places.names())
    })
}

pub(super) fn clear(control: &Control, asked: &ClearFault) -> Result<Cleared, Problem> {
    let faults = control.edge.faults();
    let names: Vec<String> = faults.list().into_iter().map(|it| it.fault.name).collect();
    let now = control.edge.now().to_string();
    let Some(name) = &asked.name else {
        faults.clear_all();
        let lifted = names.len();
        let done = format!("{lifted} faults lifted");
        return Ok(Cleared { done, now, lifted });
    };
    if !faults.clear(name) {
        let problem = Problem::not_found("no-such-fault", format!("no fault is called `{name}`"));
        return Err(problem.unknown(name, names));
    }
    let done = format!("`{name}` strikes no more");
    Ok(Cleared {
        done,
        now,
        lifted: 1,
    })
}
