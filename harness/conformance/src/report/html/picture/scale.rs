//! From simulated time to places in a picture.

use std::time::Duration;

use super::super::super::simulated::simulated;
use crate::timeline::Timeline;

/// How far apart the moments of an axis may be, in seconds: what people count time in.
const STEPS: &[f64] = &[
    1.0,
    2.0,
    5.0,
    10.0,
    15.0,
    30.0,
    60.0,
    120.0,
    300.0,
    600.0,
    900.0,
    1800.0,
    3600.0,
    7200.0,
    10_800.0,
    21_600.0,
    43_200.0,
    86_400.0,
    172_800.0,
    432_000.0,
    864_000.0,
    2_592_000.0,
    8_640_000.0,
    31_536_000.0,
];
/// Into how many parts an axis is divided at most.
const PARTS: f64 = 5.0;

/// From simulated seconds to shares of the width, in hundredths.
pub(super) struct Scale {
    seconds: f64,
}

impl Scale {
    /// As long as the timeline. Where no time passes, it shows how long the sets live.
    pub(super) fn of(timeline: &Timeline) -> Self {
        let ends = timeline.lives.iter().filter_map(|life| life.to);
        let seconds = if timeline.seconds > 0.0 {
            timeline.seconds
        } else {
            ends.fold(1.0, f64::max)
        };
        Self { seconds }
    }

    /// How much time it shows.
    pub(super) fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Where a moment is; what is later than the end is at the end.
    pub(super) fn share(&self, at: f64) -> f64 {
        100.0 * (at / self.seconds).clamp(0.0, 1.0)
    }

    /// Round moments, from the first on.
    pub(super) fn ticks(&self) -> Vec<f64> {
        let enough = |step: &&f64| self.seconds / **step <= PARTS;
        let step = STEPS.iter().find(enough).copied();
        let step = step.unwrap_or(self.seconds / PARTS);
        let moments = (0_u8..).map(|count| f64::from(count) * step);
        moments.take_while(|at| *at <= self.seconds).collect()
    }
}

/// A moment in words, to the second.
pub(super) fn moment(seconds: f64) -> String {
    let whole = Duration::try_from_secs_f64(seconds.max(0.0).round());
    simulated(whole.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::Bar;

    fn scale(seconds: f64) -> Scale {
        Scale::of(&Timeline {
            seconds,
            ..Timeline::default()
        })
    }

    #[test]
    fn moments_of_an_axis_are_round() {
        let said = |seconds: f64| -> Vec<String> {
            scale(seconds).ticks().into_iter().map(moment).collect()
        };
        assert_eq!(said(12.0 * 3600.0), ["0s", "3h", "6h", "9h", "12h"]);
        assert_eq!(said(2765.584), ["0s", "10m", "20m", "30m", "40m"]);
        assert_eq!(said(0.3), ["0s"]);
        // A year more than the longest step allows for.
        assert_eq!(said(6.0 * 31_536_000.0).len(), 6);
    }

    #[test]
    fn where_no_time_passes_it_shows_how_long_the_sets_live() {
        let life = Bar {
            name: String::new(),
            source: String::new(),
            key: String::new(),
            from: 0.0,
            to: Some(21_600.0),
        };
        let timeline = Timeline {
            lives: vec![life],
            ..Timeline::default()
        };
        let scale = Scale::of(&timeline);
        assert_eq!(
            scale.ticks().len(),
            4,
            "0s, 2h, 4h, 6h: {:?}",
            scale.ticks()
        );
        assert!((scale.share(10_800.0) - 50.0).abs() < 1e-9);
    }
}
