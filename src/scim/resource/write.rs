//! Writing one canonical value at a path: what RFC 7644 §3.5.2 says of `add`, `replace` and `remove`.

use super::elements::Target;
use super::list;
use super::merge::{change_element, merge};
use super::place::{Place, remove_key};
use super::read::{check_length, limit};
use super::work::Work;
use crate::dialect::{Dialect, Dialects};
use crate::scim::error::Result;
use crate::scim::path::{AttributeName, AttributePath, PatchPath};
use crate::scim::schema::ResourceSchemas;
use serde_json::{Map, Value};
use std::borrow::Cow;

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
    pub(super) map: &'a mut Map<String, Value>,
    pub(super) schemas: &'a ResourceSchemas,
    pub(super) dialects: &'a mut Dialects,
    /// Lists that were written to element by element, and whether something was taken out of an element.
    touched: Vec<(AttributePath, bool)>,
    pub(super) work: Work,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(
        map: &'a mut Map<String, Value>,
        schemas: &'a ResourceSchemas,
        dialects: &'a mut Dialects,
    ) -> Self {
        Self { map, schemas, dialects, touched: Vec::new(), work: Work::default() }
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
        let value = match value {
            Some(value) if op != Op::Remove => Some(place.as_its_elements(self.map, value)),
            value => value.map(Cow::Borrowed),
        };
        let value = value.as_deref();
        let given = match value {
            Some(Value::Array(elements)) => Some(elements.as_slice()),
            Some(single) => Some(std::slice::from_ref(single)),
            None => None,
        };
        match (op, given) {
            (Op::Add, None) => Ok(()),
            (Op::Add, Some(added)) => {
                let mut elements = place.take_list(self.map);
                self.work.compare(1, &elements)?;
                list::append(&mut elements, added, place.attribute);
                check_length(elements.len(), limit(place.name), path)?;
                place.set(self.map, Value::Array(elements));
                Ok(())
            }
            (Op::Remove, Some(leaving)) => {
                self.touch(path, false);
                let is_meant = |element: &Value| {
                    leaving.iter().any(|gone| list::is_meant(gone, element, place.attribute))
                };
                if let Some(single) = place.get(self.map).filter(|present| !present.is_array()) {
                    // No schema says that it is a list, nor does the value: an empty one means what stands
                    // there.
                    if is_meant(single) || leaving == [""] {
                        place.remove(self.map);
                    }
                } else if let Some(Value::Array(elements)) = place.get_mut(self.map) {
                    self.work.compare(leaving.len(), &*elements)?;
                    elements.retain(|element| !is_meant(element));
                    if elements.is_empty() {
                        place.remove(self.map);
                    }
                }
                Ok(())
            }
            (Op::Replace, Some(elements)) if !elements.is_empty() => {
                place.check_immutable(self.map, value, path)?;
                let elements = match place.attribute {
                    Some(_) => elements.to_vec(),
                    // A known one was brought into order when it was read.
                    None => list::normalized(elements.to_vec(), None, self.dialects),
                };
                place.set(self.map, Value::Array(elements));
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
            if place.get(self.map).is_some() {
                place.remove(self.map);
            } else {
                // The URN of an extension that no schema knows reads as that of an attribute.
                remove_key(self.map, &path.to_string());
            }
            return Ok(());
        };
        let is_merged = op == Op::Add || place.attribute.is_some();
        match value {
            Value::Object(members) if is_merged => {
                let mut object = place.object(self.map);
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
        if value.is_none() && !place.get(self.map).is_some_and(Value::is_object) {
            return Ok(());
        }
        let mut object = place.object(self.map);
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
        self.work.compare(1, &elements)?;
        let change = Map::from_iter([(sub.to_string(), value.cloned().unwrap_or_default())]);
        let result = match value {
            None => elements
                .iter_mut()
                .try_for_each(|element| change_element(element, &change, place.attribute, list)),
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
                    .map_or(Ok(()), |element| change_element(element, &change, place.attribute, list))
            }
        };
        place.set(self.map, Value::Array(elements));
        result
    }

    pub(super) fn touch(&mut self, list: &AttributePath, pruned: bool) {
        let list = AttributePath { sub: None, ..list.clone() };
        match self.touched.iter_mut().find(|(touched, _)| *touched == list) {
            Some((_, was_pruned)) => *was_pruned |= pruned,
            None => self.touched.push((list, pruned)),
        }
    }
}
