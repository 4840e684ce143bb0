//! Does a value fit a type?

use super::super::bind::Symbol;
use super::super::codes;
use super::super::syntax::{Expr, ExprKind, Loop, TypeKind, Unary};
use super::{DEPTH_MAX, Followed, Walk, warning};
use crate::catalog::azure_types::{Range, Type, Written};
use crate::diag::{Confidence, Fix};
use crate::text;

/// Values of an enumeration that a message lists.
const LISTED_MAX: usize = 12;

/// A value as far as it is visible.
enum Seen<'e> {
    Null,
    Bool,
    Int(i64),
    /// A text, none where parts of it are computed.
    Text(Option<&'e str>),
    Array(usize),
    Object,
}

impl Seen<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "bool",
            Self::Int(_) => "int",
            Self::Text(_) => "string",
            Self::Array(_) => "array",
            Self::Object => "object",
        }
    }
}

impl<'w, 't> Walk<'w, '_, 't> {
    /// Checks what an expression can come to, as far as it is visible.
    pub(super) fn value(&mut self, ty: Written<'t>, expr: &'w Expr) {
        if self.depth >= DEPTH_MAX {
            return;
        }
        self.depth += 1;
        match &expr.bare().kind {
            ExprKind::Ternary { yes, no, .. } => {
                self.value(ty, yes);
                self.value(ty, no);
            }
            ExprKind::Name(name) if !self.locals.contains(&name.as_str()) => self.named(ty, name, expr),
            ExprKind::For { head, body } => self.repeated(ty, head, body, expr),
            _ => self.written_out(ty, expr.bare()),
        }
        self.depth -= 1;
    }

    fn repeated(&mut self, ty: Written<'t>, head: &'w Loop, body: &'w Expr, expr: &Expr) {
        match ty.read() {
            Type::Array { items, .. } => {
                let outside = self.locals.len();
                self.locals.push(&head.item.name);
                self.locals.extend(head.index.as_ref().map(|index| index.name.as_str()));
                self.value(items, body);
                self.locals.truncate(outside);
            }
            Type::Any | Type::Union(_) => {}
            other => self.mismatch(&other, "array", expr),
        }
    }

    /// Follows a name to its declaration.
    fn named(&mut self, ty: Written<'t>, name: &str, expr: &Expr) {
        let model = self.model;
        let within = self.within.and_then(|_| {
            model.resources.iter().position(|resource| std::ptr::eq(resource.decl, self.resource.decl))
        });
        match model.lookup(name, within) {
            Some(Symbol::Var(at)) => {
                let is_new = self.followed.insert((Followed::Var(at), ty.place()));
                if is_new {
                    self.at_the_top(|walk| walk.value(ty, model.vars[at].value));
                }
            }
            Some(Symbol::Param(at)) => {
                let param = &model.params[at];
                if let Some(TypeKind::Name(declared)) = param.ty.map(|ty| &ty.kind)
                    && !model.globals.contains_key(declared.as_str())
                {
                    self.declared(ty, declared, expr);
                }
                if self.followed.insert((Followed::Param(at), ty.place())) {
                    let allowed = param.decl.decorators.iter().filter(|it| it.name.name == "allowed");
                    let allowed = allowed.flat_map(|decorator| &decorator.arguments);
                    // For an array the list is of its items.
                    let is_array =
                        matches!(param.ty.map(|ty| &ty.kind), Some(TypeKind::Name(it)) if it == "array");
                    let one = match ty.read() {
                        Type::Array { items, .. } if is_array => Some(items),
                        _ if is_array => None,
                        _ => Some(ty),
                    };
                    self.at_the_top(|walk| {
                        for expr in allowed {
                            let (ExprKind::Array(items), Some(ty)) = (&expr.bare().kind, one) else {
                                continue;
                            };
                            items
                                .iter()
                                .filter(|item| !item.spread)
                                .for_each(|item| walk.value(ty, &item.value));
                        }
                        // An empty default says that the value has to be given.
                        if let Some(default) = param.default.filter(|default| default.as_text() != Some("")) {
                            walk.value(ty, default);
                        }
                    });
                }
            }
            _ => {}
        }
    }

    /// Runs `check` where no name of a loop and no resource nested around is visible.
    fn at_the_top(&mut self, check: impl FnOnce(&mut Self)) {
        let locals = std::mem::take(&mut self.locals);
        let within = self.within.take();
        check(self);
        self.locals = locals;
        self.within = within;
    }

    /// A parameter by the kind that it declares.
    fn declared(&mut self, ty: Written<'t>, declared: &str, expr: &Expr) {
        let kind = match declared {
            "string" => Seen::Text(None),
            "int" => Seen::Int(0),
            "bool" => Seen::Bool,
            "object" => Seen::Object,
            "array" => Seen::Array(0),
            _ => return,
        };
        let ty = ty.read();
        if !is_of_kind(&ty, &kind) {
            self.mismatch(&ty, kind.name(), expr);
        }
    }

    fn written_out(&mut self, ty: Written<'t>, expr: &'w Expr) {
        let Some(seen) = seen(expr) else { return };
        // What is null is left out of the request.
        if matches!(seen, Seen::Null) {
            return;
        }
        let ty = ty.read();
        if !is_of_kind(&ty, &seen) {
            return self.mismatch(&ty, seen.name(), expr);
        }
        match (ty, seen) {
            (Type::Union(members), Seen::Text(Some(text))) => self.enumerated(&members, text, expr),
            (Type::Literal(only), Seen::Text(Some(text))) if only != text => {
                self.not_listed(&[only.as_ref()], text, expr, Confidence::High);
            }
            (Type::Int(range), Seen::Int(number)) => self.in_range(range, number, expr),
            (Type::String { length, .. }, Seen::Text(Some(text))) => {
                self.has_length(length, text.chars().count(), "characters", expr);
            }
            (Type::Array { items, length }, Seen::Array(count)) => {
                let ExprKind::Array(written) = &expr.kind else { return };
                if !written.iter().any(|item| item.spread) {
                    self.has_length(length, count, "items", expr);
                }
                for item in written.iter().filter(|item| !item.spread) {
                    self.value(items, &item.value);
                }
            }
            (Type::Object(object), Seen::Object) => {
                if let ExprKind::Object(written) = &expr.kind {
                    self.object(object, written, expr.span, false);
                }
            }
            _ => {}
        }
    }

    /// Most of Azure's enumerations are open: other texts are taken, so only a slip of the pen is told there.
    fn enumerated(&mut self, members: &[Written<'t>], text: &str, expr: &Expr) {
        let types: Vec<Type<'t>> = members.iter().map(|member| member.read()).collect();
        let mut listed = Vec::new();
        let mut open = false;
        for ty in &types {
            match ty {
                Type::Literal(value) => listed.push(value.as_ref()),
                Type::String { .. } | Type::Any => open = true,
                _ => {}
            }
        }
        if listed.contains(&text) || listed.is_empty() {
            return;
        }
        if !open {
            return self.not_listed(&listed, text, expr, Confidence::High);
        }
        let is_slip = |near: &str| !text.is_empty() && !is_another_version(near, text);
        if text::misspelt(text, listed.iter().copied()).is_some_and(is_slip) {
            self.not_listed(&listed, text, expr, Confidence::Medium);
        }
    }

    pub(super) fn not_listed(&mut self, listed: &[&str], text: &str, expr: &Expr, confidence: Confidence) {
        let place = self.shown_path();
        let near = text::misspelt(text, listed.iter().copied())
            .or_else(|| text::suggest(text, listed.iter().copied()))
            .map(str::to_owned);
        let message = format!("`{place}` has no value `{text}`");
        let here = match near {
            Some(near) => {
                let fix = Fix::unsafely(
                    format!("write `{near}`"),
                    self.model.source,
                    expr.span,
                    format!("'{}'", near.replace('\'', "\\'")),
                );
                warning(&codes::NEAR_LITERAL, message).help(format!("did you mean `{near}`?")).fix(fix)
            }
            None => warning(&codes::PROPERTY_TYPE, message).help(format!("use one of {}", list(listed))),
        };
        self.report(here.confidence(confidence), expr.span);
    }

    fn in_range(&mut self, range: Range, number: i64, expr: &Expr) {
        let place = self.shown_path();
        if let Some(max) = range.max.filter(|max| number > *max) {
            let message = format!("`{place}` is {max} at most, not {number}");
            self.report(warning(&codes::TOO_LARGE, message), expr.span);
        }
        if let Some(min) = range.min.filter(|min| number < *min) {
            let message = format!("`{place}` is {min} at least, not {number}");
            self.report(warning(&codes::TOO_SMALL, message), expr.span);
        }
    }

    fn has_length(&mut self, length: Range, count: usize, unit: &str, expr: &Expr) {
        let place = self.shown_path();
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        if let Some(max) = length.max.filter(|max| count > *max) {
            let message = format!("`{place}` has {max} {unit} at most, not {count}");
            self.report(warning(&codes::TOO_LONG, message), expr.span);
        }
        if let Some(min) = length.min.filter(|min| count < *min) {
            let message = format!("`{place}` has {min} {unit} at least, not {count}");
            self.report(warning(&codes::TOO_SHORT, message), expr.span);
        }
    }

    fn mismatch(&mut self, ty: &Type<'t>, actual: &str, expr: &Expr) {
        let place = self.shown_path();
        let message = format!("`{place}` takes {}, not `{actual}`", expected(ty));
        self.report(warning(&codes::PROPERTY_TYPE, message), expr.span);
    }
}

