//! What the service's compiler would refuse: names, types and members that do not exist or are not allowed, values
//! that do not fit, variables without a value. Types are followed as far as the table of types goes; where one is not
//! known for sure, nothing is said.

mod call;
mod constant;
mod expr;
mod member;
mod ops;
mod stmt;

use super::ast::{Body, Lambda, Program, TypeRef};
use super::codes::{
    DUPLICATE_NAME, MISSING_RETURN, TOO_COMPLEX, TYPE_NOT_ALLOWED, TYPE_NOT_LISTED, UNKNOWN_NAME,
    UNKNOWN_TYPE, UNREACHABLE,
};
use super::flow;
use super::problem::Problem;
use super::types::{self, Named, Ty};
use super::wordings;
use crate::diag::{Confidence, Wording};
use crate::text::Span;

/// Returns what is wrong with `program` although it can be read, in the order of the text.
pub fn check(program: &Program) -> Vec<Problem> {
    let mut found = program.noted.clone();
    found.extend(Checker::run(program).found);
    found.sort_by_key(|problem| (problem.span.start, problem.span.end));
    found.dedup_by(|second, first| first.span == second.span && first.code == second.code);
    found
}

/// The type and the place of every value that `program` gives back.
pub(super) fn returned(program: &Program) -> Vec<(Ty, Span)> {
    Checker::run(program).returns
}

/// Variables that are known at one place. The largest published expression has 25; looking one up walks over them.
const MAX_LOCALS: usize = 1_000;

/// Findings of one expression; past it the rest is the echo of the first ones.
const MAX_FINDINGS: usize = 64;

struct Checker {
    /// The innermost last.
    locals: Vec<Local>,
    /// How many lambdas and local functions are around.
    nesting: usize,
    /// What the function being checked gives back.
    returns: Vec<(Ty, Span)>,
    /// What it has to give back, in a local function that says so.
    wanted: Option<Ty>,
    /// Whether the next member may be a method that is named without being called.
    takes_method: bool,
    /// Whether `unchecked` is around.
    unchecked: bool,
    found: Vec<Problem>,
}

struct Local {
    name: String,
    ty: Ty,
    /// False until something can have been assigned.
    assigned: bool,
    nesting: usize,
    /// The parameters that a call needs and takes, where it is a local function.
    takes: Option<(usize, usize)>,
}

impl Checker {
    fn run(program: &Program) -> Self {
        let mut checker = Self {
            locals: Vec::new(),
            nesting: 0,
            returns: Vec::new(),
            wanted: None,
            takes_method: false,
            unchecked: false,
            found: Vec::new(),
        };
        checker.add("context", Ty::named("IProxyRequestContext"), true);
        match &program.body {
            Body::Expr(expr) => {
                let ty = checker.value(expr);
                checker.returns.push((ty, expr.span));
            }
            Body::Block(statements) => {
                checker.block(statements);
                checker.ends_in_return(statements);
            }
        }
        checker
    }

    /// Every path of a function that gives something has to give it (CS0161).
    fn ends_in_return(&mut self, statements: &[super::ast::Stmt]) {
        if !flow::can_complete(statements) {
            return;
        }
        let span = statements.last().map_or(Span::at(0), |last| last.span);
        self.found.push(
            Problem::new(&MISSING_RETURN, "not every path returns a value (CS0161)", span)
                .help("end the block with `return value;`"),
        );
    }

    /// A statement after one that never goes on (CS0162).
    fn unreachable(&mut self, statements: &[super::ast::Stmt]) {
        let Some(last) = statements.iter().position(|statement| !flow::completes(statement)) else { return };
        let is_code = |statement: &&super::ast::Stmt| {
            !matches!(
                statement.kind,
                super::ast::StmtKind::LocalFunction { .. } | super::ast::StmtKind::Empty
            )
        };
        if let Some(after) = statements[last + 1..].iter().find(is_code) {
            self.found.push(Problem::new(&UNREACHABLE, "this is never reached (CS0162)", after.span));
        }
    }

    /// Whether nothing more is worth saying: the program is refused as it is.
    fn is_full(&self) -> bool {
        self.found.len() >= MAX_FINDINGS || self.locals.len() > MAX_LOCALS
    }

    fn find(&self, name: &str) -> Option<&Local> {
        if self.locals.len() > MAX_LOCALS {
            return None;
        }
        self.locals.iter().rev().find(|local| local.name == name)
    }

    /// Declares a variable; a name that is taken is reported.
    fn declare(&mut self, name: &str, ty: Ty, assigned: bool, span: Span) {
        if name != "_" && self.find(name).is_some() {
            let of_outer_function = self.find(name).is_some_and(|local| local.nesting < self.nesting);
            let message = match name {
                "context" => "`context` is declared in every expression (CS0136)".to_owned(),
                _ => format!("a variable `{name}` is declared already (CS0128)"),
            };
            let problem = Problem::new(&DUPLICATE_NAME, message, span);
            // C# 8 lets a lambda hide the names around it.
            let confidence = if of_outer_function { Confidence::Medium } else { Confidence::High };
            self.found.push(problem.confidence(confidence));
        }
        self.add(name, ty, assigned);
    }

