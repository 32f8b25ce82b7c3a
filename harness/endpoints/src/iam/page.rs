//! Lists in pages, in and out.

use rolecall_account::{Page, PageRequest};

use super::shape::{flag, list, text};
use crate::query::{Call, QueryError};
use crate::xml::Element;

/// The page that is asked for.
pub(super) fn asked(call: &Call<'_>) -> Result<PageRequest, QueryError> {
    Ok(PageRequest {
        marker: call.parameters.text("Marker").map(str::to_owned),
        max_items: call.parameters.number("MaxItems")?,
    })
}

/// A page of the list `name`; `shape` makes a member of an item.
pub(super) fn told<T>(
    name: &'static str,
    page: Page<T>,
    shape: impl FnMut(T) -> Element,
) -> Vec<Element> {
    let mut told = vec![list(name, page.items.into_iter().map(shape))];
    told.extend(end(page.marker));
    told
}

/// What follows the lists of a page: whether there is more, and where.
pub(super) fn end(marker: Option<String>) -> Vec<Element> {
    let mut told = vec![flag("IsTruncated", marker.is_some())];
    told.extend(marker.map(|marker| text("Marker", marker)));
    told
}
