//! SARIF 2.1.0, which code scanning of GitHub and Azure DevOps reads
//! (docs.oasis-open.org/sarif/sarif/v2.1.0/errata01, seen 2026-11-22). Paths are relative to the folder the command
//! ran in, and columns count characters.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{Place, Report, markdown, page, place, whole_message};
use crate::diag::{Allowed, AllowedBy, Code, Diagnostic, Fix, Severity};
use crate::text::{Position, Source, Span};

/// Names the folder in which the command ran.
const ROOT: &str = "%SRCROOT%";

/// In bytes. Every finding of a line takes it into its fingerprint.
const LINE_BYTES_MAX: usize = 2048;

/// Renders one run of the tool named `genai-lz` in `version`.
pub fn sarif(reports: &[Report], version: &str) -> Json {
    let mut rules: BTreeMap<&str, &'static Code> = BTreeMap::new();
    for (_, found, _) in of_all(reports) {
        rules.insert(found.code.id, found.code);
    }
    let index: IndexMap<&str, &'static Code> = rules.into_iter().collect();
    let mut seen = IndexMap::new();
    let results: Vec<Json> = of_all(reports)
        .map(|(report, found, allowed)| {
            let mut result = result(report, found, &index, &mut seen);
            if let Some(allowed) = allowed {
                result["suppressions"] = json!([suppression(allowed)]);
            }
            result
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "genai-lz",
                "version": version,
                "semanticVersion": version,
                "rules": index.values().map(|code| rule(code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { ROOT: { "description": { "text": "The folder in which genai-lz ran." } } },
            "artifacts": reports.iter().map(|report| json!({ "location": artifact(&report.file) })).collect::<Vec<_>>(),
            "invocations": [{ "executionSuccessful": true }],
            "results": results,
        }],
    })
}

/// Every result: the finding, and what allows it where something does.
fn of_all(reports: &[Report]) -> impl Iterator<Item = (&Report, &Diagnostic, Option<&Allowed>)> {
    reports.iter().flat_map(|report| {
        let found = report.found.iter().map(move |found| (report, found, None));
        found.chain(report.allowed.iter().map(move |allowed| (report, &allowed.finding, Some(allowed))))
    })
}

/// What allows a result (SARIF 2.1.0, 3.35). Code scanning of GitHub does not read it (docs.github.com, SARIF support
/// for code scanning, seen 2026-11-30), so results that have one are written on demand only.
fn suppression(Allowed { by, why, .. }: &Allowed) -> Json {
    let kind = match by {
        AllowedBy::Comment => "inSource",
        AllowedBy::Spec | AllowedBy::Option => "external",
    };
    let mut suppression = json!({ "kind": kind, "status": "accepted" });
    if !why.is_empty() {
        suppression["justification"] = why.as_str().into();
    }
    suppression
}

fn rule(code: &Code) -> Json {
    let mut rule = json!({
        "id": code.id,
        "shortDescription": { "text": code.summary },
        "fullDescription": { "text": code.doc },
        "help": { "text": page(code), "markdown": markdown(code) },
        "defaultConfiguration": { "level": level(code.severity) },
    });
    if !code.url.is_empty() {
        rule["helpUri"] = code.url.into();
    }
    rule
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn result(
    report: &Report,
    found: &Diagnostic,
    rules: &IndexMap<&str, &'static Code>,
    seen: &mut IndexMap<Uuid, usize>,
) -> Json {
    let place = place(report, found);
    let mut result = json!({
        "ruleId": found.code.id,
        "ruleIndex": rules.get_index_of(found.code.id),
        "level": level(found.severity),
        "message": { "text": whole_message(found, &place) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": artifact(place.file),
            "region": region(place.start, place.end),
        } }],
        "partialFingerprints": { "primaryLocationLineHash": fingerprint(found, &place, seen) },
        "properties": { "confidence": found.confidence.name() },
    });
    // A place in a text made from the file could not be opened; the message names it.
    let related: Vec<Json> = found
        .related
        .iter()
        .filter(|label| place.inside.is_none() || label.source.path() == place.file)
        .enumerate()
        .map(|(id, label)| {
            let message = if label.message.is_empty() { "see here" } else { &label.message };
            json!({
                "id": id,
                "physicalLocation": {
                    "artifactLocation": artifact(label.source.path()),
                    "region": span_region(&label.source, label.span),
                },
                "message": { "text": message },
            })
        })
        .collect();
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    if let Some(fix) = found.fix.as_ref().filter(|_| place.inside.is_none()) {
        result["fixes"] = json!([fix_of(fix)]);
    }
    result
}

fn fix_of(fix: &Fix) -> Json {
    let replacements: Vec<Json> = fix
        .edits
        .iter()
        .map(|edit| {
            json!({
                "deletedRegion": span_region(&fix.source, edit.span),
                "insertedContent": { "text": edit.replacement },
            })
        })
        .collect();
    json!({
        "description": { "text": fix.title },
        "artifactChanges": [{ "artifactLocation": artifact(fix.source.path()), "replacements": replacements }],
        "properties": { "safe": fix.safety == crate::diag::Safety::Safe },
    })
}

