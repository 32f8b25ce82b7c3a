//! All control routes: the one place where one is added.

use http::StatusCode;

use super::said::Nothing;
use super::{
    console, dump, faults, instances, journal, launches, mfa, openapi, roles, route::Route,
    service, sources, time, web_identity,
};

/// Every route, in the order of the description.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = vec![describe()];
    routes.extend(of_time());
    routes.extend(of_the_whole());
    routes.extend(of_sources());
    routes.extend(of_instances());
    routes.extend(of_launches());
    routes.extend(of_the_console());
    routes.extend(of_roles());
    routes.push(of_devices());
    routes.extend(of_identity_providers());
    routes.push(of_services());
    routes.extend(of_faults());
    routes.extend(of_the_journal());
    routes
}

fn describe() -> Route {
    Route::get(
        "/openapi.json",
        "Describes these routes",
        |_, _: &Nothing| Ok(openapi::openapi()),
    )
}

fn of_time() -> [Route; 4] {
    [
        Route::get("/clock", "Says what time it is", time::clock),
        Route::post_waiting("/advance", "Lets simulated time pass", time::advance)
            .refuses(StatusCode::CONFLICT, time::TOO_MUCH_HAPPENS),
        Route::post_waiting(
            "/set-clock",
            "Lets simulated time pass until a given time",
            time::set_clock,
        )
        .refuses(
            StatusCode::CONFLICT,
            "The time is over, or more would happen until then than any world should do at once.",
        ),
        Route::post(
            "/reset",
            "Puts the world back to how it began, and its clock to the machine's time",
            time::reset,
        )
        .refuses(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The world could not be made again; it is as it was.",
        ),
    ]
}

fn of_the_whole() -> [Route; 2] {
    [
        Route::get(
            "/dump",
            "Writes the whole world, every secret in clear and without the journal",
            dump::dump,
        )
        .refuses(
            StatusCode::CONFLICT,
            "It serves recordings, which are no state of a world.",
        ),
        Route::post_whole::<dump::WrittenWorld, _>(
            "/load",
            "Takes up a world that was written, in the place of this one, with its time",
            dump::load,
        )
        .refuses(
            StatusCode::CONFLICT,
            "Recordings are served here; the world is as it was.",
        )
        .refuses(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The files of the world's machines could not be written.",
        ),
    ]
}

fn of_sources() -> [Route; 3] {
    [
        Route::post(
            "/rotate",
            "Has an instance or a task issue its next set of keys now",
            sources::rotate,
        )
        .refuses(StatusCode::NOT_FOUND, NO_SUCH_PLACE)
        .refuses(StatusCode::CONFLICT, "It serves no credentials."),
        Route::post(
            "/revoke",
            "Ends the sets that an instance or a task has issued; it goes on serving them until it rotates",
            sources::revoke,
        )
        .refuses(StatusCode::NOT_FOUND, NO_SUCH_PLACE)
        .refuses(
            StatusCode::CONFLICT,
            "It has issued no such set that is still accepted.",
        ),
        Route::post(
            "/revoke-role",
            "Denies everything to the sessions that a role has now, as the console does it",
            roles::revoke,
        )
        .refuses(StatusCode::NOT_FOUND, NO_SUCH_ENTITY),
    ]
}

fn of_instances() -> [Route; 6] {
    let named = |route: Route| route.refuses(StatusCode::NOT_FOUND, NO_SUCH_PLACE);
    let fits = |route: Route| named(route).refuses(StatusCode::CONFLICT, "EC2 refuses it.");
    [
        fits(Route::post(
            "/associate-profile",
            "EC2 AssociateIamInstanceProfile: gives an instance a profile",
            instances::associate_profile,
        )),
        fits(Route::post(
            "/replace-profile",
            "EC2 ReplaceIamInstanceProfileAssociation: gives an instance another profile",
            instances::replace_profile,
        )),
        fits(Route::post(
            "/disassociate-profile",
            "EC2 DisassociateIamInstanceProfile: takes an instance's profile away",
            instances::disassociate_profile,
        )),
        fits(Route::post(
            "/stop-instance",
            "EC2 StopInstances",
            instances::stop,
        )),
        fits(Route::post(
            "/start-instance",
            "EC2 StartInstances",
            instances::start,
        )),
        named(Route::post(
            "/terminate",
            "EC2 TerminateInstances",
            instances::terminate,
        )),
    ]
}

