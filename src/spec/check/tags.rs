//! Tags within the limits of Azure Resource Manager
//! (learn.microsoft.com/azure/azure-resource-manager/management/tag-resources, seen 2026-11-22).

use super::Checks;
use crate::spec::codes;
use crate::spec::types::Spec;

const TAGS_MAX: usize = 50;
const NAME_CHARS_MAX: usize = 512;
const VALUE_CHARS_MAX: usize = 256;
const NOT_IN_NAMES: [char; 7] = ['<', '>', '%', '&', '\\', '?', '/'];

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    let tags = &spec.metadata.tags;
    if tags.len() > TAGS_MAX {
        let found = cx
            .diagnostic(
                &codes::OUT_OF_RANGE,
                tags.span,
                format!("{} tags; a resource has at most {TAGS_MAX}", tags.len()),
            )
            .help("remove some of them");
        cx.push(found);
    }
    for (name, value) in tags.iter() {
        let name_fits = (1..=NAME_CHARS_MAX).contains(&name.chars().count())
            && !name.contains(NOT_IN_NAMES)
            && !name.chars().any(char::is_control);
        let value_fits = value.chars().count() <= VALUE_CHARS_MAX && !value.chars().any(char::is_control);
        let (message, help) = match (name_fits, value_fits) {
            (true, true) => continue,
            (false, _) => ("a tag name that Azure refuses", "use up to 512 characters without `<>%&\\?/`"),
            (true, false) => ("a tag value that Azure refuses", "use one line of up to 256 characters"),
        };
        let found = cx.diagnostic(&codes::NAME_REFUSED, value.span, message).help(help);
        cx.push(found);
    }
}
