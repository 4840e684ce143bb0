//! What the parser makes of expressions and blocks, and what it says of wrong ones.

use super::*;

#[track_caller]
fn refused(text: &str, form: Form) -> Problem {
    parse(text, form).expect_err(text).remove(0)
}

#[test]
fn expressions_of_published_policies_are_read() {
    for text in [
        r#"context.Request.Headers.GetValueOrDefault("Retry-After", "10")"#,
        r#"(string)context.Request.Body.As<JObject>(preserveContent: true)["model"] == "gpt-4o""#,
        r#"context.Response != null && (context.Response.StatusCode == 429 || context.Response.StatusCode >= 500)"#,
        r#"((JArray)context.Variables["list"])[0].Value<int>("n") < 3 ? "a" : "b""#,
        r#"new JObject(new JProperty("error", new JObject(new JProperty("code", 1)))).ToString()"#,
        r#"$"{context.Api.Id}:{context.RequestId:N,5}""#,
        r#"context.Variables.GetValueOrDefault<List<string>>("x")?.Count ?? 0"#,
        r#"items.Where(x => x.Value > 1).Select((x, i) => { return i; }).ToArray()"#,
        r#"(int)-1 + (a) - b"#,
        r#"x is int ? 1 : 2"#,
        r#"x is JObject o && o.Count > 0"#,
        r#"a < b && c > d"#,
        r#"new Dictionary<string, int> { { "a", 1 }, ["b"] = 2 }"#,
        r#"new[] { "a", "b" }.Contains(x?[0]?.y)"#,
        r#"1 << 2 >> 1"#,
        r#"a ?? b ?? throwIt()"#,
        r#"new { a = 1, b.c }"#,
        r#"(context.Variables["a"] as JObject)?["b"]"#,
    ] {
        if let Err(problems) = parse(text, Form::Expression) {
            panic!("{text}: {problems:?}");
        }
    }
}

#[test]
fn blocks_of_published_policies_are_read() {
    for text in [
        "return 1;",
        r#"var a = 1; string b = "x", c; if (a > 0) { return b; } else return c;"#,
        "foreach (JObject o in list) { if (x) continue; else break; } return null;",
        "for (int i = 0, j = 2; i < 3; i++, j--) { a[i] += 1; } return a;",
        "while (true) { n++; if (n > 3) { return n; } }",
        "try { return int.Parse(s); } catch (FormatException ex) when (x) { return 0; } catch { throw; } finally { f(); }",
        "int n; if (int.TryParse(s, out n) || int.TryParse(s, out var m)) { return n; } return 0;",
        "int? x = null; string[] y = { \"a\" }; int[] z = new int[3]; return x;",
        "List<JObject> l = new List<JObject>(); l.Add(new JObject()); return l;",
        "do { i++; } while (i < 3); ; return i;",
    ] {
        if let Err(problems) = parse(text, Form::Block) {
            panic!("{text}: {problems:?}");
        }
    }
}

#[test]
fn what_is_not_read_is_refused_by_its_code() {
    use crate::csharp::codes::*;
    for (text, code) in [
        ("", &SYNTAX),
        ("a;", &SYNTAX),
        ("a b", &SYNTAX),
        ("f(1", &SYNTAX),
        ("\"abc", &UNTERMINATED),
        ("a('Retry-After')", &SINGLE_QUOTED_STRING),
        ("1 = 2", &SYNTAX),
        ("--1", &SYNTAX),
        ("f()++", &SYNTAX),
        ("typeof(string)", &NOT_SUPPORTED),
        ("from x in y select x", &NOT_SUPPORTED),
        ("x switch { _ => 1 }", &NOT_SUPPORTED),
        ("(1, 2)", &NOT_SUPPORTED),
    ] {
        assert_eq!(refused(text, Form::Expression).code.id, code.id, "{text}");
    }
    for (text, code) in [
        ("", &MISSING_RETURN),
        ("var a = 1;", &MISSING_RETURN),
        ("if (a) { return 1; }", &MISSING_RETURN),
        ("while (true) { break; }", &MISSING_RETURN),
        ("try { return 1; } catch { }", &MISSING_RETURN),
        ("switch (a) { default: return 1; }", &NOT_SUPPORTED),
        ("int f(int a) { return a; } return f(1);", &NOT_SUPPORTED),
        ("a == 1; return 2;", &SYNTAX),
        ("return;", &SYNTAX),
    ] {
        assert_eq!(refused(text, Form::Block).code.id, code.id, "{text}");
    }
}

#[test]
fn deep_and_long_expressions_are_refused_without_overflow() {
    for text in [
        "(".repeat(10_000),
        "!".repeat(10_000) + "a",
        "a".to_owned() + &".b".repeat(10_000),
        "a".to_owned() + &"+a".repeat(10_000),
        "a".to_owned() + &"(b)".repeat(5_000),
        "a??".repeat(10_000) + "a",
        "a?b:".repeat(10_000) + "c",
        "x=>".repeat(10_000) + "c",
        "new{a=".repeat(5_000),
        "A<".repeat(10_000),
        "\"".to_owned() + &"a".repeat(70_000) + "\"",
    ] {
        assert_eq!(refused(&text, Form::Expression).code.id, "csharp-too-complex", "{}", &text[..8]);
    }
    assert_eq!(refused(&"if(a)".repeat(9_000), Form::Block).code.id, "csharp-too-complex");
}

#[test]
fn long_chains_below_the_limits_are_read() {
    assert!(parse(&("a".to_owned() + &" + a".repeat(200)), Form::Expression).is_ok());
    assert!(parse(&("a".to_owned() + &".b(1)".repeat(25)), Form::Expression).is_ok());
}
