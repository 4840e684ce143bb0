//! The files of one compilation: each is read and compiled once, modules before what uses them.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::bind::Symbol;
use super::bind::place::Level;
use super::bind::types::Named;
use super::bind::{Model, check, not_supported};
use super::config::Configs;
use super::fit::Unchecked;
use super::found::in_order;
use super::imports::{Exports, Home, Origins, exports};
use super::parser::{Dialect, parse};
use super::registry::{self, Artifact, Reference};
use super::syntax::{Expr, ExprKind, Program, StatementKind, TypeExpr, TypeKind};
use super::{Options, codes, directives, emit, fit, load};
use crate::diag::{Code, Diagnostic};
use crate::text::{self, FileError, Source, World};

/// Modules in modules. ARM's own limit on nested deployments is far lower; ours bounds the stack.
const MODULE_DEPTH_MAX: usize = 64;

/// Types that are other names of types; nobody writes longer chains, and the limit ends circles.
const REFERENCES_MAX: usize = 64;

/// The largest file that is read: as large as a template that ARM takes. Hand-written files stay below 100 KiB.
const FILE_BYTES_MAX: usize = 4 << 20;

/// The most that a template may weigh, modules included: each module's template stands in it once for each use, so
/// that files which use each other twice double at every level. ARM takes 4 MiB; larger ones can still be looked at.
const WEIGHT_MAX: usize = 16 << 20;

/// A compiled file: what it becomes, what can be passed to it and read from it, and what can be imported from it.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) template: Json,
    /// As [`weight()`] says.
    pub(super) weight: usize,
    pub(super) signature: Signature,
    pub(super) home: Home,
    pub(super) exports: Exports,
    /// Where its imported declarations come from.
    pub(super) origins: Origins,
}

/// The outside of a module.
#[derive(Debug, Default)]
pub(super) struct Signature {
    /// None where a JSON template does not tell.
    pub(super) level: Option<Level>,
    pub(super) params: IndexMap<String, ParamSignature>,
    pub(super) outputs: IndexMap<String, OutputSignature>,
}

#[derive(Debug)]
pub(super) struct ParamSignature {
    pub(super) required: bool,
}

#[derive(Debug)]
pub(super) struct OutputSignature {
    pub(super) secure: bool,
}

/// A result whose error has no place yet; boxed, because it is the rare case.
type Refusable<T> = Result<T, Box<Diagnostic>>;

/// Reads files and remembers which.
pub(super) struct Files<'w> {
    pub(super) world: &'w dyn World,
    pub(super) read: Vec<String>,
}

impl<'w> Files<'w> {
    pub(super) fn new(world: &'w dyn World) -> Self {
        Self { world, read: Vec::new() }
    }

    /// The path of `written` as seen from the file `from`; refuses what is no path inside the project.
    pub(super) fn resolve(&self, from: &str, written: &str) -> Refusable<String> {
        if written.is_empty() {
            return Err(refuse(&codes::EMPTY_PATH, "the path is empty"));
        }
        if written.contains('\\') {
            let message = format!("`{written}` contains a backslash");
            return Err(Box::new(
                Diagnostic::new(&codes::BACKSLASH, message).help("separate folders with `/`"),
            ));
        }
        if written.starts_with('/') {
            let message = format!("`{written}` is an absolute path");
            let found = Diagnostic::new(&codes::ABSOLUTE_PATH, message);
            return Err(Box::new(found.help("write it relative to this file")));
        }
        let path = text::join(text::parent(from), written);
        if path == ".." || path.starts_with("../") {
            let message = format!("`{written}` leads out of the project's folder");
            let found = Diagnostic::new(&codes::PATH_OUTSIDE, message);
            return Err(Box::new(found.help("move the file into the project")));
        }
        Ok(path)
    }

    pub(super) fn read(&mut self, path: &str) -> Refusable<Vec<u8>> {
        let content = self.world.read(path).map_err(unreadable)?;
        self.note(path, content.len())?;
        Ok(content)
    }

