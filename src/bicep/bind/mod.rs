//! Names get their meaning: what a file declares, which declaration a name refers to, what each declaration uses,
//! and everything that can be said to be wrong without knowing types.

pub(super) mod calls;
mod check;
mod cycles;
pub(super) mod imported;
pub(super) mod place;
mod resources;
pub(super) mod types;
pub(super) mod uses;

use std::cell::Cell;
use std::sync::Arc;

use indexmap::IndexMap;

use super::codes;
use super::parser::Dialect;
use super::project::Unit;
pub(super) use super::syntax::TypeExpr;
use super::syntax::{
    Body, Decorator, Expr, ExprKind, Ident, Loop, Module, Object, Program, Resource, Statement, StatementKind,
};
use crate::diag::{Code, Diagnostic};
use crate::text::{Source, Span};
use imported::{Everything, Imported};
use place::{Level, Place};
use uses::Use;

pub(super) use check::check;

/// What a name at the top of a file (or of a resource's body) stands for; an index into the model's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Symbol {
    Param(usize),
    Var(usize),
    Resource(usize),
    Module(usize),
    Type(usize),
    Func(usize),
    /// A name of `import { … }`.
    Imported(usize),
    /// The name of `import * as …`.
    Everything(usize),
}

/// One file with its names resolved.
pub(super) struct Model<'a> {
    pub(super) source: &'a Arc<Source>,
    pub(super) dialect: Dialect,
    /// A parameters file that builds on another one, which it calls `base`.
    pub(super) extends: bool,
    /// Where the template is deployed: `targetScope`.
    pub(super) level: Level,
    pub(super) globals: IndexMap<&'a str, Symbol>,
    pub(super) metadata: Vec<(&'a Ident, &'a Expr)>,
    pub(super) params: Vec<Param<'a>>,
    pub(super) vars: Vec<Var<'a>>,
    /// Nested resources come before the one they are nested in, as in the compiled template.
    pub(super) resources: Vec<Res<'a>>,
    pub(super) modules: Vec<Mod<'a>>,
    pub(super) outputs: Vec<Output<'a>>,
    /// Where each was declared last.
    output_names: IndexMap<&'a str, Span>,
    pub(super) types: Vec<TypeDecl<'a>>,
    pub(super) funcs: Vec<Func<'a>>,
    pub(super) imported: Vec<Imported<'a>>,
    pub(super) everything: Vec<Everything<'a>>,
    /// A collection is read as a whole somewhere, which takes the function `references()`.
    pub(super) reads_collections: bool,
    /// How many unknown names have been compared with the known ones.
    compared: Cell<usize>,
}

/// Unknown names of one file that are compared with the known ones: each is compared with all of them.
const COMPARED_MAX: usize = 200;

/// `type name = …`.
pub(super) struct TypeDecl<'a> {
    pub(super) decl: &'a Statement,
    pub(super) name: &'a Ident,
    pub(super) value: &'a TypeExpr,
}

/// `func name(…) type => …`.
pub(super) struct Func<'a> {
    pub(super) decl: &'a Statement,
    pub(super) name: &'a Ident,
    pub(super) params: &'a [(Ident, TypeExpr)],
    pub(super) returns: &'a TypeExpr,
    pub(super) body: &'a Expr,
    pub(super) uses: Vec<Use<'a>>,
}

pub(super) struct Param<'a> {
    pub(super) decl: &'a Statement,
    pub(super) name: &'a Ident,
    pub(super) ty: Option<&'a TypeExpr>,
    pub(super) default: Option<&'a Expr>,
    pub(super) uses: Vec<Use<'a>>,
}

pub(super) struct Var<'a> {
    pub(super) decl: &'a Statement,
    pub(super) ty: Option<&'a TypeExpr>,
    pub(super) name: &'a Ident,
    pub(super) value: &'a Expr,
    pub(super) uses: Vec<Use<'a>>,
    /// Needs what only Azure knows while deploying, so it cannot be an ARM variable: its value is put where it
    /// is used.
    pub(super) inline: bool,
}

pub(super) struct Res<'a> {
    pub(super) decl: &'a Resource,
    pub(super) decorators: &'a [Decorator],
    /// Full type, `Microsoft.Network/virtualNetworks/subnets`.
    pub(super) type_name: String,
    pub(super) api_version: String,
    /// The resource whose body this one stands in.
    pub(super) nested_in: Option<usize>,
    pub(super) parent: Option<Parent<'a>>,
    pub(super) children: IndexMap<&'a str, usize>,
    pub(super) place: Place<'a>,
    pub(super) uses: Vec<Use<'a>>,
    /// Exists, but by which name is known only while deploying: nothing but its name and id can be read.
    pub(super) inline: bool,
}

/// The resource that a child's name and scope build on: by nesting or by `parent:`.
#[derive(Clone, Copy)]
pub(super) struct Parent<'a> {
    pub(super) resource: usize,
    pub(super) index: Option<&'a Expr>,
}

pub(super) struct Mod<'a> {
    pub(super) decl: &'a Module,
    pub(super) decorators: &'a [Decorator],
    pub(super) place: Place<'a>,
    pub(super) uses: Vec<Use<'a>>,
}

