//! Cycles of Entra ID in memory, where the commands can be looked at.

use player::cycles::{changes_are_sent_once, second_cycle_is_quiet};
use player::memory::InMemory;

#[test]
fn a_second_cycle_over_two_hundred_people_sends_no_write() {
    let mut site = InMemory::new();
    second_cycle_is_quiet(&mut site, 200).unwrap_or_else(|problem| panic!("{problem}"));
    let last_creation = site.host.trace.iter().rposition(|command| command.name == "create_user").unwrap();
    let writes = ["update_user", "delete_user", "index_user", "register_accounts"];
    let written = site.host.trace[last_creation..].iter().find(|command| writes.contains(&command.name));
    assert_eq!(written, None, "nor does Rollbook write by itself");
}

#[test]
fn what_changed_is_sent_once() {
    changes_are_sent_once(&mut InMemory::new(), 22).unwrap_or_else(|problem| panic!("{problem}"));
}
