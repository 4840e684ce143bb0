//! What is noted of an expression, as tables.

use super::*;
use crate::csharp::{Form, parse};

fn of(text: &str) -> Uses {
    let form = if text.contains("return") { Form::Block } else { Form::Expression };
    uses(&parse(text, form).unwrap_or_else(|found| panic!("{text}: {found:?}")))
}

#[test]
fn members_of_context_and_what_guards_them() {
    for (text, expected) in [
        ("context.Response.StatusCode", "Response.StatusCode"),
        ("context.Response?.StatusCode", "Response.StatusCode guarded"),
        ("context.Response != null", "Response guarded"),
        (
            "context.Response != null && context.Response.StatusCode > 1",
            "Response guarded, Response.StatusCode guarded",
        ),
        (
            "context.Response == null ? 0 : context.Response.StatusCode",
            "Response guarded, Response.StatusCode guarded",
        ),
        ("context.Request.Headers.GetValueOrDefault(\"a\")", "Request.Headers"),
        ("(context.Response).StatusCode + context.Api.Id", "Response.StatusCode, Api.Id"),
        ("try { return context.LastError.Message; } catch { return null; }", "LastError.Message guarded"),
        ("if (context.User == null) { return 1; } return context.User.Id;", "User guarded, User.Id guarded"),
    ] {
        let found: Vec<String> = of(text)
            .members
            .iter()
            .map(|used| format!("{}{}", used.path, if used.guarded { " guarded" } else { "" }))
            .collect();
        assert_eq!(found.join(", "), expected, "{text}");
    }
}

#[test]
fn uses_of_variables() {
    for (text, expected) in [
        ("context.Variables[\"a\"]", "a Index"),
        ("(string)context.Variables[\"a\"]", "a Index string"),
        ("context.Variables[\"a\"] as JObject", "a Index JObject"),
        ("((IResponse)context.Variables[\"a\"]).StatusCode", "a Index IResponse dereferenced"),
        ("((IResponse)context.Variables[\"a\"])?.StatusCode", "a Index IResponse"),
        ("(string)context.Variables[\"a\" + context.Api.Id]", "? Index string"),
        ("context.Variables.GetValueOrDefault<int>(\"a\", 1)", "a GetValueOrDefault int default"),
        ("context.Variables.GetValueOrDefault(\"a\", \"\")", "a GetValueOrDefault - default"),
        (
            "context.Variables.GetValueOrDefault<IResponse>(\"a\").StatusCode",
            "a GetValueOrDefault IResponse dereferenced",
        ),
        (
            "context.Variables.ContainsKey(\"a\") && (bool)context.Variables[\"a\"]",
            "a ContainsKey, a Index bool guarded",
        ),
        (
            "context.Variables.ContainsKey(\"a\") ? (string)context.Variables[\"b\"] : \"\"",
            "a ContainsKey, b Index string",
        ),
        (
            "context.Variables[\"a\"] switch { null => 0, _ => (int)context.Variables[\"a\"] }",
            "a Index, a Index int guarded",
        ),
        ("context.Variables.TryGetValue(\"a\", out var x)", "a TryGetValue"),
        ("context.Variables.Count()", "? Whole"),
        (
            "var r = (IResponse)context.Variables[\"a\"]; return r.StatusCode;",
            "a Index IResponse dereferenced",
        ),
        (
            "var r = (IResponse)context.Variables[\"a\"]; if (r == null) return 1; return r.StatusCode;",
            "a Index IResponse",
        ),
        ("foreach (var v in context.Variables) { } return 1;", "? Whole"),
    ] {
        let found: Vec<String> = of(text).variables.iter().map(describe).collect();
        assert_eq!(found.join(", "), expected, "{text}");
    }
}

fn describe(used: &VariableUse) -> String {
    let mut text = used.name.clone().unwrap_or_else(|| "?".to_owned());
    text += &match &used.how {
        VariableAccess::Index { cast } => {
            format!(" Index{}", cast.iter().map(|ty| format!(" {ty}")).collect::<String>())
        }
        VariableAccess::GetValueOrDefault { ty, has_default } => {
            let default = if *has_default { " default" } else { "" };
            format!(" GetValueOrDefault {}{default}", ty.as_deref().unwrap_or("-"))
        }
        how => format!(" {how:?}"),
    };
    text += if used.guarded { " guarded" } else { "" };
    text + if used.dereferenced { " dereferenced" } else { "" }
}

#[test]
fn reads_of_bodies() {
    for (text, expected) in [
        ("context.Request.Body.As<string>()", "Request string consumes whole ``"),
        (
            "context.Request.Body.As<JObject>(preserveContent: true)[\"a\"]",
            "Request JObject preserves part `true`",
        ),
        ("context.Response.Body.As<string>(true).ToString()", "Response string preserves whole `true`"),
        ("context.Response.Body.As<string>(1 > 2).Length", "Response string ? part `1 > 2`"),
        ("((IResponse)context.Variables[\"r\"]).Body.As<JObject>()[\"a\"]", "r JObject consumes part ``"),
        (
            "context.Variables.GetValueOrDefault<IResponse>(\"r\").Body.As<JObject>()",
            "r JObject consumes whole ``",
        ),
        (
            "var r = (IResponse)context.Variables[\"r\"]; return r.Body.As<string>();",
            "r string consumes whole ``",
        ),
        (
            "var b = context.Request.Body; return b.As<string>(false);",
            "Request string consumes whole `false`",
        ),
        ("var b = context.Request.Body.As<string>(true); return b;", "Request string preserves whole `true`"),
        (
            "var b = context.Request.Body.As<string>(true); return b.Length;",
            "Request string preserves part `true`",
        ),
        (
            "var b = JObject.Parse(context.Response.Body.As<string>(true)); return b[\"usage\"];",
            "Response string preserves part `true`",
        ),
        (
            "var b = JObject.Parse(context.Response.Body.As<string>(true)); return new JProperty(\"b\", b);",
            "Response string preserves whole `true`",
        ),
        (
            "string.IsNullOrEmpty(context.Request.Body.As<string>(true))",
            "Request string preserves part `true`",
        ),
    ] {
        let found: Vec<String> = of(text).bodies.iter().map(|used| describe_body(text, used)).collect();
        assert_eq!(found.join(", "), expected, "{text}");
    }
}

fn describe_body(text: &str, used: &BodyUse) -> String {
    let of = match &used.of {
        BodyOf::Variable(name) => name.as_deref().unwrap_or("?").to_owned(),
        of => format!("{of:?}"),
    };
    let preserves = match used.preserves {
        Some(true) => "preserves",
        Some(false) => "consumes",
        None => "?",
    };
    let whole = if used.whole { "whole" } else { "part" };
    format!("{of} {} {preserves} {whole} `{}`", used.ty, &text[used.arguments.range()])
}

#[test]
fn strings_calls_and_types() {
    let found = of("JObject.Parse(\"{}\")[\"a\"].Value<string>() + $\"{context.Api.Id}: b\"");
    let strings: Vec<_> = found
        .strings
        .iter()
        .map(|used| (used.text.as_str(), used.interpolated, used.argument_of.as_deref()))
        .collect();
    assert_eq!(strings, [("{}", false, Some("Parse")), ("a", false, None), (": b", true, None)]);
    let calls: Vec<_> = found.calls.iter().map(|used| used.name.as_str()).collect();
    assert_eq!(calls, ["Value", "Parse"]);
    assert_eq!(found.types.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["string"]);
}
