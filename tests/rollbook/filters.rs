//! Queries against a WordPress in memory.

use player::memory::InMemory;
use player::queries::queries_agree;

#[test]
fn random_queries_are_answered_as_the_resources_say() {
    queries_agree(&mut InMemory::new(), 60).unwrap_or_else(|difference| panic!("{difference}"));
}
