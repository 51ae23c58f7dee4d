//! Who gets the content of people who leave.

use super::{Answer, Service};
use crate::directory::{FindHeir, UserRecord};
use crate::scim::error::Error;
use crate::settings::heir;

impl Service {
    /// Sees to it that the content of somebody who leaves gets to a person who is there to look after it.
    ///
    /// # Errors
    /// 409 where the one whom the owner has named cannot have it. The person is not deleted then: its content
    /// would be lost, or nobody's.
    pub(super) async fn check_heir(&self, leaving: &UserRecord, login: &str) -> Answer<()> {
        let heir = self.directory.ask(&FindHeir { login: login.to_owned() }).await?;
        let is_leaving = heir.as_ref().is_some_and(|heir| heir.user_id == leaving.account.user_id);
        let reason = match heir::problem(heir.as_ref()) {
            _ if is_leaving => "is the one to be deleted",
            Some(reason) => reason,
            None => return Ok(()),
        };
        let detail = format!(
            "The person was not deleted: the content of {:?} would go to the WordPress account {login:?}, which {reason}. Name \
             another account under \"Content goes to\" in the Rollbook settings.",
            leaving.user_name
        );
        Err(Error::new(409, detail).into())
    }
}
