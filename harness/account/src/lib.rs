//! The simulated AWS account: what AWS knows and decides.
//!
//! Pure: time, randomness and bytes come in as values. Nothing here speaks HTTP, reads a clock or
//! draws from the operating system. All state is in one [`World`]; every call into it takes the
//! time as a [`SimInstant`] and first lets everything happen that was due by then.

mod accounts;
mod agenda;
mod authenticate;
mod authorization_message;
mod authorize;
mod cloudtrail;
mod coherent;
mod consistency;
mod constraint;
mod container;
mod context_keys;
mod control_plane;
mod ec2;
mod entropy;
mod iam;
mod id;
mod imds;
mod instant;
mod issuing;
mod journal;
pub mod jwt;
mod operation;
mod organization;
mod pod;
pub mod policy;
mod program;
mod redact;
pub mod s3;
mod secret;
mod session;
pub mod sigv4;
mod sso;
mod stored;
mod sts;
#[cfg(test)]
mod testing;
mod world;

pub use authenticate::{Authenticated, AuthenticationError, Clocks, Stage, authenticate};
pub use cloudtrail::{
    CloudTrailError, EventResource, LookedUp, LookupAttribute, LookupEvents, TrailEvent,
};
pub use coherent::Incoherent;
pub use constraint::Violated;
pub use container::{
    Authorization, ContainerError, Demand, MetadataError, RunTask, Shown, TaskKind, TaskMetadata,
};
pub use control_plane::{Asking, ControlPlane, Denied};
pub use ec2::{
    Association, DescribePage, DescribedAssociation, DescribedTag, Ec2Error, Ec2Unrecognised,
    EventCode, EventState, Filters, HttpTokens, INSTANCE_FILTERS, Instance, InstanceState, Kind,
    Lifecycle, MetadataDefaultsChange, MetadataOptions, MetadataOptionsChange, Network, Paging,
    Preference, ProfileSpec, Reservation, RunInstance, RunInstances, ScheduledEvent, SpotAction,
    SpotInterruption, StateChange, StateName, Switch, TAG_FILTERS, WantedInstances,
};
pub use entropy::Entropy;
pub use iam::{
    AccessKey, AccountDetails, AttachedPolicy, CreateInstanceProfile, CreateOidcProvider,
    CreatePolicy, CreateRole, CreateUser, CreateVirtualMfaDevice, EntityDetail, EntityKind, Group,
    HeldDetail, IamError, IamQuotas, InstanceProfile, KeyStatus, KeyUse, ListEntities,
    ListPolicies, ManagedPolicy, MatchedStatement, MfaAssignment, MfaCode, MfaDevice, MfaEnabled,
    MfaRefusal, NoMfaCode, OidcProvider, Page, PageRequest, PolicyEntity, PolicyHolder,
    PolicyUsage, PolicyVersion, Role, Scope, Simulated, Simulation, TRUST_POLICY, Tag, Tagged,
    Tags, User, iam_document,
};
pub use imds::{ImdsError, Metadata, MetadataPath, TokenGrant, TokenRequest};
pub use instant::SimInstant;
pub use issuing::{Issuing, Overlap, Source, Staleness};
pub use journal::{
    BodyRecord, Entry, Exchange, FaultRecord, Happening, Journal, JournalFilter, RedactedExchange,
    Refusal, RequestRecord, ResponseRecord, StatusFilter,
};
pub use operation::{Operation, Service};
pub use organization::{Guardrails, Organize};
pub use pod::{AgentCache, AgentError, AgentOptions, EksRefusal, PodIdentity, RateLimit, RunPod};
pub use secret::{Secret, fingerprint};
pub use session::{Actor, Ending, Identity, RoleDelivery, Session, SessionContext, WebIdentity};
pub use sso::{Assignment, OpenPortal, RoleRequest, SignedIn, SsoError, permission_set};
pub use sts::{
    AssumeRole, AssumeRoleWithWebIdentity, AssumedRole, AssumedWithWebIdentity, CallerIdentity,
    Federated, GetFederationToken, SecondFactor, ServiceRefusal, StsError, WebIdentityToken,
};
pub use world::{Arrival, NoAccountId, NothingServed, RequestIds, Rotated, World, WorldOptions};
