//! The kinds of finding that reading an expression can give.

use super::wordings;
use crate::diag::Code;

const POLICY_EXPRESSIONS: &str =
    "https://learn.microsoft.com/azure/api-management/api-management-policy-expressions";

pub static SYNTAX: Code = Code::error(
    "csharp-syntax",
    "a policy expression is not valid C#",
    "The text between `@(` and `)` has to be one C# expression, the text between `@{` and `}` C# statements. \
     API Management compiles it when the policy is saved and refuses the whole document where it does not compile. \
     Correct the place that is underlined.",
)
.with_url(POLICY_EXPRESSIONS);

pub static UNTERMINATED: Code = Code::error(
    "csharp-unterminated",
    "a string, comment or bracket in a policy expression is not closed",
    "An expression ends at the bracket that closes the one after `@`, brackets inside strings and comments not \
     counted. A string that is not closed on its line, or a bracket too few, swallows the rest of the policy. \
     Close it, or write a string over several lines as `@\"...\"`.",
)
.service_says(&[wordings::UNTERMINATED_STRING]);

pub static SINGLE_QUOTED_STRING: Code = Code::warning(
    "csharp-single-quoted-string",
    "single quotes hold one character in C#, not a string",
    "C# writes strings in double quotes; single quotes hold exactly one character (CS1012). Many published policies \
     write `GetValueOrDefault('Retry-After')`, one of them in a lab that is run against Azure, and whether the service \
     tolerates it is not documented. Write the string in double quotes, which also may stand in an attribute that is \
     delimited by double quotes where the policy is saved as `rawxml`.",
)
.example(
    "@(context.Response.Headers.GetValueOrDefault('Retry-After'))",
    "@(context.Response.Headers.GetValueOrDefault(\"Retry-After\"))",
);

pub static NOT_SUPPORTED: Code = Code::note(
    "csharp-not-supported",
    "the sandbox does not run a part of a policy expression",
    "The service takes this expression, and so does every check here; the gateway of the sandbox does not run the part \
     that is named. Nothing is guessed: a request that comes to it fails with a `NotSupportedException` or a missing \
     member, instead of answering something else than the service. Rewrite it with the features listed in the \
     reference where the sandbox has to run it, or report the feature as missing.",
);

pub static NOT_READ: Code = Code::error(
    "csharp-not-read",
    "a C# feature in a policy expression is refused by name",
    "Policy expressions are C# 7 that runs to its end without waiting: `await`, `unsafe` and what came with later \
     versions have no place in them, and no published policy uses `goto`, labels, `this` or variables taken from a \
     tuple. Reading stops there, so that nothing is guessed. Rewrite it.",
)
.with_url(POLICY_EXPRESSIONS);

pub static NEWER_SYNTAX: Code = Code::warning(
    "csharp-newer-syntax",
    "a policy expression uses syntax that is newer than C# 7",
    "The policy expression page names C# 7 as the version of the language. What came later may be refused when the \
     policy is saved, depending on the compiler of the service, which is not documented. Write it with the means of \
     C# 7: `== null` for a pattern, `switch` as a statement, `using` with brackets.",
)
.with_url(POLICY_EXPRESSIONS);

pub static EMPTY: Code = Code::error(
    "csharp-empty",
    "a policy expression holds nothing",
    "`@()` and `@{}` have no value. Write an expression or statements, or remove the whole of it.",
);

pub static WRONG_TYPE: Code = Code::error(
    "csharp-wrong-type",
    "a value in a policy expression has a type that does not fit its place",
    "C# converts between types only where nothing can go wrong, and its operators work on certain types only. Above \
     all, `context.Variables[\"x\"]` is an `object` and an element of a `JObject` a `JToken`: both have to be cast before \
     they are a number or a text (CS0266, CS1503, CS0019, CS0029). The service compiles expressions when the policy is \
     saved and refuses the document. Nothing is said where a type is not known for sure.",
)
.service_says(&[wordings::NO_CONVERSION, wordings::NO_CONVERSION_BUT_CAST, wordings::ARGUMENT_NOT_OF_TYPE, wordings::NO_OPERATOR, wordings::NO_CAST, wordings::NO_COMMON_TYPE, wordings::NULL_VALUE, wordings::NO_INDEXER])
.example(
    "@(context.Variables[\"retries\"] + 1)",
    "@((int)context.Variables[\"retries\"] + 1)",
)
.with_url(POLICY_EXPRESSIONS);

pub static WRONG_ARGUMENTS: Code = Code::error(
    "csharp-wrong-arguments",
    "a method in a policy expression is called with a number of arguments it does not take",
    "No overload of the method takes that many arguments (CS1501). The service compiles expressions when the policy is \
     saved and refuses the document. Give the arguments that the method has.",
)
.service_says(&[wordings::ARGUMENT_COUNT])
.with_url(POLICY_EXPRESSIONS);

pub static DUPLICATE_NAME: Code = Code::error(
    "csharp-duplicate-name",
    "two variables of a policy expression have the same name",
    "A name can be declared once in a block, and not again in the blocks inside it (CS0128, CS0136). `context` is \
     declared in every expression. Give one of them another name.",
);

pub static UNASSIGNED: Code = Code::error(
    "csharp-unassigned",
    "a variable of a policy expression is read before it has a value",
    "C# refuses to read a local variable that cannot have been assigned before (CS0165). Give it a value where it is \
     declared.",
)
.service_says(&[wordings::UNASSIGNED]);

pub static UNREACHABLE: Code = Code::warning(
    "csharp-unreachable",
    "a statement of a policy expression is never reached",
    "Every path before it returns, throws or leaves the loop (CS0162). Remove it, or look for a condition that is \
     missing.",
);