    fn add(&mut self, name: &str, ty: Ty, assigned: bool) {
        let nesting = self.nesting;
        if self.locals.len() == MAX_LOCALS {
            let message = format!("there are more than {MAX_LOCALS} variables at one place");
            self.found.push(Problem::new(&TOO_COMPLEX, message, Span::at(0)));
        }
        self.locals.push(Local { name: name.to_owned(), ty, assigned, nesting, takes: None });
    }

    fn assign(&mut self, name: &str) {
        if let Some(local) = self.locals.iter_mut().rev().find(|local| local.name == name) {
            local.assigned = true;
        }
    }

    /// Checks what stands in `checked` or `unchecked`.
    fn checking<T>(&mut self, on: bool, inside: impl FnOnce(&mut Self) -> T) -> T {
        let outside = std::mem::replace(&mut self.unchecked, !on);
        let result = inside(self);
        self.unchecked = outside;
        result
    }

    /// Runs `inside` in a block of its own.
    fn scoped<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        let mark = self.locals.len();
        let result = inside(self);
        self.locals.truncate(mark);
        result
    }

    /// Checks the body of a lambda or local function; returns what it gives.
    fn function(&mut self, lambda: &Lambda, given: &[Ty], wanted: Option<Ty>) -> Ty {
        let outer_returns = std::mem::take(&mut self.returns);
        let outer_wanted = std::mem::replace(&mut self.wanted, wanted);
        self.nesting += 1;
        let ty = self.scoped(|checker| {
            for (index, parameter) in lambda.params.iter().enumerate() {
                let ty = match &parameter.ty {
                    Some(ty) => checker.type_ref(ty),
                    None => given.get(index).cloned().unwrap_or(Ty::Unknown),
                };
                if let Some(default) = &parameter.default {
                    checker.value(default);
                }
                checker.declare(&parameter.name, ty, true, parameter.span);
            }
            match &lambda.body {
                Body::Expr(body) => {
                    let ty = checker.expr(body);
                    checker.returns.push((ty, body.span));
                }
                Body::Block(statements) => checker.block(statements),
            }
            common(&checker.returns)
        });
        self.nesting -= 1;
        self.wanted = outer_wanted;
        self.returns = outer_returns;
        ty
    }

    /// Checks a type as written; returns what it is.
    fn type_ref(&mut self, ty: &TypeRef) -> Ty {
        let args: Vec<Ty> = ty.args.iter().map(|arg| self.type_ref(arg)).collect();
        let mut resolved = match ty.name.as_str() {
            "var" | "dynamic" => Ty::Unknown,
            "void" => Ty::Void,
            name => match types::named(name) {
                Named::Known(def) if def.name == "Nullable" => match args.into_iter().next() {
                    Some(inner) if !inner.is_unknown() => Ty::Nullable(Box::new(inner)),
                    _ => Ty::Unknown,
                },
                Named::Known(def) if def.params.len() == args.len() => Ty::Of(def, args),
                Named::Known(_) => Ty::Unknown,
                other => {
                    self.wrong_type(name, other, ty.span);
                    Ty::Unknown
                }
            },
        };
        if ty.nullable && resolved.is_value() {
            resolved = Ty::Nullable(Box::new(resolved));
        }
        for _ in 0..ty.rank {
            resolved = Ty::Array(Box::new(resolved));
        }
        resolved
    }

    fn wrong_type(&mut self, name: &str, found: Named, span: Span) {
        if self.is_full() {
            return;
        }
        let not_allowed = |full: &str| {
            Problem::new(
                &TYPE_NOT_ALLOWED,
                format!("the type `{name}` may not be used in policy expressions"),
                span,
            )
            .service_says(Wording::of(wordings::TYPE_NOT_SUPPORTED, &[&full]))
        };
        let problem = match found {
            // Neither answer is documented: the list of 2026-01-15 lacks them, official samples have them.
            Named::Refused(full) if types::is_in_samples(full) => {
                let message = format!("the list of .NET types for policy expressions does not have `{name}`");
                Problem::new(&TYPE_NOT_LISTED, message, span)
                    .confidence(Confidence::Low)
                    .help("try it on a service of your own; samples of Microsoft use it")
            }
            Named::Refused(full) => not_allowed(full),
            Named::Outside => not_allowed(name),
            _ => Problem::new(&UNKNOWN_TYPE, format!("there is no type `{name}` (CS0246)"), span)
                .did_you_mean(name, types::names()),
        };
        // `XmlReader reader = XmlReader.Create(...)` is one slip.
        let is_told =
            self.found.iter().any(|told| told.code == problem.code && told.message == problem.message);
        if !is_told {
            self.found.push(problem);
        }
    }

    fn unknown_name(&mut self, name: &str, span: Span) {
        if self.is_full() {
            return;
        }
        if let refused @ Named::Refused(_) = types::named(name) {
            return self.wrong_type(name, refused, span);
        }
        let locals = self.locals.iter().map(|local| local.name.as_str());
        let problem = Problem::new(&UNKNOWN_NAME, format!("`{name}` is neither a variable nor a type"), span)
            .service_says(Wording::of(wordings::UNKNOWN_NAME, &[&name]))
            .did_you_mean(name, locals.chain(types::names().map(|name| -> &str { name })));
        self.found.push(problem);
    }
}

/// The one type that all have; unknown where they differ.
fn common(returns: &[(Ty, Span)]) -> Ty {
    match returns {
        [(first, _), rest @ ..] if rest.iter().all(|(ty, _)| ty == first) => first.clone(),
        _ => Ty::Unknown,
    }
}
