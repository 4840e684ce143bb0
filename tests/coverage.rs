//! What the public systems have that this one is measured by, row by row: tests/coverage has a file for each of them.
//! Here the rows are held to be whole and to name files and tests that are there, and docs/COVERAGE.md is written from
//! them. `GLZ_BLESS=1` rewrites the page.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::Deserialize;

const PAGE: &str = "docs/COVERAGE.md";

/// So many characters of a row's first words fit a table.
const WHAT_MAX: usize = 150;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct System {
    /// The heading, and the name in the table of counts.
    name: String,
    /// Where the system is.
    page: String,
    /// What of it was read, and when.
    read: String,
    /// The ids in order: `BL-01..BL-27`, or one by itself.
    series: Vec<String>,
    row: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    /// What the system has, what is wrong with it, or what its users ask for.
    what: String,
    status: Status,
    /// How it is had here, or what keeps it out.
    #[serde(default)]
    here: String,
    /// Files that do it.
    #[serde(default)]
    r#where: Vec<String>,
    /// Tests and cases that fail when it is gone: `PATH`, `PATH.rs#function`, `PATH.md#heading` or `PATH.toml#id`.
    #[serde(default)]
    tests: Vec<String>,
    /// What is missing, and what it would take.
    #[serde(default)]
    why: String,
    /// Fields and words that a spec refuses now, `Policies.pii`: once one is taken, the row has to be looked at again.
    #[serde(default)]
    refused: Vec<String>,
}

#[derive(Clone, Copy, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "lowercase")]
enum Status {
    Better,
    Done,
    Partly,
    Not,
}

const STATUSES: [(Status, &str); 4] =
    [(Status::Better, "better"), (Status::Done, "done"), (Status::Partly, "partly"), (Status::Not, "not")];

impl Status {
    fn name(self) -> &'static str {
        STATUSES.iter().find(|(status, _)| *status == self).unwrap().1
    }
}

