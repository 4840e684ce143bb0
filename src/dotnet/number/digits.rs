//! A number as decimal digits and the place of its point: what formats round, shift and write.

use super::Number;

/// `0.d1d2d3… × 10^scale`, without a sign. Zero has no digits and scale 0. No zeros stand at either end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Digits {
    pub(super) digits: Vec<u8>,
    pub(super) scale: i32,
    pub(super) negative: bool,
}

/// Up to here the shortest text of a real number is rounded, as a reader expects of 0.125 and 2.5; past it .NET writes
/// the exact value.
const SHORTEST_PLACES: usize = 15;

impl Digits {
    pub(super) fn of(number: Number) -> Self {
        match number {
            Number::Whole(value, _) => Self::read(&value.unsigned_abs().to_string(), value < 0),
            Number::Real(value) => Self::read(&format!("{}", value.abs()), value.is_sign_negative()),
            Number::Exact(value) => Self::read(&value.abs().to_string(), value.is_sign_negative()),
        }
    }

    /// The digits to be written with `places` decimals.
    pub(super) fn with_places(number: Number, places: usize) -> Self {
        match number {
            Number::Real(value) if places > SHORTEST_PLACES => {
                Self::read(&format!("{:.places$}", value.abs()), value.is_sign_negative())
            }
            _ => Self::of(number),
        }
    }

    /// Reads `123.45`.
    fn read(text: &str, negative: bool) -> Self {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|digit| digit - b'0').collect();
        let leading = digits.iter().take_while(|digit| **digit == 0).count();
        digits.drain(..leading);
        let mut read = Self { digits, scale: whole.len() as i32 - leading as i32, negative };
        read.trim();
        read
    }

    fn trim(&mut self) {
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.scale = 0;
        }
    }

    pub(super) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// Multiplies by a power of ten.
    pub(super) fn shift(&mut self, by: i32) {
        if !self.is_zero() {
            self.scale += by;
        }
    }

    /// Keeps `count` digits, halves away from zero.
    pub(super) fn round(&mut self, count: i64) {
        if count < 0 {
            self.digits.clear();
        } else if let Some(next) = usize::try_from(count).ok().and_then(|count| self.digits.get(count)) {
            let up = *next >= 5;
            self.digits.truncate(count as usize);
            if up {
                self.add_one();
            }
        }
        self.trim();
    }

    fn add_one(&mut self) {
        for digit in self.digits.iter_mut().rev() {
            if *digit < 9 {
                *digit += 1;
                return;
            }
            *digit = 0;
        }
        self.digits.insert(0, 1);
        self.scale += 1;
    }

    fn digit(&self, at: i64) -> char {
        let digit = usize::try_from(at).ok().and_then(|at| self.digits.get(at)).copied().unwrap_or(0);
        char::from(b'0' + digit)
    }

    /// With `places` decimals and at least one digit before the point.
    pub(super) fn fixed(mut self, places: usize) -> String {
        self.round(i64::from(self.scale) + places as i64);
        let scale = i64::from(self.scale);
        let mut out: String = (0..scale.max(0)).map(|at| self.digit(at)).collect();
        if out.is_empty() {
            out.push('0');
        }
        if places > 0 {
            out.push('.');
            out.extend((0..places as i64).map(|place| self.digit(scale + place)));
        }
        out
    }

    /// `1.234560E+003`, with `places` decimals.
    pub(super) fn scientific(mut self, places: usize, letter: char) -> String {
        self.round(places as i64 + 1);
        let mut out = String::from(self.digit(0));
        if places > 0 {
            out.push('.');
            out.extend((1..=places as i64).map(|at| self.digit(at)));
        }
        out + &exponent(if self.is_zero() { 0 } else { self.scale - 1 }, letter, 3, true)
    }

    /// With `precision` digits, scientific where they do not reach the point: the format `G5`.
    pub(super) fn general(mut self, precision: usize, letter: char) -> String {
        self.round(precision as i64);
        let is_scientific = i64::from(self.scale) > precision as i64 || self.scale < -3;
        if !is_scientific {
            let places = (self.digits.len() as i64 - i64::from(self.scale)).max(0);
            return self.fixed(places as usize);
        }
        // `g` writes a small `e`.
        let letter = if letter.is_ascii_lowercase() { 'e' } else { 'E' };
        let mut out = String::from(self.digit(0));
        if self.digits.len() > 1 {
            out.push('.');
            out.extend((1..self.digits.len() as i64).map(|at| self.digit(at)));
        }
        out + &exponent(self.scale - 1, letter, 2, true)
    }
}

/// `E+005`: the letter, a sign where it is negative or wanted, at least so many digits.
pub(super) fn exponent(value: i32, letter: char, digits: usize, plus: bool) -> String {
    let sign = if value < 0 {
        "-"
    } else if plus {
        "+"
    } else {
        ""
    };
    format!("{letter}{sign}{:0digits$}", value.unsigned_abs())
}
