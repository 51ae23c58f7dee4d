//! Batches: operations in one transaction.

use super::MemoryHost;
use super::accounts::StoredAccount;
use super::groups::StoredGroup;
use super::losses::Losses;
use super::users::Person;
use crate::host::{
    BatchBegun, BatchReport, BatchState, BeginBatch, CheckBatch, EndBatch, NotePanic, Question,
};
use std::collections::BTreeMap;

/// The batch that is being carried out.
#[derive(Debug, Clone, Default)]
pub(super) struct Batch {
    before: Option<Rows>,
    lost: bool,
    lost_before: Option<usize>,
}

/// What a transaction brings back when it is undone. Numbers are not given out anew.
#[derive(Debug, Clone)]
struct Rows {
    accounts: BTreeMap<u64, StoredAccount>,
    people: BTreeMap<u64, Person>,
    groups: BTreeMap<u64, StoredGroup>,
    losses: Losses,
}

impl MemoryHost {
    /// Lets the transaction of a batch be undone before the command that comes after so many others of the
    /// batch: 0 is the first one. The command itself is carried out.
    pub fn lose_batch_before(&mut self, commands: usize) {
        self.batch.lost_before = Some(commands);
    }

    pub(super) fn begin_batch(&mut self, _: BeginBatch) -> Result<BatchBegun, String> {
        self.batch.lost = false;
        self.batch.before = Some(self.rows());
        Ok(BatchBegun { shared: true, now: self.tick() })
    }

    pub(super) fn check_batch(&mut self, _: CheckBatch) -> Result<BatchReport, String> {
        Ok(BatchReport { state: self.state(), now: self.tick() })
    }

    pub(super) fn note_panic(&mut self, _: NotePanic) -> Result<(), String> {
        self.undo_batch();
        Ok(())
    }

    pub(super) fn end_batch(&mut self, end: EndBatch) -> Result<BatchState, String> {
        if !end.keep {
            self.undo_batch();
            self.batch.lost = true;
        }
        let state = self.state();
        self.batch.before = None;
        self.batch.lost = false;
        Ok(state)
    }

    /// Undoes the batch where a test wants it.
    pub(super) fn lose_batch(&mut self, command: &str) {
        // What is done in a transaction can undo it; to ask about it cannot.
        if self.batch.before.is_none() || command == CheckBatch::NAME {
            return;
        }
        match self.batch.lost_before {
            Some(0) => {
                self.batch.lost_before = None;
                self.undo_batch();
                self.batch.lost = true;
            }
            Some(left) => self.batch.lost_before = Some(left - 1),
            None => {}
        }
    }

    /// A batch whose end fails leaves nothing behind.
    pub(super) fn fail_batch(&mut self, command: &str) {
        if command == EndBatch::NAME {
            self.undo_batch();
        }
    }

    /// Whether a batch is open.
    pub fn is_in_batch(&self) -> bool {
        self.batch.before.is_some()
    }

    /// The time goes on with each operation.
    fn tick(&mut self) -> i64 {
        self.clock += self.operation_takes;
        self.clock
    }

    fn undo_batch(&mut self) {
        if let Some(Rows { accounts, people, groups, losses }) = self.batch.before.take() {
            (self.accounts, self.people, self.groups, self.losses) = (accounts, people, groups, losses);
        }
    }

    fn rows(&self) -> Rows {
        Rows {
            accounts: self.accounts.clone(),
            people: self.people.clone(),
            groups: self.groups.clone(),
            losses: self.losses.clone(),
        }
    }

    fn state(&self) -> BatchState {
        if self.batch.lost { BatchState::Lost } else { BatchState::Kept }
    }
}
