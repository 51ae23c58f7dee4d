//! Rules that have changed, applied to everybody.

use super::{Entry, Part, Report, Verdict};
use crate::host::{FindUsers, Outcome, Reached, RoleChange, Selection, SetRoles, UserRecord};
use crate::service::{Answer, Event, MAX_ATTEMPTS, Reply, Service};
use crate::settings::NO_ROLE;
use crate::wordpress::{roles, user};
use serde_json::json;
use smol_str::SmolStr;

/// A person whose roles are to change, and the number of the rule that decides.
struct Due {
    record: UserRecord,
    change: RoleChange,
    rule: Option<usize>,
}

impl Due {
    fn entry(&self, verdict: Verdict) -> Entry {
        let (now, then) = (self.change.before.clone(), roles_of(&self.change));
        Entry { rule: self.rule, ..Entry::of(&self.record.account, verdict, now, then) }
    }
}

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
        let mut due: Vec<Due> = Vec::new();
        for record in people {
            let shown = user::resource(&record, &self.settings, &self.base);
            match roles::due(&record, &shown, &self.settings) {
                None => report.count(Verdict::Same),
                Some(_) if record.account.protected => report.count(Verdict::Protected),
                Some(change) => {
                    let rule = roles::deciding_rule(&shown, &self.settings).map(|(number, _)| number);
                    due.push(Due { record, change, rule });
                }
            }
        }
        let mut named: Vec<String> = due.iter().map(|due| due.change.role.clone()).collect();
        named.sort_unstable();
        named.dedup();
        let known = self.known_roles(named).await?;
        let (due, unknown): (Vec<_>, Vec<_>) =
            due.into_iter().partition(|due| known.contains(&due.change.role));
        for due in unknown {
            let then = vec![due.change.role.clone()];
            report.tell(Entry { then, ..due.entry(Verdict::NoSuchRole) });
        }
        if !part.apply || due.is_empty() {
            due.iter().for_each(|due| report.tell(due.entry(Verdict::Changes)));
            return Ok(Vec::new());
        }
        let set = SetRoles { roles: due.iter().map(|due| due.change.clone()).collect() };
        let results = self.host.ask(&set).await?;
        let mut stale = Vec::new();
        for due in due {
            let entry = |verdict| due.entry(verdict);
            let Due { record, change, .. } = &due;
            let result = results.iter().find(|result| result.user_id == change.user_id);
            match result.map(|result| &result.outcome) {
                Some(Outcome::Done { .. }) => {
                    self.note_role(change);
                    let told = entry(Verdict::Changed);
                    let login = &record.account.login;
                    let name = if login.is_empty() { &record.user_name } else { login };
                    self.add_change(format!("{name}: {} → {}", told.now.join(", "), told.then.join(", ")));
                    report.tell(told);
                    let RoleChange { user_id, role, before, .. } = due.change;
                    self.tell(Event::RoleChanged { user_id, role, before });
                }
                Some(Outcome::Stale) if !is_last_attempt => stale.push(record.id.clone()),
                Some(Outcome::Refused { message, .. }) => {
                    report.tell(Entry { reason: Some(message.clone()), ..entry(Verdict::Failed) });
                }
                // Gone, or changed by others again and again.
                _ => report.tell(entry(Verdict::Failed)),
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
