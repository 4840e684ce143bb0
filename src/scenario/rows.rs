//! What came of every request, as a table: small rows, names as numbers, so that a million of them fit. Expectations and
//! charts are questions to it.

use indexmap::IndexSet;

use super::expect::{Quantile, Scope};

/// Everything that was asked in a case.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub names: Names,
    pub requests: Vec<RequestRow>,
    pub calls: Vec<CallRow>,
}

/// The names behind the numbers.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub requests: IndexSet<String>,
    pub phases: IndexSet<String>,
    pub subscriptions: IndexSet<String>,
    pub backends: IndexSet<String>,
}

/// A request of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RequestRow {
    /// Since the case began.
    pub at_ms: u64,
    /// Until the whole body was there.
    pub latency_ms: u32,
    /// Until the first byte of the body was there.
    pub first_ms: u32,
    pub status: u16,
    pub request: u16,
    pub phase: u16,
    pub subscription: u16,
    /// That answered last.
    pub backend: u16,
    pub n_calls: u16,
    pub tokens: u32,
}

/// A call upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CallRow {
    pub at_ms: u64,
    pub backend: u16,
    /// 0 where no answer came.
    pub status: u16,
    pub tokens: u32,
    /// The number of its request.
    pub row: u32,
}

/// The status of a request whose caller left before the answer was whole.
pub(super) const LEFT: u16 = 0;
/// No name.
pub(super) const NOBODY: u16 = u16::MAX;

/// Returns the number of a name, a new one where it is new; past 65,535 names all are nobody's.
pub(super) fn intern(names: &mut IndexSet<String>, name: &str) -> u16 {
    if name.is_empty() {
        return NOBODY;
    }
    let index = names.get_index_of(name).unwrap_or_else(|| names.insert_full(name.to_owned()).0);
    u16::try_from(index).unwrap_or(NOBODY)
}

fn find(names: &IndexSet<String>, name: &str) -> Option<u16> {
    names.get_index_of(name).and_then(|index| u16::try_from(index).ok())
}

/// A scope in numbers. A name that nothing has matches nothing.
struct Wanted {
    request: Option<Option<u16>>,
    phase: Option<Option<u16>>,
    subscription: Option<Option<u16>>,
    backend: Option<Option<u16>>,
}

impl Wanted {
    fn of(scope: &Scope, names: &Names) -> Self {
        let wanted =
            |name: &Option<String>, known: &IndexSet<String>| name.as_ref().map(|name| find(known, name));
        Self {
            request: wanted(&scope.request, &names.requests),
            phase: wanted(&scope.phase, &names.phases),
            subscription: wanted(&scope.subscription, &names.subscriptions),
            backend: wanted(&scope.backend, &names.backends),
        }
    }

    fn takes(&self, row: &RequestRow) -> bool {
        let fits = |wanted: Option<Option<u16>>, is: u16| wanted.is_none_or(|number| number == Some(is));
        fits(self.request, row.request)
            && fits(self.phase, row.phase)
            && fits(self.subscription, row.subscription)
            && fits(self.backend, row.backend)
    }
}

impl Rows {
    /// The requests of a scope, in the order in which they were answered.
    pub(super) fn requests<'a>(&'a self, scope: &Scope) -> impl Iterator<Item = &'a RequestRow> + use<'a> {
        let wanted = Wanted::of(scope, &self.names);
        self.requests.iter().filter(move |row| wanted.takes(row))
    }

    /// The calls upstream of the requests of a scope.
    pub(super) fn calls<'a>(&'a self, scope: &Scope) -> impl Iterator<Item = &'a CallRow> + use<'a> {
        let wanted = Wanted::of(scope, &self.names);
        self.calls.iter().filter(move |call| {
            usize::try_from(call.row)
                .ok()
                .and_then(|row| self.requests.get(row))
                .is_some_and(|row| wanted.takes(row))
        })
    }

    /// How many answers to callers have a status such as `429` or `2xx`.
    pub(super) fn n_answers(&self, pattern: &str, scope: &Scope) -> usize {
        self.requests(scope).filter(|row| is_like(row.status, pattern)).count()
    }

    /// How many callers left before their answer was whole.
    pub(super) fn n_left(&self, scope: &Scope) -> usize {
        self.requests(scope).filter(|row| row.status == LEFT).count()
    }

    pub(super) fn n_calls_to(&self, backend: &str, scope: &Scope) -> usize {
        let number = find(&self.names.backends, backend);
        self.calls(scope).filter(|call| Some(call.backend) == number).count()
    }

    /// The part of the calls upstream that go to a backend, 0 to 1.
    pub(super) fn share_of(&self, backend: &str, scope: &Scope) -> f64 {
        part(self.n_calls_to(backend, scope), self.calls(scope).count())
    }

    /// The part of the good answers that come from a backend, 0 to 1.
    pub(super) fn share_of_answers_from(&self, backend: &str, scope: &Scope) -> f64 {
        let number = find(&self.names.backends, backend);
        let good = || self.requests(scope).filter(|row| is_like(row.status, "2xx"));
        part(good().filter(|row| Some(row.backend) == number).count(), good().count())
    }

    pub(super) fn tokens(&self, scope: &Scope) -> u64 {
        self.requests(scope).map(|row| u64::from(row.tokens)).sum()
    }

    /// Calls upstream beyond the first of each request.
    pub(super) fn n_retries(&self, scope: &Scope) -> u64 {
        self.requests(scope).map(|row| u64::from(row.n_calls.saturating_sub(1))).sum()
    }

    /// A quantile of `value` over the requests of a scope that were answered well; None without one.
    pub(super) fn quantile(
        &self,
        which: Quantile,
        scope: &Scope,
        value: fn(&RequestRow) -> u32,
    ) -> Option<f64> {
        let good = self.requests(scope).filter(|row| is_like(row.status, "2xx"));
        quantile(which, good.map(value).collect())
    }
}

/// A quantile by the nearest rank; None of nothing.
pub(super) fn quantile(which: Quantile, mut values: Vec<u32>) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let n = values.len();
    match which {
        Quantile::Mean => Some(values.iter().map(|value| f64::from(*value)).sum::<f64>() / n as f64),
        Quantile::Percent(percent) => {
            let rank = ((percent / 100.0 * n as f64).ceil() as usize).clamp(1, n) - 1;
            Some(f64::from(*values.select_nth_unstable(rank).1))
        }
    }
}

fn part(some: usize, all: usize) -> f64 {
    if all == 0 { 0.0 } else { some as f64 / all as f64 }
}

/// Whether a status is like `429` or `2xx`.
pub(super) fn is_like(status: u16, pattern: &str) -> bool {
    match pattern.strip_suffix("xx") {
        Some(hundreds) => hundreds.parse() == Ok(status / 100),
        None => pattern.parse() == Ok(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_take_the_nearest_rank() {
        let values = vec![40, 10, 30, 20];
        let percent = |p| quantile(Quantile::Percent(p), values.clone());
        assert_eq!((percent(0.0), percent(50.0), percent(75.0)), (Some(10.0), Some(20.0), Some(30.0)));
        assert_eq!((percent(76.0), percent(100.0)), (Some(40.0), Some(40.0)));
        assert_eq!(quantile(Quantile::Mean, values), Some(25.0));
        assert_eq!(quantile(Quantile::Mean, Vec::new()), None);
    }
}
