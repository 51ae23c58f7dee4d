//! Rollbook: SCIM 2.0 user provisioning for WordPress.

pub mod dialect;
pub mod scim;
