//! What an operation says of its messages, in the short form of a scenario: parameters, headers, bodies, responses.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::gateway::{Contract, Parameter, Representation, ResponseContract, SchemaRef};

/// `[contract.<operation>]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShortContract {
    #[serde(default)]
    path: Vec<ShortParameter>,
    #[serde(default)]
    query: Vec<ShortParameter>,
    #[serde(default)]
    headers: Vec<ShortParameter>,
    /// Media type to `schema/definition`, or to nothing.
    #[serde(default)]
    bodies: IndexMap<String, String>,
    #[serde(default)]
    responses: Vec<ShortResponse>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShortResponse {
    status: u16,
    #[serde(default)]
    headers: Vec<ShortParameter>,
    #[serde(default)]
    bodies: IndexMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShortParameter {
    name: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    values: Vec<String>,
    /// `schema/definition`
    schema: Option<String>,
}

impl ShortContract {
    /// Returns the contract as the gateway has it.
    ///
    /// # Errors
    /// A sentence about a schema that is not written as `schema/definition`.
    pub(super) fn read(self) -> Result<Contract, String> {
        let response = |response: ShortResponse| {
            Ok(ResponseContract {
                status: response.status,
                headers: parameters(response.headers)?,
                bodies: bodies(response.bodies)?,
            })
        };
        Ok(Contract {
            path: parameters(self.path)?,
            query: parameters(self.query)?,
            headers: parameters(self.headers)?,
            bodies: bodies(self.bodies)?,
            responses: self.responses.into_iter().map(response).collect::<Result<_, String>>()?,
        })
    }
}

/// Reads JSON Schema documents by id.
///
/// # Errors
/// A sentence that names the schema that is no JSON.
pub(super) fn schemas(texts: IndexMap<String, String>) -> Result<IndexMap<String, Json>, String> {
    let read = |(id, text): (String, String)| match serde_json::from_str(&text) {
        Ok(schema) => Ok((id, schema)),
        Err(why) => Err(format!("the schema `{id}` is no JSON: {why}")),
    };
    texts.into_iter().map(read).collect()
}

fn parameters(short: Vec<ShortParameter>) -> Result<Vec<Parameter>, String> {
    let parameter = |short: ShortParameter| {
        let ShortParameter { name, kind, required, values, schema } = short;
        Ok(Parameter { name, kind, required, values, schema: schema.as_deref().map(schema_ref).transpose()? })
    };
    short.into_iter().map(parameter).collect()
}

fn bodies(short: IndexMap<String, String>) -> Result<Vec<Representation>, String> {
    let body = |(content_type, schema): (String, String)| {
        let schema = if schema.is_empty() { None } else { Some(schema_ref(&schema)?) };
        Ok(Representation { content_type, schema })
    };
    short.into_iter().map(body).collect()
}

fn schema_ref(text: &str) -> Result<SchemaRef, String> {
    let (schema, definition) =
        text.split_once('/').ok_or_else(|| format!("`{text}` is not written as `schema/definition`"))?;
    Ok(SchemaRef { schema: schema.to_owned(), definition: definition.to_owned() })
}
