//! tests/suite/cli/*.md: what a person types and sees. A case is prose, files (fenced blocks whose info string
//! names a path) and `console` blocks. In a console block `$` starts a command, `! ` marks stderr, `? N` is the
//! exit code where it is not 0. A command may end with `< FILE`, and with `| head -N`, which shows the first N lines of
//! stdout. `GLZ_BLESS=1` rewrites the console blocks.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::{Failed, Trial};

use super::support;

pub(crate) fn cases() -> Vec<Trial> {
    let trial = |file: PathBuf| Trial::test(format!("cli::{}", support::stem(&file)), move || run(&file));
    support::files(&support::suite("cli"), "md").into_iter().map(trial).collect()
}

fn run(file: &Path) -> Result<(), Failed> {
    let text = fs::read_to_string(file)?;
    let folder = tempfile::tempdir()?;
    let mut actual = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let _ = writeln!(actual, "{line}");
        // A file with fences of its own stands in a longer fence.
        let info = line.trim_start_matches('`');
        let (fence, info) = (&line[..line.len() - info.len()], info);
        if fence.len() < 3 || info.is_empty() {
            continue;
        }
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != fence).collect();
        match info.split_once(' ') {
            Some((_, path)) => {
                let content = body.iter().map(|line| format!("{line}\n")).collect::<String>();
                let path = folder.path().join(path);
                fs::create_dir_all(path.parent().unwrap())?;
                fs::write(path, &content)?;
                actual.push_str(&content);
            }
            None if info == "console" => {
                for command in body.iter().filter_map(|line| line.strip_prefix("$ ")) {
                    actual.push_str(&transcript(command, folder.path())?);
                }
            }
            None => actual.extend(body.iter().map(|line| format!("{line}\n"))),
        }
        let _ = writeln!(actual, "{fence}");
    }
    support::settle(file, &actual)
}

/// Runs `genai-lz …`, `cat FILE` or `ln -s TARGET LINK` in `folder`, with an empty environment: no tool to sign in with is found.
fn transcript(command: &str, folder: &Path) -> Result<String, Failed> {
    let (line, n_shown) = match command.split_once(" | head -") {
        Some((line, n)) => (line, n.parse()?),
        None => (command, usize::MAX),
    };
    let (line, stdin) = match line.split_once(" < ") {
        Some((line, file)) => (line, Stdio::from(fs::File::open(folder.join(file))?)),
        None => (line, Stdio::null()),
    };
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut out = format!("$ {command}\n");
    match words.as_slice() {
        ["cat", file] => out.push_str(&fs::read_to_string(folder.join(file))?),
        ["genai-lz", args @ ..] => {
            let run = Command::new(env!("CARGO_BIN_EXE_genai-lz"))
                .args(args)
                .current_dir(folder)
                .env_clear()
                .env("CI", "true")
                .env("PATH", folder)
                .stdin(stdin)
                .output()?;
            out.extend(String::from_utf8(run.stdout)?.split_inclusive('\n').take(n_shown));
            for line in String::from_utf8(run.stderr)?.lines() {
                let _ = writeln!(out, "{}", format!("! {line}").trim_end());
            }
            match run.status.code() {
                Some(0) => {}
                code => {
                    let _ = writeln!(out, "? {}", code.map_or("killed".to_owned(), |code| code.to_string()));
                }
            }
        }
        #[cfg(unix)]
        ["ln", "-s", target, link] => std::os::unix::fs::symlink(target, folder.join(link))?,
        _ => return Err(format!("a console block runs `genai-lz`, `cat` or `ln -s`, not `{command}`").into()),
    }
    Ok(out)
}
