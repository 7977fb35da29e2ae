//! `figures` and `reproduce`, from the command line to the files.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const FIGURE: &str = "pruning_threshold_digits";

fn prunelaw(out: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prunelaw"));
    command.args(words).arg("--quiet").args(["--effort", "smoke"]).arg("--out").arg(out).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_same_table_gives_the_same_files_with_the_caption_beside_them() {
    let store = tempfile::tempdir().unwrap();
    let drawn = |words: &[&str]| -> Vec<Vec<u8>> {
        let output = prunelaw(store.path(), words);
        assert!(output.status.success(), "{}", said(&output));
        let file = |end| fs::read(store.path().join("figures").join(format!("{FIGURE}.{end}"))).unwrap();
        ["svg", "png", "csv", "txt"].map(file).to_vec()
    };
    let first = drawn(&["figures", FIGURE]);
    fs::remove_dir_all(store.path().join("figures")).unwrap();
    assert!(first == drawn(&["figures", FIGURE, "--threads", "1"]));
    let caption = String::from_utf8(first[3].clone()).unwrap();
    assert!(caption.contains("replicas per prune fraction") && caption.contains("runs diverged"), "{caption}");
}

/// Drawn through the program, from trained networks; what is in the drawing is checked beside each figure.
#[test]
fn figures_of_random_pruning_have_their_cells_laws_and_counts() {
    let store = tempfile::tempdir().unwrap();
    let ids = ["phase_diagram_pruning", "phase_diagram_width", "feature_versus_noise"];
    let output = prunelaw(store.path(), &[&["figures", "--json"][..], &ids].concat());
    assert!(output.status.success(), "{}", said(&output));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for (i, parts) in [
        ["derived here and not in the paper", "largest standard error", "12 runs diverged"],
        ["minimum width", "SNR = 0.25", "12 runs diverged"],
        ["keeps its last values", "2 replicas per keep fraction", "4 runs diverged"],
    ]
    .into_iter()
    .enumerate()
    {
        let caption = found[i]["caption"].as_str().unwrap();
        assert_eq!(found[i]["id"], ids[i]);
        for part in parts {
            assert!(caption.contains(part), "{} says `{caption}`, which lacks `{part}`", ids[i]);
        }
    }
    for (id, layer, rows) in [(ids[0], "mean test accuracy", 6), (ids[1], "mean test accuracy", 6)] {
        let csv = fs::read_to_string(store.path().join("figures").join(format!("{id}.csv"))).unwrap();
        assert_eq!(csv.lines().filter(|line| line.contains(layer)).count(), rows, "{csv}");
    }
}

#[test]
fn figures_of_subset_sums_name_their_constant_and_what_is_derived() {
    let store = tempfile::tempdir().unwrap();
    let output = prunelaw(store.path(), &["figures", "phase_diagram_subset_sum", "covering_radius_law", "--json"]);
    assert!(output.status.success(), "{}", said(&output));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for (i, parts) in
        [["with C = 3", "100 replicas per n"], ["log₂(1/ρ)", "100 replicas per n"]].into_iter().enumerate()
    {
        let caption = found[i]["caption"].as_str().unwrap();
        for part in [parts[0], parts[1], "derived here and not in the papers"] {
            assert!(caption.contains(part), "`{caption}` lacks `{part}`");
        }
    }
    let csv = || fs::read_to_string(store.path().join("figures/phase_diagram_subset_sum.csv")).unwrap();
    let first = csv();
    let set = prunelaw(store.path(), &["figures", "phase_diagram_subset_sum", "--set", "constant=2.25", "--json"]);
    assert!(set.status.success(), "{}", said(&set));
    assert!(first.contains("theorem; C = 3,") && csv().contains("theorem; C = 2.25,"));
    let csv = first;
    // Four laws, three n, sixteen accuracies.
    assert_eq!(csv.lines().filter(|line| line.contains("probability of covering")).count(), 4 * 3 * 16);
}

#[test]
fn tickets_are_drawn_with_both_ends_of_their_error() {
    let store = tempfile::tempdir().unwrap();
    let output = prunelaw(store.path(), &["figures", "ticket_error_by_width", "--json"]);
    assert!(output.status.success(), "{}", said(&output));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let caption = found[0]["caption"].as_str().unwrap();
    for part in ["target 8-16-1", "4 replicas per n", "a lower bound", "upper bound |D₁|_F"] {
        assert!(caption.contains(part), "`{caption}` lacks `{part}`");
    }
    let csv = fs::read_to_string(store.path().join("figures/ticket_error_by_width.csv")).unwrap();
    // Two variants, two n.
    assert_eq!(csv.lines().filter(|line| line.contains("lower bound by ascent")).count(), 2 * 2, "{csv}");
}

#[test]
fn one_format_is_one_picture() {
    let store = tempfile::tempdir().unwrap();
    let output = prunelaw(store.path(), &["figures", FIGURE, "--format", "svg", "--json"]);
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found[0]["id"], FIGURE);
    assert_eq!(found[0]["files"].as_array().unwrap().len(), 3);
    assert!(!store.path().join("figures").join(format!("{FIGURE}.png")).exists());
}

