# What there is to do; `just` alone lists it.
default:
    @just --list

# Play scenarios: `just scenario s3-upload`; all of them without a name
scenario *ARGUMENTS:
    @cargo run --quiet -- scenario {{ARGUMENTS}}

# All tests that need nothing but Rust
test *ARGUMENTS:
    cargo test {{ARGUMENTS}}

# Format, lints and documentation, as CI has them
lint:
    cargo fmt --check
    cargo clippy --workspace --all-targets -- --deny warnings
    RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps --quiet

# Run the README's walk-through, with the AWS CLI and boto3 in a folder of their own
walk-through:
    fixtures/helpers/walk-through/run

# Run the stories of docs/stories with the AWS CLI and boto3: `just stories mfa` for one
stories *PAGES:
    fixtures/helpers/stories/run {{PAGES}}

# Look at the report's page in headless Chromium: `just page --keep page` keeps pictures of it
page *ARGUMENTS:
    fixtures/helpers/browser/run {{ARGUMENTS}}

# Fuzz what reads bytes: `just fuzz 600 policy`; every target a minute without arguments
fuzz SECONDS="60" *TARGETS:
    harness/account/fuzz/run {{SECONDS}} {{TARGETS}}

# A world on TCP, for the AWS CLI and other clients
serve *ARGUMENTS:
    @cargo run --quiet -- serve {{ARGUMENTS}}

# The drivers of other providers: what is installed, what is missing
drivers *ARGUMENTS:
    @cargo run --quiet -- drivers {{ARGUMENTS}}

# Install the providers under test, pinned: all of them, or those that are named
drivers-setup *NAMES:
    fixtures/providers/setup {{NAMES}}

# The whole suite on the providers under test, all of them or those that are named, with their set-up
drivers-suite *NAMES:
    fixtures/providers/suite {{NAMES}}

# Show that the suite catches bugs of released versions: all that are listed, or of whose names begin so
released *NAMES:
    fixtures/providers/released/confirm {{NAMES}}

# Judge providers rule by rule: `just conform botocore`; aws-config, in process, without a name
conform *NAMES:
    @cargo run --quiet -- conform $(for name in {{NAMES}}; do echo --provider "$name"; done)

# Write docs/conformance.md anew, of all providers that are installed, or renew the columns of those named
conformance *NAMES:
    fixtures/providers/conformance {{NAMES}}

# Measure: see benches/README.md
bench *ARGUMENTS:
    cargo bench --package rolecall-benches {{ARGUMENTS}}

# Two thousand clients for a minute, with faults on
soak SECONDS="60":
    SOAK_SECONDS={{SECONDS}} cargo test --release --package rolecall-endpoints --features s3 --test faults two_thousand -- --ignored --nocapture

# What providers are judged by
rules *ARGUMENTS:
    @cargo run --quiet -- rules {{ARGUMENTS}}

# All that CI runs
ci:
    .ci/run
