//! Custom numeric formats, `#,##0.00;(0);none`: a section is chosen by the number's sign, read once for where its
//! digits, point and commas stand, and then written with the digits of the number in the places.

use super::digits::{Digits, exponent};

/// What a section says before any digit is written.
#[derive(Default)]
struct Shape {
    /// Placeholders, and how many of them stand before the point.
    places: i64,
    point: Option<i64>,
    /// The first and the end of the last `0`, counted in placeholders.
    first_zero: Option<i64>,
    last_zero: i64,
    is_scientific: bool,
    is_grouped: bool,
    /// The power of ten that `%`, `‰` and commas before the point multiply by.
    shift: i32,
}

/// Writes a number by a custom format. Every text is a format: what has no meaning stands for itself.
pub(super) fn written(number: Digits, format: &str) -> String {
    let format: Vec<char> = format.chars().collect();
    let wanted = match (number.is_zero(), number.negative) {
        (true, _) => 2,
        (false, true) => 1,
        (false, false) => 0,
    };
    let mut start = section(&format, wanted);
    loop {
        let shape = shape(&format[start..]);
        let mut digits = number.clone();
        let before = shape.point.unwrap_or(shape.places);
        if !digits.is_zero() {
            digits.shift(shape.shift);
            let kept = if shape.is_scientific {
                shape.places
            } else {
                i64::from(digits.scale) + shape.places - before
            };
            digits.round(kept);
            // What rounds to zero is written as zero is.
            let zero = section(&format, 2);
            if digits.is_zero() && zero != start {
                start = zero;
                continue;
            }
        }
        let sign = if digits.negative && start == 0 && !digits.is_zero() { "-" } else { "" };
        return sign.to_owned() + &Writer::new(&digits, &shape).write(&format[start..]);
    }
}

/// Where the section of that number begins; the first where there is no such section, or it is empty.
fn section(format: &[char], wanted: usize) -> usize {
    let mut left = wanted;
    let mut at = 0;
    while left > 0 && at < format.len() {
        if format[at] == ';' {
            left -= 1;
            if left == 0 {
                return if matches!(format.get(at + 1), None | Some(';')) { 0 } else { at + 1 };
            }
        }
        at += literal(format, at).unwrap_or(1);
    }
    0
}

/// How long the text in quotes or after a backslash is that begins here.
fn literal(format: &[char], at: usize) -> Option<usize> {
    match format[at] {
        mark @ ('\'' | '"') => {
            let inner = format[at + 1..].iter().take_while(|c| **c != mark).count();
            Some((inner + 2).min(format.len() - at))
        }
        '\\' => Some(2.min(format.len() - at)),
        _ => None,
    }
}

/// How many characters an exponent such as `E+00` takes, and with how many zeros; None where this is none.
fn exponent_at(format: &[char], at: usize) -> Option<(usize, usize)> {
    if !matches!(format[at], 'E' | 'e') {
        return None;
    }
    let sign = usize::from(matches!(format.get(at + 1), Some('+' | '-')));
    let zeros = format[at + 1 + sign..].iter().take_while(|c| **c == '0').count();
    (zeros > 0).then_some((1 + sign + zeros, zeros))
}

fn shape(section: &[char]) -> Shape {
    let mut shape = Shape::default();
    // The last comma: after how many placeholders, and how many commas stand there.
    let mut comma: Option<(i64, i32)> = None;
    let mut at = 0;
    while at < section.len() && section[at] != ';' {
        if let Some(length) = literal(section, at) {
            at += length;
            continue;
        }
        match section[at] {
            '#' => shape.places += 1,
            '0' => {
                shape.first_zero.get_or_insert(shape.places);
                shape.places += 1;
                shape.last_zero = shape.places;
            }
            '.' => {
                shape.point.get_or_insert(shape.places);
            }
            ',' if shape.places > 0 && shape.point.is_none() => match &mut comma {
                Some((place, count)) if *place == shape.places => *count += 1,
                _ => {
                    shape.is_grouped |= comma.is_some();
                    comma = Some((shape.places, 1));
                }
            },
            '%' => shape.shift += 2,
            '‰' => shape.shift += 3,
            _ => {}
        }
        let scientific = exponent_at(section, at);
        shape.is_scientific |= scientific.is_some();
        at += scientific.map_or(1, |(length, _)| length);
    }
    match comma {
        Some((place, count)) if place == shape.point.unwrap_or(shape.places) => shape.shift -= count * 3,
        Some(_) => shape.is_grouped = true,
        None => {}
    }
    shape
}

