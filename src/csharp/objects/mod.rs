//! The .NET reference types and structs that expressions make themselves: JSON tokens, collections, times, and
//! some small ones. What the host supplies (`context`) is not here.

mod certificate;
mod collections;
mod crypto;
mod encoding;
mod json;
mod json_date;
mod json_path;
mod json_text;
mod random;
mod set;
mod small;
mod time;
mod tokens;
mod tuple;
mod type_object;
mod uri;
mod xml;

pub(super) use certificate::X509;
pub(super) use collections::{Bytes, Dictionary, KeyValue, List, ListKind, key_text};
pub(super) use crypto::{Hasher, is_cipher, slice};
pub(super) use encoding::Encoding;
pub(super) use json::{JToken, JsonKind, as_token};
pub(super) use json_text::to_json;
pub(super) use random::Random;
pub(super) use set::{Comparison, HashSet};
pub(super) use small::{Anonymous, EnumValue, Guid, Raised, StringBuilder};
pub(super) use time::{DateTime, DateTimeKind, DateTimeOffset, MAX_TICKS, TimeSpan, parse_date, span_from};
pub(super) use tokens::{Basic, Claims, Jwt};
pub(super) use tuple::Tuple;
pub(super) use type_object::{TypeObject, type_named, type_of};
pub(super) use uri::{Uri, UriKind, is_well_formed};
pub(super) use xml::{Attribute, Name, Namespace, Xml, extension};

use std::sync::{Mutex, MutexGuard};

/// Locks state of a value. A poisoned lock only means that another evaluation panicked; the data is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
