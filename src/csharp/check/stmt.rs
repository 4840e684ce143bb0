//! Statements.

use super::Checker;
use crate::csharp::ast::{Body, Catch, Expr, ExprKind, Pattern, Stmt, StmtKind, TypeRef, Variable};
use crate::csharp::codes::{SYNTAX, WRONG_TYPE};
use crate::csharp::problem::Problem;
use crate::csharp::types::Ty;

impl Checker {
    pub(super) fn block(&mut self, statements: &[Stmt]) {
        self.scoped(|checker| checker.sequence(statements));
    }

    /// Statements whose variables live on in the block around.
    fn sequence(&mut self, statements: &[Stmt]) {
        // Local functions are known in all of their block.
        for statement in statements {
            if let StmtKind::LocalFunction { name, name_span, function, result } = &statement.kind {
                let ty = self.type_ref(result);
                self.declare(name, ty, true, *name_span);
                let least = function.params.iter().filter(|parameter| parameter.default.is_none()).count();
                if let Some(local) = self.locals.last_mut() {
                    local.takes = Some((least, function.params.len()));
                }
            }
        }
        statements.iter().for_each(|statement| self.statement(statement));
        self.unreachable(statements);
    }

    fn nested(&mut self, statement: &Stmt) {
        self.scoped(|checker| checker.statement(statement));
    }

    fn statement(&mut self, statement: &Stmt) {
        match &statement.kind {
            StmtKind::Local { ty, variables } => self.local(ty.as_ref(), variables),
            StmtKind::Expr(expr) => {
                self.expr(expr);
            }
            StmtKind::Throw(Some(expr)) => {
                self.value(expr);
            }
            StmtKind::Return(value) => self.returned(value.as_ref(), statement),
            StmtKind::LocalFunction { result, function, .. } => {
                let wanted = if result.name == "void" { Ty::Void } else { self.type_ref(result) };
                let gives = wanted != Ty::Void;
                self.function(function, &[], Some(wanted));
                if let (Body::Block(statements), true) = (&function.body, gives) {
                    self.ends_in_return(statements);
                }
            }
            StmtKind::If { condition, then, otherwise } => {
                self.condition(condition);
                self.nested(then);
                otherwise.iter().for_each(|otherwise| self.nested(otherwise));
            }
            StmtKind::Foreach { ty, name, name_span, items, body } => {
                self.foreach(ty.as_ref(), (name, *name_span), items, body);
            }
            StmtKind::For { init, condition, step, body } => self.scoped(|checker| {
                init.iter().for_each(|init| checker.statement(init));
                condition.iter().for_each(|condition| checker.condition(condition));
                checker.nested(body);
                step.iter().for_each(|step| {
                    checker.expr(step);
                });
            }),
            StmtKind::While { condition, body } => self.scoped(|checker| {
                checker.condition(condition);
                checker.nested(body);
            }),
            StmtKind::DoWhile { condition, body } => self.scoped(|checker| {
                checker.nested(body);
                checker.condition(condition);
            }),
            StmtKind::Try { body, catches, finally } => {
                self.block(body);
                catches.iter().for_each(|catch| self.catch(catch));
                finally.iter().for_each(|finally| self.block(finally));
            }
            StmtKind::Switch { subject, sections } => {
                let subject = self.value(subject);
                self.scoped(|checker| {
                    for section in sections {
                        let mark = checker.locals.len();
                        for (pattern, when) in &section.labels {
                            pattern.iter().for_each(|pattern| checker.pattern(pattern, &subject));
                            when.iter().for_each(|when| checker.condition(when));
                        }
                        let of_patterns = mark..checker.locals.len();
                        checker.sequence(&section.body);
                        // What a pattern declares ends with its section; the rest lives on to the end of the `switch`.
                        checker.locals.drain(of_patterns);
                        if crate::csharp::flow::can_complete(&section.body) {
                            let message = "control falls out of this section of the `switch` (CS0163)";
                            let problem = Problem::new(&SYNTAX, message, section.span);
                            checker.found.push(problem.help("end it with `break;` or `return`"));
                        }
                    }
                });
            }
            StmtKind::Using { resource, body: Some(body) } => self.scoped(|checker| {
                checker.statement(resource);
                checker.nested(body);
            }),
            StmtKind::Using { resource, body: None } => self.statement(resource),
            StmtKind::Checked { on, body } => self.checking(*on, |checker| checker.block(body)),
            StmtKind::Block(body) => self.block(body),
            StmtKind::Throw(None) | StmtKind::Break | StmtKind::Continue | StmtKind::Empty => {}
        }
    }

