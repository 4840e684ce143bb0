//! Calls: how many arguments, of which types, and what comes back.

use super::Checker;
use super::expr::counted;
use super::member::{Found, Owner, bound, shown};
use crate::csharp::ast::{Argument, ArgumentValue, Expr, ExprKind, TypeRef};
use crate::csharp::codes::{UNKNOWN_MEMBER, WRONG_ARGUMENTS, WRONG_TYPE};
use crate::csharp::problem::Problem;
use crate::csharp::types::{Args, Fit, Ty};
use crate::csharp::wordings;
use crate::diag::{Confidence, Wording};
use crate::text::Span;

impl Checker {
    /// Checks a call; returns what it gives, and whether a `?.` before it may have ended the chain.
    pub(super) fn call(&mut self, expr: &Expr, callee: &Expr, args: &[Argument]) -> (Ty, bool) {
        match &callee.kind {
            ExprKind::Member { target, name, name_span, type_args, conditional } => {
                let (owner, may_end) = self.target(target, *conditional);
                let call = Call { name, span: *name_span, args };
                (self.method(&owner, &call, type_args), may_end || *conditional)
            }
            ExprKind::Name(name) => (self.function_call(name, callee.span, args, expr.span), false),
            _ => {
                self.expr(callee);
                self.arguments(args, &[]);
                (Ty::Unknown, false)
            }
        }
    }

    /// A local function, or a lambda in a variable.
    fn function_call(&mut self, name: &str, span: Span, args: &[Argument], call: Span) -> Ty {
        let known = self.find(name).map(|local| (local.ty.clone(), local.takes));
        let Some((ty, takes)) = known else {
            self.unknown_name(name, span);
            self.arguments(args, &[]);
            return Ty::Unknown;
        };
        self.arguments(args, &[]);
        let Some((least, most)) = takes else { return Ty::Unknown };
        if args.len() < least || args.len() > most {
            let takes = shown_count(Args { least, most: Some(most), first: None });
            let message = format!("`{name}` takes {takes}, not {} (CS1501)", args.len());
            self.found.push(Problem::new(&WRONG_ARGUMENTS, message, call));
        }
        ty
    }

    fn method(&mut self, owner: &Owner, call: &Call<'_>, type_args: &[TypeRef]) -> Ty {
        let wanted: Vec<Ty> = type_args.iter().map(|arg| self.type_ref(arg)).collect();
        let Some(found) = self.members(owner, call.name, call.span) else {
            self.arguments(call.args, &[]);
            return Ty::Unknown;
        };
        let fitting: Vec<&Found> =
            found.iter().filter(|(member, _)| takes(member.args, call.args.len())).collect();
        let element = match call.name {
            "Join" | "GroupJoin" | "Zip" | "Aggregate" => Ty::Unknown,
            "GroupBy" | "SelectMany" if call.args.len() > 1 => Ty::Unknown,
            _ if matches!(owner, Owner::Value(ty) if ty.is("JObject")) => Ty::Unknown,
            _ => fitting.first().map_or(Ty::Unknown, |(_, bindings)| bound(bindings, "T")),
        };
        // The place of the element, which four methods tell.
        let second = match call.name {
            "Select" | "Where" | "SkipWhile" | "TakeWhile" => Ty::named("int"),
            _ => Ty::Unknown,
        };
        let given = self.arguments(call.args, &[element, second]);
        let Some((member, bindings)) = fitting.first() else {
            self.does_not_fit(owner, call, &found);
            return Ty::Unknown;
        };
        if let Some(wanted) = member.args.and_then(|args| args.first)
            && fitting.iter().all(|(member, _)| member.args.is_some_and(|args| args.first == Some(wanted)))
        {
            self.first_argument(call, &given, wanted);
        }
        self.body_type(owner, call, &wanted);
        self.out_types(owner, call, bindings);
        let result = special(owner, call, bindings, &wanted, &given);
        result.unwrap_or_else(|| {
            let mut bindings = bindings.clone();
            let lambdas = call.args.iter().zip(&given).filter(|(argument, _)| {
                matches!(&argument.value, ArgumentValue::Expr(Expr { kind: ExprKind::Lambda(_), .. }))
            });
            bindings.push(("R", lambdas.map(|(_, ty)| ty.clone()).next().unwrap_or(Ty::Unknown)));
            bindings.push(("M", wanted.first().cloned().unwrap_or(Ty::Unknown)));
            Ty::read(member.gives, &bindings)
        })
    }

