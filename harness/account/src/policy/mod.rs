//! IAM policies: read a document as strictly as IAM does, then decide requests with it.
//!
//! Promise: a document that is accepted is evaluated in full. What this engine cannot evaluate is
//! refused by [`Document::parse`], never skipped, and a decision always names the statement, or
//! the kind of policy that is missing, behind it. Patterns, operators and variables are compiled
//! while parsing, so that deciding reads no JSON.
//!
//! ```
//! use std::sync::Arc;
//! use rolecall_account::policy::{
//!     Context, Document, DocumentKind, NamedPolicy, Policies, Principal, Request, evaluate,
//! };
//!
//! let document = Document::parse(
//!     r#"{"Version": "2012-10-17", "Statement": {
//!         "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::reports/*"}}"#,
//!     DocumentKind::Identity,
//! )
//! .unwrap();
//! let identity = [NamedPolicy::new("reports", Arc::new(document))];
//! let web = Principal::role_session("111122223333", "web", "i-0abc", "AROAEXAMPLEEXAMPLE123");
//! let mut request = Request {
//!     principal: &web,
//!     action: "s3:GetObject",
//!     resource: "arn:aws:s3:::reports/2031/may.csv",
//!     resource_account: None,
//!     context: &Context::new(),
//! };
//! let policies = Policies { identity: &identity, ..Policies::default() };
//! assert!(evaluate(&request, &policies).allowed());
//!
//! request.action = "s3:PutObject";
//! assert_eq!(
//!     evaluate(&request, &policies).because(request.action).unwrap(),
//!     "because no identity-based policy allows the s3:PutObject action",
//! );
//! ```

mod asked;
mod bucket;
mod complaint;
mod condition;
mod context;
mod decision;
mod document;
mod evaluate;
mod explain;
mod json;
mod malformed;
mod managed;
mod names;
mod near_miss;
mod organization;
mod parse;
mod pattern;
mod principal;
mod revoke;
mod shown;
mod spans;
mod statement;
pub(crate) mod stored;
mod trustee;
mod variable;
mod wildcards;

#[cfg(test)]
mod tests;

pub use asked::Asked;
pub use context::Context;
pub use decision::{Decision, PolicyType, StatementRef, access_denied_message};
pub use document::{Document, DocumentKind, NamedPolicy, Version};
pub use evaluate::{Policies, Request, evaluate, evaluate_trust};
pub use explain::{Explanation, Layer, Named, Say, explain, explain_trust};
pub use malformed::Malformed;
pub use managed::{ManagedPolicy, managed, managed_names};
pub use near_miss::{NearMiss, Unmet, UnmetCondition};
pub use organization::{full_aws_access, rcp_full_aws_access};
pub use principal::{Principal, PrincipalKind};
pub use revoke::{REVOKE_OLDER_SESSIONS, revoke_older_sessions};
pub use spans::TextPosition;
pub use statement::{Effect, Statement};
pub use wildcards::Wildcards;
