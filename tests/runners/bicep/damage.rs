//! Damaged files must end in a template or in diagnostics, never in a panic and never without end: every prefix of a
//! file, the file with a word left out, and with words left out or exchanged at random.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use genai_lz::bicep;
use genai_lz::text::MemoryWorld;
use libtest_mimic::{Failed, Trial};

use super::super::support;
use super::{Types, folders, outcome, suite, world};

/// Each byte costs a compilation; the larger cases are large by repetition.
const BYTES_MAX: usize = 2_000;

/// Modules up to this size are cut at every word, larger ones at every line.
const WORDWISE_BYTES_MAX: usize = 3_000;

/// Random changes to each of the landing zone's modules.
const CHANGES: usize = 200;

/// Far beyond what any of these files takes, also on a busy machine.
const TIME_MAX: Duration = Duration::from_secs(60);

pub(super) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for folder in folders(&suite()).into_iter().filter(|folder| folder.join("main.json").exists()) {
        let name = format!("bicep::{} (damaged)", support::stem(&folder));
        trials.push(Trial::test(name, move || case(&folder)));
    }
    for file in support::files_below(&support::root().join("bicep"), "bicep") {
        let name = format!("bicep::{} (damaged module)", support::stem(&file));
        trials.push(Trial::test(name, move || module(&file)));
    }
    trials.push(Trial::test("bicep::what_is_too_large_or_too_deep_is_refused", too_much));
    trials.push(Trial::test("bicep::files_that_double_end_soon", doubling));
    trials.push(Trial::test("bicep::noise_is_told_in_a_hundred_lines", noise_is_told_in_a_hundred_lines));
    trials
}

/// Every prefix of a valid project's entry, and the entry with any single word left out.
fn case(folder: &Path) -> Result<(), Failed> {
    let mut world = world(folder, folder);
    let entry = if world.0.contains_key("main.bicep") { "main.bicep" } else { "main.bicepparam" };
    let text = String::from_utf8(world.0[entry].clone())?;
    if text.len() > BYTES_MAX {
        return Ok(());
    }
    let without_a_word =
        words(&text).into_iter().map(|(start, end)| format!("{}{}", &text[..start], &text[end..]));
    for damaged in prefixes(&text).chain(without_a_word) {
        world.0.insert(entry.to_owned(), damaged.clone().into_bytes());
        survives(&damaged, || drop(outcome(&world, Types::Embedded)))?;
    }
    Ok(())
}

/// A module of the landing zone, alone: what it names is not there.
fn module(file: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(file)?;
    let words = words(&text);
    // Larger modules repeat what smaller ones hold, so that their lines do.
    let is_small = text.len() <= WORDWISE_BYTES_MAX;
    let starts = words.iter().map(|(start, _)| *start).filter(|_| is_small);
    let ends = text.match_indices('\n').map(|(at, _)| at).filter(|_| !is_small);
    let prefixes = starts.chain(ends).map(|at| text[..at].to_owned());
    // The length of the text varies the order from file to file, and is the same on every machine.
    let mut random = u64::try_from(text.len())?;
    let changed = (0..CHANGES).map(|_| {
        let mut pick = || {
            // Knuth's constants for a linear congruential generator.
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(random >> 33).unwrap_or_default() % words.len()
        };
        let (one, other) = (pick(), pick());
        let ((a, b), (c, d)) = (words[one.min(other)], words[one.max(other)]);
        match one % 2 {
            0 => format!("{}{}{}", &text[..a], &text[b..c.max(b)], &text[d.max(b)..]),
            _ if a == c => text.clone(),
            _ => format!("{}{}{}{}{}", &text[..a], &text[c..d], &text[b..c], &text[a..b], &text[d..]),
        }
    });
    for damaged in prefixes.chain(changed) {
        let world = MemoryWorld::default().with("main.bicep", &damaged);
        survives(&damaged, || drop(bicep::compile(&world, "main.bicep")))?;
    }
    Ok(())
}

