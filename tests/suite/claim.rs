//! `prunelaw claim` from outside: verdicts on somebody's own bound, witnesses, bad input.

use super::verify::FIELDS;
use serde_json::Value;
use std::process::{Command, Output};
use tempfile::TempDir;

const GRID: &str = "pruning_phase_grid";
/// A grid that takes milliseconds.
const SMALL: [&str; 9] = [
    "--set",
    "keep=0.25,1",
    "noise=1",
    "dimension=40",
    "neurons=4",
    "samples=8",
    "test_samples=10",
    "steps=50",
    "replicas=3",
];

fn prunelaw(folder: &TempDir, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prunelaw"));
    command.current_dir(folder.path()).args(words).output().unwrap()
}

/// The program on a statement about a small grid.
fn claim(folder: &TempDir, statement: &str, more: &[&str]) -> Output {
    let sim = if statement.contains("radius") { "covering_radius" } else { GRID };
    let set: &[&str] = if sim == GRID { &SMALL } else { &[] };
    prunelaw(folder, &[&["claim", statement, "--sim", sim, "--effort", "smoke"], set, more].concat())
}

fn answer(folder: &TempDir, statement: &str, more: &[&str]) -> (Option<i32>, Value) {
    let output = claim(folder, statement, &[more, &["--json"]].concat());
    let text = String::from_utf8_lossy(&output.stdout);
    let mut reports: Vec<Value> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    assert_eq!(reports.len(), 1);
    (output.status.code(), reports.remove(0))
}

#[test]
fn a_true_bound_holds_with_its_margin_and_the_fields_of_verify() {
    let folder = TempDir::new().unwrap();
    // Counting: 2^n sums cover at most 2^n intervals of length 2 rho.
    let (code, report) = answer(&folder, "radius >= 2^-n", &[]);
    assert_eq!((code, report["verdict"].as_str()), (Some(0), Some("holds")), "{report}");
    let fields: Vec<&str> = report.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, FIELDS);
    assert_eq!((&report["id"], &report["class"]), (&Value::from("radius >= 2^-n"), &Value::from("inequality")));
    let margin = report["margin"].as_f64().unwrap();
    assert!(margin > 0.0 && margin < 1.0 && report["witness"].is_null(), "{report}");
    assert_eq!(report["points"].as_array().unwrap().len(), 6);
    assert!(report["notes"][0].as_str().unwrap().contains("times as strong"), "{report}");
    // The factor of the note is where it stops to hold.
    let factor: f64 = report["notes"][0].as_str().unwrap().split(' ').nth(3).unwrap().parse().unwrap();
    let scaled = |by: f64| answer(&folder, &format!("radius >= {}*2^-n", factor * by), &[]).1["verdict"].clone();
    assert_eq!((scaled(0.999), scaled(1.001)), (Value::from("holds"), Value::from("violated")));
}

#[test]
fn a_false_bound_is_violated_and_its_witness_is_small_and_runs_again() {
    let folder = TempDir::new().unwrap();
    let (code, report) = answer(&folder, "radius < 3*2^-n", &[]);
    assert_eq!((code, report["verdict"].as_str()), (Some(1), Some("violated")), "{report}");
    assert!(report["margin"].as_f64().unwrap() < 0.0 && report["failures"].as_u64().unwrap() > 0);
    let witness = report["witness"].as_str().unwrap();
    assert!(witness.contains("'radius < 3*2^-n' --sim covering_radius --effort smoke"), "{witness}");
    assert!(witness.contains("samples=") && witness.contains("--replicas"), "{witness}");
    // The words of a shell, as this command has no others.
    let words = witness.strip_prefix("prunelaw ").unwrap().replace("'radius < 3*2^-n'", "CLAIM");
    let words: Vec<&str> = words
        .split(' ')
        .map(|word| if word == "CLAIM" { "radius < 3*2^-n" } else { word.trim_matches('\'') })
        .collect();
    let again = prunelaw(&folder, &[&words[..], &["--json"]].concat());
    assert_eq!(again.status.code(), Some(1), "{again:?}");
    let again: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(again[0]["points"].as_array().unwrap().len(), 1);
    assert!(
        report["notes"].as_array().unwrap().iter().any(|note| note.as_str().unwrap().contains("smallest violation"))
    );
    // For people, with the command.
    let said = claim(&folder, "radius < 3*2^-n", &[]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("violated") && said.contains("again: prunelaw claim"), "{said}");
}

#[test]
fn witnesses_shrink_to_few_samples_and_round_settings() {
    let folder = TempDir::new().unwrap();
    let (code, report) = answer(&folder, "kept_weights < 0.1*K*m*d", &[]);
    assert_eq!((code, report["verdict"].as_str()), (Some(1), Some("violated")), "{report}");
    let witness = report["witness"].as_str().unwrap();
    for part in ["neurons=1", "samples=", "keep="] {
        assert!(witness.contains(part), "{witness}");
    }
    assert!(!witness.contains("dimension=40"), "{witness}");
}