pub(super) struct Output<'a> {
    pub(super) decl: &'a Statement,
    pub(super) name: &'a Ident,
    pub(super) ty: &'a TypeExpr,
    pub(super) value: &'a Expr,
}

impl<'a> Res<'a> {
    pub(super) fn body(&self) -> &'a Body {
        &self.decl.body
    }

    pub(super) fn object(&self) -> &'a Object {
        &self.decl.body.object
    }

    pub(super) fn loop_head(&self) -> Option<&'a Loop> {
        self.decl.body.loop_head.as_ref()
    }
}

impl<'a> Model<'a> {
    /// Reads the declarations, resolves parents and scopes, and collects what each declaration uses. `imports` are
    /// the files of the `import` statements, none where one could not be compiled.
    pub(super) fn build(
        source: &'a Arc<Source>,
        program: &'a Program,
        dialect: Dialect,
        imports: &[Option<Arc<Unit>>],
        found: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut model = Self {
            source,
            dialect,
            extends: program.statements.iter().any(|s| matches!(s.kind, StatementKind::Extends { .. })),
            level: Level::ResourceGroup,
            globals: IndexMap::new(),
            metadata: Vec::new(),
            params: Vec::new(),
            vars: Vec::new(),
            resources: Vec::new(),
            modules: Vec::new(),
            outputs: Vec::new(),
            output_names: IndexMap::new(),
            types: Vec::new(),
            funcs: Vec::new(),
            imported: Vec::new(),
            everything: Vec::new(),
            reads_collections: false,
            compared: Cell::new(0),
        };
        let mut imports = imports.iter();
        for statement in &program.statements {
            if let StatementKind::Import { what, .. } = &statement.kind {
                model.declare_import(what, imports.next().and_then(Option::as_ref), found);
            }
            model.declare(statement, found);
        }
        model.check_target_scope(program, found);
        model.bind_resources(found);
        model.bind_places(found);
        uses::collect_all(&mut model, found);
        types::check_all(&model, program, found);
        cycles::check(&model, found);
        uses::decide_inlining(&mut model);
        model
    }

