//! Where two resources differ.

use super::Resource;
use serde_json::Value;

/// The paths at which two resources differ, for the log.
pub fn changes(before: &Resource, after: &Resource) -> Vec<String> {
    let (before, after) = (before.as_map(), after.as_map());
    let mut paths: Vec<String> = Vec::new();
    for key in before.keys().chain(after.keys().filter(|key| !before.contains_key(*key))) {
        let (old, new) = (before.get(key), after.get(key));
        if old == new || key == "schemas" || key == "meta" {
            continue;
        }
        match (old.and_then(Value::as_object), new.and_then(Value::as_object)) {
            (Some(old), Some(new)) => {
                let separator = if key.contains(':') { ':' } else { '.' };
                let keys = old.keys().chain(new.keys().filter(|key| !old.contains_key(*key)));
                paths.extend(
                    keys.filter(|sub| old.get(*sub) != new.get(*sub))
                        .map(|sub| format!("{key}{separator}{sub}")),
                );
            }
            _ => paths.push(key.clone()),
        }
    }
    paths
}
