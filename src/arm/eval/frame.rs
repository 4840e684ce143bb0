//! The resources of one deployment, by all the names that a template knows them by. `declare` makes them, `resource`
//! adds their bodies.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::env::Loop;
use super::resource::Complete;
use super::scope::Scope;
use crate::arm::{Target, Value};

pub(super) struct Frame<'a> {
    /// What expressions see. For a template in the scope of its parent: the parent's.
    pub(super) scope: &'a Scope<'a>,
    pub(super) place: Place<'a>,
    pub(super) entries: Vec<Entry<'a>>,
    /// The first entry of each id, in lower case.
    pub(super) by_id: BTreeMap<String, usize>,
    /// What each of the entries waits for by its declaration alone.
    pub(super) declared: Vec<Vec<usize>>,
    /// Names of loops that made no copies.
    pub(super) empty_loops: Vec<String>,
    pub(super) memos: RefCell<Vec<Memo>>,
}

/// Where a deployment stands: its template, its target, and the deployment around it.
pub(super) struct Place<'a> {
    pub(super) template: &'a Map<String, Json>,
    pub(super) path: String,
    pub(super) target: Target,
    pub(super) outer: Option<&'a Frame<'a>>,
    /// The template is evaluated in the scope of its parent and sees the parent's resources.
    pub(super) inherits: bool,
    /// The loops around a template that is evaluated in the scope of its parent.
    pub(super) loops: Vec<Loop>,
}

/// One resource, before its body.
pub(super) struct Entry<'a> {
    pub(super) json: &'a Map<String, Json>,
    pub(super) path: String,
    pub(super) symbolic_name: Option<String>,
    pub(super) copy: Option<Copy>,
    pub(super) loops: Vec<Loop>,
    pub(super) existing: bool,
    pub(super) resource_type: String,
    pub(super) api_version: String,
    pub(super) name: Value,
    pub(super) id: Value,
    pub(super) condition: Value,
    /// What stands in `@options`.
    pub(super) options: Option<Value>,
}

/// Which copy of a looped resource this is.
#[derive(Clone, Debug)]
pub(super) struct Copy {
    pub(super) name: String,
    pub(super) index: usize,
    /// How many are deployed at a time; None: all.
    pub(super) batch: Option<usize>,
}

pub(super) enum Memo {
    Idle,
    Running,
    Done(Rc<Complete>),
    /// Refused, and reported.
    Failed,
}

impl<'a> Place<'a> {
    pub(super) fn outermost(template: &'a Map<String, Json>, target: Target) -> Self {
        Self { template, path: String::new(), target, outer: None, inherits: false, loops: Vec::new() }
    }
}

impl Entry<'_> {
    pub(super) fn is_deployment(&self) -> bool {
        is_deployment(&self.resource_type)
    }

    /// The condition is known to be false.
    pub(super) fn is_left_out(&self) -> bool {
        self.condition == Value::Bool(false)
    }

    /// The id, or a readable stand-in for one that is not known yet.
    pub(super) fn id_text(&self) -> String {
        text_or_residual(&self.id)
    }

    pub(super) fn name_text(&self) -> String {
        text_or_residual(&self.name)
    }

    /// `symbolic` or `symbolic[3]`, as dependsOn names it.
    fn is_called(&self, name: &str) -> bool {
        let Some(symbolic) = &self.symbolic_name else { return false };
        match (&self.copy, name.strip_suffix(']').and_then(|name| name.rsplit_once('['))) {
            (Some(copy), Some((base, index))) => base == symbolic && index.parse() == Ok(copy.index),
            _ => name == symbolic,
        }
    }
}

fn text_or_residual(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Unknown(residual) => residual.stand_in(),
        // Names and ids are checked to be strings when they are declared.
        other => other.type_name().to_owned(),
    }
}

pub(super) fn is_deployment(resource_type: &str) -> bool {
    resource_type.eq_ignore_ascii_case("Microsoft.Resources/deployments")
}

impl<'a> Frame<'a> {
    /// The resources that an id, a symbolic name, the name of a loop, or a resource name means.
    pub(super) fn find(&self, wanted: &str) -> Vec<usize> {
        let matching = |is: &dyn Fn(&Entry<'_>) -> bool| -> Vec<usize> {
            self.entries.iter().enumerate().filter(|(_, entry)| is(entry)).map(|(index, _)| index).collect()
        };
        let same_id = |entry: &Entry<'_>| entry.id.as_str().is_some_and(|id| id.eq_ignore_ascii_case(wanted));
        if wanted.starts_with('/') {
            return matching(&same_id);
        }
        let in_loop = |entry: &Entry<'_>| {
            entry.copy.as_ref().is_some_and(|copy| copy.name.eq_ignore_ascii_case(wanted))
        };
        let named = |entry: &Entry<'_>| {
            let id = entry.id.as_str().and_then(|id| id.rsplit_once("/providers/"));
            let is_path = id.is_some_and(|(_, path)| path.eq_ignore_ascii_case(wanted));
            is_path || entry.name.as_str().is_some_and(|name| name.eq_ignore_ascii_case(wanted))
        };
        let ways: [&dyn Fn(&Entry<'_>) -> bool; 3] = [&|entry| entry.is_called(wanted), &in_loop, &named];
        ways.into_iter().map(matching).find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// The whole JSON path of a place in this deployment's template.
    pub(super) fn located(&self, path: &str) -> String {
        format!("{}.{path}", self.place.path)
    }

    /// True for a loop that made no copies: what depends on it depends on nothing.
    pub(super) fn is_empty_loop(&self, name: &str) -> bool {
        self.empty_loops.iter().any(|empty| empty.eq_ignore_ascii_case(name))
    }

    /// What resources can be called, for suggestions.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter_map(|entry| entry.symbolic_name.as_deref().or(entry.name.as_str()))
    }

    /// The deployment around this one, where this one may speak of its resources.
    pub(super) fn visible_outer(&self) -> Option<&'a Frame<'a>> {
        self.place.outer.filter(|_| self.place.inherits)
    }
}
