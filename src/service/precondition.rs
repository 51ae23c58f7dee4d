//! Conditions of a request on the version of what it is about.

use super::Reply;
use crate::http::Request;
use crate::scim::error::{Error, Result};

/// The conditions of a request on the version of what it is about (RFC 7644 §3.14).
pub(crate) struct Precondition<'a> {
    pub(super) if_match: Option<&'a str>,
    pub(super) if_none_match: Option<&'a str>,
}

impl<'a> Precondition<'a> {
    pub(crate) fn of(request: &'a Request) -> Self {
        Self { if_match: request.header("If-Match"), if_none_match: request.header("If-None-Match") }
    }

    /// Whether the client has this version already.
    fn is_known(&self, version: &str) -> bool {
        self.if_none_match.is_some_and(|known| names(known, version))
    }

    /// The answer to a client that has this version already.
    ///
    /// # Errors
    /// As of [`Self::holds`].
    pub(crate) fn unmodified(&self, version: &str) -> Result<Option<Reply>> {
        if self.is_known(version) {
            return Ok(Some(Reply::empty(304).header("ETag", version)));
        }
        self.holds(version)?;
        Ok(None)
    }

    /// # Errors
    /// 412 where the client named a version and this is another.
    pub(crate) fn holds(&self, version: &str) -> Result<()> {
        let stale = self.if_match.is_some_and(|expected| !names(expected, version));
        if stale || self.is_known(version) {
            return Err(Error::new(
                412,
                format!("The resource has the version {version} now. Read it again and decide on that."),
            ));
        }
        Ok(())
    }

    /// What to say when a write lost against others [`super::MAX_ATTEMPTS`] times.
    pub(crate) fn lost(&self) -> Error {
        let status = if self.if_match.is_some() { 412 } else { 409 };
        Error::new(status, "The resource is being changed by others at the same time. Try again.")
    }
}

/// Whether a list of entity tags names a version; tags are compared weakly (RFC 9110 §8.8.3.2).
fn names(list: &str, version: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").trim_matches('"').to_owned();
    list.trim() == "*" || list.split(',').any(|tag| opaque(tag) == opaque(version))
}
