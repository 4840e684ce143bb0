//! Responses that belong to whoever made them: values for response-owner.xml and response-made.xml.

use minijinja::{Value, context};

use super::escape::csharp_string;
use crate::model::Api;
use crate::spec::Surface;

const SECONDS_PER_DAY: u32 = 24 * 60 * 60;

/// For response-owner.xml and response-made.xml.
pub(super) fn values(api: &Api, days: u32) -> Value {
    let prefix = csharp_string(&format!("response:{}:", api.id));
    let key = |variable: &str| format!("@({prefix} + (string)context.Variables[\"{variable}\"])");
    let [create, delete] = match api.surface {
        Surface::OpenaiV1 => ["responses", "response-delete"],
        _ => ["v1-responses", "v1-response-delete"],
    };
    context! {
        asked_key => key("response-asked"),
        made_key => key("response-made"),
        create => create,
        delete => delete,
        seconds => days * SECONDS_PER_DAY,
    }
}
