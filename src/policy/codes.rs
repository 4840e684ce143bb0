//! The kinds of finding that reading a policy can give.

use super::wordings;
use crate::diag::Code;

const REFERENCE: &str = "https://learn.microsoft.com/azure/api-management/api-management-policies";
const FRAGMENTS: &str = "https://learn.microsoft.com/azure/api-management/policy-fragments";
const NAMED_VALUES: &str = "https://learn.microsoft.com/azure/api-management/api-management-howto-properties";

pub static BAD_NAME: Code = Code::error(
    "policy-bad-name",
    "the name of an element or attribute begins with a digit, `-` or `.`",
    "Names begin with a letter or `_`. Correct the name.",
)
.service_says(&[wordings::NAME_BEGINS_BADLY]);
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
)
.service_says(&[wordings::LATE_DECLARATION]);
pub static DUPLICATE_ATTRIBUTE: Code = Code::error(
    "policy-duplicate-attribute",
    "an attribute is written twice on one element",
    "XML allows each attribute once per element, so the service refuses the document. Remove one of the two.",
);
pub static EMPTY_FILE: Code = Code::error(
    "policy-empty-file",
    "a policy file is empty",
    "There is nothing in the file but white space, which the service refuses. A policy that changes nothing is \
     `<policies><inbound><base /></inbound><backend><base /></backend><outbound><base /></outbound><on-error><base \
     /></on-error></policies>`.",
);
pub static FORBIDDEN_TEXT: Code = Code::error(
    "policy-forbidden-text",
    "characters stand where XML does not allow them",
    "XML 1.0 allows no control characters but tab and line ends, not even by number, no `--` inside a comment and no \
     `]]>` outside a CDATA section. The service reads policies with an XML reader that refuses them. Remove the \
     characters.",
)
.service_says(&[wordings::BAD_COMMENT, wordings::CDATA_END])
.with_url("https://www.w3.org/TR/xml/");
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
)
.service_says(&[wordings::TAG_MISMATCH]);
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
pub static NOT_TEXT: Code = Code::error(
    "policy-not-text",
    "a policy file is not UTF-8 text",
    "A policy travels to API Management inside JSON, which is UTF-8 (RFC 8259, 8.1), and the tools that send policy \
     files read them as UTF-8, with or without byte order mark. A file in UTF-16, UTF-32 or an older code page is not \
     converted on the way, because what is checked would then not be what is sent. Save the file as UTF-8, for \
     instance with `iconv -f UTF-16 -t UTF-8`.",
);
pub static NOT_XML: Code = Code::error(
    "policy-not-xml",
    "a policy declared to be `xml` holds expressions that are not XML",
    "In the format `xml` a policy is XML throughout, and the characters `\"`, `<` and `&` of an expression are written \
     as references; `rawxml` takes expressions as they are and is what the portal's editor shows. Declare the format \
     `rawxml`, or escape the expression.",
)
.service_says(&[wordings::NO_WHITE_SPACE, wordings::NAME_BEGINS_BADLY, wordings::LESS_THAN_IN_VALUE, wordings::ENTITY_NAME, wordings::TAG_MISMATCH])
.with_url("https://stackoverflow.com/questions/70278751")
.references(&[
    "github.com/Azure/apiops issue 160",
    "github.com/pulumi/pulumi-azure issue 611",
    "github.com/hashicorp/terraform-provider-azurerm issues 3918 and 9223",
]);
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
    "a file is far too large for a policy",
    "The reader stops at a size far beyond the largest document that API Management accepts (512 KB for a fragment), \
     so that a wrong or hostile file costs neither time nor memory. Check that this is the policy file.",
);
pub static UNCLOSED: Code = Code::error(
    "policy-unclosed",
    "a tag, comment, CDATA section or instruction is not closed",
    "The construct runs to the end of the text or into the next tag. Close it where it was meant to end.",
)
.service_says(&[wordings::BAD_COMMENT]);
pub static UNTERMINATED_VALUE: Code = Code::error(
    "policy-unterminated-value",
    "an attribute value is not closed",
    "No closing quote follows in the rest of the text. Add it; inside an expression quotes do not close the value.",
);

