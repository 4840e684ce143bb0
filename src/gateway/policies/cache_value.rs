//! `<cache-lookup-value key="k" variable-name="v" default-value="d"/>`, `<cache-store-value key="k" value="@(…)"
//! duration="60"/>` and `<cache-remove-value key="k"/>`: values by keys, shared by all requests of one gateway. Learn,
//! the pages of the three (2024-07-23).
//!
//! Decisions, where the pages are silent or contradict themselves:
//! - After a miss without `default-value` the variable is not set, and one of that name stays as it was: the page says
//!   that and also that it is null, and published policies test `ContainsKey`.
//! - A stored JSON object is a copy, and so is what a lookup gives, as it would be from a cache outside. Null is not
//!   stored. Collections other than JSON and objects of the request, such as an `IResponse`, are an error.
//! - `caching-type="external"`: there is no external cache here, so nothing is found and nothing kept.
//!   `prefer-external` is the internal cache then, as the page says.

use std::sync::Arc;

use super::Executor;
use crate::csharp::Value;
use crate::gateway::cache::{Cached, copy_of_value};
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::Setting;
use crate::gateway::values;
use crate::policy::{PolicyElement, ValueKind};

pub(super) static LOOKUP: Executor = Executor {
    element: "cache-lookup-value",
    compile: |compiler, placed| {
        let element = &placed.element;
        Some(Box::new(Lookup {
            is_external: is_external(element),
            key: compiler.setting(element, "key")?,
            default: element.value("default-value").map(|value| value.kind.clone()),
            variable: element.literal("variable-name")?.to_owned(),
        }))
    },
};

pub(super) static STORE: Executor = Executor {
    element: "cache-store-value",
    compile: |compiler, placed| {
        let element = &placed.element;
        Some(Box::new(Store {
            is_external: is_external(element),
            key: compiler.setting(element, "key")?,
            value: element.value("value")?.kind.clone(),
            duration_s: compiler.setting(element, "duration")?,
        }))
    },
};

pub(super) static REMOVE: Executor = Executor {
    element: "cache-remove-value",
    compile: |compiler, placed| {
        let element = &placed.element;
        Some(Box::new(Remove { is_external: is_external(element), key: compiler.setting(element, "key")? }))
    },
};

const NO_EXTERNAL: &str = "there is no external cache";

struct Lookup {
    is_external: bool,
    key: Setting<String>,
    default: Option<ValueKind>,
    variable: String,
}

struct Store {
    is_external: bool,
    key: Setting<String>,
    value: ValueKind,
    duration_s: Setting<i64>,
}

struct Remove {
    is_external: bool,
    key: Setting<String>,
}

fn is_external(element: &PolicyElement) -> bool {
    element.literal("caching-type") == Some("external")
}

/// Values and answers share the cache, not their keys.
fn key_of(key: &Setting<String>, live: &Arc<Live>) -> Result<String, Fault> {
    Ok(format!("value\n{}", key.get(live)?))
}

impl Run for Lookup {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let key = key_of(&self.key, live)?;
        let found = match live.gateway.cache().find(&key, live.host.now_unix_ms()) {
            Some((Cached::Value(value), _)) if !self.is_external => copy_of_value(&value),
            _ => None,
        };
        live.note(match (&found, self.is_external) {
            (Some(_), _) => "hit",
            (None, true) => NO_EXTERNAL,
            (None, false) => "miss",
        });
        let value = match (found, &self.default) {
            (Some(value), _) => value,
            (None, Some(default)) => evaluated(default, live)?,
            (None, None) => return Ok(Flow::Next),
        };
        live.state().variables.insert(self.variable.clone(), value);
        Ok(Flow::Next)
    }
}

impl Run for Store {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let key = key_of(&self.key, live)?;
        let value = evaluated(&self.value, live)?;
        let duration_s = self.duration_s.get(live)?;
        if self.is_external {
            live.note(NO_EXTERNAL);
            return Ok(Flow::Next);
        }
        if value.is_null() {
            live.note("not stored: the value is null");
            return Ok(Flow::Next);
        }
        let Some(copy) = copy_of_value(&value) else {
            let message = format!("{} cannot be cached", values::describe(&value));
            return Err(Fault::broken("ValueNotCacheable", message));
        };
        let stored =
            live.gateway.cache().store(key, Cached::Value(copy), live.host.now_unix_ms(), duration_s);
        live.note(if stored {
            format!("stored for {duration_s} s")
        } else {
            "not stored: too large, or for no time".to_owned()
        });
        Ok(Flow::Next)
    }
}

impl Run for Remove {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let key = key_of(&self.key, live)?;
        live.note(match self.is_external {
            true => NO_EXTERNAL,
            false if live.gateway.cache().remove(&key) => "removed",
            false => "was not there",
        });
        Ok(Flow::Next)
    }
}

/// A literal is text; an expression keeps its type.
fn evaluated(kind: &ValueKind, live: &Arc<Live>) -> Result<Value, Fault> {
    match kind {
        ValueKind::Literal(text) => Ok(Value::string(text)),
        ValueKind::Expression(expression) => live.evaluate(expression),
    }
}
