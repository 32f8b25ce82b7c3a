//! A trust policy as IAM shows it once principals of it are gone.

use super::document::Document;
use super::json::{Node, Value};
use super::trustee::{Trustee, Trustees};

impl Document {
    /// The text, in which the unique id stands for each principal that `is_gone` says is not there
    /// any longer under the id that it was tied to.
    ///
    /// ```
    /// use rolecall_account::policy::{Document, DocumentKind};
    ///
    /// let mut trust = Document::parse(
    ///     r#"{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
    ///         "Principal": {"AWS": "arn:aws:iam::111122223333:user/ann"}}}"#,
    ///     DocumentKind::Trust,
    /// )
    /// .unwrap();
    /// trust.pin_principals(|_| Some("AIDAEXAMPLEEXAMPLE123".to_owned()));
    /// assert!(trust.text_shown(|_| false).contains(r#""AWS": "arn:aws:iam::111122223333:user/ann""#));
    /// assert!(trust.text_shown(|_| true).contains(r#""AWS": "AIDAEXAMPLEEXAMPLE123""#));
    /// ```
    pub fn text_shown(&self, is_gone: impl Fn(&str) -> bool) -> String {
        // policy.principal.gone-shown-by-id
        let gone = |arn: &str| {
            let mut pinned = self.statements.iter().flat_map(|statement| {
                let (Trustees::Only(list) | Trustees::AllBut(list)) = &statement.trustees else {
                    return [].iter();
                };
                list.iter()
            });
            pinned.find_map(|trustee| match trustee {
                Trustee::Arn {
                    arn: named,
                    pinned: Some(id),
                } if named == arn && is_gone(id) => Some(id.as_str()),
                _ => None,
            })
        };
        let mut shown = self.text().to_owned();
        let root = Node::read(&self.text);
        let mut principals = root.as_ref().map(principals).unwrap_or_default();
        // From the end, so that what is replaced moves nothing that is still to be.
        principals.sort_by_key(|node| std::cmp::Reverse(node.span.start));
        for node in principals {
            if let Value::Text(arn) = &node.value
                && let Some(id) = gone(arn)
            {
                shown.replace_range(node.span.clone(), &format!("\"{id}\""));
            }
        }
        shown
    }
}

/// The entries of type `AWS` of every statement.
fn principals<'n, 't>(root: &'n Node<'t>) -> Vec<&'n Node<'t>> {
    let statements = member(root, &["Statement"]);
    let statements = statements.into_iter().flat_map(items);
    let principals = statements.filter_map(|it| member(it, &["Principal", "NotPrincipal"]));
    let named = principals.filter_map(|it| member(it, &["AWS"]));
    named.flat_map(items).collect()
}

fn member<'n, 't>(node: &'n Node<'t>, names: &[&str]) -> Option<&'n Node<'t>> {
    let Value::Object(members) = &node.value else {
        return None;
    };
    let mut members = members.iter();
    let found = members.find(|member| names.contains(&member.name.as_str()));
    found.map(|member| &member.node)
}

fn items<'n, 't>(node: &'n Node<'t>) -> &'n [Node<'t>] {
    match &node.value {
        Value::List(items) => items,
        _ => std::slice::from_ref(node),
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::DocumentKind;
    use super::*;

    // policy.principal.gone-shown-by-id
    #[test]
    fn who_is_gone_is_named_by_id_where_it_is_a_principal_and_nowhere_else() {
        let text = r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole",
             "Principal": {"Service": "ec2.amazonaws.com",
                "AWS": ["arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:role/b\u006fb"]},
             "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:user/ann"}}},
            {"Effect": "Deny", "Action": "sts:AssumeRole",
             "Principal": {"AWS": "arn:aws:iam::111122223333:user/ann"}}]}"#;
        let mut trust = Document::parse(text, DocumentKind::Trust).unwrap();
        let id = |arn: &str| {
            Some(if arn.ends_with("ann") {
                "AIDAANN".to_owned()
            } else {
                "AROABOB".to_owned()
            })
        };
        assert_eq!(trust.pin_principals(id), Vec::<String>::new());
        assert_eq!(trust.text_shown(|_| false), text);
        assert_eq!(trust.text(), text);
        let user = r#""arn:aws:iam::111122223333:user/ann""#;
        let expected = text
            .replace(&format!("[{user},"), r#"["AIDAANN","#)
            .replace(&format!(r#""AWS": {user}"#), r#""AWS": "AIDAANN""#);
        assert_eq!(trust.text_shown(|id| id == "AIDAANN"), expected);
        let expected = text.replace(
            r#""arn:aws:iam::111122223333:role/b\u006fb""#,
            r#""AROABOB""#,
        );
        assert_eq!(trust.text_shown(|id| id == "AROABOB"), expected);
    }
}
