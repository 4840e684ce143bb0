//! Charts as data: the rows of a case in pieces of time, a series for each backend, subscription or status. Views draw
//! them.

use indexmap::{IndexMap, IndexSet};

use super::expect::{Quantile, Scope};
use super::rows::{LEFT, NOBODY, Rows, is_like, quantile};

/// What a chart shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartKind {
    RequestsByBackend,
    TokensByBackend,
    RefusalsByBackend,
    AnswersByStatus,
    Latency,
    TokensBySubscription,
    RequestsByName,
    AnswersByName,
}

/// Values over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    pub kind: ChartKind,
    /// What a value counts: `requests`, `tokens`, `ms`.
    pub unit: &'static str,
    /// The time of one value.
    pub bucket_ms: u64,
    pub series: Vec<Series>,
}

/// One line of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub name: String,
    /// One for each piece of time; None where there is nothing to show, such as a latency without a request.
    pub values: Vec<Option<f64>>,
    /// Over all of the time; for latencies the quantile itself.
    pub total: f64,
}

/// Pieces of time in a chart; what a terminal of ordinary width shows.
const BUCKETS: u64 = 60;
/// Lines in a chart; what comes after them is not told apart any more by eye.
const MAX_SERIES: usize = 12;

impl ChartKind {
    /// All of them, in the order of a report.
    pub const ALL: [Self; 8] = [
        Self::RequestsByBackend,
        Self::TokensByBackend,
        Self::RefusalsByBackend,
        Self::AnswersByStatus,
        Self::Latency,
        Self::TokensBySubscription,
        Self::RequestsByName,
        Self::AnswersByName,
    ];

    /// The name that scenarios and reports use.
    pub fn title(self) -> &'static str {
        match self {
            Self::RequestsByBackend => "requests by backend",
            Self::TokensByBackend => "tokens by backend",
            Self::RefusalsByBackend => "429 by backend",
            Self::AnswersByStatus => "answers by status",
            Self::Latency => "latency",
            Self::TokensBySubscription => "tokens by subscription",
            Self::RequestsByName => "requests by name",
            Self::AnswersByName => "good answers by name",
        }
    }

    /// The chart of that name.
    pub(super) fn of(title: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.title() == title)
    }

    fn unit(self) -> &'static str {
        match self {
            Self::TokensByBackend | Self::TokensBySubscription => "tokens",
            Self::AnswersByStatus | Self::AnswersByName => "answers",
            Self::Latency => "ms",
            Self::RequestsByBackend | Self::RefusalsByBackend | Self::RequestsByName => "requests",
        }
    }
}

/// Draws up the charts; those without a value are left out.
pub(super) fn draw(kinds: &[ChartKind], rows: &Rows) -> Vec<Chart> {
    let end_ms =
        rows.requests.iter().map(|row| row.at_ms).chain(rows.calls.iter().map(|call| call.at_ms)).max();
    let Some(end_ms) = end_ms else { return Vec::new() };
    let bucket_ms = round_time(end_ms / BUCKETS + 1);
    let mut charts = Vec::new();
    for kind in kinds {
        let series = series(*kind, rows, bucket_ms, end_ms);
        if !series.is_empty() {
            charts.push(Chart { kind: *kind, unit: kind.unit(), bucket_ms, series });
        }
    }
    charts
}

/// A time that people read easily, at least so long.
pub(super) fn round_time(ms: u64) -> u64 {
    const STEPS: [u64; 19] = [
        1, 5, 10, 50, 100, 250, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000,
        600_000, 1_800_000, 3_600_000,
    ];
    STEPS.into_iter().find(|step| *step >= ms).unwrap_or_else(|| ms.div_ceil(3_600_000) * 3_600_000)
}

fn series(kind: ChartKind, rows: &Rows, bucket_ms: u64, end_ms: u64) -> Vec<Series> {
    let names = &rows.names;
    let mut sums = Sums::new(bucket_ms, end_ms);
    match kind {
        ChartKind::RequestsByBackend => {
            rows.calls.iter().for_each(|call| sums.add(name(&names.backends, call.backend), call.at_ms, 1.0));
        }
        ChartKind::TokensByBackend => {
            for call in &rows.calls {
                sums.add(name(&names.backends, call.backend), call.at_ms, f64::from(call.tokens));
            }
        }
        ChartKind::RefusalsByBackend => rows
            .calls
            .iter()
            .filter(|call| call.status == 429)
            .for_each(|call| sums.add(name(&names.backends, call.backend), call.at_ms, 1.0)),
        ChartKind::AnswersByStatus => {
            for row in &rows.requests {
                sums.add(&in_words(row.status), row.at_ms, 1.0);
            }
        }
        ChartKind::TokensBySubscription => {
            for row in &rows.requests {
                sums.add(name(&names.subscriptions, row.subscription), row.at_ms, f64::from(row.tokens));
            }
        }
        ChartKind::RequestsByName => {
            rows.requests.iter().for_each(|row| sums.add(name(&names.requests, row.request), row.at_ms, 1.0));
        }
        ChartKind::AnswersByName => rows
            .requests
            .iter()
            .filter(|row| is_like(row.status, "2xx"))
            .for_each(|row| sums.add(name(&names.requests, row.request), row.at_ms, 1.0)),
        ChartKind::Latency => return latency(rows, bucket_ms, end_ms),
    }
    sums.series()
}

