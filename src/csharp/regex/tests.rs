//! Patterns with the matches that .NET finds: the examples of its pages, and what is odd about it.

use super::*;

/// The captures of the first match, as `group=text`, separated by blanks; a group without one is `-`.
fn first(pattern: &str, options: Options, text: &str) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let pattern = match Pattern::new(pattern, options) {
        Ok(pattern) => pattern,
        Err(PatternError::Invalid { why, .. }) => return why,
        Err(PatternError::NotRun(what)) => return format!("not run: {what}"),
    };
    let Ok(found) = pattern.find(&units, 0, &mut 1_000_000) else { return "out of steps".to_owned() };
    let Some(captures) = found else { return "no".to_owned() };
    let groups = pattern.names().iter().zip(&captures).map(|(name, captures)| match captures.last() {
        Some((from, to)) => format!("{name}={}", String::from_utf16_lossy(&units[*from..*to])),
        None => format!("{name}=-"),
    });
    groups.collect::<Vec<_>>().join(" ")
}

#[test]
fn patterns_match_as_in_dotnet() {
    let none = Options::default();
    for (pattern, text, found) in [
        ("a", "xa", "0=a"),
        (r"max-age=(?<maxAge>\d+)", "no-cache, max-age=60", "0=max-age=60 maxAge=60"),
        (r"\(api-\d+\)$", "My API (api-42)", "0=(api-42)"),
        (r"^[A-Za-z0-9_\-]{1,64}$", "a-b_c", "0=a-b_c"),
        // `$` also stands before the line feed that ends the text.
        (r"^b$", "b\n", "0=b"),
        (r"^b\z", "b\n", "no"),
        (r"(\w)\1", "abccd", "0=cc 1=c"),
        // Groups with names are counted behind those without.
        (r"(?<first>a)(b)(?<last>c)(d)", "abcd", "0=abcd 1=b 2=d first=a last=c"),
        (r"(?<n>a)|(?<n>b)", "b", "0=b n=b"),
        (r"(?:a|ab)(?:c|bcd)", "abcd", "0=abcd"),
        (r"(?>a|ab)c", "abc", "no"),
        (r"a.*?c", "abcbc", "0=abc"),
        (r"a{2,3}?", "aaaa", "0=aa"),
        (r"(a+)+b", "aaab", "0=aaab 1=aaa"),
        (r"(?<=\$)\d+", "cost $42", "0=42"),
        (r"(?<!\$)\b\d+", "$42 17", "0=17"),
        (r"foo(?=bar)", "foobar", "0=foo"),
        (r"foo(?!bar)", "foobar foobaz", "0=foo"),
        (r"[a-z-[aeiou]]+", "aeibcd", "0=bcd"),
        (r"[^\d\s]+", "12 ab", "0=ab"),
        (r"[\w-]+", "a-b c", "0=a-b"),
        (r"[]a]+", "x]a", "0=]a"),
        (r"(?i)ÄB", "äb", "0=äb"),
        (r"(?i:a)b", "Ab AB", "0=Ab"),
        (r"(?x) a  b # both", "ab", "0=ab"),
        (r"a(?#comment)b", "ab", "0=ab"),
        (r"\u0041\x42\t", "AB\t", "0=AB\t"),
        (r"^(?<open>\()?a(?(open)\)|!)$", "(a)", "0=(a) open=("),
        (r"^(?<open>\()?a(?(open)\)|!)$", "a!", "0=a! open=-"),
        (r"x*", "aaa", "0="),
        (r"(a*)*", "b", "0= 1="),
        (r"(?:)*?b", "b", "0=b"),
        (r"\p{Lu}\p{Ll}+", "the Word", "0=Word"),
        (r"a{,2}", "a{,2}", "0=a{,2}"),
        (r"^\s+|\s+$", "a  ", "0=  "),
        // Two units, two dots.
        (r"^..$", "😀", "0=😀"),
        (r"(a)|b", "b", "0=b 1=-"),
        (r"(\d{3})-(\d{3}-\d{4})", "212-555-6666", "0=212-555-6666 1=212 2=555-6666"),
    ] {
        assert_eq!(first(pattern, none, text), found, "{pattern} on {text:?}");
    }
}

#[test]
fn options_change_what_a_pattern_means() {
    let multiline = Options { multiline: true, ..Options::default() };
    assert_eq!(first("^b$", multiline, "a\nb\nc"), "0=b");
    assert_eq!(first("a.b", Options { single_line: true, ..Options::default() }, "a\nb"), "0=a\nb");
    assert_eq!(
        first("(a)(?<x>b)", Options { explicit_capture: true, ..Options::default() }, "ab"),
        "0=ab x=b"
    );
    assert_eq!(first(r"\d", Options { ecma_script: true, ..Options::default() }, "٣"), "no");
    assert_eq!(first(r"\d", Options::default(), "٣"), "0=٣");
}

#[test]
fn what_is_no_pattern_is_refused_as_dotnet_refuses_it() {
    for (pattern, why) in [
        ("(a", "Not enough )'s."),
        ("a)", "Too many )'s."),
        ("[a", "Unterminated [] set."),
        ("*a", "Quantifier '*' following nothing."),
        ("a**", "Nested quantifier '*'."),
        ("[z-a]", "[x-y] range in reverse order."),
        ("a{3,1}", "Illegal {x,y} with x > y."),
        (r"\y", "Unrecognized escape sequence \\y."),
        (r"(a)\2", "Reference to undefined group number 2."),
        (r"(?<a-b>x)", "not run: a group that takes captures away from another"),
    ] {
        assert_eq!(first(pattern, Options::default(), "a"), why, "{pattern}");
    }
}

#[test]
fn a_pattern_that_would_run_for_years_is_ended() {
    let text = "a".repeat(40);
    assert_eq!(first("^(a+)+$", Options::default(), &format!("{text}!")), "out of steps");
    assert_eq!(first("(a|aa)+$", Options::default(), &format!("{text}!")), "out of steps");
}

#[test]
fn no_piece_of_a_pattern_panics() {
    let pieces = [
        "(", ")", "[", "]", "?", "*", "+", "{1,2}", "|", "^", "$", "\\", "\\b", "\\d", "a", "-", "(?:",
        "(?=", "(?<n>", "(?(n)", "\\k<n>", "\\1", "(?i)", "{",
    ];
    let mut state = 7_u64;
    for _ in 0..3000 {
        let mut pattern = String::new();
        for _ in 0..8 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            pattern.push_str(pieces[(state >> 33) as usize % pieces.len()]);
        }
        first(&pattern, Options::default(), "aab-a1");
    }
}
