//! What the actions do: the client's, through the provider; the world's, in the account.

use std::time::Duration;

use aws_credential_types::Credentials;
use bytes::Bytes;
use rolecall_account::{Ec2Error, IamError, RunInstance, Source};
use rolecall_providers::{AssumeRole, Call, CallFailure, Client, Unanswered};

use crate::language::{
    self, Action, At, How, Issuer, Method, PolicyKind, Revoked, RotateToken, SetProcess,
    TokenHolder,
};
use crate::simulation::{Simulation, parse};

/// What an action came to.
#[derive(Debug)]
pub(crate) enum Done {
    /// It was begun.
    Begun {
        /// How many callers have not ended.
        callers: usize,
    },
    /// The client panicked, or ended the whole program that it is in; in words.
    Died(String),
    /// It had not ended long after the step wanted it to have, after so much.
    Hung(String),
    /// The provider was asked for credentials.
    Resolved(Result<Credentials, CallFailure>),
    /// The client made a call.
    Called {
        call: Call,
        answer: Result<Bytes, CallFailure>,
    },
    /// The provider cannot be asked that.
    Unsupported(String),
    /// Its driver does not do what drivers do.
    Broken(String),
    /// The world was changed.
    Changed(String),
    /// The account refused to change.
    Refused { code: String, message: String },
}

/// An action that cannot be done at all: the scenario is at fault, or the runner.
#[derive(Debug)]
pub(crate) struct Undoable(pub(crate) String);

/// What a client is asked for.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    /// Credentials.
    Credentials,
    /// A call.
    Call(Call),
}

/// What `action` asks of a client.
pub(crate) fn asked(simulation: &Simulation, action: &Action) -> Result<Asked, Undoable> {
    Ok(Asked::Call(match action {
        Action::Resolve => return Ok(Asked::Credentials),
        Action::Upload(upload) => uploaded(upload)?,
        Action::Download(download) => Call::GetObject {
            bucket: download.bucket.value.clone(),
            key: download.key.value.clone(),
        },
        Action::CallerIdentity => Call::CallerIdentity,
        Action::AssumeRole(assume) => Call::AssumeRole(assumed(simulation, assume)?),
        Action::Presign(presign) => Call::Presign {
            method: method(presign.method.value),
            bucket: presign.bucket.value.clone(),
            key: presign.key.value.clone(),
            expires: presign.expires.value,
        },
        other => {
            return Err(Undoable(format!(
                "`{}` is no action of a client",
                other.verb()
            )));
        }
    }))
}

/// Has the client act.
pub(crate) async fn by_client(client: &dyn Client, asked: Asked) -> Done {
    match asked {
        Asked::Credentials => answered(client.resolve().await, Done::Resolved),
        Asked::Call(call) => {
            let answer = client.call(call.clone()).await;
            answered(answer, |answer| Done::Called { call, answer })
        }
    }
}

/// Has so many callers act, if the client itself lets them go at one moment: what came of each, and
/// how long it took by the client's own clock.
pub(crate) async fn by_client_at_once(
    client: &dyn Client,
    asked: &Asked,
    callers: u32,
) -> Option<Vec<(Done, Option<Duration>)>> {
    Some(match asked {
        Asked::Credentials => {
            let all = client.resolve_at_once(callers)?.await.into_iter();
            all.map(|it| (answered(it.answer, Done::Resolved), Some(it.took)))
                .collect()
        }
        Asked::Call(call) => {
            let all = client.call_at_once(call.clone(), callers)?.await;
            let done = |answer| {
                let call = call.clone();
                answered(answer, |answer| Done::Called { call, answer })
            };
            all.into_iter()
                .map(|it| (done(it.answer), Some(it.took)))
                .collect()
        }
    })
}

/// What an answer makes of an action, be it that there is none.
fn answered<T>(
    answer: Result<T, Unanswered>,
    done: impl FnOnce(Result<T, CallFailure>) -> Done,
) -> Done {
    match answer {
        Ok(answer) => done(Ok(answer)),
        Err(Unanswered::Failed(failure)) => done(Err(failure)),
        Err(Unanswered::Crashed(how)) => Done::Died(how),
        Err(Unanswered::Unsupported(why)) => Done::Unsupported(why),
        Err(Unanswered::Broken(why)) => Done::Broken(why),
    }
}

