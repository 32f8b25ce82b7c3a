//! A timeline as a picture: SVG that stands in a page, as wide as the page is.
//!
//! On top the steps and the clock's jumps between them, whose lines go down through everything. Below, a
//! row for each set that was issued, a bar from its issue to its end, and a lane for each kind of thing
//! that happens at a moment. Places are shares of the width; sizes are pixels. Colours are the style's.

mod scale;

use std::fmt::Write;

use self::scale::{Scale, moment};
use super::super::escape::escape;
use crate::timeline::{Bar, Mark, MarkKind, Timeline};

/// From one row to the next, in pixels.
const ROW: usize = 24;
/// How many sets are drawn; more cannot be told apart.
const LIVES: usize = 40;
/// How many moments of a lane are drawn.
const MARKS: usize = 400;
/// What is closer than this share of the width is counted, because it cannot be told apart.
const CLOSE: f64 = 1.2;
/// The same of steps, whose numbers have to be read.
const CLOSE_STEPS: f64 = 4.2;
/// The share of the width that a count needs beside what it counts.
const COUNT: f64 = 10.0;
/// The share of the width that an arrow needs for how far it goes.
const SPAN: f64 = 14.0;
/// The share of the width that a bar needs for what is written in it.
const WRITING: f64 = 20.0;

const LANES: &[(MarkKind, &str, &str)] = &[
    (MarkKind::Change, "change", "changes"),
    (MarkKind::Refresh, "refresh", "refreshes"),
    (MarkKind::Request, "request", "requests"),
    (MarkKind::Refused, "refused", "refused"),
    (MarkKind::Fault, "fault", "faults"),
];

/// The picture, with a class for each step. A step is a link to `#PREFIX-step-1`, a request to
/// `#PREFIX-NUMBER`.
pub(super) fn picture(timeline: &Timeline, prefix: &str, steps: &[&str]) -> String {
    let mut drawing = Drawing {
        scale: Scale::of(timeline),
        names: String::new(),
        svg: String::new(),
        rows: 0,
    };
    let of_kind = |kind: MarkKind| -> Vec<&Mark> {
        let marks = timeline.marks.iter().filter(|mark| mark.kind == kind);
        marks.collect()
    };
    let lanes = LANES.iter().map(|(kind, ..)| of_kind(*kind));
    let lanes: Vec<_> = LANES
        .iter()
        .zip(lanes)
        .filter(|(_, marks)| !marks.is_empty())
        .collect();
    let lives = timeline.lives.len().min(LIVES);
    let height = (1 + lives + lanes.len()) * ROW;
    drawing.axis(height);
    drawing.steps(timeline, prefix, steps, height);
    for life in timeline.lives.iter().take(LIVES) {
        drawing.life(life);
    }
    for ((_, class, title), marks) in lanes {
        drawing.lane(class, title, &marks, prefix);
    }
    let left_out = timeline.lives.len() - lives;
    let more = if left_out > 0 {
        format!(", {left_out} of them not drawn")
    } else {
        String::new()
    };
    format!(
        "<div class=\"timeline\"><div class=\"names\" aria-hidden=\"true\">{}</div>\
         <svg width=\"100%\" height=\"{}\" role=\"img\" aria-label=\"{} sets of credentials{more}, and what happened in {}\">{}</svg></div>",
        drawing.names,
        height + ROW,
        timeline.lives.len(),
        moment(timeline.seconds),
        drawing.svg,
    )
}

/// A step, with its number, where it is and how it ended.
struct Step<'a> {
    number: usize,
    share: f64,
    says: String,
    class: &'a str,
}

struct Drawing {
    scale: Scale,
    /// What stands at the left of each row.
    names: String,
    svg: String,
    rows: usize,
}

impl Drawing {
    /// Begins a row; where its middle is, in pixels.
    fn row(&mut self, name: &str) -> usize {
        let _ = write!(self.names, "<span>{}</span>", escape(name));
        self.rows += 1;
        self.rows * ROW - ROW / 2
    }

    /// Moments along the foot, each with a line.
    fn axis(&mut self, height: usize) {
        for at in self.scale.ticks() {
            let share = self.scale.share(at);
            let anchor = match share {
                share if share < 2.0 => "start",
                share if share > 94.0 => "end",
                _ => "middle",
            };
            let _ = write!(
                self.svg,
                "<line class=\"grid\" x1=\"{share:.3}%\" x2=\"{share:.3}%\" y1=\"{ROW}\" y2=\"{height}\"/>\
                 <text x=\"{share:.3}%\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>",
                height + 16,
                moment(at)
            );
        }
    }

