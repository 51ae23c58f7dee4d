//! How many people may lose something before the owner is asked.

use super::reader::SettingsReader;
use serde::Serialize;
use serde_json::Value;

/// The longest window: thirty days.
pub const MAX_HOURS: u32 = 720;

/// The most people that may lose something.
pub const MAX_PEOPLE: u32 = 1_000_000;

const HOUR: i64 = 60 * 60 * 1000;

/// How many people may be deleted, deactivated or lose a role within a window. Beyond that deletions are held
/// until the owner decides: most likely a filter in the IdP is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MassRemoval {
    /// Whether anybody counts.
    pub watch: bool,
    /// So many people in any case.
    pub people: u32,
    /// And so many of a hundred managed ones. The larger number holds.
    pub percent: u32,
    /// The length of the window.
    pub hours: u32,
}

impl Default for MassRemoval {
    fn default() -> Self {
        Self { watch: true, people: 50, percent: 10, hours: 24 }
    }
}

impl MassRemoval {
    /// The length of the window in milliseconds.
    pub fn window(self) -> i64 {
        i64::from(self.hours) * HOUR
    }

    /// How many people may lose something where so many are managed.
    pub fn limit(self, managed: u64) -> u64 {
        u64::from(self.people).max(managed.saturating_mul(u64::from(self.percent)) / 100)
    }
}

impl SettingsReader {
    /// An absent member means its default.
    pub(super) fn mass_removal(&mut self, place: &str, value: &Value, into: &mut MassRemoval) {
        let Some(map) = self.object(place, value, &["watch", "people", "percent", "hours"]) else { return };
        if let Some(watch) = map.get("watch") {
            self.read(&format!("{place}.watch"), watch, &mut into.watch);
        }
        let numbers = [
            ("people", &mut into.people, 0..=MAX_PEOPLE),
            ("percent", &mut into.percent, 0..=100),
            ("hours", &mut into.hours, 1..=MAX_HOURS),
        ];
        for (key, number, possible) in numbers {
            if let Some(value) = map.get(key) {
                self.whole_number(&format!("{place}.{key}"), value, possible, number);
            }
        }
    }
}
