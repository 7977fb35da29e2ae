//! `prunelaw verify` from outside: exit codes, the JSON that programs read, sabotage, witnesses.

use serde_json::Value;
use std::process::{Command, Output};
use tempfile::TempDir;

pub(crate) const FIELDS: [&str; 18] = [
    "id",
    "subject",
    "source",
    "class",
    "verdict",
    "margin",
    "replicas",
    "failures",
    "claimed_failure_rate",
    "alpha",
    "p_value",
    "versions",
    "points",
    "config",
    "key",
    "seconds",
    "witness",
    "notes",
];

const VERDICTS: [&str; 7] =
    ["holds", "violated", "out_of_scope", "vacuous", "inconclusive", "scaling_agrees", "scaling_disagrees"];

fn verify(folder: &TempDir, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prunelaw"));
    command.current_dir(folder.path()).args(["verify", "--effort", "smoke"]).args(words).output().unwrap()
}

fn objects(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn every_claim_has_the_documented_fields() {
    let folder = TempDir::new().unwrap();
    let output = verify(&folder, &["--json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let objects = objects(&output);
    assert!(objects.len() >= 4);
    for object in &objects {
        let fields: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, FIELDS, "{}", object["id"]);
        assert!(VERDICTS.contains(&object["verdict"].as_str().unwrap()));
        assert!(!object["points"].as_array().unwrap().is_empty());
        assert!(object["witness"].is_null(), "nothing is violated");
        for version in object["versions"].as_array().unwrap() {
            assert!(version["name"].is_string() && VERDICTS.contains(&version["verdict"].as_str().unwrap()));
            assert_eq!(version["factor"].is_number(), version["verdict"] == "vacuous", "{version}");
        }
        let statistical = ["probability", "scaling", "empirical"].contains(&object["class"].as_str().unwrap());
        assert_eq!(object["alpha"].is_number(), statistical, "{}", object["id"]);
    }
}

#[test]
fn a_vacuous_bound_says_by_which_factor() {
    let folder = TempDir::new().unwrap();
    let found = &objects(&verify(&folder, &["law_parametrized_class", "--json"]))[0];
    assert_eq!(found["verdict"], "vacuous");
    let version = |word: &str| {
        let versions = found["versions"].as_array().unwrap();
        versions.iter().find(|version| version["name"].as_str().unwrap().contains(word)).unwrap()
    };
    assert!(version("C = 192")["factor"].as_f64().unwrap() > 1000.0);
    assert!(version("eps/(6J)")["verdict"] == "violated" && version("eps/(8J)")["verdict"] == "holds");
}

#[test]
fn the_level_is_shared_by_the_statistical_claims_of_the_call() {
    let folder = TempDir::new().unwrap();
    let alpha = |words: &[&str], id: &str| {
        let found = objects(&verify(&folder, words)).into_iter().find(|object| object["id"] == id).unwrap();
        found["alpha"].as_f64().unwrap()
    };
    let id = "surviving_signal_neurons";
    assert_eq!(alpha(&[id, "--json", "--alpha", "0.01"], id), 0.01);
    let with_an_exact_one = [id, "signal_noise_decomposition", "--json", "--alpha", "0.01"];
    assert_eq!(alpha(&with_an_exact_one, id), 0.01);
    let with_a_statistical_one = [id, "pruning_improves_generalization", "--json", "--alpha", "0.01"];
    assert_eq!(alpha(&with_a_statistical_one, id), 0.005);
}

#[test]
fn sabotage_ends_with_zero_because_every_false_sibling_is_violated() {
    let folder = TempDir::new().unwrap();
    let output = verify(&folder, &["--sabotage", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    for object in objects(&output) {
        let refuted = ["violated", "scaling_disagrees"].contains(&object["verdict"].as_str().unwrap());
        assert!(refuted, "{}", object["id"]);
        assert!(object["witness"].is_object() || object["witness"].is_string(), "{object}");
    }
}

#[test]
fn the_printed_witness_shows_the_violation_again() {
    let folder = TempDir::new().unwrap();
    let output = verify(&folder, &["gradient_bounded_by_loss", "--sabotage"]);
    let text = String::from_utf8_lossy(&output.stdout);
    let again = text.lines().find_map(|line| line.trim().strip_prefix("again: prunelaw verify ")).unwrap();
    let (words, place) = again.split_once(" --witness '").unwrap();
    let words: Vec<&str> = words.split(' ').chain(["--witness", place.strip_suffix('\'').unwrap()]).collect();
    let fresh = TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_prunelaw"));
    let again = command.current_dir(fresh.path()).arg("verify").args(words).output().unwrap();
    // The false sibling is violated, as it must be: with --sabotage that is success.
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    assert!(String::from_utf8_lossy(&again.stdout).contains("violated"), "{again:?}");
}

#[test]
fn wrong_words_end_with_two_and_the_nearest_choice() {
    let folder = TempDir::new().unwrap();
    for (words, part) in [
        (&["gradient_bounded_by_los"][..], "gradient_bounded_by_loss"),
        (&["pruned_trainin"], "pruned_training"),
        (&["tickets"], "prunelaw list"),
        (&["entropy of a cat"], "did you mean"),
        (&["--alpha", "0"], "between 0 and 1"),
        (&["--alpha", "nan"], "between 0 and 1"),
        (&["gradient_bounded_by_loss", "--witness", "nowhere"], "axis=value"),
    ] {
        let output = verify(&folder, words);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {output:?}");
        assert!(said.contains(part), "{words:?}: {said}");
        assert!(output.stdout.is_empty());
    }
    assert!(!folder.path().join("prunelaw-out").exists());
}
