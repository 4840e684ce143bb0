//! How long Bicep takes: to compile a stage of the landing zone, and to compile the public modules, each with all of its
//! own, on all cores. Run with `cargo bench --bench bicep`; the modules are below `avm` in the folder that
//! `GENAI_LZ_CORPUS` names, and left out without it.

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

use genai_lz::bicep;
use genai_lz::text::{FileError, World};

fn main() {
    let own = Folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("bicep"));
    for stage in ["baseline", "genai"] {
        let entry = format!("{stage}/main.bicep");
        measure(&format!("{stage}: compile"), || bicep::compile(&own, &entry).unwrap().files.len());
    }
    match std::env::var_os("GENAI_LZ_CORPUS") {
        Some(corpus) => public_modules(&PathBuf::from(corpus).join("avm")),
        None => println!("public modules: not run, GENAI_LZ_CORPUS is not set"),
    }
}

/// A folder on disk.
struct Folder(PathBuf);

impl World for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
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

/// Compiles every `main.bicep` below the folder once.
fn public_modules(root: &Path) {
    let mut entries = Vec::new();
    let mut folders = vec![root.to_owned()];
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
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(entry) = entries.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let is_compiled = bicep::compile(&Folder(root.to_owned()), entry).is_ok();
                    compiled.fetch_add(usize::from(is_compiled), Ordering::Relaxed);
                }
            });
        }
    });
    let (files, compiled, time) = (entries.len(), compiled.into_inner(), started.elapsed());
    println!("public modules: {compiled} of {files} compiled in {time:.1?} on {threads} threads");
    println!("(the rest name modules of registries, which are not restored here)");
}
