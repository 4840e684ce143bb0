//! What the service says of an expression that it does not compile: the words of the C# compiler, and a few of its own.

pub(super) const ARGUMENT_COUNT: &str = "No overload for method '{name}' takes {count} arguments";
pub(super) const ARGUMENT_NOT_OF_TYPE: &str = "Argument 1: cannot convert from '{from}' to '{to}'";
pub(super) const NO_CAST: &str = "Cannot convert type '{from}' to '{to}'";
pub(super) const NO_COMMON_TYPE: &str = "Type of conditional expression cannot be determined because there is no \
                                         implicit conversion between '{left}' and '{right}'";
pub(super) const NO_CONVERSION: &str = "Cannot implicitly convert type '{from}' to '{to}'";
pub(super) const NO_CONVERSION_BUT_CAST: &str = "Cannot implicitly convert type '{from}' to '{to}'. An explicit \
                                                 conversion exists (are you missing a cast?)";
pub(super) const NO_INDEXER: &str = "Cannot apply indexing with [] to an expression of type '{type}'";
pub(super) const NO_MEMBER: &str = "'{type}' does not contain a definition for '{name}'";
pub(super) const NO_OPERATOR: &str =
    "Operator '{operator}' cannot be applied to operands of type '{left}' and '{right}'";
pub(super) const NULL_VALUE: &str = "Cannot convert null to '{type}' because it is a non-nullable value type";
pub(super) const RETURN_TYPE: &str = "Expression return type '{type}' is not allowed";
pub(super) const TYPE_NOT_SUPPORTED: &str = "Usage of type '{type}' is not supported within expressions";
pub(super) const UNASSIGNED: &str = "Use of unassigned local variable '{name}'";
pub(super) const UNTERMINATED_STRING: &str = "Unterminated string literal";
pub(super) const UNKNOWN_NAME: &str = "The name '{name}' does not exist in the current context";