    /// No overload takes that many, or it is no method.
    fn does_not_fit(&mut self, owner: &Owner, call: &Call<'_>, found: &[Found]) {
        let methods: Vec<Args> = found.iter().filter_map(|(member, _)| member.args).collect();
        if methods.is_empty() {
            // A property may hold a lambda.
            if found.iter().any(|(member, _)| member.gives == "?") {
                return;
            }
            let message = format!("`{}.{}` is a property", shown(owner), call.name);
            let problem = Problem::new(&UNKNOWN_MEMBER, message, call.span);
            let is_table = found.iter().any(|(member, _)| member.gives.starts_with("IReadOnlyDictionary"));
            self.found.push(problem.help(match call.args.len() {
                1 if is_table => format!("write `{}[...]`", call.name),
                2 if is_table => format!("write `{}.GetValueOrDefault(...)`", call.name),
                _ => format!("write `{}` without brackets", call.name),
            }));
            return;
        }
        let mut counts: Vec<String> = methods.iter().map(|args| shown_count(*args)).collect();
        counts.dedup();
        let (counts, given) = (counts.join(" or "), call.args.len());
        let message = format!("`{}.{}` takes {counts}, not {given}", shown(owner), call.name);
        let says = Wording::of(wordings::ARGUMENT_COUNT, &[&call.name, &given]);
        self.found.push(Problem::new(&WRONG_ARGUMENTS, message, call.span).service_says(says));
    }

    /// The first argument has to be of one type in every overload (CS1503).
    fn first_argument(&mut self, call: &Call<'_>, given: &[Ty], wanted: &'static str) {
        let (Some(ty), Some(argument)) = (given.first(), call.args.first()) else { return };
        let Some(expr) = argument.expr().filter(|_| argument.name.is_none()) else { return };
        if !matches!(ty.fits(&Ty::named(wanted)), Fit::Cast | Fit::No) {
            return;
        }
        let message = format!("`{}` takes a `{wanted}`, this is `{}`", call.name, ty.display());
        let problem = Problem::new(&WRONG_TYPE, message, expr.span)
            .service_says(Wording::of(wordings::ARGUMENT_NOT_OF_TYPE, &[&ty.full(), &wanted]));
        let help = match wanted {
            _ if ty.is("object") || ty.is_json() => format!("cast it with `({wanted})`"),
            "string" => "write `.ToString()` after it".to_owned(),
            _ if ty.is("string") => format!("read the number with `{wanted}.Parse(...)`"),
            _ => return self.found.push(problem),
        };
        self.found.push(problem.help(help));
    }

    /// A body is read as one of a few types ("IMessageBody" in the policy expression page).
    fn body_type(&mut self, owner: &Owner, call: &Call<'_>, wanted: &[Ty]) {
        let is_body = matches!(owner, Owner::Value(ty) if ty.is("IMessageBody")) && call.name == "As";
        let Some(ty) = wanted.first().filter(|_| is_body) else { return };
        let bytes = Ty::Array(Box::new(Ty::named("byte")));
        let readable = matches!(
            ty.name(),
            "string" | "JObject" | "JToken" | "JArray" | "XNode" | "XElement" | "XDocument" | "object"
        );
        if readable || *ty == bytes || ty.has_unknown() {
            return;
        }
        let message = format!("a body cannot be read as `{}`", ty.display());
        self.found.push(
            Problem::new(&WRONG_TYPE, message, call.span)
                .confidence(Confidence::Medium)
                .help("read it `As<string>()`, `As<JObject>()`, `As<byte[]>()` or `As<XDocument>()`"),
        );
    }

