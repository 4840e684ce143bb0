//! Reports for machines.

use serde_json::{Value as Json, json};

use super::{Ran, RanCase, counts};
use crate::diag::Diagnostic;
use crate::scenario::{CaseReport, Chart, Usage};

/// The fields of the document: files with their cases, and how many failed.
pub fn json(ran: &[Ran]) -> Json {
    let (n, n_failed) = counts(ran);
    let files: Vec<Json> = ran
        .iter()
        .map(|file| json!({ "path": file.path, "cases": file.cases.iter().map(one).collect::<Vec<_>>() }))
        .collect();
    json!({ "cases": n, "failed": n_failed, "files": files })
}

fn one(case: &RanCase) -> Json {
    let mut document = json!({ "name": case.name, "passed": case.passed() });
    match &case.outcome {
        Err(found) => document["found"] = found.iter().map(finding).collect(),
        Ok(report) => fill(&mut document, report),
    }
    document
}

fn fill(document: &mut Json, report: &CaseReport) {
    document["line"] = report.line.into();
    document["requests"] = report.n_requests.into();
    document["virtualMilliseconds"] = report.virtual_ms.into();
    let checks = report.checks.iter().map(|check| {
        let mut one = json!({
            "line": check.line, "expectation": check.text, "passed": check.passed, "actual": check.actual,
        });
        if check.is_exact {
            one["expected"] = check.expected.as_str().into();
        }
        if !check.passed {
            one["trace"] = check.trace.as_str().into();
        }
        one
    });
    document["expectations"] = checks.collect();
    document["backends"] = report.backends.iter().map(usage).collect();
    document["subscriptions"] = report.subscriptions.iter().map(usage).collect();
    document["charts"] = report.all_charts.iter().map(chart).collect();
    document["warnings"] = report.warnings.iter().map(finding).collect();
}

fn finding(found: &Diagnostic) -> Json {
    json!({ "code": found.code.id, "severity": found.severity.name(), "message": found.message })
}

fn usage(usage: &Usage) -> Json {
    json!({
        "name": usage.name, "requests": usage.requests, "answered": usage.answered, "refused": usage.refused,
        "tokens": usage.tokens,
    })
}

fn chart(chart: &Chart) -> Json {
    let series: Vec<Json> = chart
        .series
        .iter()
        .map(|series| json!({ "name": series.name, "total": series.total, "values": series.values }))
        .collect();
    json!({
        "title": chart.kind.title(), "unit": chart.unit, "bucketMilliseconds": chart.bucket_ms, "series": series,
    })
}
