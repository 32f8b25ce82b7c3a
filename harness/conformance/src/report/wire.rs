//! What went over the wire, and what was decided: the lines that every report shows.

use rolecall_scenario::RedactedExchange;

/// The lines of an exchange below its first, each with its mark: `>` was asked, `<` answered, `=` is
/// what became of it.
pub(super) fn lines(exchange: &RedactedExchange) -> Vec<(char, String)> {
    let header = |(name, value): &(String, String)| format!("{name}: {value}");
    let asked = exchange.request_headers.iter().map(header);
    let mut lines: Vec<_> = asked.map(|line| ('>', line)).collect();
    let mut answered: Vec<String> = exchange.status.iter().map(ToString::to_string).collect();
    answered.extend(exchange.response_headers.iter().map(header));
    answered.extend(exchange.response_body.lines().map(str::to_owned));
    lines.extend(answered.into_iter().map(|line| ('<', line)));
    if exchange.by_machine_time {
        let said = "dated by the machine's clock, and accepted so";
        lines.push(('=', said.to_owned()));
    }
    let fault = exchange.fault.as_ref();
    lines.extend(fault.map(|fault| ('=', format!("struck by the fault {fault}"))));
    let judged = [
        &exchange.identity,
        &exchange.decision,
        &exchange.refusal,
        &exchange.detail,
    ];
    let judged = judged.into_iter().flatten().flat_map(|said| said.lines());
    lines.extend(judged.map(|line| ('=', line.to_owned())));
    lines
}