pub static API_ONLY_ATTRIBUTE: Code = Code::error(
    "policy-api-only-attribute",
    "an attribute is available in the policies of APIs and operations only",
    "The service sets the headers that tell a caller what is left of a token limit for APIs and operations alone. It \
     refuses the attributes at global and product scope, in fragments and for WebSocket APIs. Store the number with \
     `remaining-tokens-variable-name` and set the header in the API's outbound section.",
)
.service_says(&[wordings::API_ONLY])
.with_url("https://learn.microsoft.com/azure/api-management/llm-token-limit-policy");
pub static AMBIGUOUS_NAME: Code = Code::error(
    "policy-ambiguous-name",
    "a name is known in several services",
    "The folder holds several API Management services, and the API is in more than one of them. Name the folder of one.",
);
pub static COMPOSED_TOO_LARGE: Code = Code::error(
    "policy-composed-too-large",
    "the policies of all scopes together are too large",
    "Every `<base/>` puts in all policies of the scopes outside, so several in one section multiply. The reader stops \
     far beyond any real policy. Write `<base/>` once in each section.",
);
pub static UNKNOWN_NAME: Code = Code::error(
    "policy-unknown-name",
    "an API, an operation or a product is not known",
    "The name is looked for among those that the folder or the spec describes. Correct it, or name another folder.",
);