#[test]
fn bounds_that_say_nothing_are_vacuous() {
    let folder = TempDir::new().unwrap();
    for (statement, factor) in [
        ("test_accuracy >= 0 - 0.5", 1.5),
        ("test_accuracy <= 2", 2.0),
        ("-0.25 <= train_accuracy", 1.25),
        ("train_accuracy >= 0", 1.0),
    ] {
        let (code, report) = answer(&folder, statement, &[]);
        assert_eq!((code, report["verdict"].as_str()), (Some(0), Some("vacuous")), "{statement}: {report}");
        assert_eq!(report["versions"][0]["factor"].as_f64(), Some(factor), "{statement}: {report}");
        assert!(report["points"][0]["because"].as_str().unwrap().contains("which is free"), "{statement}: {report}");
    }
    // A strict bound at the edge is not free.
    assert_ne!(answer(&folder, "train_accuracy > 0", &[]).1["verdict"], "vacuous");
    // Two measures bound each other.
    let (_, report) = answer(&folder, "train_accuracy >= 0*test_accuracy", &[]);
    assert_eq!(report["verdict"], "holds", "{report}");
}

#[test]
fn what_is_not_finite_is_inconclusive_and_diverged_rows_are_counted() {
    let folder = TempDir::new().unwrap();
    for statement in
        ["train_loss >= 0/0", "train_loss <= 1/(keep - keep)", "train_loss >= sqrt(0 - 1)", "test_loss > 1e999"]
    {
        let (code, report) = answer(&folder, statement, &[]);
        assert_eq!((code, report["verdict"].as_str()), (Some(0), Some("inconclusive")), "{statement}: {report}");
        assert!(report["points"][0]["because"].as_str().unwrap().contains("not finite in replica 0"), "{report}");
    }
    // So large a rate that training leaves all bounds.
    let (code, report) = answer(&folder, "train_loss >= 0", &["rate=1e30"]);
    assert_eq!((code, report["verdict"].as_str()), (Some(0), Some("inconclusive")), "{report}");
    assert!(report["notes"].to_string().contains("rows are `diverged`"), "{report}");
    // One row that refutes suffices, whatever became of the others.
    let (code, report) = answer(&folder, "steps < 1 + 0*sqrt(keep - 0.5)", &[]);
    assert_eq!((code, report["verdict"].as_str()), (Some(1), Some("violated")), "{report}");
}

#[test]
fn trajectories_are_judged_at_every_step() {
    let folder = TempDir::new().unwrap();
    let set =
        ["--set", "keep=1", "dimension=40", "neurons=2", "samples=8", "test_samples=10", "steps=20", "replicas=2"];
    let words = ["claim", "step < 20", "--sim", "pruning_trajectory", "--effort", "smoke", "--json"];
    let output = prunelaw(&folder, &[&words[..], &set].concat());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    assert_eq!(report[0]["verdict"], "violated");
    assert!(report[0]["points"][0]["seen"].as_str().unwrap().contains("at step 20"), "{report}");
}

#[test]
fn a_plan_says_what_would_run_and_computes_nothing() {
    let folder = TempDir::new().unwrap();
    let output = claim(&folder, "train_loss > 0", &["--plan", "--json"]);
    let plans: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&plans[0]["id"], output.status.code()), (&Value::from(GRID), Some(0)));
    assert!(!folder.path().join("prunelaw-out").exists());
}

#[test]
fn bad_statements_are_one_error_and_nothing_is_computed() {
    let folder = TempDir::new().unwrap();
    for (statement, part) in [
        ("", "no relation sign"),
        ("train_loss", "no relation sign"),
        ("0 < train_loss < 1", "one relation sign"),
        ("train_los > 0", "did you mean `train_loss`?"),
        ("lip_lower > 0", "unknown name `lip_lower`"),
        ("p > 0", "`keep`, `parameters` or `p_eff`"),
        ("outcome > 0", "column of words"),
        ("noise_law > 0", "is a word"),
        ("train_loss > ", "nothing on the right"),
        ("train_loss > -keep^2", "reads two ways"),
        ("train_loss > 0)", "parentheses"),
        ("keep <= 1", "no measure stands on either side"),
        ("1 < 2", "Measures here: steps, train_loss"),
    ] {
        let output = claim(&folder, statement, &[]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{statement}: {said}");
        assert!(said.contains(part), "{statement}: `{said}` lacks `{part}`");
    }
    for (words, part) in [
        (vec!["claim", "x > 0"], "--sim"),
        (vec!["claim", "x > 0", "--sim", "covering_radii"], "`covering_radius`"),
        (vec!["claim", "radius > 0", "--sim", "covering_radius", "--set", "sampels=3"], "`samples`"),
    ] {
        let output = prunelaw(&folder, &words);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains(part), "{words:?}: {said}");
    }
    assert!(!folder.path().join("prunelaw-out").exists());
}
