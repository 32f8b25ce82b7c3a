//! Panics of clients, which are outcomes of actions, and told where outcomes are.

use std::cell::RefCell;
use std::panic;
use std::path::Path;

use tokio::task::JoinError;

use crate::flight;

thread_local! {
    /// Where the last panic of a client on this thread came up.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From now on, a client that panics in this process is told of in the report of its scenario alone,
/// with the place in its source; it is no longer printed as well, with whatever it says. Panics of
/// all others are printed as before.
///
/// For a program that owns its output. In a test of one's own provider what the standard library
/// prints is welcome.
///
/// ```
/// rolecall_scenario::keep_panics_of_clients();
/// ```
pub fn keep_panics_of_clients() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if !flight::is_of_a_caller() {
            return before(panic);
        }
        let place = panic.location().map(|at| {
            let file = within_its_crate(at.file());
            format!("{file}:{}", at.line())
        });
        PLACE.set(place);
    }));
}

/// The panic that ended a task of this thread, in words: what it says, if it says anything, and where
/// it came up, if that is kept.
pub(crate) fn words(ended: JoinError) -> String {
    let payload = ended.try_into_panic().ok();
    let words = payload.as_deref().and_then(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| payload.downcast_ref::<&str>().copied())
    });
    let words = words.unwrap_or("without words");
    match PLACE.take() {
        Some(place) => format!("a panic: {words} ({place})"),
        None => format!("a panic: {words}"),
    }
}

/// The path of a source file from its crate on, which is the same on all machines: Cargo keeps the
/// crates of a registry in folders of their names and versions.
fn within_its_crate(file: &str) -> String {
    let parts: Vec<_> = Path::new(file).iter().collect();
    let kept = parts.windows(2).position(|two| two == ["registry", "src"]);
    let below = kept.map_or(&parts[..], |at| parts.get(at + 3..).unwrap_or_default());
    below
        .iter()
        .collect::<std::path::PathBuf>()
        .display()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_without_the_machine() {
        let kept =
            "/home/me/.cargo/registry/src/index-1949cf8c6b5b557f/aws-config-1.13.0/src/lib.rs";
        assert_eq!(within_its_crate(kept), "aws-config-1.13.0/src/lib.rs");
        assert_eq!(within_its_crate("src/provider.rs"), "src/provider.rs");
        assert_eq!(within_its_crate("/registry/src"), "");
    }
}
