//! Writing to the elements of a list that a value filter selects (RFC 7644 §3.5.2).

use super::list;
use super::merge::{change_element, check_immutable_members, merge};
use super::place::{Place, as_simple};
use super::read::{Reader, check_length, limit};
use super::write::{Op, Writer};
use crate::dialect::Dialect;
use crate::scim::error::{Error, Result, ScimType};
use crate::scim::filter::{Literal, ValueFilter};
use crate::scim::path::{AttributeName, AttributePath, PatchPath};
use crate::scim::schema::Attribute;
use serde_json::{Map, Value};

impl Writer<'_> {
    /// Writes to the elements that the target's filter selects, or creates the one that it asks for. A list
    /// of simple values stays one, and `skills[value eq "d"]` begins one where no schema knows better.
    pub(super) fn elements(
        &mut self,
        op: Op,
        place: &Place<'_>,
        target: &Target<'_>,
        value: Option<&Value>,
    ) -> Result<()> {
        if place.get(self.map).is_some_and(|present| !present.is_array()) {
            return Err(Error::bad_request(
                ScimType::InvalidPath,
                format!(
                    "{} is no list, so {} selects nothing. Name it without filter.",
                    target.list, target.path
                ),
            ));
        }
        self.work
            .filter(target.filter, place.get(self.map).and_then(Value::as_array).into_iter().flatten())?;
        let is_simple = place.holds_simple_values(self.map);
        let mut elements = place.take_list(self.map);
        let is_empty = elements.is_empty();
        let selected: Vec<usize> = elements
            .iter()
            .enumerate()
            .filter(|(_, element)| target.filter.matches_element(element, place.attribute))
            .map(|(index, _)| index)
            .collect();
        let is_removal = op == Op::Remove || value.is_none() && (op == Op::Replace || target.sub.is_some());
        self.touch(target.list, is_removal && target.sub.is_some());
        let result = if is_removal {
            take_away(&mut elements, &selected, place, target)
        } else if selected.is_empty() {
            self.create(op, &mut elements, place, target, value)
        } else {
            self.change(op, &mut elements, &selected, place, target, value)
        };
        let only_value = |map: &Map<String, Value>| map.len() == 1 && map.contains_key("value");
        let was_created = is_empty && elements.iter().filter_map(Value::as_object).all(only_value);
        if is_simple || was_created && place.attribute.is_none() {
            elements.iter_mut().for_each(|element| *element = as_simple(element.take()));
        }
        place.set(self.map, Value::Array(elements));
        result
    }

    fn change(
        &mut self,
        op: Op,
        elements: &mut [Value],
        selected: &[usize],
        place: &Place<'_>,
        target: &Target<'_>,
        value: Option<&Value>,
    ) -> Result<()> {
        let Some(change) = target.change(value) else { return Ok(()) };
        for &index in selected {
            let Some(element) = elements.get_mut(index) else { continue };
            if op == Op::Replace && target.sub.is_none() {
                let mut replacement = self.demanded(place, target).unwrap_or_default();
                merge(&mut replacement, &change, None, target.path)?;
                check_immutable_members(element, &replacement, place.attribute, target.path)?;
                *element = Value::Object(replacement);
            } else {
                change_element(element, &change, place.attribute, target.path)?;
            }
        }
        if let (Some(first), true) = (selected.first(), change.get("primary") == Some(&Value::Bool(true))) {
            list::demote_others(elements, *first);
        }
        Ok(())
    }

    /// The element that a value filter asks for and that is not there: what its equalities say, and the
    /// value.
    fn create(
        &mut self,
        op: Op,
        elements: &mut Vec<Value>,
        place: &Place<'_>,
        target: &Target<'_>,
        value: Option<&Value>,
    ) -> Result<()> {
        let no_target = || {
            let detail = format!(
                "{} selects nothing. Add the element first, or name it by its type: {}[type eq \"work\"].",
                target.path, target.list
            );
            Error::bad_request(ScimType::NoTarget, detail)
        };
        if op == Op::Replace && !is_creatable(target.filter, place.attribute) {
            return Err(no_target());
        }
        let mut element = self.demanded(place, target).ok_or_else(no_target)?;
        if !target.filter.matches_element(&Value::Object(element.clone()), place.attribute) {
            return Err(no_target());
        }
        match target.change(value) {
            Some(change) => merge(&mut element, &change, None, target.path)?,
            // `add members[value eq "id"]`: the filter says it all.
            None if element.contains_key("value") => {}
            None => return Ok(()),
        }
        check_length(elements.len() + 1, limit(place.name), target.list)?;
        let created = match op {
            Op::Replace => Dialect::ReplaceCreatesElement,
            Op::Add | Op::Remove => Dialect::AddCreatesElement,
        };
        self.dialects.note(created);
        let element = Value::Object(element);
        let index = elements.len();
        if list::is_primary(&element) {
            list::demote_others(elements, index);
        }
        elements.push(element);
        Ok(())
    }

    /// What an element must hold for the value filter to select it; `None` where that cannot be said.
    fn demanded(&mut self, place: &Place<'_>, target: &Target<'_>) -> Option<Map<String, Value>> {
        let mut reader = Reader::new(self.schemas, self.dialects);
        let mut element = Map::new();
        for (name, value) in target.filter.element()? {
            let (name, value) = match place.attribute {
                None => (name, value),
                Some(list) => {
                    let sub = list.sub_attribute(&name)?;
                    (sub.name.to_string(), reader.value(sub, value, target.path).ok()??)
                }
            };
            element.insert(name, value);
        }
        Some(element)
    }
}

