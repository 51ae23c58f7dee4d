//! The protocol's nouns, one a file. Nothing here knows of WordPress.

pub mod error;
pub mod filter;
pub mod json;
pub mod list;
pub mod message;
pub mod meta;
pub mod patch;
pub mod path;
pub mod projection;
pub mod resource;
pub mod schema;
pub mod sort;