fn uploaded(upload: &language::Upload) -> Result<Call, Undoable> {
    let (bucket, key) = (upload.bucket.value.clone(), upload.key.value.clone());
    let metadata = upload.metadata.iter();
    let metadata = metadata
        .map(|(name, value)| (name.clone(), value.value.clone()))
        .collect();
    let bytes = |bytes: u64| {
        usize::try_from(bytes).map_err(|_| Undoable("the upload is too large".to_owned()))
    };
    let size = bytes(upload.size())?;
    Ok(match &upload.parts {
        None => Call::PutObject {
            bucket,
            key,
            size,
            metadata,
        },
        Some(parts) => Call::UploadMultipart {
            bucket,
            key,
            parts: parts.value,
            part_size: bytes(upload.part_size())?,
            metadata,
        },
    })
}

fn assumed(simulation: &Simulation, assume: &language::AssumeRole) -> Result<AssumeRole, Undoable> {
    let text = |at: &Option<At<String>>| at.as_ref().map(|at| at.value.clone());
    let role_arn = simulation.role_arn(&assume.role.value);
    Ok(AssumeRole {
        role_arn: role_arn
            .ok_or_else(|| Undoable(format!("there is no role `{}`", assume.role)))?,
        session_name: text(&assume.session_name),
        duration: assume.duration.as_ref().map(|at| at.value),
        external_id: text(&assume.external_id),
    })
}

fn method(written: Method) -> http::Method {
    match written {
        Method::Get => http::Method::GET,
        Method::Put => http::Method::PUT,
        Method::Head => http::Method::HEAD,
        Method::Delete => http::Method::DELETE,
    }
}

/// Changes the world.
pub(crate) fn by_world(simulation: &Simulation, action: &Action) -> Result<Done, Undoable> {
    let done = match action {
        Action::Launch(_)
        | Action::StopInstance(_)
        | Action::StartInstance(_)
        | Action::Terminate(_)
        | Action::AssociateProfile(_)
        | Action::ReplaceProfile(_)
        | Action::DisassociateProfile(_) => {
            on_instance(simulation, action)?.map_err(|error| refused(&error))
        }
        Action::SetProfileRole(_)
        | Action::PutPolicy(_)
        | Action::AttachPolicy(_)
        | Action::DetachPolicy(_) => {
            in_iam(simulation, action)?.map_err(|error| refused_by_iam(&error))
        }
        Action::Rotate(issuer) => rotate(simulation, issuer)?,
        Action::Revoke(revoke) => revoke_sessions(
            simulation,
            &revoke.of,
            revoke.issue.as_ref().map(|at| at.value),
        )?,
        Action::RotateToken(rotate) => rotate_token(simulation, rotate)?,
        Action::SetProcess(set) => Ok(set_process(simulation, set)?),
        Action::SignIn(portal) => Ok(sign_in(simulation, &portal.value)?),
        Action::SignOut(portal) => Ok(sign_out(simulation, &portal.value)?),
        other => return Err(Undoable(format!("`{}` is not played yet", other.verb()))),
    };
    Ok(done.map_or_else(|refused| refused, Done::Changed))
}

