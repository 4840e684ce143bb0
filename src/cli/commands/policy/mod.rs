//! `genai-lz policy`: what the policies of a folder or a spec come to together.

pub mod effective;
mod gather;
pub mod order;

use clap::Subcommand;

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;

/// See what the policies of a folder or a spec come to together
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Effective(effective::Args),
    Order(order::Args),
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    match &args.command {
        Command::Effective(args) => effective::run(args, ui),
        Command::Order(args) => order::run(args, ui),
    }
}
