//! The actions: what a step does.

use std::collections::BTreeMap;
use std::time::Duration;

use super::sources::SetProcess;
use crate::language::at::At;
use crate::language::word::words;

words! {
    /// The verb of an action.
    pub enum Verb ("action") {
        /// Ask the provider for credentials.
        Resolve = "resolve",
        /// S3 `PutObject`, or a multipart upload.
        Upload = "upload",
        /// S3 `GetObject`.
        Download = "download",
        /// STS `GetCallerIdentity`.
        CallerIdentity = "caller-identity",
        /// STS `AssumeRole`.
        AssumeRole = "assume-role",
        /// Make a presigned URL; no request is sent.
        Presign = "presign",
        /// HTTP, by whoever has a presigned URL.
        UseUrl = "use-url",
        /// EC2 `RunInstances`.
        Launch = "launch",
        /// EC2 `StopInstances`.
        StopInstance = "stop-instance",
        /// EC2 `StartInstances`.
        StartInstance = "start-instance",
        /// EC2 `TerminateInstances`.
        Terminate = "terminate",
        /// EC2 `AssociateIamInstanceProfile`.
        AssociateProfile = "associate-profile",
        /// EC2 `ReplaceIamInstanceProfileAssociation`.
        ReplaceProfile = "replace-profile",
        /// EC2 `DisassociateIamInstanceProfile`.
        DisassociateProfile = "disassociate-profile",
        /// IAM `RemoveRoleFromInstanceProfile` and `AddRoleToInstanceProfile`.
        SetProfileRole = "set-profile-role",
        /// IAM `PutRolePolicy`.
        PutPolicy = "put-policy",
        /// IAM `AttachRolePolicy`.
        AttachPolicy = "attach-policy",
        /// IAM `DetachRolePolicy`.
        DetachPolicy = "detach-policy",
        /// The source issues a new key set.
        Rotate = "rotate",
        /// Sessions stop being accepted.
        Revoke = "revoke",
        /// A file of the app's machine changes.
        WriteFile = "write-file",
        /// The token file of a task or pod gets a new token.
        RotateToken = "rotate-token",
        /// The program of a profile does something else from now on.
        SetProcess = "set-process",
        /// Somebody signs in at a portal: there is a new token.
        SignIn = "sign-in",
        /// The portal refuses the token from now on.
        SignOut = "sign-out",
    }
}

/// Who does an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The app: the provider under test takes part.
    App,
    /// The world, on the machine of an app, which must therefore be known.
    Machine,
    /// The world.
    World,
}

impl Verb {
    /// Who does it.
    pub const fn actor(self) -> Actor {
        match self {
            Self::Resolve
            | Self::Upload
            | Self::Download
            | Self::CallerIdentity
            | Self::AssumeRole
            | Self::Presign
            | Self::UseUrl => Actor::App,
            Self::WriteFile => Actor::Machine,
            Self::Launch
            | Self::StopInstance
            | Self::StartInstance
            | Self::Terminate
            | Self::AssociateProfile
            | Self::ReplaceProfile
            | Self::DisassociateProfile
            | Self::SetProfileRole
            | Self::PutPolicy
            | Self::AttachPolicy
            | Self::DetachPolicy
            | Self::Rotate
            | Self::Revoke
            | Self::RotateToken
            | Self::SetProcess
            | Self::SignIn
            | Self::SignOut => Actor::World,
        }
    }
}

/// What a step does. The operations behind the verbs are told at [`Verb`].
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// `resolve = {}`.
    Resolve,
    /// `upload`.
    Upload(Upload),
    /// `download`.
    Download(Download),
    /// `caller-identity = {}`.
    CallerIdentity,
    /// `assume-role`.
    AssumeRole(AssumeRole),
    /// `presign`.
    Presign(Presign),
    /// `use-url = { of }`: the URL that the step of that name has presigned.
    UseUrl(At<String>),
    /// `launch`: the instance is new, and later steps and apps may name it.
    Launch(Launch),
    /// `stop-instance = { instance }`.
    StopInstance(At<String>),
    /// `start-instance = { instance }`.
    StartInstance(At<String>),
    /// `terminate = { instance }`.
    Terminate(At<String>),
    /// `associate-profile`.
    AssociateProfile(Placement),
    /// `replace-profile`.
    ReplaceProfile(Placement),
    /// `disassociate-profile = { instance }`.
    DisassociateProfile(At<String>),
    /// `set-profile-role`.
    SetProfileRole(ProfileRole),
    /// `put-policy`.
    PutPolicy(PutPolicy),
    /// `attach-policy`.
    AttachPolicy(Attachment),
    /// `detach-policy`.
    DetachPolicy(Attachment),
    /// `rotate`.
    Rotate(Issuer),
    /// `revoke`.
    Revoke(Revoke),
    /// `write-file`.
    WriteFile(WriteFile),
    /// `rotate-token`.
    RotateToken(RotateToken),
    /// `set-process`.
    SetProcess(SetProcess),
    /// `sign-in = { sso }`.
    SignIn(At<String>),
    /// `sign-out = { sso }`.
    SignOut(At<String>),
}

