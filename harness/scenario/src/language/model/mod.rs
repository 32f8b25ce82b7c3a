//! The typed model: what a scenario says, however it was written.

mod action;
mod app;
mod config;
mod expect;
mod fault;
mod issuing;
mod organization;
mod scenario;
mod sources;
mod step;
mod world;

pub use action::{
    Action, Actor, AssumeRole, Attachment, Download, How, Issuer, Launch, Method, Placement,
    Presign, ProfileRole, PutPolicy, Revoke, Revoked, RotateToken, TokenHolder, Upload, Verb,
    WriteFile,
};
pub use app::{App, Place, Setting, SettingKind, SettingValue, Use};
pub use config::{ConfigProfile, CredentialSource};
pub use expect::{Allowed, Class, Count, Denied, Expect, Preview, Reason, RuleSet};
pub use fault::{Effect, Fault, Gate, GatePoint, Match, OddExpiration, Point};
pub use issuing::{Issuing, IssuingChanges, Overlap};
pub use organization::{Guardrails, Organization};
pub use scenario::{Need, Row, Scalar, Scenario};
pub use sources::{Process, ProcessField, ProcessOf, SetProcess, Sso, SsoForm, SsoRole};
pub use step::{Act, Move, Repeat, Step};
pub use world::{
    Account, Bucket, HttpTokens, Instance, Pod, PodIdentity, Profile, Recorded, Role, Service,
    Task, TaskKind, Trust, User, World,
};
