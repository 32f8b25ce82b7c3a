//! A form, to each service that takes one; the first byte chooses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_account_fuzz::ask;

const SERVICES: [(&str, &str); 3] = [
    ("sts", "https://sts.us-east-1.amazonaws.com/"),
    ("iam", "https://iam.amazonaws.com/"),
    ("ec2", "https://ec2.us-east-1.amazonaws.com/"),
];

fuzz_target!(|input: &[u8]| {
    let Some((first, form)) = input.split_first() else {
        return;
    };
    let (service, uri) = SERVICES[usize::from(*first) % SERVICES.len()];
    let content_type = ("content-type", "application/x-www-form-urlencoded");
    ask(service, "POST", uri, content_type, form);
});
