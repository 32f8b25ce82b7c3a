//! The condition keys that a request has besides those of what it asks for: from whoever signed it,
//! from where its credentials came, and from the request itself.

use crate::instant::SimInstant;
use crate::issuing::Source;
use crate::policy::Context;
use crate::session::{Actor, RoleDelivery, Session};
use crate::world::World;

/// The region of services that have one endpoint for the world (`policy.context.requested-region`).
const GLOBAL: &str = "us-east-1";

impl World {
    /// All keys of a request of `session` for something of the account `owner`, on top of its `own`.
    pub(crate) fn context(
        &self,
        now: SimInstant,
        session: &Session,
        (action, owner): (&str, &str),
        own: &Context,
    ) -> Context {
        let mut context = self.of_the_request(now, owner, own);
        always(&mut context, session);
        self.organization_keys(&mut context, "Principal");
        // policy.context.requested-region
        let region = match action.split(':').next() {
            Some("iam") => GLOBAL,
            _ => &self.region,
        };
        context.set("aws:RequestedRegion", [region]);
        if session.is_temporary() {
            temporary(&mut context, session, now);
        }
        self.source_instance(&mut context, session);
        // policy.context.role-tags: those of the session win, and case tells no keys apart.
        let role = self.accounts.role_of(&session.identity);
        for tag in role.iter().flat_map(|role| role.tags.iter()) {
            context.set(&format!("aws:PrincipalTag/{}", tag.key), [&tag.value]);
        }
        // policy.context.source-identity
        let source_identity = session.context.source_identity.as_ref();
        context.set("aws:SourceIdentity", source_identity);
        if let Some(web) = &session.context.web_identity {
            // sts.web-identity.condition-keys
            context.set("aws:FederatedProvider", [&web.provider_arn]);
            for (key, values) in web.keys.iter() {
                context.set(key, values);
            }
        }
        // container.pod.session-tags, sts.session-tags.principal-tags
        for (key, value) in &session.tags {
            context.set(&format!("aws:PrincipalTag/{key}"), [value]);
        }
        // iam.user.tags-on-principal: unless the session has others.
        let user = self.accounts.user_of(&session.identity);
        for tag in user.iter().flat_map(|user| user.tags.iter()) {
            let key = format!("aws:PrincipalTag/{}", tag.key);
            if context.values(&key).is_empty() {
                context.set(&key, [&tag.value]);
            }
        }
        context
    }

    /// The keys of a request that nobody signed (`policy.context.anonymous`).
    pub(crate) fn context_of_nobody(&self, now: SimInstant, owner: &str, own: &Context) -> Context {
        self.of_the_request(now, owner, own)
            .with("aws:PrincipalType", "Anonymous")
            .with("aws:RequestedRegion", &self.region)
            .with("aws:userid", "anonymous")
    }

    /// The keys of a request of someone whom an identity provider vouches for, with the claims of
    /// the token among its `own`.
    pub(crate) fn context_of_federated(
        &self,
        now: SimInstant,
        owner: &str,
        provider_arn: &str,
        own: &Context,
    ) -> Context {
        self.of_the_request(now, owner, own)
            .with("aws:FederatedProvider", provider_arn)
            .with("aws:RequestedRegion", &self.region)
    }

    /// Those that are there whoever signed.
    fn of_the_request(&self, now: SimInstant, owner: &str, own: &Context) -> Context {
        let mut context = own.clone();
        // policy.context.of-the-request
        for (key, values) in self.asking.sent.iter() {
            context.set(key, values.iter().cloned());
        }
        self.organization_keys(&mut context, "Resource");
        context
            .with("aws:CurrentTime", now.to_string())
            .with("aws:EpochTime", (now.epoch_millis() / 1000).to_string())
            .with("aws:ResourceAccount", owner)
            .with("aws:SecureTransport", "true")
    }

    /// policy.context.source-instance: where the credentials were handed out, not where they are
    /// used.
    fn source_instance(&self, context: &mut Context, session: &Session) {
        let Some(Source::Instance(id)) = &session.source else {
            return;
        };
        let (region, account) = (&self.region, &session.identity.account);
        let arn = format!("arn:aws:ec2:{region}:{account}:instance/{id}");
        context.set("ec2:SourceInstanceARN", [arn]);
        if let Ok(instance) = self.ec2.instance(id) {
            let address = instance.private_ip.to_string();
            context.set("aws:Ec2InstanceSourcePrivateIPv4", [address]);
            context.set("aws:Ec2InstanceSourceVpc", [self.network().vpc]);
        }
    }
}

