//! The walk through the tree of a program that notes what it touches.

use super::shape::{bare, first, literal, path, second_is_conditional, variable_index, variable_key};
use super::{BodyOf, BodyUse, CallUse, MemberUse, StringUse, Uses, VariableAccess, VariableUse};
use crate::csharp::ast::{
    Argument, ArgumentValue, BinaryOp, Body, Catch, Expr, ExprKind, Initializer, InterpolatedPart, Lambda,
    Literal, Pattern, Stmt, StmtKind, TypeRef, Variable,
};
use crate::text::Span;

/// Methods that hand on what they are given: what becomes of the result becomes of the argument.
const HANDING_ON: &[&str] = &["Parse", "DeserializeObject", "SerializeObject", "FromObject"];

/// Members that are as much as the value they are taken of.
const AS_MUCH: &[&str] = &["ToString", "Trim", "TrimStart", "TrimEnd", "Replace", "DeepClone"];

/// Methods that only ask something about their argument.
const ASKING: &[&str] = &["IsNullOrEmpty", "IsNullOrWhiteSpace", "IsMatch", "Match", "Matches", "Equals"];

/// Returns what `body` touches.
pub(super) fn walk(body: &Body) -> Uses {
    let mut walk = Walk::default();
    walk.body(body);
    walk.uses
}

#[derive(Default)]
struct Walk {
    uses: Uses,
    /// What a condition has looked at so far.
    tested: Vec<Subject>,
    /// Locals by name, the innermost last.
    locals: Vec<(String, Origin)>,
    /// Locals in the order in which they are named, to know which a condition looks at.
    named: Vec<String>,
    n_try: usize,
}

/// Something that a condition can look at.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Subject {
    Member(String),
    Variable(String),
    Local(String),
}

/// What a local holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    Request,
    Response,
    /// The body itself, before it is read.
    Body(BodyOf),
    /// The value of a variable; which of the uses read it.
    Variable(usize),
    /// What was read of a body; which of the uses did.
    Content(usize),
    Other,
}