    /// The steps as numbers, and the clock's jumps as arrows that end at them.
    fn steps(&mut self, timeline: &Timeline, prefix: &str, classes: &[&str], height: usize) {
        let middle = self.row("steps, jumps");
        for (index, mark) in timeline.marks.iter().enumerate() {
            if mark.kind == MarkKind::Jump {
                self.jump(mark, &timeline.marks[..index], middle);
            }
        }
        let marks = timeline.marks.iter();
        let marks = marks.filter(|mark| mark.kind == MarkKind::Step);
        let steps: Vec<Step<'_>> = (1..)
            .zip(marks.zip(classes))
            .map(|(number, (mark, class))| Step {
                number,
                share: self.scale.share(mark.at),
                says: format!("{number}, {}: {}", moment(mark.at), mark.says),
                class,
            })
            .collect();
        let mut rest = &steps[..];
        while let [first, ..] = rest {
            let near = |step: &&Step<'_>| step.share - first.share < CLOSE_STEPS;
            let (together, after) = rest.split_at(rest.iter().take_while(near).count());
            self.flag(together, prefix, middle, height);
            rest = after;
        }
    }

    /// The number of a step, or of some that are too near to each other, and their lines. It leads to the
    /// one that failed, if there is one.
    fn flag(&mut self, steps: &[Step<'_>], prefix: &str, middle: usize, height: usize) {
        let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
            return;
        };
        let of = |class: &dyn Fn(&str) -> bool| steps.iter().find(|step| class(step.class));
        let failed = of(&|class| class == "fails").or_else(|| of(&|class| class != "passes"));
        let leads = failed.unwrap_or(first);
        let says: Vec<&str> = steps.iter().map(|step| step.says.as_str()).collect();
        let _ = write!(
            self.svg,
            "<a class=\"step {}\" tabindex=\"-1\" href=\"#{prefix}-step-{}\"><title>{}</title>",
            leads.class,
            leads.number,
            escape(&says.join("\n"))
        );
        for Step { share, .. } in steps {
            let _ = write!(
                self.svg,
                "<line x1=\"{share:.3}%\" x2=\"{share:.3}%\" y1=\"{middle}\" y2=\"{height}\"/>"
            );
        }
        let number = if first.number == last.number {
            first.number.to_string()
        } else {
            format!("{}–{}", first.number, last.number)
        };
        let half = 5 + 4 * number.chars().count();
        let _ = write!(
            self.svg,
            "<svg x=\"{:.3}%\" y=\"{middle}\"><rect x=\"-{half}\" y=\"-9\" width=\"{}\" height=\"18\" rx=\"9\"/>\
             <text y=\"4\" text-anchor=\"middle\">{number}</text></svg></a>",
            first.share,
            2 * half
        );
    }

    /// An arrow, from the last thing that somebody did before it.
    fn jump(&mut self, mark: &Mark, before: &[Mark], middle: usize) {
        let acted = before
            .iter()
            .rev()
            .find(|other| other.at < mark.at && other.kind != MarkKind::Change);
        let since = acted.map_or(0.0, |other| other.at);
        let (from, to) = (self.scale.share(since), self.scale.share(mark.at));
        let says = escape(&format!("{}: {}", moment(mark.at), mark.says));
        let _ = write!(
            self.svg,
            "<g class=\"jump\"><title>{says}</title><line x1=\"{from:.3}%\" x2=\"{to:.3}%\" y1=\"{middle}\" y2=\"{middle}\"/>\
             <svg x=\"{to:.3}%\" y=\"{middle}\"><path d=\"M-16 -4L-10 0L-16 4\"/></svg>"
        );
        if to - from > SPAN {
            let _ = write!(
                self.svg,
                "<text x=\"{:.3}%\" y=\"{}\" text-anchor=\"middle\">+{}</text>",
                f64::midpoint(from, to),
                middle + 4,
                moment(mark.at - since)
            );
        }
        self.svg.push_str("</g>");
    }

