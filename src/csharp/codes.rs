//! The kinds of finding that reading an expression can give.

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
);

pub static SINGLE_QUOTED_STRING: Code = Code::error(
    "csharp-single-quoted-string",
    "single quotes hold one character in C#, not a string",
    "C# writes strings in double quotes; single quotes hold exactly one character (CS1012). Many published policies \
     write `GetValueOrDefault('Retry-After')`, and whether the service tolerates it is not documented. Write the \
     string in double quotes; in a policy the attribute around it may then use single quotes.",
);

pub static NOT_SUPPORTED: Code = Code::error(
    "csharp-not-supported",
    "a C# feature is not evaluated by genai-lz",
    "The text is C#, but uses a feature that this version does not evaluate. Nothing is guessed: the expression is \
     refused where the policy is read, rather than answering something else than the service at run time. Rewrite it \
     with the features listed in the reference, or report the feature as missing.",
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
);

pub static UNKNOWN_TYPE: Code = Code::error(
    "csharp-unknown-type",
    "a type in a policy expression is not one that genai-lz evaluates",
    "Policy expressions may use only the .NET types on the allow list of the service, and genai-lz evaluates the \
     part of them that policies use. The type is not among these. Use one of the listed types.",
)
.with_url(POLICY_EXPRESSIONS);

pub static UNKNOWN_MEMBER: Code = Code::error(
    "csharp-unknown-member",
    "a member does not exist on its type, or genai-lz does not evaluate it",
    "The type of the value to the left is known and has no such property or method, or has one that is not on the \
     allow list or not evaluated yet. The service would refuse the first two when the policy is saved. \
     Correct the spelling or use one of the listed members.",
)
.with_url(POLICY_EXPRESSIONS);

pub static WRONG_RESULT: Code = Code::error(
    "csharp-wrong-result",
    "a policy expression gives a value of a type that its place does not take",
    "An attribute that takes a number or a Boolean wants an expression of that very C# type: `token-quota` takes a \
     `long`, so `@(1000)`, which is an `int`, is refused when the policy is saved. A text takes every type.",
)
.example(r#"token-quota="@(1000)""#, r#"token-quota="@(1000L)""#)
.with_url(POLICY_EXPRESSIONS);

pub static TOO_COMPLEX: Code = Code::error(
    "csharp-too-complex",
    "a policy expression is nested too deeply or too long",
    "Expressions are read and run with a limit on nesting and length, so that no document can exhaust the stack. \
     The largest published expression has about 8,000 characters and far less nesting. Split it with local variables \
     or several `set-variable` policies.",
);

pub const ALL: &[&Code] = &[
    &MISSING_RETURN,
    &NOT_SUPPORTED,
    &SINGLE_QUOTED_STRING,
    &SYNTAX,
    &TOO_COMPLEX,
    &UNKNOWN_MEMBER,
    &UNKNOWN_NAME,
    &UNKNOWN_TYPE,
    &UNTERMINATED,
    &WRONG_RESULT,
];
