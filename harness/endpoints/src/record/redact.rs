//! Where the secrets of an exchange are.

use std::fmt;

use super::documents;
use super::fixture::RecordedExchange;
use super::placeholder::Placeholders;

/// What a secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The id of an access key.
    AccessKeyId,
    /// A secret access key.
    Secret,
    /// The session token of temporary credentials.
    SessionToken,
    /// A metadata token (`IMDSv2`).
    MetadataToken,
    /// What an `Authorization` header proves it with, or a cookie.
    Authorization,
    /// A JSON web token.
    Jwt,
    /// Anything else that is handed out in confidence: user data, a signed identity document, the
    /// id in the path of a task's credentials, a private key, a password.
    Other,
}

impl Kind {
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::AccessKeyId => ("access key id", "access key ids"),
            Self::Secret => ("secret access key", "secret access keys"),
            Self::SessionToken => ("session token", "session tokens"),
            Self::MetadataToken => ("metadata token", "metadata tokens"),
            Self::Authorization => ("authorization", "authorizations"),
            Self::Jwt => ("web token", "web tokens"),
            Self::Other => ("other secret", "other secrets"),
        }
    }

    /// `1 metadata token`, `2 access key ids`.
    pub fn counted(self, count: usize) -> impl fmt::Display {
        let (one, more) = self.names();
        let name = if count == 1 { one } else { more };
        format!("{count} {name}")
    }

    /// What a value of this name is, in a document, a form or a query; `None` if it is no secret.
    fn of_name(name: &str) -> Option<Self> {
        let plain: String = name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        Some(match plain.as_str() {
            "accesskeyid" | "awsaccesskeyid" => Self::AccessKeyId,
            "secretaccesskey" | "awssecretaccesskey" | "secretkey" => Self::Secret,
            "token" | "sessiontoken" | "securitytoken" | "awssessiontoken"
            | "xamzsecuritytoken" => Self::SessionToken,
            "accesstoken" | "refreshtoken" | "idtoken" | "bearertoken" | "authorizationtoken"
            | "authorization" | "signature" | "xamzsignature" => Self::Authorization,
            "webidentitytoken" | "samlassertion" => Self::Jwt,
            "password" | "passphrase" | "secret" | "clientsecret" | "apikey" | "privatekey"
            | "keymaterial" | "tokencode" | "devicecode" => Self::Other,
            _ => return None,
        })
    }

    /// What a header of this name is as a whole; `None` if it is no secret.
    fn of_header(name: &str) -> Option<Self> {
        Some(match name {
            "x-aws-ec2-metadata-token" => Self::MetadataToken,
            "x-amz-security-token" | "x-amz-s3session-token" => Self::SessionToken,
            "cookie" | "set-cookie" | "x-amz-sso_bearer_token" | "x-api-key" => Self::Authorization,
            _ => return None,
        })
    }
}

/// Endings of paths whose answer is a secret as a whole. A signed identity document is one: there
/// are services that let in whoever shows it.
const SECRET_ANSWERS: &[(&str, Kind)] = &[
    ("/user-data", Kind::Other),
    ("/instance-identity/pkcs7", Kind::Other),
    ("/instance-identity/rsa2048", Kind::Other),
    ("/instance-identity/signature", Kind::Other),
];

/// The path of a task's credentials, whose last part is known to the task alone.
const TASK_CREDENTIALS: &str = "/v2/credentials/";

/// A run of these is looked at for what has the form of a secret wherever it is.
const fn is_of_a_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.')
}

/// Characters of an access key id. Source: IAM API Reference, `AccessKey`: 16 to 128 of them; all
/// that are issued have 20.
const KEY_ID_LENGTH: usize = 20;

/// Shorter words that begin like a web token are taken for none.
const WEB_TOKEN_LENGTH_MIN: usize = 16;

/// Replaces the secrets of exchanges by placeholders, the same secret by the same one.
#[derive(Debug, Default)]
pub(super) struct Redactor {
    placeholders: Placeholders,
}

impl Redactor {
    /// The secrets so far.
    pub(super) fn placeholders(&self) -> &Placeholders {
        &self.placeholders
    }

    /// Replaces every secret of an exchange, and says whether it had one that is new.
    pub(super) fn redact(&mut self, exchange: &mut RecordedExchange) -> bool {
        let before = self.placeholders.len();
        let hands_out_token = hands_out_metadata_token(exchange);
        let whole = SECRET_ANSWERS
            .iter()
            .find(|(ending, _)| exchange.request.path.ends_with(ending))
            .map(|(_, kind)| *kind)
            .or(hands_out_token.then_some(Kind::MetadataToken));
        let request = &mut exchange.request;
        request.path = self.path(&request.path);
        if let Some(query) = &mut request.query {
            *query = self.query(query);
        }
        self.headers(&mut request.headers);
        if let Some(answer) = &mut exchange.answer {
            self.headers(&mut answer.headers);
            let succeeded = answer.status < 300;
            answer.change_body(|body| match whole.filter(|_| succeeded) {
                Some(kind) => self.placeholders.of(kind, body.trim()),
                None => self.document(body),
            });
        }
        self.sweep(exchange);
        self.placeholders.len() > before
    }

