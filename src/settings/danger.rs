//! What an owner is asked before settings are saved: what cannot be undone, lets somebody in, or shuts the
//! identity provider out.

use super::problem::{Sentence, SettingsProblem, Word};
use super::{Deletion, Settings, texts};
use crate::host::AccountDisposal;

impl Settings {
    /// What becomes dangerous on the site when these settings are saved in the place of the settings
    /// `before`; each with the place in the document and what follows. What was so before is not asked again.
    pub fn dangers(&self, before: &Self) -> Vec<SettingsProblem> {
        let mut dangers = Vec::new();
        if self.deletion.destroys_content() && !before.deletion.destroys_content() {
            dangers.push(SettingsProblem::new("deletion.policy", texts::CONTENT_DESTROYED));
        }
        let opened = self.site.roles.iter().map(|role| &role.name);
        let opened = opened.filter(|role| before.is_protected(role) && !self.is_protected(role));
        dangers.extend(opened.map(|role| {
            let sentence = Sentence::new(texts::ROLE_OPENED, [Word::plain(role)]);
            SettingsProblem::new("protected_roles", sentence)
        }));
        if let Some(last) = self.site.last_address.as_deref()
            && before.admits(last)
            && !self.admits(last)
        {
            let sentence = Sentence::new(texts::NETWORK_LEFT_OUT, [Word::plain(last)]);
            dangers.push(SettingsProblem::new("allowed_networks", sentence));
        }
        dangers
    }
}

impl Deletion {
    /// Whether what a deleted person has written goes with the account.
    fn destroys_content(&self) -> bool {
        self.disposal != AccountDisposal::Deactivate && self.reassign_to.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::site::{Role, Site};
    use serde_json::{Value, json};

    fn asked(before: &Value, after: &Value) -> Vec<String> {
        let role = |name: &str, capabilities: &[&str]| Role {
            name: name.to_owned(),
            capabilities: capabilities.iter().map(|name| (*name).to_owned()).collect(),
        };
        let site = Site {
            roles: vec![role("shop_manager", &["edit_users"]), role("editor", &[])],
            last_address: Some("203.0.113.9".to_owned()),
            ..Site::default()
        };
        let settings =
            |document: &Value| Settings::parse(document.as_object().unwrap()).unwrap().on(site.clone());
        let dangers = settings(after).dangers(&settings(before));
        dangers.into_iter().map(|danger| format!("{}: {}", danger.place, danger.reason)).collect()
    }

    #[test]
    fn what_deletes_content_is_asked_once() {
        let policy = |policy: &str| json!({ "deletion": { "policy": policy, "reassign_to": null } });
        let given = json!({ "deletion": { "policy": "reassign", "reassign_to": "archive" } });
        for before in [json!({}), policy("deactivate"), given.clone()] {
            let asked = asked(&before, &policy("delete"));
            assert_eq!(asked.len(), 1, "{before}");
            assert!(asked[0].starts_with("deletion.policy: ") && asked[0].contains("cannot be undone"));
        }
        assert!(asked(&policy("delete"), &policy("delete")).is_empty());
        assert!(asked(&json!({}), &given).is_empty());
    }

    #[test]
    fn a_role_that_is_no_longer_protected_is_named() {
        let roles = |names: &[&str]| json!({ "protected_roles": names });
        assert!(asked(&json!({}), &roles(&["-shop_manager"]))[0].contains("“shop_manager”"));
        assert!(asked(&roles(&["editor"]), &json!({}))[0].contains("“editor”"));
        assert_eq!(asked(&roles(&["editor"]), &roles(&["-shop_manager"])).len(), 2);
        assert!(asked(&roles(&["-shop_manager"]), &roles(&["editor"])).is_empty());
        assert!(asked(&roles(&["-shop_manager"]), &roles(&["-shop_manager"])).is_empty());
    }

    #[test]
    fn networks_that_leave_the_last_request_out_are_asked_about() {
        let networks = |list: &[&str]| json!({ "allowed_networks": list });
        assert!(asked(&json!({}), &networks(&["10.0.0.0/8"]))[0].contains("203.0.113.9"));
        assert!(asked(&networks(&["203.0.113.0/24"]), &networks(&["203.0.113.0/30"])).len() == 1);
        assert!(asked(&json!({}), &networks(&["203.0.113.0/24"])).is_empty());
        assert!(asked(&networks(&["10.0.0.0/8"]), &networks(&["10.0.0.0/16"])).is_empty(), "out before");
    }
}
