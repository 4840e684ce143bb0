//! From the files of a spec to one tree: what it extends, what is laid over it, and its variables.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::files::Files;
use super::yaml::{self, Done, Environment, Key, Kind, Node, Style, Values};
use super::{BYTES_MAX, codes, read};
use crate::diag::{DiagResult, Diagnostic, Diagnostics, Label};
use crate::text::{FileError, Source, Span, World, join, parent};

/// A file that extends a file that extends a file: more steps than anybody can follow.
const EXTENDS_MAX: usize = 8;
/// A file for the environment, one for the region, one for the day: sixteen are plenty.
const OVERLAYS_MAX: usize = 16;

/// Teams have files of their own: hundreds are more than one gateway has products for.
const OWN_OVERLAYS_MAX: usize = 100;

/// What a spec is read with, besides its own text.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// Answers for `${env:NAME}`.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// The files below the folder of the spec, by path from there.
    pub world: &'a dyn World,
    /// What messages put before these paths: empty, or a folder with the slash behind it.
    pub folder: &'a str,
    /// Laid over the spec in this order.
    pub overlays: &'a [Arc<Source>],
    /// Values of variables that go before those of the files.
    pub variables: &'a [(String, String)],
}

/// The tree of a spec with the places of all its files; variables are taken out and not filled in yet.
pub(super) struct Layered {
    pub files: Files,
    pub root: Node,
    pub variables: BTreeMap<String, Node>,
}

/// Reads what `own`, the file at `path` in the world, is made of.
///
/// # Errors
/// All problems of YAML of one file, or the first file that cannot be had.
pub(super) fn layer(own: &Arc<Source>, path: &str, inputs: &Inputs<'_>) -> DiagResult<Layered> {
    if inputs.overlays.len() > OVERLAYS_MAX {
        let message = format!("more than {OVERLAYS_MAX} files are laid over the spec");
        return Err(Diagnostic::new(&codes::TOO_LARGE, message).help("put some of them together").into());
    }
    let mut bases = Chain::new(own, path, inputs);
    bases.follow()?;
    let own_overlays = bases.laid.iter().flatten().map(|(source, _)| source);
    let sources: Vec<Arc<Source>> =
        bases.sources.iter().skip(1).chain(own_overlays).chain(inputs.overlays).cloned().collect();
    let given = given_source(inputs.variables);
    let others: Vec<Arc<Source>> = sources.iter().chain(&given).cloned().collect();
    if others.iter().map(|source| source.text().len()).sum::<usize>() + own.text().len() > BYTES_MAX {
        let message = "the spec and what it is made of have more than 1 MiB";
        return Err(Diagnostic::new(&codes::TOO_LARGE, message)
            .help("check that these are spec files")
            .into());
    }
    let files = Files::new(own, &others);
    // The file that extends no other was read last, and is the ground of all others.
    let n_bases = bases.trees.len() + bases.laid.iter().map(Vec::len).sum::<usize>();
    let mut at_laid = bases.trees.len();
    let mut trees = Vec::new();
    for (at, (tree, laid)) in bases.trees.into_iter().zip(bases.laid).enumerate() {
        let mut tree = tree.moved(files.start(at));
        for (_, over) in laid {
            tree = yaml::merge(tree, over.moved(files.start(at_laid)));
            at_laid += 1;
        }
        trees.push(tree);
    }
    let trees = trees.into_iter().rev();
    let mut root =
        trees.reduce(yaml::merge).ok_or_else(|| Diagnostic::new(&codes::EMPTY, "the spec is empty"))?;
    for (at, overlay) in (n_bases..).zip(inputs.overlays) {
        let tree = yaml::compose(overlay)?;
        stands_alone(&tree, overlay, "name that file with `--overlay` too, before this one")?;
        root = yaml::merge(root, tree.moved(files.start(at)));
    }
    let variables = variables(&mut root, &files, inputs)?;
    Ok(Layered { files, root, variables })
}

/// A file that is laid over a spec is made of no other.
fn stands_alone(tree: &Node, source: &Arc<Source>, help: &str) -> DiagResult<()> {
    let named = [("extends", "extends another one"), ("overlays", "has files laid over itself")];
    for (field, what) in named {
        if let Some((_, value)) = tree.field(field) {
            let message = format!("a file that is laid over a spec {what}");
            return Err(Diagnostic::new(&codes::EXTENDS, message).at(source, value.span).help(help).into());
        }
    }
    Ok(())
}

/// The files that a spec extends, one after the other.
struct Chain<'a> {
    inputs: &'a Inputs<'a>,
    /// The paths in the world, for telling a circle.
    paths: Vec<String>,
    sources: Vec<Arc<Source>>,
    trees: Vec<Node>,
    /// Of each, the files that it has laid over itself.
    laid: Vec<Vec<(Arc<Source>, Node)>>,
}

