//! When the owner is told that the provisioning is in trouble, and that it is over.
//!
//! The plugin reports the last requests of the activity log and what was told before; [`decide`] says what is
//! to be told now. Each trouble is told once, and once more when it is over.

mod message;
pub mod signature;

use crate::host::site::SiteAddress;
use crate::settings::Settings;
use crate::settings::alerts::{Alerts, HOUR};
pub use message::{Message, message};
use serde::{Deserialize, Serialize};

/// How long a request counts as one of the last, in milliseconds: a day.
const RECENT: i64 = 24 * HOUR;

/// For how long no request may have been accepted before those with a token that has ended count, in
/// milliseconds. An IdP that has got the new token is not in trouble because something else goes on sending
/// the old one.
const NOTHING_ACCEPTED: i64 = HOUR;

const UNAUTHORIZED: u16 = 401;
const NOT_FOUND: u16 = 404;

/// What the plugin reports.
#[derive(Debug, Clone, Deserialize)]
pub struct Facts {
    /// Now, in milliseconds.
    pub now: i64,
    /// Where the site is, and where it was.
    pub address: SiteAddress,
    /// When a token was last accepted.
    pub accepted: Option<i64>,
    /// The last requests that had a valid token, the newest first.
    pub requests: Vec<Seen>,
    /// Requests that had no valid token, counted by day and reason, of today and the day before.
    pub refusals: Vec<Refused>,
}

/// A request, as the activity log has it.
#[derive(Debug, Clone, Deserialize)]
pub struct Seen {
    /// When, in milliseconds.
    pub time: i64,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// The status that it was answered with.
    pub status: u16,
    /// How it ended: `done`, `partly`, `refused`, `failed`.
    pub outcome: String,
}

/// Requests without a valid token.
#[derive(Debug, Clone, Deserialize)]
pub struct Refused {
    /// Why, in one word.
    pub reason: String,
    /// How many.
    pub times: u32,
    /// When the last one came.
    pub last_time: i64,
}

/// What was told and is not over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Requests fail repeatedly.
    pub failing: Option<Failing>,
    /// No more requests come.
    pub silent: Option<Silent>,
    /// Silence before this moment does not count: the owner had paused the provisioning.
    pub counted_from: Option<i64>,
}

/// Requests that fail repeatedly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failing {
    /// When the first of them came.
    pub since: i64,
    /// When the last one came.
    pub last: i64,
    /// Whether changes are among them. Reading that works does not end the trouble then.
    pub changes: bool,
}

/// No more requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silent {
    /// When the last one came.
    pub since: i64,
}

/// Something to tell the owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Alert {
    /// Requests fail repeatedly.
    Failing {
        /// When the first of them came.
        since: i64,
        /// How many have come.
        times: u32,
        /// The status that the last one was answered with.
        status: u16,
    },
    /// They work again.
    Working {
        /// When the trouble began.
        since: i64,
    },
    /// No more requests come.
    Silent {
        /// When the last one came.
        since: i64,
        /// After how many hours that is told.
        hours: u32,
    },
    /// They come again.
    Heard {
        /// When the last one before the silence came.
        since: i64,
    },
    /// The owner tries whether messages arrive.
    Test,
}

/// What is to be told, and what is remembered of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// To be stored, and given back the next time.
    pub state: State,
    /// To be told.
    pub alerts: Vec<Alert>,
}

/// Decides what is to be told.
pub fn decide(settings: &Settings, facts: &Facts, mut state: State) -> Decision {
    let wishes = &settings.alerts;
    if !wishes.are_wanted() {
        return Decision { state: State::default(), alerts: Vec::new() };
    }
    // A copy of the site is silent because the IdP speaks to the site itself.
    if facts.address.has_changed() {
        return Decision { state, alerts: Vec::new() };
    }
    let failing = failing(wishes, facts, &mut state);
    let silent = silent(settings, facts, &mut state);
    Decision { state, alerts: failing.into_iter().chain(silent).collect() }
}

