//! Patterns, and the `switch` that is made of them.

use super::expr::read_member;
use super::stmt::Flow;
use super::{Evaluated, Interpreter};
use crate::csharp::ast::{Binding, Expr, Pattern, SwitchArm, SwitchSection};
use crate::csharp::convert;
use crate::csharp::exception::Exception;
use crate::csharp::ops;
use crate::csharp::value::Value;

impl Interpreter<'_> {
    /// Whether `value` is what `pattern` says; its variables are declared in the present scope.
    pub(super) fn matches(&mut self, value: &Value, pattern: &Pattern) -> Evaluated<bool> {
        self.charge(1)?;
        Ok(match pattern {
            Pattern::Null => value.is_null(),
            Pattern::NotNull => !value.is_null(),
            Pattern::Any { binding } => {
                self.bind(binding.as_ref(), value);
                true
            }
            Pattern::Constant(constant) => {
                let constant = self.expr(constant)?;
                value.type_name() == constant.type_name() && ops::equal(value, &constant)
            }
            // `case DayOfWeek.Monday` is read as a type; so is a name of a constant.
            Pattern::Type { ty, binding: None } if self.constant_named(&ty.name).is_some() => {
                let constant = self.constant_named(&ty.name).unwrap_or(Value::Null);
                ops::equal(value, &constant)
            }
            Pattern::Type { ty, binding } => {
                let matches = convert::is(value, ty);
                // The variable is in scope after the `if`, as in C#; it may only be read where the test held.
                self.bind(binding.as_ref(), if matches { value } else { &Value::Null });
                matches
            }
            Pattern::Relational { op, value: bound } => {
                let bound = self.expr(bound)?;
                !value.is_null() && ops::binary(*op, value, &bound)?.as_bool() == Some(true)
            }
            Pattern::Not(inner) => !self.nested(|interpreter| interpreter.matches(value, inner))?,
            Pattern::Both { all, left, right } => {
                let left = self.nested(|interpreter| interpreter.matches(value, left))?;
                if left == *all {
                    self.nested(|interpreter| interpreter.matches(value, right))?
                } else {
                    left
                }
            }
            Pattern::Property { ty, members, binding } => {
                let mut matches = !value.is_null() && ty.as_ref().is_none_or(|ty| convert::is(value, ty));
                for (name, pattern) in members {
                    if matches {
                        let member = read_member(value, name)?;
                        matches = self.nested(|interpreter| interpreter.matches(&member, pattern))?;
                    }
                }
                self.bind(binding.as_ref(), if matches { value } else { &Value::Null });
                matches
            }
        })
    }

    fn bind(&mut self, binding: Option<&Binding>, value: &Value) {
        if let Some(binding) = binding {
            self.scope.declare(&binding.name, None, value.clone());
        }
    }

    /// The value of a local constant, or of a member of an enumeration such as `DayOfWeek.Monday`.
    fn constant_named(&self, name: &str) -> Option<Value> {
        if let Some(cell) = self.scope.find(name) {
            return Some(cell.get());
        }
        let (owner, member) = name.rsplit_once('.')?;
        crate::csharp::methods::statics::get(convert::short_name(owner), member, self.env)
    }

    /// `subject switch { … }`
    pub(super) fn switch(&mut self, subject: &Expr, arms: &[SwitchArm]) -> Evaluated {
        let value = self.expr(subject)?;
        for arm in arms {
            let mark = self.scope.mark();
            let chosen = self.chooses(&value, &arm.pattern, arm.when.as_ref());
            let result = match chosen {
                Ok(true) => Some(self.expr(&arm.value)),
                Ok(false) => None,
                Err(exception) => Some(Err(exception)),
            };
            self.scope.leave(mark);
            if let Some(result) = result {
                return result;
            }
        }
        Err(Exception::invalid_operation("Non-exhaustive switch expression failed to match its input."))
    }

    /// `switch (subject) { case … }`: the first section that fits, `default` where none does.
    pub(super) fn switch_statement(&mut self, subject: &Expr, sections: &[SwitchSection]) -> Evaluated<Flow> {
        let value = self.expr(subject)?;
        let mark = self.scope.mark();
        let flow = self.chosen(&value, sections).and_then(|section| match section {
            Some(section) => self.sequence(&section.body),
            None => Ok(Flow::Next),
        });
        self.scope.leave(mark);
        Ok(match flow? {
            Flow::Break => Flow::Next,
            flow => flow,
        })
    }

    fn chosen<'a>(
        &mut self,
        value: &Value,
        sections: &'a [SwitchSection],
    ) -> Evaluated<Option<&'a SwitchSection>> {
        for section in sections {
            for (pattern, when) in &section.labels {
                if let Some(pattern) = pattern
                    && self.chooses(value, pattern, when.as_ref())?
                {
                    return Ok(Some(section));
                }
            }
        }
        Ok(sections.iter().find(|section| section.labels.iter().any(|(pattern, _)| pattern.is_none())))
    }

    fn chooses(&mut self, value: &Value, pattern: &Pattern, when: Option<&Expr>) -> Evaluated<bool> {
        if !self.matches(value, pattern)? {
            return Ok(false);
        }
        when.map_or(Ok(true), |when| self.condition(when))
    }
}
