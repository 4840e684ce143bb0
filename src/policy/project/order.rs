//! The order in which the entities of a folder can be deployed: the service looks up what a policy names when it takes
//! the policy (D-18), so everything named comes first. Derived from the references alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;

use super::info::Fact;
use super::layout::{Attached, What, fragment_key};
use super::references::Kind;
use super::{File, Project, codes};
use crate::diag::Diagnostic;
use crate::text::{Source, Span};

/// One entity to deploy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The folder of the service or workspace; None for a text whose place says nothing.
    pub service: Option<String>,
    pub kind: StepKind,
    /// The entity's id; for a policy what it is attached to, or its path where that is not known.
    pub id: String,
    /// The file that describes it.
    pub path: String,
    /// What has to be there before, in the order of the text.
    pub needs: Vec<Need>,
}

/// Something that an entity names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    pub kind: StepKind,
    pub id: String,
    /// It is one of the steps; otherwise it has to be in the service already.
    pub is_here: bool,
}

/// The kinds of entity, in the order in which they are deployed where nothing else decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepKind {
    NamedValue,
    Logger,
    Backend,
    Pool,
    Fragment,
    Policy,
}

impl StepKind {
    /// The word for people and machines.
    pub fn name(self) -> &'static str {
        match self {
            Self::NamedValue => "named value",
            Self::Logger => "logger",
            Self::Backend => "backend",
            Self::Pool => "pool",
            Self::Fragment => "fragment",
            Self::Policy => "policy",
        }
    }
}

/// An entity with what is needed to sort it and to point at it.
struct Node {
    step: Step,
    source: Arc<Source>,
    /// Outer scopes come first where nothing else decides.
    attached: Option<Attached>,
    /// What it names, and where.
    names: Vec<(Kind, String, Span)>,
    /// Indices of the nodes that come before.
    before: BTreeSet<usize>,
}

/// How a node is looked up: service, kind, id in lower case.
type Key = (Option<String>, Kind, String);

impl Project {
    /// Everything that the folder holds, each entity after those it names.
    ///
    /// # Errors
    /// `project-reference-cycle` for every circle of entities.
    pub fn deployment_order(&self) -> Result<Vec<Step>, Vec<Diagnostic>> {
        let mut nodes = entities(self);
        nodes.extend(self.files.iter().filter_map(|file| text(self, file)));
        let mut by_key: IndexMap<Key, usize> = IndexMap::new();
        for (index, node) in nodes.iter().enumerate() {
            if let Some(kind) = kind_of(node.step.kind) {
                let key = (node.step.service.clone(), kind, node.step.id.to_ascii_lowercase());
                by_key.entry(key).or_insert(index);
            }
        }
        for index in 0..nodes.len() {
            connect(&mut nodes, index, &by_key);
        }
        sorted(nodes)
    }
}

/// The kind of reference that leads to such a step; None for policies, which nothing names.
fn kind_of(kind: StepKind) -> Option<Kind> {
    match kind {
        StepKind::NamedValue => Some(Kind::NamedValue),
        StepKind::Logger => Some(Kind::Logger),
        StepKind::Backend | StepKind::Pool => Some(Kind::Backend),
        StepKind::Fragment => Some(Kind::Fragment),
        StepKind::Policy => None,
    }
}

/// What information files describe.
fn entities(project: &Project) -> Vec<Node> {
    let mut nodes = Vec::new();
    for info in &project.infos {
        let Some(place) = &info.place else { continue };
        let used = || info.named_values.iter().map(|name| (Kind::NamedValue, name.clone(), Span::at(0)));
        for fact in &info.facts {
            let (kind, id, names) = match fact {
                Fact::NamedValue { name, .. } => (StepKind::NamedValue, name, Vec::new()),
                Fact::Logger { id } => (StepKind::Logger, id, used().collect()),
                Fact::Backend { id, entity } => {
                    let kind = if entity.members.is_empty() { StepKind::Backend } else { StepKind::Pool };
                    let members = entity.members.iter();
                    let members = members.map(|it| (Kind::Backend, it.backend.clone(), Span::at(0)));
                    (kind, id, used().chain(members).collect())
                }
                Fact::Product { .. } | Fact::Api { .. } | Fact::Operation { .. } | Fact::Link { .. } => {
                    continue;
                }
            };
            let step = Step {
                service: Some(place.root.clone()),
                kind,
                id: id.clone(),
                path: info.source.path().to_owned(),
                needs: Vec::new(),
            };
            let source = Arc::clone(&info.source);
            nodes.push(Node { step, source, attached: None, names, before: BTreeSet::new() });
        }
    }
    nodes
}

/// A fragment or a document.
fn text(project: &Project, file: &File) -> Option<Node> {
    let path = file.source.path().to_owned();
    let root = file.place.as_ref().map(|place| place.root.clone());
    let (service, kind, id) = match file.place.as_ref().map(|place| &place.what) {
        Some(What::Resolver) => return None,
        Some(What::Policy(attached)) if !file.is_fragment() => (root, StepKind::Policy, attached.name()),
        Some(What::Fragment { id, is_id: true }) => (root, StepKind::Fragment, id.clone()),
        _ if file.is_fragment() => (None, StepKind::Fragment, fragment_key(&path)),
        _ => (None, StepKind::Policy, path.clone()),
    };
    let is_first = match file.attached() {
        Some(attached) => is_the_one(project, file, attached),
        None => true,
    };
    let names = file.references.iter().map(|it| (it.kind, it.name.clone(), it.span)).collect();
    let step = Step { service, kind, id, path, needs: Vec::new() };
    let attached = file.attached().cloned();
    is_first.then(|| Node {
        step,
        source: Arc::clone(&file.source),
        attached,
        names,
        before: BTreeSet::new(),
    })
}

