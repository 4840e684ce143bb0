//! What API Management says of a policy that it refuses, as deployment logs, issues and its pages quote it, and what
//! .NET's XML reader and schema validation say, whose words the service passes on.

pub(super) const API_ONLY: &str =
    "The '{attribute}' attribute is unavailable for websocket APIs and global/product policies.";
pub(super) const BACKEND_ONE_POLICY: &str = "Error in element 'backend' on line {line}, column {column}: backend \
                                             section allows only one policy to be specified";
pub(super) const BACKEND_NOT_FOUND: &str = "Backend with id '{id}' could not be found.";
pub(super) const FRAGMENT_NOT_FOUND: &str = "Policy fragment with id '{id}' could not be found.";
pub(super) const LOGGER_NOT_FOUND: &str = "Logger not found";
pub(super) const NAMED_VALUE_NOT_FOUND: &str = "Cannot find a property '{name}'";
pub(super) const NOT_IN_CONSUMPTION: &str = "Policy is not allowed in 'Consumption' sku";
pub(super) const NOT_IN_SCOPE: &str = "Policy is not allowed in the specified scope";
/// MicrosoftDocs/azure-docs issue 111058.
pub(super) const SECTION_NOT_IN_SCOPE: &str = "Policy section is not allowed in the specified scope";

// Schema validation.
pub(super) const INVALID_CHILD: &str = "The element '{element}' has invalid child element '{child}'.";
pub(super) const INVALID_CHILD_OF: &str = "The element '{element}' has invalid child element '{child}'. List of possible \
                                           elements expected: '{names}'.";

// The XML reader (dotnet/runtime, `XmlTextReaderImpl` and its resources).
pub(super) const BAD_COMMENT: &str =
    "An XML comment cannot contain '--', and '-' cannot be the last character.";
pub(super) const CDATA_END: &str = "']]>' is not allowed in character data.";
pub(super) const ENTITY_NAME: &str = "An error occurred while parsing EntityName.";
pub(super) const LATE_DECLARATION: &str = "Unexpected XML declaration. The XML declaration must be the first node in the document, and no whitespace \
     characters are allowed to appear before it.";
pub(super) const LESS_THAN_IN_VALUE: &str = "'<', hexadecimal value 0x3C, is an invalid attribute character.";
pub(super) const NAME_BEGINS_BADLY: &str =
    "Name cannot begin with the '{character}' character, hexadecimal value {value}.";
pub(super) const NO_WHITE_SPACE: &str = "'{token}' is an unexpected token. Expecting white space.";
pub(super) const TAG_MISMATCH: &str =
    "The '{name}' start tag on line {line} position {position} does not match the end tag of '{other}'.";
