//! `genai-lz policy effective`: the policy that is in effect for an API, with the place of every line.

use std::path::PathBuf;

use serde_json::{Value as Json, json};

use super::gather;
use crate::cli::args::Format;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::spec_args::SpecArgs;
use crate::cli::ui::Ui;
use crate::diag::render;
use crate::policy::effective::{self, Ask, EffectiveText, Line, Part};

/// Print the policy that is in effect for an API, with the place that each line comes from
///
/// The policies of the service, the product, the API and the operation are put together by `<base/>`, as the gateway
/// does it. Where the folder has no policy of the service, its default one is taken.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A folder of policies, or a spec file; `-` is a spec on standard input
    path: PathBuf,

    /// The API
    #[arg(long, value_name = "ID")]
    api: String,

    /// One operation of the API
    #[arg(long, value_name = "ID")]
    operation: Option<String>,

    /// The product of the caller's subscription
    #[arg(long, value_name = "ID")]
    product: Option<String>,

    /// Put the policies of fragments in the place of `<include-fragment>`
    #[arg(long)]
    expand_fragments: bool,

    /// Only the policy, without places
    #[arg(long)]
    plain: bool,

    #[command(flatten)]
    layers: SpecArgs,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let project = gather::project(std::slice::from_ref(&args.path), &args.layers)?;
    let ask = Ask {
        api: args.api.clone(),
        operation: args.operation.clone(),
        product: args.product.clone(),
        expand_fragments: args.expand_fragments,
    };
    let (text, found) = effective::effective(&project, &ask).map_err(CommandError::Refused)?;
    if ui.format == Format::Json {
        let mut body = document(&ask, &text);
        body["diagnostics"] = render::json(&found);
        ui.document(Exit::Ok, body)?;
        return Ok(Exit::Ok);
    }
    ui.warnings(&found);
    let lines = effective::lines(&text);
    ui.data(&if args.plain { plain(&lines) } else { with_places(&lines) })?;
    if ask.product.is_none() && !text.products.is_empty() {
        let names: Vec<String> = text.products.iter().map(|name| format!("`{name}`")).collect();
        let names = names.join(", ");
        ui.say(&format!("no product's policy is in it; `--product` takes one that holds the API: {names}"));
    }
    Ok(Exit::Ok)
}

fn plain(lines: &[Line]) -> String {
    lines.iter().map(|line| format!("{}\n", line.text)).collect()
}

/// The scope and the place in columns before each line.
fn with_places(lines: &[Line]) -> String {
    let columns = |line: &Line| match &line.origin {
        Some(origin) => (origin.scope.name(), format!("{}:{}", origin.path, origin.line)),
        None => ("", String::new()),
    };
    let rows: Vec<_> = lines.iter().map(|line| (columns(line), line.text.as_str())).collect();
    let scopes = rows.iter().map(|((scope, _), _)| scope.len()).max().unwrap_or(0);
    let places = rows.iter().map(|((_, place), _)| place.chars().count()).max().unwrap_or(0);
    let row = |((scope, place), text): &((&str, String), &str)| {
        format!("{scope:scopes$} {place:places$} | {text}").trim_end().to_owned() + "\n"
    };
    rows.iter().map(row).collect()
}

fn document(ask: &Ask, text: &EffectiveText) -> Json {
    let documents =
        text.documents.iter().map(|(scope, source)| json!({ "scope": scope.name(), "file": source.path() }));
    let sections = text
        .sections
        .iter()
        .map(|(section, parts)| json!({ "section": section.name(), "policies": policies(parts) }));
    json!({
        "api": ask.api,
        "operation": ask.operation,
        "product": ask.product,
        "products": text.products,
        "documents": documents.collect::<Vec<_>>(),
        "sections": sections.collect::<Vec<_>>(),
    })
}

/// The elements among parts; comments and texts are left to the other formats.
fn policies(parts: &[Part]) -> Json {
    let elements = parts.iter().filter_map(|part| {
        let element = part.element.as_ref()?;
        let attributes: serde_json::Map<String, Json> =
            element.attributes.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let at = part.origin.source.position(part.span.start);
        Some(json!({
            "element": element.name,
            "scope": part.origin.scope.name(),
            "fragment": part.origin.fragment,
            "file": part.origin.source.path(),
            "line": at.line,
            "column": at.column,
            "attributes": attributes,
            "inside": policies(&element.inside),
        }))
    });
    Json::Array(elements.collect())
}
