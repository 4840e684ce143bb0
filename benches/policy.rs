//! How long policies take: to parse, to load and to check one, one of a megabyte, and a thousand. Run with
//! `cargo bench --bench policy`; each line is the median and the best of several rounds.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a bench asks the clock and prints")]

mod rounds;

use std::sync::Arc;

use genai_lz::policy;
use genai_lz::policy::project::{self, Given, Project};
use genai_lz::text::Source;

fn main() {
    let one = include_str!("../policies/fragments/remember-retry-after.xml").to_owned();
    let inside = one.trim_start().trim_start_matches("<fragment>").trim_end().trim_end_matches("</fragment>");
    let large = format!("<fragment>{}</fragment>", inside.repeat(1_000_000 / inside.len()));
    for (name, text, copies) in [("one", &one, 1), ("a megabyte", &large, 1), ("a thousand", &one, 1_000)] {
        let sources: Vec<_> =
            (0..copies).map(|number| Source::new(format!("{number}.xml"), text.as_str())).collect();
        let bytes = text.len() * copies;
        measure(&format!("{name}: parse"), bytes, || {
            sources.iter().map(policy::parse).map(|(d, _)| d.nodes.len()).sum()
        });
        measure(&format!("{name}: load"), bytes, || {
            sources.iter().map(|source| policy::load(source, None).1.len()).sum()
        });
        measure(&format!("{name}: check"), bytes, || check(&sources));
    }
}

fn check(sources: &[Arc<Source>]) -> usize {
    let given = Given::default();
    let files = sources.iter().map(|source| project::read(Arc::clone(source), &given)).collect();
    let project = Project::new(files, given);
    project.files.iter().map(|file| project.check(file).len()).sum()
}

fn measure(name: &str, bytes: usize, work: impl Fn() -> usize) {
    let (median, best) = rounds::rounds(work);
    let speed = bytes as f64 / median.as_secs_f64() / 1e6;
    println!("{name:<20} {bytes:>9} bytes  median {median:>10.1?}  best {best:>10.1?}  {speed:>7.1} MB/s");
}
