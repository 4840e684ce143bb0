//! The patterns of Azure's types: the part of ECMAScript's regular expressions that they use, by backtracking over
//! texts as short as names. Anything else in a pattern is refused, so that no pattern passes by not being understood.

use std::iter::Peekable;
use std::str::Chars;

use libtest_mimic::Failed;

/// Alternatives, each a sequence.
pub(super) struct Pattern(Vec<Vec<Item>>);

struct Item {
    atom: Atom,
    min: usize,
    max: usize,
}

enum Atom {
    Start,
    End,
    /// Ranges of characters, or what is in none of them.
    Class {
        ranges: Vec<(char, char)>,
        negated: bool,
    },
    Group(Pattern),
    /// `(?=…)` and `(?!…)`
    Ahead {
        pattern: Pattern,
        negated: bool,
    },
    /// `(?<!…)` of one character
    NotBehind(Pattern),
}

impl Pattern {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text.chars().peekable();
        let pattern =
            alternatives(&mut rest).ok_or_else(|| format!("the pattern `{text}` is not understood"))?;
        if rest.next().is_none() {
            Ok(pattern)
        } else {
            Err(format!("the pattern `{text}` is not understood"))
        }
    }

    pub(super) fn is_found_in(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        (0..=text.len()).any(|at| self.matches(&text, at, &mut |_| true))
    }

    /// Asks `then` at each end that the pattern can have, until it agrees.
    fn matches(&self, text: &[char], at: usize, then: &mut dyn FnMut(usize) -> bool) -> bool {
        self.0.iter().any(|sequence| items(sequence, 0, text, at, then))
    }
}

/// The items of a sequence, of which the first was met `n_times` already.
fn items(
    sequence: &[Item],
    n_times: usize,
    text: &[char],
    at: usize,
    then: &mut dyn FnMut(usize) -> bool,
) -> bool {
    let Some((item, rest)) = sequence.split_first() else { return then(at) };
    let again = n_times < item.max
        && item.atom.matches(text, at, &mut |end| {
            // A round that takes nothing would go on forever.
            (end > at || n_times < item.min) && items(sequence, n_times + 1, text, end, then)
        });
    again || n_times >= item.min && items(rest, 0, text, at, then)
}

impl Atom {
    fn matches(&self, text: &[char], at: usize, then: &mut dyn FnMut(usize) -> bool) -> bool {
        match self {
            Self::Start => at == 0 && then(at),
            Self::End => at == text.len() && then(at),
            Self::Class { ranges, negated } => {
                let is_in = |c: char| ranges.iter().any(|(first, last)| (*first..=*last).contains(&c));
                text.get(at).is_some_and(|c| is_in(*c) != *negated) && then(at + 1)
            }
            Self::Group(pattern) => pattern.matches(text, at, then),
            Self::Ahead { pattern, negated } => {
                pattern.matches(text, at, &mut |_| true) != *negated && then(at)
            }
            Self::NotBehind(pattern) => {
                let is_behind = at > 0 && pattern.matches(text, at - 1, &mut |end| end == at);
                !is_behind && then(at)
            }
        }
    }
}

fn alternatives(rest: &mut Peekable<Chars<'_>>) -> Option<Pattern> {
    let mut sequences = vec![Vec::new()];
    while let Some(c) = rest.next_if(|c| *c != ')') {
        if c == '|' {
            sequences.push(Vec::new());
            continue;
        }
        let atom = atom(c, rest)?;
        let (min, max) = times(rest)?;
        sequences.last_mut()?.push(Item { atom, min, max });
    }
    Some(Pattern(sequences))
}

fn atom(first: char, rest: &mut Peekable<Chars<'_>>) -> Option<Atom> {
    Some(match first {
        '^' => Atom::Start,
        '$' => Atom::End,
        '.' => Atom::Class { ranges: vec![('\n', '\n'), ('\r', '\r')], negated: true },
        '[' => class(rest)?,
        '\\' => {
            let (ranges, negated) = escaped(rest.next()?)?;
            Atom::Class { ranges, negated }
        }
        '(' => {
            let mut kind = String::new();
            if rest.next_if_eq(&'?').is_some() {
                kind.push(rest.next()?);
                if kind == "<" {
                    kind.push(rest.next()?);
                }
            }
            let pattern = alternatives(rest)?;
            rest.next_if_eq(&')')?;
            match kind.as_str() {
                "" | ":" => Atom::Group(pattern),
                "=" => Atom::Ahead { pattern, negated: false },
                "!" => Atom::Ahead { pattern, negated: true },
                "<!" => Atom::NotBehind(pattern),
                _ => return None,
            }
        }
        '*' | '+' | '?' | '{' | '}' | ']' => return None,
        other => Atom::Class { ranges: vec![(other, other)], negated: false },
    })
}

