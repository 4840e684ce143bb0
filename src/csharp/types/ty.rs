//! A static type: what C# knows of a value before it runs. Where it is not known for sure it is [`Ty::Unknown`],
//! which fits everywhere.

use super::{Def, Kind, find};

#[derive(Clone, Debug, PartialEq)]
pub(in crate::csharp) enum Ty {
    Unknown,
    /// The type of `null`.
    Null,
    Void,
    Of(&'static Def, Vec<Ty>),
    Array(Box<Ty>),
    /// `T?` of a value type.
    Nullable(Box<Ty>),
}

/// Whether a value can be given where another type is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::csharp) enum Fit {
    Yes,
    /// Only with a cast (CS0266).
    Cast,
    /// Not at all (CS0029).
    No,
    /// Not known here.
    Unknown,
}

/// Nesting of type arguments that is followed; `Dictionary<string,List<int>>` has 2.
const MAX_NESTING: usize = 8;

/// Interfaces and base classes between a type and the farthest of them; published chains have 5.
const MAX_BASES: usize = 12;

impl Ty {
    /// A type of the table without type arguments.
    pub(in crate::csharp) fn named(name: &str) -> Self {
        find(name).map_or(Self::Unknown, |def| Self::Of(def, Vec::new()))
    }

    /// Reads a type of the table's own notation, such as `IEnumerable<T>`, with `T` bound.
    pub(in crate::csharp) fn read(text: &str, bindings: &[(&str, Ty)]) -> Self {
        read(text, bindings, 0)
    }

