//! The names of parameters, for calls that give arguments by name: `GetValueOrDefault(defaultValue: "", headerName: "a")`.
//! The names are those of learn.microsoft.com/dotnet/api and of the policy expression page (2026-01-15), for the methods
//! that policies call; a call with names that are not here is noted and not run.

use super::ast::{Argument, Lambda};

/// A method, or a type for its constructor, and the names of the parameters of an overload.
const NAMES: &[(&str, &str)] = &[
    ("Add", "propertyName value"),
    ("Add", "key value"),
    ("Append", "value"),
    ("Compare", "strA strB ignoreCase"),
    ("Compare", "strA strB comparisonType"),
    ("ComputeHash", "buffer offset count"),
    ("Concat", "str0 str1 str2 str3"),
    ("Contains", "value comparisonType"),
    ("DateTime", "year month day hour minute second millisecond"),
    ("DateTimeOffset", "year month day hour minute second offset"),
    ("Decrypt", "alg key iv"),
    ("Encrypt", "alg key iv"),
    ("EndsWith", "value comparisonType"),
    ("Equals", "a b comparisonType"),
    ("Equals", "value comparisonType"),
    ("Format", "format arg0 arg1 arg2"),
    ("FromObject", "o jsonSerializer"),
    ("GetString", "bytes index count"),
    ("GetValueOrDefault", "claimName defaultValue"),
    ("GetValueOrDefault", "headerName defaultValue"),
    ("GetValueOrDefault", "key defaultValue"),
    ("GetValueOrDefault", "parameterName defaultValue"),
    ("GetValueOrDefault", "queryParameterName defaultValue"),
    ("GetValueOrDefault", "variableName defaultValue"),
    ("IndexOf", "value comparisonType"),
    ("IndexOf", "value startIndex comparisonType"),
    ("IndexOf", "value startIndex count comparisonType"),
    ("Insert", "startIndex value"),
    ("IsMatch", "input pattern options"),
    ("JProperty", "name content"),
    ("Join", "separator value"),
    ("Join", "separator values"),
    ("LastIndexOf", "value startIndex count"),
    ("Match", "input pattern options"),
    ("Matches", "input pattern options"),
    ("Max", "val1 val2"),
    ("Min", "val1 val2"),
    ("Next", "minValue maxValue"),
    ("PadLeft", "totalWidth paddingChar"),
    ("PadRight", "totalWidth paddingChar"),
    ("Pow", "x y"),
    ("Range", "start count"),
    ("Regex", "pattern options"),
    ("Remove", "startIndex count"),
    ("Repeat", "element count"),
    ("Replace", "input pattern replacement options"),
    ("Replace", "input replacement count startat"),
    ("Replace", "oldChar newChar"),
    ("Replace", "oldValue newValue comparisonType"),
    ("Round", "a decimals mode"),
    ("Round", "d decimals mode"),
    ("Round", "value digits mode"),
    ("SelectToken", "path errorWhenNoMatch"),
    ("SerializeObject", "value formatting"),
    ("SignData", "data hashAlgorithm padding"),
    ("SignHash", "hash hashAlgorithm padding"),
    ("Split", "input pattern options"),
    ("Split", "separator count options"),
    ("Split", "separator options"),
    ("StartsWith", "value comparisonType"),
    ("Substring", "startIndex length"),
    ("TimeSpan", "days hours minutes seconds milliseconds"),
    ("TimeSpan", "hours minutes seconds"),
    ("ToBase64String", "inArray offset length options"),
    ("ToDictionary", "keySelector elementSelector"),
    ("ToInt32", "value fromBase"),
    ("ToInt64", "value fromBase"),
    ("ToString", "value toBase"),
    ("Uri", "baseUri relativeUri"),
    ("Uri", "uriString uriKind"),
    ("VerifyData", "data signature hashAlgorithm padding"),
    ("VerifyHash", "hash signature hashAlgorithm padding"),
    ("Zip", "second resultSelector"),
];

/// The places of arguments in the order of the declaration, for each the argument that stands there; None where the
/// names are not known, or leave a parameter out before another. `name` is the method's or the type's.
pub(super) fn arranged(name: &str, args: &[Argument]) -> Option<Vec<usize>> {
    if !needs_names(args) {
        return Some((0..args.len()).collect());
    }
    NAMES
        .iter()
        .filter(|(known, _)| *known == name)
        .find_map(|(_, names)| places(&names.split(' ').collect::<Vec<_>>(), args))
}

/// As [`arranged`], for a lambda or a local function.
pub(super) fn arranged_for(lambda: &Lambda, args: &[Argument]) -> Option<Vec<usize>> {
    let names: Vec<&str> = lambda.params.iter().map(|parameter| parameter.name.as_str()).collect();
    places(&names, args)
}

/// One argument alone is taken by its place, whatever its name.
fn needs_names(args: &[Argument]) -> bool {
    args.len() > 1 && args.iter().any(|argument| argument.name.is_some())
}

fn places(names: &[&str], args: &[Argument]) -> Option<Vec<usize>> {
    let mut by_place = vec![None; args.len()];
    for (at, argument) in args.iter().enumerate() {
        let place = match &argument.name {
            Some(name) => names.iter().position(|known| known == name)?,
            None => at,
        };
        // A place behind the last argument means that one before it is left out.
        let slot = by_place.get_mut(place)?;
        if slot.replace(at).is_some() {
            return None;
        }
    }
    by_place.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(NAMES.is_sorted_by_key(|(name, _)| *name));
    }
}
