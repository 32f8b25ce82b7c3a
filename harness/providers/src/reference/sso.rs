//! Roles of a portal of IAM Identity Center, for whoever has signed in.

use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Method, Response};
use jiff::Timestamp;
use serde::Deserialize;
use sha1::{Digest, Sha1};

use super::conduct::Kept;
use super::document::Set;
use super::surroundings::{Surroundings, Tries, is_one_of, request};
use super::trouble::Trouble;

const TOKEN_HEADER: &str = "x-amz-sso_bearer_token";

/// The role that is wanted, and whose token is shown for it.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// The session's name, or the start URL where there is none: the token's file is called by it.
    pub(super) token_of: String,
    pub(super) region: String,
    pub(super) account_id: String,
    pub(super) role: String,
}

/// The token of who has signed in, as every SDK keeps it.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Token {
    access_token: String,
    expires_at: String,
}

impl Token {
    /// When it ends, if that is a date.
    fn end(&self) -> Option<SystemTime> {
        let end: Timestamp = self.expires_at.parse().ok()?;
        Some(end.into())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    role_credentials: RoleCredentials,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RoleCredentials {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    /// In milliseconds.
    expiration: u64,
}

/// What is kept between requests.
#[derive(Default)]
pub(super) struct Sso {
    token: Mutex<Option<Token>>,
}

impl std::fmt::Debug for Sso {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sso")
    }
}

impl Sso {
    /// The credentials of a role.
    pub(super) async fn role(&self, here: &Surroundings, wanted: &Wanted) -> Result<Set, Trouble> {
        let conduct = &here.conduct.sso;
        let token = self.token(here, wanted).map_err(Trouble::for_good)?;
        let end = token.end().ok_or_else(|| {
            Trouble::source("the end of the token of the portal is no date").for_good()
        })?;
        if conduct.heeds_token_end && end <= here.now() + conduct.token_margin {
            let why = "who signed in at the portal has to sign in again";
            return Err(Trouble::expired(why).for_good());
        }
        let mut tries = Tries::new(conduct.attempts, conduct.pause);
        let answer = loop {
            let answer = ask(here, wanted, &token).await;
            let again = match &answer {
                Ok(answer) => is_one_of(answer.status().as_u16(), conduct.retried_after),
                Err(_) => true,
            };
            if !again || !tries.again().await {
                break answer?;
            }
        };
        let status = answer.status();
        if !status.is_success() {
            let why = format!("the portal says {}", status.as_u16());
            return Err(if status.is_client_error() && status != 429 {
                Trouble::refused(why).for_good()
            } else {
                Trouble::source(why)
            });
        }
        let set = read(answer.body(), here)?;
        let expiry = set.expiry.filter(|_| conduct.heeds_expiry);
        let expiry = if conduct.ends_with_token {
            expiry.map(|expiry| expiry.min(end))
        } else {
            expiry
        };
        Ok(Set { expiry, ..set })
    }

    fn token(&self, here: &Surroundings, wanted: &Wanted) -> Result<Token, Trouble> {
        let mut kept = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = &*kept
            && here.conduct.sso.token != Kept::Never
        {
            return Ok(token.clone());
        }
        let home = here.variable("HOME").unwrap_or("/");
        let mut file = format!("{home}/.aws/sso/cache/");
        for byte in Sha1::digest(wanted.token_of.as_bytes()) {
            // Writing to a string does not fail.
            let _ = write!(file, "{byte:02x}");
        }
        file.push_str(".json");
        let content = here.file(&file);
        let content = content.map_err(|_| Trouble::source("nobody has signed in at the portal"))?;
        let token: Token = match serde_json::from_slice(&content) {
            Ok(token) => token,
            Err(_) if here.conduct.sso.broken_file_is_empty => Token {
                access_token: String::new(),
                expires_at: "2999-01-01T00:00:00Z".to_owned(),
            },
            Err(_) => {
                let why = format!("the file `{file}` holds no token");
                return Err(Trouble::source(why));
            }
        };
        *kept = Some(token.clone());
        Ok(token)
    }
}

async fn ask(
    here: &Surroundings,
    wanted: &Wanted,
    token: &Token,
) -> Result<Response<Bytes>, Trouble> {
    let said = here.variable("AWS_ENDPOINT_URL_SSO");
    let said = said.or_else(|| here.variable("AWS_ENDPOINT_URL"));
    let endpoint = match said {
        Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
        None => format!("https://portal.sso.{}.amazonaws.com", wanted.region),
    };
    let (role, account) = (escaped(&wanted.role), escaped(&wanted.account_id));
    let uri = format!("{endpoint}/federation/credentials?role_name={role}&account_id={account}");
    let headers = [(TOKEN_HEADER, token.access_token.as_str())];
    let request = request(Method::GET, &uri, &headers)?;
    here.send(request, here.conduct.sso.patience).await
}

/// A value of a query.
fn escaped(value: &str) -> String {
    let mut escaped = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

fn read(body: &[u8], here: &Surroundings) -> Result<Set, Trouble> {
    let answer: Answer = serde_json::from_slice(body)
        .map_err(|_| Trouble::source("the answer of the portal has no credentials"))?;
    let given = answer.role_credentials;
    let fields = [
        &given.access_key_id,
        &given.secret_access_key,
        &given.session_token,
    ];
    let is_half = given.expiration == 0 || fields.iter().any(|field| field.is_empty());
    if is_half && here.conduct.sso.refuses_half_a_set {
        return Err(Trouble::source("the answer of the portal has half a set"));
    }
    Ok(Set {
        access_key_id: given.access_key_id,
        secret: given.secret_access_key,
        session_token: Some(given.session_token),
        expiry: Some(SystemTime::UNIX_EPOCH + Duration::from_millis(given.expiration)),
    })
}
