//! Which roles and capabilities are out of an IdP's reach: those with rights over others or over the site.
//!
//! An account with such a right could in the end do everything. So no token may change the address of such an
//! account, and no rule may give such a role. The roles are computed from what the site's roles may do: a
//! list of names would not know the roles of other plugins. The owner may add a role, or take one out, by
//! name.
//!
//! Not among the rights, on purpose: `unfiltered_html` (editors have it on a single site: they are people of
//! the IdP, and the settings screen says what it means), `list_users` and `export` (they show, and
//! change nothing), `edit_theme_options` and `customize` (they change what the site looks like; HTML and CSS
//! that could hold a script need `unfiltered_html`), `edit_dashboard`.

use crate::host::site::Role;

/// The role that is always protected.
pub const ADMINISTRATOR: &str = "administrator";

/// What stands before a role that the owner has taken out.
pub(crate) const TAKEN_OUT: char = '-';

/// The capabilities that are rights over others or over the site: users and their roles, the site's options,
/// code of every kind, what can be uploaded or imported without a check, and the network.
pub const RIGHTS: [&str; 42] = [
    "add_users",
    "create_users",
    "delete_users",
    "edit_users",
    "promote_users",
    "remove_users",
    // Of the role editors Members and User Role Editor.
    "create_roles",
    "delete_roles",
    "edit_roles",
    "manage_roles",
    "ure_create_roles",
    "ure_delete_roles",
    "ure_edit_roles",
    "ure_manage_options",
    "manage_options",
    "delete_site",
    "activate_plugins",
    "delete_plugins",
    "edit_plugins",
    "install_plugins",
    "update_plugins",
    "upload_plugins",
    "delete_themes",
    "edit_themes",
    "install_themes",
    "switch_themes",
    "update_themes",
    "upload_themes",
    "edit_files",
    "unfiltered_upload",
    "update_core",
    // An import makes accounts and writes whatever a plugin imports.
    "import",
    "create_sites",
    "delete_sites",
    "manage_network",
    "manage_network_options",
    "manage_network_plugins",
    "manage_network_themes",
    "manage_network_users",
    "manage_sites",
    "setup_network",
    "upgrade_network",
];

/// Whether a capability is a right over others or over the site.
pub fn is_right(capability: &str) -> bool {
    RIGHTS.contains(&capability)
}

/// Whether a role is protected, where the owner has named these.
pub fn is_protected(role: &str, named: &[String], roles: &[Role]) -> bool {
    let is_named = |name: &str| named.iter().any(|named| named == name);
    let has_right = || {
        roles.iter().any(|known| known.name == role && known.capabilities.iter().any(|name| is_right(name)))
    };
    role == ADMINISTRATOR || is_named(role) || !is_named(&format!("{TAKEN_OUT}{role}")) && has_right()
}

/// The role that a name is about, whether it is added or taken out.
pub fn role_of(name: &str) -> &str {
    name.strip_prefix(TAKEN_OUT).unwrap_or(name)
}

/// The names that protect an account that has one: protected roles, and the capabilities that do so where an
/// account has them by itself.
pub fn names(named: &[String], roles: &[Role]) -> Vec<String> {
    let known = roles.iter().map(|role| role.name.as_str());
    let added = named.iter().map(String::as_str).filter(|name| !name.starts_with(TAKEN_OUT));
    let mut names: Vec<String> = [ADMINISTRATOR]
        .into_iter()
        .chain(added)
        .chain(known)
        .filter(|role| is_protected(role, named, roles))
        .chain(RIGHTS)
        .map(str::to_owned)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(name: &str, capabilities: &[&str]) -> Role {
        let capabilities = capabilities.iter().map(|name| (*name).to_owned()).collect();
        Role { name: name.to_owned(), capabilities }
    }

    fn named(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_role_is_protected_by_what_it_may_do() {
        let roles = [
            role("administrator", &["read"]),
            role("shop_manager", &["read", "edit_users"]),
            role("webmaster", &["manage_options"]),
            role("editor", &["unfiltered_html", "edit_others_posts", "export", "list_users"]),
        ];
        let is = |role: &str, names: &[&str]| is_protected(role, &named(names), &roles);
        assert!(is("administrator", &[]) && is("shop_manager", &[]) && is("webmaster", &[]));
        assert!(!is("editor", &[]) && !is("unknown", &[]));
        assert!(is("editor", &["editor"]) && is("unknown", &["unknown"]));
        assert!(!is("shop_manager", &["-shop_manager"]) && is("webmaster", &["-shop_manager"]));
        assert!(is("administrator", &["-administrator"]), "whatever is stored");

        let names = names(&named(&["editor", "-shop_manager"]), &roles);
        for name in ["administrator", "editor", "webmaster", "edit_users", "manage_options"] {
            assert!(names.iter().any(|found| found == name), "{name}");
        }
        assert!(!names.iter().any(|name| name == "shop_manager" || name == "-shop_manager"));
    }
}
