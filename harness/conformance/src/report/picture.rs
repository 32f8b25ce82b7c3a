//! A timeline as a picture: SVG that stands in a page.
//!
//! One row for each set that was issued, a bar from its issue to its end; below, a lane for each kind of
//! thing that happens at a moment. Colours are the page's.

use std::fmt::Write;
use std::time::Duration;

use super::escape::escape;
use super::simulated::simulated;
use crate::timeline::{Mark, MarkKind, Timeline};

/// Where time begins, from the left.
const LEFT: f64 = 110.0;
/// How wide all of it is.
const SPAN: f64 = 780.0;
/// From one row to the next.
const ROW: f64 = 20.0;
/// How many sets are drawn; more cannot be told apart.
const LIVES: usize = 40;
/// How many moments of a lane are drawn.
const MARKS: usize = 400;

const LANES: &[(MarkKind, &str, &str)] = &[
    (MarkKind::Step, "step", "steps"),
    (MarkKind::Jump, "jump", "clock jumps"),
    (MarkKind::Change, "change", "changes"),
    (MarkKind::Refresh, "refresh", "refreshes"),
    (MarkKind::Request, "request", "requests"),
    (MarkKind::Refused, "refused", "refused"),
    (MarkKind::Fault, "fault", "faults"),
];

/// The picture. A request is a link to `#PREFIX-NUMBER`.
pub(super) fn picture(timeline: &Timeline, prefix: &str) -> String {
    let scale = Scale::of(timeline);
    let lanes: Vec<_> = LANES
        .iter()
        .filter(|(kind, ..)| has(timeline, *kind))
        .collect();
    let lives = timeline.lives.len().min(LIVES);
    let rows = lives + lanes.len();
    let mut svg = String::new();
    let mut top = 4.0;
    for life in timeline.lives.iter().take(LIVES) {
        let end = life.to.unwrap_or(f64::INFINITY);
        let open = if end > scale.seconds { " open" } else { "" };
        let (from, to) = (scale.x(life.from), scale.x(end));
        let ends = life
            .to
            .map_or("for ever".to_owned(), |to| format!("until {}", moment(to)));
        let says = format!(
            "{} of {}, {}, from {} {ends}",
            life.name,
            life.source,
            life.key,
            moment(life.from)
        );
        let _ = write!(
            svg,
            "<g class=\"life{open}\"><title>{}</title><rect x=\"{from:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"12\" rx=\"2\"/></g>",
            escape(&says),
            top + 2.0,
            (to - from).max(1.0),
        );
        label(&mut svg, top, &life.name);
        top += ROW;
    }
    for (kind, class, title) in lanes {
        label(&mut svg, top, title);
        let marks = timeline.marks.iter().filter(|mark| mark.kind == *kind);
        for mark in marks.take(MARKS) {
            svg.push_str(&drawn(mark, class, scale.x(mark.at), top, prefix));
        }
        top += ROW;
    }
    let grid = axis(&scale, top);
    let height = top + 22.0;
    let left_out = timeline.lives.len() - lives;
    let more = if left_out > 0 {
        format!(", {left_out} more not drawn")
    } else {
        String::new()
    };
    let width = LEFT + SPAN + 30.0;
    format!(
        "<svg class=\"timeline\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-label=\"{} sets of credentials and what happened in {}, in {rows} rows{more}\">{grid}{svg}</svg>",
        timeline.lives.len(),
        moment(timeline.seconds),
    )
}

fn has(timeline: &Timeline, kind: MarkKind) -> bool {
    timeline.marks.iter().any(|mark| mark.kind == kind)
}

/// From simulated seconds to places.
struct Scale {
    seconds: f64,
}

impl Scale {
    fn of(timeline: &Timeline) -> Self {
        Self {
            seconds: timeline.seconds.max(1.0),
        }
    }

    /// Where a moment is; what is later than the end is at the end.
    fn x(&self, at: f64) -> f64 {
        LEFT + SPAN * (at / self.seconds).clamp(0.0, 1.0)
    }
}

fn drawn(mark: &Mark, class: &str, x: f64, top: f64, prefix: &str) -> String {
    let says = escape(&format!("{}: {}", moment(mark.at), mark.says));
    let shape = match mark.kind {
        MarkKind::Step | MarkKind::Jump => format!("<path d=\"M{x:.1} {:.1}v14\"/>", top + 1.0),
        MarkKind::Change | MarkKind::Fault => format!(
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"7\" height=\"7\" transform=\"rotate(45 {x:.1} {:.1})\"/>",
            x - 3.5,
            top + 4.5,
            top + 8.0
        ),
        MarkKind::Refresh | MarkKind::Request | MarkKind::Refused => {
            format!("<circle cx=\"{x:.1}\" cy=\"{:.1}\" r=\"4\"/>", top + 8.0)
        }
    };
    let mark_of = format!("<g class=\"{class}\"><title>{says}</title>{shape}</g>");
    let asked = matches!(
        mark.kind,
        MarkKind::Refresh | MarkKind::Request | MarkKind::Refused | MarkKind::Fault
    );
    match mark.number.filter(|_| asked) {
        Some(number) => {
            format!("<a href=\"#{prefix}-{number}\" aria-label=\"{says}\">{mark_of}</a>")
        }
        None => mark_of,
    }
}

fn label(svg: &mut String, top: f64, text: &str) {
    let _ = write!(
        svg,
        "<text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
        LEFT - 8.0,
        top + 12.0,
        escape(text)
    );
}

/// Five moments along the foot.
fn axis(scale: &Scale, top: f64) -> String {
    let mut svg = String::new();
    for quarter in 0..=4_u8 {
        let at = scale.seconds * f64::from(quarter) / 4.0;
        let x = scale.x(at);
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{x:.1} 0V{top:.1}\"/><text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            top + 15.0,
            moment(at)
        );
    }
    svg
}

fn moment(seconds: f64) -> String {
    let whole = Duration::try_from_secs_f64(seconds.max(0.0).round());
    simulated(whole.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::Bar;

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

    /// Of twelve hours an hour is 65 wide, and time begins at 110.
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
        let svg = picture(&timeline, "x");
        for wanted in [
            r#"<rect x="110.0" y="6.0" width="390.0""#,
            r#"<g class="life open"><title>r 2"#,
            r#"<rect x="435.0" y="26.0" width="455.0""#,
            r#"<rect x="890.0" y="46.0" width="1.0""#,
            r#"<path d="M110.0 65.0v14"/>"#,
            r##"<a href="#x-7" aria-label="3h: &lt;asked&gt;">"##,
            r#"<circle cx="305.0" cy="92.0" r="4"/>"#,
            r#"transform="rotate(45 890.0 112.0)""#,
            r##"<a href="#x-9""##,
        ] {
            assert!(svg.contains(wanted), "{wanted} in {svg}");
        }
        assert!(!svg.contains("clock jumps"), "no lane without a mark");
        assert!(!svg.contains("<asked>"));
    }

    #[test]
    fn a_world_without_time_or_sets_is_drawn_too() {
        let svg = picture(&Timeline::default(), "x");
        assert!(svg.starts_with("<svg") && !svg.contains("NaN") && !svg.contains("inf"));
    }
}
