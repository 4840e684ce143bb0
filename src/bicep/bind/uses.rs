//! Walks every expression once: each name is resolved (or reported), each call checked, and each declaration
//! learns which others it uses and how. Dependencies, cycles and inlining are all read off these uses.

use std::collections::{BTreeMap, HashSet};

use super::super::codes;
use super::super::functions;
use super::super::imports::Sort;
use super::super::parser::Dialect;
use super::super::syntax::{Expr, ExprKind, Key, Loop, Member, Object};
use super::calls::{self, Context};
use super::place::Place;
use super::{Model, Symbol, diagnostic};
use crate::diag::Diagnostic;
use crate::text::Span;

/// One mention of a declaration.
#[derive(Clone, Copy, Debug)]
pub(in crate::bicep) struct Use<'a> {
    pub(in crate::bicep) symbol: Symbol,
    /// `i` of `symbol[i]`, where the symbol is declared with `for`.
    pub(in crate::bicep) index: Option<&'a Expr>,
    /// The index mentions no variable of an inner loop or lambda, so it means the same outside of it.
    pub(in crate::bicep) index_movable: bool,
    pub(in crate::bicep) access: Access<'a>,
    /// Where in the declaration's body.
    place: Where,
    /// Nothing of a resource's body is read: only what it is known by before it is deployed, or a function that is
    /// called on it, or it stands in `parent` or `scope`.
    pub(in crate::bicep) weak: bool,
    pub(in crate::bicep) span: Span,
}

/// What is read of a mentioned declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bicep) enum Access<'a> {
    Whole,
    Property(&'a str),
    /// A function such as `listKeys()` is called on it.
    Call,
}

/// What every resource knows about itself before it is deployed.
pub(in crate::bicep) const KNOWN_BEFORE: [&str; 4] = ["id", "name", "type", "apiVersion"];

/// The names that are visible besides the global ones.
#[derive(Clone, Debug, Default)]
pub(in crate::bicep) struct Scope<'a> {
    pub(in crate::bicep) locals: Vec<(&'a str, LocalKind)>,
    /// The resource in whose body we are.
    pub(in crate::bicep) within: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bicep) enum LocalKind {
    /// Of the `for` right behind a declaration's `=`.
    Declaration,
    /// Of a property's `for` or of a lambda.
    Inner,
}

impl<'a> Scope<'a> {
    pub(in crate::bicep) fn top(within: Option<usize>) -> Self {
        Self { locals: Vec::new(), within }
    }

    fn local(&self, name: &str) -> Option<LocalKind> {
        self.locals.iter().rev().find(|(local, _)| *local == name).map(|(_, kind)| *kind)
    }

    fn with_loop(&self, head: &'a Loop, kind: LocalKind) -> Self {
        let mut inner = self.clone();
        inner.locals.push((&head.item.name, kind));
        inner.locals.extend(head.index.as_ref().map(|index| (index.name.as_str(), kind)));
        inner
    }
}

/// The declaration that an expression is nothing but a mention of: `name`, `name[i]`, `outer::inner`, `name!`.
pub(in crate::bicep) fn target<'a>(
    model: &Model<'a>,
    expr: &'a Expr,
    scope: &Scope<'_>,
) -> Option<(Symbol, Option<&'a Expr>)> {
    match &expr.bare().kind {
        ExprKind::Name(name) if scope.local(name).is_none() => {
            Some((model.lookup(name, scope.within)?, None))
        }
        ExprKind::Nested { base, name } => match target(model, base, scope)? {
            (Symbol::Resource(outer), None) => {
                let child = model.resources[outer].children.get(name.name.as_str())?;
                Some((Symbol::Resource(*child), None))
            }
            _ => None,
        },
        ExprKind::Index { base, index, safe: false, from_end: false } => match target(model, base, scope)? {
            (symbol, None) if model.is_collection(symbol) => Some((symbol, Some(index))),
            _ => None,
        },
        _ => None,
    }
}

