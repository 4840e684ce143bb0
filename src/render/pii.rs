//! Personal data: values for pii.xml, and the account.

use minijinja::{Value, context};

use super::escape::csharp_string;
use super::literal::{Literal, object};
use crate::model::{LandingZone, LanguageAccount, Pii};

/// Language takes documents of 5,120 characters, counted as people see them, and five a call
/// (learn.microsoft.com/azure/ai-services/language-service/concepts/data-limits, read 2026-12-01).
const PIECE: u32 = 5_000;
/// No name and no number is longer, so that one of the two pieces has it whole.
const OVERLAP: u32 = 250;
const STEP: u32 = PIECE - OVERLAP;
const DOCUMENTS: u32 = 5;
/// One behind the other: what is longer would keep a caller waiting, and is refused.
const CALLS: u32 = 4;

/// What is no text of the caller's: the vocabulary of the API, ids that have to stay as they are, and what tells the model of tools
/// and of the form of its answer.
const PASSED_OVER_BELOW: [&str; 6] =
    [".tools[", ".functions[", ".tool_choice", ".toolConfig.", ".response_format.", ".text.format."];
const PASSED_OVER: [&str; 6] = [".role", ".type", ".id", ".call_id", ".tool_call_id", ".function.name"];
/// Images, audio and files, of each provider's bodies.
const UNREADABLE: [&str; 8] =
    [".image", ".input_audio", ".file", ".inline_data", ".inlineData", ".source.", ".bytes", ".document."];

/// For pii.xml.
pub(super) fn values(account: &LanguageAccount, pii: &Pii) -> Value {
    let any = |what: &str, texts: &[&str]| {
        let tests = texts.iter().map(|text| format!("path.{what}({})", csharp_string(text)));
        tests.collect::<Vec<_>>().join(" || ")
    };
    let categories: Vec<String> = pii.categories.iter().map(|category| csharp_string(category)).collect();
    let call = |nth: u32| {
        let start = nth * DOCUMENTS * STEP;
        // The text has a mark before it.
        context! { start, first => start + 1 }
    };
    context! {
        url => format!("https://{}.cognitiveservices.azure.com/language/:analyze-text?api-version=2024-11-01", account.name),
        blocks => pii.blocks,
        language => pii.language,
        categories => categories.join(", "),
        is_passed_over => format!(
            "path == \".model\" || {} || {}",
            any("StartsWith", &PASSED_OVER_BELOW),
            any("EndsWith", &PASSED_OVER),
        ),
        is_unreadable => any("Contains", &UNREADABLE),
        piece => PIECE,
        overlap => OVERLAP,
        step => STEP,
        documents => DOCUMENTS,
        calls => CALLS,
        each_call => (0..CALLS).map(call).collect::<Vec<_>>(),
        longest => CALLS * DOCUMENTS * STEP + 1,
    }
}

/// All fields are there even where there is no account, so that the module may name them.
pub(super) fn account(zone: &LandingZone) -> Literal {
    let account = zone.language.as_ref();
    let text = |of: fn(&LanguageAccount) -> &str| account.map_or("", of).into();
    object([
        ("enabled", account.is_some().into()),
        ("name", text(|account| &account.name)),
        ("location", text(|account| &account.location)),
        ("customSubDomain", text(|account| &account.name)),
        ("privateEndpoint", text(|account| &account.private_endpoint)),
    ])
}
