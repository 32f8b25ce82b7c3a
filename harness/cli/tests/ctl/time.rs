//! The clock, set and advanced.

use crate::served::Served;
use crate::support::{ctl, fails, issued, json};

#[test]
fn time_passes_when_it_is_told_to_and_the_journal_says_so() {
    let served = Served::start(&[]);
    assert_eq!(issued(&served).len(), 1);
    let said = ctl(&served, &["advance", "1h 30m"]);
    assert!(said.starts_with("it is now "), "{said}");
    assert!(said.ends_with(", 1h 30m ahead of this machine\n"), "{said}");
    ctl(&served, &["advance", "17h"]);
    assert_eq!(issued(&served).len(), 4, "three rotations in 18.5 hours");
    let clock = json(&served, &["clock"]);
    assert_eq!(clock["ahead_seconds"], 66_600.0);
    let (code, said) = fails(&served, &["advance", "soon"]);
    assert_eq!(code, 2);
    assert!(said.contains("not a duration"), "{said}");
    let (code, said) = fails(&served, &["advance", "40000d"]);
    assert_eq!(
        (code, said.contains("ten years at most")),
        (2, true),
        "{said}"
    );
}

#[test]
fn the_clock_is_set_ahead_and_never_back() {
    let served = Served::start(&[]);
    assert!(ctl(&served, &["clock"]).ends_with(", as on this machine\n"));
    let now = json(&served, &["clock"])["now"].clone();
    let year: u32 = now.as_str().unwrap()[..4].parse().unwrap();
    let target = format!("{}-01-01T00:00:00Z", year + 2);
    let said = ctl(&served, &["set-clock", &target]);
    assert!(
        said.contains(&format!("it is now {}-01-01T00:00", year + 2)),
        "{said}"
    );
    let (code, said) = fails(&served, &["set-clock", "2001-01-01T00:00:00Z"]);
    assert_eq!(code, 1);
    assert!(
        said.contains("time does not go back to 2001-01-01T00:00:00Z"),
        "{said}"
    );
    let (code, said) = fails(&served, &["set-clock", "tomorrow"]);
    assert_eq!((code, said.contains("not a time")), (2, true), "{said}");
}
