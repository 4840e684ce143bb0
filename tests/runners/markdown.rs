//! Cases in Markdown: a file is a set, a `##` heading a case, a fenced block an input or an expectation. Blocks
//! before the first heading belong to every case of the file.

use std::path::PathBuf;

use super::support;

/// A file of cases, line by line, so that blessing changes nothing but the expectations.
struct File {
    path: PathBuf,
    lines: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct Case {
    /// The name of the file without its ending.
    pub(crate) file: String,
    pub(crate) name: String,
    /// Those of the case itself come after those of its file.
    pub(crate) blocks: Vec<Block>,
    /// How many of them belong to the whole file.
    n_common: usize,
}

#[derive(Clone)]
pub(crate) struct Block {
    /// The words after the fence, such as `xml policy`.
    pub(crate) info: String,
    pub(crate) text: String,
    /// Index of the opening fence among the lines of the file.
    line: usize,
}

/// Reads the files of `tests/suite/<folder>`, by name.
fn files(folder: &str) -> Vec<File> {
    let paths = support::files_below(&support::suite(folder), "md");
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        File { lines: text.lines().map(str::to_owned).collect(), path }
    };
    paths.into_iter().map(read).collect()
}

impl File {
    fn cases(&self) -> Vec<Case> {
        let mut common = Vec::new();
        let mut cases: Vec<Case> = Vec::new();
        let mut lines = self.lines.iter().enumerate();
        while let Some((line, text)) = lines.next() {
            if let Some(name) = text.strip_prefix("## ") {
                let (file, name) = (support::stem(&self.path), name.trim().to_owned());
                cases.push(Case { file, name, blocks: common.clone(), n_common: common.len() });
            } else if let Some(info) = text.strip_prefix("```") {
                let inside: Vec<&str> =
                    lines.by_ref().map(|(_, text)| text.as_str()).take_while(|text| *text != "```").collect();
                let block = Block { info: info.trim().to_owned(), text: inside.join("\n"), line };
                cases.last_mut().map_or(&mut common, |case| &mut case.blocks).push(block);
            }
        }
        assert!(!cases.is_empty(), "no case in {}", self.path.display());
        cases
    }

    /// Writes `actual` into the blocks, last one first so that lines keep their numbers.
    fn bless(&mut self, mut blocks: Vec<(Block, String)>) {
        blocks.sort_by_key(|(block, _)| std::cmp::Reverse(block.line));
        for (block, actual) in blocks {
            let start = block.line + 1;
            let end = start + self.lines[start..].iter().position(|line| line == "```").unwrap();
            self.lines.splice(start..end, actual.lines().map(str::to_owned));
        }
        std::fs::write(&self.path, self.lines.join("\n") + "\n").unwrap();
    }
}

/// Returns the cases of every file of `tests/suite/<folder>`, without running them.
pub(crate) fn cases(folder: &str) -> Vec<Case> {
    files(folder).iter().flat_map(File::cases).collect()
}

impl Case {
    /// Returns the last block of that kind, so that a case may override what stands before the first heading.
    pub(crate) fn block(&self, info: &str) -> Option<&Block> {
        self.blocks.iter().rev().find(|block| block.info == info)
    }

    /// The blocks before the first heading of its file.
    pub(crate) fn common(&self) -> &[Block] {
        &self.blocks[..self.n_common]
    }
}

/// Turns files into trials. `run` returns, for each block that expects something, what was found.
pub(crate) fn trials(
    folder: &'static str,
    run: fn(&Case) -> Vec<(Block, String)>,
) -> Vec<libtest_mimic::Trial> {
    let mut trials = Vec::new();
    for mut file in files(folder) {
        if support::blesses() {
            let found = file.cases().iter().flat_map(run).collect();
            file.bless(found);
        }
        for case in file.cases() {
            let name = format!("{folder}::{}::{}", case.file, case.name);
            trials.push(libtest_mimic::Trial::test(name, move || check(&run(&case))));
        }
    }
    trials
}

fn check(found: &[(Block, String)]) -> Result<(), libtest_mimic::Failed> {
    if found.is_empty() {
        return Err("the case expects nothing".into());
    }
    for (block, actual) in found {
        if block.text.trim_end() != actual.trim_end() {
            let (info, line, expected) = (&block.info, block.line + 1, &block.text);
            return Err(
                format!("`{info}` at line {line}\n--- expected\n{expected}\n--- actual\n{actual}").into()
            );
        }
    }
    Ok(())
}
