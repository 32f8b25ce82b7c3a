//! Refused: rows.

use super::render::{refused, steps};

refused! {
    rows_without_names: steps("[[vary]]\nwait = \"6h\"\n[[vary]]\nid = 3\n[[vary]]\nid = \"a\"\nx = []\n");
    rows_called_the_same: steps("[[vary]]\nid = \"a\"\n[[vary]]\nid = \"a\"\n");
    a_value_that_no_row_has: steps(r#"
[[vary]]
id = "short"
wait = "1h"

[[vary]]
id = "long"

[[step]]
name = "later"
after = "${wait}"
resolve = {}

[[step]]
name = "typo"
after = "${wiat}"
resolve = {}
"#);
    a_value_that_does_not_fit: steps(r#"
[[vary]]
id = "short"
wait = "1h"

[[vary]]
id = "long"
wait = "for ever"

[[step]]
name = "later"
after = "${wait}"
upload = { bucket = "fotos", key = "cat.jpg" }
"#);
}
