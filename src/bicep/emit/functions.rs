//! The functions of a template, and its exported variables.

use serde_json::{Map, Value as Json, json};

use super::super::imports::{EXPORTED, NAMESPACE, Sort};
use super::Emitter;
use super::bind::Func;
use super::bind::imported::Target;
use super::resource::has_decorator;
use super::types::object;

impl<'a> Emitter<'_, 'a> {
    /// The functions of the file and those it imports, by namespace.
    pub(super) fn functions(&self) -> Vec<Json> {
        let mut namespaces: Vec<(String, Map<String, Json>)> = Vec::new();
        let mut add = |namespace: &str, name: &str, function: Json| {
            match namespaces.iter_mut().find(|(known, _)| known == namespace) {
                Some((_, members)) => {
                    members.insert(name.to_owned(), function);
                }
                None => namespaces
                    .push((namespace.to_owned(), [(name.to_owned(), function)].into_iter().collect())),
            };
        };
        for func in &self.model.funcs {
            add(NAMESPACE, &func.name.name, self.declared_function(func));
        }
        for (entry, function) in &self.closure.functions {
            if let Some((namespace, name)) = entry.split_once('.') {
                add(namespace, name, function.clone());
            }
        }
        namespaces
            .into_iter()
            .map(|(namespace, members)| json!({ "namespace": namespace, "members": members }))
            .collect()
    }

    fn declared_function(&self, func: &Func<'a>) -> Json {
        let parameters: Vec<Json> = func
            .params
            .iter()
            .map(|(name, ty)| {
                let mut schema = self.schema(ty, None);
                schema.insert("name".into(), Json::from(name.name.as_str()));
                Json::Object(schema)
            })
            .collect();
        let mut output = self.schema(func.returns, None);
        output.insert("value".into(), self.json(func.body, &self.function_env(func)));
        let mut out = object([("parameters", Json::Array(parameters)), ("output", Json::Object(output))]);
        let mut metadata = Map::new();
        if let Some(description) = self.description(&func.decl.decorators) {
            metadata.insert("description".into(), description);
        }
        if has_decorator(&func.decl.decorators, "export") {
            metadata.insert(EXPORTED.into(), Json::from(true));
        }
        if !metadata.is_empty() {
            out.insert("metadata".into(), Json::Object(metadata));
        }
        Json::Object(out)
    }

    /// The exported variables, for the metadata of the template.
    pub(super) fn exported_variables(&self) -> Vec<Json> {
        let mut exported: Vec<_> =
            self.model.vars.iter().filter(|var| has_decorator(&var.decl.decorators, "export")).collect();
        exported.sort_by_key(|var| var.name.name.as_str());
        exported
            .into_iter()
            .map(|var| {
                let mut out = Map::new();
                out.insert("name".into(), Json::from(var.name.name.as_str()));
                if let Some(description) = self.description(&var.decl.decorators) {
                    out.insert("description".into(), description);
                }
                if let Some(ty) = var.ty {
                    out.insert("type".into(), Json::Object(self.schema(ty, None)));
                }
                Json::Object(out)
            })
            .collect()
    }

    /// The name in the template of what an import stands for.
    pub(super) fn imported_name(&self, target: &Target, sort: Sort) -> Option<&str> {
        let (found, name) = self.closure.entry(&target.unit, &target.entry)?;
        (*found == sort).then_some(name)
    }
}
