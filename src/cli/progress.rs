//! Progress of a deployment: live lines on a terminal, a line for each thing that happened elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::ui::{Mark, Ui};

/// Frames per second are for people; CI sees lines.
const TICK: Duration = Duration::from_millis(120);
/// What is left for the spinner and the indentation of further lines.
const MARGIN: usize = 6;
const WIDTH_WITHOUT_TERMINAL: usize = 80;

/// The live line, if there is a terminal, and the lines above it.
pub(crate) struct Progress<'a> {
    ui: &'a Ui,
    bar: Option<ProgressBar>,
}

impl<'a> Progress<'a> {
    pub(crate) fn start(ui: &'a Ui) -> Self {
        let bar = ui.interactive.then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("  {spinner} {msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(TICK);
            bar
        });
        Self { ui, bar }
    }

    /// True where lines are redrawn.
    pub(crate) fn is_live(&self) -> bool {
        self.bar.is_some()
    }

    /// What is going on, in some lines; shown on a terminal only, until something else is. A line that is too long for
    /// the terminal is cut: one that is broken could not be redrawn.
    pub(crate) fn doing(&self, lines: &[String]) {
        if let Some(bar) = &self.bar {
            let width = terminal_size::terminal_size_of(std::io::stderr())
                .map_or(WIDTH_WITHOUT_TERMINAL, |(width, _)| usize::from(width.0));
            let room = width.saturating_sub(MARGIN);
            let cut = |line: &String| line.chars().take(room).collect::<String>();
            bar.set_message(lines.iter().map(cut).collect::<Vec<_>>().join("\n    "));
        }
    }

    /// Makes room for a question.
    pub(crate) fn hide(&self) {
        if let Some(bar) = &self.bar {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
    }

    /// The question is answered.
    pub(crate) fn show(&self) {
        if let Some(bar) = &self.bar {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Something happened; stays.
    pub(crate) fn happened(&self, mark: Mark, line: &str) {
        let text = self.ui.marked(mark, line);
        match &self.bar {
            Some(bar) if !bar.is_hidden() => bar.println(text),
            _ => self.ui.say(&text),
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
