//! A chart for a terminal: a row of blocks for each series, all to the same scale, readable without colour.

use std::fmt::Write as _;

use super::{duration, number};
use crate::scenario::{Chart, ChartKind, Series};
use crate::text::visible;

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Nothing at all, as apart from little.
const NOTHING: char = '·';
/// Names are cut past this.
const NAME_WIDTH: usize = 24;
/// Columns of a chart in a very narrow terminal.
const MIN_COLUMNS: usize = 10;

/// Draws a chart into `width` columns, a line each, with a line end.
pub fn chart(chart: &Chart, width: usize) -> String {
    let name_width = chart.series.iter().map(|series| shown(&series.name).chars().count()).max().unwrap_or(0);
    let totals: Vec<String> = chart.series.iter().map(|series| number(series.total)).collect();
    let total_width = totals.iter().map(String::len).max().unwrap_or(0);
    let columns = width.saturating_sub(name_width + total_width + 6).max(MIN_COLUMNS);
    let n_buckets = chart.series.iter().map(|series| series.values.len()).max().unwrap_or(0);
    let per_column = n_buckets.div_ceil(columns).max(1);
    let rows: Vec<Vec<Option<f64>>> =
        chart.series.iter().map(|series| merged(chart.kind, series, per_column)).collect();
    let highest = rows.iter().flatten().flatten().copied().fold(0.0, f64::max);
    let per_column_ms = chart.bucket_ms * per_column as u64;
    let mut text = format!(
        "{}: {} in {}, highest {}\n",
        chart.kind.title(),
        chart.unit,
        duration(per_column_ms),
        number(highest)
    );
    for ((series, row), total) in chart.series.iter().zip(&rows).zip(&totals) {
        let cells: String = row.iter().map(|value| cell(*value, highest)).collect();
        let _ = writeln!(text, "  {:<name_width$} {cells} {total:>total_width$}", shown(&series.name));
    }
    let end = duration(chart.bucket_ms * n_buckets as u64);
    let n_columns = rows.first().map_or(0, Vec::len);
    let gap = n_columns.saturating_sub(end.chars().count() + 1);
    let _ = writeln!(text, "  {:name_width$} 0{}{end}", "", " ".repeat(gap));
    text
}

fn shown(name: &str) -> String {
    let name = visible(name);
    if name.chars().count() <= NAME_WIDTH {
        return name.into_owned();
    }
    name.chars().take(NAME_WIDTH - 1).chain(['…']).collect()
}

/// Several values in one column: the sum of counts, the highest of latencies.
fn merged(kind: ChartKind, series: &Series, per_column: usize) -> Vec<Option<f64>> {
    let chunks = series.values.chunks(per_column);
    chunks
        .map(|chunk| {
            let known = chunk.iter().flatten().copied();
            match kind {
                ChartKind::Latency => {
                    known.fold(None, |most: Option<f64>, one| Some(most.map_or(one, |it| it.max(one))))
                }
                _ => Some(known.sum()),
            }
        })
        .collect()
}

fn cell(value: Option<f64>, highest: f64) -> char {
    match value {
        None => ' ',
        Some(value) if value <= 0.0 || highest <= 0.0 => NOTHING,
        Some(value) => {
            let step = (value / highest * BLOCKS.len() as f64).ceil() as usize;
            BLOCKS[step.clamp(1, BLOCKS.len()) - 1]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_fits_its_width() {
        let series = |name: &str, values: &[f64]| Series {
            name: name.to_owned(),
            values: values.iter().map(|value| Some(*value)).collect(),
            total: values.iter().sum(),
        };
        let drawn = Chart {
            kind: ChartKind::RequestsByBackend,
            unit: "requests",
            bucket_ms: 1000,
            series: vec![series("ptu", &[8.0, 4.0, 0.0, 1.0]), series("a-long-name", &[0.0, 0.0, 2.0, 8.0])],
        };
        assert_eq!(
            chart(&drawn, 80),
            "requests by backend: requests in 1 s, highest 8\n  ptu         █▄·▁ 13\n  a-long-name ··▂█ 10\n              04 s\n"
        );
        let wide: Vec<f64> = (0..100).map(f64::from).collect();
        let drawn = Chart { series: vec![series("x", &wide)], ..drawn };
        assert!(chart(&drawn, 40).lines().all(|line| line.chars().count() <= 50), "{}", chart(&drawn, 40));
    }
}