impl Action {
    /// Its verb.
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Resolve => Verb::Resolve,
            Self::Upload(_) => Verb::Upload,
            Self::Download(_) => Verb::Download,
            Self::CallerIdentity => Verb::CallerIdentity,
            Self::AssumeRole(_) => Verb::AssumeRole,
            Self::Presign(_) => Verb::Presign,
            Self::UseUrl(_) => Verb::UseUrl,
            Self::Launch(_) => Verb::Launch,
            Self::StopInstance(_) => Verb::StopInstance,
            Self::StartInstance(_) => Verb::StartInstance,
            Self::Terminate(_) => Verb::Terminate,
            Self::AssociateProfile(_) => Verb::AssociateProfile,
            Self::ReplaceProfile(_) => Verb::ReplaceProfile,
            Self::DisassociateProfile(_) => Verb::DisassociateProfile,
            Self::SetProfileRole(_) => Verb::SetProfileRole,
            Self::PutPolicy(_) => Verb::PutPolicy,
            Self::AttachPolicy(_) => Verb::AttachPolicy,
            Self::DetachPolicy(_) => Verb::DetachPolicy,
            Self::Rotate(_) => Verb::Rotate,
            Self::Revoke(_) => Verb::Revoke,
            Self::WriteFile(_) => Verb::WriteFile,
            Self::RotateToken(_) => Verb::RotateToken,
            Self::SetProcess(_) => Verb::SetProcess,
            Self::SignIn(_) => Verb::SignIn,
            Self::SignOut(_) => Verb::SignOut,
        }
    }
}

/// `upload`. The body is the key's UTF-8 bytes, repeated and cut to size.
#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    /// The bucket.
    pub bucket: At<String>,
    /// The object's key.
    pub key: At<String>,
    /// Bytes. 1024 when neither this nor `parts` is given.
    pub size: Option<At<u64>>,
    /// User metadata.
    pub metadata: BTreeMap<String, At<String>>,
    /// How many parts a multipart upload has; not multipart when left out.
    pub parts: Option<At<u32>>,
    /// Bytes of each part. 5 MiB when left out: the least S3 takes for any part but the last.
    pub part_size: Option<At<u64>>,
}

impl Upload {
    /// Bytes of a body about which nothing is said.
    pub const SIZE: u64 = 1024;
    /// Bytes of a part about which nothing is said: S3's minimum for any part but the last.
    pub const PART_SIZE: u64 = 5 * 1024 * 1024;

    /// An upload of [`Upload::SIZE`] bytes.
    pub fn new(bucket: impl Into<At<String>>, key: impl Into<At<String>>) -> Self {
        Self {
            bucket: bucket.into(),
            key: key.into(),
            size: None,
            metadata: BTreeMap::new(),
            parts: None,
            part_size: None,
        }
    }

    /// Bytes of each part.
    pub fn part_size(&self) -> u64 {
        self.part_size
            .as_ref()
            .map_or(Self::PART_SIZE, |size| size.value)
    }

    /// Bytes of the whole body.
    pub fn size(&self) -> u64 {
        match (&self.size, &self.parts) {
            (Some(size), _) => size.value,
            (None, Some(parts)) => self.part_size().saturating_mul(parts.value.into()),
            (None, None) => Self::SIZE,
        }
    }
}

/// `download`.
#[derive(Clone, Debug, PartialEq)]
pub struct Download {
    /// The bucket.
    pub bucket: At<String>,
    /// The object's key.
    pub key: At<String>,
}

