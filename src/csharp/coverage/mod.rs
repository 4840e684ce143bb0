//! What of a program the evaluator does not run, although the service does: told where the sandbox deploys it, so
//! that nobody first learns it from a request. Types are followed only as far as they are plain; where one is not
//! known, nothing is said, and running it says so.

mod stmt;

use super::ast::{
    Argument, ArgumentValue, Body, Expr, ExprKind, Initializer, InterpolatedPart, Lambda, Literal, Pattern,
    Program, TypeRef,
};
use super::codes::NOT_SUPPORTED;
use super::convert::short_name;
use super::eval::dotted;
use super::members::{self, Member};
use super::methods::construct::CONSTRUCTED;
use super::methods::regex;
use super::objects::{is_cipher, type_of};
use super::parameters;
use super::problem::Problem;
use super::types;
use crate::text::Span;

/// Returns the places of a program that [`check`](super::check()) takes and that [`evaluate`](super::evaluate) does
/// not run.
pub fn not_run(program: &Program) -> Vec<Problem> {
    let mut checker =
        Checker { scope: vec![("context".to_owned(), "IProxyRequestContext".to_owned())], found: Vec::new() };
    checker.body(&program.body);
    checker.found
}

struct Checker {
    /// Variables with their type, empty where it is not known.
    scope: Vec<(String, String)>,
    found: Vec<Problem>,
}

/// A type that is not known.
const UNKNOWN: &str = "";

impl Checker {
    fn body(&mut self, body: &Body) -> String {
        match body {
            Body::Expr(expr) => self.expr(expr),
            Body::Block(statements) => {
                self.block(statements);
                UNKNOWN.to_owned()
            }
        }
    }

    fn declare(&mut self, name: &str, ty: &str) {
        self.scope.push((name.to_owned(), ty.to_owned()));
    }

    fn refuse(&mut self, what: &str, span: Span) {
        self.found.push(Problem::new(&NOT_SUPPORTED, format!("{what} is not evaluated"), span));
    }

    /// Checks a type as written; returns its name, or nothing where its members are not followed.
    fn type_ref(&mut self, ty: &TypeRef) -> String {
        ty.args.iter().for_each(|arg| {
            self.type_ref(arg);
        });
        if !members::is_type(&ty.name) {
            let message = format!("the type `{}` is not one that is evaluated", ty.name);
            self.found.push(
                Problem::new(&NOT_SUPPORTED, message, ty.span).did_you_mean(&ty.name, members::type_names()),
            );
        }
        // Members of arrays, `var` and `dynamic` are not in the table.
        if ty.rank > 0 { UNKNOWN.to_owned() } else { short_name(&ty.name).to_owned() }
    }