/// A status as charts and reports name it.
pub(super) fn in_words(status: u16) -> String {
    if status == LEFT { "gave up".to_owned() } else { status.to_string() }
}

fn name(names: &IndexSet<String>, number: u16) -> &str {
    names.get_index(usize::from(number)).filter(|_| number != NOBODY).map_or("(none)", String::as_str)
}

fn latency(rows: &Rows, bucket_ms: u64, end_ms: u64) -> Vec<Series> {
    let mut buckets = vec![Vec::new(); n_buckets(bucket_ms, end_ms)];
    for row in rows.requests(&Scope::default()).filter(|row| is_like(row.status, "2xx")) {
        if let Some(bucket) = buckets.get_mut(index(row.at_ms, bucket_ms)) {
            bucket.push(row.latency_ms);
        }
    }
    let all: Vec<u32> = buckets.iter().flatten().copied().collect();
    [("p50", 50.0), ("p95", 95.0)]
        .into_iter()
        .filter_map(|(name, percent)| {
            let which = Quantile::Percent(percent);
            let values = buckets.iter().map(|bucket| quantile(which, bucket.clone())).collect();
            Some(Series { name: name.to_owned(), values, total: quantile(which, all.clone())? })
        })
        .collect()
}

/// Sums by name and piece of time.
struct Sums {
    bucket_ms: u64,
    n: usize,
    by_name: IndexMap<String, Vec<f64>>,
}

impl Sums {
    fn new(bucket_ms: u64, end_ms: u64) -> Self {
        Self { bucket_ms, n: n_buckets(bucket_ms, end_ms), by_name: IndexMap::new() }
    }

    fn add(&mut self, name: &str, at_ms: u64, value: f64) {
        if value == 0.0 {
            return;
        }
        let is_told_apart = self.by_name.contains_key(name) || self.by_name.len() < MAX_SERIES;
        let name = if is_told_apart { name } else { "(others)" };
        if !self.by_name.contains_key(name) {
            self.by_name.insert(name.to_owned(), vec![0.0; self.n]);
        }
        let bucket =
            self.by_name.get_mut(name).and_then(|values| values.get_mut(index(at_ms, self.bucket_ms)));
        if let Some(bucket) = bucket {
            *bucket += value;
        }
    }

    fn series(mut self) -> Vec<Series> {
        self.by_name.sort_keys();
        let line = |(name, values): (String, Vec<f64>)| {
            let total = values.iter().sum();
            Series { name, values: values.into_iter().map(Some).collect(), total }
        };
        self.by_name.into_iter().map(line).collect()
    }
}

fn n_buckets(bucket_ms: u64, end_ms: u64) -> usize {
    usize::try_from(end_ms / bucket_ms + 1).unwrap_or(usize::MAX)
}

fn index(at_ms: u64, bucket_ms: u64) -> usize {
    usize::try_from(at_ms / bucket_ms).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::rows::{CallRow, intern};
    use super::*;

    #[test]
    fn values_fall_into_pieces_of_time() {
        let mut rows = Rows::default();
        let (a, b) = (intern(&mut rows.names.backends, "a"), intern(&mut rows.names.backends, "b"));
        for (at_ms, backend) in [(0, a), (999, a), (1_000, b), (59_000, a)] {
            rows.calls.push(CallRow { at_ms, backend, status: 200, tokens: 10, row: 0 });
        }
        let charts = draw(&[ChartKind::RequestsByBackend, ChartKind::RefusalsByBackend], &rows);
        assert_eq!(charts.len(), 1, "nothing was refused");
        assert_eq!((charts[0].bucket_ms, charts[0].series.len()), (1_000, 2));
        assert_eq!(charts[0].series[0].values[..3], [Some(2.0), Some(0.0), Some(0.0)]);
        assert_eq!((charts[0].series[0].total, charts[0].series[1].total), (3.0, 1.0));
    }
}
