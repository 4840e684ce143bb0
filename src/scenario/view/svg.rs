//! A chart as SVG inside a page: lines to one scale, told apart by colour and by dashes, so that a print in grey reads
//! as well. Colours are classes of the page's style.

use std::fmt::Write as _;

use super::{duration, number};
use crate::diag::render::xml_escaped as escaped;
use crate::scenario::Chart;
use crate::scenario::charts::round_time;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 26.0;
/// Lines across, above the bottom one.
const Y_TICKS: u32 = 4;
/// Times below, at most.
const X_TICKS: u64 = 8;

/// Draws a chart.
pub(super) fn svg(chart: &Chart) -> String {
    let n = chart.series.iter().map(|series| series.values.len()).max().unwrap_or(0);
    let highest =
        chart.series.iter().flat_map(|series| series.values.iter().flatten()).copied().fold(0.0, f64::max);
    let top = nice(highest);
    let mut out = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">\n",
        escaped(chart.kind.title())
    );
    grid(&mut out, chart, n, top);
    for (index, series) in chart.series.iter().enumerate() {
        let title = format!("{}: {} {}", series.name, number(series.total), chart.unit);
        for run in runs(&series.values) {
            let points: Vec<String> =
                run.iter().map(|(at, value)| format!("{:.1},{:.1}", x(*at, n), y(*value, top))).collect();
            let class = index % 8;
            if points.len() == 1 {
                let (cx, cy) = points[0].split_once(',').unwrap_or_default();
                let _ = writeln!(
                    out,
                    "<circle class=\"s{class}\" cx=\"{cx}\" cy=\"{cy}\" r=\"2.5\"><title>{}</title></circle>",
                    escaped(&title)
                );
            } else {
                let _ = writeln!(
                    out,
                    "<polyline class=\"s{class}\" points=\"{}\"><title>{}</title></polyline>",
                    points.join(" "),
                    escaped(&title)
                );
            }
        }
    }
    out.push_str("</svg>\n");
    out
}

/// Values that follow each other without a gap, with their numbers.
fn runs(values: &[Option<f64>]) -> Vec<Vec<(usize, f64)>> {
    let mut runs: Vec<Vec<(usize, f64)>> = Vec::new();
    let mut open = false;
    for (at, value) in values.iter().enumerate() {
        match value {
            Some(value) if open => runs.last_mut().into_iter().for_each(|run| run.push((at, *value))),
            Some(value) => {
                runs.push(vec![(at, *value)]);
                open = true;
            }
            None => open = false,
        }
    }
    runs
}

fn grid(out: &mut String, chart: &Chart, n: usize, top: f64) {
    for tick in 0..=Y_TICKS {
        let value = top * f64::from(tick) / f64::from(Y_TICKS);
        let at = y(value, top);
        let _ = writeln!(
            out,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
             <text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            WIDTH - RIGHT,
            LEFT - 6.0,
            at + 4.0,
            number(value)
        );
    }
    let end_ms = chart.bucket_ms * n as u64;
    let step_ms = round_time(end_ms.div_ceil(X_TICKS));
    for tick in 0..=end_ms / step_ms {
        let at_ms = tick * step_ms;
        let at = LEFT + at_ms as f64 / end_ms.max(1) as f64 * (WIDTH - LEFT - RIGHT);
        let anchor = if at_ms == end_ms { "end" } else { "middle" };
        let _ = writeln!(
            out,
            "<text class=\"tick\" x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            HEIGHT - 8.0,
            if at_ms == 0 { "0".to_owned() } else { duration(at_ms) }
        );
    }
}

/// The middle of a piece of time.
fn x(at: usize, n: usize) -> f64 {
    LEFT + (at as f64 + 0.5) / n.max(1) as f64 * (WIDTH - LEFT - RIGHT)
}

fn y(value: f64, top: f64) -> f64 {
    HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)
}

/// The end of a scale: a round number that holds the highest value, and whose quarters read well.
fn nice(highest: f64) -> f64 {
    if highest <= 0.0 {
        return f64::from(Y_TICKS);
    }
    let power = 10_f64.powf(highest.log10().floor());
    let steps = [1.0, 2.0, 4.0, 6.0, 8.0, 10.0];
    let step = steps.into_iter().find(|step| step * power >= highest).unwrap_or(10.0);
    (step * power).max(f64::from(Y_TICKS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers() {
        let ends: Vec<f64> = [0.0, 3.0, 7.0, 11.0, 57.0, 99.0, 101.0].into_iter().map(nice).collect();
        assert_eq!(ends, [4.0, 4.0, 8.0, 20.0, 60.0, 100.0, 200.0]);
    }

    #[test]
    fn a_gap_in_the_values_is_a_gap_in_the_line() {
        let found = runs(&[Some(1.0), None, Some(2.0), Some(3.0)]);
        assert_eq!(found, [vec![(0, 1.0)], vec![(2, 2.0), (3, 3.0)]]);
    }
}
