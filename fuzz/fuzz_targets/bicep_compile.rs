//! Any text as a Bicep file and as a parameters file, beside a module that it can name; what compiles is evaluated.

#![no_main]

use genai_lz::arm::{self, Parameters, Target};
use genai_lz::bicep;
use genai_lz::text::MemoryWorld;
use libfuzzer_sys::fuzz_target;

/// What a file can name as `m.bicep`.
const MODULE: &str = "@export()\ntype t = { a: string?, b: int[] }\n@export()\nvar v = [1, 2]\n\
                      @export()\nfunc f(a int) int => a + 1\nparam p t = { b: v }\noutput o int = f(p.b[0])\n";

fuzz_target!(|text: &str| {
    let world = MemoryWorld::default().with("m.bicep", MODULE).with("main.bicep", text);
    if let Ok(compiled) = bicep::compile(&world, "main.bicep") {
        let _ = arm::evaluate(&compiled.template, &Parameters::default(), &target());
    }
    let world = world.with("main.bicepparam", text);
    let _ = bicep::compile_params(&world, "main.bicepparam", &|_| None);
});

fn target() -> Target {
    Target {
        tenant_id: "00000000-0000-0000-0000-000000000000".into(),
        scope: arm::TargetScope::group("00000000-0000-0000-0000-000000000000", "rg"),
        location: "westeurope".into(),
        deployment_name: "fuzz".into(),
    }
}
