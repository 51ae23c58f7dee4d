//! Writing one canonical value at a path: what RFC 7644 §3.5.2 says of `add`, `replace` and `remove`.

use super::list;
use super::read::{MAX_ELEMENTS, MAX_MEMBERS, Reader, check_length};
use crate::dialect::{Dialect, Dialects};
use crate::scim::error::{Error, Result, ScimType};
use crate::scim::filter::{Literal, ValueFilter};
use crate::scim::path::{AttributeName, AttributePath, PatchPath};
use crate::scim::schema::{Attribute, Mutability, ResourceSchemas};
use serde_json::{Map, Value};
use std::fmt::Display;

/// What an operation does with its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// Adds to a list, sets a single value.
    Add,
    /// Puts the value in the place of what is there.
    Replace,
    /// Takes away.
    Remove,
}

/// Writes into the attributes of a resource.
pub(crate) struct Writer<'a> {
    map: &'a mut Map<String, Value>,
    schemas: &'a ResourceSchemas,
    dialects: &'a mut Dialects,
    /// Lists that were written to element by element, and whether something was taken out of an element.
    touched: Vec<(AttributePath, bool)>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(
        map: &'a mut Map<String, Value>,
        schemas: &'a ResourceSchemas,
        dialects: &'a mut Dialects,
    ) -> Self {
        Self { map, schemas, dialects, touched: Vec::new() }
    }

    /// Carries one operation out. Its path and value are canonical; no value takes away, but for `add` to a
    /// list, where it adds nothing. `remove` of a list takes the elements that the value holds.
    ///
    /// # Errors
    /// 400 `mutability` for an immutable attribute that has another value, `noTarget` for a value filter that
    /// selects nothing where something must be, `invalidValue` for a list that grows too long.
    pub(crate) fn write(&mut self, op: Op, path: &PatchPath, value: Option<&Value>) -> Result<()> {
        match path {
            PatchPath::Schema(urn) => {
                remove_key(self.map, urn);
                Ok(())
            }
            PatchPath::Attribute(attribute) => {
                let Some(place) = Place::of(attribute, self.schemas) else { return Ok(()) };
                match (&attribute.sub, place.is_list(self.map, value)) {
                    (None, true) => self.list(op, &place, attribute, value),
                    (None, false) => self.single(op, &place, path, value),
                    (Some(sub), true) => self.preferred(op, &place, attribute, sub, value),
                    (Some(sub), false) => self.sub_attribute(op, &place, path, sub, value),
                }
            }
            PatchPath::Value(target, sub) => {
                let Some(place) = Place::of(&target.attribute, self.schemas) else { return Ok(()) };
                let target =
                    Target { path, list: &target.attribute, filter: &target.filter, sub: sub.as_ref() };
                self.elements(op, &place, &target, value)
            }
        }
    }

    /// Brings the lists that were written to into order: no element twice, none that has nothing left.
    pub(crate) fn finish(self) {
        for (path, pruned) in self.touched {
            let Some(place) = Place::of(&path, self.schemas) else { continue };
            let Some(Value::Array(elements)) = place.get_mut(self.map) else { continue };
            let mut kept = std::mem::take(elements);
            kept.retain(|element| match element {
                Value::Object(map) => !(map.is_empty() || pruned && list::is_label(map)),
                _ => true,
            });
            *elements = list::normalized(kept, place.attribute, self.dialects);
            if elements.is_empty() {
                place.remove(self.map);
            }
        }
    }

    fn list(&mut self, op: Op, place: &Place<'_>, path: &AttributePath, value: Option<&Value>) -> Result<()> {
        let given = match value {
            Some(Value::Array(elements)) => Some(elements.as_slice()),
            Some(single) => Some(std::slice::from_ref(single)),
            None => None,
        };
        match (op, given) {
            (Op::Add, None) => Ok(()),
            (Op::Add, Some(added)) => {
                let mut elements = place.take_list(self.map);
                list::append(&mut elements, added, place.attribute);
                check_length(elements.len(), limit(place.name), path)?;
                place.set(self.map, Value::Array(elements));
                Ok(())
            }
            (Op::Remove, Some(leaving)) => {
                self.touch(path, false);
                if let Some(Value::Array(elements)) = place.get_mut(self.map) {
                    elements.retain(|element| {
                        !leaving.iter().any(|gone| is_meant(gone, element, place.attribute))
                    });
                    if elements.is_empty() {
                        place.remove(self.map);
                    }
                }
                Ok(())
            }
            (Op::Replace, Some(elements)) if !elements.is_empty() => {
                place.check_immutable(self.map, value, path)?;
                place.set(self.map, Value::Array(elements.to_vec()));
                Ok(())
            }
            (Op::Replace, Some(_)) | (Op::Replace | Op::Remove, None) => {
                place.check_immutable(self.map, None, path)?;
                place.remove(self.map);
                Ok(())
            }
        }
    }

    fn single(&mut self, op: Op, place: &Place<'_>, path: &PatchPath, value: Option<&Value>) -> Result<()> {
        let Some(value) = value.filter(|_| op != Op::Remove) else {
            place.check_immutable(self.map, None, path)?;
            place.remove(self.map);
            return Ok(());
        };
        let is_merged = op == Op::Add || place.attribute.is_some();
        match value {
            Value::Object(members) if is_merged => {
                let present = place.get(self.map).cloned();
                let mut object = match present {
                    Some(Value::Object(object)) => object,
                    _ => Map::new(),
                };
                merge(&mut object, members, place.attribute, path)?;
                if object.is_empty() {
                    place.remove(self.map);
                } else {
                    let object = Value::Object(object);
                    place.check_immutable(self.map, Some(&object), path)?;
                    place.set(self.map, object);
                }
            }
            value => {
                place.check_immutable(self.map, Some(value), path)?;
                place.set(self.map, value.clone());
            }
        }
        Ok(())
    }

    fn sub_attribute(
        &mut self,
        op: Op,
        place: &Place<'_>,
        path: &PatchPath,
        sub: &AttributeName,
        value: Option<&Value>,
    ) -> Result<()> {
        let value = value.filter(|_| op != Op::Remove);
        let mut object = match place.get(self.map) {
            Some(Value::Object(object)) => object.clone(),
            _ if value.is_none() => return Ok(()),
            _ => Map::new(),
        };
        let member = Map::from_iter([(sub.to_string(), value.cloned().unwrap_or_default())]);
        merge(&mut object, &member, place.attribute, path)?;
        if object.is_empty() {
            place.remove(self.map);
        } else {
            place.set(self.map, Value::Object(object));
        }
        Ok(())
    }

    /// A list's sub-attribute without value filter: of the primary or first element to set it, of all to
    /// take it away.
    fn preferred(
        &mut self,
        op: Op,
        place: &Place<'_>,
        list: &AttributePath,
        sub: &AttributeName,
        value: Option<&Value>,
    ) -> Result<()> {
        let value = value.filter(|_| op != Op::Remove);
        self.touch(list, value.is_none());
        let mut elements = place.take_list(self.map);
        let change = Map::from_iter([(sub.to_string(), value.cloned().unwrap_or_default())]);
        let result = match value {
            None => elements.iter_mut().try_for_each(|element| change_element(element, &change, place, list)),
            Some(value) => {
                self.dialects.note(Dialect::ListSubAttribute);
                let index = list::preferred(&elements).unwrap_or(elements.len());
                if elements.len() == index {
                    elements.push(Value::Object(Map::new()));
                }
                if *sub == "primary" && *value == true {
                    list::demote_others(&mut elements, index);
                }
                elements
                    .get_mut(index)
                    .map_or(Ok(()), |element| change_element(element, &change, place, list))
            }
        };
        place.set(self.map, Value::Array(elements));
        result
    }

    fn elements(
        &mut self,
        op: Op,
        place: &Place<'_>,
        target: &Target<'_>,
        value: Option<&Value>,
    ) -> Result<()> {
        let mut elements = place.take_list(self.map);
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
                change_element(element, &change, place, target.path)?;
            }
        }
        if let (Some(first), true) = (selected.first(), change.get("primary") == Some(&Value::Bool(true))) {
            list::demote_others(elements, *first);
        }
        Ok(())
    }

    /// The element that a value filter asks for and that is not there: what its equalities say, and the value.
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
        for (name, literal) in target.filter.equalities()? {
            let value = match literal {
                Literal::Null => continue,
                Literal::Boolean(value) => Value::Bool(*value),
                Literal::Number(number) => serde_json::from_str(number.as_str()).ok()?,
                Literal::String(text) => Value::from(text.as_str()),
            };
            let (name, value) = match place.attribute {
                None => (name.as_str(), value),
                Some(list) => {
                    let sub = list.sub_attribute(name)?;
                    (sub.name.as_str(), reader.value(sub, value, target.path).ok()??)
                }
            };
            element.insert(name.to_owned(), value);
        }
        Some(element)
    }

    fn touch(&mut self, list: &AttributePath, pruned: bool) {
        let list = AttributePath { sub: None, ..list.clone() };
        match self.touched.iter_mut().find(|(touched, _)| *touched == list) {
            Some((_, was_pruned)) => *was_pruned |= pruned,
            None => self.touched.push((list, pruned)),
        }
    }
}

