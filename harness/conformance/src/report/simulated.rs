//! Simulated time, as people say it.

use std::time::Duration;

/// A span of simulated time: `0s`, `6h`, `5h 56m`, `2d 4h`; down to the millisecond where there
/// are any.
///
/// ```
/// use std::time::Duration;
/// use rolecall_conformance::report::simulated;
///
/// assert_eq!(simulated(Duration::from_secs(5 * 3600 + 56 * 60)), "5h 56m");
/// assert_eq!(simulated(Duration::from_millis(1_250)), "1s 250ms");
/// ```
pub fn simulated(span: Duration) -> String {
    const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    let mut rest = span.as_secs();
    let mut parts = Vec::new();
    for (unit, seconds) in UNITS {
        if rest >= seconds {
            parts.push(format!("{}{unit}", rest / seconds));
            rest %= seconds;
        }
    }
    if span.subsec_millis() > 0 {
        parts.push(format!("{}ms", span.subsec_millis()));
    }
    if parts.is_empty() {
        "0s".to_owned()
    } else {
        parts.join(" ")
    }
}