/// True where two texts differ in capital letters, blanks, digits or an ending only: `Windows2025` and `PremiumV2` are
/// newer than the table, no slips of the pen.
fn is_another_version(left: &str, right: &str) -> bool {
    let plain = |text: &str| -> String {
        let kept = text.chars().filter(|c| !c.is_whitespace() && !c.is_ascii_digit());
        kept.flat_map(char::to_lowercase).collect()
    };
    let (left, right) = (plain(left), plain(right));
    left.starts_with(&right) || right.starts_with(&left)
}

fn seen(expr: &Expr) -> Option<Seen<'_>> {
    Some(match &expr.kind {
        ExprKind::Null => Seen::Null,
        ExprKind::Bool(_) => Seen::Bool,
        ExprKind::Int(number) => Seen::Int(*number),
        ExprKind::Unary { operator: Unary::Minus, operand } => match operand.bare().kind {
            ExprKind::Int(number) => Seen::Int(number.checked_neg()?),
            _ => return None,
        },
        ExprKind::Unary { operator: Unary::Not, .. } => Seen::Bool,
        ExprKind::Str(text) => Seen::Text(Some(text)),
        ExprKind::Interpolated { .. } => Seen::Text(None),
        ExprKind::Array(items) => Seen::Array(items.len()),
        ExprKind::Object(_) => Seen::Object,
        _ => return None,
    })
}

