//! `genai-lz sandbox`: landing zones on this machine, for as long as somebody works with them.

#![expect(
    clippy::disallowed_methods,
    reason = "watching files and measuring how long that took is what it is for"
)]

mod arm;
mod bring_up;
mod report;
mod situation;
mod trace;
mod up;
mod watch;

use clap::Subcommand;

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;

/// Run landing zones on this machine
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Up(up::Args),
    Arm(arm::Args),
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    match &args.command {
        Command::Up(args) => up::run(args, ui),
        Command::Arm(args) => arm::run(args, ui),
    }
}
