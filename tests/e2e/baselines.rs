//! Every baseline of the render suite deployed to the sandbox: what is rendered is what a resource provider takes.

use std::path::PathBuf;

use super::genai_lz;

#[test]
fn every_baseline_of_the_render_suite_deploys_to_the_sandbox() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/suite/render");
    let mut specs: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("spec.yaml"))
        .filter(|spec| spec.exists())
        .collect();
    specs.sort();
    assert!(specs.len() >= 6, "{specs:?}");
    for spec in specs {
        let run = genai_lz(&["deploy", spec.to_str().unwrap(), "--sandbox"]).output().unwrap();
        let err = String::from_utf8(run.stderr).unwrap();
        // What the proof asks of the gateway is another matter: one spec lets in certain callers only.
        assert!(err.contains("done stage genai"), "{}\n{err}", spec.display());
    }
}
