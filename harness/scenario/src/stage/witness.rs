//! Whether a client lives by the simulated clock: failure to shift one is silent, so that nothing is
//! believed that was not seen.

use std::time::{Duration, SystemTime};

use rolecall_account::{Exchange, SimInstant};
use rolecall_providers::{Client, Clocks, Unanswered};
use rolecall_reach::{Method, Standing};
use tokio::time::{Instant, timeout};

use super::Sockets;
use crate::simulation::Simulation;

/// How far a clock may be from where it should be. Dates of signatures are whole seconds.
const TOLERANCE: Duration = Duration::from_secs(2);

/// What was seen of the clocks of one client.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watch {
    /// Its monotonic clock, and when it was read.
    monotonic: Option<(Duration, Instant)>,
    /// Whether its wall clock was ever seen to be right.
    is_seen: bool,
}

/// What a look at a client's clock came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It is right, or nothing can be said of it.
    Fine,
    /// It is not the simulated one.
    Unshifted(String),
    /// It does not answer as clients do.
    Broken(String),
}

impl Watch {
    /// Whether the client's wall clock was ever seen, and right.
    pub(crate) fn is_seen(&self) -> bool {
        self.is_seen
    }

    /// Asks the client of the app called `name` what its clocks say.
    pub(crate) async fn ask(
        &mut self,
        (simulation, sockets): (&Simulation, &Sockets),
        name: &str,
        client: &dyn Client,
    ) -> Seen {
        let its = sockets.clock_of(name);
        if let Some(process) = client.process() {
            if let Method::None(why) = process.clock {
                return Seen::Unshifted(why);
            }
            // What the kernel cannot tell, others may.
            let standing = its.witness.process(process.id.cast_signed(), &[]);
            if let Standing::Unshifted(unshifted) = standing {
                return Seen::Unshifted(unshifted.to_string());
            }
        }
        let patience = sockets.limit().longest;
        let clock = its.seen(simulation.clock());
        let before = clock.now();
        let asked = Instant::now();
        let clocks = match timeout(patience, client.clocks()).await {
            Ok(Ok(Some(clocks))) => clocks,
            Ok(Ok(None) | Err(Unanswered::Unsupported(_))) => return Seen::Fine,
            Ok(Err(Unanswered::Failed(failure))) => return Seen::Broken(failure.to_string()),
            Ok(Err(Unanswered::Broken(why) | Unanswered::Crashed(why))) => {
                return Seen::Broken(why);
            }
            Err(_) => {
                return Seen::Broken("it does not say what its clocks say".to_owned());
            }
        };
        let after = clock.now();
        let wrong = wrong(&clocks, (before, after)).or_else(|| self.uneven(&clocks, asked));
        self.monotonic = Some((clocks.monotonic, asked));
        if let Some(why) = wrong {
            return Seen::Unshifted(why);
        }
        self.is_seen = true;
        Seen::Fine
    }

    /// What is wrong with the pace of its monotonic clock, which no jump may move.
    fn uneven(&self, clocks: &Clocks, asked: Instant) -> Option<String> {
        let (then, at) = self.monotonic?;
        let Some(passed) = clocks.monotonic.checked_sub(then) else {
            return Some("its monotonic clock went back".to_owned());
        };
        let (least, most) = (asked.duration_since(at), at.elapsed());
        let even = passed + TOLERANCE >= least && passed <= most + TOLERANCE;
        (!even).then(|| {
            format!(
                "its monotonic clock moved {:.1} s in {:.1} s",
                passed.as_secs_f64(),
                most.as_secs_f64()
            )
        })
    }

    /// Takes it from the page of the clock that the client's processes have looked at it since it was
    /// set, where none of them can be asked. Only for the one client that there is.
    pub(crate) fn look_at_page(&mut self, sockets: &Sockets, name: &str) {
        if self.monotonic.is_none() {
            self.is_seen |= sockets.clock_of(name).witness.has_been_looked_at();
        }
    }

    /// Looks at the date of a request that the client signed: whatever it says, by the machine's clock
    /// none is dated that lives by another; and where it cannot be asked, this tells its clock.
    pub(crate) fn look(
        &mut self,
        sockets: &Sockets,
        name: &str,
        (exchange, at): (&Exchange, SimInstant),
    ) -> Seen {
        let date = exchange.request.headers.get("x-amz-date");
        let date = date.and_then(|date| SimInstant::parse_amz_date(date.to_str().ok()?));
        let Some(date) = date else {
            return Seen::Fine;
        };
        if exchange.by_machine_time {
            let why = format!("it signs at {date}, which is the machine's time; it is {at}");
            return Seen::Unshifted(why);
        }
        if self.monotonic.is_some() {
            return Seen::Fine;
        }
        let skew = sockets.clock_of(name).skew_millis();
        let own = SimInstant::from_epoch_millis(at.epoch_millis().saturating_add(skew));
        // Cut to the second, and signed before it was sent. Who has noticed that AWS's clock is another
        // than its own dates by that.
        let near = |right: SimInstant| date.distance(right) <= TOLERANCE + Duration::from_secs(1);
        if near(own) || near(at) {
            self.is_seen = true;
            return Seen::Fine;
        }
        Seen::Unshifted(format!("it signs at {date}, and it is {own}"))
    }
}

/// What is wrong with a wall clock that was read between two moments.
fn wrong(clocks: &Clocks, (before, after): (SystemTime, SystemTime)) -> Option<String> {
    let off = if clocks.wall + TOLERANCE < before {
        before.duration_since(clocks.wall)
    } else if clocks.wall > after + TOLERANCE {
        clocks.wall.duration_since(after)
    } else {
        return None;
    };
    let wall = SimInstant::from(clocks.wall);
    let off = off.unwrap_or_default().as_secs_f64();
    Some(format!(
        "its wall clock says {wall}, {off:.0} s away from the simulated one"
    ))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn clocks(wall: Duration, monotonic: Duration) -> Clocks {
        Clocks {
            wall: UNIX_EPOCH + wall,
            monotonic,
        }
    }

    #[test]
    fn a_wall_clock_is_right_within_two_seconds() {
        let between = (UNIX_EPOCH + HOUR, UNIX_EPOCH + HOUR);
        for (wall, right) in [
            (HOUR, true),
            (HOUR + TOLERANCE, true),
            (HOUR.checked_sub(TOLERANCE).unwrap(), true),
            (HOUR + TOLERANCE + Duration::from_millis(1), false),
            (Duration::from_mins(59), false),
            (Duration::ZERO, false),
        ] {
            let wrong = wrong(&clocks(wall, Duration::ZERO), between);
            assert_eq!(wrong.is_none(), right, "{wall:?}: {wrong:?}");
        }
    }

    #[test]
    fn a_monotonic_clock_that_jumps_is_not_one() {
        let asked = Instant::now();
        let watch = Watch {
            monotonic: Some((HOUR, asked)),
            is_seen: true,
        };
        assert_eq!(watch.uneven(&clocks(HOUR, HOUR), asked), None);
        let jumped = watch.uneven(&clocks(HOUR, 7 * HOUR), asked);
        assert!(jumped.unwrap().contains("21600.0 s"));
        let back = watch.uneven(&clocks(HOUR, Duration::ZERO), asked);
        assert_eq!(back.unwrap(), "its monotonic clock went back");
        let nothing_yet = Watch::default();
        assert_eq!(nothing_yet.uneven(&clocks(HOUR, HOUR), asked), None);
    }
}