/// `\w`, `\W`, or a sign that stands for itself.
fn escaped(c: char) -> Option<(Vec<(char, char)>, bool)> {
    match c {
        'w' | 'W' => Some((vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')], c == 'W')),
        sign if !sign.is_alphanumeric() => Some((vec![(sign, sign)], false)),
        _ => None,
    }
}

/// The inside of `[…]`. A `-` beside `\w`, after a range or at an end stands for itself, as ECMAScript reads it.
fn class(rest: &mut Peekable<Chars<'_>>) -> Option<Atom> {
    let negated = rest.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    let mut may_begin_range = None;
    loop {
        match rest.next()? {
            ']' => return Some(Atom::Class { ranges, negated }),
            '\\' => {
                let (more, outside) = escaped(rest.next()?)?;
                may_begin_range = more.first().copied().filter(|_| more.len() == 1).map(|(sign, _)| sign);
                ranges.extend(if outside { complement(more) } else { more });
            }
            '-' if may_begin_range.is_some() && rest.peek().is_some_and(|c| *c != ']') => {
                let last = rest.next()?;
                if last == '\\' {
                    return None;
                }
                ranges.push((may_begin_range.take()?, last));
            }
            c => {
                ranges.push((c, c));
                may_begin_range = Some(c);
            }
        }
    }
}

fn complement(mut ranges: Vec<(char, char)>) -> Vec<(char, char)> {
    ranges.sort_unstable();
    let mut outside = Vec::new();
    let mut from = '\0';
    for (first, last) in ranges {
        outside.push((from, char::from_u32(first as u32 - 1).unwrap_or('\0')));
        from = char::from_u32(last as u32 + 1).unwrap_or(char::MAX);
    }
    outside.push((from, char::MAX));
    outside
}

/// How often: `*`, `+`, `?`, `{2}`, `{2,}`, `{2,5}`, or once.
fn times(rest: &mut Peekable<Chars<'_>>) -> Option<(usize, usize)> {
    let times = match rest.peek() {
        Some('*') => (0, usize::MAX),
        Some('+') => (1, usize::MAX),
        Some('?') => (0, 1),
        Some('{') => {
            rest.next();
            let mut written = String::new();
            while let Some(c) = rest.next_if(|c| *c != '}') {
                written.push(c);
            }
            let (min, max) = written.split_once(',').unwrap_or((&written, &written));
            (min.parse().ok()?, if max.is_empty() { usize::MAX } else { max.parse().ok()? })
        }
        _ => return Some((1, 1)),
    };
    rest.next();
    Some(times)
}

pub(crate) fn cases() -> Result<(), Failed> {
    let cases: [(&str, &[&str], &[&str]); 12] = [
        ("^[a-z][a-z0-9]{2,23}$", &["abc", "a12"], &["ab", "1bc", "abC", "abcdefghijklmnopqrstuvwxyz"]),
        ("^[^*#&+:<>?]+$", &["a b"], &["", "a*b", "a:b"]),
        ("[^/]+", &["a/b", "a"], &["", "//"]),
        ("^[-\\w\\._\\(\\)]+$", &["a-b.c_(d)"], &["a b", ""]),
        ("(^[\\w]+$)|(^[\\w][\\w\\-]+[\\w]$)", &["a", "a-b", "ab"], &["-a", "a-", "a b"]),
        ("^[a-z0-9](?!.*--)[a-z0-9-]{1,61}[a-z0-9]$", &["a-b-c"], &["a--b", "-ab", "ab-"]),
        ("^[a-z0-9]([a-z0-9]|(-(?!-))){1,61}[a-z0-9]$", &["a-b-c"], &["a--b", "ab-"]),
        ("^(?=.{1,6}$)[A-Za-z0-9]+(-[A-Za-z0-9]+)*$", &["a-b-c", "abcdef"], &["abcdefg", "a-"]),
        ("^[^_\\W][\\w-._]{0,79}(?<![-.])$", &["a", "a-b", "a_"], &["_a", "a-", "a.", "-a"]),
        ("^[a-zA-Z0-9-._]+$", &["a-b", "a.b", "a_b"], &["a,b", "a/b"]),
        ("^[0-9a-f]{2}-([0-9a-f]{1}-){3}x$", &["00-1-2-3-x"], &["00-1-2-x", "0-1-2-3-x"]),
        ("^(ab*)*$", &["", "abab", "aab"], &["ba", "abc"]),
    ];
    for (written, matching, others) in cases {
        let pattern = Pattern::parse(written)?;
        for (text, expected) in
            matching.iter().map(|text| (text, true)).chain(others.iter().map(|text| (text, false)))
        {
            if pattern.is_found_in(text) != expected {
                return Err(format!("`{written}` on `{text}` should be {expected}").into());
            }
        }
    }
    for written in ["\\d", "a**", "(", "[a", "(?<=a)", "a{x}"] {
        if Pattern::parse(written).is_ok() {
            return Err(format!("`{written}` should not be understood").into());
        }
    }
    Ok(())
}
