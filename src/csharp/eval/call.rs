//! Calls: static methods, `out` parameters, LINQ with lambdas, and methods of values.

use super::{Closure, Evaluated, Interpreter};
use crate::csharp::ast::{Argument, ArgumentValue, Expr, ExprKind, TypeRef};
use crate::csharp::convert;
use crate::csharp::exception::Exception;
use crate::csharp::format;
use crate::csharp::limits;
use crate::csharp::methods::{linq, lists, regex, statics, string};
use crate::csharp::objects::{List, StringBuilder, Uri, UriKind, extension};
use crate::csharp::ops;
use crate::csharp::value::{Object as _, Value};

impl Interpreter<'_> {
    pub(super) fn call(&mut self, callee: &Expr, args: &[Argument]) -> Evaluated<Option<Value>> {
        match &callee.kind {
            ExprKind::Member { target, name, type_args, conditional, .. } => {
                let type_args: Vec<String> = type_args.iter().map(TypeRef::display).collect();
                if let Some(type_name) = self.static_target(target) {
                    return self.static_call(type_name, name, &type_args, args).map(Some);
                }
                let Some(target) = self.link(target, *conditional)? else { return Ok(None) };
                self.instance_call(&target, name, &type_args, args).map(Some)
            }
            // A lambda in a variable.
            _ => {
                let lambda = self.expr(callee)?;
                let args = self.values(args)?;
                self.invoke(&lambda, &args).map(Some)
            }
        }
    }

    /// Evaluates arguments in the order written. The names of parameters are not known here, so one argument may have
    /// a name and several may not.
    pub(super) fn values(&mut self, args: &[Argument]) -> Evaluated<Vec<Value>> {
        if args.len() > 1 && args.iter().any(|argument| argument.name.is_some()) {
            return Err(Exception::not_run("a named argument beside others"));
        }
        args.iter()
            .map(|argument| match &argument.value {
                ArgumentValue::Expr(expr) => self.expr(expr),
                ArgumentValue::Out { name, .. } => Err(Exception::missing_member("out", name)),
                ArgumentValue::Ref(_) => Err(Exception::not_run("a `ref` argument")),
            })
            .collect()
    }

    fn static_call(
        &mut self,
        type_name: &str,
        name: &str,
        type_args: &[String],
        args: &[Argument],
    ) -> Evaluated {
        if let ("TryParse", [text, Argument { value: out @ ArgumentValue::Out { .. }, .. }]) = (name, args) {
            let text = self.values(std::slice::from_ref(text))?;
            let parsed = statics::call(type_name, "Parse", &[], &text, self.env);
            let parsed = parsed.ok_or_else(|| Exception::missing_overload(type_name, name, &text))?;
            let default =
                statics::get(type_name, if type_name == "Guid" { "Empty" } else { "MinValue" }, self.env);
            let default = match convert::default_of(type_name) {
                Value::Null => default.unwrap_or(Value::Null),
                default => default,
            };
            let success = parsed.is_ok();
            self.store_out(out, parsed.unwrap_or(default))?;
            return Ok(Value::Bool(success));
        }
        if let ("Uri", "TryCreate", [text, kind, Argument { value: out @ ArgumentValue::Out { .. }, .. }]) =
            (type_name, name, args)
        {
            let given = self.values(&[text.clone(), kind.clone()])?;
            let made = match &given[..] {
                [Value::String(text), kind] if kind.type_name() == "UriKind" => {
                    Uri::parse(text, UriKind::of(&kind.display())).ok()
                }
                [base, relative] if !relative.is_null() => {
                    base.downcast::<Uri>().and_then(|base| base.join(&relative.display()).ok())
                }
                _ => None,
            };
            let success = made.is_some();
            self.store_out(out, made.map_or(Value::Null, Value::object))?;
            return Ok(Value::Bool(success));
        }
        let values = self.values(args)?;
        self.charge(values.iter().map(weight).sum())?;
        if type_name == "Array" {
            let n_items = values.first().and_then(Value::elements).map_or(0, |items| items.len());
            self.charge(n_items)?;
            let result = lists::of_array(name, &values, &mut |lambda, args| self.invoke(lambda, args));
            return result.unwrap_or_else(|| Err(Exception::missing_overload(type_name, name, &values)));
        }
        if type_name == "Regex" {
            let result = self.matching(|steps, invoke| regex::call_static(name, &values, steps, invoke))?;
            return result.unwrap_or_else(|| Err(Exception::missing_overload(type_name, name, &values)));
        }
        statics::call(type_name, name, type_args, &values, self.env)
            .unwrap_or_else(|| Err(Exception::missing_overload(type_name, name, &values)))
    }

    /// Runs a regular expression with the steps that are left, and counts what it has used.
    fn matching(
        &mut self,
        run: impl FnOnce(&mut u64, linq::Invoke<'_>) -> Option<Evaluated>,
    ) -> Evaluated<Option<Evaluated>> {
        let left = limits::MAX_REGEX_STEPS.saturating_sub(self.steps * limits::REGEX_STEPS_PER_STEP);
        let mut steps = left;
        let result = run(&mut steps, &mut |lambda, args| self.invoke(lambda, args));
        self.charge(usize::try_from((left - steps) / limits::REGEX_STEPS_PER_STEP).unwrap_or(usize::MAX))?;
        Ok(result)
    }

    fn store_out(&mut self, out: &ArgumentValue, value: Value) -> Evaluated<()> {
        let ArgumentValue::Out { name, declares, .. } = out else { return Ok(()) };
        match (declares, self.scope.find(name)) {
            (true, _) => {
                self.scope.declare(name, None, value);
            }
            (false, Some(cell)) => {
                cell.set(value)?;
            }
            (false, None) => return Err(Exception::missing_member("out", name)),
        }
        Ok(())
    }

    fn instance_call(
        &mut self,
        target: &Value,
        name: &str,
        type_args: &[String],
        args: &[Argument],
    ) -> Evaluated {
        // Extension methods of the service; nothing is a token.
        if target.is_null() && matches!(name, "AsJwt" | "AsBasic") {
            return Ok(Value::Null);
        }
        if target.is_null() {
            return Err(Exception::null_reference());
        }
        if let ("TryGetValue", [key, Argument { value: out @ ArgumentValue::Out { .. }, .. }]) = (name, args)
        {
            let key = self.values(std::slice::from_ref(key))?;
            let Value::Object(object) = target else {
                return Err(Exception::missing_overload(&target.type_name(), name, &key));
            };
            let found = object.call("ContainsKey", &[], &key)?.as_bool() == Some(true);
            let value = if found { object.index(&key[0])? } else { Value::Null };
            self.store_out(out, value)?;
            return Ok(Value::Bool(found));
        }
        if let (
            "TryParseJwt" | "TryParseBasic",
            Value::String(text),
            [Argument { value: out @ ArgumentValue::Out { .. }, .. }],
        ) = (name, target, args)
        {
            let read = if name == "TryParseJwt" { "AsJwt" } else { "AsBasic" };
            let value = string::call(text, read, &[]).unwrap_or(Ok(Value::Null))?;
            self.store_out(out, value.clone())?;
            return Ok(Value::Bool(!value.is_null()));
        }
        let args = self.values(args)?;
        self.method(target, name, type_args, &args)
    }

    fn method(&mut self, target: &Value, name: &str, type_args: &[String], args: &[Value]) -> Evaluated {
        if let Some(result) = universal(target, name, args) {
            return result;
        }
        if target.downcast::<Closure>().is_some() && name == "Invoke" {
            return self.invoke(target, args);
        }
        if let Value::String(text) = target {
            self.charge(weight(target) + args.iter().map(weight).sum::<usize>())?;
            if let Some(result) = string::call(text, name, args) {
                return result;
            }
        }
        if let Some(regex) = target.downcast::<regex::Regex>() {
            let result = self.matching(|steps, invoke| regex.run(name, args, steps, invoke))?;
            return result.unwrap_or_else(|| Err(Exception::missing_overload("Regex", name, args)));
        }
        if let Some(list) = target.downcast::<List>().filter(|list| list.type_name() == "List")
            && lists::LIST_METHODS.contains(&name)
        {
            self.charge(list.snapshot().len())?;
            let result = lists::of_list(list, name, args, &mut |lambda, args| self.invoke(lambda, args));
            return result.unwrap_or_else(|| Err(Exception::missing_overload("List", name, args)));
        }
        if target.as_str().is_none()
            && args.len() < 2
            && matches!(&*target.type_name(), "IEnumerable" | "List" | "XElement[]")
            && let Some(items) = target.elements()
            && let Some(result) = extension(&items, name, args)
        {
            self.charge(items.len())?;
            return result;
        }
        let own = matches!((name, &*target.type_name()), ("Reverse", "List") | ("Contains", "HashSet"));
        if linq::METHODS.contains(&name)
            && !own
            && let Some(items) = target.elements()
        {
            return self.linq(target, &items, name, type_args, args);
        }
        match target {
            Value::Object(object) => {
                self.charge(weight(target))?;
                let result = object.call(name, type_args, args)?;
                // The methods of a builder give the builder back, so that calls chain.
                Ok(if target.downcast::<StringBuilder>().is_some() { target.clone() } else { result })
            }
            other => Err(Exception::missing_overload(&other.type_name(), name, args)),
        }
    }

    fn linq(
        &mut self,
        target: &Value,
        items: &[Value],
        name: &str,
        type_args: &[String],
        args: &[Value],
    ) -> Evaluated {
        let other = args.first().and_then(Value::elements).map_or(1, |other| other.len().max(1));
        self.charge(items.len().saturating_mul(other))?;
        self.account_bytes(std::mem::size_of_val(items))?;
        if let Some(sorted) = linq::then_by(target, name, args, &mut |lambda, args| self.invoke(lambda, args))
        {
            return sorted;
        }
        let result = linq::call(items, name, type_args, args, &mut |lambda, args| self.invoke(lambda, args));
        match (result, target) {
            (Some(result), _) => result,
            (None, Value::Object(object)) => object.call(name, type_args, args),
            (None, other) => Err(Exception::missing_overload(&other.type_name(), name, args)),
        }
    }
}

