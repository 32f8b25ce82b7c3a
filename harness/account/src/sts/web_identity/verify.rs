//! Whether a token is believed.

use super::super::error::StsError;
use super::claims::Believed;
use crate::instant::SimInstant;
use crate::jwt::{Claims, JwtError, Unverified};
use crate::world::World;

impl World {
    /// What a token says, if the account has registered its issuer, the issuer has signed it, it
    /// is for a client of the issuer's that the account knows, and this is its time.
    pub(super) fn verify_web_identity(
        &mut self,
        now: SimInstant,
        account: &str,
        token: &str,
    ) -> Result<Believed, StsError> {
        // sts.web-identity.malformed
        let said = Unverified::read(token).map_err(|problem| StsError::IdentityToken {
            message: "The ID Token provided is not a valid JWT. (You may see this error if you \
                      sent an Access Token)"
                .to_owned(),
            detail: Some(problem.to_string()),
        })?;
        let issuer = said.claims().text(&["iss"]).unwrap_or_default().to_owned();
        let provider = self.accounts.seen(account);
        let provider = provider
            .and_then(|iam| iam.oidc_provider_of(&issuer))
            .cloned();
        // sts.web-identity.no-provider
        let provider = provider.ok_or_else(|| {
            StsError::identity_token(format!(
                "No OpenIDConnect provider found in your account for {issuer}"
            ))
        })?;
        let keys = self.issuer_keys(&issuer);
        let claims = keys.verify(token).map_err(unverified)?;
        check_times(&claims, now)?;
        Believed::read(&claims, &provider)
    }
}

/// `sts.web-identity.signature`.
fn unverified(problem: JwtError) -> StsError {
    let message = match problem {
        JwtError::Signature | JwtError::Encoding(_) => "Invalid token signature",
        // A key that the issuer does not publish.
        _ => {
            "Couldn't retrieve verification key from your identity provider,  please reference \
             AssumeRoleWithWebIdentity documentation for requirements"
        }
    };
    StsError::IdentityToken {
        message: message.to_owned(),
        detail: Some(problem.to_string()),
    }
}

/// `sts.web-identity.times`: by simulated time.
fn check_times(claims: &Claims, now: SimInstant) -> Result<(), StsError> {
    let number = |problem: JwtError| StsError::identity_token(problem.to_string());
    let seconds = |at: SimInstant| at.epoch_millis().div_euclid(1000);
    if let Some(end) = claims.date("exp").map_err(number)?
        && now >= end
    {
        return Err(StsError::IdentityTokenExpired {
            now: seconds(now),
            end: seconds(end),
        });
    }
    for name in ["nbf", "iat"] {
        if claims
            .date(name)
            .map_err(number)?
            .is_some_and(|start| now < start)
        {
            return Err(StsError::identity_token("Token is not valid yet"));
        }
    }
    Ok(())
}