/// Stays the same when lines above are added or removed: the rule, the file, and the text of the line; equal
/// findings of equal lines are numbered.
fn fingerprint(found: &Diagnostic, place: &Place<'_>, seen: &mut IndexMap<Uuid, usize>) -> String {
    let line = found.primary.as_ref().map_or("", |label| line_at(&label.source, label.span.start));
    let what = [found.code.id, place.file, line].join("\n");
    let hash = Uuid::new_v5(&Uuid::NAMESPACE_URL, what.as_bytes());
    let n = seen.entry(hash).and_modify(|n| *n += 1).or_insert(1);
    format!("{}:{n}", hash.simple())
}

/// The line around an offset, without the white space at its ends. Of a long line, as minified texts have, what
/// follows the offset stands for it.
fn line_at(source: &Source, offset: u32) -> &str {
    let whole = source.line(offset);
    let line = source.slice(whole);
    if line.len() <= LINE_BYTES_MAX {
        return line.trim();
    }
    let from = source.text().get(offset as usize..whole.end as usize).unwrap_or_default();
    from[..from.floor_char_boundary(LINE_BYTES_MAX)].trim()
}

fn span_region(source: &Source, span: Span) -> Json {
    region(source.position(span.start), source.position(span.end))
}

fn region(start: Position, end: Position) -> Json {
    json!({
        "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column,
    })
}

/// A relative path is one below the folder the command ran in.
fn artifact(path: &str) -> Json {
    // Elsewhere a backslash is a character like others.
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    if path.starts_with('/') {
        return json!({ "uri": format!("file://{}", encoded(&path)) });
    }
    if cfg!(windows) && path.as_bytes().get(1) == Some(&b':') {
        return json!({ "uri": format!("file:///{}", encoded(&path)) });
    }
    json!({ "uri": encoded(path.trim_start_matches("./")), "uriBaseId": ROOT })
}

/// A path as the path of a URI (RFC 3986, 3.3). A colon is encoded too: in the first segment it would end a scheme.
fn encoded(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte);
    path.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_has_what_the_standard_requires_and_code_scanning_reads() {
        let log = sarif(&super::super::example::reports(), "1.2.3");
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        assert_eq!(run["columnKind"], "unicodeCodePoints");
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let results = run["results"].as_array().unwrap();
        assert_eq!((rules.len(), results.len()), (2, 2));
        for result in results {
            let index = result["ruleIndex"].as_u64().unwrap() as usize;
            assert_eq!(rules[index]["id"], result["ruleId"]);
            assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()));
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], "a,%20b/50%25%C3%A9.xml");
            assert_eq!(place["artifactLocation"]["uriBaseId"], ROOT);
            assert!(place["region"]["startLine"].as_u64() >= Some(1));
        }
        let fix = &results[0]["fixes"][0]["artifactChanges"][0]["replacements"][0];
        assert_eq!(fix["insertedContent"]["text"], " key='1'");
        assert_eq!(fix["deletedRegion"]["startColumn"], 7);
        assert_eq!(results[0]["relatedLocations"][0]["physicalLocation"]["region"]["startLine"], 2);
        assert_eq!(results[1]["level"], "note");
        assert_eq!(results[1]["properties"]["confidence"], "low");
    }

    #[test]
    fn what_is_allowed_is_suppressed_with_its_reason() {
        let log = sarif(&super::super::example::allowing(), "1.2.3");
        let suppressions = |at: usize| log["runs"][0]["results"][at]["suppressions"].clone();
        let why = json!([{ "kind": "inSource", "status": "accepted", "justification": "it is <meant>" }]);
        assert_eq!(suppressions(0), why);
        assert_eq!(suppressions(1), json!([{ "kind": "external", "status": "accepted" }]));
        let log = sarif(&super::super::example::reports(), "1.2.3");
        assert!(
            log["runs"][0]["results"].as_array().unwrap().iter().all(|it| it.get("suppressions").is_none())
        );
    }

    #[test]
    fn equal_findings_have_fingerprints_of_their_own_that_do_not_depend_on_the_line_number() {
        let mut report = super::super::example::reports().remove(0);
        let error = report.found.remove(0);
        let prints = |found: Vec<Diagnostic>, report: &Report| -> Vec<String> {
            let log = sarif(&[Report { found, ..report.clone() }], "1.2.3");
            let results = log["runs"][0]["results"].as_array().unwrap();
            results
                .iter()
                .map(|it| it["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap().to_owned())
                .collect()
        };
        let twice = prints(vec![error.clone(), error.clone()], &report);
        assert_ne!(twice[0], twice[1]);
        let moved = Source::new(report.file.clone(), "\n\n<limit\n");
        assert_eq!(prints(vec![error.at(&moved, Span::new(2, 8))], &report)[0], twice[0]);
    }

    #[test]
    fn paths_become_uris() {
        for (path, uri) in [
            ("a.xml", "a.xml"),
            ("./a/b c.xml", "a/b%20c.xml"),
            ("/x/a:b.xml", "file:///x/a%3Ab.xml"),
            ("<stdin>", "%3Cstdin%3E"),
        ] {
            assert_eq!(artifact(path)["uri"], uri, "{path}");
        }
        let windows = [("a\\b.xml", "a/b.xml"), ("C:\\a.xml", "file:///C%3A/a.xml")];
        let elsewhere = [("a\\b.xml", "a%5Cb.xml")];
        for (path, uri) in if cfg!(windows) { &windows[..] } else { &elsewhere } {
            assert_eq!(artifact(path)["uri"], *uri);
        }
    }
}
