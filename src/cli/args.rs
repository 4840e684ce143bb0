//! The command line, as clap reads it. Each command's own arguments stand in its file under `commands`.

use clap::{Parser, Subcommand, ValueEnum};

use crate::cli::commands::{
    bicep, contract, deploy, destroy, doctor, drift, explain, import, init, keys, outputs, plan, policy,
    regions, render, sandbox, schema, snapshot, spec, status, test, usage, validate, verify,
};

/// The options of every command stand behind its own.
const LAST: usize = 900;

/// From a spec file to a governed GenAI gateway on Azure
///
/// Describe the landing zone in one YAML file; genai-lz renders the API Management policies and
/// Bicep parameters, compiles and evaluates the Bicep, shows what would be deployed, and deploys it.
/// With --sandbox everything runs on this machine first: an ARM endpoint, a gateway that executes
/// the rendered policies, and simulated Azure OpenAI.
///
///     genai-lz init                                write a commented starter spec
///     genai-lz plan landing-zone.yaml              see what would be deployed, offline
///     genai-lz test scenarios                      put traffic through its gateway, in virtual time
///     genai-lz deploy landing-zone.yaml --sandbox  deploy it to this machine and prove it
#[derive(Debug, Parser)]
#[command(name = "genai-lz", version, verbatim_doc_comment, max_term_width = 100)]
pub struct Args {
    /// How results and problems are written
    #[arg(long, global = true, value_enum, default_value_t = Format::Human, display_order = LAST)]
    pub format: Format,

    /// When to use color; NO_COLOR is honored
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto, display_order = LAST)]
    pub color: ColorChoice,

    /// Tell more of why, such as how the way to sign in was chosen
    #[arg(short, long, global = true, display_order = LAST)]
    pub verbose: bool,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: data on stdout, everything else on stderr
    Human,
    /// For machines: one JSON document on stdout, with `formatVersion` and `exitCode`
    Json,
    /// `validate` only: a line for each finding, `path:line:column: severity[code] message`
    Concise,
    /// `validate` only: SARIF 2.1.0 for code scanning
    Sarif,
    /// `validate` and `test` only: JUnit's XML, a test case for each file or case
    Junit,
    /// `validate` only: workflow commands that GitHub Actions shows beside the lines
    Github,
}

impl Format {
    /// True where the format can hold findings and nothing else.
    pub fn is_for_findings(self) -> bool {
        matches!(self, Self::Concise | Self::Sarif | Self::Junit | Self::Github)
    }

    /// The word of the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Concise => "concise",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Github => "github",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Init(init::Args),
    Validate(validate::Args),
    Render(render::Args),
    Plan(plan::Args),
    Snapshot(snapshot::Args),
    Policy(policy::Args),
    Bicep(bicep::Args),
    Test(test::Args),
    Deploy(deploy::Args),
    Status(status::Args),
    Outputs(outputs::Args),
    Keys(keys::Args),
    Verify(verify::Args),
    Usage(usage::Args),
    Drift(drift::Args),
    Import(import::Args),
    Destroy(destroy::Args),
    Doctor(doctor::Args),
    Sandbox(sandbox::Args),
    Regions(regions::Args),
    Spec(spec::Args),
    Contract(contract::Args),
    Schema(schema::Args),
    Explain(explain::Args),
}
