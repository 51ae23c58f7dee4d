//! Printing a filter in its canonical form, from which reading gives the same filter back.

use super::{Filter, Literal, Number, Operator, ValueFilter};
use std::fmt::{self, Display, Formatter, Write};

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(operands) => joined(f, operands, " and ", |operand| matches!(operand, Self::Or(_))),
            Self::Or(operands) => joined(f, operands, " or ", |_| false),
            Self::Not(operand) => write!(f, "not ({operand})"),
            Self::Present(path) => write!(f, "{path} pr"),
            Self::Compare(comparison) => {
                write!(f, "{} {} {}", comparison.path, comparison.operator, comparison.value)
            }
            Self::Value(path) => path.fmt(f),
        }
    }
}

impl Display for ValueFilter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.filter().fmt(f)
    }
}

impl Display for Operator {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::String(value) => json_string(f, value),
        }
    }
}

impl Display for Number {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn joined(
    f: &mut Formatter<'_>,
    operands: &[Filter],
    word: &str,
    needs_parentheses: impl Fn(&Filter) -> bool,
) -> fmt::Result {
    for (index, operand) in operands.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        if needs_parentheses(operand) {
            write!(f, "({operand})")?;
        } else {
            operand.fmt(f)?;
        }
    }
    Ok(())
}

/// A string as JSON writes it (RFC 8259 §7), with escapes only where they are needed.
fn json_string(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\0'..='\x1f' => write!(f, "\\u{:04x}", u32::from(c))?,
            _ => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

#[cfg(test)]
mod tests {
    use crate::scim::filter::{Comparison, Filter, Literal, Number, Operator, ValueFilter};
    use crate::scim::path::{AttributePath, ValuePath};
    use proptest::prelude::*;
    use smol_str::SmolStr;

    #[test]
    fn strings_are_escaped_where_json_demands_it() {
        let printed = |text: &str| Literal::String(text.into()).to_string();
        assert_eq!(printed("a \"b\" \\c"), r#""a \"b\" \\c""#);
        assert_eq!(printed("\n\r\t\u{1}\u{1f}/"), r#""\n\r\t\u0001\u001f/""#);
        assert_eq!(printed("Jürgen 😀\u{7f}"), "\"Jürgen 😀\u{7f}\"");
    }

    fn name() -> impl Strategy<Value = String> {
        let tricky = ["userName", "emails", "value", "$ref", "and", "or", "pr", "eq"].map(str::to_owned);
        prop_oneof![prop::sample::select(tricky.to_vec()), "[a-zA-Z][a-zA-Z0-9_$-]{0,30}"]
            .prop_filter("\"not\" begins a group", |name| !name.eq_ignore_ascii_case("not"))
    }

    fn path() -> impl Strategy<Value = AttributePath> {
        const URNS: [&str; 4] = [
            "",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:",
            "urn:a:b.c:",
            "https://x.example/y:",
        ];
        (prop::sample::select(URNS.to_vec()), name(), prop::option::of(name())).prop_map(
            |(urn, name, sub)| {
                let sub = sub.map(|sub| format!(".{sub}")).unwrap_or_default();
                format!("{urn}{name}{sub}").parse().unwrap()
            },
        )
    }

    fn comparison() -> impl Strategy<Value = Filter> {
        use Operator::*;
        let any_operator = prop::sample::select(vec![
            Equal,
            NotEqual,
            Contains,
            StartsWith,
            EndsWith,
            Greater,
            GreaterOrEqual,
            Less,
            LessOrEqual,
        ]);
        let equality = prop::sample::select(vec![Equal, NotEqual]);
        let operand = prop_oneof![
            (equality, prop_oneof![Just(Literal::Null), any::<bool>().prop_map(Literal::Boolean)]),
            (
                any_operator,
                prop_oneof![
                    any::<String>().prop_map(|text| Literal::String(SmolStr::new(text))),
                    any::<i64>()
                        .prop_map(|number| Literal::Number(Number::parse(&number.to_string()).unwrap())),
                    "-?(0|[1-9][0-9]{0,5})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,2})?"
                        .prop_map(|number| Literal::Number(Number::parse(&number).unwrap())),
                ]
            ),
        ];
        (path(), operand)
            .prop_map(|(path, (operator, value))| Filter::Compare(Comparison { path, operator, value }))
    }

    fn logic(leaf: impl Strategy<Value = Filter> + 'static) -> impl Strategy<Value = Filter> {
        leaf.prop_recursive(4, 16, 3, |inner| {
            prop_oneof![
                (inner.clone(), inner.clone()).prop_map(|(left, right)| left.and(right)),
                (inner.clone(), inner.clone()).prop_map(|(left, right)| left.or(right)),
                inner.prop_map(Filter::negated),
            ]
        })
    }

    fn filter() -> impl Strategy<Value = Filter> {
        let simple = || prop_oneof![path().prop_map(Filter::Present), comparison()];
        let value_path = (path(), logic(simple())).prop_map(|(attribute, filter)| {
            let attribute = AttributePath { sub: None, ..attribute };
            Filter::Value(ValuePath { attribute, filter: ValueFilter::new(filter) })
        });
        logic(prop_oneof![3 => simple(), 1 => value_path])
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_as_the_same_filter(filter in filter()) {
            let text = filter.to_string();
            prop_assume!(text.len() <= crate::scim::filter::MAX_FILTER_LENGTH);
            prop_assert_eq!(Filter::parse(&text), Ok(filter), "{}", text);
        }
    }
}
