//! ISO 8601 durations, as backends write intervals: `PT10S`, `PT1M30S`, `P1D`.

/// Returns the duration in milliseconds; None where the text is none. Years and months have no fixed length, and no
/// interval of a gateway is that long: they are refused.
pub fn milliseconds(text: &str) -> Option<u64> {
    let rest = text.strip_prefix('P')?;
    let (date, time) = match rest.split_once('T') {
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None => (rest, ""),
    };
    if date.is_empty() && time.is_empty() {
        return None;
    }
    let days = parts(date, &[('W', 7 * 86_400_000), ('D', 86_400_000)])?;
    let clock = parts(time, &[('H', 3_600_000), ('M', 60_000), ('S', 1000)])?;
    days.checked_add(clock)
}

/// Reads numbers with their units, largest unit first, each at most once; seconds may have a fraction.
fn parts(mut text: &str, units: &[(char, u64)]) -> Option<u64> {
    let mut total: u64 = 0;
    for &(unit, unit_ms) in units {
        let Some((number, rest)) = text.split_once(unit) else { continue };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty()
            || !is_number(whole)
            || !is_number(fraction)
            || (unit != 'S' && number.contains('.'))
        {
            return None;
        }
        total = total.checked_add(whole.parse::<u64>().ok()?.checked_mul(unit_ms)?)?;
        if !fraction.is_empty() {
            let milli: String = fraction.chars().chain("000".chars()).take(3).collect();
            total = total.checked_add(milli.parse().ok()?)?;
        }
        text = rest;
    }
    text.is_empty().then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_nonsense_is_not() {
        for (text, expected) in [
            ("PT10S", Some(10_000)),
            ("PT1M", Some(60_000)),
            ("PT1M30S", Some(90_000)),
            ("PT1H", Some(3_600_000)),
            ("P1D", Some(86_400_000)),
            ("P1DT1S", Some(86_401_000)),
            ("PT0.25S", Some(250)),
            ("PT0S", Some(0)),
            ("", None),
            ("P", None),
            ("PT", None),
            ("PT10", None),
            ("10S", None),
            ("PT-1S", None),
            ("PT1S1M", None),
            ("P1M", None),
            ("PT1.5M", None),
            ("PT99999999999999999999S", None),
        ] {
            assert_eq!(milliseconds(text), expected, "{text}");
        }
    }
}
