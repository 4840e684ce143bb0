//! What goes between `genai-lz` and Azure Resource Manager, held against Azure's OpenAPI files: requests of every command, and the
//! answers of the sandbox, its resources included. The files lie beside the repository where they lie at all; what they say of the operations
//! that are used is kept in operations.json, and made anew from them with `GLZ_BLESS=1`.

mod contract;
mod exchange;
mod flows;
mod known;
mod openapi;
mod replay;
mod schema;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use contract::Contract;
use exchange::{Difference, Verdict};
use genai_lz::sandbox::Exchange;
use known::Known;

/// Where the data of Azure's makers lies, seen from the repository, unless `GENAI_LZ_ORACLE` names another folder.
const ORACLE: &str = "../shared/oracle";
/// Azure/azure-rest-api-specs, July 2024.
const OPENAPI: &str = "openapi";
const FOLDERS: [&str; 4] = [
    "resources/resource-manager/Microsoft.Resources/stable/2024-03-01",
    "resources/resource-manager/Microsoft.Resources/stable/2022-12-01",
    "apimanagement/resource-manager/Microsoft.ApiManagement/preview/2023-09-01-preview",
    "cognitiveservices/resource-manager/Microsoft.CognitiveServices/preview/2024-04-01-preview",
];
const OPERATIONS: &str = "tests/contracts/operations.json";
const DIFFERENCES: &str = include_str!("differences.toml");

