//! What an API says of its requests and answers: parameters, headers, bodies and status codes of operations, and the
//! schemas that they name. The validation policies hold requests and answers against it.

use serde_json::Value as Json;

/// A parameter of a request or a header of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    /// `string`, `integer`, `number`, `boolean`, `array` or `object`; any where it is empty.
    pub kind: String,
    pub required: bool,
    /// Where it is not empty, only these.
    pub values: Vec<String>,
    pub schema: Option<SchemaRef>,
}

/// A body of one content type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Representation {
    /// Without parameters, such as `application/json`.
    pub content_type: String,
    pub schema: Option<SchemaRef>,
}

/// A definition in one of the API's schemas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaRef {
    pub schema: String,
    pub definition: String,
}

/// What an operation takes and gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contract {
    pub path: Vec<Parameter>,
    pub query: Vec<Parameter>,
    pub headers: Vec<Parameter>,
    pub bodies: Vec<Representation>,
    pub responses: Vec<ResponseContract>,
}

/// What an answer with one status looks like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseContract {
    pub status: u16,
    pub headers: Vec<Parameter>,
    pub bodies: Vec<Representation>,
}

impl Contract {
    pub(super) fn response(&self, status: u16) -> Option<&ResponseContract> {
        self.responses.iter().find(|response| response.status == status)
    }
}

/// Returns a definition of a schema document: of OpenAPI 3 (`components/schemas`), of Swagger (`definitions`), or by
/// its name at the top.
pub(super) fn definition<'a>(document: &'a Json, name: &str) -> Option<&'a Json> {
    let of = |pointer: &str| document.pointer(pointer)?.get(name);
    of("/components/schemas")
        .or_else(|| of("/definitions"))
        .or_else(|| of("/$defs"))
        .or_else(|| document.get(name))
}
