//! What Azure publishes of its resource types: which properties there are, which are required, which can be written,
//! and what values they take. Names, flags, kinds and limits only.
//!
//! The table inside the binary (`../data/azure_types.txt`) covers what a landing zone deploys, in few versions. It is
//! text that is read where it is asked: nothing is decoded before the first question, and then only the types that the
//! question leads to. [`Folder`] answers the same questions from a checkout of Azure/bicep-types-az.

mod convert;
mod folder;
mod read;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::text::FileError;

pub use convert::section;
pub use folder::Folder;
pub use read::{Function, Object, Property, Range, ResourceType, Scopes, Type, Written};

const TABLE: &str = include_str!("../data/azure_types.txt");

/// Why types could not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TypesError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("`{path}` does not hold resource types: {reason}")]
    Malformed { path: String, reason: String },
}

/// Knows resource types by name and API version, however they are capitalised.
pub trait AzureTypes {
    /// Returns the type `name` (`Microsoft.KeyVault/vaults`) of `api_version`; none where it is not known.
    ///
    /// # Errors
    /// Where the types lie in files that cannot be read.
    fn find(&self, name: &str, api_version: &str) -> Result<Option<ResourceType<'_>>, TypesError>;

    /// Returns the API versions in which a type is known, oldest first.
    fn versions(&self, name: &str) -> Vec<&str>;

    /// True where a type that is not known does not exist.
    fn is_complete(&self) -> bool {
        false
    }
}

/// The types inside this binary.
#[derive(Clone, Copy, Debug, Default)]
pub struct Embedded;

impl AzureTypes for Embedded {
    fn find(&self, name: &str, api_version: &str) -> Result<Option<ResourceType<'_>>, TypesError> {
        Ok(find(name, api_version))
    }

    fn versions(&self, name: &str) -> Vec<&str> {
        versions(name)
    }
}

/// Returns the embedded type `name` of `api_version`, however they are capitalised.
pub fn find(name: &str, api_version: &str) -> Option<ResourceType<'static>> {
    let known = index().get(&name.to_ascii_lowercase())?;
    known.iter().find(|known| known.api_version.eq_ignore_ascii_case(api_version)).copied()
}

/// Returns the API versions in which the embedded table knows a type, oldest first.
pub fn versions(name: &str) -> Vec<&'static str> {
    let known = index().get(&name.to_ascii_lowercase());
    known.into_iter().flatten().map(|known| known.api_version).collect()
}

/// Returns every type of the embedded table, in its order.
pub fn all() -> impl Iterator<Item = ResourceType<'static>> {
    sections().flat_map(read::resources)
}

fn sections() -> impl Iterator<Item = &'static str> {
    // The first part is the header of the file.
    TABLE.split("\n> ").skip(1)
}

/// The types by their name in lower case, each from the oldest version on.
fn index() -> &'static HashMap<String, Vec<ResourceType<'static>>> {
    static INDEX: LazyLock<HashMap<String, Vec<ResourceType<'static>>>> = LazyLock::new(|| {
        let mut index: HashMap<String, Vec<_>> = HashMap::new();
        for resource in all() {
            index.entry(resource.name.to_ascii_lowercase()).or_default().push(resource);
        }
        for versions in index.values_mut() {
            versions.sort_by_key(|resource| resource.api_version);
        }
        index
    });
    &INDEX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_found_by_name_and_version_in_any_spelling() {
        let found = find("microsoft.apimanagement/SERVICE/backends", "2024-05-01").unwrap();
        assert_eq!(found.name, "Microsoft.ApiManagement/service/backends");
        assert_eq!(found.api_version, "2024-05-01");
        assert!(found.writable.resource_group && !found.writable.subscription);
        assert!(find("Microsoft.ApiManagement/service/backends", "2023-05-01-preview").is_none());
        assert!(find("Microsoft.Unheard/of", "2024-05-01").is_none());
        assert_eq!(
            versions("Microsoft.ApiManagement/service/backends"),
            ["2024-05-01", "2024-10-01-preview", "2025-09-01-preview"]
        );
    }

    #[test]
    fn properties_have_flags_and_kinds() {
        let body = find("Microsoft.KeyVault/vaults", "2026-02-01").unwrap().body().unwrap();
        let required = body.property("properties").unwrap();
        assert!(required.required && !required.read_only);
        let id = body.property("id").unwrap();
        assert!(id.read_only && id.deploy_time_constant);
        let Type::Object(properties) = required.ty.read() else { panic!("an object") };
        let sku = properties.property("sku").unwrap();
        let Type::Object(sku) = sku.ty.read() else { panic!("an object") };
        let Type::Union(names) = sku.property("name").unwrap().ty.read() else { panic!("a union") };
        let names: Vec<_> = names.iter().map(|name| name.read()).collect();
        assert!(names.contains(&Type::Literal("standard".into())), "{names:?}");
        assert!(body.property("Properties").is_none(), "names are compared as written");
    }

    #[test]
    fn a_discriminated_object_leads_to_its_variants() {
        let script = find("Microsoft.Resources/deploymentScripts", "2023-08-01").unwrap().body().unwrap();
        let variants = script.variants();
        let kinds: Vec<_> = variants.iter().map(|(kind, _)| kind.as_ref()).collect();
        assert_eq!(
            (script.discriminator().as_deref(), kinds),
            (Some("kind"), vec!["AzureCLI", "AzurePowerShell"])
        );
        assert!(variants[0].1.property("properties").is_some());
    }

    #[test]
    fn functions_belong_to_their_type() {
        let gateways = find("Microsoft.ApiManagement/service/gateways", "2024-05-01").unwrap();
        let names: Vec<_> = gateways.functions().map(|function| function.name).collect();
        assert_eq!(names, ["generateToken", "listDebugCredentials", "listKeys", "listTrace"]);
        let keys = gateways.functions().find(|function| function.name == "listKeys").unwrap();
        let Type::Object(output) = keys.output.read() else { panic!("an object") };
        assert!(output.property("primary").is_some() && keys.input.is_none());
    }

    /// What cannot be read says nothing, so nothing in the table may be of that kind by mistake.
    #[test]
    fn every_line_of_the_table_is_read_to_its_end() {
        let mut objects = 0;
        for section in sections() {
            for object in read::objects(section) {
                objects += 1;
                let written = object.properties().map(|property| property.ty).chain(object.additional());
                for ty in written.clone() {
                    assert!(ty.read() != Type::Any || ty.is_any(), "{}: {ty:?}", object.name());
                    if let Type::Object(inner) = ty.read() {
                        assert!(!inner.is_empty_line(), "{}: no line for {}", object.name(), inner.name());
                    }
                }
                let variants = object.variants();
                assert!(object.discriminator().is_some() || variants.is_empty());
                assert_eq!(object.tokens_read(), object.written_tokens(), "{}", object.name());
            }
            assert!(read::resources(section).all(|resource| resource.body().is_some()));
        }
        assert!(objects > 2000, "{objects} objects");
        assert!(all().count() > 500);
    }
}