/// Fills in the uses of every declaration.
pub(super) fn collect_all(model: &mut Model<'_>, found: &mut Vec<Diagnostic>) {
    let mut reads_collections = false;
    let (in_param, in_declaration) = match model.dialect {
        Dialect::Template => (Context::ParameterDefault, Context::Declaration),
        Dialect::Parameters => (Context::ParametersFile, Context::ParametersFile),
    };
    for at in 0..model.params.len() {
        if let Some(default) = model.params[at].default {
            let mut collector = Collector::new(model, in_param);
            collector.visit(default, &Scope::default());
            reads_collections |= collector.reads_collections;
            let uses = collector.finish(found);
            model.params[at].uses = uses;
        }
    }
    for at in 0..model.vars.len() {
        let mut collector = Collector::new(model, in_declaration);
        collector.visit_loop_or_value(model.vars[at].value);
        let runtime = collector.runtime;
        reads_collections |= collector.reads_collections;
        let uses = collector.finish(found);
        model.vars[at].uses = uses;
        model.vars[at].inline = runtime;
    }
    for at in 0..model.resources.len() {
        let mut collector = Collector::new(model, in_declaration);
        let resource = &model.resources[at];
        let outside = Scope::top(resource.nested_in);
        if let Some(outer) = resource.nested_in {
            collector.uses.push(Use {
                symbol: Symbol::Resource(outer),
                index: None,
                index_movable: true,
                access: Access::Whole,
                place: Where::ParentOrScope,
                weak: true,
                span: resource.decl.name.span,
            });
        }
        collector.visit_body(&resource.decl.body, &outside, Some(at));
        reads_collections |= collector.reads_collections;
        let runtime = collector.runtime;
        let uses = collector.finish(found);
        model.resources[at].inline = runtime && model.resources[at].decl.existing;
        model.resources[at].uses = uses;
    }
    for at in 0..model.modules.len() {
        let mut collector = Collector::new(model, in_declaration);
        collector.visit_body(&model.modules[at].decl.body, &Scope::default(), None);
        reads_collections |= collector.reads_collections;
        let uses = collector.finish(found);
        model.modules[at].uses = uses;
    }
    for at in 0..model.outputs.len() {
        let mut collector = Collector::new(model, in_declaration);
        collector.visit_loop_or_value(model.outputs[at].value);
        reads_collections |= collector.reads_collections;
        collector.finish(found);
    }
    for at in 0..model.funcs.len() {
        let mut collector = Collector::new(model, Context::Function);
        let func = &model.funcs[at];
        let mut scope = Scope::default();
        scope.locals.extend(func.params.iter().map(|(name, _)| (name.name.as_str(), LocalKind::Inner)));
        collector.visit(func.body, &scope);
        let uses = collector.finish(found);
        model.funcs[at].uses = uses;
    }
    model.reads_collections = reads_collections;
    for (_, value) in &model.metadata {
        let mut collector = Collector::new(model, in_declaration);
        collector.visit(value, &Scope::default());
        collector.finish(found);
    }
}

