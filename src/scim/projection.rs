//! Projections: which attributes an answer holds (RFC 7644 §3.9).

use super::error::Result;
use super::resource::Resource;
use super::schema::ResourceSchemas;
use serde_json::{Map, Value};

/// What a client asked for with `attributes` or `excludedAttributes`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Projection {}

impl Projection {
    /// Reads the two parameters, each a list separated by commas.
    ///
    /// # Errors
    /// 400 `invalidValue` where both are given (RFC 7644 §3.9 makes them exclude each other).
    pub fn parse(
        _attributes: Option<&str>,
        _excluded_attributes: Option<&str>,
        _schemas: &ResourceSchemas,
    ) -> Result<Self> {
        todo!()
    }

    /// Whether the answer will hold (some of) this top-level attribute, so that what nobody wants need not be
    /// loaded.
    pub fn wants(&self, _name: &str) -> bool {
        todo!()
    }

    /// The resource as the answer holds it.
    pub fn apply(&self, _resource: Resource, _schemas: &ResourceSchemas) -> Map<String, Value> {
        todo!()
    }
}
