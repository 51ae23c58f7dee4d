//! How much a token may ask for within a minute.
//!
//! Ordinary requests are counted only where the owner has set a limit: to count one is a write, and most
//! requests read. A search that looks at many people one by one is counted always. The count ends with its
//! minute, so that an identity provider which is told to wait waits for a minute at most.

use super::Service;
use crate::host::{CountRequests, TokenRecord};
use crate::scim::error::{Error, Result};

/// The milliseconds of a minute.
pub(super) const MINUTE: i64 = 60_000;

/// So many people, looked at one by one, count as a request.
pub const PEOPLE_PER_REQUEST: u64 = 20;

/// So many members of groups, looked at one by one, count as a request: a member is far less than a person.
pub const MEMBERS_PER_REQUEST: u64 = 200;

/// So many requests a minute may searches count as, where the owner has set no limit: a million people, about
/// what one processor does within that time.
pub const SEARCHES_PER_MINUTE: u64 = 50_000;

/// What counts for less than so many requests beside itself is not written down, where there is no limit.
const WORTH_COUNTING: u64 = 25;

/// The name under which requests are counted that came too often with a valid token.
pub(super) const TOO_MANY: &str = "too_many";

impl Service {
    /// Notes that a request does so much beyond an ordinary one.
    pub(super) fn counts_for(&self, requests: u64) {
        self.demand.set(self.demand.get() + requests);
    }

    /// Counts a request as it comes in, where the owner has set a limit.
    ///
    /// # Errors
    /// 429 where the token has asked for too much within this minute.
    pub(super) async fn may_ask(&self, token: &TokenRecord) -> Result<()> {
        let most = match self.settings.requests_per_minute {
            0 => SEARCHES_PER_MINUTE,
            set => set.into(),
        };
        if token.minute == self.minute() && token.requests >= most {
            self.note.borrow_mut().refusal = Some(TOO_MANY);
            return Err(Error::new(
                429,
                "This token has asked for too much within a minute; nothing was done. Send the request again \
                 in a minute. The owner of the site sets the limit in WordPress under Settings → Rollbook → \
                 Advanced.",
            ));
        }
        if self.settings.requests_per_minute > 0 {
            self.count(token, 1).await;
        }
        Ok(())
    }

    /// Counts what the request did beyond an ordinary one.
    pub(super) async fn count_demand(&self, token: &TokenRecord) {
        let demand = self.demand.take();
        let least = if self.settings.requests_per_minute > 0 { 1 } else { WORTH_COUNTING };
        if demand >= least {
            self.count(token, demand).await;
        }
    }

    async fn count(&self, token: &TokenRecord, requests: u64) {
        let count = CountRequests { id: token.id, minute: self.minute(), requests };
        // Where the database does not count, the request is answered all the same.
        let _ = self.host.ask(&count).await;
    }

    fn minute(&self) -> i64 {
        self.now.div_euclid(MINUTE)
    }
}