    pub(super) fn read_text(&mut self, path: &str) -> Refusable<String> {
        let content = self.world.read_text(path).map_err(unreadable)?;
        self.note(path, content.len())?;
        Ok(content.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(content))
    }

    /// The files below a folder.
    pub(super) fn list(&self, folder: &str) -> Vec<String> {
        self.world.list(folder)
    }

    fn note(&mut self, path: &str, bytes: usize) -> Refusable<()> {
        if bytes > FILE_BYTES_MAX {
            let message = format!("`{path}` has {bytes} bytes, more than the {FILE_BYTES_MAX} that are read");
            return Err(refuse(&codes::FILE_TOO_LARGE, message));
        }
        if !self.read.iter().any(|read| read == path) {
            self.read.push(path.to_owned());
        }
        Ok(())
    }
}

fn not_restored(artifact: &Artifact) -> Diagnostic {
    let message = format!("`{}` has not been restored", artifact.full());
    Diagnostic::new(&codes::NOT_RESTORED, message).help(
        "run `genai-lz bicep restore FILE --from FOLDER`, or `bicep restore FILE` where there is a network",
    )
}

/// Why a reference names no module that could be had.
pub(super) fn unusable(reference: &Reference, written: &str) -> Diagnostic {
    match reference {
        Reference::UnknownAlias(alias) => {
            let message = format!("no configuration file says which registry `{alias}` is");
            Diagnostic::new(&codes::UNKNOWN_ALIAS, message).help(format!(
                "add `moduleAliases.br.{alias}` to a `bicepconfig.json` in the project's folder"
            ))
        }
        Reference::TemplateSpec => {
            not_supported("a template spec").help("copy its template into the project and name its path")
        }
        Reference::Malformed | Reference::Registry(_) => {
            let message = format!("`{written}` is no reference to a module of a registry");
            Diagnostic::new(&codes::BAD_REFERENCE, message)
                .help("write it like `br:registry.azurecr.io/path/of/module:1.0.0`")
        }
    }
}

fn unreadable(error: FileError) -> Box<Diagnostic> {
    refuse(&codes::FILE_NOT_READ, error.to_string())
}

fn refuse(code: &'static Code, message: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(code, message))
}

/// One compilation.
pub(super) struct Project<'w> {
    pub(super) options: Options<'w>,
    pub(super) files: Files<'w>,
    pub(super) found: Vec<Diagnostic>,
    units: IndexMap<String, Option<Arc<Unit>>>,
    /// The files being compiled, outermost first.
    stack: Vec<String>,
    configs: Configs,
    /// Resources whose types are not in a table that holds only a part of Azure's.
    unchecked: Vec<Unchecked>,
}

impl<'w> Project<'w> {
    pub(super) fn new(world: &'w dyn World, options: &Options<'w>) -> Self {
        Self {
            options: *options,
            files: Files::new(world),
            found: Vec::new(),
            units: IndexMap::new(),
            stack: Vec::new(),
            configs: Configs::default(),
            unchecked: Vec::new(),
        }
    }

    /// What was found in any of the files, and which they were. What could not be checked is one note, however much it is.
    pub(super) fn finish(mut self) -> (Vec<Diagnostic>, Vec<String>) {
        self.found.extend(fit::not_checked(&self.unchecked));
        (self.found, self.files.read)
    }

    /// Compiles the file at `path`, unless it has been compiled; none where it has errors. `place` puts the
    /// reason why it cannot be read where it is named.
    pub(super) fn unit(&mut self, path: &str, place: &dyn Fn(Diagnostic) -> Diagnostic) -> Option<Arc<Unit>> {
        if let Some(unit) = self.units.get(path) {
            return unit.clone();
        }
        let unit = match self.files.read_text(path) {
            Ok(text) if path.ends_with(".json") || path.ends_with(".jsonc") => {
                self.json_template(path, Home::Local(path.to_owned()), &text, place)
            }
            Ok(text) => self.bicep(path, text),
            Err(diagnostic) => {
                self.found.push(place(*diagnostic));
                None
            }
        };
        self.units.insert(path.to_owned(), unit.clone());
        unit
    }

