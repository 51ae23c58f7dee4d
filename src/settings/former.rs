//! Documents that a former version has stored.
//!
//! A setting that a version adds needs nothing here: what a document does not say has its default. What a
//! version renames or writes in another way is a step, from the shape before to the shape after.

use serde_json::{Map, Value};

/// Brings a document of the version before to the shape of a version. It leaves one alone that has it
/// already.
pub(super) type Step = fn(&mut Map<String, Value>);

/// The steps, in the order of the versions. The first version has none before it.
pub(super) const STEPS: &[Step] = &[];

/// A document of any version, in the present shape.
pub(super) fn in_present_shape(document: &Map<String, Value>, steps: &[Step]) -> Map<String, Value> {
    let mut document = document.clone();
    for step in steps {
        step(&mut document);
    }
    document
}

#[cfg(test)]
mod tests {
    use super::super::Settings;
    use super::*;
    use serde_json::json;

    /// A made-up version called the days otherwise, …
    fn days(document: &mut Map<String, Value>) {
        if let Some(weeks) = document.remove("log_weeks").and_then(|weeks| weeks.as_u64()) {
            document.entry("activity_days").or_insert(json!(weeks * 7));
        }
    }

    /// … and one after it wrote a word where an object is now.
    fn deletion(document: &mut Map<String, Value>) {
        if let Some(Value::String(policy)) = document.get("deletion") {
            let policy = policy.clone();
            document.insert("deletion".to_owned(), json!({ "policy": policy }));
        }
    }

    #[test]
    fn a_document_of_a_former_version_is_read_and_written_as_one_of_this() {
        let former = json!({ "log_weeks": 3, "deletion": "deactivate", "welcome_mail": true });
        let former = former.as_object().unwrap();
        assert!(Settings::parse(former).is_err());

        let present = in_present_shape(former, &[days, deletion]);
        let settings = Settings::parse(&present).unwrap();
        assert_eq!((settings.activity_days, settings.welcome_mail), (21, true));
        let document = settings.document();
        assert_eq!(in_present_shape(&document, &[days, deletion]), document, "a present one is left alone");
        assert!(document.len() > present.len(), "what it did not say has its default");
    }
}
