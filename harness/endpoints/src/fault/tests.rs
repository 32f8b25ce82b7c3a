//! What holds of the vocabulary.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

use super::*;

/// One effect of each kind.
fn every_effect() -> Vec<Effect> {
    let field = || "Token".to_owned();
    vec![
        Effect::Answer(Answer::default()),
        Effect::Throttle(Throttle::default()),
        Effect::Redirect(Redirect {
            to: String::new(),
            status: REDIRECT_STATUS,
        }),
        Effect::Delay(Duration::ZERO.into()),
        Effect::Stall(Stall {
            at: Point::InBody,
            lasts: None,
        }),
        Effect::BlackHole,
        Effect::LostReply,
        Effect::Drip(Drip {
            bytes: 1,
            every: Duration::ZERO,
        }),
        Effect::Truncate(1),
        Effect::Reset(Point::InBody),
        Effect::RefuseConnection,
        Effect::EmptyBody,
        Effect::MalformedBody,
        Effect::ContentLength(1),
        Effect::ErrorDocument(ErrorDocument {
            code: String::new(),
            message: None,
        }),
        Effect::MissingField(field()),
        Effect::NullField(field()),
        Effect::MistypedField(field()),
        Effect::Expiration(OddExpiration::Past),
        Effect::StaleDocument,
        Effect::SameDocument,
        Effect::OtherDocument(field()),
        Effect::Roles(Vec::new()),
        Effect::RevokeToken,
        Effect::ClockSkew(Skew::Ahead(Duration::ZERO)),
    ]
}

#[test]
fn each_effect_has_the_word_that_it_is_written_with() {
    let words: Vec<_> = FAULT_WORDS.iter().map(|word| word.word).collect();
    let effects: Vec<_> = every_effect().iter().map(Effect::word).collect();
    assert_eq!(words, effects);
    assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len());
    for effect in every_effect() {
        let written = match serde_json::json!(effect) {
            serde_json::Value::String(word) => word,
            serde_json::Value::Object(members) => members.keys().next().unwrap().clone(),
            other => panic!("{other}"),
        };
        assert_eq!(written, effect.word());
    }
}

/// Set `UPDATE_DOCS=1` to write the table again.
#[test]
fn the_table_in_the_documentation_is_this_one() {
    const BEGIN: &str = "<!-- the words -->\n";
    const END: &str = "<!-- end of the words -->";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/faults.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (table, after) = rest.split_once(END).unwrap();
    let mut expected = "| word | for example | what the client meets |\n|---|---|---|\n".to_owned();
    for word in FAULT_WORDS {
        let _ = writeln!(
            expected,
            "| `{}` | `{}` | {} |",
            word.word, word.example, word.means
        );
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, format!("{before}{BEGIN}{expected}{END}{after}")).unwrap();
    } else {
        assert_eq!(table, expected, "run this test with UPDATE_DOCS=1");
    }
}
