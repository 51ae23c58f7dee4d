//! Tests of the whole core without PHP, and of the house.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod batches;
mod conditions;
mod entra_cycles;
mod errors;
mod filters;
mod hostile;
mod in_memory;
mod limits;
mod linking;
mod lives;
mod mappings;
mod memory_host;
mod network;
mod passwords;
mod people;
mod regression;
mod roles;
mod site;
mod sorting_limit;
mod stubs;
mod tidy;
