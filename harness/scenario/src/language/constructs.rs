//! Which optional words a scenario uses, so that a runner can refuse what it cannot do.

use super::at::{At, Span};
use super::model::{
    Act, Action, App, Expect, IssuingChanges, Move, Place, PodIdentity, Scenario, Step, Trust,
    Upload, Use, World,
};
use super::word::Word;

/// A word and where it is used; the span is empty in a scenario that was made in code.
type Construct = (&'static str, Span);

impl Scenario {
    /// Every optional word that the scenario uses, in the order of the file, with its place.
    ///
    /// Words of the file, of a step, the verbs and the nouns of the world stand for themselves:
    /// `fault`, `at-once`, `presign`, `pod`. Those of other tables are told by the table:
    /// `expect.within`, `app.clock-skew`, `upload.parts`, `step.app`. The rows of `[[vary]]` say
    /// `vary` once each, and otherwise what the first row says.
    pub fn constructs(&self) -> impl Iterator<Item = (&'static str, Span)> {
        let mut used = Used(Vec::new());
        used.if_any("needs", &self.needs);
        used.world(&self.world);
        for (name, app) in &self.apps {
            // An app that nobody wrote is no word of the file, unless there are others.
            if !app.span.is_empty() || self.apps.len() > 1 || app.value.on.value.name() != name {
                used.word("app", &app.span);
            }
            used.app(&app.value);
        }
        self.faults.iter().for_each(|fault| used.at("fault", fault));
        self.matches.values().for_each(|one| used.at("match", one));
        self.vary.iter().for_each(|row| used.at("vary", &row.id));
        self.steps.iter().for_each(|step| used.step(step));
        used.0.sort_by_key(|(_, span)| span.start);
        used.0.into_iter()
    }
}

struct Used(Vec<Construct>);

impl Used {
    fn word(&mut self, word: &'static str, span: &Span) {
        self.0.push((word, span.clone()));
    }

    fn at<T>(&mut self, word: &'static str, at: &At<T>) {
        self.word(word, &at.span);
    }

    fn if_any<'a, T: 'a>(&mut self, word: &'static str, all: impl IntoIterator<Item = &'a At<T>>) {
        if let Some(first) = all.into_iter().next() {
            self.at(word, first);
        }
    }

    fn world(&mut self, world: &World) {
        let plain = World::default();
        if world.start != plain.start {
            self.at("start", &world.start);
        }
        if world.region != plain.region {
            self.at("region", &world.region);
        }
        if world.association_delay != plain.association_delay {
            self.at("association-delay", &world.association_delay);
        }
        if world.consistency_delay != plain.consistency_delay {
            self.at("consistency-delay", &world.consistency_delay);
        }
        self.if_any("buckets", &world.buckets);
        self.issuing(&world.issuing);
        self.accounts_and_roles(world);
        self.places(world);
    }

    fn accounts_and_roles(&mut self, world: &World) {
        self.if_any("organization", &world.organization);
        for at in world.accounts.values() {
            self.at("account", at);
            let guardrails = &at.value.guardrails;
            self.if_any("account.full-aws-access", &guardrails.full_aws_access);
            self.if_any("account.scp", guardrails.scp.values());
            self.if_any("account.rcp", guardrails.rcp.values());
        }
        for at in world.users.values() {
            self.at("user", at);
            self.if_any("user.account", &at.value.account);
        }
        for at in world.roles.values() {
            self.at("role", at);
            let role = &at.value;
            if !matches!(role.trust.value, Trust::Service(_)) {
                self.at("role.trust", &role.trust);
            }
            self.if_any("role.inline", role.inline.values());
            self.if_any("role.max-session-duration", &role.max_session_duration);
            self.if_any("role.account", &role.account);
        }
        world
            .profiles
            .values()
            .for_each(|at| self.at("profile", at));
        for at in world.bucket_tables.values() {
            self.at("bucket", at);
            self.if_any("bucket.policy", &at.value.policy);
            self.if_any("bucket.account", &at.value.account);
        }
        let profiles = world.config_profiles.values();
        for at in profiles {
            self.at("config-profile", at);
            self.if_any("config-profile.process", &at.value.process);
            self.if_any("config-profile.sso", &at.value.sso);
        }
        world.sso.values().for_each(|at| self.at("sso", at));
    }

    fn places(&mut self, world: &World) {
        for at in world.instances.values() {
            self.at("instance", at);
            self.if_any("instance.http-tokens", &at.value.http_tokens);
            self.if_any("instance.account", &at.value.account);
            self.if_any("instance.recorded", &at.value.recorded);
            self.issuing(&at.value.issuing);
        }
        for at in world.tasks.values() {
            self.at("task", at);
            self.if_any("task.kind", &at.value.kind);
            self.if_any("task.authorization-token", &at.value.authorization_token);
            let file = &at.value.authorization_token_file;
            self.if_any("task.authorization-token-file", file);
            self.if_any("task.recorded", &at.value.recorded);
            self.issuing(&at.value.issuing);
        }
        for at in world.pods.values() {
            self.at("pod", at);
            if at.value.identity.value != PodIdentity::PodIdentity {
                self.at("pod.identity", &at.value.identity);
            }
            self.if_any("pod.token-lifetime", &at.value.token_lifetime);
            self.issuing(&at.value.issuing);
        }
    }

    fn issuing(&mut self, issuing: &IssuingChanges) {
        self.if_any("credential-lifetime", &issuing.credential_lifetime);
        self.if_any("publish-before-expiry", &issuing.publish_before_expiry);
        self.if_any("overlap", &issuing.overlap);
        self.if_any("rotate-at", issuing.rotate_at.iter().flatten());
    }

    fn app(&mut self, app: &App) {
        if app.on.value == Place::Laptop {
            self.at("laptop", &app.on);
        }
        if app.use_.value != Use::Client {
            self.at("app.use", &app.use_);
        }
        self.if_any("app.profile", &app.profile);
        self.if_any("app.env", app.env.values());
        self.if_any("app.settings", app.settings.values());
        self.if_any("app.clock-skew", &app.clock_skew);
    }

    fn step(&mut self, step: &Step) {
        self.if_any("rule", &step.rule);
        self.if_any("step.app", &step.app);
        if let Some(moves) = &step.moves {
            let word = match moves.value {
                Move::After(_) => "after",
                Move::WallStep(_) => "wall-step",
            };
            self.at(word, moves);
        }
        self.if_any("gate", &step.gate);
        self.if_any("open", &step.open);
        self.if_any("fault", &step.fault);
        self.if_any("clear-fault", &step.clear_fault);
        self.if_any("at-once", &step.at_once);
        self.if_any("repeat", &step.repeat);
        self.if_any("settle", &step.settle);
        self.act(&step.act);
        self.expect(&step.expect);
        self.if_any("expect-total", step.expect_total.values());
    }

    fn act(&mut self, act: &At<Act>) {
        match &act.value {
            Act::Do(action) => self.action(action, &act.span),
            Act::Begin { action, .. } => {
                self.at("begin", act);
                self.action(&action.value, &action.span);
            }
            Act::Join(_) => self.at("join", act),
        }
    }

    fn action(&mut self, action: &Action, span: &Span) {
        self.word(action.verb().word(), span);
        if let Action::Upload(Upload {
            size,
            metadata,
            parts,
            part_size,
            ..
        }) = action
        {
            self.if_any("upload.size", size);
            self.if_any("upload.metadata", metadata.values());
            self.if_any("upload.parts", parts);
            self.if_any("upload.part-size", part_size);
        }
        if let Action::Revoke(revoke) = action {
            self.if_any("revoke.issue", &revoke.issue);
        }
    }

    fn expect(&mut self, expect: &Expect) {
        self.if_any("expect.fails", &expect.fails);
        self.if_any("expect.allowed", &expect.allowed);
        self.if_any("expect.denied", &expect.denied);
        self.if_any("expect.identity", &expect.identity);
        self.if_any("expect.issue", &expect.issue);
        self.if_any("expect.same-set-as", &expect.same_set_as);
        self.if_any("expect.calls", expect.calls.values());
        self.if_any("expect.within", &expect.within);
        self.if_any("expect.each", expect.each.as_deref());
        self.if_any("expect.last", expect.last.as_deref());
        self.if_any("expect.any-of", &expect.any_of);
        self.if_any("expect.under", expect.under.values());
        expect
            .nested()
            .for_each(|nested| self.expect(&nested.value));
    }
}