/// `assume-role`.
#[derive(Clone, Debug, PartialEq)]
pub struct AssumeRole {
    /// The role, by the world's name for it.
    pub role: At<String>,
    /// The name of the session; the client's choice when left out.
    pub session_name: Option<At<String>>,
    /// How long the session is to last; the client's choice when left out.
    pub duration: Option<At<Duration>>,
    /// The external id.
    pub external_id: Option<At<String>>,
}

/// `presign`.
#[derive(Clone, Debug, PartialEq)]
pub struct Presign {
    /// The method the URL is for.
    pub method: At<Method>,
    /// The bucket.
    pub bucket: At<String>,
    /// The object's key.
    pub key: At<String>,
    /// How long the URL is to work: at most seven days, the limit of Signature Version 4.
    pub expires: At<Duration>,
}

words! {
    /// The method of a presigned URL.
    pub enum Method ("method") {
        /// Read.
        Get = "GET",
        /// Write.
        Put = "PUT",
        /// Read the headers.
        Head = "HEAD",
        /// Remove.
        Delete = "DELETE",
    }
}

/// `launch`.
#[derive(Clone, Debug, PartialEq)]
pub struct Launch {
    /// The new instance's name.
    pub instance: At<String>,
    /// The instance profile it is launched with.
    pub profile: Option<At<String>>,
}

/// `associate-profile` and `replace-profile`.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    /// The instance.
    pub instance: At<String>,
    /// The instance profile.
    pub profile: At<String>,
}

/// `set-profile-role`.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileRole {
    /// The instance profile.
    pub profile: At<String>,
    /// Its new role.
    pub role: At<String>,
}

/// `put-policy`: an inline policy, new or replaced.
#[derive(Clone, Debug, PartialEq)]
pub struct PutPolicy {
    /// The role.
    pub role: At<String>,
    /// The policy's name.
    pub name: At<String>,
    /// The JSON document.
    pub document: At<String>,
}

/// `attach-policy` and `detach-policy`.
#[derive(Clone, Debug, PartialEq)]
pub struct Attachment {
    /// The role.
    pub role: At<String>,
    /// The managed policy, by name or ARN.
    pub policy: At<String>,
}

/// Whose credentials `rotate` issues anew.
#[derive(Clone, Debug, PartialEq)]
pub enum Issuer {
    /// Those of this instance.
    Instance(At<String>),
    /// Those of this task.
    Task(At<String>),
    /// Those of this pod.
    Pod(At<String>),
    /// Those of the program of this profile.
    Process(At<String>),
}

/// `revoke`.
#[derive(Clone, Debug, PartialEq)]
pub struct Revoke {
    /// Whose sessions.
    pub of: Revoked,
    /// Which issue, counted from one; all so far when left out.
    pub issue: Option<At<u32>>,
}

impl Revoke {
    /// The inline policy by which the sessions of a role are revoked, as the console does it.
    pub const POLICY: &str = "AWSRevokeOlderSessions";
}

/// Whose sessions `revoke` ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Revoked {
    /// All of this role.
    Role(At<String>),
    /// Those issued to this instance.
    Instance(At<String>),
    /// Those issued to this task.
    Task(At<String>),
    /// Those issued to this pod.
    Pod(At<String>),
    /// Those issued to the program of this profile.
    Process(At<String>),
}

/// `write-file`.
#[derive(Clone, Debug, PartialEq)]
pub struct WriteFile {
    /// Its path on the app's machine.
    pub path: At<String>,
    /// All of its content.
    pub content: At<String>,
    /// How it comes to have it. Default in place.
    pub how: At<How>,
}

/// `rotate-token`.
#[derive(Clone, Debug, PartialEq)]
pub struct RotateToken {
    /// Whose token.
    pub of: TokenHolder,
    /// How the file comes to have it. Default by a symbolic link, as the kubelet does.
    pub how: At<How>,
}

/// Whose token file `rotate-token` changes.
#[derive(Clone, Debug, PartialEq)]
pub enum TokenHolder {
    /// That of this task.
    Task(At<String>),
    /// That of this pod.
    Pod(At<String>),
}

words! {
    /// How a file changes.
    pub enum How ("way to write a file") {
        /// Cut and written again: a reader may see half of it.
        InPlace = "in-place",
        /// A new file takes its name.
        AtomicRename = "atomic-rename",
        /// A symbolic link on the way to it is pointed elsewhere.
        SymlinkSwap = "symlink-swap",
    }
}