    pub(in crate::csharp) fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }

    /// Whether a part of it is not known.
    pub(in crate::csharp) fn has_unknown(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::Null | Self::Void => false,
            Self::Of(def, args) => args.len() != def.params.len() || args.iter().any(Self::has_unknown),
            Self::Array(inner) | Self::Nullable(inner) => inner.has_unknown(),
        }
    }

    /// The name where it is a type of the table: `string`, `JToken`.
    pub(in crate::csharp) fn name(&self) -> &'static str {
        match self {
            Self::Of(def, _) => def.name,
            _ => "",
        }
    }

    pub(in crate::csharp) fn is(&self, name: &str) -> bool {
        self.name() == name
    }

    /// As C# writes it.
    pub(in crate::csharp) fn display(&self) -> String {
        self.write(false)
    }

    /// As the compiler's messages write it: with namespaces, except for what has a keyword.
    pub(in crate::csharp) fn full(&self) -> String {
        self.write(true)
    }

    fn write(&self, full: bool) -> String {
        match self {
            Self::Unknown => "?".to_owned(),
            Self::Null => "<null>".to_owned(),
            Self::Void => "void".to_owned(),
            Self::Array(inner) => format!("{}[]", inner.write(full)),
            Self::Nullable(inner) => format!("{}?", inner.write(full)),
            Self::Of(def, args) => {
                let name = match def.full.rsplit('.').next() {
                    Some(last) if full && last == def.name => def.full.as_str(),
                    _ => def.name,
                };
                match args.is_empty() {
                    true => name.to_owned(),
                    false => {
                        let args: Vec<String> = args.iter().map(|arg| arg.write(full)).collect();
                        format!("{name}<{}>", args.join(", "))
                    }
                }
            }
        }
    }

    /// The full .NET name, such as `System.Int32`.
    pub(in crate::csharp) fn runtime_name(&self) -> Option<&str> {
        match self {
            Self::Of(def, args) if args.is_empty() => Some(&def.full),
            _ => None,
        }
    }

    /// Whether null is not one of its values; false where that is not known.
    pub(in crate::csharp) fn is_value(&self) -> bool {
        matches!(self, Self::Of(def, _) if def.is_value())
    }

    /// Where a `?.` before it may have met null.
    pub(in crate::csharp) fn or_null(self) -> Self {
        if self.is_value() { Self::Nullable(Box::new(self)) } else { self }
    }

    /// Without its `?`.
    pub(in crate::csharp) fn plain(&self) -> &Self {
        if let Self::Nullable(inner) = self { inner } else { self }
    }

    /// Its rank among the number types, char included; None for what is no number.
    fn number(&self) -> Option<u8> {
        Some(match self.name() {
            "sbyte" | "byte" => 1,
            "short" | "ushort" | "char" => 2,
            "int" => 3,
            "uint" => 4,
            "long" => 5,
            "ulong" => 6,
            "float" => 7,
            "double" => 8,
            "decimal" => 9,
            _ => return None,
        })
    }

    pub(in crate::csharp) fn is_number(&self) -> bool {
        self.number().is_some()
    }

    /// The type in which C# computes with two numbers; None where that is not one of the common cases.
    pub(in crate::csharp) fn promoted(&self, other: &Self) -> Option<&'static str> {
        let (left, right) = (self.number()?, other.number()?);
        Some(match left.max(right) {
            1..=3 => "int",
            5 if left.min(right) <= 5 => "long",
            8 => "double",
            _ => return None,
        })
    }

    /// Text, numbers, times and the like: types whose conversions are all known here.
    pub(in crate::csharp) fn is_simple(&self) -> bool {
        self.is_number()
            || matches!(self.name(), "string" | "bool" | "DateTime" | "DateTimeOffset" | "TimeSpan" | "Guid")
    }

    /// `JToken` and what derives from it.
    pub(in crate::csharp) fn is_json(&self) -> bool {
        matches!(
            self.name(),
            "JToken" | "JObject" | "JArray" | "JValue" | "JProperty" | "JContainer" | "JRaw"
        )
    }

    /// What it derives from and implements, itself first, with the type arguments in place.
    pub(in crate::csharp) fn ancestry(&self) -> Vec<Ty> {
        let mut found = vec![self.clone()];
        if let Self::Array(element) = self {
            let list = Self::read("IList<T>", &[("T", (**element).clone())]);
            found.push(Self::named("Array"));
            found.extend(list.ancestry());
            return found;
        }
        let mut at = 0;
        while at < found.len().min(MAX_BASES) {
            if let Self::Of(def, args) = found[at].clone() {
                let bindings: Vec<(&str, Ty)> = def.params.iter().copied().zip(args).collect();
                for base in &def.bases {
                    let base = Self::read(base, &bindings);
                    if !found.contains(&base) {
                        found.push(base);
                    }
                }
            }
            at += 1;
        }
        found
    }

    /// What `foreach` walks over; None where it is known that it cannot.
    pub(in crate::csharp) fn element(&self) -> Option<Ty> {
        match self {
            Self::Unknown => Some(Self::Unknown),
            Self::Array(element) => Some((**element).clone()),
            Self::Of(def, _) => {
                let of_enumerable = self.ancestry().into_iter().filter(|base| base.is("IEnumerable"));
                let mut elements: Vec<Ty> = of_enumerable.filter_map(|base| base.into_argument()).collect();
                // A `JObject` walks over pairs, although it is a sequence of tokens too.
                match elements.len() {
                    0 if def.open || def.kind == Kind::Interface => Some(Self::Unknown),
                    0 => None,
                    _ if def.name == "JObject" => Some(elements.remove(elements.len() - 1)),
                    _ => Some(elements.remove(0)),
                }
            }
            Self::Null | Self::Void | Self::Nullable(_) => None,
        }
    }

    fn into_argument(self) -> Option<Ty> {
        if let Self::Of(_, args) = self { args.into_iter().next() } else { None }
    }

    /// Whether a value of this type can be given where `to` is expected.
    pub(in crate::csharp) fn fits(&self, to: &Self) -> Fit {
        match (self, to) {
            (Self::Unknown, _) | (_, Self::Unknown) => Fit::Unknown,
            _ if self == to => Fit::Yes,
            (Self::Void, _) | (_, Self::Void) => Fit::No,
            (_, to) if to.is("object") => Fit::Yes,
            (Self::Null, to) => {
                if to.is_value() {
                    Fit::No
                } else {
                    Fit::Yes
                }
            }
            (_, Self::Null) => Fit::Unknown,
            (from, _) if from.is("object") => Fit::Cast,
            (Self::Nullable(from), Self::Nullable(to)) => from.fits(to),
            (from, Self::Nullable(to)) => from.fits(to),
            (Self::Nullable(from), to) => match from.fits(to) {
                Fit::Yes | Fit::Cast => Fit::Cast,
                other => other,
            },
            (Self::Array(_), to) if to.is_simple() => Fit::No,
            (from, Self::Array(_)) if from.is_simple() => Fit::No,
            (Self::Of(..), Self::Of(def, _)) => self.fits_named(to, def),
            _ => Fit::Unknown,
        }
    }

    fn fits_named(&self, to: &Self, to_def: &Def) -> Fit {
        if self.has_unknown() || to.has_unknown() {
            return Fit::Unknown;
        }
        if let (Some(from), Some(wide)) = (self.number(), to.number()) {
            return match (self.name(), to.name()) {
                ("int", "byte" | "sbyte" | "short" | "ushort" | "uint" | "ulong") => Fit::Unknown,
                (_, "char") | ("uint" | "ulong", "int" | "long") | ("float" | "double", "decimal") => {
                    Fit::Cast
                }
                _ if from <= wide => Fit::Yes,
                _ => Fit::Cast,
            };
        }
        if self.is_json() && (to.is_simple() || to.is("Uri")) {
            return Fit::Cast;
        }
        if self.is_simple() && to.is("JToken") {
            return Fit::Yes;
        }
        if self.ancestry().contains(to) {
            return Fit::Yes;
        }
        if to.ancestry().contains(self) {
            return Fit::Cast;
        }
        if (self.name(), to.name()) == ("DateTime", "DateTimeOffset") {
            return Fit::Yes;
        }
        let own = |ty: &Self| matches!(ty, Self::Of(def, _) if !def.full.contains('.'));
        let to_simple = to.is_simple() || own(to);
        match (self.is_simple() || own(self), to_simple) {
            (true, true) => Fit::No,
            // A sequence, an address or a moment is no text and no number.
            _ if to.is_simple()
                && (self.element().is_some_and(|element| !element.is_unknown()) || self.is("Uri")) =>
            {
                Fit::No
            }
            _ if to_def.kind == Kind::Enum && self.is_simple() && !self.is_number() => Fit::No,
            _ => Fit::Unknown,
        }
    }
}

fn read(text: &str, bindings: &[(&str, Ty)], nesting: usize) -> Ty {
    let text = text.trim();
    if nesting > MAX_NESTING || text == "?" {
        return Ty::Unknown;
    }
    if let Some(inner) = text.strip_suffix("[]") {
        return Ty::Array(Box::new(read(inner, bindings, nesting + 1)));
    }
    if let Some(inner) = text.strip_suffix('?') {
        return Ty::Nullable(Box::new(read(inner, bindings, nesting + 1)));
    }
    if text == "void" {
        return Ty::Void;
    }
    if let Some((_, bound)) = bindings.iter().find(|(name, _)| *name == text) {
        return bound.clone();
    }
    let (name, args) = text.split_once('<').unwrap_or((text, ""));
    let args = args.strip_suffix('>').unwrap_or(args);
    let args = split_arguments(args).into_iter().map(|arg| read(arg, bindings, nesting + 1)).collect();
    find(name).map_or(Ty::Unknown, |def| Ty::Of(def, args))
}

/// `string,List<int,int>` at its outer commas.
fn split_arguments(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0usize, 0);
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !text.is_empty() {
        parts.push(&text[start..]);
    }
    parts
}