    /// A bar from the issue of a set to its end, or to the end of the picture, with an arrow.
    fn life(&mut self, life: &Bar) {
        let middle = self.row(&life.name);
        let end = life.to.unwrap_or(f64::INFINITY);
        let open = end > self.scale.seconds();
        let (from, to) = (self.scale.share(life.from), self.scale.share(end));
        let ends = life
            .to
            .map_or("without end".to_owned(), |to| format!("to {}", moment(to)));
        let says = format!(
            "{} of {}, {}: {} {ends}",
            life.name,
            life.source,
            life.key,
            moment(life.from)
        );
        let class = if open { "life open" } else { "life" };
        let (top, foot) = (middle - 8, middle + 8);
        let _ = write!(
            self.svg,
            "<g class=\"{class}\"><title>{}</title><rect x=\"{from:.3}%\" y=\"{top}\" width=\"{:.3}%\" height=\"16\"/>\
             <line x1=\"{from:.3}%\" x2=\"{from:.3}%\" y1=\"{top}\" y2=\"{foot}\"/>",
            escape(&says),
            to - from
        );
        let _ = if open {
            write!(
                self.svg,
                "<svg x=\"100%\" y=\"{middle}\"><path d=\"M2 -5L7 0L2 5\"/></svg>"
            )
        } else {
            write!(
                self.svg,
                "<line x1=\"{to:.3}%\" x2=\"{to:.3}%\" y1=\"{top}\" y2=\"{foot}\"/>"
            )
        };
        // In the bar if it is long enough, or else where the picture has more room.
        let (class, at, gap, anchor) = match () {
            () if to - from >= WRITING && from <= 60.0 => ("in", from, 6, "start"),
            () if to <= 50.0 => ("out", to, 6, "start"),
            () => ("out", from, -6, "end"),
        };
        let _ = write!(
            self.svg,
            "<text class=\"{class}\" x=\"{at:.3}%\" dx=\"{gap}\" y=\"{}\" text-anchor=\"{anchor}\">{} {ends}</text></g>",
            middle + 4,
            moment(life.from)
        );
    }

    /// The moments of one kind; those that cannot be told apart are counted as well.
    fn lane(&mut self, class: &str, title: &str, marks: &[&Mark], prefix: &str) {
        let middle = self.row(&format!("{title} {}", marks.len()));
        for mark in marks.iter().take(MARKS) {
            let drawn = drawn(mark, class, self.scale.share(mark.at), middle);
            match mark.number.filter(|_| mark.kind != MarkKind::Change) {
                Some(number) => {
                    let _ = write!(
                        self.svg,
                        "<a tabindex=\"-1\" href=\"#{prefix}-{number}\">{drawn}</a>"
                    );
                }
                None => self.svg.push_str(&drawn),
            }
        }
        self.counts(marks, middle);
    }

    /// How many there are where they cannot be told apart, if there is room to say so, and if not all of
    /// the lane are there: the lane says how many it has.
    fn counts(&mut self, marks: &[&Mark], middle: usize) {
        let share = |mark: &Mark| self.scale.share(mark.at);
        let groups: Vec<_> = marks
            .chunk_by(|one, next| share(next) - share(one) < CLOSE)
            .map(|group| (share(group[0]), share(group[group.len() - 1]), group.len()))
            .collect();
        for (index, (first, last, count)) in groups.iter().enumerate() {
            let room = match groups.get(index + 1) {
                Some((next, ..)) => (next - last > COUNT).then_some((last, 9, "start")),
                None if 100.0 - last > COUNT => Some((last, 9, "start")),
                None => {
                    let before = index.checked_sub(1).map_or(0.0, |before| groups[before].1);
                    (first - before > COUNT).then_some((first, -9, "end"))
                }
            };
            if let Some((at, gap, anchor)) = room.filter(|_| *count > 1 && groups.len() > 1) {
                let _ = write!(
                    self.svg,
                    "<text x=\"{at:.3}%\" dx=\"{gap}\" y=\"{}\" text-anchor=\"{anchor}\">×{count}</text>",
                    middle + 4
                );
            }
        }
    }
}

fn drawn(mark: &Mark, class: &str, at: f64, middle: usize) -> String {
    let says = escape(&format!("{}: {}", moment(mark.at), mark.says));
    let shape = match mark.kind {
        MarkKind::Change | MarkKind::Fault => {
            format!("<svg x=\"{at:.3}%\" y=\"{middle}\"><path d=\"M-5 0L0 -5L5 0L0 5z\"/></svg>")
        }
        _ => format!("<circle cx=\"{at:.3}%\" cy=\"{middle}\" r=\"4\"/>"),
    };
    format!("<g class=\"{class}\"><title>{says}</title>{shape}</g>")
}

#[cfg(test)]
mod tests;
