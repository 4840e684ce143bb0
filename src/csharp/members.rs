//! What expressions can name: types and their members, for the check and for the reference.

/// The types whose static members are evaluated.
pub(super) fn is_static_type(name: &str) -> bool {
    STATIC_TYPES.contains(&name)
        || super::methods::statics::ENUMS.iter().any(|(enum_name, _)| *enum_name == name)
}

const STATIC_TYPES: &[&str] = &[
    "Array",
    "Convert",
    "DateTime",
    "DateTimeOffset",
    "Encoding",
    "Enumerable",
    "Environment",
    "Guid",
    "JArray",
    "JObject",
    "JToken",
    "JsonConvert",
    "Math",
    "TimeSpan",
    "Uri",
    "WebUtility",
    "bool",
    "char",
    "double",
    "int",
    "long",
    "object",
    "string",
];
