//! The values that people are matched by, which an index answers.

use super::columns::{LOOKUP_LENGTH, folded};
use super::email::waiting_email;
use crate::host::{IndexedAttribute, Lookup, Site, UserRecord};
use crate::mapping::Mapping;
use crate::mapping::value::Kind;
use crate::scim::path::{AttributeName, AttributePath, PatchPath};
use crate::scim::resource::Resource;
use crate::scim::schema::{AttributeType, ResourceSchemas, ResourceType, Returned};
use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The attributes of a person that have an index, as [`crate::host::Lookup::path`] names them.
pub const LOOKUP_PATHS: [&str; 3] = ["emails.value", "displayName", "employeeNumber"];

/// The [`crate::host::Lookup::path`] of somebody whose `emails` all lack a value: present they are (RFC
/// 7644 Table 3).
pub const WITHOUT_VALUE: &str = "emails";

/// The longest [`crate::host::Lookup::path`], in bytes.
const MAX_KEY: usize = 100;

/// The [`crate::host::Lookup::path`] of an attribute that is indexed because somebody has filtered by it.
pub fn index_key(path: &AttributePath, schemas: &ResourceSchemas) -> String {
    let key = format!("={}", compared_path(path, schemas).to_string().to_lowercase());
    match key.len() <= MAX_KEY {
        true => key,
        false => format!("#{}", HEXLOWER.encode(&Sha256::digest(key.as_bytes()))),
    }
}

/// The path as the schemas write it; of a list of elements that of their values.
pub fn compared_path(path: &AttributePath, schemas: &ResourceSchemas) -> AttributePath {
    let mut canonical = schemas.canonical(path);
    let is_complex =
        schemas.attribute(path).is_some_and(|attribute| attribute.type_ == AttributeType::Complex);
    if canonical.sub.is_none() && is_complex {
        canonical.sub = AttributeName::new("value");
    }
    canonical
}

/// Those of the indexed attributes that are as the condition wants them, as [`index_key`] names them.
pub fn index_keys(site: &Site, wanted: impl Fn(&IndexedAttribute) -> bool) -> Vec<String> {
    let indexed = site.indexed.iter().filter(|indexed| wanted(indexed));
    let paths = indexed.filter_map(|indexed| indexed.path.parse().ok());
    paths.map(|path| index_key(&path, ResourceType::User.schemas())).collect()
}

/// A column of WordPress's list of users that an index can give in order.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct OrderedColumn {
    /// The number of its mapping.
    pub mapping: usize,
    /// The attribute that has to be indexed for it.
    pub attribute: String,
    /// The [`crate::host::Lookup::path`] that gives the order, once everybody is in it.
    pub index: Option<String>,
    /// Whether nobody can have several values of it. That is not known where no schema defines it.
    pub single: bool,
}

/// The columns of the list of users that show what an index holds: the attribute itself, as a text, of which
/// a person has one. An index that exists on every site is taken; any other has to be wanted.
pub fn ordered_columns(mappings: &[Mapping], site: &Site) -> Vec<OrderedColumn> {
    let schemas = ResourceType::User.schemas();
    let complete = index_keys(site, |indexed| indexed.complete);
    let column = |(mapping, shown): (usize, &Mapping)| {
        let PatchPath::Attribute(path) = &shown.path else { return None };
        let path = compared_path(path, schemas);
        let is_plain = shown.transform.is_none() && shown.kind == Kind::Text;
        let whole = AttributePath { sub: None, ..path.clone() };
        let known = [&whole, &path].into_iter().filter_map(|path| schemas.attribute(path));
        let is_single = known.into_iter().all(|found| {
            !found.multi_valued
                && found.returned != Returned::Never
                && !matches!(
                    found.type_,
                    AttributeType::Integer | AttributeType::Decimal | AttributeType::Boolean
                )
        });
        let is_own = !["meta", "schemas"].contains(&path.name.as_str());
        (shown.users_list && is_plain && is_single && is_own).then(|| OrderedColumn {
            mapping,
            index: standing_index(&path, schemas)
                .or_else(|| Some(index_key(&path, schemas)).filter(|key| complete.contains(key))),
            attribute: path.to_string(),
            single: schemas.attribute(&path).is_some(),
        })
    };
    mappings.iter().enumerate().filter_map(column).collect()
}

/// The index of an attribute that exists on every site.
fn standing_index(path: &AttributePath, schemas: &ResourceSchemas) -> Option<String> {
    let is_its = |key: &&str| key.parse().is_ok_and(|own| schemas.canonical(&own) == *path);
    LOOKUP_PATHS.iter().find(|key| is_its(key)).map(|key| (*key).to_owned())
}