fn of_launches() -> [Route; 2] {
    [
        Route::get(
            "/instances",
            "Says which instances there are",
            |control, _: &Nothing| Ok(launches::list(control)),
        ),
        Route::post(
            "/launch",
            "EC2 RunInstances: launches an instance, which gets an address of its own",
            launches::launch,
        )
        .refuses(
            StatusCode::NOT_FOUND,
            "There is no such instance profile; `known` has those there are.",
        )
        .refuses(
            StatusCode::CONFLICT,
            "Something else has that name, or EC2 refuses it.",
        ),
    ]
}

fn of_the_console() -> [Route; 2] {
    [
        Route::post(
            "/console-create-role",
            "Makes a role for a service as the console does it: for EC2 with the instance profile of the same name",
            console::create_role,
        )
        .refuses(StatusCode::NOT_FOUND, NO_SUCH_ENTITY)
        .refuses(StatusCode::CONFLICT, "There is one of that name already."),
        Route::post(
            "/console-modify-iam-role",
            "Gives an instance a role, in place of the one it has, or takes it away, as the console does it",
            console::modify_iam_role,
        )
        .refuses(StatusCode::NOT_FOUND, NO_SUCH_PLACE)
        .refuses(StatusCode::CONFLICT, "EC2 refuses it."),
    ]
}

fn of_roles() -> [Route; 4] {
    let route = |route: Route| route.refuses(StatusCode::NOT_FOUND, NO_SUCH_ENTITY);
    [
        route(Route::post(
            "/set-profile-role",
            "IAM RemoveRoleFromInstanceProfile and AddRoleToInstanceProfile: puts a role into a profile in place of the one it holds",
            roles::set_profile_role,
        )),
        route(Route::post(
            "/attach-policy",
            "IAM AttachRolePolicy: attaches a managed policy to a role",
            roles::attach_policy,
        )),
        route(Route::post(
            "/detach-policy",
            "IAM DetachRolePolicy: detaches a managed policy from a role",
            roles::detach_policy,
        )),
        route(Route::post(
            "/put-policy",
            "IAM PutRolePolicy: writes an inline policy of a role",
            roles::put_policy,
        )),
    ]
}

fn of_devices() -> Route {
    Route::get(
        "/mfa-code",
        "Says what a virtual MFA device shows",
        mfa::code,
    )
    .refuses(
        StatusCode::NOT_FOUND,
        "Nothing has that serial number, and no user of that name has a device; `known` has those there are.",
    )
    .refuses(StatusCode::CONFLICT, mfa::SEVERAL)
}

fn of_identity_providers() -> [Route; 2] {
    [
        Route::post(
            "/web-identity-token",
            "Has an identity provider of the world sign a token",
            web_identity::token,
        ),
        Route::post(
            "/web-identity-keys",
            "Has an identity provider of the world publish keys besides its own",
            web_identity::keys,
        ),
    ]
}

fn of_services() -> Route {
    Route::post(
        "/service-session",
        "Has a service of AWS assume a role, to act in the account with it",
        service::session,
    )
    .refuses(
        StatusCode::NOT_FOUND,
        "There is no such role; `known` has those there are.",
    )
    .refuses(
        StatusCode::CONFLICT,
        "The role's trust policy does not admit the service.",
    )
}

fn of_faults() -> [Route; 3] {
    [
        Route::get(
            "/faults",
            "Says which faults there are",
            |control, _: &Nothing| Ok(faults::list(control)),
        ),
        Route::post(
            "/add-fault",
            "Makes requests fail on purpose, from now on",
            faults::add,
        )
        .refuses(StatusCode::NOT_FOUND, NO_SUCH_PLACE),
        Route::post(
            "/clear-fault",
            "Lifts a fault, or all of them",
            faults::clear,
        )
        .refuses(StatusCode::NOT_FOUND, "There is no fault of that name."),
    ]
}

fn of_the_journal() -> [Route; 2] {
    [
        Route::get("/journal", "Says what happened", journal::journal),
        Route::get_named(
            "/explain/{id}",
            "Says what became of a request",
            (
                "id",
                "The id that its answer carried, its number in the journal, the id of its CloudTrail record, or `last`: the latest that policies decided on",
            ),
            journal::explain,
        )
        .refuses(
            StatusCode::NOT_FOUND,
            "Nothing in the journal has that id.",
        ),
    ]
}

const NO_SUCH_PLACE: &str = "Nothing has that name; `known` has the names there are.";
const NO_SUCH_ENTITY: &str =
    "IAM knows no such role, profile or policy; `known` has those there are.";