pub static BACKEND_ONE_POLICY: Code = Code::error(
    "policy-backend-one-policy",
    "the backend section holds more than one policy",
    "The service accepts exactly one policy in `<backend>`. Move what prepares the request to `<inbound>`, or put \
     everything inside the one policy, such as `<retry>`.",
)
.service_says(&[wordings::BACKEND_ONE_POLICY]);
pub static BAD_VALUE: Code = Code::error(
    "policy-bad-value",
    "an attribute value is not one that the policy takes",
    "The value is outside the numbers or words that the policy's page and schema list, and the service refuses the \
     document. Use one of the values named in the message.",
)
.with_url(REFERENCE);
pub static BASE_IN_FRAGMENT: Code = Code::error(
    "policy-base-in-fragment",
    "a fragment contains `<base/>` or a section",
    "A fragment is a list of policies that is put in place of `<include-fragment>`; it has no parent scope and no \
     sections. Move `<base/>` to the documents that include the fragment.",
)
.with_url(FRAGMENTS);
pub static CHILD_ORDER: Code = Code::error(
    "policy-child-order",
    "the elements inside a policy are in the wrong order",
    "The service validates policies with a schema, and where the schema gives a sequence the order counts: in \
     `<validate-jwt>`, `<audiences>` has to stand before `<issuers>`. Put them into the order of the policy's page.",
)
.service_says(&[wordings::INVALID_CHILD_OF, wordings::INVALID_CHILD])
.example(
    "<validate-jwt header-name=\"Authorization\">\n    <issuers><issuer>a</issuer></issuers>\n    <audiences><audience>b</audience></audiences>\n</validate-jwt>",
    "<validate-jwt header-name=\"Authorization\">\n    <audiences><audience>b</audience></audiences>\n    <issuers><issuer>a</issuer></issuers>\n</validate-jwt>",
)
.with_url(REFERENCE);
pub static COMMENT_BESIDE_EXPRESSION: Code = Code::error(
    "policy-comment-beside-expression",
    "a comment stands beside an expression in the same text",
    "Saving a policy fails where an XML comment precedes the expression in a text such as `<set-body>` \
     (MicrosoftDocs/azure-docs issue 39802). Move the comment before the element or into the expression.",
);
pub static CONFLICTING_ATTRIBUTES: Code = Code::error(
    "policy-conflicting-attributes",
    "two attributes exclude each other",
    "Both say the same thing in two ways, such as `timeout` and `timeout-ms`, or `partition-id` and `partition-key`. \
     Keep one of them. It is a warning where only the policy's page excludes the pair.",
)
.with_url(REFERENCE);
pub static DIMENSION_WITHOUT_VALUE: Code = Code::error(
    "policy-dimension-without-value",
    "a dimension of a metric has no value",
    "Only the dimensions that the service fills in itself may be written without a value: API ID, Backend ID, Gateway \
     ID, Location, Operation ID, Product ID, Subscription ID and User ID. Give the dimension a value.",
)
.with_url("https://learn.microsoft.com/azure/api-management/llm-emit-token-metric-policy");
pub static DUPLICATE_SECTION: Code = Code::error(
    "policy-duplicate-section",
    "a section is written twice",
    "Each of `inbound`, `backend`, `outbound` and `on-error` may stand once in a policy document. Join the two.",
);
pub static EXPRESSION_NOT_ALLOWED: Code = Code::error(
    "policy-expression-not-allowed",
    "an attribute does not take an expression",
    "The policy's page says that expressions are not allowed in this attribute: its value has to be known when the \
     policy is saved. Write a literal or a named value.",
)
.with_url(REFERENCE);
pub static INCOMPLETE: Code = Code::error(
    "policy-incomplete",
    "a policy lacks one of several things of which it needs one",
    "Each may be left out, but not all of them: `set-backend-service` needs `base-url` or `backend-id`, `llm-token-limit` \
     needs `tokens-per-minute` or `token-quota`. Add what the message names. It is a warning where only the policy's page \
     asks for it.",
)
.with_url(REFERENCE);
pub static MISSING_ATTRIBUTE: Code = Code::error(
    "policy-missing-attribute",
    "a required attribute is missing",
    "The policy cannot work without this attribute and the service refuses the document. Add it.",
)
.with_url(REFERENCE);
pub static MISSING_CHILD: Code = Code::error(
    "policy-missing-child",
    "a required element is missing inside a policy",
    "The policy cannot work without this element inside it and the service refuses the document. Add it.",
)
.with_url(REFERENCE);
pub static MIXED_EXPRESSION: Code = Code::error(
    "policy-mixed-expression",
    "a value mixes text and an expression",
    "An expression has to be the whole value. What the service does with a mixed one is documented as an error for \
     some policies and unknown for others, so it is refused here. Put the text into the expression, as in \
     `@(\"Bearer \" + (string)context.Variables[\"token\"])`.",
);
pub static NESTED_FRAGMENT: Code = Code::error(
    "policy-nested-fragment",
    "a fragment includes another fragment",
    "Fragments may not include fragments. Include both from the document, in order.",
)
.with_url(FRAGMENTS);
pub static NOT_IN_FRAGMENT: Code = Code::error(
    "policy-not-in-fragment",
    "a policy may not stand in a fragment",
    "The page of the policy excludes fragments, such as that of `cache-lookup`. Move it to the documents that include the \
     fragment.",
)
.with_url("https://learn.microsoft.com/azure/api-management/cache-lookup-policy");
pub static OVER_LIMIT: Code = Code::error(
    "policy-over-limit",
    "a policy is larger than the service accepts",
    "API Management accepts policy documents of 256 KiB, of 16 KiB in the Consumption tier, and fragments of 512 KB. Move \
     parts into fragments, or long texts into named values.",
)
.with_url(FRAGMENTS);
pub static REPEATED_CHILD: Code = Code::error(
    "policy-repeated-child",
    "an element occurs more often inside a policy than it may",
    "The schema of the policy allows this element fewer times. Remove the surplus.",
)
.with_url(REFERENCE);
pub static REPEATED_POLICY: Code = Code::error(
    "policy-repeated-policy",
    "a policy stands more often than it may",
    "Some policies may stand once in a section, others once in a whole document; their pages say so. Branches of `choose` \
     are not counted. Remove one of the two.",
)
.with_url(REFERENCE);
pub static TOO_MANY_DIMENSIONS: Code = Code::warning(
    "policy-too-many-dimensions",
    "a metric has more custom dimensions than its page allows",
    "The pages of 2025 and later allow 5 custom dimensions; the schema and older pages allow 10. What the service does with \
     the sixth is not documented. Keep to 5.",
)
.with_url("https://learn.microsoft.com/azure/api-management/llm-emit-token-metric-policy");
pub static UNEXPECTED_CHILD: Code = Code::error(
    "policy-unexpected-child",
    "an element may not stand inside this one",
    "The schema of the policy does not list this element among its content, and the service refuses the document. \
     Correct its name or move it.",
)
.service_says(&[wordings::INVALID_CHILD_OF, wordings::INVALID_CHILD])
.with_url(REFERENCE);
pub static UNEXPECTED_TEXT: Code = Code::error(
    "policy-unexpected-text",
    "text stands where only elements may",
    "The element holds policies or other elements, not text. Most often a `<` is missing or a tag was closed too early.",
);
pub static UNKNOWN_ATTRIBUTE: Code = Code::error(
    "policy-unknown-attribute",
    "a policy has no such attribute",
    "Neither the schema nor the page of the policy has this attribute, and the service refuses the document. Correct \
     its name.",
)
.with_url(REFERENCE);
pub static UNKNOWN_ELEMENT: Code = Code::error(
    "policy-unknown-element",
    "there is no policy of this name",
    "The name is not one of the policies of API Management. Correct it.",
)
.with_url(REFERENCE);
pub static UNKNOWN_FRAGMENT: Code = Code::error(
    "policy-unknown-fragment",
    "an included fragment does not exist",
    "`<include-fragment>` names a fragment that the service does not hold. Deploy the fragment first, or correct the \
     id.",
)
.service_says(&[wordings::FRAGMENT_NOT_FOUND])
.with_url(FRAGMENTS);
pub static UNKNOWN_NAMED_VALUE: Code = Code::error(
    "policy-unknown-named-value",
    "a named value does not exist",
    "`{{name}}` is replaced by the named value when the policy is saved; without one the service refuses \
     the document. Create the named value first, or correct the name.",
)
.service_says(&[wordings::NAMED_VALUE_NOT_FOUND])
.with_url(NAMED_VALUES);
pub static UNKNOWN_ROOT: Code = Code::error(
    "policy-unknown-root",
    "the text is neither a policy document nor a fragment",
    "A policy document is one `<policies>` element with its sections, a fragment is one `<fragment>` element. The \
     service refuses sections that stand alone.",
)
.service_says(&[wordings::SECTION_NOT_IN_SCOPE]);
pub static WRONG_SCOPE: Code = Code::error(
    "policy-wrong-scope",
    "a policy is not allowed at the scope of its document",
    "The policy's page lists the scopes at which it may stand: `quota` in the policy of a product alone, `cross-domain` in \
     the global one. The service refuses it elsewhere. Move it.",
)
.service_says(&[wordings::NOT_IN_SCOPE])
.with_url(REFERENCE);
pub static WRONG_SECTION: Code = Code::error(
    "policy-wrong-section",
    "a policy stands in a section where it is not allowed",
    "The policy's page lists the sections in which it may stand; the service refuses it elsewhere. Move it. It is a \
     warning where deployed policies or the policy toolkit have it in that section all the same.",
)
.with_url(REFERENCE);
pub static WRONG_TIER: Code = Code::error(
    "policy-wrong-tier",
    "a policy is not run by the gateways of this tier",
    "The policy's page lists the gateways that run it. The Consumption tier, for example, keeps \
     no counters. Remove the policy, or choose another tier.",
)
.service_says(&[wordings::NOT_IN_CONSUMPTION])
.with_url("https://learn.microsoft.com/azure/api-management/api-management-gateways-overview");