    /// Adds "did you mean" to one of the first findings about names.
    pub(super) fn did_you_mean<'n>(
        &self,
        found: Diagnostic,
        wrong: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) -> Diagnostic {
        self.compared.set(self.compared.get() + 1);
        if self.compared.get() > COMPARED_MAX { found } else { found.did_you_mean(wrong, known) }
    }

    pub(super) fn report(&self, found: &mut Vec<Diagnostic>, diagnostic: Diagnostic, span: Span) {
        found.push(diagnostic.at(self.source, span));
    }

    fn declare(&mut self, statement: &'a Statement, found: &mut Vec<Diagnostic>) {
        match &statement.kind {
            StatementKind::TargetScope(_)
            | StatementKind::Using { .. }
            | StatementKind::Extends { .. }
            | StatementKind::Import { .. } => {}
            StatementKind::Metadata { name, value } => self.metadata.push((name, value)),
            StatementKind::Param { name, ty, default } => {
                self.name(name, Symbol::Param(self.params.len()), found);
                self.params.push(Param {
                    decl: statement,
                    name,
                    ty: ty.as_ref(),
                    default: default.as_ref(),
                    uses: Vec::new(),
                });
            }
            StatementKind::Var { name, ty, value } => {
                self.name(name, Symbol::Var(self.vars.len()), found);
                let ty = ty.as_ref();
                self.vars.push(Var { decl: statement, ty, name, value, uses: Vec::new(), inline: false });
            }
            StatementKind::Output { name, ty, value } => {
                if let Some(first) = self.output_names.insert(&name.name, name.span) {
                    let message = format!("the output `{}` is declared more than once", name.name);
                    let diagnostic = Diagnostic::new(&codes::DUPLICATE_OUTPUT, message);
                    found.push(diagnostic.at(self.source, name.span).related(
                        self.source,
                        first,
                        "declared here first",
                    ));
                }
                self.outputs.push(Output { decl: statement, name, ty, value });
            }
            StatementKind::Resource(resource) => {
                let index = self.add_resource(resource, &statement.decorators, None);
                self.name(&resource.name, Symbol::Resource(index), found);
            }
            StatementKind::Module(module) => {
                self.name(&module.name, Symbol::Module(self.modules.len()), found);
                let decorators = &statement.decorators;
                self.modules.push(Mod { decl: module, decorators, place: Place::Current, uses: Vec::new() });
            }
            StatementKind::Type { name, value } => {
                self.name(name, Symbol::Type(self.types.len()), found);
                self.types.push(TypeDecl { decl: statement, name, value });
            }
            StatementKind::Func { name, params, returns, body } => {
                self.name(name, Symbol::Func(self.funcs.len()), found);
                let uses = Vec::new();
                self.funcs.push(Func { decl: statement, name, params, returns, body, uses });
            }
            StatementKind::Extension { keyword } => self.unsupported(found, keyword.span, "an extension"),
            StatementKind::Test { keyword } => self.unsupported(found, keyword.span, "`test`"),
            StatementKind::Assert { keyword } => self.unsupported(found, keyword.span, "`assert`"),
        }
        if self.dialect == Dialect::Parameters {
            self.check_parameters_file_statement(statement, found);
        }
    }

    fn check_parameters_file_statement(&self, statement: &Statement, found: &mut Vec<Diagnostic>) {
        let allowed = matches!(
            statement.kind,
            StatementKind::Using { .. }
                | StatementKind::Extends { .. }
                | StatementKind::Import { .. }
                | StatementKind::Param { .. }
                | StatementKind::Var { .. }
                | StatementKind::Type { .. }
                | StatementKind::Func { .. }
        );
        if !allowed {
            let message = "this declaration cannot stand in a parameters file";
            self.report(found, Diagnostic::new(&codes::NOT_IN_PARAMETERS_FILE, message), statement.span);
        }
    }

    fn name(&mut self, name: &'a Ident, symbol: Symbol, found: &mut Vec<Diagnostic>) {
        if let Some(first) = self.globals.get(name.name.as_str()).map(|first| self.name_span(*first)) {
            let message = format!("`{}` is declared more than once", name.name);
            let diagnostic = Diagnostic::new(&codes::DUPLICATE_NAME, message).at(self.source, name.span);
            found.push(diagnostic.related(self.source, first, "declared here first"));
        } else if matches!(name.name.as_str(), "sys" | "az") {
            let message = format!("`{}` is the name of a namespace", name.name);
            self.report(found, Diagnostic::new(&codes::RESERVED_NAME, message), name.span);
        } else {
            self.globals.insert(&name.name, symbol);
        }
    }

    pub(super) fn name_of(&self, symbol: Symbol) -> &'a str {
        match symbol {
            Symbol::Param(at) => &self.params[at].name.name,
            Symbol::Var(at) => &self.vars[at].name.name,
            Symbol::Resource(at) => &self.resources[at].decl.name.name,
            Symbol::Module(at) => &self.modules[at].decl.name.name,
            Symbol::Type(at) => &self.types[at].name.name,
            Symbol::Func(at) => &self.funcs[at].name.name,
            Symbol::Imported(at) => &self.imported[at].name.name,
            Symbol::Everything(at) => &self.everything[at].name.name,
        }
    }

    pub(super) fn name_span(&self, symbol: Symbol) -> Span {
        match symbol {
            Symbol::Param(at) => self.params[at].name.span,
            Symbol::Var(at) => self.vars[at].name.span,
            Symbol::Resource(at) => self.resources[at].decl.name.span,
            Symbol::Module(at) => self.modules[at].decl.name.span,
            Symbol::Type(at) => self.types[at].name.span,
            Symbol::Func(at) => self.funcs[at].name.span,
            Symbol::Imported(at) => self.imported[at].name.span,
            Symbol::Everything(at) => self.everything[at].name.span,
        }
    }

    pub(super) fn unsupported(&self, found: &mut Vec<Diagnostic>, span: Span, what: &str) {
        found.push(not_supported(what).at(self.source, span));
    }

    /// True where the symbol is declared with `for`.
    pub(super) fn is_collection(&self, symbol: Symbol) -> bool {
        match symbol {
            Symbol::Var(at) => matches!(self.vars[at].value.kind, ExprKind::For { .. }),
            Symbol::Resource(at) => self.resources[at].loop_head().is_some(),
            Symbol::Module(at) => self.modules[at].decl.body.loop_head.is_some(),
            _ => false,
        }
    }

    pub(super) fn uses_of(&self, symbol: Symbol) -> &[Use<'a>] {
        match symbol {
            Symbol::Param(at) => &self.params[at].uses,
            Symbol::Var(at) => &self.vars[at].uses,
            Symbol::Resource(at) => &self.resources[at].uses,
            Symbol::Module(at) => &self.modules[at].uses,
            Symbol::Func(at) => &self.funcs[at].uses,
            Symbol::Type(_) | Symbol::Imported(_) | Symbol::Everything(_) => &[],
        }
    }

    /// `parent::child`, the name under which the template knows a resource.
    pub(super) fn symbolic_name(&self, resource: usize) -> String {
        let name = &self.resources[resource].decl.name.name;
        match self.resources[resource].nested_in {
            Some(outer) => format!("{}::{name}", self.symbolic_name(outer)),
            None => name.clone(),
        }
    }

    /// Resolves a name that is no local: first among the resources nested around `within`, then at the top.
    pub(super) fn lookup(&self, name: &str, within: Option<usize>) -> Option<Symbol> {
        let mut around = within;
        while let Some(resource) = around {
            if let Some(&child) = self.resources[resource].children.get(name) {
                return Some(Symbol::Resource(child));
            }
            around = self.resources[resource].nested_in;
        }
        self.globals.get(name).copied()
    }
}

/// Refuses a construct of the language that this compiler does not compile.
pub(super) fn not_supported(what: &str) -> Diagnostic {
    Diagnostic::new(&codes::NOT_SUPPORTED, format!("{what} is not supported by this compiler"))
}

pub(super) fn diagnostic(code: &'static Code, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(code, message)
}
