//! The protocol's nouns, one a file. Nothing here knows of WordPress.

pub mod error;
pub mod filter;
pub mod path;
pub mod schema;
