//! Any bytes as a policy: read, parsed, printed, converted, lowered and checked by every rule.

#![no_main]

use std::sync::Arc;

use genai_lz::policy::project::{self, Given, Project};
use genai_lz::policy;
use genai_lz::text::Source;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(source) = policy::read("fuzz.xml", bytes) else { return };
    let (document, found) = policy::parse(&source);
    assert_eq!(document.print(), source.text());
    let xml = policy::to_xml(&document);
    if found.is_empty() {
        let parse = |text: &str| policy::parse(&Source::new("fuzz.xml", text)).0;
        let rawxml = policy::to_rawxml(&parse(&xml));
        assert_eq!(policy::to_xml(&parse(&rawxml)), xml);
        assert!(policy::not_xml(&parse(&xml)).is_empty());
    }
    let given = Given::default();
    let file = project::read(Arc::clone(&source), &given);
    let scopes = [(policy::Scope::Api, Arc::clone(&file.policy))];
    policy::compose(&scopes, &indexmap::IndexMap::new());
    let project = Project::new(vec![file], given);
    project.check(&project.files[0]);
});
