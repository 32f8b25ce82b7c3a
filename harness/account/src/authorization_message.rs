//! The encoded authorization message: why a request was refused, in a text that only the account's
//! own STS can read (`ec2.errors.encoded-message`).
//!
//! The text is base64 of a seal and of the JSON under a key stream that the world's seed and the
//! seal make. The seal is an HMAC over the JSON: the same refusal has the same text, a text that was
//! changed has none, and nobody reads it on the way.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use crate::control_plane::Denied;
use crate::entropy::Entropy;
use crate::policy::Decision;

const SEAL: usize = 16;
const BLOCK: usize = 32;

/// Why a request was refused, for `DecodeAuthorizationMessage`.
pub(crate) fn encode(entropy: &Entropy, denied: &Denied) -> String {
    let text = document(denied).to_string();
    let seal = seal(entropy, &text);
    let mut sealed = seal.to_vec();
    sealed.extend(under_key_stream(entropy, seal, text.as_bytes()));
    URL_SAFE_NO_PAD.encode(sealed)
}

/// The JSON in a text that [`encode`] made in a world of this seed; `None` in any other.
pub(crate) fn decode(entropy: &Entropy, encoded: &str) -> Option<String> {
    let sealed = URL_SAFE_NO_PAD.decode(encoded).ok()?;
    let (claimed, hidden) = sealed.split_first_chunk::<SEAL>()?;
    let text = String::from_utf8(under_key_stream(entropy, *claimed, hidden)).ok()?;
    let same = seal(entropy, &text).ct_eq(claimed);
    bool::from(same).then_some(text)
}

fn seal(entropy: &Entropy, text: &str) -> [u8; SEAL] {
    entropy.bytes(&format!("authorization-message/seal/{text}"))
}

/// Hides a text, and shows one that was hidden.
fn under_key_stream(entropy: &Entropy, seal: [u8; SEAL], text: &[u8]) -> Vec<u8> {
    let seal = hex::encode(seal);
    let blocks = text.chunks(BLOCK).enumerate().flat_map(|(number, block)| {
        let label = format!("authorization-message/{seal}/{number}");
        let key = entropy.bytes::<BLOCK>(&label);
        block
            .iter()
            .zip(key)
            .map(|(byte, key)| byte ^ key)
            .collect::<Vec<_>>()
    });
    blocks.collect()
}

/// The message as AWS documents its parts: whether it was an explicit deny, who asked, for what, of
/// what, and the condition keys. Of a statement that matched it has the name and the effect.
fn document(denied: &Denied) -> Value {
    let asking = &denied.asking;
    let matched = match &denied.decision {
        Decision::ExplicitDeny { by } => vec![json!({
            "statementId": by.sid.clone().unwrap_or_default(),
            "effect": "DENY",
            "principals": items([&asking.principal_id].map(|id| json!({ "value": id }))),
        })],
        Decision::Allowed { .. } | Decision::ImplicitDeny { .. } => Vec::new(),
    };
    let conditions = asking
        .context
        .iter()
        .filter(|(_, values)| !values.is_empty());
    let conditions = conditions.map(|(key, values)| {
        let values = values.iter().map(|value| json!({ "value": value }));
        json!({ "key": key, "values": items(values) })
    });
    json!({
        "allowed": false,
        "explicitDeny": matches!(denied.decision, Decision::ExplicitDeny { .. }),
        "matchedStatements": items(matched),
        "failures": items([]),
        "context": {
            "principal": {
                "id": asking.principal_id,
                "name": asking.principal_name,
                "arn": denied.caller_arn,
            },
            "action": denied.action,
            "resource": denied.resource,
            "conditions": items(conditions),
        },
    })
}

fn items(values: impl IntoIterator<Item = Value>) -> Value {
    json!({ "items": values.into_iter().collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control_plane::Asking;
    use crate::policy::{Context, PolicyType, StatementRef};

    fn denied(decision: Decision) -> Denied {
        Denied {
            caller_arn: "arn:aws:iam::111122223333:user/ann".to_owned(),
            action: "ec2:StopInstances".to_owned(),
            resource: "arn:aws:ec2:us-east-1:111122223333:instance/i-1".to_owned(),
            asking: Box::new(Asking {
                principal_id: "AIDAEXAMPLE".to_owned(),
                principal_name: "ann".to_owned(),
                context: Context::new().with("ec2:InstanceType", "m5.large"),
            }),
            decision,
        }
    }

    // ec2.errors.encoded-message
    #[test]
    fn what_is_encoded_is_decoded_in_the_same_world_alone() {
        let entropy = Entropy::new(1);
        let refusal = denied(Decision::ImplicitDeny {
            missing: PolicyType::Identity,
        });
        let text = encode(&entropy, &refusal);
        assert_eq!(text, encode(&entropy, &refusal), "deterministic");
        assert!(!text.contains("StopInstances"));
        assert!(!text.contains(['+', '/', '=', '"']), "{text}");

        let shown: Value = serde_json::from_str(&decode(&entropy, &text).unwrap()).unwrap();
        assert_eq!(shown["explicitDeny"], false);
        assert_eq!(shown["matchedStatements"]["items"], json!([]));
        let context = &shown["context"];
        assert_eq!(context["action"], "ec2:StopInstances");
        assert_eq!(context["principal"]["name"], "ann");
        let condition = &context["conditions"]["items"][0];
        assert_eq!(condition["key"], "ec2:instancetype");
        assert_eq!(condition["values"]["items"][0]["value"], "m5.large");

        assert_eq!(decode(&Entropy::new(2), &text), None);
        let flipped = if text.ends_with('A') { "B" } else { "A" };
        let changed = format!("{}{flipped}", &text[..text.len() - 1]);
        assert_eq!(decode(&entropy, &changed), None);
        for none in ["", "AAAA", "no base64!", "é"] {
            assert_eq!(decode(&entropy, none), None, "{none}");
        }
    }

    #[test]
    fn an_explicit_deny_names_its_statement() {
        let refusal = denied(Decision::ExplicitDeny {
            by: StatementRef {
                policy: "guard".to_owned(),
                policy_type: PolicyType::Identity,
                index: 0,
                sid: Some("NoStops".to_owned()),
            },
        });
        let shown = document(&refusal);
        assert_eq!(shown["explicitDeny"], true);
        let matched = &shown["matchedStatements"]["items"][0];
        assert_eq!(matched["statementId"], "NoStops");
        assert_eq!(matched["effect"], "DENY");
    }
}
