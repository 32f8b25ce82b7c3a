//! What a world's accounts hold at the start, and in which of them something is.

use std::collections::BTreeMap;
use std::sync::Arc;

use rolecall_account::policy::{Document, NamedPolicy};
use rolecall_account::{
    ControlPlane, CreateOidcProvider, CreateRole, CreateUser, Ec2Error, Guardrails, HttpTokens,
    IamError, MetadataOptions, Organize, RunInstance,
};
use rolecall_endpoints::Place;

use super::{SetupError, Simulation, checked, http_tokens, issuing, parse};
use crate::language::{self, At, PolicyKind, Service, Trust};

impl Simulation {
    pub(super) fn fill(&self, world: &language::World) -> Result<(), SetupError> {
        for account in world.accounts.values() {
            let id = &account.value.id.value;
            let opened = self.world().open_account(id);
            opened.map_err(|error| SetupError::Account(error.to_string()))?;
        }
        if let Some(organization) = &world.organization {
            let asked = organize(world, &organization.value)?;
            self.world().organize(asked);
        }
        for bucket in world.bucket_names() {
            let table = world.bucket_tables.get(bucket);
            let account = table.and_then(|bucket| id_of(world, bucket.value.account.as_ref()));
            self.in_account(account, |account| account.create_bucket(bucket));
        }
        for (name, role) in &world.roles {
            if matches!(role.value.trust.value, Trust::WebIdentity) {
                self.trust_cluster(name)?;
            }
            let request = self.create_role(name, &role.value)?;
            let made = self.beside_role(name, |account| account.create_role(request));
            made.map_err(|error| SetupError::Iam {
                what: format!("role `{name}`"),
                error,
            })?;
        }
        for (name, user) in &world.users {
            let request = create_user(name, &user.value)?;
            let account = id_of(world, user.value.account.as_ref());
            let made = self.in_account(account, |account| account.create_user(request));
            made.map_err(|error| SetupError::Iam {
                what: format!("user `{name}`"),
                error,
            })?;
        }
        for (name, profile) in &world.profiles {
            let role = profile.value.role.as_ref().map(|role| role.value.as_str());
            let made = self.beside_profile(name, |account| make_profile(account, name, role));
            made.map_err(|error| SetupError::Iam {
                what: format!("profile `{name}`"),
                error,
            })?;
        }
        for (name, instance) in &world.instances {
            let instance = &instance.value;
            let what = || format!("instance `{name}`");
            let profile = instance.profile.as_ref();
            let request = RunInstance {
                name: name.clone(),
                profile: profile.map(|profile| profile.value.clone()),
                metadata_options: MetadataOptions {
                    http_tokens: instance
                        .http_tokens
                        .as_ref()
                        .map_or(HttpTokens::Optional, |at| http_tokens(at.value)),
                    ..MetadataOptions::default()
                },
                issuing: checked(issuing(&world.issuing().with(&instance.issuing)), what)?,
                ..RunInstance::default()
            };
            let of_profile = || self.account_of_profile(&profile?.value);
            let account = id_of(world, instance.account.as_ref());
            let account = account.map(str::to_owned).or_else(of_profile);
            let launched = self.launch_in(account.as_deref(), request);
            let id = launched.map_err(|error| SetupError::Ec2 {
                what: what(),
                error,
            })?;
            self.serve_recording(Place::Instance(id), instance.recorded.as_ref(), what)?;
        }
        Ok(())
    }

