//! What an operation says of its requests and answers, and the schemas of APIs and of the service.

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::gateway::{Contract, Parameter, Representation, ResponseContract, SchemaRef};
use crate::sandbox::{Resource, ResourceId, State};

/// Reads the contract of an operation; what is not there is left out, as the service does.
pub(super) fn read(operation: &Resource) -> Contract {
    let at = |pointer: &str| operation.at(pointer).unwrap_or(&Json::Null);
    let request = at("/properties/request");
    let responses = at("/properties/responses").as_array().into_iter().flatten();
    Contract {
        path: parameters(at("/properties/templateParameters")),
        query: parameters(&request["queryParameters"]),
        headers: parameters(&request["headers"]),
        bodies: representations(&request["representations"]),
        responses: responses.filter_map(response).collect(),
    }
}

/// Reads the schema documents below an API or the service; one that is no JSON has nothing to check.
pub(super) fn schemas(state: &State, owner: &ResourceId) -> IndexMap<String, Json> {
    let mut found = state.children(owner, "schemas");
    found.sort_by_key(|schema| schema.id.key());
    let document = |schema: &Resource| {
        let document = schema.at("/properties/document").or_else(|| schema.at("/properties/value"))?;
        let document = document.get("value").unwrap_or(document);
        match document {
            Json::String(text) => serde_json::from_str(text).ok(),
            other => Some(other.clone()),
        }
    };
    found.iter().filter_map(|schema| Some((schema.id.name().to_owned(), document(schema)?))).collect()
}

fn parameters(list: &Json) -> Vec<Parameter> {
    let one = |parameter: &Json| {
        let values = parameter["values"].as_array().into_iter().flatten();
        Some(Parameter {
            name: parameter["name"].as_str()?.to_owned(),
            kind: parameter["type"].as_str().unwrap_or_default().to_ascii_lowercase(),
            required: parameter["required"].as_bool().unwrap_or_default(),
            values: values.filter_map(Json::as_str).map(str::to_owned).collect(),
            schema: schema_ref(parameter),
        })
    };
    list.as_array().into_iter().flatten().filter_map(one).collect()
}

fn representations(list: &Json) -> Vec<Representation> {
    let one = |body: &Json| {
        let content_type = body["contentType"].as_str()?.split(';').next()?.trim().to_ascii_lowercase();
        Some(Representation { content_type, schema: schema_ref(body) })
    };
    list.as_array().into_iter().flatten().filter_map(one).collect()
}

fn response(response: &Json) -> Option<ResponseContract> {
    Some(ResponseContract {
        status: u16::try_from(response["statusCode"].as_u64()?).ok()?,
        headers: parameters(&response["headers"]),
        bodies: representations(&response["representations"]),
    })
}

fn schema_ref(part: &Json) -> Option<SchemaRef> {
    let text = |name: &str| part[name].as_str().map(str::to_owned);
    Some(SchemaRef { schema: text("schemaId")?, definition: text("typeName")? })
}
