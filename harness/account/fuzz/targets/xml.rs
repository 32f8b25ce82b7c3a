//! A document, to each operation of S3 that takes one; the first byte chooses.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use md5::{Digest, Md5};
use rolecall_account_fuzz::ask;

const OPERATIONS: [(&str, &str); 3] = [
    ("POST", "/photos?delete"),
    ("PUT", "/fuzzed"),
    ("POST", "/photos/key?uploadId=none"),
];

fuzz_target!(|input: &[u8]| {
    let Some((first, document)) = input.split_first() else {
        return;
    };
    let (method, path) = OPERATIONS[usize::from(*first) % OPERATIONS.len()];
    let uri = format!("https://s3.us-east-1.amazonaws.com{path}");
    let digest = STANDARD.encode(Md5::digest(document));
    ask("s3", method, &uri, ("content-md5", &digest), document);
});
