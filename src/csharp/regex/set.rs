//! Sets of characters: `[a-z]`, `\d`, `\p{L}`. A character is a UTF-16 unit, as in .NET.

/// What one unit may be.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Set {
    pub items: Vec<Item>,
    pub negated: bool,
    /// `[a-z-[aeiou]]`
    pub minus: Option<Box<Set>>,
    pub ignore_case: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    /// With both ends.
    Range(u16, u16),
    Class(Class),
    Not(Class),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Digit,
    Word,
    Space,
    AsciiWord,
    AsciiSpace,
    Letter,
    Upper,
    Lower,
    Number,
    Punctuation,
    Symbol,
    Separator,
    Control,
    /// A block such as `IsCyrillic`, by its ends.
    Block(u16, u16),
}

impl Class {
    /// `\p{name}`; None for a category that is not told apart here.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "L" => Self::Letter,
            "Lu" => Self::Upper,
            "Ll" => Self::Lower,
            "N" => Self::Number,
            "Nd" => Self::Digit,
            "P" => Self::Punctuation,
            "S" => Self::Symbol,
            "Z" | "Zs" => Self::Separator,
            "C" | "Cc" => Self::Control,
            "IsBasicLatin" => Self::Block(0, 0x7f),
            "IsLatin-1Supplement" => Self::Block(0x80, 0xff),
            "IsLatinExtended-A" => Self::Block(0x100, 0x17f),
            "IsGreek" | "IsGreekandCoptic" => Self::Block(0x370, 0x3ff),
            "IsCyrillic" => Self::Block(0x400, 0x4ff),
            "IsHebrew" => Self::Block(0x590, 0x5ff),
            "IsArabic" => Self::Block(0x600, 0x6ff),
            "IsHiragana" => Self::Block(0x3040, 0x309f),
            "IsKatakana" => Self::Block(0x30a0, 0x30ff),
            "IsCJKUnifiedIdeographs" => Self::Block(0x4e00, 0x9fff),
            _ => return None,
        })
    }

    pub(super) fn has(self, unit: u16) -> bool {
        let Some(c) = char::from_u32(unit.into()) else { return matches!(self, Self::Control) };
        let combining =
            matches!(unit, 0x300..=0x36f | 0x483..=0x487 | 0x591..=0x5bd | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff);
        match self {
            Self::Digit => c.is_ascii_digit() || (!c.is_ascii() && is_decimal_digit(unit)),
            Self::Word => {
                c.is_alphabetic()
                    || Self::Digit.has(unit)
                    || combining
                    || matches!(
                        unit,
                        0x5f | 0x200c | 0x200d | 0x203f | 0x2040 | 0xfe33 | 0xfe34 | 0xfe4d..=0xfe4f | 0xff3f
                    )
            }
            Self::Space => c.is_whitespace() || unit == 0x85,
            Self::AsciiWord => c.is_ascii_alphanumeric() || c == '_',
            Self::AsciiSpace => matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}'),
            Self::Letter => c.is_alphabetic(),
            Self::Upper => c.is_uppercase(),
            Self::Lower => c.is_lowercase(),
            Self::Number => c.is_numeric(),
            Self::Punctuation => is_punctuation(c),
            Self::Symbol => is_symbol(c),
            Self::Separator => matches!(
                unit,
                0x20 | 0xa0 | 0x1680 | 0x2000..=0x200a | 0x2028 | 0x2029 | 0x202f | 0x205f | 0x3000
            ),
            Self::Control => c.is_control(),
            Self::Block(from, to) => (from..=to).contains(&unit),
        }
    }
}

/// The decimal digits of the scripts in the first plane: each has ten in a row, from here (Unicode 15, Nd).
fn is_decimal_digit(unit: u16) -> bool {
    const ZEROS: [u16; 37] = [
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50,
        0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40,
        0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x30,
    ];
    ZEROS.iter().any(|zero| (*zero..*zero + 10).contains(&unit))
}

fn is_punctuation(c: char) -> bool {
    let ascii_symbol = matches!(c, '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~');
    (c.is_ascii_punctuation() && !ascii_symbol)
        || matches!(c, '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}')
            && !matches!(c, '\u{2044}' | '\u{2052}')
}

fn is_symbol(c: char) -> bool {
    matches!(c, '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~' | '¢'..='¦' | '¨' | '©' | '¬' | '®'..='±' | '´' | '¸' | '×' | '÷')
        || matches!(c, '\u{20a0}'..='\u{20c0}' | '\u{2100}'..='\u{214f}' | '\u{2190}'..='\u{23ff}' | '\u{2500}'..='\u{27bf}')
            && !c.is_alphanumeric()
}

impl Set {
    pub(super) fn of(item: Item) -> Self {
        Self { items: vec![item], negated: false, minus: None, ignore_case: false }
    }

    pub(super) fn has(&self, unit: u16) -> bool {
        let mut found = self.listed(unit);
        if !found && self.ignore_case {
            found = self.listed(folded(unit)) || self.listed(raised(unit));
        }
        found != self.negated && !self.minus.as_ref().is_some_and(|minus| minus.has(unit))
    }

    fn listed(&self, unit: u16) -> bool {
        self.items.iter().any(|item| match item {
            Item::Range(from, to) => (*from..=*to).contains(&unit),
            Item::Class(class) => class.has(unit),
            Item::Not(class) => !class.has(unit),
        })
    }
}

/// The small letter of a unit, where there is one in one unit.
pub(super) fn folded(unit: u16) -> u16 {
    if unit < 0x80 {
        return if (0x41..=0x5a).contains(&unit) { unit + 0x20 } else { unit };
    }
    let Some(c) = char::from_u32(unit.into()) else { return unit };
    let mut lower = c.to_lowercase();
    match (lower.next().map(|c| u16::try_from(u32::from(c))), lower.next()) {
        (Some(Ok(lower)), None) => lower,
        _ => unit,
    }
}

fn raised(unit: u16) -> u16 {
    let Some(c) = char::from_u32(unit.into()) else { return unit };
    let mut upper = c.to_uppercase();
    match (upper.next().map(|c| u16::try_from(u32::from(c))), upper.next()) {
        (Some(Ok(upper)), None) => upper,
        _ => unit,
    }
}

/// Whether `\b` sees a word here.
pub(super) fn is_word(unit: u16, ascii: bool) -> bool {
    if ascii { Class::AsciiWord.has(unit) } else { Class::Word.has(unit) }
}