/// What a path with a value filter means.
struct Target<'a> {
    path: &'a PatchPath,
    list: &'a AttributePath,
    filter: &'a ValueFilter,
    sub: Option<&'a AttributeName>,
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

/// Where the value of an attribute stands.
pub(crate) struct Place<'a> {
    urn: Option<&'a str>,
    name: &'a str,
    pub(crate) attribute: Option<&'a Attribute>,
}

impl<'a> Place<'a> {
    /// `None` for an attribute that no schema defines and no URN precedes.
    pub(crate) fn of(path: &'a AttributePath, schemas: &'a ResourceSchemas) -> Option<Self> {
        match schemas.find(path) {
            Some(found) => Some(Self {
                urn: found.extension.map(|schema| schema.id.as_str()),
                name: &found.attribute.name,
                attribute: Some(found.attribute),
            }),
            None => path.urn.as_deref().map(|urn| Self { urn: Some(urn), name: &path.name, attribute: None }),
        }
    }

    pub(crate) fn get<'m>(&self, map: &'m Map<String, Value>) -> Option<&'m Value> {
        let container = match self.urn {
            None => map,
            Some(urn) => value_of(map, urn)?.as_object()?,
        };
        value_of(container, self.name)
    }

    fn get_mut<'m>(&self, map: &'m mut Map<String, Value>) -> Option<&'m mut Value> {
        let container = match self.urn {
            None => map,
            Some(urn) => value_mut(map, urn)?.as_object_mut()?,
        };
        value_mut(container, self.name)
    }

    /// Takes the list out, to be put back by [`Self::set`]; empty where there is none.
    fn take_list(&self, map: &mut Map<String, Value>) -> Vec<Value> {
        match self.get_mut(map) {
            Some(Value::Array(elements)) => std::mem::take(elements),
            _ => Vec::new(),
        }
    }

    /// Puts a value there; the empty list means that there is none.
    pub(crate) fn set(&self, map: &mut Map<String, Value>, value: Value) {
        if value.as_array().is_some_and(Vec::is_empty) {
            return self.remove(map);
        }
        let container = match self.urn {
            None => map,
            Some(urn) => {
                let key = key_of(map, urn).unwrap_or(urn).to_owned();
                let extension = map.entry(key).or_insert_with(|| Value::Object(Map::new()));
                if !extension.is_object() {
                    *extension = Value::Object(Map::new());
                }
                let Some(extension) = extension.as_object_mut() else { return };
                extension
            }
        };
        match value_mut(container, self.name) {
            Some(present) => *present = value,
            None => {
                container.insert(self.name.to_owned(), value);
            }
        }
    }

    pub(crate) fn remove(&self, map: &mut Map<String, Value>) {
        let Some(urn) = self.urn else { return remove_key(map, self.name) };
        let Some(Value::Object(extension)) = value_mut(map, urn) else { return };
        remove_key(extension, self.name);
        if extension.is_empty() {
            remove_key(map, urn);
        }
    }

    fn is_list(&self, map: &Map<String, Value>, value: Option<&Value>) -> bool {
        match self.attribute {
            Some(attribute) => attribute.multi_valued,
            None => value.is_some_and(Value::is_array) || self.get(map).is_some_and(Value::is_array),
        }
    }

    fn check_immutable(
        &self,
        map: &Map<String, Value>,
        new: Option<&Value>,
        path: &dyn Display,
    ) -> Result<()> {
        let Some(attribute) = self.attribute else { return Ok(()) };
        check_immutable(attribute, self.get(map), new, path)
    }
}