/// Marks the variables whose value needs a deployed resource, and the existing resources whose name does, directly
/// or through another one.
pub(super) fn decide_inlining(model: &mut Model<'_>) {
    let mut users: BTreeMap<Symbol, Vec<Symbol>> = BTreeMap::new();
    let vars = (0..model.vars.len()).map(Symbol::Var);
    let candidates: Vec<Symbol> = vars
        .chain(
            (0..model.resources.len()).filter(|&at| model.resources[at].decl.existing).map(Symbol::Resource),
        )
        .collect();
    for &symbol in &candidates {
        for used in model.uses_of(symbol) {
            users.entry(used.symbol).or_default().push(symbol);
        }
        if let Symbol::Resource(at) = symbol
            && let Some(around) = found_within(model, at)
        {
            users.entry(Symbol::Resource(around)).or_default().push(symbol);
        }
    }
    // What has just been marked may mark what uses it; each is marked once.
    // Those that call a function such as `reference()` are marked already, so all are looked at in any case.
    let mut queue = candidates;
    while let Some(symbol) = queue.pop() {
        let marked = match symbol {
            Symbol::Var(at) if !model.vars[at].inline => {
                model.vars[at].inline = model.vars[at].uses.iter().any(|used| needs_runtime(model, used));
                model.vars[at].inline
            }
            Symbol::Resource(at) if model.resources[at].decl.existing && !model.resources[at].inline => {
                model.resources[at].inline = is_found_late(model, at);
                model.resources[at].inline
            }
            _ => false,
        };
        if marked {
            queue.extend(users.get(&symbol).into_iter().flatten());
        }
    }
}

/// The resource by which an existing one is found: its parent, or the one that it extends.
fn found_within(model: &Model<'_>, at: usize) -> Option<usize> {
    let resource = &model.resources[at];
    resource.parent.map(|parent| parent.resource).or(match resource.place {
        Place::Extension { resource, .. } => Some(resource),
        _ => None,
    })
}

fn is_found_late(model: &Model<'_>, at: usize) -> bool {
    let resource = &model.resources[at];
    let around = found_within(model, at);
    around.is_some_and(|around| model.resources[around].inline)
        || resource.uses.iter().any(|used| used.place == Where::Elsewhere && needs_runtime(model, used))
}

fn needs_runtime(model: &Model<'_>, used: &Use<'_>) -> bool {
    match used.symbol {
        Symbol::Var(at) => model.vars[at].inline,
        Symbol::Resource(at) => match used.access {
            Access::Property("id" | "name") if model.resources[at].inline => true,
            Access::Property(name) => !KNOWN_BEFORE.contains(&name),
            _ => true,
        },
        Symbol::Module(_) => used.access != Access::Property("name"),
        _ => false,
    }
}

/// The property at the top of a body that is visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Where {
    ParentOrScope,
    DependsOn,
    Elsewhere,
}

struct Collector<'m, 'a> {
    model: &'m Model<'a>,
    context: Context,
    uses: Vec<Use<'a>>,
    /// A function was called that only answers while deploying.
    runtime: bool,
    reads_collections: bool,
    place: Where,
    found: Vec<Diagnostic>,
}

impl<'m, 'a> Collector<'m, 'a> {
    fn new(model: &'m Model<'a>, context: Context) -> Self {
        Self {
            model,
            context,
            uses: Vec::new(),
            runtime: false,
            reads_collections: false,
            place: Where::Elsewhere,
            found: Vec::new(),
        }
    }

