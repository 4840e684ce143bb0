//! ISO 8601 durations of days, hours, minutes and seconds.

/// The seconds of a duration such as `P30D`, `PT6H` or `P1DT12H`; None for anything else, zero and fractions, weeks,
/// months and years, whose length differs, among them.
pub fn iso_duration_s(text: &str) -> Option<u64> {
    let rest = text.strip_prefix('P')?;
    let (date, time) = match rest.split_once('T') {
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None => (rest, ""),
    };
    let (days, left) = amount(date, 'D')?;
    let (hours, time) = amount(time, 'H')?;
    let (minutes, time) = amount(time, 'M')?;
    let (seconds, time) = amount(time, 'S')?;
    let total = days * 86_400 + hours * 3_600 + minutes * 60 + seconds;
    (left.is_empty() && time.is_empty() && total > 0).then_some(total)
}

/// A number of up to six digits with its unit, or 0 where the text does not begin with one of that unit.
fn amount(text: &str, unit: char) -> Option<(u64, &str)> {
    let Some((digits, after)) = text.split_once(unit) else { return Some((0, text)) };
    let is_number = (1..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { Some((digits.parse().ok()?, after)) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_seconds() {
        for (text, expected) in [
            ("P1D", Some(86_400)),
            ("PT6H", Some(21_600)),
            ("P1DT12H", Some(129_600)),
            ("PT1M30S", Some(90)),
            ("P999999D", Some(86_399_913_600)),
            ("P", None),
            ("PT", None),
            ("P1DT", None),
            ("P0D", None),
            ("P1M", None),
            ("P1W", None),
            ("PT1S1M", None),
            ("P1.5D", None),
            ("P1234567D", None),
            ("1D", None),
            ("P1D ", None),
            ("", None),
        ] {
            assert_eq!(iso_duration_s(text), expected, "{text}");
        }
    }
}