/// Whether an attribute may take a new value.
///
/// # Errors
/// 400 `mutability`: it is immutable and has another one already (RFC 7644 §3.5.2).
pub(crate) fn check_immutable(
    attribute: &Attribute,
    present: Option<&Value>,
    new: Option<&Value>,
    path: &dyn Display,
) -> Result<()> {
    if attribute.mutability != Mutability::Immutable || present.is_none() || present == new {
        return Ok(());
    }
    Err(Error::bad_request(
        ScimType::Mutability,
        format!("{path} cannot be changed once it has a value. Leave it as it is."),
    ))
}

fn check_immutable_members(
    element: &Value,
    new: &Map<String, Value>,
    attribute: Option<&Attribute>,
    path: &dyn Display,
) -> Result<()> {
    let Some(attribute) = attribute else { return Ok(()) };
    attribute.sub_attributes.iter().try_for_each(|sub| {
        let name = sub.name.as_str();
        match new.get(name) {
            Some(value) => check_immutable(sub, element.get(name), Some(value), path),
            None => Ok(()),
        }
    })
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
            change_element(element, &nothing, place, target.path)?;
        }
    }
    Ok(())
}

/// Merges into an element; one that is no object is its own `value`.
fn change_element(
    element: &mut Value,
    change: &Map<String, Value>,
    place: &Place<'_>,
    path: &dyn Display,
) -> Result<()> {
    match element {
        Value::Object(map) => merge(map, change, place.attribute, path),
        simple => {
            if let Some(value) = change.get("value") {
                *simple = value.clone();
            }
            Ok(())
        }
    }
}

