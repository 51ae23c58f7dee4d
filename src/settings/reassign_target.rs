//! Which account may get the content of people who leave.

use crate::host::ReassignTarget;

/// Why an account cannot have it; the words follow its name.
pub fn problem(target: Option<&ReassignTarget>) -> Option<&'static str> {
    match target {
        None => Some("does not exist"),
        Some(target) if !target.on_site => Some("is not on this site of the network"),
        Some(target) if !target.active => Some("is deactivated"),
        Some(_) => None,
    }
}
