//! What people lost, and what the owner decides about it.

use super::MemoryHost;
use crate::host::{
    DecidedLoss, Decision, FindLosses, ListDecidedLosses, Loss, LossKind, NoteLosses, RecentLosses,
    ReopenLosses, SettleLosses,
};
use crate::service::Alarm;
use std::collections::BTreeSet;

/// When the owner was told of too many losses, where a decision that failed opened the alarm and no loss did.
const LONG_AGO: i64 = 0;

/// The losses so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Losses {
    rows: Vec<Row>,
    let_go: Option<i64>,
    told: Option<i64>,
}

#[derive(Debug, Clone)]
struct Row {
    number: u64,
    loss: Loss,
    time: i64,
    decision: Option<Decision>,
    settled: bool,
}

impl MemoryHost {
    /// What the owner decides about all losses that are not decided about.
    pub fn decide_losses(&mut self, decision: Decision, now: i64) {
        self.losses.told = None;
        if decision == Decision::LetGo {
            self.losses.let_go = Some(now);
        }
        for row in self.losses.rows.iter_mut().filter(|row| row.decision.is_none()) {
            row.decision = Some(decision);
        }
    }

    /// When the owner was last told of losses that are not decided about.
    pub fn told_of_losses(&self) -> Option<i64> {
        self.losses.told
    }

    /// Whether a person's account is kept for a deletion that waits.
    pub fn held(&self) -> BTreeSet<String> {
        let held = self.losses.rows.iter().filter(|row| row.loss.held && !row.settled);
        held.map(|row| row.loss.user_name.clone()).collect()
    }

    pub(super) fn raise(&mut self, _: &Alarm, now: i64) {
        self.losses.told = Some(now);
    }

    pub(super) fn find_losses(&mut self, find: FindLosses) -> Result<RecentLosses, String> {
        let recent = self.losses.rows.iter().filter(|row| row.time > find.since && row.decision.is_none());
        let recent: Vec<&Loss> = recent.map(|row| &row.loss).collect();
        let accounts = |wanted: &dyn Fn(&Loss) -> bool| -> u64 {
            let accounts: BTreeSet<u64> =
                recent.iter().filter(|loss| wanted(loss)).map(|loss| loss.user_id).collect();
            accounts.len() as u64
        };
        let people = accounts(&|loss| !find.besides.contains(&loss.user_id));
        let living = self.people.values().filter(|person| person.managed && !person.is_deleted()).count();
        let managed = living as u64 + accounts(&|loss| loss.kind == LossKind::Deleted);
        let told = self.losses.told.is_some_and(|time| time > find.since);
        Ok(RecentLosses {
            people: (!told).then_some(people),
            managed: (!told && people >= find.at_least).then_some(managed),
            let_go: self.losses.let_go,
        })
    }

    pub(super) fn note_losses(&mut self, note: NoteLosses) -> Result<(), String> {
        for loss in note.losses {
            let number = self.number();
            self.losses.rows.push(Row { number, loss, time: note.now, decision: None, settled: false });
        }
        Ok(())
    }

    pub(super) fn list_decided_losses(
        &mut self,
        list: ListDecidedLosses,
    ) -> Result<Vec<DecidedLoss>, String> {
        let decided = self.losses.rows.iter().rev().filter(|row| !row.settled);
        let decided = decided.filter_map(|row| Some((row, row.decision?)));
        let limit = usize::try_from(list.limit).unwrap_or(usize::MAX);
        let told = decided.take(limit).map(|(row, decision)| {
            let person = self.people.iter().find(|(_, person)| person.user_id == row.loss.user_id);
            let record = person.map(|(number, person)| self.record(*number, person, &list.targets));
            let (number, loss) = (row.number, row.loss.clone());
            Ok(DecidedLoss { number, loss, decision, record: record.transpose()? })
        });
        told.collect()
    }

    pub(super) fn settle_losses(&mut self, settle: SettleLosses) -> Result<(), String> {
        for row in self.losses.rows.iter_mut().filter(|row| settle.numbers.contains(&row.number)) {
            row.settled = true;
        }
        Ok(())
    }

    pub(super) fn reopen_losses(&mut self, reopen: ReopenLosses) -> Result<(), String> {
        let unsettled = self.losses.rows.iter_mut().filter(|row| !row.settled);
        for row in unsettled.filter(|row| row.loss.user_id == reopen.user_id) {
            row.decision = None;
        }
        self.losses.told.get_or_insert(LONG_AGO);
        Ok(())
    }
}
