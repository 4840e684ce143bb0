//! The kinds of finding that reading a policy can give.

use crate::diag::Code;

const RAWXML: &str = "https://learn.microsoft.com/azure/api-management/set-edit-policies";
const REFERENCE: &str = "https://learn.microsoft.com/azure/api-management/api-management-policies";
const FRAGMENTS: &str = "https://learn.microsoft.com/azure/api-management/policy-fragments";
const NAMED_VALUES: &str = "https://learn.microsoft.com/azure/api-management/api-management-howto-properties";

pub static BARE_AMPERSAND: Code = Code::error(
    "policy-bare-ampersand",
    "a `&` outside an expression does not begin a character reference",
    "Outside `@( )` and `@{ }` a policy is XML, where `&` begins a reference such as `&amp;`. API Management refuses \
     the document. Write `&amp;`.",
);
pub static BARE_LESS_THAN: Code = Code::error(
    "policy-bare-less-than",
    "a `<` outside an expression does not begin an element",
    "Outside `@( )` and `@{ }` a policy is XML, where `<` begins an element, a comment or a CDATA section. Write \
     `&lt;` where the character itself is meant.",
);
pub static DECLARATION: Code = Code::error(
    "policy-declaration",
    "a policy contains a document type declaration",
    "API Management refuses document type declarations, and an entity declared in one could grow without bound. \
     Remove it and write the text itself.",
);
pub static DUPLICATE_ATTRIBUTE: Code = Code::error(
    "policy-duplicate-attribute",
    "an attribute is written twice on one element",
    "XML allows each attribute once per element, so the service refuses the document. Remove one of the two.",
);
pub static MARKUP_IN_VALUE: Code = Code::error(
    "policy-markup-in-value",
    "an attribute value contains a bare `<`",
    "Outside an expression an attribute value may not hold `<`. Most often the quote that should close the value \
     before it is missing. Close the value, or write `&lt;`.",
);
pub static MISMATCHED_TAG: Code = Code::error(
    "policy-mismatched-tag",
    "a start tag and an end tag do not belong together",
    "Every `<x>` needs its `</x>` in the right place, or has to be written `<x/>`. Nothing is guessed about what was \
     meant: the service refuses the document. Correct the tag that is underlined.",
);
pub static MISSING_SPACE: Code = Code::error(
    "policy-missing-space",
    "two attributes are not separated by white space",
    "XML needs white space between attributes, and the service says so at this place. A quote that closes a value \
     too early looks the same. Add the space, or correct the quote.",
);
pub static MISSING_VALUE: Code = Code::error(
    "policy-missing-value",
    "an attribute has no value in quotes",
    "XML has no attributes without a value, and every value stands in single or double quotes.",
);
pub static NOT_AN_ATTRIBUTE: Code = Code::error(
    "policy-not-an-attribute",
    "something in a start tag is not an attribute",
    "Between the name of an element and its `>` only attributes of the form `name=\"value\"` may stand. A quote inside \
     a value that is not an expression ends the value too early and leaves its rest here.",
);
pub static TEXT_OUTSIDE: Code = Code::error(
    "policy-text-outside",
    "text stands outside the root element",
    "A policy is one element, `policies` or `fragment`; outside it only comments and white space may stand.",
);
pub static TOO_DEEP: Code = Code::error(
    "policy-too-deep",
    "elements are nested too deeply",
    "The reader stops at a fixed depth, far beyond that of any real policy, so that hostile text cannot exhaust the \
     stack. Split the policy into fragments.",
);
pub static TOO_LARGE: Code = Code::error(
    "policy-too-large",
    "a policy is larger than the service accepts",
    "API Management accepts policy documents of 256 KiB and fragments of 512 KB. Move parts into fragments.",
)
.with_url(FRAGMENTS);
pub static UNCLOSED: Code = Code::error(
    "policy-unclosed",
    "a tag, comment, CDATA section or instruction is not closed",
    "The construct runs to the end of the text or into the next tag. Close it where it was meant to end.",
);
pub static UNTERMINATED_VALUE: Code = Code::error(
    "policy-unterminated-value",
    "an attribute value is not closed",
    "No closing quote follows in the rest of the text. Add it; inside an expression quotes do not close the value.",
);

/// All of them, by id.
pub const ALL: &[&Code] = &[
    &BARE_AMPERSAND,
    &BARE_LESS_THAN,
    &DECLARATION,
    &DUPLICATE_ATTRIBUTE,
    &MARKUP_IN_VALUE,
    &MISMATCHED_TAG,
    &MISSING_SPACE,
    &MISSING_VALUE,
    &NOT_AN_ATTRIBUTE,
    &TEXT_OUTSIDE,
    &TOO_DEEP,
    &TOO_LARGE,
    &UNCLOSED,
    &UNTERMINATED_VALUE,
];
