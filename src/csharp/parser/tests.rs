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
        ("", &EMPTY),
        ("a;", &SYNTAX),
        ("a b", &SYNTAX),
        ("f(1", &SYNTAX),
        ("\"abc", &UNTERMINATED),
        ("1 = 2", &SYNTAX),
        ("--1", &SYNTAX),
        ("f()++", &SYNTAX),
        ("this.x", &NOT_READ),
    ] {
        assert_eq!(refused(text, Form::Expression).code.id, code.id, "{text}");
    }
    for (text, code) in
        [("", &EMPTY), ("a == 1; return 2;", &SYNTAX), ("goto x;", &NOT_READ), ("return 1; }", &SYNTAX)]
    {
        assert_eq!(refused(text, Form::Block).code.id, code.id, "{text}");
    }
}

#[test]
fn one_slip_is_one_finding_and_the_rest_is_read_on() {
    for (text, places) in [
        ("var a = ;\nvar b = 1;\nreturn a + ;", [";", ";"].as_slice()),
        ("var a = 1\nvar b = 2;\nreturn a", &["", ""]),
        ("if (a { return 1; }\nvar b = 2;\nreturn b;", &["{"]),
        ("foreach (var x of y) { f(x); }\nreturn 1 +;", &["of", ";"]),
        ("try { f(; } catch { g(]); }\nreturn 1;", &[";", "]"]),
        ("for (var i = 0; i < ; i++) { f(i); }\nreturn 1;", &[";"]),
    ] {
        let found = parse(text, Form::Block).expect_err(text);
        let actual: Vec<&str> = found.iter().map(|problem| &text[problem.span.range()]).collect();
        assert_eq!(actual, places, "{text}: {found:?}");
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
        "\"".to_owned() + &"a".repeat(600_000) + "\"",
        "$\"{".repeat(10_000) + "a",
        "f(".repeat(10_000),
        "(x => ".repeat(10_000) + "c",
        "a[".repeat(10_000),
        "(int)".repeat(10_000) + "a",
        "a is not ".to_owned() + &"not ".repeat(10_000) + "b",
        "a switch { _ => ".repeat(10_000) + "b",
        "checked(".repeat(10_000) + "b",
        "throw ".repeat(10_000) + "b",
        "new A { b = ".repeat(10_000) + "b",
        "new[] { ".repeat(10_000) + "b",
        "(a, ".repeat(10_000) + "b",
        "delegate { return ".repeat(10_000) + "b",
    ] {
        assert_eq!(refused(&text, Form::Expression).code.id, "csharp-too-complex", "{}", &text[..8]);
    }
    for text in [
        "if(a)",
        "{",
        "while(a)",
        "for(;;)",
        "foreach(var a in b)",
        "using(a)",
        "lock(a)",
        "checked{",
        "try{",
        "do ",
        "switch(a){case 1:",
        "int f(){",
        "Action f = () => {",
    ] {
        assert_eq!(refused(&text.repeat(9_000), Form::Block).code.id, "csharp-too-complex", "{text}");
    }
}

#[test]
fn what_is_as_deep_as_the_limits_allow_is_checked_on_a_small_stack() {
    let deepest = |unit: &str, tail: &str, close: &str, form: Form| {
        let text = |n: usize| unit.repeat(n) + tail + &close.repeat(n);
        let n = (1..200).take_while(|n| parse(&text(*n), form).is_ok()).last().unwrap_or(0);
        assert!(n >= 8, "{unit} nests only {n} deep");
        parse(&text(n), form).unwrap()
    };
    let check = move || {
        for (unit, tail, close) in [
            ("(", "1", ")"),
            ("!", "true", ""),
            ("f(", "1", ")"),
            ("true ? 1 : ", "1", ""),
            ("new[] { 1 }.Select(x => ", "1", ").First()"),
            ("new JObject(new JProperty(\"a\", ", "1", "))"),
            ("new List<object> { ", "1", " }"),
            ("1 switch { _ => ", "1", " }"),
            ("a.b(c)[d].", "e", ""),
            ("1 + ", "1", ""),
        ] {
            let program = deepest(unit, tail, close, Form::Expression);
            crate::csharp::check(&program);
            crate::csharp::not_run(&program);
        }
        for (unit, tail, close) in [
            ("if (true) { ", "return 1;", "}"),
            ("try { ", "return 1;", "} catch { return 2; }"),
            ("switch (1) { default: ", "return 1;", "}"),
            ("int f() { ", "return 1;", "} return f();"),
            ("foreach (var x in y) { ", "return 1;", "}"),
        ] {
            let program = deepest(unit, tail, close, Form::Block);
            crate::csharp::check(&program);
            crate::csharp::not_run(&program);
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(check).unwrap().join().unwrap();
}

#[test]
fn large_texts_are_read_and_checked_in_time_that_grows_with_them() {
    for unit in [
        "f(a<b, (c)(d), e?[0]?.g, x => x + 1);\n",
        "var v = $\"{a:F2} {b,5}\" + @\"c\"\"d\" + 'e';\n",
        "if (a) { b = c is string s ? s : \"\"; } else { d++; }\n",
        "a b c ( d [ e } ;\n",
        "nothing.at.all.here(unknown);\n",
    ] {
        let time = |n: usize| {
            let text = unit.repeat(n) + "return 1;";
            #[expect(clippy::disallowed_methods, reason = "the test measures how time grows")]
            let started = std::time::Instant::now();
            if let Ok(program) = parse(&text, Form::Block) {
                crate::csharp::check(&program);
            }
            started.elapsed().as_secs_f64()
        };
        let (small, large) = (time(500), time(4_000));
        // Eight times the text; a quadratic step would take 64 times as long.
        assert!(large < 0.2 || large < small * 30.0, "{unit}: {small} s, then {large} s");
    }
}

#[test]
fn long_chains_below_the_limits_are_read() {
    assert!(parse(&("a".to_owned() + &" + a".repeat(200)), Form::Expression).is_ok());
    assert!(parse(&("a".to_owned() + &".b(1)".repeat(25)), Form::Expression).is_ok());
}