/// What becomes of a value.
#[derive(Clone, Copy)]
enum Then<'a> {
    /// It goes on as it is.
    Value,
    /// A member of it is taken.
    Member { name: &'a str, conditional: bool },
    /// A method is given it.
    Argument(&'a str),
    /// It is compared, indexed with or thrown away.
    Asked,
    /// A local gets it.
    Local(&'a str),
}

impl Walk {
    fn body(&mut self, body: &Body) {
        match body {
            Body::Expr(expr) => self.expr(expr, Then::Value),
            Body::Block(statements) => self.block(statements),
        }
    }

    fn block(&mut self, statements: &[Stmt]) {
        let mark = self.locals.len();
        statements.iter().for_each(|statement| self.statement(statement));
        self.locals.truncate(mark);
    }

    fn statement(&mut self, statement: &Stmt) {
        match &statement.kind {
            StmtKind::Local { ty, variables } => {
                ty.iter().for_each(|ty| self.type_ref(ty));
                for Variable { name, value, .. } in variables {
                    self.locals.push((name.clone(), Origin::Other));
                    value.iter().for_each(|value| self.expr(value, Then::Local(name)));
                }
            }
            StmtKind::Expr(expr) => self.expr(expr, Then::Asked),
            StmtKind::Return(value) | StmtKind::Throw(value) => {
                value.iter().for_each(|value| self.expr(value, Then::Value));
            }
            StmtKind::LocalFunction { result, name, function, .. } => {
                self.type_ref(result);
                self.locals.push((name.clone(), Origin::Other));
                self.lambda(function);
            }
            StmtKind::Switch { subject, sections } => {
                self.condition(subject);
                for section in sections {
                    for (pattern, when) in &section.labels {
                        pattern.iter().for_each(|pattern| self.pattern(pattern));
                        when.iter().for_each(|when| self.condition(when));
                    }
                    self.block(&section.body);
                }
            }
            StmtKind::Using { resource, body } => {
                self.statement(resource);
                body.iter().for_each(|body| self.statement(body));
            }
            StmtKind::Checked { body, .. } => self.block(body),
            StmtKind::If { condition, then, otherwise } => {
                self.condition(condition);
                self.statement(then);
                otherwise.iter().for_each(|otherwise| self.statement(otherwise));
            }
            StmtKind::Foreach { ty, name, items, body, .. } => {
                ty.iter().for_each(|ty| self.type_ref(ty));
                self.expr(items, Then::Asked);
                self.locals.push((name.clone(), Origin::Other));
                self.statement(body);
                self.locals.pop();
            }
            StmtKind::For { init, condition, step, body } => {
                let mark = self.locals.len();
                init.iter().for_each(|init| self.statement(init));
                condition.iter().for_each(|condition| self.condition(condition));
                self.statement(body);
                step.iter().for_each(|step| self.expr(step, Then::Asked));
                self.locals.truncate(mark);
            }
            StmtKind::While { condition, body } => {
                self.condition(condition);
                self.statement(body);
            }
            StmtKind::DoWhile { body, condition } => {
                self.statement(body);
                self.condition(condition);
            }
            StmtKind::Try { body, catches, finally } => {
                self.n_try += usize::from(!catches.is_empty());
                self.block(body);
                self.n_try -= usize::from(!catches.is_empty());
                catches.iter().for_each(|catch| self.catch(catch));
                finally.iter().for_each(|finally| self.block(finally));
            }
            StmtKind::Block(statements) => self.block(statements),
            StmtKind::Break | StmtKind::Continue | StmtKind::Empty => {}
        }
    }

    fn catch(&mut self, catch: &Catch) {
        let mark = self.locals.len();
        self.locals.extend(catch.name.iter().map(|name| (name.name.clone(), Origin::Other)));
        catch.when.iter().for_each(|when| self.condition(when));
        self.block(&catch.body);
        self.locals.truncate(mark);
    }

    /// Walks an expression that decides, and takes what it looks at for tested from here on.
    fn condition(&mut self, condition: &Expr) {
        let (n_members, n_variables, n_named) =
            (self.uses.members.len(), self.uses.variables.len(), self.named.len());
        self.expr(condition, Then::Asked);
        let members = self.uses.members[n_members..].iter().map(|used| Subject::Member(first(&used.path)));
        let variables = self.uses.variables[n_variables..].iter();
        let variables = variables.filter_map(|used| used.name.clone().map(Subject::Variable));
        let locals = self.named[n_named..].iter().cloned().map(Subject::Local);
        let subjects: Vec<_> = members.chain(variables).chain(locals).collect();
        self.tested.extend(subjects);
    }

    fn expr(&mut self, expr: &Expr, then: Then<'_>) {
        match &expr.kind {
            ExprKind::Literal(Literal::String(text)) => self.string(text, false, then, expr.span),
            ExprKind::Literal(_) => {}
            ExprKind::Interpolated(parts) => {
                for part in parts {
                    match part {
                        InterpolatedPart::Text(text) => self.string(text, true, then, expr.span),
                        InterpolatedPart::Hole { value, .. } => self.expr(value, Then::Value),
                    }
                }
            }
            ExprKind::Name(name) => self.name(name, then),
            ExprKind::Type(ty) => self.type_ref(ty),
            ExprKind::Paren(inner) => self.expr(inner, then),
            ExprKind::Member { target, name, conditional, type_args, .. } => {
                type_args.iter().for_each(|ty| self.type_ref(ty));
                if !self.member(expr, then) {
                    self.expr(target, Then::Member { name, conditional: *conditional });
                }
            }
            ExprKind::Index { target, key, conditional } => {
                if path(target).as_deref() == Some("Variables") {
                    return self.index(expr, key, None, then);
                }
                self.expr(target, Then::Member { name: "[]", conditional: *conditional });
                self.expr(key, Then::Asked);
            }
            ExprKind::Call { callee, args } => self.call(expr, callee, args, then),
            ExprKind::Cast { ty, operand } | ExprKind::As { operand, ty } => {
                self.type_ref(ty);
                match variable_index(operand) {
                    Some(key) => self.index(expr, key, Some(ty), then),
                    None => self.expr(operand, then),
                }
            }
            ExprKind::Unary { operand, .. } => self.expr(operand, Then::Asked),
            ExprKind::Step { target, .. } => self.expr(target, Then::Asked),
            ExprKind::Binary { op, left, right } => self.binary(*op, left, right, then),
            ExprKind::Conditional { condition, then: yes, otherwise } => {
                self.condition(condition);
                self.expr(yes, then);
                self.expr(otherwise, then);
            }
            ExprKind::Is { operand, pattern } => {
                self.expr(operand, Then::Asked);
                self.pattern(pattern);
            }
            ExprKind::Switch { subject, arms } => {
                self.condition(subject);
                for arm in arms {
                    self.pattern(&arm.pattern);
                    arm.when.iter().for_each(|when| self.condition(when));
                    self.expr(&arm.value, then);
                }
            }
            ExprKind::Throw(value) => self.expr(value, Then::Asked),
            ExprKind::Checked { inner, .. } => self.expr(inner, then),
            ExprKind::Default(ty) => ty.iter().for_each(|ty| self.type_ref(ty)),
            ExprKind::TypeOf(ty) => self.type_ref(ty),
            ExprKind::Tuple(parts) => parts.iter().for_each(|(_, part)| self.expr(part, Then::Value)),
            ExprKind::NotRun { parts, .. } => parts.iter().for_each(|part| self.expr(part, Then::Value)),
            ExprKind::Assign { target, value, .. } => match &target.kind {
                ExprKind::Name(name) => self.expr(value, Then::Local(name)),
                _ => {
                    self.expr(target, Then::Asked);
                    self.expr(value, Then::Value);
                }
            },
            ExprKind::New { ty, args, initializer } => {
                self.type_ref(ty);
                args.iter().filter_map(Argument::expr).for_each(|arg| self.expr(arg, Then::Value));
                initializer.iter().for_each(|item| self.initializer(item));
            }
            ExprKind::NewArray { element, size, items } => {
                element.iter().for_each(|ty| self.type_ref(ty));
                size.iter().for_each(|size| self.expr(size, Then::Asked));
                items.iter().for_each(|item| self.expr(item, Then::Value));
            }
            ExprKind::Anonymous(members) => {
                members.iter().for_each(|(_, value)| self.expr(value, Then::Value));
            }
            ExprKind::Lambda(lambda) => self.lambda(lambda),
        }
    }

    fn lambda(&mut self, lambda: &Lambda) {
        let mark = self.locals.len();
        for parameter in &lambda.params {
            parameter.ty.iter().for_each(|ty| self.type_ref(ty));
            self.locals.push((parameter.name.clone(), Origin::Other));
        }
        self.body(&lambda.body);
        self.locals.truncate(mark);
    }

    fn pattern(&mut self, pattern: &Pattern) {
        if let Pattern::Type { ty, .. } = pattern {
            self.type_ref(ty);
        }
        pattern.exprs().into_iter().for_each(|inside| self.expr(inside, Then::Asked));
    }

    fn initializer(&mut self, item: &Initializer) {
        match item {
            Initializer::Item(value) | Initializer::Member(_, value) => self.expr(value, Then::Value),
            Initializer::Pair(key, value) | Initializer::Index(key, value) => {
                self.expr(key, Then::Value);
                self.expr(value, Then::Value);
            }
        }
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, then: Then<'_>) {
        match op {
            BinaryOp::And | BinaryOp::Or => {
                self.condition(left);
                self.condition(right);
            }
            BinaryOp::Coalesce => {
                self.expr(left, if let Then::Member { .. } = then { Then::Value } else { then });
                self.expr(right, then);
            }
            BinaryOp::Add => {
                self.expr(left, Then::Value);
                self.expr(right, Then::Value);
            }
            _ => {
                self.expr(left, Then::Asked);
                self.expr(right, Then::Asked);
            }
        }
    }

    fn type_ref(&mut self, ty: &TypeRef) {
        self.uses.types.push((ty.display(), ty.span));
        ty.args.iter().for_each(|arg| self.type_ref(arg));
    }

    fn string(&mut self, text: &str, interpolated: bool, then: Then<'_>, span: Span) {
        let argument_of = if let Then::Argument(name) = then { Some(name.to_owned()) } else { None };
        self.uses.strings.push(StringUse { text: text.to_owned(), interpolated, argument_of, span });
    }

    /// Notes a chain that begins at `context`. False where `expr` is none.
    fn member(&mut self, expr: &Expr, then: Then<'_>) -> bool {
        let Some(path) = path(expr) else { return false };
        if path == "Variables" {
            let (how, span) = (VariableAccess::Whole, expr.span);
            let whole = VariableUse {
                name: None,
                how,
                guarded: false,
                dereferenced: false,
                whole: true,
                span,
                name_span: span,
            };
            self.uses.variables.push(whole);
            return true;
        }
        let head = first(&path);
        let is_last = head == path;
        let protected = if is_last {
            !matches!(then, Then::Member { conditional: false, .. })
        } else {
            second_is_conditional(expr)
        };
        let guarded = protected || self.is_guarded(&Subject::Member(head));
        if let Then::Local(local) = then {
            self.assign(local, origin_of_path(&path));
        }
        self.uses.members.push(MemberUse { path, guarded, span: expr.span });
        true
    }

    fn is_guarded(&self, subject: &Subject) -> bool {
        self.n_try > 0 || self.tested.contains(subject)
    }

    fn name(&mut self, name: &str, then: Then<'_>) {
        let Some((_, origin)) = self.locals.iter().rev().find(|(local, _)| local == name).cloned() else {
            return;
        };
        self.named.push(name.to_owned());
        let throws_on_null = matches!(then, Then::Member { conditional: false, .. });
        let is_tested = self.is_guarded(&Subject::Local(name.to_owned()));
        if let (Origin::Variable(index), true) = (&origin, keeps_all(then)) {
            self.uses.variables[*index].whole = true;
        }
        match (&origin, then) {
            (Origin::Variable(index), _) if throws_on_null && !is_tested => {
                self.uses.variables[*index].dereferenced = true;
            }
            (Origin::Content(index), then) if keeps_all(then) => self.uses.bodies[*index].whole = true,
            (_, Then::Local(other)) => self.assign(other, origin),
            _ => {}
        }
    }

    fn assign(&mut self, local: &str, origin: Origin) {
        match self.locals.iter_mut().rev().find(|(name, _)| name == local) {
            Some((_, held)) => *held = origin,
            None => self.locals.push((local.to_owned(), origin)),
        }
    }

    /// Notes `context.Variables[key]`; `expr` is the index, or the cast around it.
    fn index(&mut self, expr: &Expr, key: &Expr, cast: Option<&TypeRef>, then: Then<'_>) {
        let how = VariableAccess::Index { cast: cast.map(TypeRef::display) };
        self.variable(key, how, expr.span, then);
    }

    fn variable(&mut self, key: &Expr, how: VariableAccess, span: Span, then: Then<'_>) {
        let name = literal(key).map(str::to_owned);
        if name.is_none() {
            self.expr(key, Then::Asked);
        }
        let guarded = name.as_ref().is_some_and(|name| self.is_guarded(&Subject::Variable(name.clone())));
        let guarded = guarded || self.n_try > 0;
        let dereferenced = matches!(then, Then::Member { conditional: false, .. });
        let name_span = if name.is_some() { key.span } else { span };
        if let Then::Local(local) = then {
            self.assign(local, Origin::Variable(self.uses.variables.len()));
        }
        self.uses.variables.push(VariableUse {
            name,
            how,
            guarded,
            dereferenced,
            whole: keeps_all(then),
            span,
            name_span,
        });
    }

    fn call(&mut self, expr: &Expr, callee: &Expr, args: &[Argument], then: Then<'_>) {
        let ExprKind::Member { target, name, name_span, type_args, conditional } = &callee.kind else {
            self.expr(callee, Then::Value);
            return self.arguments(args, "");
        };
        type_args.iter().for_each(|ty| self.type_ref(ty));
        let on = path(target);
        let strings = args.iter().filter_map(|arg| literal(arg.expr()?).map(str::to_owned)).collect();
        self.uses.calls.push(CallUse { name: name.clone(), on: on.clone(), strings, span: *name_span });
        let key = args.first().and_then(Argument::expr).filter(|_| on.as_deref() == Some("Variables"));
        if let (Some(how), Some(key)) = (access(name, type_args, args.len()), key) {
            self.variable(key, how, expr.span, then);
            return self.arguments(&args[1..], name);
        }
        if let (true, Some(of)) = (name.starts_with("As"), self.body_of(target)) {
            return self.content(expr, of, type_args, args, then);
        }
        self.expr(target, Then::Member { name, conditional: *conditional });
        match args {
            [only] if HANDING_ON.contains(&name.as_str()) => {
                only.expr().into_iter().for_each(|arg| self.expr(arg, then_of_result(then, arg, name)));
            }
            _ => self.arguments(args, name),
        }
    }

    fn arguments(&mut self, args: &[Argument], of: &str) {
        for arg in args {
            match &arg.value {
                ArgumentValue::Expr(expr) | ArgumentValue::Ref(expr) => self.expr(expr, Then::Argument(of)),
                ArgumentValue::Out { name, .. } => self.locals.push((name.clone(), Origin::Other)),
            }
        }
    }

    /// Notes a read of the body `of`.
    fn content(&mut self, expr: &Expr, of: BodyOf, type_args: &[TypeRef], args: &[Argument], then: Then<'_>) {
        let ExprKind::Call { callee, .. } = &expr.kind else { return };
        if let ExprKind::Member { target, .. } = &callee.kind {
            self.expr(target, Then::Member { name: "As", conditional: false });
        }
        let preserves = match args.first() {
            None => Some(false),
            Some(arg) => match arg.expr().map(|arg| &arg.kind) {
                Some(ExprKind::Literal(Literal::Bool(value))) => Some(*value),
                _ => None,
            },
        };
        let close = expr.span.end.saturating_sub(1);
        let open = args.first().and_then(Argument::expr).map_or(close, |arg| arg.span.start);
        if let Then::Local(local) = then {
            self.assign(local, Origin::Content(self.uses.bodies.len()));
        }
        self.uses.bodies.push(BodyUse {
            of,
            ty: type_args.first().map(TypeRef::display).unwrap_or_default(),
            preserves,
            whole: keeps_all(then),
            span: expr.span,
            arguments: Span { start: open, end: close },
        });
    }

    /// Whose body `expr` is.
    fn body_of(&self, expr: &Expr) -> Option<BodyOf> {
        if let Origin::Body(of) = self.origin(expr) {
            return Some(of);
        }
        let ExprKind::Member { target, name, .. } = &bare(expr).kind else { return None };
        if name != "Body" {
            return None;
        }
        match self.origin(target) {
            Origin::Request => Some(BodyOf::Request),
            Origin::Response => Some(BodyOf::Response),
            Origin::Variable(index) => {
                Some(BodyOf::Variable(self.uses.variables.get(index).and_then(|used| used.name.clone())))
            }
            _ => variable_key(target).map(|key| BodyOf::Variable(literal(key).map(str::to_owned))),
        }
    }

    fn origin(&self, expr: &Expr) -> Origin {
        let expr = bare(expr);
        if let Some(path) = path(expr) {
            return origin_of_path(&path);
        }
        let ExprKind::Name(name) = &expr.kind else { return Origin::Other };
        let known = self.locals.iter().rev().find(|(local, _)| local == name);
        known.map_or(Origin::Other, |(_, origin)| origin.clone())
    }
}

/// What becomes of the argument of a method that hands on: the same as of the result. A literal is its argument alone.
fn then_of_result<'a>(then: Then<'a>, arg: &Expr, method: &'a str) -> Then<'a> {
    if literal(arg).is_some() { Then::Argument(method) } else { then }
}

/// Whether all of a value goes on.
fn keeps_all(then: Then<'_>) -> bool {
    match then {
        Then::Value => true,
        Then::Member { name, .. } => AS_MUCH.contains(&name),
        Then::Argument(method) => !ASKING.contains(&method),
        Then::Asked | Then::Local(_) => false,
    }
}

fn origin_of_path(path: &str) -> Origin {
    match path {
        "Request" => Origin::Request,
        "Response" => Origin::Response,
        "Request.Body" => Origin::Body(BodyOf::Request),
        "Response.Body" => Origin::Body(BodyOf::Response),
        _ => Origin::Other,
    }
}

fn access(method: &str, type_args: &[TypeRef], n_args: usize) -> Option<VariableAccess> {
    match method {
        "GetValueOrDefault" => Some(VariableAccess::GetValueOrDefault {
            ty: type_args.first().map(TypeRef::display),
            has_default: n_args > 1,
        }),
        "ContainsKey" => Some(VariableAccess::ContainsKey),
        "TryGetValue" => Some(VariableAccess::TryGetValue),
        _ => None,
    }
}