pub static MISSING_RETURN: Code = Code::error(
    "csharp-missing-return",
    "a statement expression does not return a value on every path",
    "Every path through `@{ ... }` has to end in `return value;` (CS0161, and the policy expression page says so). \
     Add a return at the end of the block, or an `else` branch that returns.",
)
.with_url(POLICY_EXPRESSIONS);

pub static UNKNOWN_NAME: Code = Code::error(
    "csharp-unknown-name",
    "a name in a policy expression is neither a variable nor a type",
    "An expression sees `context`, its own local variables and the .NET types on the policy allow list. \
     The name is none of these, so the service would not compile it (CS0103). Declare it or correct its spelling.",
)
.service_says(&[wordings::UNKNOWN_NAME]);

pub static UNKNOWN_TYPE: Code = Code::error(
    "csharp-unknown-type",
    "a policy expression names a type that does not exist",
    "The name is neither a type on the allow list of the service nor one of .NET that is known here (CS0246). Correct \
     its spelling.",
)
.with_url(POLICY_EXPRESSIONS);

pub static TYPE_NOT_ALLOWED: Code = Code::error(
    "csharp-type-not-allowed",
    "a policy expression uses a .NET type that policies may not use",
    "Policy expressions may use only the .NET types that the policy expression page lists. The service refuses a \
     document that uses another, such as `CultureInfo`. Use a type of the list: `JObject` for JSON, `XDocument` for XML, `WebUtility` or `Uri` for encoding.",
)
.service_says(&[wordings::TYPE_NOT_SUPPORTED])
.with_url(POLICY_EXPRESSIONS);

pub static TYPE_NOT_LISTED: Code = Code {
    references: &[
        "https://github.com/Azure/api-management-policy-snippets (87225c2: `XmlReader` and `XmlDocument` to read XML, \
         `RSACng` to sign with the key of a certificate)",
    ],
    ..Code::warning(
        "csharp-type-not-listed",
        "a policy expression uses a .NET type that the list lacks and Microsoft's samples use",
        "The policy expression page does not list the type, and the service refuses most types that it does not list. \
         Samples that Microsoft publishes use this one, so the page may be incomplete, or the samples out of date. Try \
         it on a service of your own before you rely on it, or use a type of the list: `XDocument` and `XElement` for \
         XML, `RSA` for keys.",
    )
    .with_url(POLICY_EXPRESSIONS)
};

pub static MEMBER_NOT_ALLOWED: Code = Code::error(
    "csharp-member-not-allowed",
    "a policy expression uses a .NET member that policies may not use",
    "Of a few .NET types the policy expression page allows single members only: `DateTime` has `Parse` and not \
     `TryParse`, a regular expression's `Match` has `Groups` and not `Index`. Use a member of the list.",
)
.with_url(POLICY_EXPRESSIONS);

pub static UNKNOWN_MEMBER: Code = Code::error(
    "csharp-unknown-member",
    "a member does not exist on its type",
    "The type of the value to the left is known and has no such property or method (CS1061, CS0117). The service \
     compiles expressions when the policy is saved and refuses the document. Correct the spelling.",
)
.service_says(&[wordings::NO_MEMBER])
.with_url(POLICY_EXPRESSIONS);

pub static WRONG_RESULT: Code = Code::error(
    "csharp-wrong-result",
    "a policy expression gives a value of a type that its place does not take",
    "An attribute that takes a number or a Boolean wants an expression of that very C# type: `token-quota` takes a \
     `long`, so `@(1000)`, which is an `int`, is refused when the policy is saved. A text takes every type.",
)
.service_says(&[wordings::NO_CONVERSION, wordings::NO_CONVERSION_BUT_CAST, wordings::RETURN_TYPE])
.example(r#"token-quota="@(1000)""#, r#"token-quota="@(1000L)""#)
.with_url(POLICY_EXPRESSIONS);

pub static CONSTANT: Code = Code::error(
    "csharp-constant",
    "a constant of a policy expression does not fit its type",
    "C# computes constants when an expression is compiled and checks them: a cast of `300` to `byte`, a sum past the \
     largest `int`, a division by a literal zero are refused (CS0221, CS0220, CS0020). Correct the number, give it a wider \
     type, or write `unchecked(...)` where cutting it off is meant.",
)
.example("@((byte)300)", "@(unchecked((byte)300))");

pub static TOO_COMPLEX: Code = Code::error(
    "csharp-too-complex",
    "a policy expression is nested too deeply or too long",
    "Expressions are read and run with a limit on nesting and length, so that no document can exhaust the stack. \
     The largest published expression has about 8,000 characters and far less nesting. Split it with local variables \
     or several `set-variable` policies.",
);

pub const ALL: &[&Code] = &[
    &CONSTANT,
    &DUPLICATE_NAME,
    &EMPTY,
    &MEMBER_NOT_ALLOWED,
    &MISSING_RETURN,
    &NEWER_SYNTAX,
    &NOT_READ,
    &NOT_SUPPORTED,
    &SINGLE_QUOTED_STRING,
    &SYNTAX,
    &TOO_COMPLEX,
    &TYPE_NOT_ALLOWED,
    &TYPE_NOT_LISTED,
    &UNASSIGNED,
    &UNKNOWN_MEMBER,
    &UNKNOWN_NAME,
    &UNKNOWN_TYPE,
    &UNREACHABLE,
    &UNTERMINATED,
    &WRONG_ARGUMENTS,
    &WRONG_RESULT,
    &WRONG_TYPE,
];
