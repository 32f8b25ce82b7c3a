//! The policies that an organization begins with.

use std::sync::{Arc, LazyLock};

use super::document::{Document, DocumentKind, NamedPolicy};

/// The service control policy that is attached everywhere until somebody replaces it, and allows
/// everything.
///
/// ```
/// use rolecall_account::policy::full_aws_access;
///
/// assert_eq!(full_aws_access().name, "FullAWSAccess");
/// ```
pub fn full_aws_access() -> NamedPolicy {
    // policy.scp.full-access-by-default
    static POLICY: LazyLock<Arc<Document>> = LazyLock::new(|| {
        let text = r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;
        own(text, DocumentKind::ServiceControl)
    });
    NamedPolicy::new("FullAWSAccess", POLICY.clone())
}

/// The resource control policy that is attached everywhere, allows everything and cannot be
/// detached.
pub fn rcp_full_aws_access() -> NamedPolicy {
    // policy.rcp.full-access-always
    static POLICY: LazyLock<Arc<Document>> = LazyLock::new(|| {
        let text = r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}"#;
        own(text, DocumentKind::ResourceControl)
    });
    NamedPolicy::new("RCPFullAWSAccess", POLICY.clone())
}

fn own(text: &str, kind: DocumentKind) -> Arc<Document> {
    Arc::new(Document::parse(text, kind).expect("our own documents, which a test reads"))
}
