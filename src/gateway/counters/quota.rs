//! A quota: a sum within a period of the calendar or of a fixed length, starting anew with each.

use time::{Duration, OffsetDateTime};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct QuotaCount {
    period_start_ms: i64,
    pub used: u64,
}

/// 0001-01-01T00:00:00Z, from where periods run that no one gave a start (Learn, quota-by-key, 2024-03-18).
pub(crate) const START_OF_TIME_MS: i64 = -62_135_596_800_000;

/// How long a quota lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Period {
    /// Periods of that length one after the other, one of them beginning at `from_ms`. A length of 0 never ends.
    Fixed {
        length_ms: i64,
        from_ms: i64,
    },
    Hourly,
    Daily,
    /// From Sunday to Saturday.
    Weekly,
    Monthly,
    Yearly,
}

impl QuotaCount {
    /// Returns what is used in the period that holds `now`; a new period starts at 0.
    pub(crate) fn used(&mut self, now_ms: i64, period: Period) -> u64 {
        let (start_ms, _) = period.bounds(now_ms);
        if start_ms != self.period_start_ms {
            *self = Self { period_start_ms: start_ms, used: 0 };
        }
        self.used
    }

    pub(crate) fn add(&mut self, now_ms: i64, period: Period, amount: u64) {
        self.used(now_ms, period);
        self.used = self.used.saturating_add(amount);
    }
}

impl Period {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "Hourly" => Some(Self::Hourly),
            "Daily" => Some(Self::Daily),
            "Weekly" => Some(Self::Weekly),
            "Monthly" => Some(Self::Monthly),
            "Yearly" => Some(Self::Yearly),
            "Indefinite" => Some(Self::Fixed { length_ms: 0, from_ms: START_OF_TIME_MS }),
            _ => None,
        }
    }

    /// Returns how long the period that holds `now` still lasts; None where it never ends.
    pub(crate) fn left_ms(self, now_ms: i64) -> Option<i64> {
        match self {
            Self::Fixed { length_ms: 0, .. } => None,
            _ => Some(self.bounds(now_ms).1 - now_ms),
        }
    }

    /// The start and the end of the period that holds `now`: the UTC time truncated (Learn, llm-token-limit).
    fn bounds(self, now_ms: i64) -> (i64, i64) {
        if let Self::Fixed { length_ms, from_ms } = self {
            let start = if length_ms == 0 { 0 } else { now_ms - (now_ms - from_ms).rem_euclid(length_ms) };
            return (start, start.saturating_add(length_ms));
        }
        let now = OffsetDateTime::from_unix_timestamp(now_ms.div_euclid(1000))
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let day = now.replace_time(time::Time::MIDNIGHT);
        let first = day.replace_day(1).unwrap_or(day);
        let (start, end) = match self {
            Self::Hourly => {
                let start = day + Duration::hours(now.hour().into());
                (start, start + Duration::HOUR)
            }
            Self::Weekly => {
                let start = day - Duration::days(now.weekday().number_days_from_sunday().into());
                (start, start + Duration::WEEK)
            }
            Self::Monthly => (first, first + Duration::days(first.month().length(first.year()).into())),
            Self::Yearly => {
                let start = first.replace_month(time::Month::January).unwrap_or(first);
                (start, start + Duration::days(time::util::days_in_year(start.year()).into()))
            }
            Self::Fixed { .. } | Self::Daily => (day, day + Duration::DAY),
        };
        (start.unix_timestamp() * 1000, end.unix_timestamp() * 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_utc_time_truncated() {
        // 2026-11-22T09:30:00Z, a Sunday.
        let now = 1_795_339_800_000;
        for (name, left_hours) in
            [("Hourly", 0.5), ("Daily", 14.5), ("Weekly", 158.5), ("Monthly", 206.5), ("Yearly", 950.5)]
        {
            let left_ms = Period::from_name(name).unwrap().left_ms(now).unwrap();
            assert_eq!(left_ms as f64 / 3_600_000.0, left_hours, "{name}");
        }
        assert_eq!(Period::from_name("Indefinite").unwrap().left_ms(now), None);
    }

    #[test]
    fn a_new_period_starts_at_nothing() {
        let period = Period::Fixed { length_ms: 300_000, from_ms: 0 };
        let mut count = QuotaCount::default();
        count.add(10, period, 5);
        assert_eq!(count.used(299_999, period), 5);
        assert_eq!(count.used(300_000, period), 0);
    }

    #[test]
    fn periods_count_from_their_start_and_before_it() {
        let period = Period::Fixed { length_ms: 300_000, from_ms: 100_000 };
        assert_eq!(period.left_ms(100_000), Some(300_000));
        assert_eq!(period.left_ms(99_999), Some(1));
        let days = Period::Fixed { length_ms: 86_400_000, from_ms: START_OF_TIME_MS };
        assert_eq!(days.left_ms(0), Some(86_400_000));
    }
}
