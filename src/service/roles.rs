//! Roles that rules name and the site does not have: nobody gets them, nothing else suffers, and the owner hears of it.

use super::{Answer, Service};
use crate::directory::{AccountChange, FindRoles, RoleChange};
use crate::wordpress::roles;

impl Service {
    /// Leaves a role that the site does not have out of a change. A new account gets the default one instead.
    pub(super) async fn settle_role(&self, account: &mut AccountChange) -> Answer<()> {
        let Some(role) = account.role.take() else { return Ok(()) };
        let default = roles::default(&self.settings).filter(|_| account.user_id.is_none());
        let mut choices = vec![role];
        choices.extend(default.map(str::to_owned));
        let known = self.known_roles(choices.clone()).await?;
        account.role = choices.into_iter().find(|choice| known.contains(choice));
        Ok(())
    }

    /// Leaves out changes to roles that the site does not have.
    pub(super) async fn settle_roles(&self, mut changes: Vec<RoleChange>) -> Answer<Vec<RoleChange>> {
        let mut named: Vec<String> = changes.iter().map(|change| change.role.clone()).collect();
        named.sort_unstable();
        named.dedup();
        let known = self.known_roles(named).await?;
        changes.retain(|change| known.contains(&change.role));
        Ok(changes)
    }

    /// Those of some roles that the site has. The others are noted for the owner.
    pub(super) async fn known_roles(&self, roles: Vec<String>) -> Answer<Vec<String>> {
        if roles.is_empty() {
            return Ok(roles);
        }
        let find = FindRoles { roles };
        let known = self.directory.ask(&find).await?;
        for role in find.roles.iter().filter(|role| !known.contains(role)) {
            self.note_failure(format!(
                "This site has no role {role:?}, which the Rollbook settings give; whoever is due it was left without it. \
                 Choose another role on the Roles tab, or bring back the plugin that the role belongs to."
            ));
        }
        Ok(known)
    }

    /// Notes for the owner what the client is not told.
    fn note_failure(&self, text: String) {
        let mut note = self.note.borrow_mut();
        match &mut note.failure {
            Some(noted) if noted.contains(&text) => {}
            Some(noted) => {
                noted.push('\n');
                noted.push_str(&text);
            }
            None => note.failure = Some(text),
        }
    }
}
