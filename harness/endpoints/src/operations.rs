//! Which operations are answered: the list in the documentation is made of it.

use rolecall_account::{Operation, Service};

use crate::query::SERVICES;

/// Every operation that a client can ask for, by service, each in the order of its name. Of the
/// services of the query protocol it is those that have a handler; the others answer all they have.
pub fn operations() -> Vec<(Service, Vec<Operation>)> {
    let services = [
        Service::Imds,
        Service::Container,
        Service::Sts,
        Service::Sso,
        Service::Iam,
        Service::Ec2,
        Service::S3,
        Service::CloudTrail,
    ];
    let listed = services.map(|service| {
        let query = SERVICES.iter().find(|query| query.service == service);
        let all = Operation::ALL.iter().copied();
        let answered = all.filter(|operation| {
            operation.service() == service && query.is_none_or(|query| query.answers(*operation))
        });
        let mut answered: Vec<_> = answered.collect();
        answered.sort_by_key(|operation| operation.name());
        (service, answered)
    });
    listed.to_vec()
}

/// What a service is called in a title.
pub fn service_title(service: Service) -> &'static str {
    match service {
        Service::Imds => "Instance metadata",
        Service::Container => "Container credentials",
        Service::Sts => "AWS STS",
        Service::Sso => "IAM Identity Center, the portal",
        Service::Iam => "IAM",
        Service::Ec2 => "Amazon EC2",
        Service::S3 => "Amazon S3",
        Service::CloudTrail => "AWS CloudTrail",
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    /// Set `UPDATE_DOCS=1` to write the list again.
    #[test]
    fn the_list_in_the_documentation_is_this_one() {
        const BEGIN: &str = "<!-- the operations -->\n";
        const END: &str = "<!-- end of the operations -->";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations.md");
        let text = std::fs::read_to_string(path).unwrap();
        let (before, rest) = text.split_once(BEGIN).unwrap();
        let (list, after) = rest.split_once(END).unwrap();
        let mut expected = String::new();
        for (service, operations) in operations() {
            let title = service_title(service);
            let _ = write!(
                expected,
                "\n## {title}\n\n| operation | slug |\n|---|---|\n"
            );
            for operation in operations {
                let (name, slug) = (operation.name(), operation.slug());
                let _ = writeln!(expected, "| {name} | `{slug}` |");
            }
        }
        expected.push('\n');
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, format!("{before}{BEGIN}{expected}{END}{after}")).unwrap();
        } else {
            assert_eq!(list, expected, "run this test with UPDATE_DOCS=1");
        }
    }

    #[test]
    fn each_service_answers_something_and_nothing_twice() {
        for (service, operations) in operations() {
            assert!(!operations.is_empty(), "{service:?}");
        }
        for query in SERVICES {
            let mut named: Vec<_> = query.rows().map(|(operation, _)| *operation).collect();
            let rows = named.len();
            named.sort_unstable();
            named.dedup();
            assert_eq!(named.len(), rows, "{:?}", query.service);
        }
    }
}
