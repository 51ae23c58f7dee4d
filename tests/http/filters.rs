//! Random queries against a real database.

use super::SITE;
use player::http::OverHttp;
use player::queries::queries_agree;
use std::sync::PoisonError;

/// What the random queries compare and no column answers.
const INDEXED: [&str; 7] = [
    "title",
    "name.familyName",
    "emails.type",
    "externalId",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    "urn:acme:params:scim:schemas:2.0:Staff:badge",
    "urn:acme:params:scim:schemas:2.0:Staff:remote",
];

#[test]
fn the_database_and_rust_agree_on_random_queries() {
    let mut site = SITE.lock().unwrap_or_else(PoisonError::into_inner);
    let site = site.get_or_insert_with(|| OverHttp::from_environment().unwrap());
    queries_agree(site, 300).unwrap_or_else(|difference| panic!("{difference}"));
}

#[test]
fn they_agree_where_every_attribute_has_an_index() {
    let mut site = SITE.lock().unwrap_or_else(PoisonError::into_inner);
    let site = site.get_or_insert_with(|| OverHttp::from_environment().unwrap());
    site.indexes = INDEXED.map(str::to_owned).to_vec();
    let agreed = queries_agree(site, 300);
    site.indexes.clear();
    agreed.unwrap_or_else(|difference| panic!("{difference}"));
}