#[test]
fn reproduce_writes_report_and_verdicts_and_ends_with_zero() {
    let store = tempfile::tempdir().unwrap();
    let output = prunelaw(store.path(), &["reproduce", FIGURE, "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let made: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let report = fs::read_to_string(made["report"].as_str().unwrap()).unwrap();
    assert!(report.contains("<svg") && report.contains(FIGURE) && report.ends_with("</html>\n"));
    let verdicts = fs::read_to_string(made["verdicts"].as_str().unwrap()).unwrap();
    assert_eq!(verdicts, "[]\n", "no claim was asked for");
}

#[test]
fn a_plan_computes_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    for command in ["figures", "reproduce"] {
        let output = prunelaw(&store, &[command, FIGURE, "--plan", "--json"]);
        let plans: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(plans[0]["id"], "pruning_fraction_sweep");
        assert!(!store.exists());
    }
}

#[test]
fn bad_input_is_one_error_that_names_the_thing_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    for (words, parts) in [
        (vec!["figures", "pruning_threshold_curves"], vec!["pruning_threshold_curves", "`pruning_threshold_curve`"]),
        (vec!["figures", "mask_landscape_map"], vec!["mask_landscape_map", "gap"]),
        (vec!["figures", "--format", "bmp"], vec!["bmp", "svg, png"]),
        (vec!["figures", "phase_diagram_subset_sum", "--set", "constnat=2"], vec!["constnat", "`constant`"]),
        (vec!["figures", "phase_diagram_subset_sum", "--set", "constant=0"], vec!["constant = 0", "above 0"]),
        (
            vec!["figures", "phase_diagram_subset_sum", "--set", "constant=2,3"],
            vec!["constant = 2,3", "varies nothing"],
        ),
        (vec!["figures", "phase_diagram_subset_sum", "--set", "replicas=2"], vec!["replicas", "constant"]),
        (vec!["figures", "covering_radius_law", "--set", "constant=2"], vec!["constant", "nothing can be set"]),
        (vec!["figures", "--set", "constant=2"], vec!["one figure"]),
        (vec!["reproduce", "prune_training"], vec!["prune_training", "`pruned_training`"]),
        (vec!["reproduce", "random_subnetworks"], vec!["nothing of `random_subnetworks` is built yet"]),
        (vec!["reproduce", FIGURE, "--alpha", "2"], vec!["alpha", "2"]),
    ] {
        let output = prunelaw(&store, &words);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {}", said(&output));
        for part in parts {
            assert!(said(&output).contains(part), "{words:?} said `{}`, which lacks `{part}`", said(&output));
        }
        assert!(!store.exists());
    }
}

#[test]
fn a_file_in_the_place_of_the_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "mine").unwrap();
    let output = prunelaw(&file, &["reproduce", FIGURE]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("file"), "{}", said(&output));
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}
