//! Refused: policies that are none, underlined within the TOML string where it has them verbatim.

use super::render::{file, refused};

refused! {
    a_policy_that_is_no_json: file(
        "role.web.trust = \"ec2\"\nrole.web.inline.put = '''\n{\n  \"Version\": \"2012-10-17\",\n  \
         \"Statement\": [,]\n}'''",
        "",
    );
    a_policy_that_ends_early: file("role.web.trust = '{ \"Statement\": '", "");
    a_policy_with_a_mistake: file(
        r#"role.web = { trust = "ec2" }
instance.web = {}"#,
        r#"
[[step]]
name = "put"
put-policy = { role = "web", name = "deny", document = '''
{ "Statement": [
    { "Efect": "Deny", "Action": "s3:*", "Resource": "*" } ] }
''' }
"#,
    );
    a_policy_with_escapes: file(r#"user.alice.inline.put = "{ \"Efect\": 1 }""#, "");
    policies_of_the_wrong_kind: file(
        r#"role.web = { trust = '{ "Statement": [] }', inline.a = '{ "Principal": "*" }' }
bucket.photos.policy = '{}'"#,
        "",
    );
}
