//! Where a page ends: what a client shows to get the next one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::lookup::LookupEvents;

const DIGEST: usize = 8;

/// The number of the last event that was shown, and a digest of what was looked up: a token goes
/// with its own lookup alone (`cloudtrail.lookup.pages`).
pub(super) fn write(number: u64, lookup: &LookupEvents) -> String {
    let mut bytes = number.to_be_bytes().to_vec();
    bytes.extend(digest(lookup));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The number in a token of that lookup; `None` if it is none.
pub(super) fn read(token: &str, lookup: &LookupEvents) -> Option<u64> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (number, of) = bytes.split_first_chunk::<8>()?;
    (*of == digest(lookup)).then(|| u64::from_be_bytes(*number))
}

fn digest(lookup: &LookupEvents) -> [u8; DIGEST] {
    let said = (&lookup.attributes, lookup.start, lookup.end);
    let digest: [u8; 32] = Sha256::digest(format!("{said:?}")).into();
    let mut short = [0; DIGEST];
    short.copy_from_slice(&digest[..DIGEST]);
    short
}