/// All of them, by id.
pub const ALL: &[&Code] = &[
    &AMBIGUOUS_NAME,
    &API_ONLY_ATTRIBUTE,
    &BACKEND_ONE_POLICY,
    &BAD_NAME,
    &BAD_VALUE,
    &BARE_AMPERSAND,
    &BARE_LESS_THAN,
    &BASE_IN_FRAGMENT,
    &CHILD_ORDER,
    &COMMENT_BESIDE_EXPRESSION,
    &COMPOSED_TOO_LARGE,
    &CONFLICTING_ATTRIBUTES,
    &DECLARATION,
    &DIMENSION_WITHOUT_VALUE,
    &DUPLICATE_ATTRIBUTE,
    &DUPLICATE_SECTION,
    &EMPTY_FILE,
    &EXPRESSION_NOT_ALLOWED,
    &FORBIDDEN_TEXT,
    &INCOMPLETE,
    &MARKUP_IN_VALUE,
    &MISMATCHED_TAG,
    &MISSING_ATTRIBUTE,
    &MISSING_CHILD,
    &MISSING_SPACE,
    &MISSING_VALUE,
    &MIXED_EXPRESSION,
    &NESTED_FRAGMENT,
    &NOT_AN_ATTRIBUTE,
    &NOT_IN_FRAGMENT,
    &NOT_TEXT,
    &NOT_XML,
    &OVER_LIMIT,
    &REPEATED_CHILD,
    &REPEATED_POLICY,
    &TEXT_OUTSIDE,
    &TOO_DEEP,
    &TOO_LARGE,
    &TOO_MANY_DIMENSIONS,
    &UNCLOSED,
    &UNEXPECTED_CHILD,
    &UNEXPECTED_TEXT,
    &UNKNOWN_ATTRIBUTE,
    &UNKNOWN_ELEMENT,
    &UNKNOWN_FRAGMENT,
    &UNKNOWN_NAME,
    &UNKNOWN_NAMED_VALUE,
    &UNKNOWN_ROOT,
    &UNTERMINATED_VALUE,
    &WRONG_SCOPE,
    &WRONG_SECTION,
    &WRONG_TIER,
];
