//! Rollbook: SCIM 2.0 user provisioning for WordPress.

pub mod dialect;
pub mod directory;
pub mod exchange;
#[cfg(feature = "extension")]
mod extension;
pub mod http;
pub mod scim;
pub mod service;
pub mod settings;
pub mod token;
pub mod wordpress;
