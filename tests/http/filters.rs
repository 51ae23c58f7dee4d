//! Random queries against a real database.

use super::SITE;
use player::http::OverHttp;
use player::queries::queries_agree;
use std::sync::PoisonError;

#[test]
fn the_database_and_rust_agree_on_random_queries() {
    let mut site = SITE.lock().unwrap_or_else(PoisonError::into_inner);
    let site = site.get_or_insert_with(|| OverHttp::from_environment().unwrap());
    queries_agree(site, 300).unwrap_or_else(|difference| panic!("{difference}"));
}
