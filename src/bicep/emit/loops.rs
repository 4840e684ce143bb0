//! `copy` objects. ARM takes an object or a string as the input of a loop; everything else is written as an
//! expression.

use serde_json::{Map, Value as Json};

use super::super::syntax::{Expr, ExprKind};
use super::arm_expr::call;
use super::value::has_spread;
use super::{Emitter, Env};

impl<'a> Emitter<'_, 'a> {
    /// `{ name, count, input }`; `body` is converted with the names of the loop.
    pub(super) fn copy(
        &self,
        name: Option<&str>,
        array: &'a Expr,
        outside: &Env<'a>,
        body: Option<(&'a Expr, &Env<'a>)>,
    ) -> Json {
        let mut out = Map::new();
        if let Some(name) = name {
            out.insert("name".into(), Json::from(name));
        }
        out.insert("count".into(), call("length", [self.convert(array, outside)]).to_json());
        if let Some((body, inside)) = body {
            let value = self.resolved(body, inside);
            let input = if is_direct_input(value.0) {
                self.json(value.0, &value.1)
            } else {
                self.convert(body, inside).into_call().to_json()
            };
            out.insert("input".into(), input);
        }
        Json::Object(out)
    }

    /// Follows parentheses and variables that are put in place to the value that is written.
    fn resolved(&self, expr: &'a Expr, env: &Env<'a>) -> (&'a Expr, Env<'a>) {
        let bare = expr.bare();
        match self.inlined(bare, env) {
            Some(value) => (value.bare(), Env::default()),
            None => (bare, env.clone()),
        }
    }
}

pub(super) fn is_direct_input(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Object(object) => !has_spread(object),
        ExprKind::Str(_) => true,
        _ => false,
    }
}
