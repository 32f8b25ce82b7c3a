//! Tags.

use crate::support::lab;
use crate::{OTHER, Refused, ann};

// ec2.tags.delete-by-value
#[test]
fn tags_are_set_and_taken_away_by_key_and_value() {
    lab(async |lab| {
        let ann = ann(&lab);
        let tags = || lab.edge.world().instance(&lab.web).unwrap().tags.clone();
        let both = [
            ("ResourceId.1", lab.web.as_str()),
            ("ResourceId.2", lab.strict.as_str()),
            ("Tag.1.Key", "team"),
            ("Tag.1.Value", "blue"),
            ("Tag.2.Key", "stage"),
        ];
        assert_eq!(
            ann.done("CreateTags", &both).await.element("return"),
            "true"
        );
        assert_eq!(
            (tags()["team"].as_str(), tags()["stage"].as_str()),
            ("blue", "")
        );

        let one = ("ResourceId.1", lab.web.as_str());
        let other = [one, ("Tag.1.Key", "team"), ("Tag.1.Value", "red")];
        ann.done("DeleteTags", &other).await;
        assert!(tags().contains_key("team"), "it has another value");
        let empty = [one, ("Tag.1.Key", "team"), ("Tag.1.Value", "")];
        ann.done("DeleteTags", &empty).await;
        assert!(tags().contains_key("team"), "an empty value is one too");
        ann.done("DeleteTags", &[one, ("Tag.1.Key", "team")]).await;
        assert!(!tags().contains_key("team"), "whatever its value");
        ann.done("DeleteTags", &[one]).await;
        assert!(tags().is_empty(), "all of them");

        let found = ann
            .done(
                "DescribeTags",
                &[("Filter.1.Name", "key"), ("Filter.1.Value.1", "s*")],
            )
            .await;
        assert_eq!(found.elements("resourceId"), [lab.strict.as_str()]);
        assert_eq!(found.element("key"), "stage");
        assert_eq!(found.element("resourceType"), "instance");
    });
}

// ec2.tags.resources, ec2.tags.limits
#[test]
fn what_cannot_be_tagged_is_refused() {
    lab(async |lab| {
        let ann = ann(&lab);
        let web = ("ResourceId.1", lab.web.as_str());
        let long = "k".repeat(129);
        let rows: &[Refused<'_>] = &[
            (
                &[
                    ("ResourceId.1", "vol-0123456789abcdef0"),
                    ("Tag.1.Key", "a"),
                ],
                "InvalidID",
                "The ID 'vol-0123456789abcdef0' is not valid",
            ),
            (
                &[("ResourceId.1", OTHER), ("Tag.1.Key", "a")],
                "InvalidInstanceID.NotFound",
                "The instance ID 'i-0123456789abcdef0' does not exist",
            ),
            (
                &[web],
                "MissingParameter",
                "The request must contain the parameter Tag",
            ),
            (
                &[("Tag.1.Key", "a")],
                "MissingParameter",
                "The request must contain the parameter ResourceId",
            ),
            (
                &[web, ("Tag.1.Key", "AWS:x")],
                "InvalidParameterValue",
                "Tag keys starting with 'aws:' are reserved for internal use",
            ),
            (
                &[web, ("Tag.1.Key", "a"), ("Tag.2.Key", "a")],
                "InvalidParameterValue",
                "Duplicate tag key 'a' specified.",
            ),
        ];
        for (asked, code, message) in rows {
            assert_eq!(&ann.refused("CreateTags", asked, code).await, message);
        }
        ann.refused(
            "CreateTags",
            &[web, ("Tag.1.Key", &long)],
            "InvalidParameterValue",
        )
        .await;

        let names: Vec<_> = (1..=50)
            .map(|n| (format!("Tag.{n}.Key"), format!("k{n}")))
            .collect();
        let mut many = vec![web];
        many.extend(names.iter().map(|(name, key)| (&**name, &**key)));
        let message = ann.refused("CreateTags", &many, "TagLimitExceeded").await;
        assert_eq!(
            message,
            "The maximum number of Tags for a resource has been reached."
        );
        ann.done("CreateTags", &many[..50]).await;
    });
}
