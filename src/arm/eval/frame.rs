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
    pub(super) names: Names,
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

/// The resources by what they may be called. What regards no case is in lower case.
#[derive(Default)]
pub(super) struct Names {
    ids: BTreeMap<String, Vec<usize>>,
    /// Stand-ins for ids that are not known yet.
    late_ids: BTreeMap<String, Vec<usize>>,
    /// `symbolic`, which means all copies, and `symbolic[3]`.
    symbolic: BTreeMap<String, Vec<usize>>,
    loops: BTreeMap<String, Vec<usize>>,
    /// Names, and types with names: `Microsoft.Web/sites/x`.
    names: BTreeMap<String, Vec<usize>>,
}

impl Names {
    pub(super) fn of(entries: &[Entry<'_>]) -> Self {
        let mut names = Self::default();
        for (index, entry) in entries.iter().enumerate() {
            let add = |to: &mut BTreeMap<String, Vec<usize>>, name: String| {
                let known = to.entry(name).or_default();
                if known.last() != Some(&index) {
                    known.push(index);
                }
            };
            match entry.id.as_str() {
                Some(id) => {
                    add(&mut names.ids, id.to_ascii_lowercase());
                    if let Some((_, path)) = id.rsplit_once("/providers/") {
                        add(&mut names.names, path.to_ascii_lowercase());
                    }
                }
                None => add(&mut names.late_ids, entry.id_text()),
            }
            if let Some(symbolic) = &entry.symbolic_name {
                add(&mut names.symbolic, symbolic.clone());
                if let Some(copy) = &entry.copy {
                    add(&mut names.symbolic, format!("{symbolic}[{}]", copy.index));
                }
            }
            if let Some(copy) = &entry.copy {
                add(&mut names.loops, copy.name.to_ascii_lowercase());
            }
            if let Some(name) = entry.name.as_str() {
                add(&mut names.names, name.to_ascii_lowercase());
            }
        }
        names
    }
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
    pub(super) fn find(&self, wanted: &str) -> &[usize] {
        let lower = wanted.to_ascii_lowercase();
        let names = &self.names;
        if wanted.starts_with('/') {
            return names.ids.get(&lower).map_or(&[], Vec::as_slice);
        }
        let found = names.symbolic.get(wanted).or_else(|| names.loops.get(&lower));
        found.or_else(|| names.names.get(&lower)).map_or(&[], Vec::as_slice)
    }

    /// The resource whose id, or stand-in for one, reads so.
    pub(super) fn with_id(&self, id: &str) -> Option<usize> {
        let found = self.names.ids.get(&id.to_ascii_lowercase()).or_else(|| self.names.late_ids.get(id));
        found.and_then(|found| found.first().copied())
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
    pub(super) fn known_names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter_map(|entry| entry.symbolic_name.as_deref().or(entry.name.as_str()))
    }

    /// The deployment around this one, where this one may speak of its resources.
    pub(super) fn visible_outer(&self) -> Option<&'a Frame<'a>> {
        self.place.outer.filter(|_| self.place.inherits)
    }
}