fn on_instance(
    simulation: &Simulation,
    action: &Action,
) -> Result<Result<String, Ec2Error>, Undoable> {
    let id = |name: &str| {
        simulation
            .instance_id(name)
            .ok_or_else(|| Undoable(format!("no instance `{name}` runs")))
    };
    Ok(match action {
        Action::Launch(launch) => {
            let profile = launch.profile.as_ref().map(|profile| profile.value.clone());
            let with = profile
                .clone()
                .map_or("no instance profile".to_owned(), |profile| {
                    format!("`{profile}`")
                });
            let request = RunInstance {
                name: launch.instance.value.clone(),
                profile,
                issuing: simulation.issuing(),
                ..RunInstance::default()
            };
            let launched = simulation.launch(request);
            simulation
                .write_config_files_of(&launch.instance.value)
                .map_err(|error| Undoable(error.to_string()))?;
            launched.map(|id| format!("`{}` runs as {id} with {with}", launch.instance))
        }
        Action::StopInstance(name) => {
            let id = id(&name.value)?;
            let stopped = simulation.beside_instance(&id, |account| account.stop_instance(&id));
            stopped.map(|()| format!("`{name}` stopped"))
        }
        Action::StartInstance(name) => {
            let id = id(&name.value)?;
            let started = simulation.beside_instance(&id, |account| account.start_instance(&id));
            started.map(|()| format!("`{name}` runs again"))
        }
        Action::Terminate(name) => {
            let id = id(&name.value)?;
            let ended = simulation.beside_instance(&id, |account| account.terminate_instance(&id));
            ended.map(|()| format!("`{name}` is gone"))
        }
        Action::AssociateProfile(placement) => {
            let id = id(&placement.instance.value)?;
            let tied = simulation.beside_instance(&id, |account| {
                account.associate_profile(&id, &placement.profile.value)
            });
            tied.map(|()| {
                format!(
                    "`{}` associated with `{}`",
                    placement.profile, placement.instance
                )
            })
        }
        Action::ReplaceProfile(placement) => {
            let id = id(&placement.instance.value)?;
            let tied = simulation.beside_instance(&id, |account| {
                account.replace_profile(&id, &placement.profile.value)
            });
            tied.map(|()| {
                format!(
                    "`{}` takes the place of the profile of `{}`",
                    placement.profile, placement.instance
                )
            })
        }
        Action::DisassociateProfile(name) => {
            let id = id(&name.value)?;
            let untied =
                simulation.beside_instance(&id, |account| account.disassociate_profile(&id));
            untied.map(|()| format!("`{name}` has no profile any more"))
        }
        other => {
            return Err(Undoable(format!(
                "`{}` is no action on an instance",
                other.verb()
            )));
        }
    })
}

fn in_iam(simulation: &Simulation, action: &Action) -> Result<Result<String, IamError>, Undoable> {
    Ok(match action {
        Action::SetProfileRole(set) => {
            let (profile, role) = (&set.profile.value, &set.role.value);
            let done = simulation.beside_profile(profile, |account| {
                account.set_role_of_instance_profile(profile, role)
            });
            done.map(|()| format!("`{profile}` now holds `{role}`"))
        }
        Action::PutPolicy(put) => {
            let document = parse(PolicyKind::Identity, &put.document.value, || {
                format!("policy `{}`", put.name)
            });
            let document = document.map_err(|error| Undoable(error.to_string()))?;
            let done = simulation.beside_role(&put.role.value, |account| {
                account.put_role_policy(&put.role.value, &put.name.value, document)
            });
            done.map(|()| format!("`{}` now has the policy `{}`", put.role, put.name))
        }
        Action::AttachPolicy(attach) => {
            let done = simulation.beside_role(&attach.role.value, |account| {
                account.attach_role_policy(&attach.role.value, &attach.policy.value)
            });
            done.map(|()| format!("`{}` attached to `{}`", attach.policy, attach.role))
        }
        Action::DetachPolicy(detach) => {
            let done = simulation.beside_role(&detach.role.value, |account| {
                account.detach_role_policy(&detach.role.value, &detach.policy.value)
            });
            done.map(|()| format!("`{}` detached from `{}`", detach.policy, detach.role))
        }
        other => return Err(Undoable(format!("`{}` is no action of IAM", other.verb()))),
    })
}

/// Changes a file on the machine of an app.
pub(crate) fn on_machine(
    simulation: &Simulation,
    machine: &str,
    action: &Action,
) -> Result<Done, Undoable> {
    let Action::WriteFile(write) = action else {
        return Err(Undoable(format!(
            "`{}` is no action on a machine",
            action.verb()
        )));
    };
    let (path, how) = (&write.path.value, write.how.value);
    simulation
        .write_file(machine, path, &write.content.value, how)
        .map_err(|error| Undoable(error.to_string()))?;
    Ok(Done::Changed(format!(
        "`{path}` of `{machine}` written, {how}"
    )))
}

