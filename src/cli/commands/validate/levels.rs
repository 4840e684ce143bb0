//! How much a finding weighs in the end: the command line before the spec's `lints`, both before what the rule says.
//! A rule named by itself goes before `warnings` and `all`.

use std::collections::BTreeMap;

use clap::ValueEnum;

use crate::cli::codes;
use crate::cli::error::CommandError;
use crate::diag::{Code, Confidence, Diagnostic, Severity};
use crate::policy;
use crate::spec::LintLevel;

/// The options about rules.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Rules")]
pub(super) struct Args {
    /// Make findings of RULE errors; `warnings` for all warnings, `all` for notes too
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    deny: Vec<String>,

    /// Make findings of RULE warnings; `all` for those of all rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    warn: Vec<String>,

    /// Leave out findings of RULE; `warnings` and `all` as above
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    allow: Vec<String>,

    /// Leave out findings that are less sure than this
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = Sureness::Low)]
    min_confidence: Sureness,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum Sureness {
    Low,
    Medium,
    High,
}

impl Sureness {
    fn confidence(self) -> Confidence {
        match self {
            Self::Low => Confidence::Low,
            Self::Medium => Confidence::Medium,
            Self::High => Confidence::High,
        }
    }
}

/// Many rules at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    /// Whatever would be a warning.
    Warnings,
    All,
}

/// Levels by rule.
#[derive(Debug, Default)]
pub(super) struct Levels {
    rules: BTreeMap<&'static str, LintLevel>,
    group: Option<(Group, LintLevel)>,
    min_confidence: Option<Confidence>,
}

impl Levels {
    /// Reads the command line.
    ///
    /// # Errors
    /// A usage error for a rule that there is not, one whose findings cannot be changed, and one given twice.
    pub(super) fn of(args: &Args) -> Result<Self, CommandError> {
        let mut levels = Self { min_confidence: Some(args.min_confidence.confidence()), ..Self::default() };
        for (level, names) in
            [(LintLevel::Deny, &args.deny), (LintLevel::Warn, &args.warn), (LintLevel::Allow, &args.allow)]
        {
            for name in names {
                levels.set(name, level)?;
            }
        }
        Ok(levels)
    }

    fn set(&mut self, name: &str, level: LintLevel) -> Result<(), CommandError> {
        let before = match group(name) {
            Some(group) => self.group.replace((group, level)).map(|(_, before)| before),
            None => self.rules.insert(rule(name)?.id, level),
        };
        match before {
            Some(before) if before != level => Err(CommandError::usage(format!(
                "`--{} {name}` and `--{}` exclude each other",
                level.word(),
                before.word()
            ))
            .hint("give each rule, and `all` or `warnings`, once")),
            _ => Ok(()),
        }
    }

    /// Sets levels and leaves out what is allowed or not sure enough. `table` is what the spec says.
    pub(super) fn apply(
        &self,
        found: Vec<Diagnostic>,
        table: &BTreeMap<String, LintLevel>,
    ) -> Vec<Diagnostic> {
        found.into_iter().filter_map(|found| self.weigh(found, table)).collect()
    }

    fn weigh(&self, mut found: Diagnostic, table: &BTreeMap<String, LintLevel>) -> Option<Diagnostic> {
        if self.min_confidence.is_some_and(|least| found.confidence < least) {
            return None;
        }
        let id = found.code.id;
        let own = self.rules.get(id);
        let specs = table.get(id);
        let level = match (own, self.group) {
            (Some(level), _) => Some(*level),
            (None, Some((Group::All, level))) if is_settable(found.code) => Some(level),
            (None, Some((Group::Warnings, level))) if is_warning(&found, specs) => Some(level),
            (None, _) => specs.copied(),
        };
        match level {
            Some(LintLevel::Allow) => return None,
            Some(LintLevel::Warn) => found.severity = Severity::Warning,
            Some(LintLevel::Deny) => found.severity = Severity::Error,
            None => {}
        }
        Some(found)
    }
}

/// Whether it would be a warning if the command line said nothing.
fn is_warning(found: &Diagnostic, specs: Option<&LintLevel>) -> bool {
    match specs {
        Some(level) => *level == LintLevel::Warn,
        None => found.severity == Severity::Warning,
    }
}

fn group(name: &str) -> Option<Group> {
    match name {
        "all" => Some(Group::All),
        "warnings" => Some(Group::Warnings),
        _ => None,
    }
}

/// Finds a rule by its id.
fn rule(name: &str) -> Result<&'static Code, CommandError> {
    let all = codes::all();
    let settable: Vec<&'static Code> = all.iter().copied().filter(|code| is_settable(code)).collect();
    if let Some(rule) = settable.iter().copied().find(|code| code.id == name) {
        return Ok(rule);
    }
    if all.iter().any(|code| code.id == name) {
        return Err(CommandError::usage(format!("`{name}` is an error that no option changes"))
            .hint(format!("see what it means with `genai-lz explain {name}`")));
    }
    let error = CommandError::usage(format!("there is no rule `{name}`"));
    let names = settable.iter().map(|code| code.id).chain(["all", "warnings"]);
    Err(match crate::text::suggest(name, names) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("list all rules with `genai-lz explain`"),
    })
}

/// Rules and whatever does not refuse a document by itself; and what reading a policy finds, since the service may
/// know an element or an attribute that we do not. What makes a file unreadable stays an error.
fn is_settable(code: &Code) -> bool {
    code.severity < Severity::Error
        || policy::lints::ALL.iter().any(|lint| lint.code == code)
        || policy::codes::ALL.contains(&code)
        || policy::project::codes::ALL.contains(&code)
        || crate::csharp::codes::ALL.contains(&code)
}
