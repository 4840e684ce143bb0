//! A page for a browser or a printer: one file without scripts, fonts or pictures from elsewhere.

use std::fmt::Write as _;

use super::svg::svg;
use super::{Ran, RanCase, counts, duration, number};
use crate::diag::render::xml_escaped as escaped;
use crate::scenario::{CaseReport, Chart, ChartKind, Check, Usage};

const STYLE: &str = include_str!("style.css");

/// Renders all files into one page.
pub fn html(ran: &[Ran]) -> String {
    let (n, n_failed) = counts(ran);
    let (class, verdict) =
        if n_failed == 0 { ("good", "all passed".to_owned()) } else { ("bad", format!("{n_failed} failed")) };
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Scenarios: {verdict}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<h1>Scenarios</h1>\n\
         <p>{n} {}, <span class=\"mark {class}\">{verdict}</span></p>\n",
        if n == 1 { "case" } else { "cases" }
    );
    contents(&mut out, ran);
    for (nth_file, file) in ran.iter().enumerate() {
        let _ = writeln!(out, "<h2>{}</h2>", escaped(&file.path));
        for (nth, case) in file.cases.iter().enumerate() {
            section(&mut out, case, &format!("c{nth_file}-{nth}"));
        }
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn contents(out: &mut String, ran: &[Ran]) {
    out.push_str("<nav><ul>\n");
    for (nth_file, file) in ran.iter().enumerate() {
        for (nth, case) in file.cases.iter().enumerate() {
            let _ = writeln!(
                out,
                "<li>{} <a href=\"#c{nth_file}-{nth}\">{}</a></li>",
                mark(case.passed()),
                escaped(&case.name)
            );
        }
    }
    out.push_str("</ul></nav>\n");
}

fn mark(passed: bool) -> &'static str {
    if passed { "<span class=\"mark good\">ok</span>" } else { "<span class=\"mark bad\">failed</span>" }
}

fn section(out: &mut String, case: &RanCase, id: &str) {
    let _ = writeln!(out, "<section id=\"{id}\">\n<h3>{} {}</h3>", mark(case.passed()), escaped(&case.name));
    match &case.outcome {
        Err(found) => {
            out.push_str("<p class=\"bad\">It did not run:</p>\n<ul>\n");
            for one in found {
                let _ =
                    writeln!(out, "<li><code>{}</code> {}</li>", escaped(one.code.id), escaped(&one.message));
            }
            out.push_str("</ul>\n");
        }
        Ok(report) => {
            let time = if report.virtual_ms == 0 {
                String::new()
            } else {
                format!(" in {} of virtual time", duration(report.virtual_ms))
            };
            let n = number(report.n_requests as f64);
            let noun = if report.n_requests == 1 { "request" } else { "requests" };
            let _ = writeln!(out, "<p class=\"dim\">{n} {noun}{time}</p>");
            expectations(out, &report.checks);
            sums(out, report);
            charts(out, report);
        }
    }
    out.push_str("</section>\n");
}

fn expectations(out: &mut String, checks: &[Check]) {
    out.push_str("<table>\n<tr><th></th><th>expected</th><th>came</th></tr>\n");
    for check in checks {
        let came = if check.is_exact {
            if check.passed {
                "as expected".to_owned()
            } else {
                format!("<pre>{}</pre>", escaped(&check.actual))
            }
        } else {
            in_short(&check.actual)
        };
        let expected = if check.is_exact && !check.passed {
            format!("{}<pre>{}</pre>", escaped(&check.text), escaped(&check.expected))
        } else {
            escaped(&check.text)
        };
        let _ = writeln!(out, "<tr><td>{}</td><td>{expected}</td><td>{came}", mark(check.passed));
        if !check.trace.is_empty() {
            let _ = write!(
                out,
                "<details open><summary>trace</summary><pre>{}</pre></details>",
                escaped(&check.trace)
            );
        }
        out.push_str("</td></tr>\n");
    }
    out.push_str("</table>\n");
}

/// A long text is there to be opened.
fn in_short(text: &str) -> String {
    const SHORT: usize = 200;
    if text.len() <= SHORT && !text.trim_end().contains('\n') {
        return escaped(text);
    }
    format!("<details><summary>text</summary><pre>{}</pre></details>", escaped(text))
}

fn sums(out: &mut String, report: &CaseReport) {
    for (title, usages) in [("By backend", &report.backends), ("By subscription", &report.subscriptions)] {
        if report.n_requests < 2 || usages.is_empty() {
            continue;
        }
        let _ = writeln!(
            out,
            "<h4>{title}</h4>\n<table>\n<tr><th></th><th class=\"n\">requests</th><th class=\"n\">answered</th>\
             <th class=\"n\">429</th><th class=\"n\">tokens</th></tr>"
        );
        for Usage { name, requests, answered, refused, tokens } in usages {
            let cells: String = [*requests as f64, *answered as f64, *refused as f64, *tokens as f64]
                .iter()
                .map(|value| format!("<td class=\"n\">{}</td>", number(*value)))
                .collect();
            let _ = writeln!(out, "<tr><td>{}</td>{cells}</tr>", escaped(name));
        }
        out.push_str("</table>\n");
    }
}

/// The charts that the case asks for come first; those that say nothing are left out.
fn charts(out: &mut String, report: &CaseReport) {
    const MANY: usize = 10;
    if report.n_requests < MANY {
        return;
    }
    let asked: Vec<ChartKind> = report.charts.iter().map(|chart| chart.kind).collect();
    let others = report.all_charts.iter().filter(|chart| !asked.contains(&chart.kind));
    for chart in report.charts.iter().chain(others) {
        figure(out, chart);
    }
}

fn figure(out: &mut String, chart: &Chart) {
    let _ = writeln!(
        out,
        "<figure>\n<h4>{}</h4>\n<p class=\"dim\">{} in {}</p>\n<ul class=\"legend\">",
        escaped(chart.kind.title()),
        chart.unit,
        duration(chart.bucket_ms)
    );
    for (index, series) in chart.series.iter().enumerate() {
        let _ = writeln!(
            out,
            "<li><svg viewBox=\"0 0 26 10\" aria-hidden=\"true\"><line class=\"key s{}\" x1=\"0\" x2=\"26\" y1=\"5\" \
             y2=\"5\"/></svg>{} <span class=\"dim\">{}</span></li>",
            index % 8,
            escaped(&series.name),
            number(series.total)
        );
    }
    let _ = writeln!(out, "</ul>\n{}</figure>", svg(chart));
}
