use super::*;

const HOUR: f64 = 3600.0;

fn bar(name: &str, from: f64, to: Option<f64>) -> Bar {
    Bar {
        name: name.to_owned(),
        source: "instance web".to_owned(),
        key: "ASIA".to_owned(),
        from,
        to,
    }
}

fn mark(at: f64, kind: MarkKind, number: Option<u64>) -> Mark {
    Mark {
        at,
        kind,
        says: "<asked>".to_owned(),
        number,
    }
}

fn drawn(timeline: &Timeline, steps: &[&str], wanted: &[&str]) -> String {
    let svg = picture(timeline, "x", steps);
    for wanted in wanted {
        assert!(svg.contains(wanted), "{wanted} in {svg}");
    }
    svg
}

/// Of twelve hours an hour is a twelfth of the width.
#[test]
fn bars_and_marks_stand_where_their_times_are() {
    let timeline = Timeline {
        seconds: 12.0 * HOUR,
        lives: vec![
            bar("r 1", 0.0, Some(6.0 * HOUR)),
            bar("r 2", 5.0 * HOUR, Some(20.0 * HOUR)),
            bar("r 3", 12.0 * HOUR, None),
        ],
        marks: vec![
            mark(0.0, MarkKind::Step, None),
            mark(3.0 * HOUR, MarkKind::Refresh, Some(7)),
            mark(12.0 * HOUR, MarkKind::Fault, Some(9)),
        ],
    };
    let svg = drawn(
        &timeline,
        &["passes"],
        &[
            r#"<rect x="0.000%" y="28" width="50.000%""#,
            r#"<g class="life open"><title>r 2 of instance web, ASIA: 5h to 20h"#,
            r#"<text class="in" x="0.000%" dx="6" y="40" text-anchor="start">0s to 6h</text>"#,
            r#"<rect x="41.667%" y="52" width="58.333%""#,
            r#"<text class="out" x="100.000%" dx="-6" y="88" text-anchor="end">12h without end</text>"#,
            r#"<rect x="100.000%" y="76" width="0.000%""#,
            r#"<line x1="0.000%" x2="0.000%" y1="12" y2="144"/>"#,
            r##"<a tabindex="-1" href="#x-7"><g class="refresh"><title>3h: &lt;asked&gt;"##,
            r#"<circle cx="25.000%" cy="108" r="4"/>"#,
            r##"<a tabindex="-1" href="#x-9"><g class="fault">"##,
            r#"<svg x="100.000%" y="132"><path"#,
            "<span>steps, jumps</span><span>r 1</span><span>r 2</span><span>r 3</span><span>refreshes 1</span><span>faults 1</span></div>",
        ],
    );
    assert!(!svg.contains("requests"), "no lane without a mark");
    assert!(!svg.contains("<asked>"));
}

#[test]
fn a_jump_is_an_arrow_from_the_last_thing_done() {
    let timeline = Timeline {
        seconds: 10.0,
        lives: Vec::new(),
        marks: vec![
            mark(0.0, MarkKind::Step, None),
            mark(1.0, MarkKind::Request, Some(3)),
            mark(4.0, MarkKind::Change, Some(4)),
            mark(6.0, MarkKind::Jump, None),
            mark(6.0, MarkKind::Step, None),
        ],
    };
    drawn(
        &timeline,
        &["passes", "fails"],
        &[
            r#"<line x1="10.000%" x2="60.000%" y1="12" y2="12"/>"#,
            r#"<text x="35.000%" y="16" text-anchor="middle">+5s</text>"#,
            r##"<a class="step fails" tabindex="-1" href="#x-step-2">"##,
        ],
    );
}

#[test]
fn what_cannot_be_told_apart_is_counted() {
    let timeline = Timeline {
        seconds: 1000.0,
        lives: Vec::new(),
        marks: vec![
            mark(0.0, MarkKind::Step, None),
            mark(1.0, MarkKind::Step, None),
            mark(2.0, MarkKind::Step, None),
            mark(500.0, MarkKind::Step, None),
            mark(500.0, MarkKind::Refused, Some(1)),
            mark(505.0, MarkKind::Refused, Some(2)),
            mark(510.0, MarkKind::Refused, Some(3)),
            mark(650.0, MarkKind::Refused, Some(4)),
            mark(990.0, MarkKind::Refused, Some(5)),
            mark(1000.0, MarkKind::Refused, Some(6)),
        ],
    };
    let svg = drawn(
        &timeline,
        &["passes", "fails", "passes", "passes"],
        &[
            r##"<a class="step fails" tabindex="-1" href="#x-step-2">"##,
            ">1–3</text>",
            ">4</text>",
            r#"<text x="51.000%" dx="9" y="40" text-anchor="start">×3</text>"#,
            r#"<text x="99.000%" dx="-9" y="40" text-anchor="end">×2</text>"#,
        ],
    );
    assert_eq!(svg.matches("<circle").count(), 6, "all are drawn");
    assert_eq!(svg.matches('×').count(), 2);
    let crowd = (0..=50_u32).flat_map(|at| [f64::from(2 * at); 2]);
    let crowded = Timeline {
        seconds: 100.0,
        lives: Vec::new(),
        marks: crowd.map(|at| mark(at, MarkKind::Change, None)).collect(),
    };
    let svg = drawn(&crowded, &[], &["<span>changes 102</span>"]);
    assert!(!svg.contains('×'), "there is no room: {svg}");
}

#[test]
fn a_world_without_time_or_sets_is_drawn_too() {
    let svg = picture(&Timeline::default(), "x", &[]);
    assert!(svg.contains("<svg") && !svg.contains("NaN") && !svg.contains("inf"));
}
