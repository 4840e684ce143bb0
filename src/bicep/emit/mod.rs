//! A bound file to an ARM template, by the official compiler's rules (Azure/bicep, src/Bicep.Core/Emit, read
//! 2026-08-21): the same template for the same file, but for the generator's name and hash.

mod access;
mod arm_expr;
mod deps;
mod description;
mod expr;
mod functions;
mod ids;
mod loops;
mod module;
mod resource;
mod template;
mod types;
mod value;

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use serde_json::Value as Json;

use super::external::Externals;
use super::found::FOUND_MAX;
use super::imports::{Closure, close};
use super::load::Loaded;
use super::project::Unit;
use super::syntax::{Expr, ExprKind, Loop};
use super::{Options, bind, codes};
use crate::catalog::azure_types::AzureTypes;
use crate::diag::{Code, Diagnostic};
use crate::text::Span;
use arm_expr::{Arm, call, text};
use bind::uses::{LocalKind, Scope};
use bind::{Func, Model, Symbol};
use resource::has_decorator;

pub(super) use template::{secret_with_inputs, template, values, with_inputs};

/// Nodes of all expressions of one template together. ARM refuses templates above 4 MiB; inlined variables can
/// double with each other, so the size is not bounded by the source.
/// <https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices#template-limits>
const NODES_MAX: usize = 250_000;

/// How deep expressions may become by inlining; bounds the stack.
const DEPTH_MAX: usize = 512;

/// What is needed to write one template.
pub(super) struct Emitter<'m, 'a> {
    model: &'m Model<'a>,
    /// The compiled modules, as in `model.modules`.
    modules: &'m [Option<Arc<Unit>>],
    loaded: &'m Loaded,
    types: Option<&'m dyn AzureTypes>,
    /// What the file imports.
    closure: Closure,
    /// Language version 2.0: resources are known by their names in the file.
    symbolic: bool,
    /// What a parameters file leaves to be filled in, where an expression is written for it.
    inputs: Option<Inputs<'m, 'a>>,
    found: RefCell<Vec<Diagnostic>>,
    nodes: Cell<usize>,
    depth: Cell<usize>,
}

/// How an expression of a parameters file is written that has external inputs in it: what is known is put in.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'m, 'a> {
    pub(super) externals: &'m Externals,
    /// Computes an expression without external inputs.
    pub(super) compute: &'m dyn Fn(&'a Expr) -> Option<Json>,
}

/// Which names mean what while an expression is converted.
#[derive(Clone, Default)]
struct Env<'a> {
    scope: Scope<'a>,
    /// The values of `scope.locals`.
    values: Vec<Arm>,
    /// Which of a collection the declaration is that these names belong to.
    index: Option<Arm>,
    /// The locals that are modules: items of a collection of them.
    modules: Vec<&'a str>,
    /// Inside the `for` of a property, where another one cannot stand.
    in_property_loop: bool,
}

impl<'a> Env<'a> {
    fn top(within: Option<usize>) -> Self {
        Self { scope: Scope::top(within), ..Self::default() }
    }

    fn local(&self, name: &str) -> Option<&Arm> {
        let at = self.scope.locals.iter().rposition(|(local, _)| *local == name)?;
        self.values.get(at)
    }

    fn bind(&mut self, name: &'a str, kind: LocalKind, value: Arm) {
        // A name that is used again hides what it was.
        self.modules.retain(|module| *module != name);
        self.scope.locals.push((name, kind));
        self.values.push(value);
    }
}

impl<'m, 'a> Emitter<'m, 'a> {
    pub(super) fn new(
        model: &'m Model<'a>,
        modules: &'m [Option<Arc<Unit>>],
        loaded: &'m Loaded,
        options: &Options<'m>,
    ) -> Self {
        Self {
            model,
            modules,
            loaded,
            types: options.types,
            closure: close(model.source.path(), &model.wanted()),
            symbolic: options.symbolic_names || needs_names(model, modules),
            inputs: None,
            found: RefCell::new(Vec::new()),
            nodes: Cell::new(0),
            depth: Cell::new(0),
        }
    }

    fn report(&self, code: &'static Code, message: impl Into<String>, span: Span) {
        self.push(Diagnostic::new(code, message), span);
    }

    fn push(&self, diagnostic: Diagnostic, span: Span) {
        let diagnostic = diagnostic.at(self.model.source, span);
        let mut found = self.found.borrow_mut();
        // An inlined variable is converted at each use; what is wrong with it is said once.
        if found.len() <= FOUND_MAX && !found.contains(&diagnostic) {
            found.push(diagnostic);
        }
    }

