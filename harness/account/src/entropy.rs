//! Randomness from the world's seed.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// Labelled streams of bytes that depend on the seed and the label alone, so that a new draw in
/// one place changes no value anywhere else.
#[derive(Clone, Deserialize, Serialize)]
#[serde(from = "u64", into = "u64")]
pub struct Entropy {
    seed: u64,
    /// Keyed with the seed once: a session token alone takes 27 blocks.
    keyed: Hmac<Sha256>,
}

impl Entropy {
    /// The streams of `seed`.
    #[expect(clippy::missing_panics_doc, reason = "HMAC takes keys of any length")]
    pub fn new(seed: u64) -> Self {
        let keyed = Hmac::new_from_slice(&seed.to_be_bytes());
        Self {
            seed,
            keyed: keyed.expect("HMAC takes keys of any length"),
        }
    }

    /// The first `N` bytes of the stream called `label`.
    pub fn bytes<const N: usize>(&self, label: &str) -> [u8; N] {
        let mut out = [0; N];
        for (block, chunk) in (0_u32..).zip(out.chunks_mut(32)) {
            let mut mac = self.keyed.clone();
            mac.update(&block.to_be_bytes());
            mac.update(label.as_bytes());
            chunk.copy_from_slice(&mac.finalize().into_bytes()[..chunk.len()]);
        }
        out
    }

    /// `N` characters of the stream called `label`, each one of `alphabet`, which must have a power
    /// of two of at most 256 characters for them to be equally likely.
    pub fn text<const N: usize>(&self, label: &str, alphabet: &[u8]) -> String {
        debug_assert!(alphabet.len().is_power_of_two());
        let bytes = self.bytes::<N>(label);
        bytes
            .iter()
            .map(|&byte| char::from(alphabet[usize::from(byte) % alphabet.len()]))
            .collect()
    }
}

impl From<u64> for Entropy {
    fn from(seed: u64) -> Self {
        Self::new(seed)
    }
}

impl From<Entropy> for u64 {
    fn from(entropy: Entropy) -> Self {
        entropy.seed
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_depend_on_seed_and_label_alone() {
        let one = Entropy::new(1);
        assert_eq!(one.bytes::<80>("a"), Entropy::new(1).bytes::<80>("a"));
        assert_ne!(one.bytes::<80>("a"), one.bytes::<80>("b"));
        assert_ne!(one.bytes::<80>("a"), Entropy::new(2).bytes::<80>("a"));
        assert_eq!(
            one.bytes::<8>("a")[..],
            one.bytes::<80>("a")[..8],
            "a prefix of the same stream"
        );
    }
}
