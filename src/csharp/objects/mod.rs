//! The .NET reference types and structs that expressions make themselves: JSON tokens, collections, times, and
//! some small ones. What the host supplies (`context`) is not here.

mod collections;
mod json;
mod json_text;
mod small;
mod time;

pub(super) use collections::{Bytes, Dictionary, KeyValue, List, ListKind, key_text};
pub(super) use json::{JToken, JsonKind, as_token};
pub(super) use json_text::to_json;
pub(super) use small::{Anonymous, Encoding, EnumValue, Guid, Raised, Random, StringBuilder};
pub(super) use time::{DateTime, DateTimeKind, DateTimeOffset, MAX_TICKS, TimeSpan, parse_date, span_from};

use std::sync::{Mutex, MutexGuard};

/// Locks state of a value. A poisoned lock only means that another evaluation panicked; the data is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
