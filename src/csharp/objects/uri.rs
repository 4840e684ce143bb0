//! `Uri`: an absolute address taken apart as .NET takes it apart, or a relative one that only knows its text
//! (learn.microsoft.com/dotnet/api/system.uri). The authority is what `http` and `https` have; other schemes are cut in
//! the same way.

use std::any::Any;

use crate::csharp::exception::Exception;
use crate::csharp::methods::web;
use crate::csharp::value::{Object, Value};

/// What .NET calls an address without a scheme; `Relative` for the lack of a better name.
pub(in crate::csharp) struct Uri {
    original: String,
    parts: Option<Parts>,
}

#[derive(Clone)]
struct Parts {
    scheme: String,
    user: String,
    host: String,
    port: Option<u16>,
    path: String,
    /// With its `?`, or empty.
    query: String,
    /// With its `#`, or empty.
    fragment: String,
}

/// Which kinds of address a caller takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::csharp) enum UriKind {
    Either,
    Absolute,
    Relative,
}

impl UriKind {
    pub(in crate::csharp) fn of(name: &str) -> Self {
        match name {
            "Absolute" => Self::Absolute,
            "Relative" => Self::Relative,
            _ => Self::Either,
        }
    }
}

impl Uri {
    /// Reads an address.
    ///
    /// # Errors
    /// `UriFormatException` where it is none of that kind.
    pub(in crate::csharp) fn parse(text: &str, kind: UriKind) -> Result<Self, Exception> {
        let fail = |why: &str| Err(Exception::new("UriFormatException", format!("Invalid URI: {why}")));
        let trimmed = text.trim();
        match Parts::parse(trimmed) {
            _ if trimmed.is_empty() && kind == UriKind::Absolute => fail("The URI is empty."),
            Ok(Some(_)) if kind == UriKind::Relative => fail(
                "A relative URI cannot be created because the 'uriString' parameter represents an absolute URI.",
            ),
            Ok(Some(parts)) => Ok(Self { original: text.to_owned(), parts: Some(parts) }),
            Ok(None) if kind == UriKind::Absolute => fail("The format of the URI could not be determined."),
            Ok(None) => Ok(Self { original: text.to_owned(), parts: None }),
            Err(why) => fail(why),
        }
    }

    /// `new Uri(base, relative)`
    pub(in crate::csharp) fn join(&self, relative: &str) -> Result<Self, Exception> {
        let Some(base) = &self.parts else {
            return Err(Exception::out_of_range(
                "This operation is not supported for a relative URI. (Parameter 'baseUri')",
            ));
        };
        if let Ok(Some(parts)) = Parts::parse(relative.trim()) {
            return Ok(Self { original: relative.to_owned(), parts: Some(parts) });
        }
        let text = relative.trim();
        let root = format!("{}://{}", base.scheme, base.authority(true));
        let joined = if text.starts_with("//") {
            format!("{}:{text}", base.scheme)
        } else if text.starts_with('/') {
            format!("{root}{text}")
        } else if text.starts_with('?') {
            format!("{root}{}{text}", base.path)
        } else if text.is_empty() || text.starts_with('#') {
            format!("{root}{}{}{text}", base.path, base.query)
        } else {
            let folder = base.path.rfind('/').map_or("/", |at| &base.path[..=at]);
            format!("{root}{folder}{text}")
        };
        Self::parse(&joined, UriKind::Absolute)
    }
}

