//! Random lives in a WordPress in memory.

use player::lives::lives_agree;
use player::memory::InMemory;

#[test]
fn after_the_random_lives_of_two_hundred_people_everything_is_as_the_model_says() {
    lives_agree(&mut InMemory::new(), 200, 1_500).unwrap_or_else(|difference| panic!("{difference}"));
}