/// Of two documents for one scope, the one that the project goes by.
fn is_the_one(project: &Project, file: &File, attached: &Attached) -> bool {
    let index = project.service(file).and_then(|service| service.documents.get(attached));
    index.is_none_or(|index| Arc::ptr_eq(&project.files[*index].source, &file.source))
}

/// Finds the nodes that node `index` names: in its own service, in the one around it, among the loose ones.
fn connect(nodes: &mut [Node], index: usize, by_key: &IndexMap<Key, usize>) {
    let node = &nodes[index];
    let own = node.step.service.clone();
    let around = own.as_deref().and_then(super::layout::service_of_workspace).map(str::to_owned);
    let find = |kind: Kind, name: &str| {
        let name = name.to_ascii_lowercase();
        let places = own.iter().chain(&around).map(|root| (Some(root.clone()), kind, name.clone()));
        let loose = (kind == Kind::Fragment).then(|| (None, kind, fragment_key(&name)));
        places.chain(loose).find_map(|key| by_key.get(&key).copied())
    };
    let mut needs: Vec<Need> = Vec::new();
    let mut before = BTreeSet::new();
    for (kind, name, _) in &node.names {
        let target = find(*kind, name);
        before.extend(target);
        let step_kind = target.map_or_else(|| step_kind(*kind), |target| nodes[target].step.kind);
        if !needs.iter().any(|need| need.kind == step_kind && need.id == *name) {
            needs.push(Need { kind: step_kind, id: name.clone(), is_here: target.is_some() });
        }
    }
    let node = &mut nodes[index];
    (node.step.needs, node.before) = (needs, before);
}

fn step_kind(kind: Kind) -> StepKind {
    match kind {
        Kind::NamedValue => StepKind::NamedValue,
        Kind::Logger => StepKind::Logger,
        Kind::Backend => StepKind::Backend,
        Kind::Fragment => StepKind::Fragment,
    }
}

/// Takes, again and again, the first of those nodes that wait for nothing.
fn sorted(nodes: Vec<Node>) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    let mut waiting: Vec<usize> = nodes.iter().map(|node| node.before.len()).collect();
    for (index, node) in nodes.iter().enumerate() {
        node.before.iter().for_each(|before| after[*before].push(index));
    }
    let rank = |index: usize| {
        let step = &nodes[index].step;
        (step.service.clone(), step.kind, nodes[index].attached.clone(), step.path.clone(), index)
    };
    let mut ready: BTreeSet<_> = (0..nodes.len()).filter(|index| waiting[*index] == 0).map(rank).collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some((.., index)) = ready.pop_first() {
        order.push(index);
        for next in &after[index] {
            waiting[*next] -= 1;
            if waiting[*next] == 0 {
                ready.insert(rank(*next));
            }
        }
    }
    if order.len() < nodes.len() {
        return Err(circles(&nodes, &waiting));
    }
    let mut steps: Vec<Option<Step>> = nodes.into_iter().map(|node| Some(node.step)).collect();
    Ok(order.into_iter().filter_map(|index| steps[index].take()).collect())
}

/// Follows nodes that still wait until one comes round again; every node is followed once.
fn circles(nodes: &[Node], waiting: &[usize]) -> Vec<Diagnostic> {
    let mut seen = vec![false; nodes.len()];
    let mut found = Vec::new();
    for start in (0..nodes.len()).filter(|index| waiting[*index] > 0) {
        let mut path: Vec<usize> = Vec::new();
        let mut at = Some(start);
        while let Some(index) = at.filter(|index| !seen[*index]) {
            seen[index] = true;
            path.push(index);
            at = nodes[index].before.iter().copied().find(|before| waiting[*before] > 0);
        }
        let begin = at.and_then(|index| path.iter().position(|on| *on == index));
        found.extend(begin.map(|begin| circle(nodes, &path[begin..])));
    }
    found
}

fn circle(nodes: &[Node], path: &[usize]) -> Diagnostic {
    let name = |index: usize| format!("{} `{}`", nodes[index].step.kind.name(), nodes[index].step.id);
    let around = path.iter().chain(path.first()).map(|index| name(*index)).collect::<Vec<_>>();
    let message = format!("these refer to each other in a circle: {}", around.join(" -> "));
    let mut diagnostic = Diagnostic::new(&codes::REFERENCE_CYCLE, message);
    for (turn, index) in path.iter().enumerate() {
        let next = &nodes[path[(turn + 1) % path.len()]].step;
        let named = nodes[*index].names.iter().find(|(_, name, _)| name.eq_ignore_ascii_case(&next.id));
        let span = named.map_or(Span::at(0), |(.., span)| *span);
        let source = &nodes[*index].source;
        diagnostic = match turn {
            0 => diagnostic.at(source, span),
            _ => diagnostic.related(source, span, "and this one"),
        };
    }
    diagnostic.help("take one of these references out")
}
