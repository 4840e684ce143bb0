//! `Encoding`: text to bytes and back, with the replacements that .NET makes for what an encoding does not have.

use std::any::Any;

use super::crypto::slice;
use crate::csharp::convert;
use crate::csharp::exception::Exception;
use crate::csharp::value::{Object, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::csharp) enum Encoding {
    Utf8,
    Ascii,
    Latin1,
    /// `Encoding.Unicode`: UTF-16, the low byte first.
    Utf16,
    /// `Encoding.BigEndianUnicode`
    Utf16Big,
    Utf32,
}

impl Encoding {
    /// `Encoding.Name`; `Default` is UTF-8, as in .NET since its version 5.
    pub(in crate::csharp) fn of_property(name: &str) -> Option<Self> {
        Some(match name {
            "UTF8" | "Default" => Self::Utf8,
            "ASCII" => Self::Ascii,
            "Unicode" => Self::Utf16,
            "BigEndianUnicode" => Self::Utf16Big,
            "UTF32" => Self::Utf32,
            _ => return None,
        })
    }

    /// `Encoding.GetEncoding(name)`
    pub(in crate::csharp) fn named(name: &str) -> Result<Self, Exception> {
        Ok(match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" | "65001" => Self::Utf8,
            "us-ascii" | "ascii" | "20127" => Self::Ascii,
            "iso-8859-1" | "latin1" | "28591" => Self::Latin1,
            "utf-16" | "utf-16le" | "unicode" | "1200" => Self::Utf16,
            "utf-16be" | "1201" => Self::Utf16Big,
            "utf-32" | "utf-32le" | "12000" => Self::Utf32,
            _ => {
                let message = format!("'{name}' is not a supported encoding name. (Parameter 'name')");
                return Err(Exception::argument(message));
            }
        })
    }

    /// Its name and number, as the registry of the internet has it.
    fn web_name(self) -> (&'static str, i32) {
        match self {
            Self::Utf8 => ("utf-8", 65001),
            Self::Ascii => ("us-ascii", 20127),
            Self::Latin1 => ("iso-8859-1", 28591),
            Self::Utf16 => ("utf-16", 1200),
            Self::Utf16Big => ("utf-16BE", 1201),
            Self::Utf32 => ("utf-32", 12000),
        }
    }

    pub(in crate::csharp) fn encode(self, text: &str) -> Vec<u8> {
        // .NET replaces each UTF-16 unit that the encoding does not have.
        let narrow = |most: u16| {
            text.encode_utf16().map(|unit| if unit <= most { unit as u8 } else { b'?' }).collect()
        };
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Ascii => narrow(0x7f),
            Self::Latin1 => narrow(0xff),
            Self::Utf16 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16Big => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Self::Utf32 => text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect(),
        }
    }

    pub(in crate::csharp) fn decode(self, bytes: &[u8]) -> String {
        let units = |read: fn([u8; 2]) -> u16| -> String {
            let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
            let odd = if bytes.len() % 2 == 1 { "\u{fffd}" } else { "" };
            String::from_utf16_lossy(&units) + odd
        };
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
            Self::Ascii => {
                bytes.iter().map(|byte| if byte.is_ascii() { *byte as char } else { '\u{fffd}' }).collect()
            }
            Self::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
            Self::Utf16 => units(u16::from_le_bytes),
            Self::Utf16Big => units(u16::from_be_bytes),
            Self::Utf32 => bytes
                .chunks(4)
                .map(|four| {
                    let code = four.try_into().ok().map(u32::from_le_bytes);
                    code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
                })
                .collect(),
        }
    }

    /// The mark that a file in this encoding begins with.
    fn preamble(self) -> Vec<u8> {
        match self {
            Self::Utf8 | Self::Utf16 | Self::Utf16Big | Self::Utf32 => self.encode("\u{feff}"),
            Self::Ascii | Self::Latin1 => Vec::new(),
        }
    }
}

impl Object for Encoding {
    fn type_name(&self) -> &str {
        "Encoding"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        let (web_name, code_page) = self.web_name();
        match name {
            "WebName" | "HeaderName" | "BodyName" => Ok(web_name.into()),
            "CodePage" => Ok(Value::Int(code_page)),
            _ => Err(Exception::missing_member("Encoding", name)),
        }
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        let bytes = args.first().and_then(convert::bytes_of);
        let missing = || Exception::missing_overload("Encoding", name, args);
        match (name, bytes, args) {
            ("GetPreamble", _, []) => Ok(Value::bytes(self.preamble())),
            ("GetBytes" | "GetByteCount", _, [Value::Null]) => Err(Exception::argument_null("s")),
            ("GetString", _, [Value::Null, ..]) => Err(Exception::argument_null("bytes")),
            ("GetString", Some(bytes), [_]) => Ok(self.decode(&bytes).into()),
            ("GetString", Some(bytes), [_, Value::Int(from), Value::Int(count)]) => {
                Ok(self.decode(slice(&bytes, *from, *count)?).into())
            }
            ("GetChars", Some(bytes), [_]) => {
                Ok(Value::array("char", self.decode(&bytes).chars().map(Value::Char).collect()))
            }
            ("GetBytes" | "GetByteCount", _, [text]) => {
                let text = match text {
                    Value::String(text) => text.to_string(),
                    chars if chars.type_name() == "char[]" => {
                        chars.elements().unwrap_or_default().iter().map(Value::display).collect()
                    }
                    _ => return Err(missing()),
                };
                let bytes = self.encode(&text);
                Ok(match name {
                    "GetBytes" => Value::bytes(bytes),
                    _ => Value::Int(i32::try_from(bytes.len()).unwrap_or(i32::MAX)),
                })
            }
            _ => Err(missing()),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
