//! Whether an attribute that is mapped was ever received.

use crate::scim::filter::{Comparison, Filter, Operator};
use crate::scim::path::PatchPath;

/// Whether one of the paths that were received is the one of a mapping, or a part of it. Received paths tell
/// the elements of a list apart by their types alone.
pub fn is_received(path: &PatchPath, received: &[PatchPath]) -> bool {
    received.iter().any(|other| {
        let is_same_attribute = match (path.attribute(), other.attribute()) {
            (Some(one), Some(other)) => one.urn == other.urn && one.name == other.name,
            _ => false,
        };
        let is_same_part =
            path.sub_attribute().is_none_or(|sub| other.sub_attribute().is_some_and(|other| other == sub));
        is_same_attribute && is_same_part && (!asks_for_type(path) || path.filter() == other.filter())
    })
}

/// Whether a path asks for elements of a type, and for nothing else: `emails[type eq "work"].value`.
fn asks_for_type(path: &PatchPath) -> bool {
    let Some(filter) = path.filter() else { return false };
    match filter.filter() {
        Filter::Compare(Comparison { path, operator: Operator::Equal, .. }) => *path.name == *"type",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_received_is_told_from_what_was_not() {
        let paths =
            |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<PatchPath>>();
        let received = paths(&[
            "title",
            "name.givenName",
            "phoneNumbers[type eq \"work\"].value",
            "urn:contoso:User:level",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
        ]);
        let came = |path: &str| is_received(&path.parse().unwrap(), &received);
        for path in [
            "TITLE",
            "name.givenName",
            "name",
            "phoneNumbers",
            "phoneNumbers.value",
            "PhoneNumbers[Type eq \"work\"].value",
            "phoneNumbers[primary eq true].value",
            "urn:contoso:User:level",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
        ] {
            assert!(came(path), "{path}");
        }
        for path in [
            "nickName",
            "name.familyName",
            "phoneNumbers[type eq \"mobile\"].value",
            "phoneNumbers.display",
            "urn:contoso:User:other",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division",
        ] {
            assert!(!came(path), "{path}");
        }
    }
}