    fn bicep(&mut self, path: &str, text: String) -> Option<Arc<Unit>> {
        self.stack.push(path.to_owned());
        let unit = self.bicep_on_stack(&Source::new(path, text));
        self.stack.pop();
        unit
    }

    fn bicep_on_stack(&mut self, source: &Arc<Source>) -> Option<Arc<Unit>> {
        let mut found = Vec::new();
        let program = parse(source, Dialect::Template, &mut found);
        let imports = self.imports(source, &program);
        let model = Model::build(source, &program, Dialect::Template, &imports, &mut found);
        let modules: Vec<Option<Arc<Unit>>> =
            model.modules.iter().map(|module| self.referenced(source, &module.decl.path)).collect();
        let loaded = load::load(source, &program, &mut self.files, None, None, &mut found);
        check(&model, &program, &modules, &mut found);
        fit::parameters::modules(&model, &modules, &mut found);
        check_weight(&model, &modules, &mut found);
        let sound =
            !found.iter().any(Diagnostic::is_error) && modules.iter().chain(&imports).all(Option::is_some);
        let mut unchecked = Vec::new();
        if let (true, Some(types)) = (sound, self.options.types) {
            fit::check(&model, types, &mut found, &mut unchecked);
        }
        let emitted = sound.then(|| emit::template(&model, &modules, &loaded, &self.options, &mut found));
        let directives = directives::read(source.text());
        found.retain(|diagnostic| !directives.put_away(source, diagnostic));
        unchecked.retain(|unchecked| !directives.put_away(source, &unchecked.note));
        self.unchecked.append(&mut unchecked);
        let has_errors = found.iter().any(Diagnostic::is_error);
        in_order(&mut found);
        self.found.append(&mut found);
        let (template, origins) = emitted.filter(|_| !has_errors)?;
        Some(Arc::new(Unit {
            exports: exports(&template),
            weight: weight(&template),
            template,
            signature: signature(&model, &program),
            home: Home::Local(source.path().to_owned()),
            origins,
        }))
    }

    /// The files of the `import` statements, compiled.
    pub(super) fn imports(&mut self, source: &Arc<Source>, program: &Program) -> Vec<Option<Arc<Unit>>> {
        let paths = program.statements.iter().filter_map(|statement| match &statement.kind {
            StatementKind::Import { path, .. } => Some(path),
            _ => None,
        });
        paths.map(|path| self.referenced(source, path)).collect()
    }

    /// The file that a module or an import names, compiled.
    pub(super) fn referenced(&mut self, source: &Arc<Source>, path: &Expr) -> Option<Arc<Unit>> {
        let place = |diagnostic: Diagnostic| diagnostic.at(source, path.span);
        let unit = match path.as_text().filter(|written| registry::is_reference(written)) {
            Some(written) => self.restored(source.path(), written, &place),
            None => self.module_path(source, path).map(|path| self.unit(&path, &place)),
        };
        unit.unwrap_or_else(|diagnostic| {
            self.found.push(place(*diagnostic));
            None
        })
    }

    /// Where a module of a registry has been restored to, and which one it is.
    pub(super) fn restored_to(&mut self, from: &str, written: &str) -> Refusable<(String, Artifact)> {
        let aliases = self.configs.aliases(self.files.world, from)?;
        match registry::reference(written, &aliases).unwrap_or(Reference::Malformed) {
            Reference::Registry(artifact) => match self.options.registry {
                Some(root) => Ok((format!("{root}/{}/main.json", artifact.folder()), artifact)),
                None => Err(Box::new(not_restored(&artifact))),
            },
            other => Err(Box::new(unusable(&other, written))),
        }
    }

