//! The Gregorian calendar as .NET counts it: ticks of 100 ns since 0001-01-01, up to the end of the year 9999.

/// Ticks of one second.
pub const TICKS_PER_SECOND: i64 = 10_000_000;
/// Ticks of one day.
pub const TICKS_PER_DAY: i64 = 86_400 * TICKS_PER_SECOND;
/// 1970-01-01 in ticks.
pub const UNIX_EPOCH: i64 = 719_162 * TICKS_PER_DAY;
/// 9999-12-31T23:59:59.9999999, the last moment there is.
pub const MAX_TICKS: i64 = 3_652_059 * TICKS_PER_DAY - 1;

/// The names of the days; [`weekday`] numbers them.
pub const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Returns the days since 0001-01-01 of a date.
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let leap = is_leap(year);
    let of_months: i64 = (1..month).map(|month| days_in_month_of(leap, month)).sum();
    before * 365 + before / 4 - before / 100 + before / 400 + of_months + day - 1
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Returns how many days a month (1 to 12) has.
pub fn days_in_month(year: i64, month: i64) -> i64 {
    days_in_month_of(is_leap(year), month)
}

fn days_in_month_of(leap: bool, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Returns year, month and day of a number of ticks.
pub fn date_of(ticks: i64) -> (i64, i64, i64) {
    let mut days = ticks.div_euclid(TICKS_PER_DAY);
    // A year or two too early at most: 400 years have 146,097 days.
    let mut year = (days * 400 / 146_097).max(1);
    while days_from_civil(year + 1, 1, 1) <= days {
        year += 1;
    }
    days -= days_from_civil(year, 1, 1);
    let mut month = 1;
    while days >= days_in_month(year, month) {
        days -= days_in_month(year, month);
        month += 1;
    }
    (year, month, days + 1)
}

/// Returns the day of the week: 0 is Sunday; 0001-01-01 was a Monday.
pub fn weekday(ticks: i64) -> usize {
    ((ticks.div_euclid(TICKS_PER_DAY) + 1) % 7) as usize
}

/// Returns the moment so many months later, or None where it leaves the calendar. The day is kept where the month has
/// it, otherwise it is the last of the month.
pub fn plus_months(ticks: i64, months: i64) -> Option<i64> {
    let (year, month, day) = date_of(ticks);
    let total = (year * 12 + month - 1).checked_add(months)?;
    let (year, month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
    if !(1..=9999).contains(&year) {
        return None;
    }
    let day = day.min(days_in_month(year, month));
    Some(days_from_civil(year, month, day) * TICKS_PER_DAY + ticks.rem_euclid(TICKS_PER_DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_days_agree_over_the_whole_calendar() {
        // 37 days a step: every month length, leap years and the turns of centuries are met.
        for days in (0..3_652_059).step_by(37) {
            let (year, month, day) = date_of(days * TICKS_PER_DAY);
            assert_eq!(days_from_civil(year, month, day), days);
        }
        assert_eq!(date_of(UNIX_EPOCH), (1970, 1, 1));
        assert_eq!(date_of(MAX_TICKS), (9999, 12, 31));
        assert_eq!(DAYS[weekday(UNIX_EPOCH)], "Thursday");
    }

    #[test]
    fn months_end_where_they_end() {
        let day = |year, month, day| days_from_civil(year, month, day) * TICKS_PER_DAY;
        assert_eq!(plus_months(day(2023, 1, 31), 1), Some(day(2023, 2, 28)));
        assert_eq!(plus_months(day(2024, 3, 31), -1), Some(day(2024, 2, 29)));
        assert_eq!(plus_months(day(9999, 12, 1), 1), None);
        assert_eq!(plus_months(day(1, 1, 1), i64::MIN), None);
    }
}
