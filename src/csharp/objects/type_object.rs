//! `System.Type`, as far as `typeof(T)` and `value.GetType()` are compared and printed. Types with type arguments are not
//! here: values do not know theirs.

use std::any::Any;

use crate::csharp::ast::TypeRef;
use crate::csharp::convert::short_name;
use crate::csharp::exception::Exception;
use crate::csharp::types::{self, Kind};
use crate::csharp::value::{Object, Value};

/// A type, by its full name.
pub(in crate::csharp) struct TypeObject(String);

/// `typeof(T)`; None for what has type arguments, and for types that are not in the table.
pub(in crate::csharp) fn type_of(ty: &TypeRef) -> Option<TypeObject> {
    if !ty.args.is_empty() || ty.nullable {
        return None;
    }
    let def = types::find(short_name(&ty.name)).filter(|def| def.params.is_empty())?;
    Some(TypeObject(format!("{}{}", def.full, "[]".repeat(ty.rank))))
}

/// `value.GetType()` of a value whose type has this name; None where the class behind an interface is not known.
pub(in crate::csharp) fn type_named(name: &str) -> Option<TypeObject> {
    let element = name.trim_end_matches("[]");
    let def = types::find(short_name(element)).filter(|def| def.params.is_empty())?;
    let is_known = def.kind != Kind::Interface && def.full.contains('.');
    is_known.then(|| TypeObject(format!("{}{}", def.full, &name[element.len()..])))
}

impl Object for TypeObject {
    fn type_name(&self) -> &str {
        "Type"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        let (namespace, short) = self.0.rsplit_once('.').unwrap_or(("", &self.0));
        match name {
            "FullName" => Ok(self.0.as_str().into()),
            "Name" => Ok(short.into()),
            "Namespace" => Ok(namespace.into()),
            _ => Err(Exception::missing_member("Type", name)),
        }
    }

    fn display(&self) -> String {
        self.0.clone()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
