//! Bicep values to the JSON of a template. Literals stay JSON; anything that must be computed becomes one
//! expression in a string.

use serde_json::{Map, Value as Json};

use super::super::codes;
use super::super::syntax::{Expr, ExprKind, Key, Member, Object, Property};
use super::arm_expr::{Arm, call, escape, text};
use super::bind::uses::LocalKind;
use super::{Emitter, Env};

impl<'a> Emitter<'_, 'a> {
    pub(super) fn json(&self, expr: &'a Expr, env: &Env<'a>) -> Json {
        let Some(_entered) = self.enter(expr.span) else { return Json::Null };
        match &expr.kind {
            ExprKind::Null => Json::Null,
            ExprKind::Bool(value) => Json::from(*value),
            ExprKind::Int(value) => Json::from(*value),
            ExprKind::Paren(inner) | ExprKind::NonNull(inner) => self.json(inner, env),
            ExprKind::Object(object) if !has_spread(object) => {
                let mut out = Map::new();
                self.properties(object, env, &mut out, &[]);
                Json::Object(out)
            }
            ExprKind::Array(items) if items.iter().all(|item| !item.spread) => {
                items.iter().map(|item| self.json(&item.value, env)).collect()
            }
            ExprKind::Call { .. } | ExprKind::Method { .. }
                if self.loaded.get(expr.span).is_some_and(|loaded| loaded.variable.is_none()) =>
            {
                self.loaded.get(expr.span).map_or(Json::Null, |loaded| literal(&loaded.value))
            }
            ExprKind::Name(_) => match self.inlined(expr, env).filter(|_| env.local_of(expr).is_none()) {
                Some(value) => self.json(value, &Env::default()),
                None => self.convert(expr, env).to_json(),
            },
            _ => match Self::is_any_call(expr) {
                Some(inner) => self.json(inner, env),
                None => match self.convert(expr, env) {
                    Arm::Call { name, arguments, properties }
                        if name == "createObject" && arguments.is_empty() && properties.is_empty() =>
                    {
                        Json::Object(Map::new())
                    }
                    arm => arm.to_json(),
                },
            },
        }
    }

    /// Writes the properties of an object, except those named in `without`; loops first, as one `copy`.
    pub(super) fn properties(
        &self,
        object: &'a Object,
        env: &Env<'a>,
        out: &mut Map<String, Json>,
        without: &[&str],
    ) {
        let kept = || {
            object.properties().filter(|property| property.text().is_none_or(|key| !without.contains(&key)))
        };
        let loops: Vec<Json> = kept().filter_map(|property| self.property_loop(property, env)).collect();
        if !loops.is_empty() {
            out.insert("copy".into(), Json::Array(loops));
        }
        for property in kept().filter(|property| !matches!(property.value.kind, ExprKind::For { .. })) {
            let key = match &property.key {
                Key::Text(key) => template_key(&text(key.as_str())),
                Key::Interpolated(key) => template_key(&self.convert(key, env)),
            };
            out.insert(key, self.json(&property.value, env));
        }
    }

    fn property_loop(&self, property: &'a Property, env: &Env<'a>) -> Option<Json> {
        let ExprKind::For { head, body } = &property.value.kind else { return None };
        let Some(name) = property.text() else {
            let message = "`for` cannot be the value of a property whose name is an expression";
            self.report(&codes::FOR_COMPUTED_KEY, message, property.value.span);
            return None;
        };
        if env.in_property_loop {
            self.report(
                &codes::FOR_NESTED,
                "a property's `for` cannot stand in another one",
                property.value.span,
            );
            return None;
        }
        let index = call("copyIndex", [text(name)]);
        let mut inner = self.in_loop(head, index, env, LocalKind::Inner);
        inner.in_property_loop = true;
        Some(self.copy(Some(name), &head.array, env, Some((body, &inner))))
    }
}

impl<'a> Env<'a> {
    fn local_of(&self, expr: &Expr) -> Option<&Arm> {
        match &expr.kind {
            ExprKind::Name(name) => self.local(name),
            _ => None,
        }
    }
}

pub(super) fn has_spread(object: &Object) -> bool {
    object.members.iter().any(|member| matches!(member, Member::Spread(_)))
}

/// A property named `copy` would be read as a loop by ARM.
fn template_key(key: &Arm) -> String {
    let key = key.to_template_text();
    if key.eq_ignore_ascii_case("copy") { format!("[string('{key}')]") } else { key }
}

/// A JSON document from a file, as a template holds it: text that looks like an expression is escaped.
pub(super) fn literal(value: &Json) -> Json {
    match value {
        Json::String(value) => Json::from(escape(value)),
        Json::Array(items) => items.iter().map(literal).collect(),
        Json::Object(members) => members
            .iter()
            .map(|(key, value)| (template_key(&text(key.as_str())), literal(value)))
            .collect::<Map<_, _>>()
            .into(),
        // ARM's own literals are integers.
        Json::Number(number) if !number.is_i64() && !number.is_u64() => {
            Json::from(call("json", [text(number.to_string())]).to_template_text())
        }
        other => other.clone(),
    }
}