fn rotate_token(
    simulation: &Simulation,
    rotate: &RotateToken,
) -> Result<Result<String, Done>, Undoable> {
    let name = match &rotate.of {
        TokenHolder::Task(name) | TokenHolder::Pod(name) => &name.value,
    };
    let source = source(simulation, name)?;
    let now = simulation.now();
    let rotated = match &source {
        Source::Pod(uid) => simulation.world().rotate_pod_token(now, uid),
        Source::Task(id) => simulation.world().rotate_task_authorization(now, id),
        Source::Instance(_) | Source::Program(_) | Source::Sso(_) => false,
    };
    if !rotated {
        return Err(Undoable(format!("`{name}` has no token")));
    }
    let how = rotate.how.value;
    simulation
        .write_token_files(how)
        .map_err(|error| Undoable(error.to_string()))?;
    Ok(Ok(format!("`{name}` has a new token, written {how}")))
}

fn rotate(simulation: &Simulation, issuer: &Issuer) -> Result<Result<String, Done>, Undoable> {
    let name = match issuer {
        Issuer::Instance(name) | Issuer::Task(name) | Issuer::Pod(name) | Issuer::Process(name) => {
            &name.value
        }
    };
    let source = match issuer {
        Issuer::Process(profile) => source_of_program(simulation, &profile.value)?,
        _ => source(simulation, name)?,
    };
    let rotated = simulation.world().rotate(simulation.now(), &source);
    rotated.map_err(|error| Undoable(format!("`{name}`: {error}")))?;
    if matches!(source, Source::Program(_)) {
        let written = simulation.write_token_files(How::AtomicRename);
        written.map_err(|error| Undoable(error.to_string()))?;
    }
    Ok(Ok(format!("`{name}` has a new set")))
}

fn revoke_sessions(
    simulation: &Simulation,
    of: &Revoked,
    issue: Option<u32>,
) -> Result<Result<String, Done>, Undoable> {
    let now = simulation.now();
    match of {
        Revoked::Role(role) => {
            let done = simulation
                .world()
                .operator(now)
                .revoke_role_sessions(&role.value);
            Ok(done
                .map(|()| format!("sessions of `{role}` up to now are denied everything"))
                .map_err(|e| refused_by_iam(&e)))
        }
        Revoked::Instance(name)
        | Revoked::Task(name)
        | Revoked::Pod(name)
        | Revoked::Process(name) => {
            let source = match of {
                Revoked::Process(profile) => source_of_program(simulation, &profile.value)?,
                _ => source(simulation, &name.value)?,
            };
            let ended = simulation.world().revoke(now, &source, issue);
            if ended == 0 {
                return Err(Undoable(format!(
                    "`{name}` has issued no such set that is still accepted"
                )));
            }
            Ok(Ok(format!("{ended} of the sets of `{name}` revoked")))
        }
    }
}

fn source_of_program(simulation: &Simulation, profile: &str) -> Result<Source, Undoable> {
    simulation
        .program_source(profile)
        .ok_or_else(|| Undoable(format!("the program of `{profile}` issues no sets")))
}

fn set_process(simulation: &Simulation, set: &SetProcess) -> Result<String, Undoable> {
    let written = simulation.set_program(set);
    written.map_err(|error| Undoable(error.to_string()))?;
    Ok(format!("the program of `{}` is another", set.profile))
}

fn sign_in(simulation: &Simulation, portal: &str) -> Result<String, Undoable> {
    let signed_in = simulation.sign_in(portal);
    if signed_in.map_err(|error| Undoable(error.to_string()))? {
        return Ok(format!("signed in at `{portal}`"));
    }
    Err(Undoable(format!("there is no portal `{portal}`")))
}

fn sign_out(simulation: &Simulation, portal: &str) -> Result<String, Undoable> {
    if simulation.world().sign_out(simulation.now(), portal) {
        return Ok(format!("`{portal}` refuses the token from now on"));
    }
    Err(Undoable(format!("nobody is signed in at `{portal}`")))
}

fn source(simulation: &Simulation, name: &str) -> Result<Source, Undoable> {
    simulation
        .source(name)
        .ok_or_else(|| Undoable(format!("`{name}` hands out no credentials")))
}

fn refused(error: &Ec2Error) -> Done {
    Done::Refused {
        code: error.code().to_owned(),
        message: error.to_string(),
    }
}

fn refused_by_iam(error: &IamError) -> Done {
    Done::Refused {
        code: error.code().to_owned(),
        message: error.to_string(),
    }
}