impl<'a> Chain<'a> {
    fn new(own: &Arc<Source>, path: &str, inputs: &'a Inputs<'a>) -> Self {
        Self {
            inputs,
            paths: vec![path.to_owned()],
            sources: vec![Arc::clone(own)],
            trees: Vec::new(),
            laid: Vec::new(),
        }
    }

    /// Reads until a file extends nothing.
    fn follow(&mut self) -> DiagResult<()> {
        loop {
            let at = self.trees.len();
            let source = Arc::clone(&self.sources[at]);
            let mut tree = yaml::compose(&source)?;
            let overlays = tree.take("overlays").filter(|value| !value.is_null());
            let extends = tree.field("extends").map(|(_, value)| value.clone());
            self.trees.push(tree);
            let laid = match overlays {
                Some(overlays) => self.overlays(&source, &overlays, &self.paths[at].clone())?,
                None => Vec::new(),
            };
            self.laid.push(laid);
            match extends {
                Some(value) if !value.is_null() => {
                    if self.paths.len() > EXTENDS_MAX {
                        let message = format!("more than {EXTENDS_MAX} files extend each other");
                        return Err(Diagnostic::new(&codes::EXTENDS, message)
                            .at(&source, value.span)
                            .help("put some of them together")
                            .into());
                    }
                    let from = self.paths[at].clone();
                    let (path, base) = self.open(&source, &value, &from, "extends itself")?;
                    self.sources.push(base);
                    self.paths.push(path);
                }
                _ => return Ok(()),
            }
        }
    }

    /// Reads the files that the one at `from` has laid over itself.
    fn overlays(
        &self,
        source: &Arc<Source>,
        named: &Node,
        from: &str,
    ) -> DiagResult<Vec<(Arc<Source>, Node)>> {
        let Kind::List(items) = &named.kind else {
            let message = format!("expected a list of paths of files, found {}", named.describe());
            return Err(Diagnostic::new(&codes::WRONG_TYPE, message)
                .at(source, named.span)
                .help("write `overlays: [FILE, …]`")
                .into());
        };
        let n_before: usize = self.laid.iter().map(Vec::len).sum();
        if n_before + items.len() > OWN_OVERLAYS_MAX {
            let message = format!("more than {OWN_OVERLAYS_MAX} files are laid over the spec by itself");
            return Err(Diagnostic::new(&codes::TOO_LARGE, message)
                .at(source, named.span)
                .help("put some of them together")
                .into());
        }
        let mut paths: Vec<String> = Vec::new();
        let mut laid = Vec::new();
        for item in items {
            let (path, over) = self.open(source, item, from, "is laid over itself")?;
            if paths.contains(&path) {
                return Err(Diagnostic::new(
                    &codes::EXTENDS,
                    format!("`{path}` is laid over the spec twice"),
                )
                .at(source, item.span)
                .help("remove one of the two")
                .into());
            }
            let tree = yaml::compose(&over)?;
            stands_alone(&tree, &over, "name that file in `overlays` of the spec, before this one")?;
            paths.push(path);
            laid.push((over, tree));
        }
        Ok(laid)
    }

    /// Reads the file that `named` names, seen from the file at `from`; gives its path and what it holds.
    fn open(
        &self,
        source: &Arc<Source>,
        named: &Node,
        from: &str,
        circle: &str,
    ) -> DiagResult<(String, Arc<Source>)> {
        let refuse = |message: String, help: &str| -> DiagResult<(String, Arc<Source>)> {
            Err(Diagnostic::new(&codes::EXTENDS, message).at(source, named.span).help(help).into())
        };
        let Some(relative) = named.as_text().filter(|path| !path.is_empty()) else {
            let message = format!("expected the path of a file, found {}", named.describe());
            return Err(Diagnostic::new(&codes::WRONG_TYPE, message)
                .at(source, named.span)
                .help("write the path of the file, from the folder of this one")
                .into());
        };
        let path = join(parent(from), relative);
        if path.starts_with(['/', '\\']) || path == ".." || path.starts_with("../") || path.contains('\\') {
            return refuse(
                format!("`{relative}` lies outside of the folder of the spec"),
                "move it below that folder; paths are written with `/`, without a drive",
            );
        }
        if self.paths.contains(&path) {
            return refuse(format!("`{relative}` {circle}, by way of others or at once"), "break the circle");
        }
        let bytes = match self.inputs.world.read(&path) {
            Ok(bytes) => bytes,
            Err(FileError::NotFound(_)) => {
                return refuse(
                    format!("`{}{path}` does not exist", self.inputs.folder),
                    "write the path from the folder of this file",
                );
            }
            Err(FileError::Unreadable { reason, .. }) => {
                return refuse(
                    format!("`{}{path}` cannot be read: {reason}", self.inputs.folder),
                    "check the file",
                );
            }
        };
        let over = read(&format!("{}{path}", self.inputs.folder), &bytes)?;
        Ok((path, over))
    }
}

