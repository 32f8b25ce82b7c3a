//! A world with a user and a role, in which sessions are asked for.

mod accounts;
mod federation;
mod own;
mod parameters;
mod second_factor;
mod session_policy;
mod source_identity;
mod tags;
mod trust;
mod web_identity;

use std::sync::Arc;
use std::time::Duration;

use super::{AssumeRole, AssumedRole, StsError};
use crate::iam::{CreateRole, CreateUser};
use crate::policy::{Document, DocumentKind};
use crate::session::Session;
use crate::testing::{policy, role, start, world};
use crate::world::World;

const ACCOUNT: &str = "111122223333";
const ADMIN: &str = "arn:aws:iam::111122223333:role/admin";

fn trusting(principal: &str, rest: &str) -> Document {
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {{"AWS": "{principal}"}}{rest}}}]}}"#
    );
    Document::parse(&text, DocumentKind::Trust).unwrap()
}

/// A world with the user ann and the role admin, which trusts `principal`.
struct Lab {
    world: World,
    ann: Arc<Session>,
}

impl Lab {
    fn new(trust: Document, own: &[Document]) -> Self {
        Self::lasting(trust, own, None)
    }

    fn lasting(trust: Document, own: &[Document], longest: Option<Duration>) -> Self {
        let mut world = world();
        let inline = own.iter().enumerate();
        let ann = CreateUser {
            name: "ann".to_owned(),
            inline: inline
                .map(|(at, policy)| (at.to_string(), policy.clone()))
                .collect(),
            ..CreateUser::default()
        };
        world.operator(start()).create_user(ann).unwrap();
        let admin = CreateRole {
            trust,
            attached: vec!["AdministratorAccess".to_owned()],
            max_session_duration: longest,
            ..role("admin", "ec2.amazonaws.com")
        };
        world.operator(start()).create_role(admin).unwrap();
        let ann = world.operator(start()).create_access_key("ann").unwrap();
        Self { world, ann }
    }

    /// Everyone of the account who is allowed to by a policy of their own; ann is.
    fn open() -> Self {
        Self::new(trusting(ACCOUNT, ""), &[policy("Allow", "sts:AssumeRole")])
    }

    fn assume(
        &mut self,
        caller: &Arc<Session>,
        request: &AssumeRole,
    ) -> Result<AssumedRole, StsError> {
        self.world.sts_assume_role(start(), caller, request)
    }

    #[expect(clippy::needless_pass_by_value, reason = "every call makes its own")]
    fn by_ann(&mut self, request: AssumeRole) -> Result<AssumedRole, StsError> {
        let ann = Arc::clone(&self.ann);
        self.assume(&ann, &request)
    }
}

fn admin() -> AssumeRole {
    AssumeRole {
        role_arn: ADMIN.to_owned(),
        role_session_name: "ann-works".to_owned(),
        ..AssumeRole::default()
    }
}

fn lasting(seconds: u32) -> AssumeRole {
    AssumeRole {
        duration_seconds: Some(seconds),
        ..admin()
    }
}

fn told<T: std::fmt::Debug>(result: Result<T, StsError>) -> (&'static str, u16, String) {
    let error = result.unwrap_err();
    (error.code(), error.status(), error.to_string())
}

fn denied(because: &str) -> (&'static str, u16, String) {
    let message = format!(
        "User: arn:aws:iam::{ACCOUNT}:user/ann is not authorized to perform: sts:AssumeRole on resource: {ADMIN}{because}"
    );
    ("AccessDenied", 403, message)
}

fn invalid(message: &str) -> (&'static str, u16, String) {
    ("ValidationError", 400, message.to_owned())
}
