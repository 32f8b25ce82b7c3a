use proptest::prelude::*;
use serde_json::{Value, json};

use super::error::Part;
use super::*;
use crate::entropy::Entropy;
use crate::instant::SimInstant;

fn key(label: &str) -> SigningKey {
    SigningKey::draw(&Entropy::new(1), label)
}

fn at(seconds: i64) -> SimInstant {
    SimInstant::from_epoch_millis(seconds * 1000)
}

fn claims(json: &Value) -> Claims {
    let token = key("a").sign(json);
    let jwks = Jwks::default().with(&key("a"));
    jwks.verify(token.expose()).unwrap()
}

#[test]
fn the_same_seed_makes_the_same_token_and_a_kid_of_forty_digits() {
    let said = json!({ "sub": "me" });
    let (one, again, other) = (key("a"), key("a"), key("b"));
    assert_eq!(one.sign(&said).expose(), again.sign(&said).expose());
    assert_ne!(one.sign(&said).expose(), other.sign(&said).expose());
    assert_eq!(one.id().len(), 40);
    assert!(one.id().bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert!(!format!("{one:?}").contains("key:"));
}

/// RFC 6979, appendix A.2.5: the key, and its signature of `sample` with SHA-256.
#[test]
fn signatures_are_those_of_rfc_6979() {
    use p256::ecdsa::signature::Signer;
    let key = hex::decode("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
    let key = p256::ecdsa::SigningKey::from_slice(&key.unwrap()).unwrap();
    let signature: p256::ecdsa::Signature = key.sign(b"sample");
    assert_eq!(
        hex::encode(signature.to_bytes()),
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
         f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
    );
}

/// RFC 7515, appendix A.3: a token that others have made, with their key.
#[test]
fn a_token_of_others_is_verified() {
    let token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let read = Unverified::read(token).unwrap();
    assert_eq!(read.claims().text(&["iss"]), Some("joe"));
    let point = |text: &str| super::token::decode(text, Part::Header).unwrap();
    let mut sec1 = vec![4];
    sec1.extend(point("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"));
    sec1.extend(point("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"));
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&sec1).unwrap();
    let signature = super::token::decode(read.signature, Part::Signature).unwrap();
    let signature = p256::ecdsa::Signature::from_slice(&signature).unwrap();
    p256::ecdsa::signature::Verifier::verify(&key, read.signed.as_bytes(), &signature).unwrap();
}

#[test]
fn only_the_known_key_and_the_one_algorithm_are_accepted() {
    let jwks = Jwks::default().with(&key("a"));
    let token = key("a").sign(&json!({ "sub": "me" }));
    assert!(jwks.verify(token.expose()).is_ok());
    let stranger = key("b").sign(&json!({ "sub": "me" }));
    assert_eq!(
        jwks.verify(stranger.expose()),
        Err(JwtError::UnknownKey),
        "a key that is not registered"
    );
    let (signed, _) = token.expose().rsplit_once('.').unwrap();
    let (_, of_stranger) = stranger.expose().rsplit_once('.').unwrap();
    let forged = format!("{signed}.{of_stranger}");
    assert_eq!(jwks.verify(&forged), Err(JwtError::Signature));
    for algorithm in ["none", "HS256", "RS256"] {
        let header = json!({ "alg": algorithm, "kid": key("a").id() });
        let (_, rest) = token.expose().split_once('.').unwrap();
        let token = format!("{}.{rest}", super::token::part(&header));
        assert_eq!(jwks.verify(&token), Err(JwtError::Algorithm), "{algorithm}");
    }
}

#[test]
fn what_is_no_token_says_what_is_missing() {
    let object = super::token::part(&json!({ "alg": "ES256" }));
    let bare = super::token::part(&json!({}));
    let list = super::token::part(&json!([]));
    for (token, problem) in [
        (String::new(), JwtError::Parts),
        ("a.b".to_owned(), JwtError::Parts),
        ("a.b.c.d".to_owned(), JwtError::Parts),
        ("*.b.c".to_owned(), JwtError::Encoding(Part::Header)),
        (format!("{list}.{bare}.x"), JwtError::Json(Part::Header)),
        (format!("{bare}.{bare}.x"), JwtError::NoAlgorithm),
        (format!("{object}.{list}.x"), JwtError::Json(Part::Claims)),
        (format!("{object}.b=.x"), JwtError::Encoding(Part::Claims)),
    ] {
        assert_eq!(Unverified::read(&token).err(), Some(problem), "{token}");
    }
}

#[test]
fn its_time_is_from_nbf_until_before_exp() {
    let bounded = claims(&json!({ "nbf": 100, "exp": 200.5 }));
    for (millis, expected) in [
        (99_999, Err(JwtError::NotYet)),
        (100_000, Ok(())),
        (200_499, Ok(())),
        (200_500, Err(JwtError::Expired)),
    ] {
        let now = SimInstant::from_epoch_millis(millis);
        assert_eq!(bounded.check_times(now), expected, "{millis}");
    }
    assert_eq!(claims(&json!({})).check_times(at(0)), Ok(()));
    let text = claims(&json!({ "exp": "tomorrow" }));
    assert_eq!(text.check_times(at(0)), Err(JwtError::NotANumber("exp")));
}

#[test]
fn an_audience_is_one_or_one_of_several() {
    for (aud, has) in [
        (json!("pods"), true),
        (json!(["x", "pods"]), true),
        (json!(["x"]), false),
        (json!(3), false),
    ] {
        assert_eq!(
            claims(&json!({ "aud": aud })).has_audience("pods"),
            has,
            "{aud}"
        );
    }
}

#[test]
fn the_set_is_published_without_the_private_half() {
    let published = Jwks::default().with(&key("a")).with(&key("b")).to_json();
    let keys = published["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    for key in keys {
        assert_eq!((&key["kty"], &key["crv"]), (&json!("EC"), &json!("P-256")));
        assert_eq!(key["x"].as_str().unwrap().len(), 43);
        assert_eq!(key["y"].as_str().unwrap().len(), 43);
        assert!(key.get("d").is_none());
    }
}

proptest! {
    // Each makes and checks signatures, unoptimised.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_is_a_panic(text in ".*", seconds in any::<f64>()) {
        let jwks = Jwks::default().with(&key("a"));
        prop_assert!(jwks.verify(&text).is_err());
        let _ = claims(&json!({ "exp": seconds })).check_times(at(0));
    }

    #[test]
    fn a_changed_byte_is_no_token_of_ours(place in 0_usize..200, byte in 33_u8..127) {
        let token = key("a").sign(&json!({ "sub": "me", "exp": 1 }));
        let mut bytes = token.expose().as_bytes().to_vec();
        let place = place % bytes.len();
        prop_assume!(bytes[place] != byte);
        bytes[place] = byte;
        let changed = String::from_utf8(bytes).unwrap();
        prop_assert!(Jwks::default().with(&key("a")).verify(&changed).is_err());
    }
}
