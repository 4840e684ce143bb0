//! `genai-lz policy`: policies by themselves, and what those of a folder or a spec come to together.

pub mod convert;
pub mod effective;
mod gather;
pub mod order;

use clap::Subcommand;

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;

/// Convert a policy; see what the policies of a folder or a spec come to together
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Convert(convert::Args),
    Effective(effective::Args),
    Order(order::Args),
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    match &args.command {
        Command::Convert(args) => convert::run(args, ui),
        Command::Effective(args) => effective::run(args, ui),
        Command::Order(args) => order::run(args, ui),
    }
}