    fn local(&mut self, ty: Option<&TypeRef>, variables: &[Variable]) {
        let declared = ty.map(|ty| self.type_ref(ty));
        for variable in variables {
            let given = variable.value.as_ref().map(|value| {
                self.takes_method = declared.as_ref().is_some_and(|ty| !ty.is_simple())
                    && matches!(value.kind, ExprKind::Member { .. });
                (self.value(value), value)
            });
            if let (Some(declared), Some((given, value))) = (&declared, &given) {
                self.convert(given, declared, value.span);
            }
            if let (None, Some((Ty::Null, value))) = (&declared, &given) {
                let message = "`var` cannot take its type from `null` (CS0815)";
                let problem = Problem::new(&WRONG_TYPE, message, value.span);
                self.found.push(problem.help("write the type in place of `var`"));
            }
            let assigned = given.is_some();
            let inferred = given.map_or(Ty::Unknown, |(given, _)| given);
            let inferred = if inferred == Ty::Null { Ty::Unknown } else { inferred };
            let ty = declared.clone().unwrap_or(inferred);
            self.declare(&variable.name, ty, assigned, variable.span);
        }
    }

    fn returned(&mut self, value: Option<&Expr>, statement: &Stmt) {
        let ty = value.map(|value| self.value(value));
        match (&self.wanted.clone(), &ty, value) {
            (Some(Ty::Void) | None, None, _) if self.nesting > 0 => {}
            (_, None, _) => {
                let message = "a `return` here needs a value (CS0126)";
                let problem = Problem::new(&SYNTAX, message, statement.span);
                self.found.push(problem.help("write `return null;` where there is nothing to return"));
            }
            (Some(wanted), Some(given), Some(value)) if *wanted != Ty::Void => {
                self.convert(given, wanted, value.span);
            }
            _ => {}
        }
        let span = value.map_or(statement.span, |value| value.span);
        self.returns.push((ty.unwrap_or(Ty::Void), span));
    }

    fn foreach(
        &mut self,
        ty: Option<&TypeRef>,
        (name, name_span): (&String, crate::text::Span),
        items: &Expr,
        body: &Stmt,
    ) {
        let walked = self.value(items);
        let declared = ty.map(|ty| self.type_ref(ty));
        let element = walked.element();
        if element.is_none() {
            let message = format!("`foreach` cannot walk over `{}` (CS1579)", walked.display());
            self.found.push(Problem::new(&WRONG_TYPE, message, items.span));
        }
        self.scoped(|checker| {
            let ty = declared.or(element).unwrap_or(Ty::Unknown);
            checker.declare(name, ty, true, name_span);
            checker.nested(body);
        });
    }

    fn catch(&mut self, catch: &Catch) {
        let ty = catch.ty.as_ref().map_or_else(|| Ty::named("Exception"), |ty| self.type_ref(ty));
        self.scoped(|checker| {
            if let Some(name) = &catch.name {
                checker.declare(&name.name, ty, true, name.span);
            }
            catch.when.iter().for_each(|when| checker.condition(when));
            checker.block(&catch.body);
        });
    }

    /// `DayOfWeek.Monday`
    fn is_enum_member(&self, name: &str) -> bool {
        let owner = name.rsplit_once('.').and_then(|(owner, _)| crate::csharp::types::find(owner));
        owner.is_some()
    }

    pub(super) fn pattern(&mut self, pattern: &Pattern, subject: &Ty) {
        match pattern {
            Pattern::Null | Pattern::NotNull | Pattern::Any { binding: None } => {}
            Pattern::Any { binding: Some(binding) } => {
                self.declare(&binding.name, subject.clone(), true, binding.span);
            }
            Pattern::Constant(value) | Pattern::Relational { value, .. } => {
                self.value(value);
            }
            Pattern::Type { ty, binding } => {
                // A name alone may be a constant; a dotted one a member of an enumeration.
                let ty = match self.find(&ty.name).is_some() || self.is_enum_member(&ty.name) {
                    true => Ty::Unknown,
                    false => self.type_ref(ty),
                };
                if let Some(binding) = binding {
                    self.declare(&binding.name, ty, true, binding.span);
                }
            }
            Pattern::Not(inner) => self.pattern(inner, subject),
            Pattern::Both { left, right, .. } => {
                self.pattern(left, subject);
                self.pattern(right, subject);
            }
            Pattern::Property { ty, members, binding } => {
                let ty = ty.as_ref().map_or_else(|| subject.clone(), |ty| self.type_ref(ty));
                for (_, pattern) in members {
                    self.pattern(pattern, &Ty::Unknown);
                }
                if let Some(binding) = binding {
                    self.declare(&binding.name, ty, true, binding.span);
                }
            }
        }
    }
}
