//! Expressions: what each one is, and what cannot be.

use super::Checker;
use crate::csharp::ast::{
    Argument, ArgumentValue, BinaryOp, Expr, ExprKind, Initializer, InterpolatedPart, Literal, TypeRef,
    UnaryOp,
};
use crate::csharp::codes::{UNASSIGNED, UNKNOWN_NAME, WRONG_ARGUMENTS, WRONG_TYPE};
use crate::csharp::eval::dotted;
use crate::csharp::problem::Problem;
use crate::csharp::types::{self, Kind, Named, Ty};
use crate::csharp::wordings;
use crate::diag::Wording;
use crate::text::Span;

impl Checker {
    /// Checks an expression whose value is used.
    pub(super) fn value(&mut self, expr: &Expr) -> Ty {
        let ty = self.expr(expr);
        if ty == Ty::Void {
            let message = "this call gives no value (CS0029)";
            self.found.push(Problem::new(&WRONG_TYPE, message, expr.span));
            return Ty::Unknown;
        }
        ty
    }

    /// Checks an expression; returns its type.
    pub(super) fn expr(&mut self, expr: &Expr) -> Ty {
        let (ty, may_end) = self.chain(expr);
        if may_end { ty.or_null() } else { ty }
    }

    /// The type of a link of a chain, and whether a `?.` before it may have ended the chain with null.
    pub(super) fn chain(&mut self, expr: &Expr) -> (Ty, bool) {
        match &expr.kind {
            ExprKind::Member { target, name, name_span, type_args, conditional } => {
                let as_method = std::mem::take(&mut self.takes_method);
                let (owner, may_end) = self.target(target, *conditional);
                let ty = self.property(&owner, name, *name_span, type_args, as_method);
                (ty, may_end || *conditional)
            }
            ExprKind::Call { callee, args } => self.call(expr, callee, args),
            ExprKind::Index { target, key, conditional } => {
                let (ty, may_end) = self.chain(target);
                let ty = if *conditional { ty.plain().clone() } else { ty };
                let given = self.value(key);
                (self.indexed(&ty, &given, expr.span, key.span), may_end || *conditional)
            }
            _ => (self.plain(expr), false),
        }
    }

    fn plain(&mut self, expr: &Expr) -> Ty {
        match &expr.kind {
            ExprKind::Literal(literal) => literal_type(literal),
            ExprKind::Interpolated(parts) => {
                for part in parts {
                    if let InterpolatedPart::Hole { value, .. } = part {
                        self.value(value);
                    }
                }
                Ty::named("string")
            }
            ExprKind::Name(name) => self.name(name, expr.span),
            ExprKind::Paren(inner) => self.expr(inner),
            ExprKind::Cast { ty, operand } => {
                let from = self.value(operand);
                let to = self.type_ref(ty);
                self.cast(&from, &to, expr.span);
                self.constant(expr);
                to
            }
            ExprKind::As { operand, ty } => {
                self.value(operand);
                let to = self.type_ref(ty);
                if to.is_value() {
                    let message =
                        format!("`as` needs a type that can be null, `{}` cannot (CS0077)", to.display());
                    let problem = Problem::new(&WRONG_TYPE, message, ty.span);
                    self.found.push(problem.help(format!("write `as {}?`, or a cast", to.display())));
                }
                to
            }
            ExprKind::Unary { op, operand } => self.unary(*op, operand, expr.span),
            ExprKind::Binary { .. } => {
                let ty = self.binary(expr);
                self.constant(expr);
                ty
            }
            ExprKind::Conditional { condition, then, otherwise } => {
                self.condition(condition);
                let (left, right) = (self.value(then), self.value(otherwise));
                self.branches(&left, &right, expr.span)
            }
            ExprKind::Is { operand, pattern } => {
                let subject = self.value(operand);
                self.pattern(pattern, &subject);
                Ty::named("bool")
            }
            ExprKind::Assign { target, op, value } => self.assignment(target, *op, value, expr.span),
            ExprKind::Step { target, .. } => {
                let ty = self.value(target);
                if !ty.is_unknown() && !ty.plain().is_number() {
                    let message = format!("`++` and `--` need a number, this is `{}` (CS0023)", ty.display());
                    self.found.push(Problem::new(&WRONG_TYPE, message, target.span));
                }
                ty
            }
            ExprKind::New { ty, args, initializer } => self.construct(ty, args, initializer, expr.span),
            ExprKind::NewArray { element, size, items } => {
                let element = element.as_ref().map(|element| self.type_ref(element));
                if let Some(size) = size {
                    let given = self.value(size);
                    self.convert(&given, &Ty::named("int"), size.span);
                }
                let given: Vec<(Ty, Span)> = items.iter().map(|item| (self.value(item), item.span)).collect();
                if let Some(element) = &element {
                    given.iter().for_each(|(ty, span)| self.convert(ty, element, *span));
                }
                Ty::Array(Box::new(element.unwrap_or_else(|| super::common(&given))))
            }
            ExprKind::Anonymous(members) => {
                members.iter().for_each(|(_, value)| {
                    self.value(value);
                });
                Ty::Unknown
            }
            ExprKind::Lambda(lambda) => {
                self.function(lambda, &[], None);
                Ty::Unknown
            }
            ExprKind::Switch { subject, arms } => {
                let subject = self.value(subject);
                let given: Vec<_> = arms
                    .iter()
                    .map(|arm| {
                        self.scoped(|checker| {
                            checker.pattern(&arm.pattern, &subject);
                            arm.when.iter().for_each(|when| checker.condition(when));
                            (checker.value(&arm.value), arm.value.span)
                        })
                    })
                    .collect();
                super::common(&given)
            }
            ExprKind::Throw(value) => {
                self.value(value);
                Ty::Unknown
            }
            ExprKind::Checked { on, inner } => self.checking(*on, |checker| checker.expr(inner)),
            ExprKind::Default(ty) => ty.as_ref().map_or(Ty::Unknown, |ty| self.type_ref(ty)),
            ExprKind::Tuple(parts) => {
                parts.iter().for_each(|(_, part)| {
                    self.value(part);
                });
                Ty::Unknown
            }
            ExprKind::TypeOf(ty) => {
                self.type_ref(ty);
                Ty::named("Type")
            }
            ExprKind::NotRun { parts, .. } => {
                parts.iter().for_each(|part| {
                    self.value(part);
                });
                Ty::Unknown
            }
            ExprKind::Type(ty) => {
                self.type_ref(ty);
                let message = format!("`{}` is a type and has no value here (CS0119)", ty.display());
                self.found.push(Problem::new(&UNKNOWN_NAME, message, ty.span));
                Ty::Unknown
            }
            ExprKind::Member { .. } | ExprKind::Index { .. } | ExprKind::Call { .. } => self.expr(expr),
        }
    }

