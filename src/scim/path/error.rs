//! What is wrong with a path.

use crate::scim::error::{Error, ScimType};
use crate::scim::filter::error::{Failure, Problem};
use std::fmt;

/// Why a text is no path: what was found where, and what was expected instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    problem: Problem,
    in_brackets: bool,
}

impl PathError {
    /// The character at which reading failed, counted from 1.
    pub fn position(&self) -> usize {
        self.problem.position()
    }

    pub(crate) fn problem(&self) -> &Problem {
        &self.problem
    }

    pub(super) fn new(failure: Failure, text: &str, in_brackets: bool) -> Self {
        Self { problem: Problem::new(failure, text, "path"), in_brackets }
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for PathError {}

impl From<PathError> for Error {
    /// 400 `invalidPath`, or `invalidFilter` for what stands between the brackets (RFC 7644 Table 9).
    fn from(error: PathError) -> Self {
        let scim_type = if error.in_brackets { ScimType::InvalidFilter } else { ScimType::InvalidPath };
        Self::bad_request(scim_type, error.to_string())
    }
}
