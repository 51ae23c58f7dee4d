//! Many people over HTTP: the cycles of an identity provider, and random lives.

use super::SITE;
use player::Site;
use player::cycles::{changes_are_sent_once, second_cycle_is_quiet};
use player::http::OverHttp;
use player::lives::lives_agree;
use player::transcript::Transcript;
use std::sync::PoisonError;

#[test]
fn after_the_random_lives_of_two_hundred_people_wordpress_is_as_the_model_says() {
    on_the_site(|site| lives_agree(site, 200, 600));
}

#[test]
fn a_second_cycle_of_entra_over_two_hundred_people_sends_no_write() {
    on_the_site(|site| {
        site.prepare(&Transcript::empty("Entra cycles"))?;
        second_cycle_is_quiet(site, 200)
    });
}

#[test]
fn what_changed_in_entra_is_sent_once() {
    on_the_site(|site| {
        site.prepare(&Transcript::empty("Entra cycles"))?;
        changes_are_sent_once(site, 22)
    });
}

fn on_the_site(test: impl FnOnce(&mut OverHttp) -> Result<(), String>) {
    let mut site = SITE.lock().unwrap_or_else(PoisonError::into_inner);
    let site = site.get_or_insert_with(|| OverHttp::from_environment().unwrap());
    test(site).unwrap_or_else(|problem| panic!("{problem}"));
}
