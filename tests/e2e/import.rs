//! `import` of what a deployment to `sandbox arm` made: the spec that comes out plans the same landing zone.

use serde_json::{Value as Json, json};

use super::QUICKSTART;
use super::arm::{SUBSCRIPTION, json_of, texts};
use super::azure::Azure;
use super::genai_lz;

const GROUP: &str = "rg-apim-lzv01-dev-westus3-abc";
const SERVICE: &str = "apim-lzv01-dev-westus3-abc";

fn import(azure: &Azure, output: &str, more: &[&str]) -> (Option<i32>, Json) {
    let args = [
        "import",
        "--subscription",
        SUBSCRIPTION,
        "-g",
        GROUP,
        "--service",
        SERVICE,
        "-o",
        output,
        "--format",
        "json",
    ];
    json_of(&mut azure.with_secret(&[&args, more].concat()))
}

/// The resources of a plan that the import knows of: id and what tells it from its neighbours.
fn planned(spec: &str) -> Vec<String> {
    let (code, plan) = json_of(&mut genai_lz(&["plan", spec, "--format", "json"]));
    assert_eq!(code, Some(0), "{plan:#}");
    let stages = plan["stages"].as_array().unwrap();
    let resources = stages
        .iter()
        .flat_map(|stage| stage["groups"].as_array().unwrap())
        .flat_map(|group| group["resources"].as_array().unwrap());
    let mut all: Vec<String> = resources
        .filter(|one| {
            ["Microsoft.ApiManagement", "Microsoft.CognitiveServices"]
                .iter()
                .any(|own| one["type"].as_str().unwrap().starts_with(own))
        })
        .map(|one| {
            format!(
                "{} {} {} {}",
                one["id"].as_str().unwrap().replace("00000000-0000-0000-0000-000000000000", SUBSCRIPTION),
                one["sku"],
                one["location"],
                one["notes"]
            )
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_landing_zone_that_we_deployed_comes_back_as_the_same_spec() {
    let azure = Azure::start();
    let args = ["deploy", QUICKSTART, "--subscription", SUBSCRIPTION, "--yes"];
    assert!(azure.with_secret(&args).status().unwrap().success());
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("imported.yaml");
    let output = output.to_str().unwrap();
    let (code, done) = import(&azure, output, &[]);
    let text = std::fs::read_to_string(output).unwrap();
    assert_eq!(code, Some(0), "{done:#}\n{text}");
    // Every policy is one that the spec renders, and every name one of the scheme.
    let codes: Vec<&str> =
        done["findings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert!(codes.iter().all(|code| *code == "import-filled-in"), "{done:#}\n{text}");
    assert_eq!(done["written"].as_array().unwrap().len(), 1, "{done:#}");
    assert_eq!(planned(output), planned(QUICKSTART), "{text}");

    // The service as it runs is the service of the imported spec.
    let args = ["drift", output, "--subscription", SUBSCRIPTION, "--format", "json"];
    let (_, drift) = json_of(&mut azure.with_secret(&args));
    let of_service = |list: &str| {
        let all = drift[list].as_array().unwrap();
        all.iter().filter(|one| one["type"].as_str().unwrap().starts_with("Microsoft.ApiManagement")).count()
    };
    assert_eq!((of_service("changed"), of_service("missing"), of_service("unknown")), (0, 0, 0), "{drift:#}");

    let (code, refused) = import(&azure, output, &[]);
    assert_eq!(code, Some(2), "{refused:#}");
    assert!(refused["error"]["message"].as_str().unwrap().contains("exists already"));
}

#[test]
fn what_somebody_added_is_told_and_its_policy_is_written_beside() {
    let azure = Azure::start();
    let args = ["deploy", QUICKSTART, "--subscription", SUBSCRIPTION, "--yes"];
    assert!(azure.with_secret(&args).status().unwrap().success());
    let service = format!("resourceGroups/{GROUP}/providers/Microsoft.ApiManagement/service/{SERVICE}");
    let path = format!("{service}/apis/azure-openai-api/policies/policy");
    let (_, mut policy) = azure.send("GET", &format!("{path}?format=rawxml"), None);
    let changed = policy["properties"]["value"].as_str().unwrap().replacen(
        "<base />",
        "<base /><set-header name=\"x-own\"><value>1</value></set-header>",
        1,
    );
    policy["properties"]["value"] = changed.into();
    assert!(azure.send("PUT", &path, Some(&policy)).0 < 300);
    let value = json!({"properties": {"displayName": "own", "value": "s3cret-value", "secret": true}});
    assert!(azure.send("PUT", &format!("{service}/namedValues/own"), Some(&value)).0 < 300);
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("z.yaml");
    let args = [
        "import",
        "--subscription",
        SUBSCRIPTION,
        "-g",
        GROUP,
        "--service",
        SERVICE,
        "-o",
        output.to_str().unwrap(),
    ];
    let run = azure.with_secret(&args).output().unwrap();
    let (out, err) = texts(&run);
    assert_eq!(run.status.code(), Some(0), "{out}{err}");
    assert!(
        err.contains("import-policy-not-ours") && err.contains("namedValues that no spec has: own"),
        "{err}"
    );
    let beside =
        std::fs::read_to_string(folder.path().join("z.found/apis/azure-openai-api.xml.diff")).unwrap();
    assert!(beside.contains("-    <set-header name=\"x-own\">"), "{beside}");
    let text = std::fs::read_to_string(&output).unwrap();
    assert!(text.contains("#   import-policy-not-ours: ") && !text.contains("s3cret-value"), "{text}");
}

#[test]
fn a_service_that_is_not_there_is_said() {
    let azure = Azure::start();
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("x.yaml");
    let (code, found) = import(&azure, output.to_str().unwrap(), &[]);
    assert_eq!(code, Some(4), "{found:#}");
    assert!(found["error"]["message"].as_str().unwrap().contains("there is no service"), "{found:#}");
    assert!(!output.exists());
}
