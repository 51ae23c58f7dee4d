//! Every tolerance for what an identity provider (IdP) sends beyond the RFC: its name, who sends it, where
//! that is documented, and how it is read.
//!
//! The code that reads a request [notes](Dialects::note) the tolerances that it needed. The activity log
//! shows them, so an owner who asks why a value looks as it does finds the answer. What RFC 7643 and 7644
//! allow anyway (names in any case, null for nothing, read-only attributes in a PUT) is no dialect and is not
//! listed.

/// What is known of a tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The name under which the activity log shows it.
    pub name: &'static str,
    /// Who sends it.
    pub idp: &'static str,
    /// Where that can be looked up: an issue or pull request on GitHub, a repository, a documentation page.
    pub source: &'static str,
    /// What is sent and how it is read.
    pub reads: &'static str,
}

macro_rules! dialects {
    ($($dialect:ident { $name:literal, $idp:literal, $source:literal, $reads:literal })*) => {
        /// A tolerance.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Dialect {
            $(#[doc = $reads] $dialect,)*
        }

        impl Dialect {
            /// Every tolerance.
            pub const ALL: &'static [Self] = &[$(Self::$dialect),*];

            /// What is known of it.
            pub const fn entry(self) -> Entry {
                match self {
                    $(Self::$dialect => Entry { name: $name, idp: $idp, source: $source, reads: $reads },)*
                }
            }
        }
    };
}