    fn finish(self, found: &mut Vec<Diagnostic>) -> Vec<Use<'a>> {
        found.extend(self.found);
        self.uses
    }

    fn visit_body(&mut self, body: &'a super::Body, outside: &Scope<'a>, within: Option<usize>) {
        let mut scope = outside.clone();
        if let Some(head) = &body.loop_head {
            self.visit(&head.array, outside);
            scope = scope.with_loop(head, LocalKind::Declaration);
        }
        scope.within = within.or(scope.within);
        if let Some(condition) = &body.condition {
            self.visit(condition, &scope);
        }
        self.visit_members(&body.object, &scope, true);
    }

    fn visit_loop_or_value(&mut self, value: &'a Expr) {
        match &value.kind {
            ExprKind::For { head, body } => {
                self.visit(&head.array, &Scope::default());
                let scope = Scope::default().with_loop(head, LocalKind::Declaration);
                self.visit(body, &scope);
            }
            _ => self.visit(value, &Scope::default()),
        }
    }

    fn visit_object(&mut self, object: &'a Object, scope: &Scope<'a>) {
        self.visit_members(object, scope, false);
    }

    fn visit_members(&mut self, object: &'a Object, scope: &Scope<'a>, at_top: bool) {
        let mut keys: HashSet<String> = HashSet::new();
        for member in &object.members {
            match member {
                Member::Property(property) => {
                    match &property.key {
                        Key::Interpolated(key) => self.visit(key, scope),
                        Key::Text(key) => {
                            // ARM is not case sensitive about keys.
                            let folded = key.to_ascii_lowercase();
                            if keys.contains(&folded) {
                                let message = format!("the property `{key}` is set more than once");
                                self.report(
                                    diagnostic(&codes::DUPLICATE_PROPERTY, message),
                                    property.key_span,
                                );
                            }
                            keys.insert(folded);
                        }
                    }
                    if at_top {
                        self.place = match property.text() {
                            Some("parent" | "scope") => Where::ParentOrScope,
                            Some("dependsOn") => Where::DependsOn,
                            _ => Where::Elsewhere,
                        };
                    }
                    self.visit(&property.value, scope);
                    if at_top {
                        self.place = Where::Elsewhere;
                    }
                }
                Member::Spread(value) => self.visit(value, scope),
                // A nested resource is a declaration of its own.
                Member::Resource(_) => {}
            }
        }
    }

    fn visit(&mut self, expr: &'a Expr, scope: &Scope<'a>) {
        self.visit_as(expr, scope, Access::Whole);
    }

    fn visit_all(&mut self, exprs: &'a [Expr], scope: &Scope<'a>) {
        for expr in exprs {
            self.visit(expr, scope);
        }
    }

    fn visit_as(&mut self, expr: &'a Expr, scope: &Scope<'a>, access: Access<'a>) {
        if let Some((symbol, index)) = target(self.model, expr, scope) {
            return self.mention(symbol, index, access, expr, scope);
        }
        match &expr.kind {
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Int(_) | ExprKind::Str(_) | ExprKind::Error => {}
            // What an extended file gives; checked where its values are known.
            ExprKind::Name(name) if name == "base" && self.model.extends => {}
            ExprKind::Name(name) => {
                if scope.local(name).is_none() {
                    self.unknown_name(name, expr.span, scope);
                }
            }
            ExprKind::Interpolated { exprs, .. } => self.visit_all(exprs, scope),
            ExprKind::Array(items) => items.iter().for_each(|item| self.visit(&item.value, scope)),
            ExprKind::Object(object) => self.visit_object(object, scope),
            ExprKind::Paren(inner) | ExprKind::NonNull(inner) => self.visit_as(inner, scope, access),
            ExprKind::Property { base, name, .. } => self.visit_as(base, scope, Access::Property(&name.name)),
            ExprKind::Nested { base, name } => self.visit_nested(base, name, scope),
            ExprKind::Index { base, index, .. } => {
                let read = index.as_text().map_or(Access::Whole, Access::Property);
                self.visit_as(base, scope, read);
                self.visit(index, scope);
            }
            ExprKind::Unary { operand, .. } => self.visit(operand, scope),
            ExprKind::Binary { left, right, .. } => {
                self.visit(left, scope);
                self.visit(right, scope);
            }
            ExprKind::Ternary { condition, yes, no } => {
                self.visit(condition, scope);
                self.visit(yes, scope);
                self.visit(no, scope);
            }
            ExprKind::Call { name, arguments } => {
                let (before, runtime, collections) = (self.uses.len(), self.runtime, self.reads_collections);
                if !self.user_function(name, arguments) {
                    self.runtime |= calls::check(self.model, name, arguments, self.context, &mut self.found);
                }
                self.visit_arguments(arguments, scope);
                if name.name == "nameof" {
                    // Only the name is taken, so nothing has to be known at run time.
                    for used in &mut self.uses[before..] {
                        used.access = Access::Property("name");
                    }
                    (self.runtime, self.reads_collections) = (runtime, collections);
                }
            }
            ExprKind::Method { base, name, arguments } => {
                if calls::is_namespace(self.model, base, scope.local("sys").or(scope.local("az")).is_some()) {
                    self.runtime |= calls::check(self.model, name, arguments, self.context, &mut self.found);
                } else if let Some(at) = everything(self.model, base, scope) {
                    let arity = self.model.member_of(at, &name.name).and_then(|target| target.arity());
                    self.model.report_member(at, &name.name, Sort::Function, name.span, &mut self.found);
                    self.check_arity(name, arguments.len(), arity);
                } else {
                    self.runtime = true;
                    self.visit_as(base, scope, Access::Call);
                }
                self.visit_arguments(arguments, scope);
            }
            ExprKind::Lambda { .. } => {
                let message = "a lambda can only stand as the argument of a function";
                self.report(diagnostic(&codes::LAMBDA_PLACE, message), expr.span);
            }
            ExprKind::For { head, body } => {
                self.visit(&head.array, scope);
                self.visit(body, &scope.with_loop(head, LocalKind::Inner));
            }
        }
    }

    /// Checks the call of a function that this file declares or imports; false where there is none.
    fn user_function(&mut self, name: &'a super::Ident, arguments: &[Expr]) -> bool {
        match self.model.globals.get(name.name.as_str()) {
            Some(&Symbol::Func(at)) => {
                self.check_arity(name, arguments.len(), Some(self.model.funcs[at].params.len()));
                let access = Access::Call;
                self.uses.push(Use {
                    symbol: Symbol::Func(at),
                    index: None,
                    index_movable: true,
                    access,
                    place: self.place,
                    weak: false,
                    span: name.span,
                });
                true
            }
            Some(&Symbol::Imported(at)) => match &self.model.imported[at].target {
                Some(target) if target.sort() == Sort::Function => {
                    self.check_arity(name, arguments.len(), target.arity());
                    true
                }
                target => target.is_none(),
            },
            _ => false,
        }
    }

    fn check_arity(&mut self, name: &super::Ident, given: usize, takes: Option<usize>) {
        if let Some(takes) = takes.filter(|takes| *takes != given) {
            let message = format!("`{}` takes {takes} arguments, not {given}", name.name);
            self.report(diagnostic(&codes::ARGUMENT_COUNT, message), name.span);
        }
    }

    fn visit_arguments(&mut self, arguments: &'a [Expr], scope: &Scope<'a>) {
        for argument in arguments {
            match &argument.bare().kind {
                ExprKind::Lambda { parameters, body } => {
                    let mut inner = scope.clone();
                    inner.locals.extend(parameters.iter().map(|p| (p.name.as_str(), LocalKind::Inner)));
                    self.visit(body, &inner);
                }
                _ => self.visit(argument, scope),
            }
        }
    }

    fn visit_nested(&mut self, base: &'a Expr, name: &super::Ident, scope: &Scope<'a>) {
        match target(self.model, base, scope) {
            Some((Symbol::Resource(outer), None)) => {
                let resource = &self.model.resources[outer];
                let message = format!("`{}` has no nested resource `{}`", resource.decl.name.name, name.name);
                let found = diagnostic(&codes::NO_NESTED_RESOURCE, message)
                    .did_you_mean(&name.name, resource.children.keys().copied());
                self.report(found, name.span);
            }
            _ => {
                let message = "`::` reaches a nested resource, but this is no resource";
                self.report(diagnostic(&codes::NOT_A_RESOURCE, message), base.span);
                self.visit(base, scope);
            }
        }
    }

    fn mention(
        &mut self,
        symbol: Symbol,
        index: Option<&'a Expr>,
        access: Access<'a>,
        expr: &'a Expr,
        scope: &Scope<'a>,
    ) {
        if self.context == Context::ParameterDefault && !matches!(symbol, Symbol::Param(_)) {
            let message = format!("a parameter's default cannot use `{}`", self.model.name_of(symbol));
            let found =
                diagnostic(&codes::PARAMETER_DEFAULT_USES, message).help("use parameters and functions only");
            self.report(found, expr.span);
        }
        match symbol {
            Symbol::Type(_) => {
                let message =
                    format!("`{}` is a type, and a value is expected here", self.model.name_of(symbol));
                return self.report(diagnostic(&codes::TYPE_AS_VALUE, message), expr.span);
            }
            Symbol::Func(_) => {
                let name = self.model.name_of(symbol);
                let found = diagnostic(&codes::UNKNOWN_NAME, format!("`{name}` is a function"));
                return self.report(found.help(format!("call it: `{name}(…)`")), expr.span);
            }
            Symbol::Imported(at) => {
                let target = self.model.imported[at].target.as_ref();
                if target.is_some_and(|target| target.sort() != Sort::Variable) {
                    let message = format!("`{}` is no value", self.model.name_of(symbol));
                    self.report(diagnostic(&codes::TYPE_AS_VALUE, message), expr.span);
                }
                return;
            }
            Symbol::Everything(at) => {
                let Access::Property(member) = access else {
                    let message = format!("`{}` is no value", self.model.name_of(symbol));
                    return self.report(diagnostic(&codes::TYPE_AS_VALUE, message), expr.span);
                };
                return self.model.report_member(at, member, Sort::Variable, expr.span, &mut self.found);
            }
            Symbol::Param(_) | Symbol::Var(_) | Symbol::Resource(_) | Symbol::Module(_) => {}
        }
        if self.context == Context::Function && !matches!(symbol, Symbol::Var(_)) {
            let message = format!("a function cannot use `{}`", self.model.name_of(symbol));
            let found = diagnostic(&codes::UNKNOWN_NAME, message).help("pass it as an argument");
            self.report(found, expr.span);
        }
        let is_known = matches!(access, Access::Property(name) if KNOWN_BEFORE.contains(&name));
        let weak = is_known || access == Access::Call || self.place == Where::ParentOrScope;
        self.reads_collections |= index.is_none()
            && access == Access::Whole
            && self.place != Where::DependsOn
            && matches!(symbol, Symbol::Resource(_) | Symbol::Module(_))
            && self.model.is_collection(symbol);
        let index_movable = index.is_none_or(|index| !mentions_inner(index, scope));
        let place = self.place;
        self.uses.push(Use { symbol, index, index_movable, access, place, weak, span: expr.span });
        if let Some(index) = index {
            self.visit(index, scope);
        }
    }

    fn unknown_name(&mut self, name: &str, span: Span, scope: &Scope<'a>) {
        let locals = scope.locals.iter().map(|(local, _)| *local);
        let mut found = diagnostic(&codes::UNKNOWN_NAME, format!("the name `{name}` is not declared"));
        found = if functions::find(name).is_some() {
            found.help(format!("call the function: `{name}(…)`"))
        } else {
            self.model.did_you_mean(found, name, self.model.globals.keys().copied().chain(locals))
        };
        self.report(found, span);
    }

    fn report(&mut self, found: Diagnostic, span: Span) {
        self.found.push(found.at(self.model.source, span));
    }
}

/// The `import * as name` that an expression names.
pub(in crate::bicep) fn everything(model: &Model<'_>, expr: &Expr, scope: &Scope<'_>) -> Option<usize> {
    match (&expr.kind, target(model, expr, scope)) {
        (ExprKind::Name(_), Some((Symbol::Everything(at), None))) => Some(at),
        _ => None,
    }
}

/// True where the expression mentions a local that is not of the declaration's own `for`.
fn mentions_inner(expr: &Expr, scope: &Scope<'_>) -> bool {
    let mut found = false;
    expr.each(&mut |expr| {
        found |= matches!(&expr.kind, ExprKind::Name(name) if scope.local(name) == Some(LocalKind::Inner));
    });
    found
}