/// Puts members into an object; null takes one away.
///
/// Where a reference (RFC 7643 §2.3.7) gets another `value`, what described the old one goes: `$ref` and
/// what is read-only.
fn merge(
    object: &mut Map<String, Value>,
    members: &Map<String, Value>,
    attribute: Option<&Attribute>,
    path: &dyn Display,
) -> Result<()> {
    let sub_attribute = |name: &str| attribute.and_then(|attribute| attribute.sub_attribute(name));
    for (name, value) in members {
        let new = Some(value).filter(|value| !value.is_null());
        if let Some(sub) = sub_attribute(name) {
            check_immutable(sub, object.get(sub.name.as_str()), new, path)?;
        }
    }
    let refers_elsewhere = sub_attribute("$ref").is_some()
        && members
            .get("value")
            .is_some_and(|value| value_of(object, "value").is_some_and(|old| old != value));
    if refers_elsewhere {
        object.retain(|name, _| {
            name != "$ref" && sub_attribute(name).is_none_or(|sub| sub.mutability != Mutability::ReadOnly)
        });
    }
    for (name, value) in members {
        if value.is_null() {
            remove_key(object, name);
        } else if let Some(present) = value_mut(object, name) {
            *present = value.clone();
        } else {
            object.insert(name.clone(), value.clone());
        }
    }
    Ok(())
}

/// Whether an element is one of those that a `remove` with a value means: it has the same `value` and, where
/// both say it, the same type; without `value`, everything that the given one says.
fn is_meant(given: &Value, element: &Value, attribute: Option<&Attribute>) -> bool {
    let (Value::Object(given), Value::Object(element)) = (given, element) else { return given == element };
    let same = |name: &str| {
        let sub = attribute.and_then(|attribute| attribute.sub_attribute(name));
        match (given.get(name), element.get(name)) {
            (Some(Value::String(given)), Some(Value::String(found))) => {
                if sub.is_some_and(|sub| !sub.case_exact) {
                    crate::scim::filter::fold_case(given) == crate::scim::filter::fold_case(found)
                } else {
                    given == found
                }
            }
            (given, found) => given == found,
        }
    };
    if given.contains_key("value") {
        let has_type = given.contains_key("type") && element.contains_key("type");
        return same("value") && (!has_type || same("type"));
    }
    given.keys().all(|name| same(name))
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

fn limit(name: &str) -> usize {
    if name == "members" { MAX_MEMBERS } else { MAX_ELEMENTS }
}

pub(crate) fn value_of<'m>(map: &'m Map<String, Value>, name: &str) -> Option<&'m Value> {
    map.get(name).or_else(|| map.get(key_of(map, name)?))
}

fn value_mut<'m>(map: &'m mut Map<String, Value>, name: &str) -> Option<&'m mut Value> {
    let key = key_of(map, name)?.to_owned();
    map.get_mut(&key)
}

/// Removes a member without changing the order of the others.
fn remove_key(map: &mut Map<String, Value>, name: &str) {
    if let Some(key) = key_of(map, name).map(str::to_owned) {
        map.shift_remove(&key);
    }
}

/// A name as the map writes it.
fn key_of<'m>(map: &'m Map<String, Value>, name: &str) -> Option<&'m str> {
    if let Some((key, _)) = map.get_key_value(name) {
        return Some(key);
    }
    map.keys().find(|key| key.eq_ignore_ascii_case(name)).map(String::as_str)
}
