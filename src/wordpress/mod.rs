//! SCIM ⇄ WordPress: what a resource means for an account, and the other way round.

pub mod columns;
pub mod group;
pub mod language;
pub mod linking;
pub mod login;
pub mod network;
mod overlay;
pub mod password;
pub mod person;
pub mod predecessor;
pub mod roles;
pub mod sql;
