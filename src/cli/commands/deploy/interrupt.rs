//! Ctrl-C during a deployment: leave it running, cancel it in Azure, or think again. A second Ctrl-C ends the program at
//! once; what has been sent goes on in Azure.

use std::io::{BufRead as _, IsTerminal as _};

use clap::ValueEnum;
use tokio::sync::oneshot;

use crate::cli::progress::Progress;
use crate::cli::stop::StopSignals;
use crate::cli::ui::{Mark, Ui};
use crate::deploy::{Control, Wish};

/// What Ctrl-C does to the deployment that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum OnInterrupt {
    /// It goes on in Azure
    Leave,
    /// Azure is asked to stop it
    Cancel,
}

/// True where a question reaches somebody.
pub(super) fn is_somebody_there(ui: &Ui) -> bool {
    ui.interactive && std::io::stdin().is_terminal()
}

/// Returns where the program is to end at once. `given`: what to do instead of asking.
pub(super) async fn listen(
    signals: &mut StopSignals,
    control: &Control,
    given: Option<OnInterrupt>,
    progress: &Progress<'_>,
    ui: &Ui,
) {
    loop {
        signals.told().await;
        let wish = match given {
            Some(OnInterrupt::Leave) => Some(Wish::Leave),
            Some(OnInterrupt::Cancel) => Some(Wish::Cancel),
            None if is_somebody_there(ui) => {
                progress.hide();
                let asked = ask("\n[l]eave it running, [c]ancel it in Azure, or Enter to go on watching? ");
                let answer = tokio::select! {
                    answer = asked => answer,
                    () = signals.told() => return,
                };
                progress.show();
                wish_of(answer.as_deref())
            }
            None => Some(Wish::Leave),
        };
        let Some(wish) = wish else { continue };
        if wish == Wish::Cancel {
            progress.happened(Mark::Warning, "cancelling; Ctrl-C again ends this program at once");
        }
        control.ask(wish);
        signals.told().await;
        return;
    }
}

/// None where the watching goes on.
fn wish_of(answer: Option<&str>) -> Option<Wish> {
    match answer.map(|answer| answer.trim().to_ascii_lowercase()).as_deref() {
        Some("l" | "leave") => Some(Wish::Leave),
        Some("c" | "cancel") => Some(Wish::Cancel),
        _ => None,
    }
}

/// Asks at the terminal; None where nobody answers. The thread that reads is left behind where nobody waits any more:
/// a line cannot be read with an end to the patience.
#[expect(clippy::print_stderr, reason = "a question is for the person at the terminal")]
pub(super) async fn ask(question: &str) -> Option<String> {
    eprint!("{question}");
    let (tell, told) = oneshot::channel();
    std::thread::spawn(move || {
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer);
        // Whoever asked may have gone meanwhile.
        let _ = tell.send(read.is_ok_and(|n_bytes| n_bytes > 0).then_some(answer));
    });
    told.await.ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_not_understood_changes_nothing() {
        for (answer, expected) in [
            (Some("l\n"), Some(Wish::Leave)),
            (Some(" Cancel \n"), Some(Wish::Cancel)),
            (Some("\n"), None),
            (Some("yes\n"), None),
            (None, None),
        ] {
            assert_eq!(wish_of(answer), expected, "{answer:?}");
        }
    }
}