    /// Changes an account by its id: the first, if none is given.
    pub(crate) fn in_account<T>(
        &self,
        account: Option<&str>,
        change: impl FnOnce(&mut ControlPlane<'_>) -> T,
    ) -> T {
        let now = self.now();
        let mut world = self.world();
        let id = account.unwrap_or(world.account()).to_owned();
        match world.operator_in(now, &id) {
            Some(mut account) => change(&mut account),
            None => change(&mut world.operator(now)),
        }
    }

    /// Changes the account that a role is in.
    pub(crate) fn beside_role<T>(
        &self,
        role: &str,
        change: impl FnOnce(&mut ControlPlane<'_>) -> T,
    ) -> T {
        let account = self.setting().role_accounts.get(role).cloned();
        self.in_account(account.as_deref(), change)
    }

    /// Changes the account that an instance profile is in.
    pub(crate) fn beside_profile<T>(
        &self,
        profile: &str,
        change: impl FnOnce(&mut ControlPlane<'_>) -> T,
    ) -> T {
        let account = self.account_of_profile(profile);
        self.in_account(account.as_deref(), change)
    }

    /// Changes the account that an instance is in.
    pub(crate) fn beside_instance<T>(
        &self,
        id: &str,
        change: impl FnOnce(&mut ControlPlane<'_>) -> T,
    ) -> T {
        let account = self.world().instance(id).map(|found| found.account.clone());
        self.in_account(account.as_deref(), change)
    }

    /// The ARN of a role by its name in the file, wherever it is.
    pub(crate) fn role_arn(&self, name: &str) -> Option<String> {
        let world = self.world();
        let elsewhere = self.setting().role_accounts.get(name).cloned();
        let arn = elsewhere.map(|account| format!("arn:aws:iam::{account}:role/{name}"));
        let found = world.role_arn(arn.as_deref().unwrap_or(name));
        found.map(str::to_owned)
    }

    /// Launches an instance where its profile is; apps may run on it from now on.
    pub(crate) fn launch(&self, request: RunInstance) -> Result<String, Ec2Error> {
        let profile = request.profile.as_ref();
        let account = profile.and_then(|profile| self.account_of_profile(profile));
        self.launch_in(account.as_deref(), request)
    }

    fn account_of_profile(&self, profile: &str) -> Option<String> {
        self.setting().profile_accounts.get(profile).cloned()
    }

    fn launch_in(&self, account: Option<&str>, request: RunInstance) -> Result<String, Ec2Error> {
        let name = request.name.clone();
        let id = self.in_account(account, |account| account.run_instance(request))?;
        self.put_place(&name, Place::Instance(id.clone()));
        Ok(id)
    }
}

/// The id of an account by its name in the file.
pub(super) fn id_of<'a>(
    world: &'a language::World,
    account: Option<&At<String>>,
) -> Option<&'a str> {
    let account = world.accounts.get(&account?.value)?;
    Some(&account.value.id.value)
}

pub(super) fn role_accounts(world: &language::World) -> BTreeMap<String, String> {
    let roles = world.roles.iter().filter_map(|(name, role)| {
        let account = id_of(world, role.value.account.as_ref())?;
        Some((name.clone(), account.to_owned()))
    });
    roles.collect()
}

/// A profile is where its role is.
pub(super) fn profile_accounts(world: &language::World) -> BTreeMap<String, String> {
    let roles = role_accounts(world);
    let profiles = world.profiles.iter().filter_map(|(name, profile)| {
        let account = roles.get(&profile.value.role.as_ref()?.value)?;
        Some((name.clone(), account.clone()))
    });
    profiles.collect()
}

fn make_profile(
    account: &mut ControlPlane<'_>,
    name: &str,
    role: Option<&str>,
) -> Result<(), IamError> {
    account.create_instance_profile(name)?;
    role.map_or(Ok(()), |role| {
        account.add_role_to_instance_profile(name, role)
    })
}

impl Simulation {
    /// Registers the cluster's issuer in the account of a role, once.
    fn trust_cluster(&self, role: &str) -> Result<(), SetupError> {
        let request = CreateOidcProvider {
            url: self.world().cluster_issuer(),
            client_ids: vec!["sts.amazonaws.com".to_owned()],
            thumbprints: Vec::new(),
            tags: Vec::new(),
        };
        let made = self.beside_role(role, |account| account.create_oidc_provider(request));
        match made {
            Err(error) if error.code() != "EntityAlreadyExists" => Err(SetupError::Iam {
                what: "the identity provider of the cluster".to_owned(),
                error,
            }),
            _ => Ok(()),
        }
    }

    fn create_role(&self, name: &str, role: &language::Role) -> Result<CreateRole, SetupError> {
        let trust = match &role.trust.value {
            Trust::Policy(document) => document.clone(),
            Trust::Service(service) => trust_of(*service),
            Trust::WebIdentity => self.trust_of_cluster(name),
        };
        create_role(name, role, &trust)
    }

    /// The trust policy that EKS's guide has for a role for service accounts, whichever they are.
    fn trust_of_cluster(&self, role: &str) -> String {
        let world = self.world();
        let issuer = world.cluster_issuer();
        let issuer = issuer.trim_start_matches("https://");
        let account = self.setting().role_accounts.get(role).cloned();
        let account = account.unwrap_or_else(|| world.account().to_owned());
        format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": {{"Federated": "arn:aws:iam::{account}:oidc-provider/{issuer}"}},
                "Condition": {{"StringEquals": {{"{issuer}:aud": "sts.amazonaws.com"}}}}}}]}}"#
        )
    }
}