    fn name(&mut self, name: &str, span: Span) -> Ty {
        let Some(local) = self.find(name) else {
            match types::named(name) {
                Named::Known(_) => {
                    let message = format!("`{name}` is a type and has no value here (CS0119)");
                    self.found.push(Problem::new(&UNKNOWN_NAME, message, span));
                }
                _ => self.unknown_name(name, span),
            }
            return Ty::Unknown;
        };
        let (ty, unassigned) = (local.ty.clone(), !local.assigned && local.nesting == self.nesting);
        // The name of a local function stands for the function.
        let ty = if local.takes.is_some() { Ty::Unknown } else { ty };
        if unassigned {
            let message = format!("`{name}` has no value yet");
            self.found.push(
                Problem::new(&UNASSIGNED, message, span)
                    .service_says(Wording::of(wordings::UNASSIGNED, &[&name]))
                    .help(format!("give `{name}` a value where it is declared")),
            );
            self.assign(name);
        }
        ty
    }

    fn unary(&mut self, op: UnaryOp, operand: &Expr, span: Span) -> Ty {
        let ty = self.value(operand);
        let plain = ty.plain();
        let (fits, wanted) = match op {
            UnaryOp::Not => (plain.is("bool"), "`!` needs a `bool`"),
            UnaryOp::Minus | UnaryOp::Plus => {
                (plain.is_number() || plain.is("TimeSpan"), "a sign needs a number")
            }
            UnaryOp::Complement => (plain.is_number() || is_enum(plain), "`~` needs a whole number"),
        };
        if plain.is_unknown() || *plain == Ty::Null {
            return if op == UnaryOp::Not { Ty::named("bool") } else { Ty::Unknown };
        }
        if !fits {
            let message = format!("{wanted}, this is `{}` (CS0023)", ty.display());
            self.found.push(Problem::new(&WRONG_TYPE, message, span));
            return if op == UnaryOp::Not { Ty::named("bool") } else { Ty::Unknown };
        }
        match ty.name() {
            "byte" | "sbyte" | "short" | "ushort" | "char" => Ty::named("int"),
            "uint" if op == UnaryOp::Minus => Ty::named("long"),
            _ => ty,
        }
    }

