//! Progress of a deployment: one live line on a terminal, a line for each thing that happened elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::ui::{Mark, Ui};

/// Frames per second are for people; CI sees lines.
const TICK: Duration = Duration::from_millis(120);

/// The live line, if there is a terminal, and the lines above it.
pub(crate) struct Progress<'a> {
    ui: &'a Ui,
    bar: Option<ProgressBar>,
}

impl<'a> Progress<'a> {
    pub(crate) fn start(ui: &'a Ui) -> Self {
        let bar = ui.interactive.then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("  {spinner} {wide_msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(TICK);
            bar
        });
        Self { ui, bar }
    }

    /// Something is going on; shown on a terminal only until something else is.
    pub(crate) fn doing(&self, line: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(line.to_owned());
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