dialects! {
    BooleanText {
        "boolean-text", "Entra ID", "MicrosoftDocs/entra-docs app-provisioning/known-issues.md",
        "`\"active\": \"False\"`: a boolean in quotes, in any case."
    }
    BooleanNumber {
        "boolean-number", "OneLogin", "developers.onelogin.com/scim/create-app",
        "`\"active\": 1`: a boolean as 1 or 0, which the template of an administrator yields."
    }
    NumberForText {
        "number-for-text", "OneLogin", "developers.onelogin.com/scim/create-app",
        "`\"employeeNumber\": 42`: a number or boolean where text belongs is its text."
    }
    TextForNumber {
        "text-for-number", "OneLogin", "developers.onelogin.com/scim/create-app",
        "`\"42\"`: a number in quotes."
    }
    EmptyText {
        "empty-text", "Entra ID, OneLogin", "pranems/SCIMServer docs/PATCH_NULL_HANDLING",
        "`\"title\": \"\"`: the empty string takes the value away, as null does."
    }
    OneElementArray {
        "one-element-array", "Entra ID", "simstudioai/sim#7567",
        "`\"userName\": [\"x\"]`: the only element of an array where a single value belongs."
    }
    SingleForList {
        "single-for-list", "OneLogin", "15five/django-scim2 adapters.py",
        "`\"emails\": {\"value\": \"x\"}`: one object or text where a list belongs is its only element."
    }
    TextForObject {
        "text-for-object", "Entra ID, WSO2", "MicrosoftDocs/azure-docs#73842, wso2/product-is#21040",
        "`\"manager\": \"id\"`, `\"emails\": [\"x\"]`, `\"members\": [\"id\"]`: text where an object belongs is its `value`."
    }
    ObjectForText {
        "object-for-text", "Entra ID", "jelhub/scimgateway lib/utils-scim.ts",
        "`\"userName\": {\"value\": \"x\"}`: the `value` of an object where text belongs."
    }
    JsonInText {
        "json-in-text", "Entra ID", "MicrosoftDocs/entra-docs app-provisioning/customize-application-attributes.md",
        "`\"name\": \"{\\\"givenName\\\": \\\"J\\\"}\"`: an object or array as a string of JSON."
    }
    AppRole {
        "app-role", "Entra ID", "MicrosoftDocs/entra-docs app-provisioning/customize-application-attributes.md",
        "`{\"value\": \"{\\\"id\\\": …, \\\"value\\\": \\\"Admin\\\"}\"}`: kept as sent; filters and role rules see the inner value."
    }
    ManagerId {
        "manager-id", "OneLogin", "scim.dev",
        "`managerId` and `manager.managerId` are `manager.value`."
    }
    DottedKey {
        "dotted-key", "Entra ID", "MicrosoftDocs/entra-docs app-provisioning/known-issues.md",
        "`{\"name.givenName\": \"J\"}`: a path as a member's name."
    }
    UrnKey {
        "urn-key", "Entra ID", "pond/scimitar#123, pond/scimitar#116",
        "`{\"urn:…:User:department\": \"x\"}`: a URN and an attribute as a member's name."
    }
    FilterKey {
        "filter-key", "Entra ID", "pond/scimitar#123",
        "`{\"emails[type eq \\\"work\\\"].value\": \"x\"}`: a path with value filter as a member's name."
    }
    UrnDot {
        "urn-dot", "Entra ID", "AzureAD/SCIMReferenceCode Postman collection",
        "`urn:…:User.manager`: a dot where the colon before the attribute belongs."
    }
    BareExtensionAttribute {
        "bare-extension-attribute", "Entra ID", "AzureAD/SCIMReferenceCode Postman collection",
        "`department`: an attribute of an extension without its URN."
    }
    LegacyUrn {
        "legacy-urn", "OneLogin", "goauthentik/authentik#11249",
        "`urn:scim:schemas:core:1.0`, `urn:scim:schemas:extension:enterprise:2.0`: the URNs of SCIM 1.1 and of drafts."
    }
    MissingSchemas {
        "missing-schemas", "authentik", "Infisical/infisical#6552",
        "A resource without `schemas`."
    }
    UnknownSchemas {
        "unknown-schemas", "Entra ID", "MicrosoftDocs/entra-docs use-scim-to-provision-users-and-groups.md",
        "A URN in `schemas` that no schema has, such as Microsoft's ADSCIM Group; the resource's own are worked out."
    }
    UnlistedExtension {
        "unlisted-extension", "Entra ID", "MicrosoftDocs/entra-docs use-scim-to-provision-users-and-groups.md",
        "Values under a URN that `schemas` does not name."
    }
    UnknownExtension {
        "unknown-extension", "Entra ID, WSO2", "wso2/product-is#21040",
        "Values under a URN of which no schema is known: kept as sent."
    }
    UnknownAttribute {
        "unknown-attribute", "Entra ID", "AzureAD/SCIMReferenceCode Postman collection",
        "A name that no schema has, without URN: ignored."
    }
    SeveralPrimary {
        "several-primary", "any", "RFC 7643 §2.4",
        "More than one element with `primary`: true: the first one is it."
    }
    DuplicateElement {
        "duplicate-element", "Okta", "simpleidserver/SimpleIdServer#247",
        "Two elements of the same type and value are one."
    }
    OperationCase {
        "operation-case", "Entra ID", "ory/polis#4070",
        "`\"op\": \"Add\"`: an operation in any case."
    }
    MemberNameCase {
        "member-name-case", "Entra ID", "AzureAD/SCIMReferenceCode Postman collection",
        "`\"operations\"`, `\"Path\"`: the members of a PATCH message in any case."
    }
    MissingMessageSchema {
        "missing-message-schema", "Entra ID", "ory/polis directory-sync tests",
        "A PATCH message without `schemas`, or with a URN that nobody knows."
    }
    ExtraMember {
        "extra-member", "Entra ID", "AzureAD/SCIMReferenceCode Postman collection",
        "`\"name\": \"addMember\"`, `\"id\"`: members of a PATCH message that the RFC does not know are ignored."
    }
    ReadOnlyInValue {
        "read-only-in-value", "Okta, authentik", "okta/okta-developer-docs reference/scim, goauthentik/authentik#23950",
        "`{\"op\": \"replace\", \"value\": {\"id\": …, \"displayName\": …}}`: what is read-only there is ignored."
    }
    NullValue {
        "null-value", "Keycloak extensions", "mitodl/keycloak-scim",
        "`{\"op\": \"replace\", \"value\": null}` takes the value away."
    }
    AddCreatesElement {
        "add-creates-element", "Entra ID", "Captain-P-Goldfish/SCIM-SDK#416",
        "`add` with a value filter that selects nothing creates the element; several operations share it."
    }
    ReplaceCreatesElement {
        "replace-creates-element", "Entra ID", "better-auth/better-auth#10682",
        "`replace` with `[type eq \"work\"]` or `[primary eq true]` that selects nothing creates the element."
    }
    RemoveValues {
        "remove-values", "Entra ID, JumpCloud", "segmentio/segment-docs#6726",
        "`{\"op\": \"Remove\", \"path\": \"members\", \"value\": […]}` removes these and no others."
    }
    ListSubAttribute {
        "list-sub-attribute", "Entra ID", "sourcegraph/sourcegraph#48430, Metatavu/keycloak-scim-server#40",
        "`emails.value` without value filter: of the primary element, or the first."
    }
    UnquotedLiteral {
        "unquoted-literal", "authentik, Entra ID", "goauthentik/authentik#16678",
        "`userName eq jdoe`: text without quotes in a filter."
    }
    BooleanLiteral {
        "boolean-literal", "Entra ID", "pingidentity/scim2#239",
        "`primary eq \"True\"`: a boolean in quotes in a filter."
    }
    ComparedBehindBrackets {
        "compared-behind-brackets", "Entra ID", "MicrosoftDocs/entra-docs use-scim-to-provision-users-and-groups.md",
        "`emails[type eq \"work\"].value eq \"x\"`: a comparison behind a value filter."
    }
    ComparedList {
        "compared-list", "PingOne, Entra ID", "docs.pingidentity.com",
        "`emails eq \"x\"`, `manager eq \"x\"`: an object compared stands for its `value`."
    }
    FilterInAttributes {
        "filter-in-attributes", "Entra ID", "AzureAD/SCIMReferenceCode Postman collection",
        "`attributes=emails[type eq \"work\"]`: only the elements that the value filter selects."
    }
}

impl Dialect {
    /// The name under which the activity log shows it.
    pub const fn name(self) -> &'static str {
        self.entry().name
    }
}

/// The tolerances that one request needed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dialects(u64);

impl Dialects {
    /// Remembers that a tolerance was needed.
    pub fn note(&mut self, dialect: Dialect) {
        self.0 |= bit(dialect);
    }

    /// Remembers what another part of the request needed.
    pub fn merge(&mut self, others: Self) {
        self.0 |= others.0;
    }

    /// Notes the tolerances that `attributes` or `excludedAttributes` needed.
    pub fn note_attributes(&mut self, text: &str) {
        if text.contains('[') {
            self.note(Dialect::FilterInAttributes);
        }
    }

    /// Whether a tolerance was needed.
    pub const fn contains(self, dialect: Dialect) -> bool {
        self.0 & bit(dialect) != 0
    }

    /// Whether none was needed.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The tolerances that were needed, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Dialect> {
        Dialect::ALL.iter().copied().filter(move |&dialect| self.contains(dialect))
    }

    /// Their names.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.iter().map(Dialect::name)
    }
}

const _: () = assert!(Dialect::ALL.len() <= u64::BITS as usize);

const fn bit(dialect: Dialect) -> u64 {
    1 << dialect as u64
}

#[cfg(test)]
mod tests;
