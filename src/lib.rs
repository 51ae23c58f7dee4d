//! Rollbook: SCIM 2.0 user provisioning for WordPress.
//!
//! # Bird's eye view
//!
//! An identity provider (IdP) sends SCIM requests to a WordPress site. The PHP plugin hands each one, raw, to
//! this crate. The crate decides everything that SCIM is about and tells the plugin, one [command](host)
//! at a time, what to read from and write to WordPress; the plugin answers; at the end there is a response.
//! **Rust decides, PHP does.**
//!
//! ```text
//! IdP ── HTTP ──▶ php-plugin/includes/endpoint/class-endpoint.php ──▶ Exchange::open( request, settings )
//!                      ▲      │                                   │
//!                      │      └─ CommandTable::run( command ) ◀─ command()      until there is none
//!                      │                     └──────────────────▶ answer( … )
//!                      └───────────────────────────────────────── response()
//! ```
//!
//! Inside, each operation is a straight-line `async fn` in [`service`] whose `.await` points are the
//! commands; [`exchange`] polls it. A fatal error in another plugin's hook happens while PHP runs and no Rust
//! frame is on the stack.
//!
//! # Code map
//!
//! - [`exchange`]: the plumbing; one request, its commands and answers.
//! - [`http`]: the request and the response as values.
//! - [`host`]: commands and answers, the whole contract with WordPress.
//! - [`service`]: what each endpoint does; which person a name or address belongs to (`identity`), and which
//!   values wait (`waiting`); [`service::tasks`]: what the owner changes for all people at once.
//! - [`scim`]: the protocol's nouns, one a file: schema, path, filter, PATCH, resource, projection, sort,
//!   list, error.
//! - [`mapping`]: which attribute is stored where in WordPress, and how a value is written there and read
//!   back.
//! - [`protection`]: which roles and rights are out of an IdP's reach.
//! - [`wordpress`]: how a record becomes a resource (`user`, `group`), and what a changed resource changes in
//!   the account (`account`); addresses, logins, languages, roles, linking of accounts, networks of sites,
//!   filters as SQL, and what other plugins left.
//! - [`dialect`]: every tolerance for what IdPs send beyond the RFCs, with its source.
//! - [`secrecy`]: what a log or a screen must not show of what a client sends.
//! - [`token`], [`settings`]: bearer tokens; the settings document.
//! - [`alerts`]: when the owner is told that the provisioning is in trouble, and the signed message.
//! - [`panics`]: a fault of the core itself is answered with 500, and the next request is served.
//! - [`calls`]: what PHP asks of the core, as functions from values to values.
//! - `extension`: the PHP classes; behind the feature `extension`.
//! - [`engine`]: the same as lines of JSON, for sites whose PHP loads no extension; the program is
//!   `src/bin/rollbook-engine.rs`, the PHP that speaks to it `php-plugin/engine`.
//! - `memory`: a WordPress in memory for tests and benches; behind the feature `memory`, which only they
//!   switch on.
//!
//! # Invariants
//!
//! - Architecture invariant: only `extension` names ext-php-rs. Everything else builds and is tested without
//!   PHP.
//! - Architecture invariant: no I/O, no clock, no randomness. The time comes with the request and with
//!   answers, ids come with answers; only [`token`] asks the operating system for random bytes. The same
//!   request, settings and answers give the same commands and response, so a recorded exchange is a test.
//! - Architecture invariant: [`scim`] knows nothing of WordPress.
//! - Architecture invariant: no room imports one above it, so that there is no circle. The table stands in
//!   `tests/rollbook/tidy.rs`.
//! - Architecture invariant: no PHP file names a SCIM attribute or decides a status code, but for the fixed
//!   503 while this extension is missing.
//! - Architecture invariant: what a client sends is bounded by named constants: [`http::MAX_BODY`],
//!   [`scim::json::MAX_DEPTH`], [`scim::filter::MAX_FILTER_LENGTH`], [`scim::filter::MAX_DEPTH`],
//!   [`scim::path::MAX_PATH_LENGTH`], [`scim::patch::MAX_OPERATIONS`], [`scim::resource::MAX_ELEMENTS`],
//!   [`scim::resource::MAX_COMPARED`], [`scim::resource::MAX_SIZE`], [`scim::resource::MAX_ATTRIBUTE_SIZE`],
//!   [`scim::resource::MAX_PHOTOS_SIZE`], [`service::bulk::MAX_OPERATIONS`], [`scim::list::MAX_PAGE`],
//!   [`service::list::MAX_PAGE_SIZE`], [`service::list::MAX_SORTED`]; how deep groups lie in groups by
//!   [`host::MAX_NESTING`]; a part of a task by [`service::tasks::MAX_PART`].
//!
//! # Where building moved a wall
//!
//! - The endpoint answers at `wp_loaded` and not within the REST server (`rest_pre_dispatch`): the plugin
//!   recognises the address and puts the credentials aside when it is loaded. So no other plugin ever judges
//!   them, and the several milliseconds that the REST server takes to build are saved.
//! - Protected accounts are visible, read-only, where existing accounts are linked. If they were hidden, an
//!   IdP would get a 409 on POST and find nothing in a search, and a fresh site would list nobody to Okta's
//!   tests.
//! - People that WPO365 or miniOrange provisioned keep the SCIM id that those plugins gave, the number of the
//!   account ([`wordpress::predecessor`]): an IdP that only changes the address goes on with the ids that it
//!   knows. All other ids are UUIDs.
//! - In a network of sites, which share the accounts, each account has one owning site, whose IdP alone
//!   writes the account itself ([`wordpress::network`]). Otherwise two IdPs of one person would correct each
//!   other for ever.
//! - Where there are role rules, a change of a group increases the versions of the people whose groups it
//!   changes. Otherwise two simultaneous requests that change a person's groups, or the person and a group,
//!   could both miss a rule that needs both. In a batch of Bulk operations, which is one transaction,
//!   versions and roles change once, before its end: others see neither before.
//! - A person's row holds what the rules decided last. So a changed rule reaches each person with the next
//!   request about them, and a role given by hand since then can be told from one that a rule gave.
//! - Ids are made by the host and come back with the answer, so that the core needs no
//!   randomness.

pub mod alerts;
pub mod calls;
pub mod dialect;
pub mod engine;
pub mod exchange;
#[cfg(feature = "extension")]
mod extension;
pub mod host;
pub mod http;
pub mod mapping;
#[cfg(feature = "memory")]
pub mod memory;
pub mod panics;
pub mod protection;
pub mod scim;
pub mod secrecy;
pub mod service;
pub mod settings;
pub mod token;
pub mod wordpress;