    /// Replaces what is known by now, wherever it is.
    pub(super) fn sweep(&self, exchange: &mut RecordedExchange) {
        let sweep = |text: &mut String| {
            if let Some(swept) = self.placeholders.swept(text) {
                *text = swept;
            }
        };
        let request = &mut exchange.request;
        sweep(&mut request.path);
        request.query.iter_mut().for_each(sweep);
        request
            .headers
            .iter_mut()
            .for_each(|(_, value)| sweep(value));
        if let Some(answer) = &mut exchange.answer {
            answer
                .headers
                .iter_mut()
                .for_each(|(_, value)| sweep(value));
            answer.change_body(|body| {
                let mut body = body.to_owned();
                sweep(&mut body);
                body
            });
        }
    }

    fn headers(&mut self, headers: &mut [(String, String)]) {
        for (name, value) in headers {
            *value = match (name.as_str(), Kind::of_header(name)) {
                (_, Some(kind)) => self.placeholders.of(kind, value),
                ("authorization", _) => self.authorization(value),
                ("location", _) => match value.split_once('?') {
                    Some((before, query)) => format!("{}?{}", self.path(before), self.query(query)),
                    None => self.path(value),
                },
                _ => self.words(value),
            };
        }
    }

    /// Keeps the scheme and, of AWS's own, all but the key id and the signature.
    fn authorization(&mut self, value: &str) -> String {
        if let Some((before, signature)) = value.split_once("Signature=")
            && before.starts_with("AWS4-")
        {
            let signature = self.placeholders.of(Kind::Authorization, signature);
            return format!("{}Signature={signature}", self.words(before));
        }
        match value.split_once(' ') {
            Some((scheme, proof)) if scheme.chars().all(|c| c.is_ascii_alphabetic()) => {
                format!(
                    "{scheme} {}",
                    self.placeholders.of(kind_of_proof(proof), proof)
                )
            }
            _ => self.placeholders.of(kind_of_proof(value), value),
        }
    }

    fn path(&mut self, path: &str) -> String {
        let path = match path.split_once(TASK_CREDENTIALS) {
            Some((before, id)) => {
                let id = self.placeholders.of(Kind::Other, id);
                format!("{before}{TASK_CREDENTIALS}{id}")
            }
            None => path.to_owned(),
        };
        self.words(&path)
    }

    fn query(&mut self, query: &str) -> String {
        let changed = documents::changed(query, documents::pairs(query), |name, value| {
            Kind::of_name(name).map(|kind| self.placeholders.of(kind, value))
        });
        self.words(&changed.unwrap_or_else(|| query.to_owned()))
    }

    fn document(&mut self, document: &str) -> String {
        let found = documents::values(document);
        let changed = documents::changed(document, found, |name, value| {
            Kind::of_name(name).map(|kind| self.placeholders.of(kind, value))
        });
        let document = changed.unwrap_or_else(|| document.to_owned());
        let document = self.private_keys(document);
        self.words(&document)
    }

    /// What has the form of a secret is one, wherever it is.
    fn words(&mut self, text: &str) -> String {
        let mut read = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(is_of_a_word) {
            read.push_str(&rest[..start]);
            let word = &rest[start..];
            let end = word.find(|c| !is_of_a_word(c)).unwrap_or(word.len());
            read.push_str(&self.word(&word[..end]));
            rest = &word[end..];
        }
        read + rest
    }

    fn word(&mut self, word: &str) -> String {
        if word.starts_with("eyJ") && word.len() >= WEB_TOKEN_LENGTH_MIN {
            return self.placeholders.of(Kind::Jwt, word);
        }
        let parts = word.split_inclusive(['_', '-', '.']).map(|part| {
            let id = part.trim_end_matches(['_', '-', '.']);
            if is_access_key_id(id) {
                self.placeholders.of(Kind::AccessKeyId, id) + &part[id.len()..]
            } else {
                part.to_owned()
            }
        });
        parts.collect()
    }

    /// Whatever is between the lines that begin and end a private key.
    fn private_keys(&mut self, document: String) -> String {
        const BEGIN: &str = "PRIVATE KEY-----";
        let Some((before, rest)) = document.split_once(BEGIN) else {
            return document;
        };
        let (key, after) =
            rest.split_once("-----END")
                .map_or((rest, String::new()), |(key, after)| {
                    (
                        key,
                        format!("-----END{}", self.private_keys(after.to_owned())),
                    )
                });
        // Its lines stay lines, so that it still looks like one.
        let key = self.placeholders.of(Kind::Other, key);
        format!("{before}{BEGIN}{key}{after}")
    }
}

fn is_access_key_id(word: &str) -> bool {
    word.len() == KEY_ID_LENGTH
        && (word.starts_with("AKIA") || word.starts_with("ASIA"))
        && word
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

fn kind_of_proof(proof: &str) -> Kind {
    if proof.starts_with("eyJ") {
        Kind::Jwt
    } else {
        Kind::Authorization
    }
}

/// Whether the answer is a metadata token: it was asked for as one, wherever the endpoint has it.
fn hands_out_metadata_token(exchange: &RecordedExchange) -> bool {
    let request = &exchange.request;
    let asks = |name: &str| request.headers.iter().any(|(header, _)| header == name);
    request.method == "PUT"
        && (request.path.ends_with("/api/token") || asks("x-aws-ec2-metadata-token-ttl-seconds"))
}