/// Fills the placeholders of a section.
struct Writer<'a> {
    digits: &'a Digits,
    shape: &'a Shape,
    /// The next digit of the number.
    next: usize,
    /// How many placeholders are left before the point; below zero behind it.
    place: i64,
    /// Digits that the number has more than the section has placeholders before the point; fewer where negative.
    surplus: i64,
    /// How many places before the point are filled with `0` where the number has no digit, and (negative) behind it.
    least_before: i64,
    least_behind: i64,
    out: String,
}

impl<'a> Writer<'a> {
    fn new(digits: &'a Digits, shape: &'a Shape) -> Self {
        let before = shape.point.unwrap_or(shape.places);
        let scale = i64::from(digits.scale);
        let (place, surplus) =
            if shape.is_scientific { (before, 0) } else { (scale.max(before), scale - before) };
        Self {
            digits,
            shape,
            next: 0,
            place,
            surplus,
            least_before: (before - shape.first_zero.unwrap_or(before)).max(0),
            least_behind: (before - shape.last_zero).min(0),
            out: String::new(),
        }
    }

    fn write(mut self, section: &[char]) -> String {
        let mut has_point = false;
        let mut has_exponent = false;
        let mut at = 0;
        while at < section.len() && section[at] != ';' {
            if let Some(length) = literal(section, at) {
                let closing = section[at] != '\\' && length > 1 && section[at + length - 1] == section[at];
                self.out.extend(&section[at + 1..at + length - usize::from(closing)]);
                at += length;
                continue;
            }
            match section[at] {
                '#' | '0' => {
                    self.write_surplus();
                    self.fill();
                }
                '.' => {
                    self.write_surplus();
                    let before = self.shape.point.unwrap_or(self.shape.places);
                    let has_more = before < self.shape.places && self.next < self.digits.digits.len();
                    if self.place == 0 && !has_point && (self.least_behind < 0 || has_more) {
                        self.out.push('.');
                        has_point = true;
                    }
                }
                ',' => {}
                c => match exponent_at(section, at) {
                    // One exponent is written; a second one stands for itself.
                    Some((length, _)) if has_exponent => {
                        self.out.extend(&section[at..at + length]);
                        at += length;
                        continue;
                    }
                    Some((length, zeros)) => {
                        let before = self.shape.point.unwrap_or(self.shape.places) as i32;
                        let value = if self.digits.is_zero() { 0 } else { self.digits.scale - before };
                        let plus = section[at + 1] == '+';
                        self.out.push_str(&exponent(value, c, zeros.min(10), plus));
                        has_exponent = true;
                        at += length;
                        continue;
                    }
                    None => self.out.push(c),
                },
            }
            at += 1;
        }
        self.out
    }

    /// The digits for which there is no placeholder stand before those that have one.
    fn write_surplus(&mut self) {
        while self.surplus > 0 {
            self.surplus -= 1;
            let digit = self.next_digit().unwrap_or(0);
            self.push(digit);
            self.place -= 1;
        }
    }

    /// Fills one placeholder.
    fn fill(&mut self) {
        let digit = if self.surplus < 0 {
            self.surplus += 1;
            (self.place <= self.least_before).then_some(0)
        } else {
            self.next_digit().or((self.place > self.least_behind).then_some(0))
        };
        if let Some(digit) = digit {
            self.push(digit);
        }
        self.place -= 1;
    }

    fn next_digit(&mut self) -> Option<u8> {
        let digit = self.digits.digits.get(self.next).copied();
        self.next += usize::from(digit.is_some());
        digit
    }

    fn push(&mut self, digit: u8) {
        self.out.push(char::from(b'0' + digit));
        if self.shape.is_grouped && self.place > 1 && (self.place - 1) % 3 == 0 {
            self.out.push(',');
        }
    }
}
