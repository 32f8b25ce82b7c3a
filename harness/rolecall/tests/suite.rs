//! The suite as a crate that depends on this one has it, one test for each scenario and for each of its
//! rows: the default chain of `aws-config` passes it, or fails it as is known of it.

use std::process::ExitCode;

use rolecall::providers::AwsConfig;

/// What the provider is known to fail.
const KNOWN_FAILING: &str = rolecall::scenarios::AWS_CONFIG_KNOWN_FAILING;

fn main() -> ExitCode {
    let provider = AwsConfig::with_provider("mine", |_app, config| {
        config.credentials_provider().expect("the SDK has a chain")
    });
    rolecall::suite::main(provider, KNOWN_FAILING)
}