    fn assignment(&mut self, target: &Expr, op: Option<BinaryOp>, value: &Expr, span: Span) -> Ty {
        let local = match &target.kind {
            ExprKind::Name(name) => Some(name),
            _ => None,
        };
        let place = match (local, op) {
            // An assignment does not read what is there.
            (Some(name), None) if self.find(name).is_some() => {
                self.find(name).map_or(Ty::Unknown, |local| local.ty.clone())
            }
            _ => self.value(target),
        };
        let given = self.value(value);
        match op {
            None => self.convert(&given, &place, value.span),
            Some(BinaryOp::Coalesce) => self.convert(&given, &place, value.span),
            Some(op) => {
                self.operate(op, &place, &given, span);
            }
        }
        if let Some(name) = local {
            self.assign(name);
        }
        if self.read_only(target) { Ty::Unknown } else { place }
    }

    /// `context` and what hangs on it cannot be changed by an expression (CS0200). Returns true where that is tried.
    fn read_only(&mut self, target: &Expr) -> bool {
        let (owner, indexed) = match &target.kind {
            ExprKind::Index { target, .. } => (&**target, "[...]"),
            _ => (target, ""),
        };
        let Some(path) = dotted(owner).filter(|path| path == "context" || path.starts_with("context."))
        else {
            return false;
        };
        let help = match path.as_str() {
            "context.Variables" => "set a variable with the policy `set-variable`",
            "context" => "change the request with policies such as `set-header`",
            _ => "write `==` to compare; a request is changed with policies such as `set-header`",
        };
        let problem =
            Problem::new(&WRONG_TYPE, format!("`{path}{indexed}` cannot be assigned (CS0200)"), target.span);
        self.found.push(problem.help(help));
        true
    }

    fn construct(&mut self, ty: &TypeRef, args: &[Argument], initializer: &[Initializer], span: Span) -> Ty {
        let made = self.type_ref(ty);
        self.arguments(args, &[]);
        for entry in initializer {
            match entry {
                Initializer::Item(value) | Initializer::Member(_, value) => {
                    self.value(value);
                }
                Initializer::Pair(key, value) | Initializer::Index(key, value) => {
                    self.value(key);
                    self.value(value);
                }
            }
        }
        let Ty::Of(def, _) = &made else { return made };
        if matches!(def.kind, Kind::Interface | Kind::Static | Kind::Enum) {
            let message = format!("`{}` cannot be made with `new` (CS0144)", made.display());
            self.found.push(Problem::new(&WRONG_TYPE, message, ty.span));
            return made;
        }
        let mut takes = def.own("new", false).filter_map(|member| member.args).peekable();
        let known = takes.peek().is_some();
        let fits =
            takes.any(|takes| takes.least <= args.len() && takes.most.is_none_or(|most| args.len() <= most));
        if known && !fits && !def.open {
            let message = format!("`new {}` does not take {} arguments (CS1729)", made.display(), args.len());
            self.found.push(Problem::new(&WRONG_ARGUMENTS, message, span));
        }
        made
    }

    /// Checks arguments; returns their types. `params` are the types that lambdas among them are given.
    pub(super) fn arguments(&mut self, args: &[Argument], params: &[Ty]) -> Vec<Ty> {
        args.iter()
            .map(|argument| match &argument.value {
                ArgumentValue::Expr(Expr { kind: ExprKind::Lambda(lambda), .. }) => {
                    self.function(lambda, params, None)
                }
                ArgumentValue::Expr(expr) | ArgumentValue::Ref(expr) => {
                    // `Select(int.Parse)` names a method.
                    self.takes_method = matches!(expr.kind, ExprKind::Member { .. });
                    self.value(expr)
                }
                ArgumentValue::Out { name, declares, ty, span } => {
                    let declared = ty.as_ref().map(|ty| self.type_ref(ty));
                    match *declares {
                        true => self.declare(name, declared.unwrap_or(Ty::Unknown), true, *span),
                        false if name == "_" || self.find(name).is_some() => self.assign(name),
                        false => self.unknown_name(name, *span),
                    }
                    Ty::Unknown
                }
            })
            .collect()
    }
}

pub(super) fn is_enum(ty: &Ty) -> bool {
    matches!(ty, Ty::Of(def, _) if def.kind == Kind::Enum)
}

/// "1 argument", "3 arguments"
pub(super) fn counted(n: usize) -> String {
    match n {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        n => format!("{n} arguments"),
    }
}

fn literal_type(literal: &Literal) -> Ty {
    match literal {
        Literal::Null => Ty::Null,
        Literal::Bool(_) => Ty::named("bool"),
        Literal::Int(_) => Ty::named("int"),
        Literal::Long(_) => Ty::named("long"),
        Literal::Double(_) => Ty::named("double"),
        Literal::Char(_) => Ty::named("char"),
        Literal::String(_) => Ty::named("string"),
        Literal::Number(value) => Ty::named(value.keyword()),
    }
}
