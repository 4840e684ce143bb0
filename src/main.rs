//! The program: everything is in the library, so that tests reach it.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A request makes some thousand small values on one thread and drops some of them on another: docs/DEPENDENCIES.md says
/// what this saves.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    genai_lz::cli::main()
}
