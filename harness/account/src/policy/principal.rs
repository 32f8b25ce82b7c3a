//! Who sends a request.

/// The sender of a request, with what policies can say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The twelve digits of its account; empty for a service, an identity provider and nobody.
    pub account: String,
    /// The ARN of the user, of the role behind a session, or of the account root. For a
    /// federated user: of the user who federated. Empty where there is none.
    pub arn: String,
    /// The ARN of the session, for sessions that have their own: `arn:aws:sts::...`.
    pub session_arn: Option<String>,
    /// The unique id of the user or role (`AIDA...`, `AROA...`), without a session name.
    pub unique_id: String,
    /// The canonical user id of its account, which bucket policies can name.
    pub canonical_user: Option<String>,
    /// What it is.
    pub kind: PrincipalKind,
}

/// What a [`Principal`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrincipalKind {
    /// An IAM user, with its access keys or with a session of `GetSessionToken`.
    User,
    /// A session of a role, whichever call or service made it.
    RoleSession,
    /// A session of `GetFederationToken`.
    FederatedUser,
    /// The account root user.
    Root,
    /// An AWS service such as `ec2.amazonaws.com`.
    Service {
        /// The service principal.
        name: String,
    },
    /// A user of an identity provider who asks for a role.
    Federated {
        /// ARN of a SAML or OIDC provider, or host name of a built-in one.
        provider: String,
    },
    /// An unsigned request.
    Anonymous,
}

impl Principal {
    /// The IAM user `name` without a path.
    pub fn user(account: &str, name: &str, unique_id: &str) -> Self {
        Self {
            account: account.to_owned(),
            arn: format!("arn:aws:iam::{account}:user/{name}"),
            session_arn: None,
            unique_id: unique_id.to_owned(),
            canonical_user: None,
            kind: PrincipalKind::User,
        }
    }

    /// A session of the role `role`, which has no path.
    ///
    /// ```
    /// use rolecall_account::policy::Principal;
    ///
    /// let web = Principal::role_session("111122223333", "web", "i-0abc", "AROAEXAMPLEEXAMPLE123");
    /// assert_eq!(web.arn, "arn:aws:iam::111122223333:role/web");
    /// assert_eq!(web.display_arn(), "arn:aws:sts::111122223333:assumed-role/web/i-0abc");
    /// ```
    pub fn role_session(account: &str, role: &str, session: &str, unique_id: &str) -> Self {
        let session_arn = format!("arn:aws:sts::{account}:assumed-role/{role}/{session}");
        Self {
            account: account.to_owned(),
            arn: format!("arn:aws:iam::{account}:role/{role}"),
            session_arn: Some(session_arn),
            unique_id: unique_id.to_owned(),
            canonical_user: None,
            kind: PrincipalKind::RoleSession,
        }
    }

    /// The root user of an account.
    pub fn root(account: &str) -> Self {
        Self {
            account: account.to_owned(),
            arn: format!("arn:aws:iam::{account}:root"),
            session_arn: None,
            unique_id: account.to_owned(),
            canonical_user: None,
            kind: PrincipalKind::Root,
        }
    }

    /// An AWS service, as in `ec2.amazonaws.com` delivering a role to an instance.
    pub fn service(name: &str) -> Self {
        Self::outside(PrincipalKind::Service {
            name: name.to_owned(),
        })
    }

    /// A user of an identity provider.
    pub fn federated(provider: &str) -> Self {
        Self::outside(PrincipalKind::Federated {
            provider: provider.to_owned(),
        })
    }

    /// The sender of an unsigned request.
    pub fn anonymous() -> Self {
        Self::outside(PrincipalKind::Anonymous)
    }

    /// The ARN that AWS shows in messages: of the session if there is one.
    pub fn display_arn(&self) -> &str {
        self.session_arn.as_deref().unwrap_or(&self.arn)
    }

    /// Whether it belongs to an account, and so can have identity-based policies.
    pub(super) fn has_account(&self) -> bool {
        match self.kind {
            PrincipalKind::User
            | PrincipalKind::RoleSession
            | PrincipalKind::FederatedUser
            | PrincipalKind::Root => true,
            PrincipalKind::Service { .. }
            | PrincipalKind::Federated { .. }
            | PrincipalKind::Anonymous => false,
        }
    }

    fn outside(kind: PrincipalKind) -> Self {
        Self {
            account: String::new(),
            arn: String::new(),
            session_arn: None,
            unique_id: String::new(),
            canonical_user: None,
            kind,
        }
    }
}