    /// Counts one more node; none where the template has become too large or too deep.
    fn enter(&self, span: Span) -> Option<Entered<'_>> {
        let (nodes, depth) = (self.nodes.get() + 1, self.depth.get() + 1);
        self.nodes.set(nodes);
        if nodes == NODES_MAX || (depth > DEPTH_MAX && nodes < NODES_MAX) {
            self.nodes.set(NODES_MAX);
            let message = "the expressions of this template grow beyond what ARM takes";
            let diagnostic = Diagnostic::new(&codes::TEMPLATE_TOO_LARGE, message)
                .help("variables that read a deployed resource are copied to each use; use fewer of them in each other");
            self.push(diagnostic, span);
        }
        if nodes >= NODES_MAX || depth > DEPTH_MAX {
            return None;
        }
        self.depth.set(depth);
        Some(Entered(&self.depth))
    }

    /// The names inside a declaration's body, with its `for` at `index`.
    fn instance(&self, symbol: Symbol, index: Option<Arm>) -> Env<'a> {
        let (head, nested_in, within) = match symbol {
            Symbol::Resource(at) => {
                let resource = &self.model.resources[at];
                (resource.loop_head(), resource.nested_in, Some(at))
            }
            Symbol::Module(at) => (self.model.modules[at].decl.body.loop_head.as_ref(), None, None),
            _ => (None, None, None),
        };
        let outside = Env::top(nested_in);
        let mut env = match (head, index.clone()) {
            (Some(head), Some(index)) => self.in_loop(head, index, &outside, LocalKind::Declaration),
            _ => outside,
        };
        env.index = index;
        env.scope.within = within.or(env.scope.within);
        env
    }

    /// The names inside a declaration's body while that declaration itself is written.
    fn own(&self, symbol: Symbol) -> Env<'a> {
        let index = self.model.is_collection(symbol).then(|| call("copyIndex", []));
        self.instance(symbol, index)
    }

    /// `outside` with the variables of a `for`, whose round is `index`.
    fn in_loop(&self, head: &'a Loop, index: Arm, outside: &Env<'a>, kind: LocalKind) -> Env<'a> {
        let array = self.convert(&head.array, outside);
        let mut env = outside.clone();
        env.bind(&head.item.name, kind, array.access(index.clone()));
        if self.is_modules(&head.array, outside) {
            env.modules.push(&head.item.name);
        }
        if let Some(name) = &head.index {
            env.bind(&name.name, kind, index);
        }
        env
    }

    /// True where the expression is a whole collection of modules.
    fn is_modules(&self, expr: &'a Expr, env: &Env<'a>) -> bool {
        self.reference(expr, env)
            .is_some_and(|found| found.whole_collection && matches!(found.symbol, Symbol::Module(_)))
    }

    /// The names inside a function.
    fn function_env(&self, func: &Func<'a>) -> Env<'a> {
        let mut env = Env::default();
        for (name, _) in func.params {
            env.bind(&name.name, LocalKind::Inner, call("parameters", [text(name.name.as_str())]));
        }
        env
    }

    /// How a template of language version 2.0 refers to a declaration: `name` or `name[index]`.
    fn by_name(name: &str, index: Option<&Arm>) -> Arm {
        match index {
            None => text(name),
            Some(index) => call("format", [text(format!("{name}[{{0}}]")), index.clone()]),
        }
    }

    fn is_any_call(expr: &'a Expr) -> Option<&'a Expr> {
        match &expr.kind {
            ExprKind::Call { name, arguments } if name.name == "any" => arguments.first(),
            ExprKind::Method { base, name, arguments }
                if name.name == "any" && matches!(&base.kind, ExprKind::Name(ns) if ns == "sys") =>
            {
                arguments.first()
            }
            _ => None,
        }
    }
}

/// Whether the template must be of language version 2.0: what it takes is not in the earlier version
/// (src/Bicep.Core/Emit/EmitterSettings.cs, 2026-08-21).
fn needs_names(model: &Model<'_>, modules: &[Option<Arc<Unit>>]) -> bool {
    let secure = |unit: &Arc<Unit>| unit.signature.outputs.values().any(|output| output.secure);
    let composed = |ty: Option<&bind::TypeExpr>| ty.is_some_and(bind::TypeExpr::is_composed);
    !model.types.is_empty()
        || !model.funcs.is_empty()
        || !model.imported.is_empty()
        || !model.everything.is_empty()
        || model.vars.iter().any(|var| var.ty.is_some())
        || model.params.iter().any(|param| composed(param.ty))
        || model
            .outputs
            .iter()
            .any(|output| composed(Some(output.ty)) || has_decorator(&output.decl.decorators, "secure"))
        || modules.iter().flatten().any(secure)
        || model.modules.iter().any(|module| module.decl.body.object.get("name").is_none())
        || model.resources.iter().any(|resource| {
            (resource.decl.existing && resource.object().get("dependsOn").is_some())
                || has_decorator(resource.decorators, "onlyIfNotExists")
                || has_decorator(resource.decorators, "retryOn")
        })
        || model.reads_collections
}

/// Counts the depth back when it goes.
struct Entered<'a>(&'a Cell<usize>);

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}
