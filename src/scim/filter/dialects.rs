//! The tolerances that comparisons need, which a resource's schemas decide. Those of the grammar are noted
//! where it is read.

use super::{Comparison, Filter, Literal};
use crate::dialect::{Dialect, Dialects};
use crate::scim::path::AttributePath;
use crate::scim::schema::{Attribute, AttributeType, ResourceSchemas};

impl Filter {
    /// Notes the tolerances that comparisons of these attributes need.
    pub fn note_comparisons(&self, schemas: &ResourceSchemas, dialects: &mut Dialects) {
        self.note_comparisons_within(None, schemas, dialects);
    }

    fn note_comparisons_within(
        &self,
        list: Option<&Attribute>,
        schemas: &ResourceSchemas,
        dialects: &mut Dialects,
    ) {
        match self {
            Self::And(operands) | Self::Or(operands) => {
                for operand in operands {
                    operand.note_comparisons_within(list, schemas, dialects);
                }
            }
            Self::Not(operand) => operand.note_comparisons_within(list, schemas, dialects),
            Self::Present(_) => {}
            Self::Compare(Comparison { path, value, .. }) => {
                let attribute = compared(path, list, schemas);
                let is_of = |type_| attribute.is_some_and(|attribute| attribute.type_ == type_);
                if matches!(value, Literal::String(_)) && is_of(AttributeType::Boolean) {
                    dialects.note(Dialect::BooleanLiteral);
                }
                if is_of(AttributeType::Complex) {
                    dialects.note(Dialect::ComparedList);
                }
            }
            Self::Value(path) => {
                let list = schemas.attribute(&path.attribute);
                path.filter.filter().note_comparisons_within(list, schemas, dialects);
            }
        }
    }
}

fn compared<'a>(
    path: &AttributePath,
    list: Option<&'a Attribute>,
    schemas: &'a ResourceSchemas,
) -> Option<&'a Attribute> {
    match list {
        Some(list) => list.sub_attribute(&path.name),
        None => schemas.attribute(path),
    }
}
