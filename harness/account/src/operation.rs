//! The names of everything that a client or an operator can ask of the account.

use std::fmt;

/// The services that speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// The instance metadata service.
    Imds,
    /// The container credential endpoint.
    Container,
    /// Identity and access management.
    Iam,
    /// Sessions for those who ask.
    Sts,
    /// The portal of IAM Identity Center.
    Sso,
    /// The instances' control plane.
    Ec2,
    /// Object storage.
    S3,
    /// The record of what was asked.
    CloudTrail,
}

macro_rules! operations {
    ($($(#[$doc:meta])* $variant:ident = $service:ident, $name:literal, $slug:literal;)+) => {
        /// One operation: the name used by the journal, by policies and by scenarios.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Operation { $($(#[$doc])* $variant,)+ }

        impl Operation {
            /// Every operation.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The service it belongs to.
            pub const fn service(self) -> Service {
                match self { $(Self::$variant => Service::$service,)+ }
            }

            /// AWS's name, such as `PutObject`; ours where AWS has none.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The name in scenarios and reports, such as `s3-put-object`.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug,)+ }
            }
        }
    };
}

operations! {
    /// `PUT /latest/api/token`.
    ImdsToken = Imds, "CreateToken", "imds-token";
    /// `GET /latest/meta-data/iam/security-credentials/`: the name of the role.
    ImdsRole = Imds, "GetRoleName", "imds-role";
    /// `GET /latest/meta-data/iam/security-credentials/ROLE`.
    ImdsCredentials = Imds, "GetRoleCredentials", "imds-credentials";
    /// `GET /latest/meta-data/iam/security-credentials-extended/`.
    ImdsRoleExtended = Imds, "GetRoleNameExtended", "imds-role-extended";
    /// `GET /latest/meta-data/iam/security-credentials-extended/ROLE`.
    ImdsCredentialsExtended = Imds, "GetRoleCredentialsExtended", "imds-credentials-extended";
    /// `GET /latest/meta-data/identity-credentials/ec2/security-credentials/ec2-instance`.
    ImdsIdentityCredentials = Imds, "GetIdentityCredentials", "imds-identity-credentials";
    /// `GET /latest/meta-data/iam/info`.
    ImdsInfo = Imds, "GetProfileInfo", "imds-info";
    /// Any other path of the metadata service.
    ImdsMetadata = Imds, "GetMetadata", "imds-metadata";
    /// What `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` and `AWS_CONTAINER_CREDENTIALS_FULL_URI` lead to.
    ContainerCredentials = Container, "GetTaskCredentials", "container-credentials";
    /// `PUT /latest/api/token` in CloudShell.
    ContainerToken = Container, "CreateContainerToken", "container-token";
    /// What `ECS_CONTAINER_METADATA_URI_V4` leads to.
    ContainerMetadata = Container, "GetTaskMetadata", "container-metadata";
    /// Makes a role.
    CreateRole = Iam, "CreateRole", "iam-create-role";
    /// Writes an inline policy of a role.
    PutRolePolicy = Iam, "PutRolePolicy", "iam-put-role-policy";
    /// Attaches a managed policy to a role.
    AttachRolePolicy = Iam, "AttachRolePolicy", "iam-attach-role-policy";
    /// Detaches a managed policy from a role.
    DetachRolePolicy = Iam, "DetachRolePolicy", "iam-detach-role-policy";
    /// Reads a role.
    GetRole = Iam, "GetRole", "iam-get-role";
    /// Lists the roles.
    ListRoles = Iam, "ListRoles", "iam-list-roles";
    /// Changes what is said of a role.
    UpdateRole = Iam, "UpdateRole", "iam-update-role";
    /// Changes the description of a role.
    UpdateRoleDescription = Iam, "UpdateRoleDescription", "iam-update-role-description";
    /// Deletes a role.
    DeleteRole = Iam, "DeleteRole", "iam-delete-role";
    /// Sets tags of a role.
    TagRole = Iam, "TagRole", "iam-tag-role";
    /// Takes tags of a role away.
    UntagRole = Iam, "UntagRole", "iam-untag-role";
    /// Lists the tags of a role.
    ListRoleTags = Iam, "ListRoleTags", "iam-list-role-tags";
    /// Replaces the trust policy of a role.
    UpdateAssumeRolePolicy = Iam, "UpdateAssumeRolePolicy", "iam-update-assume-role-policy";
    /// Sets the permissions boundary of a role.
    PutRolePermissionsBoundary = Iam, "PutRolePermissionsBoundary", "iam-put-role-permissions-boundary";
    /// Takes the permissions boundary of a role away.
    DeleteRolePermissionsBoundary = Iam, "DeleteRolePermissionsBoundary", "iam-delete-role-permissions-boundary";
    /// Reads an inline policy of a role.
    GetRolePolicy = Iam, "GetRolePolicy", "iam-get-role-policy";
    /// Lists the inline policies of a role.
    ListRolePolicies = Iam, "ListRolePolicies", "iam-list-role-policies";
    /// Deletes an inline policy of a role.
    DeleteRolePolicy = Iam, "DeleteRolePolicy", "iam-delete-role-policy";
    /// Lists the managed policies attached to a role.
    ListAttachedRolePolicies = Iam, "ListAttachedRolePolicies", "iam-list-attached-role-policies";
    /// Makes a managed policy.
    CreatePolicy = Iam, "CreatePolicy", "iam-create-policy";
    /// Reads a managed policy.
    GetPolicy = Iam, "GetPolicy", "iam-get-policy";
    /// Lists managed policies.
    ListPolicies = Iam, "ListPolicies", "iam-list-policies";
    /// Deletes a managed policy.
    DeletePolicy = Iam, "DeletePolicy", "iam-delete-policy";
    /// Adds a version to a managed policy.
    CreatePolicyVersion = Iam, "CreatePolicyVersion", "iam-create-policy-version";
    /// Reads a version of a managed policy.
    GetPolicyVersion = Iam, "GetPolicyVersion", "iam-get-policy-version";
    /// Lists the versions of a managed policy.
    ListPolicyVersions = Iam, "ListPolicyVersions", "iam-list-policy-versions";
    /// Makes another version of a managed policy count.
    SetDefaultPolicyVersion = Iam, "SetDefaultPolicyVersion", "iam-set-default-policy-version";
    /// Deletes a version of a managed policy.
    DeletePolicyVersion = Iam, "DeletePolicyVersion", "iam-delete-policy-version";
    /// Sets tags of a managed policy.
    TagPolicy = Iam, "TagPolicy", "iam-tag-policy";
    /// Takes tags of a managed policy away.
    UntagPolicy = Iam, "UntagPolicy", "iam-untag-policy";
    /// Lists the tags of a managed policy.
    ListPolicyTags = Iam, "ListPolicyTags", "iam-list-policy-tags";
    /// Lists who has a managed policy.
    ListEntitiesForPolicy = Iam, "ListEntitiesForPolicy", "iam-list-entities-for-policy";
    /// Makes a user.
    CreateUser = Iam, "CreateUser", "iam-create-user";
    /// Makes a long-term key for a user.
    CreateAccessKey = Iam, "CreateAccessKey", "iam-create-access-key";
    /// Lists the long-term keys of a user.
    ListAccessKeys = Iam, "ListAccessKeys", "iam-list-access-keys";
    /// Makes a long-term key active or inactive.
    UpdateAccessKey = Iam, "UpdateAccessKey", "iam-update-access-key";
    /// Deletes a long-term key.
    DeleteAccessKey = Iam, "DeleteAccessKey", "iam-delete-access-key";
    /// Says when a long-term key was last used.
    GetAccessKeyLastUsed = Iam, "GetAccessKeyLastUsed", "iam-get-access-key-last-used";
    /// Makes a virtual MFA device.
    CreateVirtualMFADevice = Iam, "CreateVirtualMFADevice", "iam-create-virtual-mfa-device";
    /// Gives a user an MFA device.
    EnableMFADevice = Iam, "EnableMFADevice", "iam-enable-mfa-device";
    /// Lists the MFA devices of a user.
    ListMFADevices = Iam, "ListMFADevices", "iam-list-mfa-devices";
    /// Lists the virtual MFA devices of the account.
    ListVirtualMFADevices = Iam, "ListVirtualMFADevices", "iam-list-virtual-mfa-devices";
    /// Takes an MFA device from its user.
    DeactivateMFADevice = Iam, "DeactivateMFADevice", "iam-deactivate-mfa-device";
    /// Deletes a virtual MFA device.
    DeleteVirtualMFADevice = Iam, "DeleteVirtualMFADevice", "iam-delete-virtual-mfa-device";
    /// Sets the clock of an MFA device right.
    ResyncMFADevice = Iam, "ResyncMFADevice", "iam-resync-mfa-device";
    /// Trusts a provider of `OpenID` Connect.
    CreateOpenIDConnectProvider = Iam, "CreateOpenIDConnectProvider", "iam-create-open-id-connect-provider";
    /// Shows a provider of `OpenID` Connect.
    GetOpenIDConnectProvider = Iam, "GetOpenIDConnectProvider", "iam-get-open-id-connect-provider";
    /// Lists the providers of `OpenID` Connect.
    ListOpenIDConnectProviders = Iam, "ListOpenIDConnectProviders", "iam-list-open-id-connect-providers";
    /// Trusts a provider of `OpenID` Connect no longer.
    DeleteOpenIDConnectProvider = Iam, "DeleteOpenIDConnectProvider", "iam-delete-open-id-connect-provider";
    /// Takes tokens of a provider for another audience.
    AddClientIDToOpenIDConnectProvider = Iam, "AddClientIDToOpenIDConnectProvider", "iam-add-client-id-to-open-id-connect-provider";
    /// Takes tokens of a provider for an audience no longer.
    RemoveClientIDFromOpenIDConnectProvider = Iam, "RemoveClientIDFromOpenIDConnectProvider", "iam-remove-client-id-from-open-id-connect-provider";
    /// Puts other thumbprints of a provider in place of its own.
    UpdateOpenIDConnectProviderThumbprint = Iam, "UpdateOpenIDConnectProviderThumbprint", "iam-update-open-id-connect-provider-thumbprint";
    /// Shows a user.
    GetUser = Iam, "GetUser", "iam-get-user";
    /// Lists users.
    ListUsers = Iam, "ListUsers", "iam-list-users";
    /// Gives a user another name or path.
    UpdateUser = Iam, "UpdateUser", "iam-update-user";
    /// Deletes a user.
    DeleteUser = Iam, "DeleteUser", "iam-delete-user";
    /// Sets tags of a user.
    TagUser = Iam, "TagUser", "iam-tag-user";
    /// Takes tags of a user away.
    UntagUser = Iam, "UntagUser", "iam-untag-user";
    /// Lists the tags of a user.
    ListUserTags = Iam, "ListUserTags", "iam-list-user-tags";
    /// Sets the permissions boundary of a user.
    PutUserPermissionsBoundary = Iam, "PutUserPermissionsBoundary", "iam-put-user-permissions-boundary";
    /// Takes the permissions boundary of a user away.
    DeleteUserPermissionsBoundary = Iam, "DeleteUserPermissionsBoundary", "iam-delete-user-permissions-boundary";
    /// Writes an inline policy of a user.
    PutUserPolicy = Iam, "PutUserPolicy", "iam-put-user-policy";
    /// Shows an inline policy of a user.
    GetUserPolicy = Iam, "GetUserPolicy", "iam-get-user-policy";
    /// Lists the inline policies of a user.
    ListUserPolicies = Iam, "ListUserPolicies", "iam-list-user-policies";
    /// Deletes an inline policy of a user.
    DeleteUserPolicy = Iam, "DeleteUserPolicy", "iam-delete-user-policy";
    /// Attaches a managed policy to a user.
    AttachUserPolicy = Iam, "AttachUserPolicy", "iam-attach-user-policy";
    /// Detaches a managed policy from a user.
    DetachUserPolicy = Iam, "DetachUserPolicy", "iam-detach-user-policy";
    /// Lists the managed policies of a user.
    ListAttachedUserPolicies = Iam, "ListAttachedUserPolicies", "iam-list-attached-user-policies";
    /// Makes a group of users.
    CreateGroup = Iam, "CreateGroup", "iam-create-group";
    /// Shows a group and its users.
    GetGroup = Iam, "GetGroup", "iam-get-group";
    /// Lists groups.
    ListGroups = Iam, "ListGroups", "iam-list-groups";
    /// Gives a group another name or path.
    UpdateGroup = Iam, "UpdateGroup", "iam-update-group";
    /// Deletes a group.
    DeleteGroup = Iam, "DeleteGroup", "iam-delete-group";
    /// Puts a user into a group.
    AddUserToGroup = Iam, "AddUserToGroup", "iam-add-user-to-group";
    /// Takes a user out of a group.
    RemoveUserFromGroup = Iam, "RemoveUserFromGroup", "iam-remove-user-from-group";
    /// Lists the groups of a user.
    ListGroupsForUser = Iam, "ListGroupsForUser", "iam-list-groups-for-user";
    /// Writes an inline policy of a group.
    PutGroupPolicy = Iam, "PutGroupPolicy", "iam-put-group-policy";
    /// Shows an inline policy of a group.
    GetGroupPolicy = Iam, "GetGroupPolicy", "iam-get-group-policy";
    /// Lists the inline policies of a group.
    ListGroupPolicies = Iam, "ListGroupPolicies", "iam-list-group-policies";
    /// Deletes an inline policy of a group.
    DeleteGroupPolicy = Iam, "DeleteGroupPolicy", "iam-delete-group-policy";
    /// Attaches a managed policy to a group.
    AttachGroupPolicy = Iam, "AttachGroupPolicy", "iam-attach-group-policy";
    /// Detaches a managed policy from a group.
    DetachGroupPolicy = Iam, "DetachGroupPolicy", "iam-detach-group-policy";
    /// Lists the managed policies of a group.
    ListAttachedGroupPolicies = Iam, "ListAttachedGroupPolicies", "iam-list-attached-group-policies";
    /// Sets tags of an MFA device.
    TagMFADevice = Iam, "TagMFADevice", "iam-tag-mfa-device";
    /// Takes tags of an MFA device away.
    UntagMFADevice = Iam, "UntagMFADevice", "iam-untag-mfa-device";
    /// Lists the tags of an MFA device.
    ListMFADeviceTags = Iam, "ListMFADeviceTags", "iam-list-mfa-device-tags";
    /// Sets tags of a provider of `OpenID` Connect.
    TagOpenIDConnectProvider = Iam, "TagOpenIDConnectProvider", "iam-tag-open-id-connect-provider";
    /// Takes tags of a provider of `OpenID` Connect away.
    UntagOpenIDConnectProvider = Iam, "UntagOpenIDConnectProvider", "iam-untag-open-id-connect-provider";
    /// Lists the tags of a provider of `OpenID` Connect.
    ListOpenIDConnectProviderTags = Iam, "ListOpenIDConnectProviderTags", "iam-list-open-id-connect-provider-tags";
    /// Says what given policies would decide.
    SimulateCustomPolicy = Iam, "SimulateCustomPolicy", "iam-simulate-custom-policy";
    /// Says what the policies of a principal would decide.
    SimulatePrincipalPolicy = Iam, "SimulatePrincipalPolicy", "iam-simulate-principal-policy";
    /// Lists the condition keys that given policies ask for.
    GetContextKeysForCustomPolicy = Iam, "GetContextKeysForCustomPolicy", "iam-get-context-keys-for-custom-policy";
    /// Lists the condition keys that the policies of a principal ask for.
    GetContextKeysForPrincipalPolicy = Iam, "GetContextKeysForPrincipalPolicy", "iam-get-context-keys-for-principal-policy";
    /// Shows all users, groups, roles and policies.
    GetAccountAuthorizationDetails = Iam, "GetAccountAuthorizationDetails", "iam-get-account-authorization-details";
    /// Counts what is in the account.
    GetAccountSummary = Iam, "GetAccountSummary", "iam-get-account-summary";
    /// Lists the account's alias.
    ListAccountAliases = Iam, "ListAccountAliases", "iam-list-account-aliases";
    /// Gives the account an alias.
    CreateAccountAlias = Iam, "CreateAccountAlias", "iam-create-account-alias";
    /// Takes the account's alias away.
    DeleteAccountAlias = Iam, "DeleteAccountAlias", "iam-delete-account-alias";
    /// Shows what passwords have to be.
    GetAccountPasswordPolicy = Iam, "GetAccountPasswordPolicy", "iam-get-account-password-policy";
    /// Makes an instance profile.
    CreateInstanceProfile = Iam, "CreateInstanceProfile", "iam-create-instance-profile";
    /// Puts a role into an instance profile.
    AddRoleToInstanceProfile = Iam, "AddRoleToInstanceProfile", "iam-add-role-to-instance-profile";
    /// Takes the role out of an instance profile.
    RemoveRoleFromInstanceProfile = Iam, "RemoveRoleFromInstanceProfile", "iam-remove-role-from-instance-profile";
    /// Deletes an empty instance profile.
    DeleteInstanceProfile = Iam, "DeleteInstanceProfile", "iam-delete-instance-profile";
    /// Reads an instance profile.
    GetInstanceProfile = Iam, "GetInstanceProfile", "iam-get-instance-profile";
    /// Lists the instance profiles.
    ListInstanceProfiles = Iam, "ListInstanceProfiles", "iam-list-instance-profiles";
    /// Lists the instance profiles that hold a role.
    ListInstanceProfilesForRole = Iam, "ListInstanceProfilesForRole", "iam-list-instance-profiles-for-role";
    /// Sets tags of an instance profile.
    TagInstanceProfile = Iam, "TagInstanceProfile", "iam-tag-instance-profile";
    /// Takes tags of an instance profile away.
    UntagInstanceProfile = Iam, "UntagInstanceProfile", "iam-untag-instance-profile";
    /// Lists the tags of an instance profile.
    ListInstanceProfileTags = Iam, "ListInstanceProfileTags", "iam-list-instance-profile-tags";
    /// Launches an instance.
    RunInstances = Ec2, "RunInstances", "ec2-run-instances";
    /// Stops an instance.
    StopInstances = Ec2, "StopInstances", "ec2-stop-instances";
    /// Starts a stopped instance.
    StartInstances = Ec2, "StartInstances", "ec2-start-instances";
    /// Reboots an instance.
    RebootInstances = Ec2, "RebootInstances", "ec2-reboot-instances";
    /// Ends an instance.
    TerminateInstances = Ec2, "TerminateInstances", "ec2-terminate-instances";
    /// Gives an instance a profile.
    AssociateIamInstanceProfile = Ec2, "AssociateIamInstanceProfile", "ec2-associate-iam-instance-profile";
    /// Gives an instance another profile.
    ReplaceIamInstanceProfileAssociation = Ec2, "ReplaceIamInstanceProfileAssociation", "ec2-replace-iam-instance-profile-association";
    /// Lists what ties instances to profiles.
    DescribeIamInstanceProfileAssociations = Ec2, "DescribeIamInstanceProfileAssociations", "ec2-describe-iam-instance-profile-associations";
    /// Takes an instance's profile away.
    DisassociateIamInstanceProfile = Ec2, "DisassociateIamInstanceProfile", "ec2-disassociate-iam-instance-profile";
    /// Changes how an instance's metadata is served.
    ModifyInstanceMetadataOptions = Ec2, "ModifyInstanceMetadataOptions", "ec2-modify-instance-metadata-options";
    /// Sets tags of an instance.
    CreateTags = Ec2, "CreateTags", "ec2-create-tags";
    /// Takes tags of an instance away.
    DeleteTags = Ec2, "DeleteTags", "ec2-delete-tags";
    /// Says how new instances serve their metadata where nothing is said.
    GetInstanceMetadataDefaults = Ec2, "GetInstanceMetadataDefaults", "ec2-get-instance-metadata-defaults";
    /// Changes how new instances serve their metadata where nothing is said.
    ModifyInstanceMetadataDefaults = Ec2, "ModifyInstanceMetadataDefaults", "ec2-modify-instance-metadata-defaults";
    /// Lists instances.
    DescribeInstances = Ec2, "DescribeInstances", "ec2-describe-instances";
    /// Lists how instances fare.
    DescribeInstanceStatus = Ec2, "DescribeInstanceStatus", "ec2-describe-instance-status";
    /// Says one thing about an instance.
    DescribeInstanceAttribute = Ec2, "DescribeInstanceAttribute", "ec2-describe-instance-attribute";
    /// Lists tags.
    DescribeTags = Ec2, "DescribeTags", "ec2-describe-tags";
    /// Lists Regions.
    DescribeRegions = Ec2, "DescribeRegions", "ec2-describe-regions";
    /// Lists the zones of the Region.
    DescribeAvailabilityZones = Ec2, "DescribeAvailabilityZones", "ec2-describe-availability-zones";
    /// Says who asks.
    StsGetCallerIdentity = Sts, "GetCallerIdentity", "sts-get-caller-identity";
    /// Makes a session of a role.
    StsAssumeRole = Sts, "AssumeRole", "sts-assume-role";
    /// Makes a session of a role for whom an identity provider vouches for.
    StsAssumeRoleWithWebIdentity = Sts, "AssumeRoleWithWebIdentity", "sts-assume-role-with-web-identity";
    /// Makes a session of a role for whom a SAML provider vouches for.
    StsAssumeRoleWithSaml = Sts, "AssumeRoleWithSAML", "sts-assume-role-with-saml";
    /// Makes a session of another account's root user.
    StsAssumeRoot = Sts, "AssumeRoot", "sts-assume-root";
    /// Makes a session for whom a user vouches for.
    StsGetFederationToken = Sts, "GetFederationToken", "sts-get-federation-token";
    /// Says why a request was refused that was told in a message of its own.
    StsDecodeAuthorizationMessage = Sts, "DecodeAuthorizationMessage", "sts-decode-authorization-message";
    /// Says whose an access key is.
    StsGetAccessKeyInfo = Sts, "GetAccessKeyInfo", "sts-get-access-key-info";
    /// Makes a session of a user.
    StsGetSessionToken = Sts, "GetSessionToken", "sts-get-session-token";
    /// Makes a session of a role that is assigned to whoever is signed in.
    SsoGetRoleCredentials = Sso, "GetRoleCredentials", "sso-get-role-credentials";
    /// Looks up what was asked of the account.
    LookupEvents = CloudTrail, "LookupEvents", "cloudtrail-lookup-events";
    /// Makes a bucket.
    CreateBucket = S3, "CreateBucket", "s3-create-bucket";
    /// Stores an object.
    PutObject = S3, "PutObject", "s3-put-object";
    /// Reads an object.
    GetObject = S3, "GetObject", "s3-get-object";
    /// Reads an object's headers.
    HeadObject = S3, "HeadObject", "s3-head-object";
    /// Lists an object's tags.
    GetObjectTagging = S3, "GetObjectTagging", "s3-get-object-tagging";
    /// Tells whether a bucket is there.
    HeadBucket = S3, "HeadBucket", "s3-head-bucket";
    /// Deletes an empty bucket.
    DeleteBucket = S3, "DeleteBucket", "s3-delete-bucket";
    /// Lists the account's buckets.
    ListBuckets = S3, "ListBuckets", "s3-list-buckets";
    /// Tells in which Region a bucket is.
    GetBucketLocation = S3, "GetBucketLocation", "s3-get-bucket-location";
    /// Lists a bucket, page by marker.
    ListObjects = S3, "ListObjects", "s3-list-objects";
    /// Lists a bucket, page by token.
    ListObjectsV2 = S3, "ListObjectsV2", "s3-list-objects-v2";
    /// Deletes an object.
    DeleteObject = S3, "DeleteObject", "s3-delete-object";
    /// Deletes up to a thousand objects.
    DeleteObjects = S3, "DeleteObjects", "s3-delete-objects";
    /// Stores an object under another key.
    CopyObject = S3, "CopyObject", "s3-copy-object";
    /// Begins an upload in parts.
    CreateMultipartUpload = S3, "CreateMultipartUpload", "s3-create-multipart-upload";
    /// Uploads one part.
    UploadPart = S3, "UploadPart", "s3-upload-part";
    /// Makes a part of what is stored.
    UploadPartCopy = S3, "UploadPartCopy", "s3-upload-part-copy";
    /// Makes an object of the parts.
    CompleteMultipartUpload = S3, "CompleteMultipartUpload", "s3-complete-multipart-upload";
    /// Gives an upload up.
    AbortMultipartUpload = S3, "AbortMultipartUpload", "s3-abort-multipart-upload";
    /// Lists the parts of an upload.
    ListParts = S3, "ListParts", "s3-list-parts";
    /// Lists the uploads that have begun.
    ListMultipartUploads = S3, "ListMultipartUploads", "s3-list-multipart-uploads";
    /// Sets the tags of an object.
    PutObjectTagging = S3, "PutObjectTagging", "s3-put-object-tagging";
    /// Takes the tags of an object away.
    DeleteObjectTagging = S3, "DeleteObjectTagging", "s3-delete-object-tagging";
    /// Sets the tags of a bucket.
    PutBucketTagging = S3, "PutBucketTagging", "s3-put-bucket-tagging";
    /// Reads the tags of a bucket.
    GetBucketTagging = S3, "GetBucketTagging", "s3-get-bucket-tagging";
    /// Takes the tags of a bucket away.
    DeleteBucketTagging = S3, "DeleteBucketTagging", "s3-delete-bucket-tagging";
    /// Gives a bucket a policy.
    PutBucketPolicy = S3, "PutBucketPolicy", "s3-put-bucket-policy";
    /// Reads the policy of a bucket.
    GetBucketPolicy = S3, "GetBucketPolicy", "s3-get-bucket-policy";
    /// Takes the policy of a bucket away.
    DeleteBucketPolicy = S3, "DeleteBucketPolicy", "s3-delete-bucket-policy";
    /// Tells whether the policy of a bucket makes it public.
    GetBucketPolicyStatus = S3, "GetBucketPolicyStatus", "s3-get-bucket-policy-status";
    /// Blocks public access to a bucket.
    PutPublicAccessBlock = S3, "PutPublicAccessBlock", "s3-put-public-access-block";
    /// Tells what of public access to a bucket is blocked.
    GetPublicAccessBlock = S3, "GetPublicAccessBlock", "s3-get-public-access-block";
    /// Blocks public access to a bucket no longer.
    DeletePublicAccessBlock = S3, "DeletePublicAccessBlock", "s3-delete-public-access-block";
    /// Reads the access control list of a bucket.
    GetBucketAcl = S3, "GetBucketAcl", "s3-get-bucket-acl";
    /// Would set the access control list of a bucket, which none here has.
    PutBucketAcl = S3, "PutBucketAcl", "s3-put-bucket-acl";
    /// Reads the access control list of an object.
    GetObjectAcl = S3, "GetObjectAcl", "s3-get-object-acl";
    /// Would set the access control list of an object, which none here has.
    PutObjectAcl = S3, "PutObjectAcl", "s3-put-object-acl";
}

impl Operation {
    /// The operation with this slug.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|operation| operation.slug() == slug)
    }

    /// The operation that a service calls `name`.
    pub fn named(service: Service, name: &str) -> Option<Self> {
        let mut operations = Self::ALL.iter().copied();
        operations.find(|operation| operation.service() == service && operation.name() == name)
    }

    /// Whether clients, not operators, ask for it: what a scenario counts.
    pub const fn is_client_call(self) -> bool {
        match self.service() {
            Service::Imds | Service::Container | Service::Sts | Service::Sso | Service::S3 => true,
            Service::Iam | Service::Ec2 | Service::CloudTrail => false,
        }
    }

    /// Whether it is asked with a signature, so that a call to it spends credentials.
    pub const fn is_signed(self) -> bool {
        !matches!(
            self.service(),
            Service::Imds | Service::Container | Service::Sso
        )
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_unique_and_found_again() {
        for &operation in Operation::ALL {
            assert_eq!(Operation::from_slug(operation.slug()), Some(operation));
        }
    }
}