fn oracle() -> PathBuf {
    std::env::var_os("GENAI_LZ_ORACLE").map_or_else(|| root().join(ORACLE), PathBuf::from)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files beside the repository; None where there are none.
fn published() -> Option<Contract> {
    let folders: Vec<PathBuf> = FOLDERS.iter().map(|folder| oracle().join(OPENAPI).join(folder)).collect();
    if !folders.iter().all(|folder| folder.exists()) {
        return None;
    }
    let contract = openapi::read(&folders).unwrap();
    assert_eq!(openapi::doubled(&contract), Vec::<&str>::new(), "ids of operations");
    Some(contract)
}

fn kept() -> Contract {
    let text = fs::read_to_string(root().join(OPERATIONS)).unwrap_or_else(|_| "{}".to_owned());
    serde_json::from_str(&text).unwrap_or_default()
}

#[test]
fn requests_and_answers_keep_the_contracts_of_azure() {
    let known = Known::read(DIFFERENCES);
    let published = published();
    let contract = published.as_ref().map_or_else(kept, |_| Contract::default());
    let contract = published.as_ref().unwrap_or(&contract);
    let mut exchanges = flows::all(contract);
    exchanges.extend(replay::all().into_iter().flat_map(|replayed| replayed.said));
    let checked = check(contract, &known, &exchanges);
    assert!(checked.wrong.is_empty(), "beside the contracts: {:#?}", checked.wrong);
    assert!(checked.operations.len() > 40, "hardly anything was checked: {:#?}", checked.operations);
    if published.is_some() {
        let unneeded = known.unneeded(&checked.versions);
        assert!(unneeded.is_empty(), "lines of differences.toml that nothing needs: {unneeded:#?}");
        let cut = contract.only(&checked.operations);
        if std::env::var_os("GLZ_BLESS").is_some() {
            let text =
                format!("{}\n", serde_json::to_string(&cut).unwrap().replace("},{\"id\"", "},\n{\"id\""));
            fs::write(root().join(OPERATIONS), text).unwrap();
        }
        assert!(kept() == cut, "{OPERATIONS} is not what the published files say; run with GLZ_BLESS=1");
    }
}

struct Checked {
    /// Differences that nobody knows, a line each.
    wrong: BTreeSet<String>,
    operations: BTreeSet<String>,
    versions: BTreeSet<String>,
}

impl Checked {
    fn tell(&mut self, line: String) {
        self.wrong.insert(line);
    }
}

fn check(contract: &Contract, known: &Known, exchanges: &[Exchange]) -> Checked {
    let versions = known.versions();
    let mut checked =
        Checked { wrong: BTreeSet::new(), operations: BTreeSet::new(), versions: BTreeSet::new() };
    for exchange in exchanges {
        match exchange::compare(contract, &versions, exchange).unwrap() {
            Verdict::Unknown => {
                if !known.is_outside(&exchange.path) {
                    checked.tell(format!("{} {}: no contract has it", exchange.method, exchange.path));
                }
            }
            Verdict::Known { operation, differences } => {
                checked.operations.insert(operation);
                let version = exchange.query.split('&').find_map(|pair| pair.strip_prefix("api-version="));
                checked.versions.extend(version.map(str::to_owned));
                for found in differences.iter().filter(|found| !known.has(found)) {
                    let Difference { operation, at, what } = found;
                    checked.tell(format!("{operation} | {at} | {what}"));
                }
            }
        }
    }
    checked
}

/// A check that finds nothing is worth something only where it finds what is wrong.
#[test]
fn what_breaks_a_contract_is_found() {
    const GROUP: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourcegroups/rg";
    const VERSION: &str = "api-version=2024-03-01";
    let deployment = format!("{GROUP}/providers/Microsoft.Resources/deployments/d");
    let contract = kept();
    for (method, path, query, body, status, answer, expected) in [
        ("PUT", GROUP, VERSION, r#"{"location":"x"}"#, 201, r#"{"location":"x"}"#, None),
        (
            "PUT",
            GROUP,
            "api-version=2020-01-01",
            r#"{"location":"x"}"#,
            201,
            r#"{"location":"x"}"#,
            Some("query api-version"),
        ),
        (
            "PUT",
            GROUP,
            "api-version=2024-03-01&x=1",
            r#"{"location":"x"}"#,
            201,
            r#"{"location":"x"}"#,
            Some("query x"),
        ),
        ("PUT", GROUP, VERSION, "", 201, r#"{"location":"x"}"#, Some("body")),
        ("PUT", GROUP, VERSION, "{}", 201, r#"{"location":"x"}"#, Some("body/location")),
        ("PUT", GROUP, VERSION, r#"{"location":1}"#, 201, r#"{"location":"x"}"#, Some("body/location")),
        ("PUT", GROUP, VERSION, r#"{"location":"x","id":"y"}"#, 201, r#"{"location":"x"}"#, Some("body/id")),
        ("PUT", GROUP, VERSION, r#"{"location":"x","tag":{}}"#, 201, r#"{"location":"x"}"#, Some("body/tag")),
        ("PUT", GROUP, VERSION, r#"{"location":"x"}"#, 202, "", Some("answer 202")),
        (
            "PUT",
            GROUP,
            VERSION,
            r#"{"location":"x"}"#,
            201,
            r#"{"location":null}"#,
            Some("answer 201/location"),
        ),
        ("PUT", GROUP, VERSION, r#"{"location":"x"}"#, 409, r#"{"code":"x"}"#, Some("answer 409/code")),
        ("DELETE", GROUP, VERSION, "", 202, "", Some("answer 202")),
        (
            "PUT",
            &deployment,
            VERSION,
            r#"{"properties":{"mode":"Sideways"}}"#,
            201,
            "{}",
            Some("body/properties/mode"),
        ),
    ] {
        let exchange = Exchange {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            body: body.as_bytes().to_vec(),
            status,
            answer_headers: Vec::new(),
            answer: answer.as_bytes().to_vec(),
        };
        let found = match exchange::compare(&contract, &BTreeSet::new(), &exchange).unwrap() {
            Verdict::Unknown => panic!("{method} {path} is not in {OPERATIONS}"),
            Verdict::Known { differences, .. } => differences,
        };
        let places: Vec<&str> = found.iter().map(|found| found.at.as_str()).collect();
        assert_eq!(
            places,
            expected.into_iter().collect::<Vec<_>>(),
            "{method} {path} {body} {status}: {found:?}"
        );
    }
}
