//! How much a finding weighs in the end: the command line before the spec's `lints`, both before what the rule says.
//! A rule named by itself goes before `warnings` and `all`.

use std::collections::BTreeMap;

use clap::ValueEnum;

use crate::cli::codes;
use crate::cli::error::CommandError;
use crate::diag::{Allowed, AllowedBy, Code, Confidence, Diagnostic, Severity, Sifted};
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

    /// Sets levels, takes out what is allowed and leaves out what is not sure enough. `table` is what the spec says.
    pub(super) fn apply(&self, sifted: Sifted, table: &BTreeMap<String, LintLevel>) -> Sifted {
        let is_sure = |found: &Diagnostic| self.min_confidence.is_none_or(|least| found.confidence >= least);
        let mut allowed = sifted.allowed;
        allowed.retain(|allowed| is_sure(&allowed.finding));
        let mut kept = Vec::with_capacity(sifted.found.len());
        for mut found in sifted.found.into_iter().filter(is_sure) {
            match self.level(&found, table) {
                Some((LintLevel::Allow, by)) => {
                    let why = match by {
                        AllowedBy::Spec => "allowed by `lints` in the spec".to_owned(),
                        _ => "allowed by `--allow` on the command line".to_owned(),
                    };
                    allowed.push(Allowed { finding: found, by, why });
                    continue;
                }
                Some((LintLevel::Warn, _)) => found.severity = Severity::Warning,
                Some((LintLevel::Deny, _)) => found.severity = Severity::Error,
                None => {}
            }
            kept.push(found);
        }
        Sifted { found: kept, allowed }
    }

    /// The level that is set for a finding, and who sets it.
    fn level(
        &self,
        found: &Diagnostic,
        table: &BTreeMap<String, LintLevel>,
    ) -> Option<(LintLevel, AllowedBy)> {
        let id = found.code.id;
        let own = self.rules.get(id);
        let specs = table.get(id);
        match (own, self.group) {
            (Some(level), _) => Some((*level, AllowedBy::Option)),
            (None, Some((Group::All, level))) if is_settable(found.code) => Some((level, AllowedBy::Option)),
            (None, Some((Group::Warnings, level))) if is_warning(found, specs) => {
                Some((level, AllowedBy::Option))
            }
            (None, _) => specs.map(|level| (*level, AllowedBy::Spec)),
        }
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