    /// Checks an expression; returns its type, empty where it is not known.
    fn expr(&mut self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Literal(literal) => literal_type(literal).to_owned(),
            ExprKind::NotRun { what, .. } => {
                self.refuse(what, expr.span);
                UNKNOWN.to_owned()
            }
            ExprKind::Checked { inner, .. } => self.expr(inner),
            ExprKind::Switch { subject, arms } => {
                self.expr(subject);
                for arm in arms {
                    let mark = self.scope.len();
                    self.pattern(&arm.pattern);
                    arm.when.iter().chain([&arm.value]).for_each(|part| {
                        self.expr(part);
                    });
                    self.scope.truncate(mark);
                }
                UNKNOWN.to_owned()
            }
            ExprKind::TypeOf(ty) => {
                self.type_ref(ty);
                if type_of(ty).is_none() {
                    self.refuse(&format!("`typeof({})`", ty.display()), expr.span);
                }
                "Type".to_owned()
            }
            ExprKind::Default(ty) => ty.as_ref().map(|ty| self.type_ref(ty)).unwrap_or_default(),
            ExprKind::Interpolated(parts) => {
                for part in parts {
                    if let InterpolatedPart::Hole { value, .. } = part {
                        self.expr(value);
                    }
                }
                "string".to_owned()
            }
            ExprKind::Name(name) => self.name(name, expr.span),
            ExprKind::Paren(inner) => self.expr(inner),
            ExprKind::Member { target, name, name_span, type_args, .. } => {
                self.member(target, name, *name_span, type_args, None)
            }
            ExprKind::Call { callee, args } => self.call(callee, args),
            ExprKind::Index { target, key, .. } => {
                let target = self.expr(target);
                self.expr(key);
                match target.as_str() {
                    "JObject" | "JArray" | "JToken" => "JToken",
                    "IReadOnlyDictionary" => "object",
                    "Parameters" => "string",
                    "Claims" => UNKNOWN,
                    "MatchCollection" => "Match",
                    "GroupCollection" => "Group",
                    "CaptureCollection" => "Capture",
                    _ => UNKNOWN,
                }
                .to_owned()
            }
            ExprKind::Cast { ty, operand } | ExprKind::As { operand, ty } => {
                self.expr(operand);
                self.type_ref(ty)
            }
            ExprKind::Binary { left, right, .. } => self.binary(expr, left, right),
            ExprKind::Conditional { condition, then, otherwise } => {
                self.expr(condition);
                let (then, otherwise) = (self.expr(then), self.expr(otherwise));
                if then == otherwise { then } else { UNKNOWN.to_owned() }
            }
            ExprKind::Is { operand, pattern } => {
                self.expr(operand);
                self.pattern(pattern);
                "bool".to_owned()
            }
            ExprKind::New { ty, args, initializer } => self.construct(ty, args, initializer),
            ExprKind::NewArray { element, .. } => {
                element.iter().for_each(|element| {
                    self.type_ref(element);
                });
                self.children(expr)
            }
            ExprKind::Lambda(lambda) => self.lambda(lambda),
            ExprKind::Type(ty) => self.name(&ty.name, ty.span),
            ExprKind::Throw(_)
            | ExprKind::Unary { .. }
            | ExprKind::Assign { .. }
            | ExprKind::Step { .. }
            | ExprKind::Tuple(_)
            | ExprKind::Anonymous(_) => self.children(expr),
        }
    }

    fn children(&mut self, expr: &Expr) -> String {
        for child in expr.kind.children() {
            self.expr(child);
        }
        UNKNOWN.to_owned()
    }

    /// The left spine in a loop: it may be long.
    fn binary(&mut self, expr: &Expr, left: &Expr, right: &Expr) -> String {
        use super::ast::BinaryOp as Op;
        let (mut spine, mut leftmost) = (vec![right], left);
        while let ExprKind::Binary { left, right, .. } = &leftmost.kind {
            spine.push(right);
            leftmost = left;
        }
        let mut text = self.expr(leftmost) == "string";
        for operand in spine.into_iter().rev() {
            text |= self.expr(operand) == "string";
        }
        match &expr.kind {
            ExprKind::Binary { op: Op::Add, .. } if text => "string",
            ExprKind::Binary {
                op:
                    Op::And
                    | Op::Or
                    | Op::Equal
                    | Op::NotEqual
                    | Op::Less
                    | Op::LessEqual
                    | Op::Greater
                    | Op::GreaterEqual,
                ..
            } => "bool",
            _ => UNKNOWN,
        }
        .to_owned()
    }

    fn name(&mut self, name: &str, span: Span) -> String {
        if let Some((_, ty)) = self.scope.iter().rev().find(|(known, _)| known == name) {
            return ty.clone();
        }
        self.found.push(Problem::new(&NOT_SUPPORTED, format!("`{name}` is not evaluated"), span));
        UNKNOWN.to_owned()
    }

    /// The path from a namespace that leads to no type, such as `System.Text.RegularExpressions.Regex`.
    fn unknown_qualified(&self, target: &Expr) -> Option<String> {
        let path = dotted(target)?;
        let first = path.split('.').next().unwrap_or(&path);
        let hidden = self.scope.iter().any(|(name, _)| name == first);
        let leads_to_type = path.split('.').any(|part| members::is_static_type(short_name(part)));
        (is_namespace(first) && path.contains('.') && !hidden && !leads_to_type).then_some(path)
    }

    /// The type that `target` names, as the evaluator decides it.
    fn static_target(&self, target: &Expr) -> Option<String> {
        if let ExprKind::Type(ty) = &target.kind {
            return Some(short_name(&ty.name).to_owned());
        }
        let path = dotted(target)?;
        let first = path.split('.').next().unwrap_or(&path);
        let hidden = self.scope.iter().any(|(name, _)| name == first);
        let qualified = is_namespace(first);
        let named = qualified || (!path.contains('.') && members::is_type(&path));
        let ends_in_type = path.rsplit('.').next().is_some_and(|last| last.starts_with(char::is_uppercase));
        (!hidden && named && ends_in_type && members::is_static_type(short_name(&path)))
            .then(|| short_name(&path).to_owned())
    }

    fn member(
        &mut self,
        target: &Expr,
        name: &str,
        span: Span,
        type_args: &[TypeRef],
        args: Option<&[Argument]>,
    ) -> String {
        type_args.iter().for_each(|arg| {
            self.type_ref(arg);
        });
        let (owner, member, is_static) = match self.static_target(target) {
            Some(owner) => {
                let member = members::static_member(&owner, name);
                (owner, member, true)
            }
            None => {
                if let Some(path) = self.unknown_qualified(target) {
                    let message = format!("the type `{path}` is not one that is evaluated");
                    self.found.push(Problem::new(&NOT_SUPPORTED, message, target.span));
                    return UNKNOWN.to_owned();
                }
                let owner = self.expr(target);
                if !members::is_checked(&owner) {
                    return UNKNOWN.to_owned();
                }
                let member = members::instance_member(&owner, name);
                (owner, member, false)
            }
        };
        let Some(member) = member else {
            let message = format!("`{}` has no member `{name}` that is evaluated", shown(&owner));
            let problem = Problem::new(&NOT_SUPPORTED, message, span);
            self.found.push(problem.did_you_mean(name, members::names_of(&owner, is_static)));
            return UNKNOWN.to_owned();
        };
        self.call_form(&owner, name, span, &member, args.is_some());
        if (owner.as_str(), name) == ("IMessageBody", "As") {
            self.body_type(span, type_args);
        }
        result_type(&owner, name, &member, type_args)
    }

    /// A body is read as one of a few types.
    fn body_type(&mut self, span: Span, type_args: &[TypeRef]) {
        let wanted = type_args.iter().map(TypeRef::display).collect::<Vec<_>>().join(", ");
        if BODY_TYPES.contains(&without_namespace(&wanted)) {
            return;
        }
        let message = format!("`Body.As<{wanted}>` is not evaluated");
        self.found
            .push(Problem::new(&NOT_SUPPORTED, message, span).help("read it `As<string>` or `As<JObject>`"));
    }

    /// A method has to be called, and a property cannot be.
    fn call_form(&mut self, owner: &str, name: &str, span: Span, member: &Member, is_call: bool) {
        // `Count` of a collection is both.
        let both = name == "Count" || member.gives.is_empty() && !member.is_method;
        if member.is_method == is_call || both {
            return;
        }
        let (what, help) = match member.is_method {
            true => ("method", format!("write `{name}(...)`")),
            false => ("property", format!("write `{name}` without brackets")),
        };
        let message = format!("`{}.{name}` is a {what}", shown(owner));
        self.found.push(Problem::new(&NOT_SUPPORTED, message, span).help(help));
    }

    fn call(&mut self, callee: &Expr, args: &[Argument]) -> String {
        if let ExprKind::Member { target, name, name_span, type_args, .. } = &callee.kind {
            self.named(name, args);
            self.arguments(args, takes_out(name, args.len()));
            self.literals(target, name, args);
            return self.member(target, name, *name_span, type_args, Some(args));
        }
        // A lambda in a variable; what it gives is not followed.
        self.expr(callee);
        self.arguments(args, false);
        UNKNOWN.to_owned()
    }

    /// What a literal argument asks for that is not run: a pattern, a cipher.
    fn literals(&mut self, target: &Expr, name: &str, args: &[Argument]) {
        let text = |index: usize| {
            let expr = args.get(index).and_then(Argument::expr)?;
            match &expr.kind {
                ExprKind::Literal(Literal::String(text)) => Some((text, expr.span)),
                _ => None,
            }
        };
        if self.static_target(target).is_some_and(|owner| owner == "Regex")
            && let Some((pattern, span)) = text(1)
            && let Some(what) = regex::not_run(pattern)
        {
            self.refuse(what, span);
        }
        if matches!(name, "Encrypt" | "Decrypt")
            && let Some((cipher, span)) = text(0)
            && !is_cipher(cipher)
        {
            self.refuse(&format!("the cipher `{cipher}`"), span);
        }
    }

    /// Arguments with names, where the names of the parameters are not known. Those of a lambda in a variable are.
    fn named(&mut self, name: &str, args: &[Argument]) {
        if parameters::arranged(name, args).is_some() {
            return;
        }
        let named = args.iter().find(|argument| argument.name.is_some()).and_then(Argument::expr);
        let message = "a named argument beside others is not evaluated";
        self.found.extend(named.map(|expr| {
            Problem::new(&NOT_SUPPORTED, message, expr.span)
                .help("write the arguments in the order of the declaration, without names")
        }));
    }

    fn arguments(&mut self, args: &[Argument], takes_out: bool) {
        for argument in args {
            match &argument.value {
                ArgumentValue::Expr(expr) => {
                    self.expr(expr);
                }
                ArgumentValue::Ref(expr) => self.refuse("a `ref` argument", expr.span),
                ArgumentValue::Out { name, declares, span, .. } => {
                    if !takes_out {
                        let message = "an `out` argument is evaluated of `TryParse`, `TryGetValue`, `Uri.TryCreate`, \
                                       `TryParseJwt` and `TryParseBasic` only";
                        self.found.push(Problem::new(&NOT_SUPPORTED, message, *span));
                    }
                    if *declares {
                        self.declare(name, UNKNOWN);
                    } else {
                        self.name(name, *span);
                    }
                }
            }
        }
    }

    fn construct(&mut self, ty: &TypeRef, args: &[Argument], initializer: &[Initializer]) -> String {
        self.named(short_name(&ty.name), args);
        self.arguments(args, false);
        for entry in initializer {
            match entry {
                Initializer::Item(value) | Initializer::Member(_, value) => {
                    self.expr(value);
                }
                Initializer::Pair(key, value) | Initializer::Index(key, value) => {
                    self.expr(key);
                    self.expr(value);
                }
            }
        }
        ty.args.iter().for_each(|arg| {
            self.type_ref(arg);
        });
        let name = short_name(&ty.name);
        if let ("Regex", Some(Expr { kind: ExprKind::Literal(Literal::String(pattern)), span, .. })) =
            (name, args.first().and_then(Argument::expr))
            && let Some(what) = regex::not_run(pattern)
        {
            self.refuse(what, *span);
        }
        if !CONSTRUCTED.contains(&name) {
            let message = format!("`new {}` is not evaluated", ty.name);
            self.found.push(
                Problem::new(&NOT_SUPPORTED, message, ty.span)
                    .did_you_mean(name, CONSTRUCTED.iter().copied()),
            );
        }
        name.to_owned()
    }

    fn pattern(&mut self, pattern: &Pattern) {
        for part in pattern.exprs() {
            self.expr(part);
        }
        match pattern {
            Pattern::Any { binding: Some(binding) } => self.declare(&binding.name, UNKNOWN),
            Pattern::Type { ty, binding } => {
                // `case DayOfWeek.Monday` and the name of a constant are read as types.
                let is_constant =
                    ty.name.contains('.') || self.scope.iter().any(|(name, _)| *name == ty.name);
                let ty = if is_constant { UNKNOWN.to_owned() } else { self.type_ref(ty) };
                binding.iter().for_each(|binding| self.declare(&binding.name, &ty));
            }
            Pattern::Not(inner) => self.pattern(inner),
            Pattern::Both { left, right, .. } => {
                self.pattern(left);
                self.pattern(right);
            }
            Pattern::Property { ty, members, binding } => {
                let ty = ty.as_ref().map(|ty| self.type_ref(ty)).unwrap_or_default();
                members.iter().for_each(|(_, member)| self.pattern(member));
                binding.iter().for_each(|binding| self.declare(&binding.name, &ty));
            }
            Pattern::Any { binding: None }
            | Pattern::Null
            | Pattern::NotNull
            | Pattern::Constant(_)
            | Pattern::Relational { .. } => {}
        }
    }

    fn lambda(&mut self, lambda: &Lambda) -> String {
        let mark = self.scope.len();
        for parameter in &lambda.params {
            self.declare(&parameter.name, UNKNOWN);
        }
        self.body(&lambda.body);
        self.scope.truncate(mark);
        UNKNOWN.to_owned()
    }
}

