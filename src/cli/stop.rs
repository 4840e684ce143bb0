//! Ctrl-C and SIGTERM, listened for from one moment on: a signal that comes while nobody waits is not lost.

use std::io;

use super::error::CommandError;
use super::exit::Exit;

/// Who hears that the program is to stop. Once it is there, the signals no longer end the program by themselves.
pub(crate) struct StopSignals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

impl StopSignals {
    /// Begins to listen. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// Where the system lets nobody listen.
    pub(crate) fn listen() -> Result<Self, CommandError> {
        let unheard = |error: io::Error| {
            CommandError::new(Exit::Bug, format!("signals cannot be listened for: {error}"))
        };
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self {
                interrupt: signal(SignalKind::interrupt()).map_err(unheard)?,
                terminate: signal(SignalKind::terminate()).map_err(unheard)?,
            })
        }
        #[cfg(windows)]
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c().map_err(unheard)? })
    }

    /// Returns at the next signal, at once where one came since the last call.
    pub(crate) async fn told(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(windows)]
        self.interrupt.recv().await;
    }
}
