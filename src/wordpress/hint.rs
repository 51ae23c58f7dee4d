//! What a filter says about accounts that have no row yet.

use crate::scim::filter::{Comparison, Filter, Literal, Operator};
use crate::scim::path::{AttributePath, ValuePath};

/// What an IdP matches people by, for accounts that have no row yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountHint {
    /// The login or address that `userName` is to equal.
    pub user_name: Option<String>,
    /// The address that one of `emails` is to equal.
    pub email: Option<String>,
    /// What `externalId` is to equal; another plugin may have noted it.
    pub external_id: Option<String>,
}

impl AccountHint {
    /// What everybody that the filter matches must have, as far as an account shows it. `None` where the
    /// filter may match people by something else than name or address.
    pub fn of(filter: &Filter) -> Option<Self> {
        let mut hint = Self::default();
        let operands = match filter {
            Filter::And(operands) => operands.as_slice(),
            single => std::slice::from_ref(single),
        };
        for operand in operands {
            match operand {
                Filter::Compare(comparison) => hint.take(comparison, &comparison.path),
                Filter::Value(path) if path.attribute.name == "emails" => hint.take_element(path),
                _ => {}
            }
        }
        (hint != Self::default()).then_some(hint)
    }

    /// Whether the filter asks for a value that no account without a row can have.
    pub fn is_hopeless(filter: &Filter) -> bool {
        let operands = match filter {
            Filter::And(operands) => operands.as_slice(),
            single => std::slice::from_ref(single),
        };
        operands.iter().any(|operand| match operand {
            Filter::Compare(Comparison { path, operator: Operator::Equal, value: Literal::String(_) }) => {
                path.urn.is_none() && path.name == "id"
            }
            _ => false,
        })
    }

    fn take(&mut self, comparison: &Comparison, path: &AttributePath) {
        let Comparison { operator: Operator::Equal, value: Literal::String(text), .. } = comparison else {
            return;
        };
        if path.urn.is_some() {
            return;
        }
        if path.name == "userName" {
            self.user_name = Some(text.to_string());
        } else if path.name == "externalId" {
            self.external_id = Some(text.to_string());
        } else if path.name == "emails" && path.sub.as_ref().is_none_or(|sub| *sub == "value") {
            self.email = Some(text.to_string());
        }
    }

    fn take_element(&mut self, path: &ValuePath) {
        for (name, value) in path.filter.equalities().into_iter().flatten() {
            if let (true, Literal::String(text)) = (*name == "value", value) {
                self.email = Some(text.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_hinted_at_by_login_or_address() {
        let hint = |filter: &str| AccountHint::of(&filter.parse().unwrap());
        assert_eq!(hint(r#"userName eq "jane""#).unwrap().user_name.as_deref(), Some("jane"));
        assert_eq!(
            hint(r#"active eq true and emails[type eq "work"].value eq "a@b""#).unwrap().email.as_deref(),
            Some("a@b")
        );
        assert_eq!(hint(r#"emails eq "a@b""#).unwrap().email.as_deref(), Some("a@b"));
        assert_eq!(hint(r#"userName eq "a" or userName eq "b""#), None);
        assert_eq!(hint(r#"externalId eq "a""#).unwrap().external_id.as_deref(), Some("a"));
        assert_eq!(hint(r#"displayName eq "a""#), None);
    }
}