/// The calls whose last argument may be `out`.
fn takes_out(name: &str, n_args: usize) -> bool {
    match name {
        "TryParse" | "TryGetValue" => n_args == 2,
        "TryCreate" => n_args == 3,
        "TryParseJwt" | "TryParseBasic" => n_args == 1,
        _ => false,
    }
}

/// What a body can be read as. The service knows XML and form types besides (policy expressions, "IMessageBody").
const BODY_TYPES: &[&str] =
    &["string", "String", "byte[]", "Byte[]", "JObject", "JArray", "JToken", "XDocument", "XElement"];

/// The namespaces of the types that policies name in full.
fn is_namespace(name: &str) -> bool {
    matches!(name, "System" | "Newtonsoft")
}

/// `Newtonsoft.Json.Linq.JObject` as `JObject`.
fn without_namespace(type_name: &str) -> &str {
    type_name.rsplit('.').next().unwrap_or(type_name)
}

/// The type that reading or calling a member gives.
fn result_type(owner: &str, name: &str, member: &Member, type_args: &[TypeRef]) -> String {
    let generic = type_args.first().filter(|ty| ty.rank == 0 && ty.args.is_empty());
    match (owner, name, generic) {
        ("IMessageBody", "As", Some(ty)) | (_, "Value" | "ToObject", Some(ty)) => {
            short_name(&ty.name).to_owned()
        }
        ("IReadOnlyDictionary", "GetValueOrDefault", Some(ty)) => short_name(&ty.name).to_owned(),
        _ => member.gives.to_owned(),
    }
}