/// Sizes and depths that nobody writes; each ends in a template or in a refusal, soon.
fn too_much() -> Result<(), Failed> {
    let many = 10_000;
    for text in [
        format!("var a = {}1{}", "(".repeat(many), ")".repeat(many)),
        format!("var a = {}{}", "[".repeat(many), "]".repeat(many)),
        format!("var a = {}1", "!".repeat(many)),
        format!("var a = {}b", "b ? b : ".repeat(many)),
        format!("var a = b{}", "!".repeat(many)),
        format!("var a = b{}", ".?c".repeat(many)),
        format!("var a = {}1", "x => ".repeat(many)),
        format!("var a = {}", "'${".repeat(many)),
        format!("param a {}string{}", "{ a: ".repeat(many), "}".repeat(many)),
        format!("param a string{}", "[]".repeat(many)),
        format!("param a string{}", "?".repeat(many)),
        format!("type a = {}", "'x' | ".repeat(many)),
        format!("type a = {}'x'", "(".repeat(many)),
        (0..many).map(|at| format!("type t{at} = t{}\n", at + 1)).collect(),
        (0..many).map(|at| format!("func f{at}() int => f{}()\n", at + 1)).collect(),
        (0..many).map(|at| format!("var v{at} = v{}\n", at + 1)).collect(),
        (0..many).map(|at| format!("var v{at} = [v{}, v0]\n", at + 1)).collect(),
        (0..many).map(|at| format!("output v{at} int = nowhere{at}\n")).collect(),
        "{\n".repeat(many * 10),
        "'${\n".repeat(many * 10),
        format!("{}{}", "{\n".repeat(many * 10), "'${\n".repeat(many * 10)),
        "\"".repeat(many * 10),
        "@sealed()\n".repeat(many),
        "import {".repeat(many),
        "/*".repeat(many),
        " ".repeat(50 << 20),
    ] {
        let world = MemoryWorld::default().with("main.bicep", &text);
        survives(&text[..text.len().min(80)], || drop(bicep::compile(&world, "main.bicep")))?;
    }
    Ok(())
}

/// Files that each name the next one twice. What is imported is taken once, so that the chain is a template; modules
/// stand in the template for each use, 2^40 of them, and are refused.
fn doubling() -> Result<(), Failed> {
    let files = 40;
    let (mut imports, mut modules) = (MemoryWorld::default(), MemoryWorld::default());
    for at in 0..=files {
        let (name, next) = (format!("{at}.bicep"), at + 1);
        let (import, module) = if at == files {
            ("@export()\nvar v = 1\n".to_owned(), "output o int = 1\n".to_owned())
        } else {
            (
                format!(
                    "import * as a from '{next}.bicep'\nimport {{ v as w }} from '{next}.bicep'\n\
                     @export()\nvar v = [a.v, w]\n"
                ),
                format!("module a '{next}.bicep' = {{}}\nmodule b '{next}.bicep' = {{}}\noutput o int = 1\n"),
            )
        };
        imports = imports.with(&name, &import);
        modules = modules.with(&name, &module);
    }
    survives("imports", || {
        assert!(bicep::compile(&imports, "0.bicep").is_ok(), "each file is imported once");
    })?;
    survives("modules", || {
        let refused = bicep::compile(&modules, "0.bicep").expect_err("the template would have 2^40 parts");
        assert_eq!(refused.0[0].code.id, "bicep-template-too-large");
    })
}

/// What a file of noise comes to is short enough to be read.
fn noise_is_told_in_a_hundred_lines() -> Result<(), Failed> {
    let world = MemoryWorld::default().with("main.bicep", &"\"".repeat(10_000));
    let refused = bicep::compile(&world, "main.bicep").expect_err("noise is no Bicep");
    let last = refused.0.last().and_then(|last| last.help.last());
    if refused.0.len() != 100 || !last.is_some_and(|help| help.starts_with("more problems")) {
        return Err(format!("{} problems, the last with {last:?}", refused.0.len()).into());
    }
    Ok(())
}

fn survives(shown: &str, compile: impl FnOnce()) -> Result<(), Failed> {
    let begin = Instant::now();
    catch_unwind(AssertUnwindSafe(compile)).map_err(|_| format!("the compiler panics on:\n{shown}"))?;
    if begin.elapsed() > TIME_MAX {
        return Err(format!("the compiler takes {:?} for:\n{shown}", begin.elapsed()).into());
    }
    Ok(())
}

fn prefixes(text: &str) -> impl Iterator<Item = String> {
    text.char_indices().map(|(at, _)| text[..at].to_owned())
}

/// Spans of words and of single signs.
fn words(text: &str) -> Vec<(usize, usize)> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        let is_word = c.is_alphanumeric() || c == '_';
        if let (Some(begin), false) = (start, is_word) {
            words.push((begin, at));
            start = None;
        }
        match (is_word, start) {
            (true, None) => start = Some(at),
            (false, _) if !c.is_whitespace() => words.push((at, at + c.len_utf8())),
            _ => {}
        }
    }
    words.extend(start.map(|begin| (begin, text.len())));
    words
}
