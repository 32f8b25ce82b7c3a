//! credentials.never-in-messages, in process: of a client in this process nothing is seen but the text
//! of its errors.

mod support;

use rolecall_providers::{
    Answer, App, AwsConfig, BoxFuture, Call, CallAnswer, CallFailure, Class, Client, NoClient,
    Provider, Unanswered,
};
use rolecall_scenario::{Outcome, Report};
use support::{WORLD, play_with};

/// What a client says of the access key id, the secret and the token that it has, where it should have
/// given them.
type Says = fn(&str, &str, &str) -> String;

/// The default chain, whose clients fail with a text.
struct Talkative(Says);

impl Provider for Talkative {
    fn name(&self) -> &'static str {
        "talkative"
    }

    fn version(&self) -> &'static str {
        "1"
    }

    fn open(&self, app: App) -> BoxFuture<'_, Result<Box<dyn Client>, NoClient>> {
        Box::pin(async {
            let inner = AwsConfig::new().open(app).await?;
            let client: Box<dyn Client> = Box::new(Talker(inner, self.0));
            Ok(client)
        })
    }
}

struct Talker(Box<dyn Client>, Says);

impl Client for Talker {
    fn resolve(&self) -> BoxFuture<'_, Answer> {
        Box::pin(async {
            let credentials = self.0.resolve().await?;
            Err(Unanswered::Failed(CallFailure {
                class: Class::Other,
                code: None,
                status: None,
                text: (self.1)(
                    credentials.access_key_id(),
                    credentials.secret_access_key(),
                    credentials.session_token().unwrap_or_default(),
                ),
            }))
        })
    }

    fn call(&self, call: Call) -> BoxFuture<'_, CallAnswer> {
        self.0.call(call)
    }
}

fn play(says: Says) -> Report {
    let text = WORLD.replace("resolve = {}", "resolve = {}\nexpect.fails = \"other\"");
    play_with(&Talkative(says), &text)
}

#[test]
fn the_secret_and_the_token_belong_in_no_error() {
    let secret: Says = |_, secret, _| format!("cannot sign with {secret}");
    let token: Says = |_, _, token| format!("cannot sign with {token}");
    for says in [secret, token] {
        let report = play(says);
        assert_eq!(report.outcome, Outcome::Failed);
        let [finding] = report.steps[0].findings.as_slice() else {
            panic!("{:#?}", report.steps)
        };
        assert_eq!(finding.rules, ["credentials.never-in-messages"]);
        assert_eq!(
            finding.actual,
            "`web` in the text of an error: cannot sign with [secret]"
        );
    }
}

#[test]
fn the_access_key_id_is_no_secret() {
    let report = play(|id, _, _| format!("cannot sign with {id}"));
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
}
