//! Random lives in a WordPress in memory.

use crate::player::lives::lives_agree;
use crate::player::memory::InMemory;

#[test]
fn after_the_random_lives_of_two_hundred_people_everything_is_as_the_model_says() {
    lives_agree(&mut InMemory::new(), 200, 3_000).unwrap_or_else(|difference| panic!("{difference}"));
}
