//! How long Bicep takes: to compile a stage of the landing zone, with and without the check of types, and to compile the
//! public modules, each with all of its own, on all cores. Run with `cargo bench --bench bicep`; the modules are those of
//! the checkout `Azure+bicep-registry-modules` in the folder that `GENAI_LZ_CORPUS` names, and left out without it.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench asks the clock, reads files, starts threads and prints"
)]

mod rounds;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use genai_lz::bicep::{self, Options};
use genai_lz::catalog::azure_types::Embedded;
use genai_lz::text::{FileError, World};

/// As much as the command line gives its threads.
const STACK_BYTES: usize = 16 << 20;

fn main() {
    let own = Folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("bicep"));
    for stage in ["baseline", "genai"] {
        let entry = format!("{stage}/main.bicep");
        measure(&format!("{stage}: compile"), || bicep::compile(&own, &entry).unwrap().files.len());
        let checked = Options { types: Some(&Embedded), ..Options::default() };
        measure(&format!("{stage}: and check"), || {
            bicep::compile_with(&own, &entry, &checked).unwrap().files.len()
        });
    }
    match std::env::var_os("GENAI_LZ_CORPUS") {
        Some(corpus) => public_modules(&PathBuf::from(corpus).join("Azure+bicep-registry-modules")),
        None => println!("public modules: not run, GENAI_LZ_CORPUS is not set"),
    }
}

/// A folder on disk. What is asked of the public registry comes from the folder itself, whichever version it is.
struct Folder(PathBuf);

/// The name of the cache in a [`Folder`], in which nothing lies.
const CACHE: &str = ".restored";

impl World for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let restored = path
            .strip_prefix(CACHE)
            .and_then(|rest| rest.strip_prefix("/br/mcr.microsoft.com/bicep$"))
            .and_then(|rest| rest.split_once('/'))
            .map(|(repository, _)| format!("{}/main.json", repository.replace('$', "/")));
        let path = restored.as_deref().unwrap_or(path);
        fs::read(self.0.join(path)).map_err(|_| FileError::NotFound(path.to_owned()))
    }

    fn list(&self, _folder: &str) -> Vec<String> {
        Vec::new()
    }
}

fn measure(name: &str, work: impl Fn() -> usize) {
    let (median, best) = rounds::rounds(work);
    println!("{name:<20} median {median:>10.1?}  best {best:>10.1?}");
}

/// Compiles every `main.bicep` below `avm` once.
fn public_modules(root: &Path) {
    let mut entries = Vec::new();
    let mut folders = vec![root.join("avm")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if path.ends_with("main.bicep") {
                entries.push(path.strip_prefix(root).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, compiled) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let started = Instant::now();
    let work = || {
        let world = Folder(root.to_owned());
        let options = Options { registry: Some(CACHE), types: Some(&Embedded), ..Options::default() };
        while let Some(entry) = entries.get(next.fetch_add(1, Ordering::Relaxed)) {
            let is_compiled = bicep::compile_with(&world, entry, &options).is_ok();
            compiled.fetch_add(usize::from(is_compiled), Ordering::Relaxed);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work).unwrap();
        }
    });
    let (files, compiled, time) = (entries.len(), compiled.into_inner(), started.elapsed());
    println!("public modules: {compiled} of {files} compiled and checked in {time:.2?} on {threads} threads");
}