/// What walking over a value costs, in steps.
fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() / 256,
        Value::Object(object) => match object.type_name() {
            name if name == "List" || name.ends_with("[]") => {
                object.elements().map_or(0, |items| items.len() / 16)
            }
            _ => 0,
        },
        _ => 0,
    }
}

/// `GetHashCode()`. .NET promises no more than that equal values have equal numbers; those of the simple types are its
/// own, texts have one that stays the same from run to run, which .NET's do not.
fn hash_code(value: &Value) -> i32 {
    match value {
        Value::Bool(flag) => i32::from(*flag),
        Value::Int(number) => *number,
        Value::Long(number) => (*number as i32) ^ ((*number >> 32) as i32),
        Value::Double(number) => {
            let bits = number.to_bits();
            (bits as i32) ^ ((bits >> 32) as i32)
        }
        Value::Object(object) if object.type_name() == "Guid" => {
            // The four integers of its bytes, each the lowest byte first.
            let bytes = object.call("ToByteArray", &[], &[]).ok().and_then(|bytes| convert::bytes_of(&bytes));
            let bytes = bytes.unwrap_or_default();
            let parts =
                bytes.chunks_exact(4).map(|part| i32::from_le_bytes([part[0], part[1], part[2], part[3]]));
            parts.fold(0, |mixed, part| mixed ^ part)
        }
        other => {
            let fnv = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
            other.display().bytes().fold(0x811c_9dc5, fnv).cast_signed()
        }
    }
}

/// The methods of every value.
fn universal(target: &Value, name: &str, args: &[Value]) -> Option<Evaluated> {
    match (name, args) {
        ("ToString", []) => Some(Ok(target.display().into())),
        ("ToString", [Value::String(format)]) => Some(format::value(target, format).map(Value::from)),
        ("Equals", [other]) if !matches!(target, Value::String(_)) => {
            Some(Ok(Value::Bool(ops::equal(target, other))))
        }
        ("CompareTo", [other]) if !matches!(target, Value::String(_)) => {
            Some(ops::sort_order(target, other).map(|order| Value::Int(order as i32)))
        }
        ("GetHashCode", []) if !target.is_null() => Some(Ok(Value::Int(hash_code(target)))),
        ("GetValueOrDefault", []) if !matches!(target, Value::Object(_)) => Some(Ok(target.clone())),
        _ => None,
    }
}
