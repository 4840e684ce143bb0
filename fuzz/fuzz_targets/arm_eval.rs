//! Any JSON as an ARM template; any other text as the expression of an output.

#![no_main]

use genai_lz::arm::{self, Parameters, Target};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

fuzz_target!(|text: &str| {
    let template = serde_json::from_str::<Value>(text).unwrap_or_else(|_| {
        json!({
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "resources": [],
            "outputs": { "o": { "type": "string", "value": format!("[{text}]") } },
        })
    });
    let target = Target {
        tenant_id: "00000000-0000-0000-0000-000000000000".into(),
        scope: arm::TargetScope::group("00000000-0000-0000-0000-000000000000", "rg"),
        location: "westeurope".into(),
        deployment_name: "fuzz".into(),
    };
    let _ = arm::evaluate(&template, &Parameters::default(), &target);
});