/// How a reader knows the type.
fn shown(type_name: &str) -> &str {
    match type_name {
        "IApi" => "context.Api",
        "IReadOnlyDictionary" => "context.Variables",
        "Parameters" => "context.Request.MatchedParameters",
        other => types::in_context(other).unwrap_or(other),
    }
}

fn literal_type(literal: &Literal) -> &'static str {
    match literal {
        Literal::Bool(_) => "bool",
        Literal::Int(_) => "int",
        Literal::Long(_) => "long",
        Literal::Double(_) => "double",
        Literal::String(_) => "string",
        Literal::Number(value) => value.keyword(),
        Literal::Null | Literal::Char(_) => UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csharp::{Form, parse};

    #[test]
    fn what_the_evaluator_runs_is_not_noted() {
        for text in [
            r#"context.Request.Headers.GetValueOrDefault("a", "b").Split(',').First().Trim()"#,
            r#"context.Response.Body.As<JObject>(preserveContent: true)["usage"]["total_tokens"].Value<int>() + 1"#,
            r#"context.Subscription?.Id ?? context.Product.Name.ToLower()"#,
            r#"System.Text.Encoding.UTF8.GetString(Convert.FromBase64String("YQ==")).Length"#,
            r#"context.Request.Headers.Where(h => h.Key != "x").ToDictionary(h => h.Key, h => h.Value)"#,
            r#"new JObject(new JProperty("a", DateTime.UtcNow.AddDays(1).ToString("o"))).ToString(Newtonsoft.Json.Formatting.None)"#,
            r#"((IResponse)context.Variables["r"]).StatusCode == 200"#,
            r#"context.Variables.GetValueOrDefault<JArray>("x").Count"#,
            r#"Regex.Match("a", @"(?<n>\d+)").Groups["n"].Value"#,
            r#"(XElement)context.Variables["x"]"#,
            r#"new HMACSHA256(new byte[0]).ComputeHash(Encoding.UTF8.GetBytes("a"))"#,
            r#"checked(1 + 2) + (int)1.5m"#,
            r#"(1, 2).Item1"#,
        ] {
            assert_eq!(not_run(&parse(text, Form::Expression).unwrap()), [], "{text}");
        }
    }

    #[test]
    fn what_the_evaluator_does_not_run_is_named_with_its_place() {
        for (text, place) in [
            ("Regex.IsMatch(\"a\", \"(?<a-b>x)\")", "\"(?<a-b>x)\""),
            ("System.Security.Cryptography.RSA.Create()", "System.Security.Cryptography.RSA"),
            ("(XProcessingInstruction)context.Variables[\"x\"]", "XProcessingInstruction"),
            ("new RNGCryptoServiceProvider()", "RNGCryptoServiceProvider"),
            ("context.Deployment.Sku", "Sku"),
            ("new byte[1].Encrypt(\"DES\", new byte[8], new byte[8])", "\"DES\""),
            ("Regex.IsMatch(\"a\", \"b\", RegexOptions.RightToLeft)", "RightToLeft"),
            ("typeof(List<int>)", "typeof(List<int>)"),
        ] {
            let found = not_run(&parse(text, Form::Expression).unwrap());
            let problem = found.first().unwrap_or_else(|| panic!("{text}: nothing found"));
            assert_eq!((problem.code, &text[problem.span.range()]), (&NOT_SUPPORTED, place), "{text}");
        }
    }

    #[test]
    fn every_static_property_of_the_table_is_evaluated() {
        struct Zero;
        impl crate::csharp::Environment for Zero {
            fn now_unix_ms(&self) -> i64 {
                0
            }
            fn random_u64(&self) -> u64 {
                0
            }
        }
        for member in members::members().iter().filter(|member| member.is_static && !member.is_method) {
            let value = crate::csharp::methods::statics::get(member.type_name, member.name, &Zero);
            assert!(value.is_some(), "{}.{}", member.type_name, member.name);
        }
    }
}