impl Parts {
    /// None where the text has no scheme.
    fn parse(text: &str) -> Result<Option<Self>, &'static str> {
        let Some((scheme, rest)) = text.split_once(':') else { return Ok(None) };
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
        if !is_scheme {
            return Ok(None);
        }
        let scheme = scheme.to_ascii_lowercase();
        let (rest, fragment) = rest.find('#').map_or((rest, ""), |at| rest.split_at(at));
        let (rest, query) = rest.find('?').map_or((rest, ""), |at| rest.split_at(at));
        let escaped = |text: &str| web::escape_uri(text);
        let Some(after) = rest.strip_prefix("//") else {
            if default_port(&scheme).is_some() {
                return Err("The Authority/Host could not be parsed.");
            }
            let (user, host) = (String::new(), String::new());
            let (path, query, fragment) = (escaped(rest), escaped(query), escaped(fragment));
            return Ok(Some(Self { scheme, user, host, port: None, path, query, fragment }));
        };
        let (authority, path) = after.find(['/', '\\']).map_or((after, ""), |at| after.split_at(at));
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (host, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => (name, port),
            _ => (host, ""),
        };
        let port = match port {
            "" => None,
            digits => Some(digits.parse().map_err(|_| "Invalid port specified.")?),
        };
        let good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | '[' | ']' | ':' | '~');
        if (host.is_empty() && scheme != "file") || !host.chars().all(good) {
            return Err("The hostname could not be parsed.");
        }
        let path = without_dots(&escaped(&path.replace('\\', "/")));
        let host = host.to_lowercase();
        let user = user.to_owned();
        Ok(Some(Self { scheme, user, host, port, path, query: escaped(query), fragment: escaped(fragment) }))
    }

    fn port(&self) -> i32 {
        self.port.or(default_port(&self.scheme)).map_or(-1, i32::from)
    }

    fn is_default_port(&self) -> bool {
        self.port.is_none() || self.port == default_port(&self.scheme)
    }

    fn authority(&self, with_user: bool) -> String {
        let user = if with_user && !self.user.is_empty() { format!("{}@", self.user) } else { String::new() };
        let port = if self.is_default_port() { String::new() } else { format!(":{}", self.port()) };
        format!("{user}{}{port}", self.host)
    }

    fn absolute(&self) -> String {
        let slashes = if self.host.is_empty() && self.scheme != "file" { "" } else { "//" };
        format!(
            "{}:{slashes}{}{}{}{}",
            self.scheme,
            self.authority(true),
            self.path,
            self.query,
            self.fragment
        )
    }

    /// What each part is called; None for what is no part.
    fn get(&self, name: &str) -> Option<Value> {
        Some(match name {
            "Scheme" => self.scheme.as_str().into(),
            "Host" | "DnsSafeHost" | "IdnHost" => self.host.as_str().into(),
            "Port" => Value::Int(self.port()),
            "IsDefaultPort" => Value::Bool(self.is_default_port()),
            "Authority" => self.authority(false).into(),
            "UserInfo" => self.user.as_str().into(),
            "AbsolutePath" => self.path.as_str().into(),
            "LocalPath" => web::url_decode(&self.path, false).into(),
            "Query" => self.query.as_str().into(),
            "Fragment" => self.fragment.as_str().into(),
            "PathAndQuery" => format!("{}{}", self.path, self.query).into(),
            "AbsoluteUri" => self.absolute().into(),
            "IsFile" => Value::Bool(self.scheme == "file"),
            "IsUnc" => Value::Bool(self.scheme == "file" && !self.host.is_empty()),
            "IsLoopback" => Value::Bool(
                matches!(self.host.as_str(), "localhost" | "loopback" | "[::1]")
                    || self.host.starts_with("127."),
            ),
            "Segments" => {
                let segments = self.path.split_inclusive('/').map(Value::string).collect();
                Value::array("string", segments)
            }
            _ => return None,
        })
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        "ftp" => Some(21),
        _ => None,
    }
}

/// Takes `.` and `..` out of a path (RFC 3986, 5.2.4); an empty one is `/`.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    for (index, segment) in segments.iter().enumerate() {
        let is_last = index + 1 == segments.len();
        match *segment {
            "." | ".." => {
                if *segment == ".." {
                    kept.pop();
                }
                if is_last {
                    kept.push("");
                }
            }
            other => kept.push(other),
        }
    }
    format!("/{}", kept.join("/"))
}

impl Object for Uri {
    fn type_name(&self) -> &str {
        "Uri"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match (name, &self.parts) {
            ("OriginalString", _) => Ok(self.original.as_str().into()),
            ("IsAbsoluteUri", parts) => Ok(Value::Bool(parts.is_some())),
            ("UserEscaped", _) => Ok(Value::Bool(false)),
            (name, Some(parts)) => parts.get(name).ok_or_else(|| Exception::missing_member("Uri", name)),
            (_, None) => {
                Err(Exception::invalid_operation("This operation is not supported for a relative URI."))
            }
        }
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        let Some(parts) = &self.parts else {
            return Err(Exception::invalid_operation("This operation is not supported for a relative URI."));
        };
        match (name, args) {
            ("GetLeftPart", [part]) if part.type_name() == "UriPartial" => {
                let scheme = format!("{}://", parts.scheme);
                let authority = format!("{scheme}{}", parts.authority(true));
                Ok(match part.display().as_str() {
                    "Scheme" => scheme,
                    "Authority" => authority,
                    "Path" => authority + &parts.path,
                    _ => authority + &parts.path + &parts.query,
                }
                .into())
            }
            ("IsWellFormedOriginalString", []) => Ok(Value::Bool(is_well_formed(&self.original))),
            ("IsBaseOf", [other]) => {
                let Some(Some(other)) = other.downcast::<Self>().map(|other| &other.parts) else {
                    return Err(Exception::argument_null("uri"));
                };
                let folder = &parts.path[..=parts.path.rfind('/').unwrap_or(0)];
                Ok(Value::Bool(
                    (&parts.scheme, parts.authority(true)) == (&other.scheme, other.authority(true))
                        && other.path.starts_with(folder),
                ))
            }
            _ => Err(Exception::missing_overload("Uri", name, args)),
        }
    }

    fn display(&self) -> String {
        // `ToString()` shows what can be shown unescaped.
        self.parts
            .as_ref()
            .map_or_else(|| self.original.clone(), |parts| web::unescape_shown(&parts.absolute()))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Whether nothing in the text would have to be escaped.
pub(in crate::csharp) fn is_well_formed(text: &str) -> bool {
    !text.contains(char::is_whitespace) && !text.contains('\\') && web::escape_uri(text) == text
}