fn is_of_kind(ty: &Type<'_>, seen: &Seen<'_>) -> bool {
    match ty {
        Type::Any => true,
        Type::Union(members) => members.iter().any(|member| is_of_kind(&member.read(), seen)),
        Type::Bool => matches!(seen, Seen::Bool),
        Type::Int(_) => matches!(seen, Seen::Int(_)),
        Type::String { .. } | Type::Literal(_) => matches!(seen, Seen::Text(_)),
        Type::Array { .. } => matches!(seen, Seen::Array(_)),
        Type::Object(_) => matches!(seen, Seen::Object),
    }
}

fn expected(ty: &Type<'_>) -> String {
    let name = match ty {
        Type::Any => "any",
        Type::Bool => "bool",
        Type::Int(_) => "int",
        Type::String { .. } | Type::Literal(_) => "string",
        Type::Array { .. } => "array",
        Type::Object(_) => "object",
        Type::Union(members) => {
            return members.first().map_or_else(|| "any".to_owned(), |member| expected(&member.read()));
        }
    };
    format!("`{name}`")
}

/// The values of an enumeration, the first of them where there are many.
pub(super) fn list(values: &[&str]) -> String {
    let shown: Vec<String> = values.iter().take(LISTED_MAX).map(|value| format!("`{value}`")).collect();
    let more = if values.len() > LISTED_MAX { " and more" } else { "" };
    format!("{}{more}", shown.join(", "))
}
