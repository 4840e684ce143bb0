//! What can go wrong while rendering. A spec that was accepted renders; these say that it did not, and are ours to
//! mend.

use crate::diag::Code;

pub const ALL: &[&Code] = &[&REFUSED, &TEMPLATE];

pub static REFUSED: Code = Code::error(
    "rendered-policy-refused",
    "a rendered policy that our own parser refuses",
    "Every policy is read back before it is written or sent. That one of them is refused is a bug in genai-lz, or in \
     a template that was changed. Report it with the spec; the place is in the rendered policy.",
);

pub static TEMPLATE: Code = Code::error(
    "template-failed",
    "a template that could not be rendered",
    "A template asked for a value that is not there, or for text without saying how it is escaped. This is a bug in \
     genai-lz, or in a template that was changed.",
);
