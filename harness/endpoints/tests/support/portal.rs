//! A portal of IAM Identity Center, and who is signed in there.

use rolecall_account::{Assignment, OpenPortal};

use super::{HOUR, Lab, ROLE};

/// Somebody is signed in, with one role: the token.
pub(crate) fn sign_in(lab: &Lab) -> String {
    let now = lab.edge.now();
    let mut world = lab.edge.world();
    world.open_portal(
        now,
        OpenPortal {
            name: "corp".to_owned(),
            start_url: "https://corp.awsapps.com/start".to_owned(),
            region: "eu-west-1".to_owned(),
            user: "ada".to_owned(),
            token_lifetime: 8 * HOUR,
        },
    );
    let assignment = Assignment {
        permission_set: "Photo Admin".to_owned(),
        role_arn: format!("arn:aws:iam::111122223333:role/{ROLE}"),
        session_duration: HOUR,
    };
    world.assign(now, "corp", assignment).unwrap();
    let token = world.sign_in(now, "corp").unwrap().token;
    token.expose().to_owned()
}
