//! DER, as far as certificates use it (ITU-T X.690): tags of one byte, lengths of known size. What is not DER gives None.

/// A sequence of values that is read from its beginning.
#[derive(Clone, Copy)]
pub(super) struct Der<'a>(&'a [u8]);

/// A value with its tag.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    pub tag: u8,
    pub body: &'a [u8],
    /// With tag and length.
    pub whole: &'a [u8],
}

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

impl<'a> Der<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn next(&mut self) -> Option<Item<'a>> {
        let (&tag, after_tag) = self.0.split_first()?;
        let (&first, mut rest) = after_tag.split_first()?;
        let length = match first {
            0..=0x7f => usize::from(first),
            0x81..=0x83 => {
                let n_bytes = usize::from(first & 0x7f);
                let length =
                    rest.get(..n_bytes)?.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
                rest = &rest[n_bytes..];
                length
            }
            _ => return None,
        };
        let body = rest.get(..length)?;
        let whole = &self.0[..self.0.len() - rest.len() + length];
        self.0 = &rest[length..];
        Some(Item { tag, body, whole })
    }

    /// The next value, where it has this tag.
    pub(super) fn expect(&mut self, tag: u8) -> Option<Item<'a>> {
        self.next().filter(|item| item.tag == tag)
    }

    /// The next value, where it has this tag; otherwise nothing is read.
    pub(super) fn optional(&mut self, tag: u8) -> Option<Item<'a>> {
        if self.0.first() == Some(&tag) { self.next() } else { None }
    }
}

impl<'a> Item<'a> {
    /// What stands inside.
    pub(super) fn inside(self) -> Der<'a> {
        Der(self.body)
    }

    /// An object identifier as `1.2.840`.
    pub(super) fn oid(self) -> Option<String> {
        if self.tag != OID {
            return None;
        }
        let mut parts: Vec<u64> = Vec::new();
        let mut number = 0_u64;
        for byte in self.body {
            number = number.checked_mul(128)?.checked_add(u64::from(byte & 0x7f))?;
            if byte & 0x80 == 0 {
                parts.push(number);
                number = 0;
            }
        }
        let (first, rest) = parts.split_first()?;
        // The first number holds two.
        let arc = (first / 40).min(2);
        let head = format!("{arc}.{}", first - arc * 40);
        Some(rest.iter().fold(head, |text, part| format!("{text}.{part}")))
    }

    /// The bytes of a bit string whose bits are all used.
    pub(super) fn bits(self) -> Option<&'a [u8]> {
        match self.body.split_first()? {
            (0, bits) if self.tag == BIT_STRING => Some(bits),
            _ => None,
        }
    }

    /// A whole number that is not negative, without its leading zeros.
    pub(super) fn unsigned(self) -> Option<Vec<u8>> {
        let is_positive = self.body.first().is_some_and(|byte| byte & 0x80 == 0);
        let first = self.body.iter().position(|byte| *byte != 0)?;
        (self.tag == INTEGER && is_positive).then(|| self.body[first..].to_vec())
    }

    /// A text of any of the kinds that names use.
    pub(super) fn text(self) -> Option<String> {
        match self.tag {
            // UTF8String, PrintableString, IA5String, NumericString.
            0x0c | 0x12 | 0x13 | 0x16 => String::from_utf8(self.body.to_vec()).ok(),
            // TeletexString, which .NET reads as Latin 1.
            0x14 => Some(self.body.iter().map(|byte| char::from(*byte)).collect()),
            // BMPString.
            0x1e => {
                let units: Vec<u16> =
                    self.body.chunks_exact(2).map(|unit| u16::from_be_bytes([unit[0], unit[1]])).collect();
                Some(String::from_utf16_lossy(&units))
            }
            _ => None,
        }
    }
}