/// The matchable values of a person.
pub fn lookups(resource: &Resource, site: &Site) -> Vec<Lookup> {
    let schemas = ResourceType::User.schemas();
    let resource = resource.matchable();
    let mut lookups: Vec<Lookup> = Vec::new();
    for path in LOOKUP_PATHS {
        let Ok(parsed) = path.parse::<AttributePath>() else { continue };
        for value in resource.select(&PatchPath::Attribute(schemas.canonical(&parsed)), schemas) {
            let Some(text) = value.as_str() else { continue };
            let lookup = Lookup { path: path.to_owned(), value: folded(text, LOOKUP_LENGTH) };
            if !lookups.contains(&lookup) {
                lookups.push(lookup);
            }
        }
    }
    for path in site.indexed.iter().filter_map(|indexed| indexed.path.parse::<AttributePath>().ok()) {
        for text in path.compared_texts(resource.as_map(), schemas) {
            let lookup = Lookup { path: index_key(&path, schemas), value: folded(&text, LOOKUP_LENGTH) };
            if !lookups.contains(&lookup) {
                lookups.push(lookup);
            }
        }
    }
    // Addresses are there, though none of them says where.
    if resource.as_map().contains_key("emails") && !lookups.iter().any(|lookup| lookup.path == "emails.value")
    {
        lookups.push(Lookup { path: WITHOUT_VALUE.to_owned(), value: String::new() });
    }
    lookups
}

/// The matchable values of a record, also the address that it waits for.
pub fn record_lookups(record: &UserRecord, shown: &Resource, site: &Site) -> Vec<Lookup> {
    let mut lookups = lookups(shown, site);
    lookups.extend(
        waiting_email(record, shown)
            .filter(|wanted| !wanted.is_empty())
            .map(|wanted| waiting_lookup(&wanted)),
    );
    lookups
}

/// The matchable value under which a person is found who waits for an address.
pub fn waiting_lookup(address: &str) -> Lookup {
    Lookup { path: "waiting.email".to_owned(), value: folded(address, LOOKUP_LENGTH) }
}

/// What a deleted person is recognised by on return: the name and the address.
pub fn former_lookups(user_name: &str, email: &str) -> Vec<Lookup> {
    [("former.userName", user_name), ("former.email", email)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(path, value)| Lookup { path: path.to_owned(), value: folded(value, LOOKUP_LENGTH) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use serde_json::{Value, json};

    fn columns(mapping: &Value, indexed: &Value) -> Vec<(String, Option<String>)> {
        let mut mapping = mapping.clone();
        mapping["target"] = json!("meta:shown");
        mapping["title"] = json!("Shown");
        mapping["users_list"] = json!(mapping["users_list"] != json!(false));
        let document = json!({ "mappings": [mapping] });
        let settings = Settings::parse(document.as_object().unwrap()).unwrap();
        let site = serde_json::from_value(json!({ "indexed": indexed })).unwrap();
        let found = ordered_columns(&settings.mappings, &site);
        found.into_iter().map(|column| (column.attribute, column.index)).collect()
    }

    #[test]
    fn a_column_is_in_order_where_an_index_holds_what_it_shows() {
        const DEPARTMENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
        let none = json!([]);
        let done = |path: &str, complete: bool| json!([{ "path": path, "complete": complete }]);
        let key = format!("={}", DEPARTMENT.to_lowercase());
        let own = "urn:contoso:1.0:User:floor";
        let department = |index: Option<&str>| vec![(DEPARTMENT.to_owned(), index.map(str::to_owned))];
        assert_eq!(columns(&json!({ "path": DEPARTMENT }), &none), department(None));
        assert_eq!(columns(&json!({ "path": DEPARTMENT }), &done(DEPARTMENT, false)), department(None));
        assert_eq!(
            columns(&json!({ "path": "department" }), &done(DEPARTMENT, true)),
            department(Some(&key))
        );
        assert_eq!(
            columns(&json!({ "path": own }), &done(own, true)),
            [(own.to_owned(), Some(format!("={}", own.to_lowercase())))]
        );
        let document =
            json!({ "mappings": [{ "path": own, "target": "meta:a", "title": "A", "users_list": true }] });
        let settings = Settings::parse(document.as_object().unwrap()).unwrap();
        assert!(!ordered_columns(&settings.mappings, &Site::default())[0].single);
        assert_eq!(columns(&json!({ "path": "displayName" }), &none)[0].1.as_deref(), Some("displayName"));
        assert_eq!(
            columns(&json!({ "path": "employeeNumber" }), &none)[0].1.as_deref(),
            Some("employeeNumber")
        );
        for other in [
            json!({ "path": DEPARTMENT, "users_list": false }),
            json!({ "path": DEPARTMENT, "transform": { "pattern": "a", "replacement": "b" } }),
            json!({ "path": "title", "type": "number" }),
            json!({ "path": "emails.value" }),
            json!({ "path": "emails[type eq \"work\"].value" }),
            json!({ "path": "active" }),
        ] {
            assert_eq!(columns(&other, &done(DEPARTMENT, true)), [], "{other}");
        }
    }
}