#[test]
fn every_row_is_whole_and_names_files_and_tests_that_are_there() {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    let refused = refused();
    for (file, system) in systems() {
        let expected: Vec<String> = system.series.iter().flat_map(|series| ids(series)).collect();
        let found: Vec<&str> = system.row.iter().map(|row| row.id.as_str()).collect();
        if expected != found {
            let lost: Vec<_> = expected.iter().filter(|id| !found.contains(&id.as_str())).collect();
            wrong.push(format!(
                "{file}: the rows are not those of {:?} in order; missing {lost:?}",
                system.series
            ));
        }
        for row in &system.row {
            if !seen.insert(row.id.clone()) {
                wrong.push(format!("{} stands twice", row.id));
            }
            let taken = row.refused.iter().filter(|name| !refused.contains(*name));
            let taken = taken.map(|name| format!("a spec no longer refuses `{name}`: look at the row again"));
            wrong.extend(
                problems(row).into_iter().chain(taken).map(|problem| format!("{}: {problem}", row.id)),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_coverage_page_is_what_the_rows_say() {
    let file = root().join(PAGE);
    let text = page(&systems());
    if std::env::var_os("GLZ_BLESS").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let on_disk = fs::read_to_string(&file).unwrap_or_default();
    assert!(on_disk == text, "stale, `GLZ_BLESS=1 cargo test --test main` rewrites it: {PAGE}");
}

/// The checks below see what they are for: a test that is not there and one that is, a word that is refused and one that is not.
#[test]
fn a_test_that_is_not_there_is_told() {
    for there in [
        "tests/coverage.rs#a_test_that_is_not_there_is_told",
        "tests/suite/lints/pool-of-one.md",
        "tests/suite/gateway/spillover.md#ptu-answers-first",
        "tests/suite/landing_zone/kept/quickstart.toml#waf-prevents",
        "tests/runners/render/requests.rs#the_ptu_answers_first",
    ] {
        assert_eq!(test_problem(there), None, "{there}");
    }
    assert!(refused().contains("Preflight.candidateRegions") && !refused().contains("Spec.apis"));
    for lost in [
        "tests/coverage.rs",
        "tests/coverage.rs#page",
        "tests/coverage.rs#a_test_that_is_not_there",
        "tests/suite/lints/pool-of-two.md",
        "tests/suite/gateway/spillover.md#ptu-answers",
        "tests/suite/landing_zone/kept/quickstart.toml#waf",
        "docs/STYLE.md",
    ] {
        assert!(test_problem(lost).is_some(), "{lost}");
    }
}

fn problems(row: &Row) -> Vec<String> {
    let mut found = Vec::new();
    let mut need = |held: bool, problem: &str| {
        if !held {
            found.push(problem.to_owned());
        }
    };
    need(!row.what.is_empty() && row.what.chars().count() <= WHAT_MAX, "`what` is empty or too long");
    for text in [&row.what, &row.here, &row.why] {
        need(
            !text.contains(['|', '\n']) && !text.ends_with('.'),
            "a text breaks the table or ends with a period",
        );
    }
    let has_some = row.status != Status::Not;
    let lacks_some = matches!(row.status, Status::Partly | Status::Not);
    need(
        !has_some || !row.here.is_empty() && !row.r#where.is_empty(),
        "`here` and `where` say how it is had",
    );
    need(!has_some || !row.tests.is_empty(), "no test keeps it");
    need(lacks_some || row.refused.is_empty(), "`refused` belongs to what is missing");
    need(lacks_some != row.why.is_empty(), "`why` stands where something is missing, and only there");
    for path in &row.r#where {
        need(root().join(path).exists(), &format!("there is no `{path}`"));
    }
    for name in &row.tests {
        if let Some(problem) = test_problem(name) {
            need(false, &problem);
        }
    }
    found
}

/// Why `name` is no test; None where it is one.
fn test_problem(name: &str) -> Option<String> {
    let (path, part) = name.split_once('#').map_or((name, None), |(path, part)| (path, Some(part)));
    let Some(part) = part else {
        let is_case = path.starts_with("tests/suite/") || path.starts_with("examples/scenarios/");
        return (!is_case || !root().join(path).exists()).then(|| format!("there is no case `{path}`"));
    };
    let Ok(text) = fs::read_to_string(root().join(path)) else {
        return Some(format!("there is no `{path}`"));
    };
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_there = match Path::new(path).extension().and_then(|ending| ending.to_str()) {
        Some("rs") => {
            let after_attribute =
                |at: usize| lines[at.saturating_sub(3)..at].iter().any(|line| line.ends_with("test]"));
            let is_function = |line: &str| {
                line.trim_start_matches("async ")
                    .strip_prefix("fn ")
                    .is_some_and(|rest| rest.starts_with(&format!("{part}(")))
            };
            lines.iter().enumerate().any(|(at, line)| is_function(line) && after_attribute(at))
                || path.starts_with("tests/runners/") && text.contains(&format!("(\"{part}\", "))
        }
        Some("md") => {
            lines.iter().any(|line| line.trim_start_matches('#').trim() == part && line.starts_with('#'))
        }
        Some("toml") => lines.iter().any(|line| line.starts_with(&format!("id = \"{part}\""))),
        _ => false,
    };
    (!is_there).then(|| format!("`{path}` has no test `{part}`"))
}

/// What `src/spec/types` refuses by name: `Type.name` for each string in the `refused` block of a type.
fn refused() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in fs::read_dir(root().join("src/spec/types")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let mut of = "";
        let mut is_inside = false;
        for line in text.lines().map(str::trim) {
            for head in ["pub struct ", "pub enum "] {
                of =
                    line.strip_prefix(head).and_then(|rest| rest.split([' ', '{', '(']).next()).unwrap_or(of);
            }
            is_inside |= line.starts_with("refused {");
            if is_inside {
                names.extend(line.split('"').skip(1).step_by(2).map(|name| format!("{of}.{name}")));
                is_inside = !line.ends_with('}');
            }
        }
    }
    names
}

/// `BL-01..BL-03` is three ids; the number has as many digits as in the first.
fn ids(series: &str) -> Vec<String> {
    let Some((first, last)) = series.split_once("..") else { return vec![series.to_owned()] };
    let split = |id: &str| {
        let at = id.rfind(|c: char| !c.is_ascii_digit()).unwrap() + 1;
        (id[..at].to_owned(), id[at..].to_owned())
    };
    let ((prefix, from), (other, to)) = (split(first), split(last));
    assert_eq!(prefix, other, "{series}");
    let numbers = from.parse::<usize>().unwrap()..=to.parse().unwrap();
    numbers.map(|number| format!("{prefix}{number:0width$}", width = from.len())).collect()
}

fn systems() -> Vec<(String, System)> {
    let mut files: Vec<_> =
        fs::read_dir(root().join("tests/coverage")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |file: &std::path::PathBuf| {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let system = toml::from_str(&fs::read_to_string(file).unwrap());
        (name.clone(), system.unwrap_or_else(|error| panic!("tests/coverage/{name}: {error}")))
    };
    files.iter().map(read).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

// ---- the page ----

const HEAD: &str = "<!-- generated: `GLZ_BLESS=1 cargo test --test main` rewrites this page -->
# Beside the public systems

What the public samples and accelerators for a GenAI gateway on Azure have, what is wrong with them, and what their users ask for, row by
row, and where it stands here. The rows are in tests/coverage; a test holds that every file and every test named here is there.

| status | |
|---|---|
| better | it is here, and without what is wrong with it there, or with more |
| done | it is here; of a defect: something keeps it out |
| partly | some of it is here; the row says what is missing |
| not | a spec cannot ask for it; the row says what it would take |

All of it was proved on this machine and nothing against Azure itself ([LIMITS.md](LIMITS.md)).

";

fn page(systems: &[(String, System)]) -> String {
    let mut text = HEAD.to_owned();
    text.push_str("| system | rows | better | done | partly | not |\n|---|---|---|---|---|---|\n");
    let mut total = BTreeMap::new();
    for (_, system) in systems {
        let mut counts = BTreeMap::new();
        for row in &system.row {
            *counts.entry(row.status).or_insert(0) += 1;
            *total.entry(row.status).or_insert(0) += 1;
        }
        count_line(&mut text, &format!("[{}](#{})", system.name, anchor(&system.name)), &counts);
    }
    count_line(&mut text, "all", &total);
    for (_, system) in systems {
        let _ = write!(text, "\n## {}\n\n{}, read: {}.\n\n", system.name, system.page, system.read);
        text.push_str("| id | what | | here | files | kept by |\n|---|---|---|---|---|---|\n");
        for row in &system.row {
            let here = match (row.here.is_empty(), row.why.is_empty()) {
                (false, false) => format!("{}. Missing: {}", row.here, row.why),
                (true, _) => row.why.clone(),
                (false, true) => row.here.clone(),
            };
            let (files, tests) = (links(&row.r#where), links(&row.tests));
            let _ = writeln!(
                text,
                "| {} | {} | {} | {here} | {files} | {tests} |",
                row.id,
                row.what,
                row.status.name()
            );
        }
    }
    text
}

fn count_line(text: &mut String, name: &str, counts: &BTreeMap<Status, usize>) {
    let _ = write!(text, "| {name} | {} |", counts.values().sum::<usize>());
    for (status, _) in STATUSES {
        let _ = write!(text, " {} |", counts.get(&status).unwrap_or(&0));
    }
    text.push('\n');
}

/// The heading as a link names it: lower case, blanks as hyphens, no other marks.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().replace(' ', "-");
    kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect()
}

/// Each file by its own name, or the test in it by its name.
fn links(names: &[String]) -> String {
    let link = |name: &String| {
        let (path, part) =
            name.split_once('#').map_or((name.as_str(), None), |(path, part)| (path, Some(part)));
        let file = path.trim_end_matches('/').rsplit('/').next().unwrap();
        format!("[{}](../{path})", part.unwrap_or(file))
    };
    names.iter().map(link).collect::<Vec<_>>().join(", ")
}