fn create_role(name: &str, role: &language::Role, trust: &str) -> Result<CreateRole, SetupError> {
    let what = || format!("role `{name}`");
    let inline = inline(&role.inline, what)?;
    let trust = parse(PolicyKind::Trust, trust, || {
        format!("{}: trust policy", what())
    })?;
    Ok(CreateRole {
        attached: role
            .policies
            .iter()
            .map(|policy| policy.value.clone())
            .collect(),
        inline,
        max_session_duration: role.max_session_duration.as_ref().map(|at| at.value),
        ..CreateRole::new(name, trust)
    })
}

fn create_user(name: &str, user: &language::User) -> Result<CreateUser, SetupError> {
    Ok(CreateUser {
        name: name.to_owned(),
        attached: user
            .policies
            .iter()
            .map(|policy| policy.value.clone())
            .collect(),
        inline: inline(&user.inline, || format!("user `{name}`"))?,
        ..CreateUser::default()
    })
}

fn organize(
    world: &language::World,
    organization: &language::Organization,
) -> Result<Organize, SetupError> {
    let accounts = world.accounts.iter().map(|(name, account)| {
        let attached = guardrails(&account.value.guardrails, &format!("account `{name}`"))?;
        Ok::<_, SetupError>((account.value.id.value.clone(), attached))
    });
    Ok(Organize {
        id: organization.id.as_ref().map(|id| id.value.clone()),
        management: id_of(world, organization.management.as_ref()).map(str::to_owned),
        root: guardrails(&organization.guardrails, "organization")?,
        accounts: accounts.collect::<Result<_, SetupError>>()?,
    })
}

fn guardrails(said: &language::Guardrails, what: &str) -> Result<Guardrails, SetupError> {
    let read = |kind, policies: &BTreeMap<String, At<String>>| {
        let read = policies.iter().map(|(name, document)| {
            let document = parse(kind, &document.value, || format!("{what}: policy `{name}`"))?;
            Ok(NamedPolicy::new(name, Arc::new(document)))
        });
        read.collect::<Result<_, SetupError>>()
    };
    Ok(Guardrails {
        full_access: said.full_aws_access.as_ref().is_none_or(|at| at.value),
        service_control: read(PolicyKind::ServiceControl, &said.scp)?,
        resource_control: read(PolicyKind::ResourceControl, &said.rcp)?,
    })
}

pub(super) fn inline(
    policies: &BTreeMap<String, At<String>>,
    what: impl Fn() -> String,
) -> Result<BTreeMap<String, Document>, SetupError> {
    let parsed = policies.iter().map(|(name, document)| {
        let what = || format!("{}: policy `{name}`", what());
        Ok((
            name.clone(),
            parse(PolicyKind::Identity, &document.value, what)?,
        ))
    });
    parsed.collect()
}

/// The trust policy that the console writes for a service.
fn trust_of(service: Service) -> String {
    let principal = match service {
        Service::Ec2 => "ec2.amazonaws.com",
        Service::EcsTasks => "ecs-tasks.amazonaws.com",
        Service::IotCredentials => "credentials.iot.amazonaws.com",
        Service::Lambda => "lambda.amazonaws.com",
        Service::Pods => "pods.eks.amazonaws.com",
    };
    let actions = match service {
        Service::Pods => r#"["sts:AssumeRole", "sts:TagSession"]"#,
        Service::Ec2 | Service::EcsTasks | Service::IotCredentials | Service::Lambda => {
            r#""sts:AssumeRole""#
        }
    };
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Service": "{principal}"}}, "Action": {actions}}}]}}"#
    )
}
