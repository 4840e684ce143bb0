//! Every code a diagnostic can have, gathered from the modules that own them; and the codes of files that cannot be
//! checked.

use crate::diag::Code;

const OWN: &[&Code] = &[&FILE_UNREADABLE, &NOTHING_TO_CHECK, &TOO_MANY_FILES, &UNKNOWN_KIND];

pub static FILE_UNREADABLE: Code = Code::error(
    "file-unreadable",
    "a file or a folder cannot be read",
    "The system refused to hand over the file, for the reason in the message. All other files are checked.",
);
pub static NOTHING_TO_CHECK: Code = Code::error(
    "nothing-to-check",
    "a folder has no spec and no policy in it",
    "A check that checks nothing would pass for ever, so it is an error. What counts as a spec is a file with \
     `apiVersion: genai-lz/…`, and as a policy a file that begins with `<policies>`, `<fragment>` or a policy element. \
     Hidden files and folders, and folders named `bin`, `node_modules`, `obj` and `target`, are passed over.",
);
pub static TOO_MANY_FILES: Code = Code::error(
    "too-many-files",
    "a folder has more files than are looked at",
    "Past 100,000 files the path is most likely a mistake, such as the root of the disk. Name folders further down.",
);
pub static UNKNOWN_KIND: Code = Code::error(
    "file-unknown-kind",
    "a file that was named is neither a spec nor a policy",
    "A spec says `apiVersion: genai-lz/…`; a policy begins with `<policies>`, `<fragment>` or a policy element. In a \
     folder other files are passed over, but one that is named on the command line is meant to be checked. Bicep \
     files and ARM templates are not: what is wrong in them with a service, such as a subscription key that is a \
     constant, weights of a pool outside 0 to 100, or metrics without dimensions in Application Insights, is not found.",
);

/// Those that are about a folder instead of a file.
pub(crate) const OF_FOLDERS: &[&Code] = &[&NOTHING_TO_CHECK, &TOO_MANY_FILES];

/// All codes, sorted by id.
pub fn all() -> Vec<&'static Code> {
    let tables: &[&[&'static Code]] = &[
        OWN,
        crate::arm::codes::ALL,
        crate::bicep::codes::ALL,
        crate::csharp::codes::ALL,
        crate::deploy::codes::ALL,
        crate::gateway::codes::ALL,
        crate::import::codes::ALL,
        crate::plan::codes::ALL,
        crate::policy::codes::ALL,
        crate::policy::project::codes::ALL,
        crate::policy::suppress::CODES,
        crate::render::codes::ALL,
        crate::sandbox::codes::ALL,
        crate::scenario::codes::ALL,
        crate::spec::codes::ALL,
    ];
    let mut all: Vec<&'static Code> = tables.iter().flat_map(|table| table.iter().copied()).collect();
    all.extend(crate::policy::lints::ALL.iter().map(|lint| lint.code));
    all.sort_by_key(|code| code.id);
    all
}