    /// A module of a registry, from the folder that holds what has been restored.
    fn restored(
        &mut self,
        from: &str,
        written: &str,
        place: &dyn Fn(Diagnostic) -> Diagnostic,
    ) -> Refusable<Option<Arc<Unit>>> {
        let (path, artifact) = self.restored_to(from, written)?;
        if let Some(unit) = self.units.get(&path) {
            return Ok(unit.clone());
        }
        let unit = match self.files.read_text(&path) {
            Ok(text) => self.json_template(&path, Home::Registry(artifact.full()), &text, place),
            Err(refused) if refused.code.id == codes::FILE_NOT_READ.id => {
                return Err(Box::new(not_restored(&artifact)));
            }
            Err(refused) => return Err(refused),
        };
        self.units.insert(path, unit.clone());
        Ok(unit)
    }

    fn module_path(&self, source: &Arc<Source>, path: &Expr) -> Refusable<String> {
        let ExprKind::Str(written) = &path.kind else {
            return Err(refuse(&codes::INTERPOLATED_PATH, "a module's path cannot hold `${…}`"));
        };
        let resolved = self.files.resolve(source.path(), written)?;
        if resolved == source.path() {
            return Err(refuse(&codes::MODULE_SELF, "this module is the file that it stands in"));
        }
        if let Some(at) = self.stack.iter().position(|on_stack| *on_stack == resolved) {
            let mut names: Vec<&str> = self.stack[at..].iter().map(String::as_str).collect();
            names.push(&resolved);
            let message = format!("these files use each other: `{}`", names.join("` -> `"));
            return Err(refuse(&codes::MODULE_CYCLE, message));
        }
        if self.stack.len() >= MODULE_DEPTH_MAX {
            let message = format!("modules are nested more than {MODULE_DEPTH_MAX} levels deep");
            return Err(refuse(&codes::TOO_DEEP, message));
        }
        Ok(resolved)
    }

    /// An ARM template can be a module as it is.
    fn json_template(
        &mut self,
        path: &str,
        home: Home,
        text: &str,
        place: &dyn Fn(Diagnostic) -> Diagnostic,
    ) -> Option<Arc<Unit>> {
        let template = serde_json::from_str::<Json>(text).ok().filter(|json| json.get("$schema").is_some());
        let Some(template) = template else {
            let message = format!("`{path}` is no ARM template");
            self.found.push(place(Diagnostic::new(&codes::BAD_TEMPLATE, message)));
            return None;
        };
        let signature = json_signature(&template);
        let (exports, weight) = (exports(&template), weight(&template));
        Some(Arc::new(Unit { template, weight, signature, home, exports, origins: Origins::new() }))
    }
}

/// About how many bytes the template has as text. Templates are as deep as [`MODULE_DEPTH_MAX`] levels of modules, or
/// as JSON text that was read.
fn weight(template: &Json) -> usize {
    match template {
        Json::String(text) => text.len() + 2,
        Json::Array(items) => items.iter().map(weight).sum::<usize>() + items.len() + 2,
        Json::Object(members) => {
            members.iter().map(|(name, value)| name.len() + 4 + weight(value)).sum::<usize>() + 2
        }
        _ => 4,
    }
}

/// Refuses modules that would make the template too large, before any of them is copied into it.
fn check_weight(model: &Model<'_>, modules: &[Option<Arc<Unit>>], found: &mut Vec<Diagnostic>) {
    let mut total = 0;
    for (module, unit) in model.modules.iter().zip(modules) {
        total += unit.as_ref().map_or(0, |unit| unit.weight);
        if total > WEIGHT_MAX {
            let message =
                format!("with the modules up to this one the template has more than {WEIGHT_MAX} bytes");
            let diagnostic = Diagnostic::new(&codes::TEMPLATE_TOO_LARGE, message)
                .help("use a module once, in a loop, instead of several times");
            return model.report(found, diagnostic, module.decl.path.span);
        }
    }
}

fn signature(model: &Model<'_>, program: &Program) -> Signature {
    let params = model.params.iter().map(|param| {
        // What a type alias stands for would have to be followed to other files to know whether null fits.
        let nullable = param.ty.is_some_and(|ty| may_be_null(model, ty));
        (param.name.name.clone(), ParamSignature { required: param.default.is_none() && !nullable })
    });
    let outputs = program.statements.iter().filter_map(|statement| match &statement.kind {
        StatementKind::Output { name, .. } => {
            let secure = statement.decorators.iter().any(|decorator| decorator.name.name == "secure");
            Some((name.name.clone(), OutputSignature { secure }))
        }
        _ => None,
    });
    Signature { level: Some(model.level), params: params.collect(), outputs: outputs.collect() }
}