fn failing(wishes: &Alerts, facts: &Facts, state: &mut State) -> Option<Alert> {
    if !wishes.failing {
        state.failing = None;
        return None;
    }
    let streak = Streak::of(facts);
    if let Some(open) = &mut state.failing {
        let has_worked = |seen: &Seen| {
            seen.time > open.last && seen.works() == Some(true) && (seen.is_change() || !open.changes)
        };
        if streak.times == 0 && facts.requests.iter().any(has_worked) {
            let since = open.since;
            state.failing = None;
            return Some(Alert::Working { since });
        }
        open.last = open.last.max(streak.last);
        open.changes |= streak.changes;
        return None;
    }
    let found =
        if streak.times >= wishes.failures { streak } else { Streak::of_ended_tokens(facts, wishes)? };
    state.failing = Some(Failing { since: found.since, last: found.last, changes: found.changes });
    Some(Alert::Failing { since: found.since, times: found.times, status: found.status })
}

fn silent(settings: &Settings, facts: &Facts, state: &mut State) -> Option<Alert> {
    let wishes = &settings.alerts;
    if !wishes.silent {
        state.silent = None;
    }
    if settings.paused || !wishes.silent {
        state.counted_from = Some(facts.now);
        return None;
    }
    let heard = facts.accepted.max(facts.requests.iter().map(|seen| seen.time).max())?;
    match &state.silent {
        Some(open) if heard > open.since => {
            let since = open.since;
            state.silent = None;
            Some(Alert::Heard { since })
        }
        Some(_) => None,
        None => {
            let from = heard.max(state.counted_from.unwrap_or(heard));
            (facts.now.saturating_sub(from) >= wishes.silence()).then(|| {
                state.silent = Some(Silent { since: heard });
                Alert::Silent { since: heard, hours: wishes.hours }
            })
        }
    }
}

/// The failures since something last worked.
#[derive(Default)]
struct Streak {
    times: u32,
    since: i64,
    last: i64,
    status: u16,
    changes: bool,
}

impl Streak {
    /// IdPs search before each change. So a search that works does not outweigh changes that fail; it ends
    /// only failures of reading.
    fn of(facts: &Facts) -> Self {
        let mut streak = Self::default();
        let mut reading_works = false;
        for seen in facts.requests.iter().take_while(|seen| facts.now - seen.time <= RECENT) {
            match (seen.works(), seen.is_change()) {
                (Some(true), true) => break,
                (Some(true), false) => reading_works = true,
                (Some(false), is_change) if is_change || !reading_works => {
                    if streak.times == 0 {
                        (streak.last, streak.status) = (seen.time, seen.status);
                    }
                    streak.times += 1;
                    streak.since = seen.time;
                    streak.changes |= is_change;
                }
                _ => {}
            }
        }
        streak
    }

    /// Requests with a token of this site that has ended, where no others are accepted. Requests with any
    /// other text for a token do not count: anybody can send those.
    fn of_ended_tokens(facts: &Facts, wishes: &Alerts) -> Option<Self> {
        let accepted = facts.accepted?;
        let ended =
            || facts.refusals.iter().filter(|refused| matches!(&*refused.reason, "expired" | "revoked"));
        let last = ended().map(|refused| refused.last_time).max()?;
        let times = ended().map(|refused| refused.times).fold(0, u32::saturating_add);
        let is_trouble = times >= wishes.failures
            && last > accepted.saturating_add(NOTHING_ACCEPTED)
            && facts.now - last <= RECENT;
        is_trouble.then_some(Self { times, since: accepted, last, status: UNAUTHORIZED, changes: false })
    }
}

impl Seen {
    /// Whether it did what it was to do. Nothing where that says nothing: IdPs ask for people who are gone.
    fn works(&self) -> Option<bool> {
        match (&*self.outcome, self.status) {
            ("done" | "partly", _) => Some(true),
            ("refused", NOT_FOUND) => None,
            ("refused" | "failed", _) => Some(false),
            _ => None,
        }
    }

    fn is_change(&self) -> bool {
        matches!(&*self.method, "POST" | "PUT" | "PATCH" | "DELETE") && !self.path.ends_with("/.search")
    }
}

#[cfg(test)]
mod tests;
