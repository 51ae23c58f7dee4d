//! SCIM ⇄ WordPress: what a resource means for an account, and the other way round.

pub mod account;
pub mod columns;
pub mod email;
pub mod group;
pub mod hint;
pub mod language;
pub mod linking;
pub mod login;
pub mod lookups;
pub mod network;
mod overlay;
pub mod password;
pub mod predecessor;
pub mod registration;
pub mod roles;
pub mod sql;
pub mod user;
