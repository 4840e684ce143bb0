//! The functions of the namespaces `sys` and `az`: how many arguments each takes and where it may stand.
//! Evaluation is not our business: a call is emitted under the same name for ARM to evaluate.
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions>, read 2026-11-22.

use crate::text;

/// Where a function may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placement {
    Anywhere,
    /// `utcNow`, `newGuid`: as the default of a parameter only.
    ParameterDefault,
    /// Tells something about the deployment or Azure, so it has no answer in a parameters file.
    Deployment,
    /// Asks Azure during the deployment; a variable that calls it cannot be an ARM variable.
    Runtime,
    /// Reads a file when compiling.
    Load,
    /// `.bicepparam` files only.
    ParametersFile,
}

#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) arguments_min: usize,
    pub(super) arguments_max: usize,
    pub(super) placement: Placement,
}

const MANY: usize = usize::MAX;

const fn f(name: &'static str, arguments_min: usize, arguments_max: usize) -> Function {
    Function { name, arguments_min, arguments_max, placement: Placement::Anywhere }
}

const fn at(
    placement: Placement,
    name: &'static str,
    arguments_min: usize,
    arguments_max: usize,
) -> Function {
    Function { name, arguments_min, arguments_max, placement }
}

/// Sorted by name.
pub(super) const FUNCTIONS: &[Function] = &[
    f("any", 1, 1),
    f("array", 1, 1),
    f("base64", 1, 1),
    f("base64ToJson", 1, 1),
    f("base64ToString", 1, 1),
    f("bool", 1, 1),
    f("buildUri", 1, 1),
    f("cidrHost", 2, 2),
    f("cidrSubnet", 3, 3),
    f("concat", 1, MANY),
    f("contains", 2, 2),
    f("dataUri", 1, 1),
    f("dataUriToString", 1, 1),
    f("dateTimeAdd", 2, 3),
    f("dateTimeFromEpoch", 1, 1),
    f("dateTimeToEpoch", 1, 1),
    at(Placement::Deployment, "deployer", 0, 0),
    at(Placement::Deployment, "deployment", 0, 0),
    f("distinct", 1, 1),
    f("empty", 1, 1),
    f("endsWith", 2, 2),
    at(Placement::Deployment, "environment", 0, 0),
    at(Placement::Deployment, "extensionResourceId", 3, MANY),
    at(Placement::ParametersFile, "externalInput", 1, 2),
    f("fail", 1, 1),
    f("filter", 2, 2),
    f("first", 1, 1),
    f("flatten", 1, MANY),
    f("format", 1, MANY),
    at(Placement::ParametersFile, "getSecret", 4, 5),
    f("groupBy", 2, 3),
    f("guid", 1, MANY),
    f("indexOf", 2, 2),
    f("int", 1, 1),
    f("intersection", 2, MANY),
    f("items", 1, 1),
    f("join", 2, 2),
    f("json", 1, 1),
    f("last", 1, 1),
    f("lastIndexOf", 2, 2),
    f("length", 1, 1),
    f("like", 2, 2),
    at(Placement::Load, "loadDirectoryFileInfo", 1, 2),
    at(Placement::Load, "loadFileAsBase64", 1, 1),
    at(Placement::Load, "loadJsonContent", 1, 3),
    at(Placement::Load, "loadTextContent", 1, 2),
    at(Placement::Load, "loadYamlContent", 1, 3),
    at(Placement::Deployment, "managementGroup", 0, 1),
    at(Placement::Deployment, "managementGroupResourceId", 2, MANY),
    f("map", 2, 2),
    f("mapValues", 2, 2),
    f("max", 1, MANY),
    f("min", 1, MANY),
    f("nameof", 1, 1),
    at(Placement::ParameterDefault, "newGuid", 0, 0),
    f("objectKeys", 1, 1),
    f("padLeft", 2, 3),
    f("parseCidr", 1, 1),
    f("parseUri", 1, 1),
    at(Placement::Deployment, "pickZones", 3, 5),
    at(Placement::Deployment, "providers", 1, 2),
    f("range", 2, 2),
    at(Placement::ParametersFile, "readEnvironmentVariable", 1, 2),
    f("reduce", 3, 3),
    at(Placement::Runtime, "reference", 1, 3),
    f("replace", 3, 3),
    at(Placement::Deployment, "resourceGroup", 0, 2),
    at(Placement::Deployment, "resourceId", 2, MANY),
    at(Placement::Deployment, "roleDefinitions", 1, 1),
    f("shallowMerge", 1, 1),
    f("skip", 2, 2),
    f("sort", 2, 2),
    f("split", 2, 2),
    f("startsWith", 2, 2),
    f("string", 1, 1),
    at(Placement::Deployment, "subscription", 0, 1),
    at(Placement::Deployment, "subscriptionResourceId", 2, MANY),
    f("substring", 2, 3),
    f("take", 2, 2),
    at(Placement::Deployment, "tenant", 0, 0),
    at(Placement::Deployment, "tenantResourceId", 2, MANY),
    at(Placement::Runtime, "toLogicalZone", 3, 3),
    at(Placement::Runtime, "toLogicalZones", 3, 3),
    f("toLower", 1, 1),
    f("toObject", 2, 3),
    at(Placement::Runtime, "toPhysicalZone", 3, 3),
    at(Placement::Runtime, "toPhysicalZones", 3, 3),
    f("toUpper", 1, 1),
    f("trim", 1, 1),
    f("union", 2, MANY),
    f("uniqueString", 1, MANY),
    f("uri", 2, 2),
    f("uriComponent", 1, 1),
    f("uriComponentToString", 1, 1),
    at(Placement::ParameterDefault, "utcNow", 0, 1),
];

/// `listKeys` and its kin: any name that begins with `list`.
static LIST: Function = at(Placement::Runtime, "list*", 2, 3);

/// Finds a function by its exact name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    match FUNCTIONS.binary_search_by(|function| order(function.name).cmp(&order(name))) {
        Ok(at) if FUNCTIONS[at].name == name => Some(&FUNCTIONS[at]),
        _ if is_list(name) => Some(&LIST),
        _ => None,
    }
}

pub(super) fn suggest(name: &str) -> Option<&'static str> {
    text::suggest(name, FUNCTIONS.iter().map(|function| function.name))
}

/// `list` by itself or followed by letters, such as `listKeys`: each resource type has functions of its own.
pub(super) fn is_list(name: &str) -> bool {
    name.strip_prefix("list").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_alphabetic()))
}

/// The table is sorted for people: case ignored.
fn order(name: &str) -> String {
    name.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_function_table_is_sorted_so_that_it_can_be_searched() {
        for pair in FUNCTIONS.windows(2) {
            assert!(order(pair[0].name) < order(pair[1].name), "{} before {}", pair[0].name, pair[1].name);
        }
    }

    #[test]
    fn every_function_is_found_by_its_name_and_no_other() {
        for function in FUNCTIONS {
            assert_eq!(find(function.name).unwrap().name, function.name);
        }
        assert_eq!(find("listKeys").unwrap().name, "list*");
        assert_eq!(find("list").unwrap().name, "list*");
        assert!(find("list2").is_none());
        assert!(find("UTCNOW").is_none());
    }
}