/// True where a value of the type may be left out: `type?`, also behind the name of a type.
fn may_be_null(model: &Model<'_>, ty: &TypeExpr) -> bool {
    let mut ty = ty;
    // An alias chain longer than the number of types runs in a circle.
    for _ in 0..=model.types.len() {
        match &ty.kind {
            TypeKind::Nullable(_) | TypeKind::Null => return true,
            TypeKind::Union(members) => {
                return members
                    .iter()
                    .any(|member| matches!(member.kind, TypeKind::Null | TypeKind::Nullable(_)));
            }
            TypeKind::Name(name) => match model.type_named(name) {
                Some(Named::Declared(at)) => ty = model.types[at].value,
                Some(Named::Imported(target)) => return is_nullable(&target.unit.template, &target.entry.1),
                _ => return false,
            },
            TypeKind::Property { base, name } => {
                let TypeKind::Name(everything) = &base.kind else { return false };
                let Some(Symbol::Everything(at)) = model.globals.get(everything.as_str()) else {
                    return false;
                };
                let Some(target) = model.member_of(*at, &name.name) else { return false };
                return is_nullable(&target.unit.template, &target.entry.1);
            }
            _ => return false,
        }
    }
    false
}

/// Follows the definitions of a compiled template.
fn is_nullable(template: &Json, name: &str) -> bool {
    let mut at = template.get("definitions").and_then(|definitions| definitions.get(name));
    for _ in 0..REFERENCES_MAX {
        let Some(definition) = at else { return false };
        if definition.get("nullable").and_then(Json::as_bool) == Some(true) {
            return true;
        }
        let Some(pointer) = definition.get("$ref").and_then(Json::as_str) else { return false };
        at = template.pointer(pointer.trim_start_matches('#'));
    }
    false
}

fn json_signature(template: &Json) -> Signature {
    let members = |section: &str| {
        template
            .get(section)
            .and_then(Json::as_object)
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value))
    };
    let schema = template.get("$schema").and_then(Json::as_str).unwrap_or_default().to_ascii_lowercase();
    let level = [
        ("tenantdeploymenttemplate.json", Level::Tenant),
        ("managementgroupdeploymenttemplate.json", Level::ManagementGroup),
        ("subscriptiondeploymenttemplate.json", Level::Subscription),
        ("/deploymenttemplate.json", Level::ResourceGroup),
    ];
    let params = members("parameters").map(|(name, param)| {
        let nullable = param.get("nullable").and_then(Json::as_bool).unwrap_or(false)
            || param
                .get("$ref")
                .and_then(Json::as_str)
                .and_then(|pointer| pointer.strip_prefix("#/definitions/"))
                .is_some_and(|name| is_nullable(template, name));
        (name, ParamSignature { required: param.get("defaultValue").is_none() && !nullable })
    });
    let outputs = members("outputs").map(|(name, output)| {
        let ty = output.get("type").and_then(Json::as_str).unwrap_or_default().to_ascii_lowercase();
        (name, OutputSignature { secure: ty.starts_with("secure") })
    });
    Signature {
        level: level.into_iter().find(|(name, _)| schema.contains(name)).map(|(_, level)| level),
        params: params.collect(),
        outputs: outputs.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::MemoryWorld;

    #[test]
    fn a_file_beyond_the_limit_is_refused_and_one_at_the_limit_is_read() {
        for (bytes, expected) in [(FILE_BYTES_MAX, None), (FILE_BYTES_MAX + 1, Some("BCP184"))] {
            let world = MemoryWorld::default().with("main.bicep", &" ".repeat(bytes));
            let code = Files::new(&world).read_text("main.bicep").err().map(|refused| refused.code.id);
            assert_eq!(code, expected, "{bytes} bytes");
        }
    }
}
