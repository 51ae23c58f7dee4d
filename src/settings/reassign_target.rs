//! Which account may get the content of people who leave.

use crate::host::ReassignTarget;

/// Why an account cannot have the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// There is no such account.
    Missing,
    /// It is on other sites of the network alone.
    Elsewhere,
    /// Its person may not log in.
    Deactivated,
}

impl Unfit {
    /// Why the account cannot have the content; `None` where it can.
    pub fn of(target: Option<&ReassignTarget>) -> Option<Self> {
        match target {
            None => Some(Self::Missing),
            Some(target) if !target.on_site => Some(Self::Elsewhere),
            Some(target) if !target.active => Some(Self::Deactivated),
            Some(_) => None,
        }
    }
}
