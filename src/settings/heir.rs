//! Who may get the content of people who leave.

use crate::directory::Heir;

/// Why an account cannot have it; the words follow its name.
pub fn problem(heir: Option<&Heir>) -> Option<&'static str> {
    match heir {
        None => Some("does not exist"),
        Some(heir) if !heir.on_site => Some("is not on this site of the network"),
        Some(heir) if !heir.active => Some("is deactivated"),
        Some(_) => None,
    }
}
