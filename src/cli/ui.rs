//! Where output goes: stdout is data, stderr is for people. In JSON format stdout carries one document and
//! stderr stays empty unless something is in progress.

use std::io::{self, IsTerminal as _, Write as _};

use anstyle::{AnsiColor, Style as AnsiStyle};
use serde_json::{Value as Json, json};

use crate::cli::args::{ColorChoice, Format};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::diag::render::{self, Style};
use crate::diag::{Diagnostic, Severity};
use crate::text::plural;

/// The version of the JSON documents of all commands. They may grow; a change that breaks a reader raises it.
const FORMAT_VERSION: u32 = 1;

/// What the environment says of the terminal.
pub(crate) struct Terminal {
    /// NO_COLOR is set.
    pub no_color: bool,
    /// CI is set: a log is read later, so nothing is redrawn.
    pub ci: bool,
    /// TERM is `dumb`: escape codes would be shown as they are.
    pub dumb: bool,
}

/// The two streams, with what the user asked of them.
pub(crate) struct Ui {
    pub format: Format,
    out: Style,
    err: Style,
    /// Progress may redraw lines.
    pub interactive: bool,
    /// `--verbose`.
    verbose: bool,
}

impl Ui {
    pub(crate) fn new(format: Format, choice: ColorChoice, verbose: bool, said: &Terminal) -> Self {
        let style = |terminal: bool| match choice {
            ColorChoice::Always => Style::Colored,
            ColorChoice::Auto if terminal && !said.no_color && !said.dumb => Style::Colored,
            ColorChoice::Auto | ColorChoice::Never => Style::Plain,
        };
        let err_terminal = io::stderr().is_terminal();
        Self {
            format,
            out: style(io::stdout().is_terminal()),
            err: style(err_terminal),
            interactive: err_terminal && !said.ci && !said.dumb && format == Format::Human,
            verbose,
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
    ///
    /// # Errors
    /// Where stdout takes no more, such as on a full disk: half a document must not look like a whole one.
    pub(crate) fn data(&self, text: &str) -> Result<(), CommandError> {
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(CommandError::input(format!("stdout cannot be written: {}", files::reason(&error))))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Writes JSON as it is; [`Ui::document`] is for what a command found or did.
    ///
    /// # Errors
    /// As [`Ui::data`].
    pub(crate) fn json(&self, value: &Json) -> Result<(), CommandError> {
        let text = serde_json::to_string_pretty(value).expect("a JSON value always serializes");
        self.data(&format!("{text}\n"))
    }

    /// Writes the one JSON document of a run: `formatVersion` and `exitCode`, then the fields of `body`.
    ///
    /// # Errors
    /// As [`Ui::data`].
    pub(crate) fn document(&self, exit: Exit, body: Json) -> Result<(), CommandError> {
        let mut document = json!({ "formatVersion": FORMAT_VERSION, "exitCode": exit as u8 });
        if let (Json::Object(all), Json::Object(fields)) = (&mut document, body) {
            all.extend(fields);
        }
        self.json(&document)
    }

    /// Writes a line for people; silent in JSON format.
    pub(crate) fn say(&self, line: &str) {
        if !self.is_json() {
            let _ = writeln!(io::stderr().lock(), "{line}");
        }
    }

    /// Writes a line that only `--verbose` wants; silent in JSON format.
    pub(crate) fn explain(&self, line: &str) {
        if self.verbose {
            self.say(line);
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
        if !self.is_json() {
            self.tell(error);
        } else if let Err(unwritable) = self.document(error.exit(), failure_json(error)) {
            self.tell(error);
            self.tell(&unwritable);
        }
    }

    /// Says on stderr, in any format, why a command stopped.
    pub(crate) fn tell(&self, error: &CommandError) {
        let mut text = match error {
            CommandError::Refused(found) => render::human(found, self.err) + &summary(found),
            CommandError::Failed { message, .. } => {
                let red = AnsiStyle::new().bold().fg_color(Some(AnsiColor::Red.into()));
                format!("{}: {message}", self.paint(red, "error"))
            }
        };
        if let CommandError::Failed { hints, .. } = error {
            text.extend(hints.iter().map(|hint| format!("\n  = help: {hint}")));
        }
        let _ = writeln!(io::stderr().lock(), "{text}");
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

/// Why a command stopped, as fields of its document: `diagnostics` of the user's document, or one `error`.
pub(crate) fn failure_json(error: &CommandError) -> Json {
    match error {
        CommandError::Refused(found) => json!({ "diagnostics": render::json(found) }),
        CommandError::Failed { message, hints, details, .. } => {
            let mut fields = json!({ "error": { "message": message, "help": hints } });
            if let (Json::Object(fields), Json::Object(details)) = (&mut fields, details) {
                fields.extend(details.clone());
            }
            fields
        }
    }
}

/// `2 errors, 1 warning`.
pub(crate) fn summary<'a>(found: impl IntoIterator<Item = &'a Diagnostic> + Clone) -> String {
    let count =
        |severity| found.clone().into_iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let words = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")]
        .into_iter()
        .map(|(severity, word)| (count(severity), word))
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| plural(n, word))
        .collect::<Vec<_>>();
    if words.is_empty() { "no problems".to_owned() } else { words.join(", ") }
}