/// What a path with a value filter means.
pub(super) struct Target<'a> {
    pub(super) path: &'a PatchPath,
    pub(super) list: &'a AttributePath,
    pub(super) filter: &'a ValueFilter,
    pub(super) sub: Option<&'a AttributeName>,
}

impl Target<'_> {
    /// What is to be merged into an element, if anything; null takes a member away.
    fn change(&self, value: Option<&Value>) -> Option<Map<String, Value>> {
        match (self.sub, value?) {
            (Some(sub), value) => Some(Map::from_iter([(sub.to_string(), value.clone())])),
            (None, Value::Object(members)) => Some(members.clone()).filter(|members| !members.is_empty()),
            (None, simple) => Some(Map::from_iter([("value".to_owned(), simple.clone())])),
        }
    }
}

/// Takes elements away or, where the target has one, a sub-attribute of each.
fn take_away(
    elements: &mut Vec<Value>,
    selected: &[usize],
    place: &Place<'_>,
    target: &Target<'_>,
) -> Result<()> {
    let Some(sub) = target.sub else {
        let mut selected = selected.iter().peekable();
        let mut index = 0;
        elements.retain(|_| {
            let is_selected = selected.next_if_eq(&&index).is_some();
            index += 1;
            !is_selected
        });
        return Ok(());
    };
    let nothing = Map::from_iter([(sub.to_string(), Value::Null)]);
    for &index in selected {
        if let Some(element) = elements.get_mut(index) {
            change_element(element, &nothing, place.attribute, target.path)?;
        }
    }
    Ok(())
}

/// Whether `replace` creates what the value filter asks for: `type eq` a canonical value of the attribute, or
/// `primary eq true`.
fn is_creatable(filter: &ValueFilter, attribute: Option<&Attribute>) -> bool {
    let Some(equalities) = filter.equalities() else { return false };
    !equalities.is_empty()
        && equalities.iter().all(|(name, literal)| match literal {
            Literal::String(text) if **name == "type" => attribute
                .and_then(|attribute| attribute.sub_attribute("type"))
                .is_some_and(|sub| sub.is_canonical_value(text)),
            Literal::String(text) => **name == "primary" && text.eq_ignore_ascii_case("true"),
            Literal::Boolean(value) => **name == "primary" && *value,
            Literal::Number(_) | Literal::Null => false,
        })
}