/// The values of the command line as a text, so that they have places too.
fn given_source(variables: &[(String, String)]) -> Option<Arc<Source>> {
    let lines: String = variables.iter().map(|(name, value)| format!("--var {name}={value}\n")).collect();
    (!lines.is_empty()).then(|| Source::new("the command line", lines))
}

/// Takes `variables` out of the tree, with the values of the command line in the place of its own.
fn variables(root: &mut Node, files: &Files, inputs: &Inputs<'_>) -> DiagResult<BTreeMap<String, Node>> {
    let source = files.source();
    let mut found = Vec::new();
    let mut variables = BTreeMap::new();
    match root.take("variables") {
        None => {}
        Some(none) if none.is_null() => {}
        Some(Node { kind: Kind::Mapping(fields), .. }) => {
            for (key, mut value) in fields {
                if !is_name(&key.text) {
                    let message = format!("`{}` is no name of a variable", key.text);
                    let help = "use letters, digits, `_`, `-` and `.`";
                    found.push(Diagnostic::new(&codes::VARIABLE, message).at(source, key.span).help(help));
                }
                if let Some((span, other)) = yaml::variable_in(&value) {
                    let message = format!("the variable `{}` is made of another one, `{other}`", key.text);
                    let help = "write the value out; variables may be made of `${env:NAME}`";
                    found.push(Diagnostic::new(&codes::VARIABLE, message).at(source, span).help(help));
                    value.kind = Kind::Scalar { text: String::new(), style: Style::Unfilled };
                }
                variables.insert(key.text, value);
            }
        }
        Some(other) => {
            let message = format!("expected a mapping of names to values, found {}", other.describe());
            let help = "give it fields: `name: value`";
            found.push(Diagnostic::new(&codes::WRONG_TYPE, message).at(source, other.span).help(help));
        }
    }
    let mut start = files.start_of_last();
    for (name, value) in inputs.variables {
        let line = format!("--var {name}={value}\n");
        let at = start + line.len() - value.len() - 1;
        let node = Node {
            span: Span::new(at, at + value.len()),
            kind: Kind::Scalar { text: value.clone(), style: Style::Given },
        };
        if variables.contains_key(name) {
            variables.insert(name.clone(), node);
        } else {
            let unknown = Diagnostic::new(&codes::VARIABLE, format!("the spec has no variable `{name}`"))
                .at(source, Span::new(start, start + line.len() - 1))
                .did_you_mean(name, variables.keys().map(String::as_str));
            found.push(if unknown.help.is_empty() {
                unknown.help(format!("add it to the spec: `variables: {{ {name}: ~ }}`"))
            } else {
                unknown
            });
        }
        start += line.len();
    }
    if found.is_empty() {
        return Ok(variables);
    }
    files.place(&mut found);
    Err(Diagnostics(found))
}

/// Fills in the environment, if it may be asked, and variables; the variables are put back into the tree.
pub(super) fn fill_in(
    root: &mut Node,
    mut variables: BTreeMap<String, Node>,
    files: &Files,
    env: Option<Environment<'_>>,
    found: &mut Vec<Diagnostic>,
) -> Done {
    let source = files.source();
    let only_env = Values { env, variables: BTreeMap::new() };
    let mut done = Done::default();
    for variable in variables.values_mut() {
        done.filled.extend(yaml::fill_in(variable, source, &only_env, found).filled);
    }
    let values = Values { env, variables };
    let of_fields = yaml::fill_in(root, source, &values, found);
    done.filled.extend(of_fields.filled);
    done.uses = of_fields.uses;
    if let Kind::Mapping(fields) = &mut root.kind {
        let put_back = |(text, value): (String, Node)| (Key { text, span: value.span }, value);
        let variables: Vec<_> = values.variables.into_iter().map(put_back).collect();
        if let Some(span) = variables.first().map(|(key, _)| key.span) {
            let key = Key { text: "variables".to_owned(), span };
            fields.push((key, Node { span, kind: Kind::Mapping(variables) }));
        }
    }
    done
}

/// Says of a finding about a value that is a variable where the variable is written.
pub(super) fn name_variables(found: &mut [Diagnostic], uses: &[(Span, String, Span)], source: &Arc<Source>) {
    for diagnostic in found {
        let Some(span) = diagnostic.primary.as_ref().map(|label| label.span) else { continue };
        if let Some((_, name, written)) = uses.iter().find(|(at, ..)| *at == span) {
            let label =
                Label { source: Arc::clone(source), span: *written, message: format!("`{name}` is this") };
            diagnostic.related.push(label);
        }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}
