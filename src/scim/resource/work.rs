//! How much one request may have compared.

use crate::scim::error::{Error, Result};
use crate::scim::filter::{Filter, ValueFilter};
use serde_json::Value;

/// How many bytes all that one request asks of lists may compare together, each comparison counted for every
/// element of its list: about 3,000 comparisons with a list of 1,000 e-mail addresses. A body of a megabyte
/// could ask for a thousand times as much, which are seconds.
pub const MAX_COMPARED: usize = 256 * 1024 * 1024;

/// What looking at an element costs, whatever stands in it, in bytes.
const ELEMENT: usize = 64;

/// What one request has had compared so far.
#[derive(Debug, Default)]
pub(crate) struct Work(usize);

impl Work {
    /// Takes account of a filter that is about to be asked of each element of a list.
    ///
    /// # Errors
    /// As [`Self::compare`].
    pub(crate) fn filter<'e>(
        &mut self,
        filter: &ValueFilter,
        elements: impl IntoIterator<Item = &'e Value>,
    ) -> Result<()> {
        self.compare(comparisons(filter.filter()), elements)
    }

    /// Takes account of each element of a list being compared so often.
    ///
    /// # Errors
    /// 400 `invalidValue` where that is more than [`MAX_COMPARED`] in all.
    pub(crate) fn compare<'e>(
        &mut self,
        times: usize,
        elements: impl IntoIterator<Item = &'e Value>,
    ) -> Result<()> {
        let size: usize = elements.into_iter().map(|element| ELEMENT + size(element)).sum();
        self.0 = self.0.saturating_add(size.saturating_mul(times));
        if self.0 <= MAX_COMPARED {
            return Ok(());
        }
        Err(Error::invalid_value(
            "What this request asks of lists is too much to compare. Send several requests, or shorter \
             filters.",
        ))
    }
}

/// How many comparisons a filter holds; parsing has bounded its depth.
fn comparisons(filter: &Filter) -> usize {
    match filter {
        Filter::And(operands) | Filter::Or(operands) => operands.iter().map(comparisons).sum(),
        Filter::Not(inner) => comparisons(inner),
        Filter::Present(_) | Filter::Compare(_) => 1,
        Filter::Value(path) => comparisons(path.filter.filter()),
    }
}

/// The bytes of the texts in a value, whose depth reading has bounded.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(elements) => elements.iter().map(size).sum(),
        Value::Object(map) => map.values().map(size).sum(),
        _ => 0,
    }
}