/// policy.context.always
fn always(context: &mut Context, session: &Session) {
    let identity = &session.identity;
    let (kind, username) = match &identity.actor {
        Actor::Role { .. } => ("AssumedRole", None),
        Actor::User { name, .. } => ("User", Some(name)),
        Actor::Federated { .. } => ("FederatedUser", None),
    };
    for (key, value) in [
        ("aws:PrincipalAccount", identity.account.clone()),
        ("aws:PrincipalArn", identity.principal_arn()),
        ("aws:PrincipalIsAWSService", "false".to_owned()),
        ("aws:PrincipalType", kind.to_owned()),
        ("aws:ViaAWSService", "false".to_owned()),
        ("aws:userid", identity.user_id()),
    ] {
        context.set(key, [value]);
    }
    context.set("aws:username", username);
    // policy.context.role-delivery
    context.set(
        "ec2:RoleDelivery",
        session.role_delivery.map(RoleDelivery::as_str),
    );
}

/// policy.context.temporary
fn temporary(context: &mut Context, session: &Session, now: SimInstant) {
    const PRESENT: &str = "aws:MultiFactorAuthPresent";
    context.set("aws:TokenIssueTime", [session.issued_at.to_string()]);
    // policy.context.mfa: of the session, unless the request itself shows a factor.
    if !context.values(PRESENT).is_empty() {
        return;
    }
    let age = session.context.mfa_at.map(|at| now.since(at).as_secs());
    context.set(PRESENT, [age.is_some().to_string()]);
    context.set("aws:MultiFactorAuthAge", age.map(|age| age.to_string()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{PROFILE, launch, served, start, world};

    fn asked(world: &mut World, session: &Session, action: &str, sent: Context) -> Context {
        let own = Context::new().with("s3:prefix", "home/");
        let (_, asked) = world.and_asked(sent, |world| {
            world.decide_with(start(), session, action, "*", &own)
        });
        asked.unwrap().context.clone()
    }

    // policy.context.always, policy.context.temporary, policy.context.of-the-request,
    // policy.context.requested-region, policy.context.source-instance
    #[test]
    fn keys_are_those_of_the_sender_and_of_the_request() {
        let mut world = world();
        let id = launch(&mut world, Some(PROFILE));
        let session = served(&mut world, start(), &id);
        let account = session.identity.account.clone();
        let address = world.instance(&id).unwrap().private_ip.to_string();
        let vpc = world.network().vpc;
        let sent = Context::new()
            .with("aws:SourceIp", "203.0.113.7")
            .with("aws:UserAgent", "client/1");
        let context = asked(&mut world, &session, "sqs:SendMessage", sent);
        for (key, value) in [
            ("aws:SourceIp", "203.0.113.7"),
            ("aws:UserAgent", "client/1"),
            ("s3:prefix", "home/"),
            ("aws:RequestedRegion", "us-east-1"),
            ("aws:ResourceAccount", &account),
            ("aws:PrincipalAccount", &account),
            ("aws:PrincipalIsAWSService", "false"),
            ("aws:PrincipalType", "AssumedRole"),
            ("aws:PrincipalArn", &session.identity.principal_arn()),
            ("aws:MultiFactorAuthPresent", "false"),
            ("aws:TokenIssueTime", &session.issued_at.to_string()),
            ("aws:userid", &session.identity.user_id()),
            ("aws:Ec2InstanceSourcePrivateIPv4", &address),
            ("aws:Ec2InstanceSourceVpc", &vpc),
            (
                "ec2:SourceInstanceARN",
                &format!("arn:aws:ec2:us-east-1:{account}:instance/{id}"),
            ),
        ] {
            assert_eq!(context.values(key), [value], "{key}");
        }
        for absent in ["aws:username", "aws:SourceVpc", "aws:MultiFactorAuthAge"] {
            assert!(context.values(absent).is_empty(), "{absent}");
        }
        let next = asked(&mut world, &session, "s3:ListBucket", Context::new());
        assert!(next.values("aws:SourceIp").is_empty(), "it was another's");
    }

    // policy.context.requested-region
    #[test]
    fn iam_is_in_one_region() {
        let mut world = crate::testing::world_with(crate::WorldOptions {
            region: "eu-central-1".to_owned(),
            ..crate::testing::options()
        });
        let id = launch(&mut world, Some(PROFILE));
        let session = served(&mut world, start(), &id);
        for (action, region) in [
            ("iam:ListUsers", "us-east-1"),
            ("s3:GetObject", "eu-central-1"),
        ] {
            let context = asked(&mut world, &session, action, Context::new());
            assert_eq!(context.values("aws:RequestedRegion"), [region], "{action}");
        }
    }
}
