//! Rules that have changed, applied to everybody.

use super::{Entry, Part, Report, Verdict};
use crate::host::{FindUsers, Outcome, Reached, RoleChange, Selection, SetRoles, UserRecord};
use crate::service::{Answer, Event, MAX_ATTEMPTS, Reply, Service};
use crate::settings::NO_ROLE;
use crate::wordpress::{roles, user};
use serde_json::json;
use smol_str::SmolStr;

impl Service {
    /// Goes through managed people and gives each the role that is due.
    pub(super) async fn review_roles(&self, part: Part) -> Answer {
        let targets = user::targets(&self.settings);
        let selection = Selection {
            after_row: (part.after > 0).then_some(part.after),
            limit: part.limit(),
            count: part.after == 0,
            exact: true,
            ..Selection::default()
        };
        let find = FindUsers { selection, unmanaged: false, targets };
        let found = self.host.ask(&find).await?;
        let told = || {
            let rows = found.users.len() as u64;
            Reached::told_by(rows, found.users.last().map(|record| record.row), part.limit())
        };
        let reached = found.reached.unwrap_or_else(told);
        let next = reached.last.filter(|_| reached.more);
        let mut report = Report { next, total: found.total, ..Report::default() };
        let mut people = found.users;
        for attempt in 1..=MAX_ATTEMPTS {
            let stale = self.review(people, part, attempt == MAX_ATTEMPTS, &mut report).await?;
            if stale.is_empty() {
                break;
            }
            people = self.load_users(stale).await?;
        }
        Ok(Reply::json(200, json!(report)))
    }

    /// Reviews some people. Returns the ids of those that another request has changed meanwhile: they have to
    /// be decided anew.
    async fn review(
        &self,
        people: Vec<UserRecord>,
        part: Part,
        is_last_attempt: bool,
        report: &mut Report,
    ) -> Answer<Vec<SmolStr>> {
        let mut due: Vec<(UserRecord, RoleChange)> = Vec::new();
        for record in people {
            let shown = user::resource(&record, &self.settings, &self.base);
            match roles::due(&record, &shown, &self.settings) {
                None => report.count(Verdict::Same),
                Some(_) if record.account.protected => report.count(Verdict::Protected),
                Some(change) => due.push((record, change)),
            }
        }
        let mut named: Vec<String> = due.iter().map(|(_, change)| change.role.clone()).collect();
        named.sort_unstable();
        named.dedup();
        let known = self.known_roles(named).await?;
        let (due, unknown): (Vec<_>, Vec<_>) =
            due.into_iter().partition(|(_, change)| known.contains(&change.role));
        for (record, change) in unknown {
            let then = vec![change.role];
            report.tell(Entry::of(&record.account, Verdict::NoSuchRole, change.before, then));
        }
        if !part.apply || due.is_empty() {
            for (record, change) in due {
                let then = roles_of(&change);
                report.tell(Entry::of(&record.account, Verdict::Changes, change.before, then));
            }
            return Ok(Vec::new());
        }
        let set = SetRoles { roles: due.iter().map(|(_, change)| change.clone()).collect() };
        let results = self.host.ask(&set).await?;
        let mut stale = Vec::new();
        for (record, change) in due {
            let result = results.iter().find(|result| result.user_id == change.user_id);
            let (now, then) = (change.before.clone(), roles_of(&change));
            let account = &record.account;
            match result.map(|result| &result.outcome) {
                Some(Outcome::Done { .. }) => {
                    self.note_role(&change, Some((&record.id, &record.user_name)));
                    let RoleChange { user_id, role, before, .. } = change;
                    let name = if account.login.is_empty() { &record.user_name } else { &account.login };
                    self.add_change(format!("{name}: {} → {}", now.join(", "), then.join(", ")));
                    self.tell(Event::RoleChanged { user_id, role, before });
                    report.tell(Entry::of(account, Verdict::Changed, now, then));
                }
                Some(Outcome::Stale) if !is_last_attempt => stale.push(record.id),
                Some(Outcome::Refused { message, .. }) => {
                    let entry = Entry::of(account, Verdict::Failed, now, then);
                    report.tell(Entry { reason: Some(message.clone()), ..entry });
                }
                // Gone, or changed by others again and again.
                _ => report.tell(Entry::of(account, Verdict::Failed, now, then)),
            }
        }
        Ok(stale)
    }

    /// Notes for the log that something was done, and adds it to what was.
    pub(super) fn add_change(&self, change: String) {
        let mut note = self.note.borrow_mut();
        note.action = Some("updated");
        note.changes.push(change);
    }
}

fn roles_of(change: &RoleChange) -> Vec<String> {
    std::iter::once(&change.role)
        .chain(&change.other_roles)
        .filter(|role| *role != NO_ROLE)
        .cloned()
        .collect()
}
