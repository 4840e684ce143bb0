//! Template expressions as they are built up, and their text form.

use serde_json::Value as Json;

/// A template expression: what stands between `[` and `]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Arm {
    Text(String),
    Int(i64),
    Call { name: String, arguments: Vec<Arm>, properties: Vec<Arm> },
}

pub(super) fn text(value: impl Into<String>) -> Arm {
    Arm::Text(value.into())
}

pub(super) fn call(name: impl Into<String>, arguments: impl Into<Vec<Arm>>) -> Arm {
    Arm::Call { name: name.into(), arguments: arguments.into(), properties: Vec::new() }
}

/// An integer literal. ARM reads 32-bit literals only; larger ones go through `json()`.
pub(super) fn int(value: i64) -> Arm {
    if i32::try_from(value).is_ok() { Arm::Int(value) } else { call("json", [text(value.to_string())]) }
}

impl Arm {
    /// `self.property` or `self[index]`.
    pub(super) fn access(self, property: Arm) -> Self {
        match self.into_call() {
            Self::Call { name, arguments, mut properties } => {
                properties.push(property);
                Self::Call { name, arguments, properties }
            }
            other => other,
        }
    }

    pub(super) fn property(self, name: &str) -> Self {
        self.access(text(name))
    }

    /// Only calls can be followed by an access, so a literal is wrapped into `string()` or `int()`.
    pub(super) fn into_call(self) -> Self {
        match self {
            Self::Text(_) => call("string", [self]),
            Self::Int(_) => call("int", [self]),
            Self::Call { .. } => self,
        }
    }

    pub(super) fn is_bare_call_of(&self, names: &[&str]) -> bool {
        matches!(self, Self::Call { name, properties, .. } if properties.is_empty() && names.contains(&name.as_str()))
    }

    /// The JSON value that stands for this expression in a template.
    pub(super) fn to_json(&self) -> Json {
        match self {
            Self::Int(value) => Json::from(*value),
            _ => Json::from(self.to_template_text()),
        }
    }

    /// The string that stands for this expression in a template; plain text is escaped where ARM would read it
    /// as an expression.
    pub(super) fn to_template_text(&self) -> String {
        match self {
            Self::Text(value) => escape(value),
            _ => {
                let mut out = String::from("[");
                self.write(&mut out);
                out.push(']');
                out
            }
        }
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Text(value) => {
                out.push('\'');
                out.push_str(&value.replace('\'', "''"));
                out.push('\'');
            }
            Self::Int(value) => out.push_str(&value.to_string()),
            Self::Call { name, arguments, properties } => {
                out.push_str(name);
                out.push('(');
                for (at, argument) in arguments.iter().enumerate() {
                    if at > 0 {
                        out.push_str(", ");
                    }
                    argument.write(out);
                }
                out.push(')');
                for property in properties {
                    match property {
                        Self::Text(name) if is_identifier(name) => {
                            out.push('.');
                            out.push_str(name);
                        }
                        _ => {
                            out.push('[');
                            property.write(out);
                            out.push(']');
                        }
                    }
                }
            }
        }
    }
}

/// `[x]` is an expression to ARM; `[[x]` is the text `[x]`.
pub(super) fn escape(value: &str) -> String {
    if value.starts_with('[') && value.ends_with(']') { format!("[{value}") } else { value.to_owned() }
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_written_as_arm_reads_them() {
        for (arm, expected) in [
            (text("plain"), "plain"),
            (text("[x]"), "[[x]"),
            (text("[x"), "[x"),
            (call("concat", [text("it's"), int(-3)]), "[concat('it''s', -3)]"),
            (call("a", []).property("b").property("c-d").access(int(0)), "[a().b['c-d'][0]]"),
            (int(2_147_483_648), "[json('2147483648')]"),
            (text("x").property("y"), "[string('x').y]"),
        ] {
            assert_eq!(arm.to_template_text(), expected);
        }
        assert_eq!(int(42).to_json(), Json::from(42));
    }
}
