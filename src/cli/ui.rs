//! Where output goes: stdout is data, stderr is for people. In JSON format stdout carries one document and
//! stderr stays empty unless something is in progress.

use std::io::{self, IsTerminal as _, Write as _};

use anstyle::{AnsiColor, Style as AnsiStyle};
use serde_json::json;

use crate::cli::args::{ColorChoice, Format};
use crate::cli::error::CommandError;
use crate::diag::render::{self, Style};
use crate::diag::{Diagnostic, Severity};

/// The two streams, with what the user asked of them.
pub(crate) struct Ui {
    pub format: Format,
    out: Style,
    err: Style,
    /// Progress may redraw lines.
    pub interactive: bool,
}

impl Ui {
    /// `no_color` and `ci` are the environment's NO_COLOR and CI.
    pub(crate) fn new(format: Format, choice: ColorChoice, no_color: bool, ci: bool) -> Self {
        let style = |terminal: bool| match choice {
            ColorChoice::Always => Style::Colored,
            ColorChoice::Auto if terminal && !no_color => Style::Colored,
            ColorChoice::Auto | ColorChoice::Never => Style::Plain,
        };
        let err_terminal = io::stderr().is_terminal();
        Self {
            format,
            out: style(io::stdout().is_terminal()),
            err: style(err_terminal),
            interactive: err_terminal && !ci && format == Format::Human,
        }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// How data on stdout may look.
    pub(crate) fn out_style(&self) -> Style {
        self.out
    }

    /// How text on stderr may look.
    pub(crate) fn err_style(&self) -> Style {
        self.err
    }

    /// Writes data. A reader that has gone away (`| head`) is not an error.
    pub(crate) fn data(&self, text: &str) {
        let mut out = io::stdout().lock();
        drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
    }

    pub(crate) fn json(&self, value: &serde_json::Value) {
        let text = serde_json::to_string_pretty(value).expect("a JSON value always serializes");
        self.data(&format!("{text}\n"));
    }

    /// Writes a line for people; silent in JSON format.
    pub(crate) fn say(&self, line: &str) {
        if self.format == Format::Human {
            let _ = writeln!(io::stderr().lock(), "{line}");
        }
    }

    /// A line that says how a step went: green, yellow or red in front.
    pub(crate) fn step(&self, mark: Mark, line: &str) {
        self.say(&self.marked(mark, line));
    }

    /// The text of [`Ui::step`], for the progress view.
    pub(crate) fn marked(&self, mark: Mark, line: &str) -> String {
        format!("{} {line}", self.paint(mark.color(), mark.text()))
    }

    pub(crate) fn heading(&self, line: &str) {
        self.say(&format!("\n{}", self.paint(AnsiStyle::new().bold(), line)));
    }

    fn paint(&self, style: AnsiStyle, text: &str) -> String {
        match self.err {
            Style::Plain => text.to_owned(),
            Style::Colored => format!("{style}{text}{style:#}"),
        }
    }

    /// Shows findings of a command that goes on.
    pub(crate) fn warnings(&self, found: &[Diagnostic]) {
        if self.format == Format::Human && !found.is_empty() {
            drop(io::stderr().lock().write_all(render::human(found, self.err).as_bytes()));
        }
    }

    /// Shows why a command stopped.
    pub(crate) fn failure(&self, error: &CommandError) {
        match self.format {
            Format::Json => self.json(&failure_json(error)),
            Format::Human => match error {
                CommandError::Refused(found) => {
                    self.warnings(found);
                    self.say(&summary(found));
                }
                CommandError::Failed { message, hints, .. } => {
                    let label =
                        self.paint(AnsiStyle::new().bold().fg_color(Some(AnsiColor::Red.into())), "error");
                    self.say(&format!("{label}: {message}"));
                    for hint in hints {
                        self.say(&format!("  = help: {hint}"));
                    }
                }
            },
        }
    }
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Done,
    Warning,
    Failed,
    Doing,
    Skipped,
}

impl Mark {
    fn text(self) -> &'static str {
        match self {
            Self::Done => "  done",
            Self::Warning => "  warn",
            Self::Failed => "failed",
            Self::Doing => "   ...",
            Self::Skipped => "  skip",
        }
    }

    fn color(self) -> AnsiStyle {
        let color = match self {
            Self::Done => AnsiColor::Green,
            Self::Warning => AnsiColor::Yellow,
            Self::Failed => AnsiColor::Red,
            Self::Doing => AnsiColor::Cyan,
            Self::Skipped => AnsiColor::BrightBlack,
        };
        AnsiStyle::new().fg_color(Some(color.into()))
    }
}

fn failure_json(error: &CommandError) -> serde_json::Value {
    let exit = error.exit() as u8;
    match error {
        CommandError::Refused(found) => json!({ "exitCode": exit, "diagnostics": render::json(found) }),
        CommandError::Failed { message, hints, .. } => {
            json!({ "exitCode": exit, "error": { "message": message, "help": hints } })
        }
    }
}

/// `2 errors, 1 warning`.
pub(crate) fn summary(found: &[Diagnostic]) -> String {
    let count = |severity| found.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let words = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")]
        .into_iter()
        .map(|(severity, word)| (count(severity), word))
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| plural(n, word))
        .collect::<Vec<_>>();
    if words.is_empty() { "no problems".to_owned() } else { words.join(", ") }
}

/// `1 error`, `2 errors`.
pub(crate) fn plural(n: usize, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") }
}