    /// `out var x` has the type that the method gives there.
    fn out_types(&mut self, owner: &Owner, call: &Call<'_>, bindings: &[(&str, Ty)]) {
        let ty = match (call.name, owner) {
            ("TryGetValue", Owner::Value(ty)) if ty.is("JObject") => Ty::named("JToken"),
            ("TryGetValue", _) => bound(bindings, "TValue"),
            ("TryParse" | "TryParseExact", Owner::Type(def)) if def.name != "Enum" => Ty::named(def.name),
            ("TryParseJwt", _) => Ty::named("Jwt"),
            ("TryParseBasic", _) => Ty::named("BasicAuthCredentials"),
            _ => return,
        };
        for argument in call.args {
            if let ArgumentValue::Out { name, declares: true, ty: None, .. } = &argument.value
                && let Some(local) = self.locals.iter_mut().rev().find(|local| local.name == *name)
            {
                local.ty = ty.clone();
            }
        }
    }
}

struct Call<'a> {
    name: &'a str,
    span: Span,
    args: &'a [Argument],
}

fn takes(args: Option<Args>, n: usize) -> bool {
    args.is_some_and(|args| args.least <= n && args.most.is_none_or(|most| n <= most))
}

/// "1 argument", "1 to 3 arguments"
fn shown_count(args: Args) -> String {
    match args.most {
        Some(most) if most == args.least => counted(most),
        Some(most) => format!("{} to {most} arguments", args.least),
        None => format!("at least {}", counted(args.least)),
    }
}

/// What a call gives where that depends on more than the table says.
fn special(
    owner: &Owner,
    call: &Call<'_>,
    bindings: &[(&str, Ty)],
    wanted: &[Ty],
    given: &[Ty],
) -> Option<Ty> {
    let first = given.first().cloned().unwrap_or(Ty::Unknown);
    Some(match (owner, call.name) {
        (Owner::Value(_), "GetValueOrDefault") if bindings.iter().any(|(name, _)| *name == "TValue") => {
            let value = bound(bindings, "TValue");
            match (wanted.first(), &value) {
                (Some(wanted), _) => wanted.clone(),
                // Headers, query parameters and claims are joined with commas, unless the default is an array too.
                (None, Ty::Array(element)) => match given.get(1) {
                    Some(Ty::Unknown) => Ty::Unknown,
                    Some(default @ Ty::Array(_)) => default.clone(),
                    _ => (**element).clone(),
                },
                (None, value) if value.is("object") => match given.get(1) {
                    Some(Ty::Null) | None => Ty::Unknown,
                    Some(default) => default.clone(),
                },
                (None, value) => value.clone(),
            }
        }
        (Owner::Value(_), "Values") if !wanted.is_empty() => {
            Ty::read("IEnumerable<M>", &[("M", wanted[0].clone())])
        }
        (Owner::Value(ty), "Subtract") => match (ty.name(), first.name()) {
            ("DateTime" | "DateTimeOffset", "DateTime" | "DateTimeOffset") => Ty::named("TimeSpan"),
            (_, "TimeSpan") => ty.clone(),
            _ => Ty::Unknown,
        },
        (Owner::Type(def), "Max" | "Min") if def.name == "Math" => {
            let second = given.get(1).cloned().unwrap_or(Ty::Unknown);
            first.promoted(&second).map_or(Ty::Unknown, Ty::named)
        }
        (Owner::Type(def), "Abs") if def.name == "Math" => first,
        (Owner::Type(def), "Round" | "Floor" | "Ceiling" | "Truncate") if def.name == "Math" => {
            match first.name() {
                "decimal" => first,
                "double" | "float" => Ty::named("double"),
                _ => Ty::Unknown,
            }
        }
        (Owner::Type(def), "HtmlEncode" | "HtmlDecode") if def.name == "WebUtility" && given.len() == 1 => {
            Ty::named("string")
        }
        _ => return None,
    })
}
