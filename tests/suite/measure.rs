//! `prunelaw measure` from outside: its JSON, and what it says to bad input.

use ndarray::{Array1, Array2, array};
use prunelaw::engine::data::npz::NpzBuilder;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn write(folder: &Path, name: &str, matrices: &[(&str, Array2<f64>)], bias: Option<Array1<f64>>) {
    let mut npz = NpzBuilder::default();
    matrices.iter().for_each(|(array, matrix)| npz.add(array, matrix).unwrap());
    bias.iter().for_each(|b| npz.add("b1", b).unwrap());
    fs::write(folder.join(name), npz.finish().unwrap()).unwrap();
}

fn measure(folder: &Path, what: &str, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prunelaw"));
    command.current_dir(folder).args(["measure", what]).args(words).output().unwrap()
}

fn lipschitz(folder: &Path, words: &[&str]) -> Output {
    measure(folder, "lipschitz", words)
}

#[test]
fn the_path_kernel_is_that_of_the_masked_network() {
    let folder = tempfile::tempdir().unwrap();
    let net = [("w1", array![[1.0, 2.0], [3.0, 0.5]]), ("w2", array![[2.0, 5.0], [1.0, 7.0]])];
    write(folder.path(), "net.npz", &net, None);
    // Only the first hidden unit keeps both sides: |w|^2 = 5, |a|^2 = 4 with one edge.
    let masks = [("mask1", array![[1.0, 1.0], [1.0, 1.0]]), ("mask2", array![[1.0, 0.0], [0.0, 0.0]])];
    write(folder.path(), "mask.npz", &masks, None);
    let ran = measure(folder.path(), "paths", &["--network", "net.npz", "--mask", "mask.npz", "--json"]);
    let said: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(
        said,
        serde_json::json!({
            "trace": 13.0, "rank": 2, "live_edges": 3, "live_hidden": 1, "largest_eigenvalue": 9.0, "eigenvalues": [9.0, 4.0]
        })
    );
    // The same edges with a layer more, through which all paths go: 2 and 2 as weights.
    let deep = [("w1", array![[1.0, 2.0]]), ("w2", array![[2.0]]), ("w3", array![[1.0], [3.0]])];
    write(folder.path(), "deep.npz", &deep, None);
    let ran = measure(folder.path(), "paths", &["--network", "deep.npz", "--json"]);
    let said: Value = serde_json::from_slice(&ran.stdout).unwrap();
    // Sums of the squares of the other two weights: 2 * 4 * 10, 5 * 10, and 2 * 5 * 4.
    assert!((said["trace"].as_f64().unwrap() - 170.0).abs() < 1e-9, "{said}");
    assert_eq!((&said["rank"], said["eigenvalues"].as_array().unwrap().len()), (&3.into(), 3));
    write(folder.path(), "bias.npz", &net, Some(array![0.0, 1.0]));
    let ran = measure(folder.path(), "paths", &["--network", "bias.npz"]);
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("`b1` has no place"));
}

#[test]
fn every_output_has_its_bracket() {
    let folder = tempfile::tempdir().unwrap();
    // |x| + |y| and, as a second output, relu(x) alone; the fifth neuron is the first again.
    let inner = array![[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0], [2.0, 0.0]];
    let outer = array![[1.0, 1.0, 1.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0, 0.5]];
    write(folder.path(), "net.npz", &[("w1", inner), ("w2", outer)], None);
    let ran = lipschitz(folder.path(), &["--network", "net.npz", "--json"]);
    assert!(ran.status.success(), "{ran:?}");
    assert!(String::from_utf8_lossy(&ran.stderr).contains("1 hyperplanes, 1 neurons merged"), "{ran:?}");
    let outputs: Value = serde_json::from_slice(&ran.stdout).unwrap();
    for (at, constant) in [2f64.sqrt(), 2.0].into_iter().enumerate() {
        let of = |name: &str| outputs[at][name].as_f64().unwrap();
        assert!((of("exact") - constant).abs() < 1e-12, "{}", outputs[at]);
        assert!(of("lower") <= of("exact") && of("exact") <= of("upper") && of("upper") < constant * (1.0 + 1e-9));
        let ends = outputs[at]["ends"].as_array().unwrap();
        assert!(ends.iter().all(|end| end["method"].is_string() && end["seconds"].as_f64().unwrap() >= 0.0));
        assert!(ends.iter().all(|end| end["value"].is_f64() && end["certified"].is_boolean()));
    }
    // The mask removes y; the same key gives the same ends.
    let half = array![[1.0, 1.0], [1.0, 1.0], [0.0, 0.0], [0.0, 0.0], [1.0, 1.0]];
    write(folder.path(), "mask.npz", &[("mask1", half), ("mask2", Array2::ones((2, 5)))], None);
    let masked = || lipschitz(folder.path(), &["--network", "net.npz", "--mask", "mask.npz", "--json"]);
    let outputs: Value = serde_json::from_slice(&masked().stdout).unwrap();
    assert_eq!(outputs[0]["exact"].as_f64(), Some(1.0));
    let again: Value = serde_json::from_slice(&masked().stdout).unwrap();
    assert_eq!(outputs[1]["lower"], again[1]["lower"]);
}

#[test]
fn the_tangent_kernel_is_that_of_the_masked_network() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "net.npz", &[("w1", array![[1.0, 2.0], [-3.0, 1.0]]), ("w2", array![[2.0, 5.0]])], None);
    write(folder.path(), "mask.npz", &[("mask1", array![[1.0, 0.0], [1.0, 1.0]]), ("mask2", array![[1.0, 1.0]])], None);
    write(folder.path(), "data.npz", &[("x", array![[1.0, 1.0], [-1.0, 0.0]])], None);
    let words = ["--network", "net.npz", "--mask", "mask.npz", "--data", "data.npz", "--json"];
    let said: Value = serde_json::from_slice(&measure(folder.path(), "ntk", &words).stdout).unwrap();
    // (1, 1) opens the first unit, whose gate lets 1 through: a^2 1 + 1^2. (-1, 0) opens the second: 5^2 1 + 3^2.
    assert_eq!(said, serde_json::json!({ "trace": 39.0, "eigenvalues": [34.0, 5.0] }));
    write(folder.path(), "wide.npz", &[("x", array![[1.0, 1.0, 1.0]])], None);
    let ran = measure(folder.path(), "ntk", &["--network", "net.npz", "--data", "wide.npz"]);
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("3 coordinates, and the network takes 2"));
    write(folder.path(), "none.npz", &[("x", Array2::zeros((0, 2)))], None);
    let ran = measure(folder.path(), "ntk", &["--network", "net.npz", "--data", "none.npz"]);
    assert_eq!(ran.status.code(), Some(2), "{ran:?}");
}

#[test]
fn signed_saliency_is_conserved_and_its_absolute_value_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let wave = |rows: usize, columns: usize, f: f64| {
        Array2::from_shape_fn((rows, columns), |(i, j)| (f * (1 + i * columns + j) as f64).sin())
    };
    let net = [("w1", wave(5, 4, 1.3)), ("w2", wave(4, 5, 2.1)), ("w3", wave(2, 4, 0.7))];
    write(folder.path(), "net.npz", &net, Some(array![0.3, -0.2, 0.4, 0.1, -0.5]));
    let masks = [("mask1", Array2::ones((5, 4))), ("mask2", wave(4, 5, 3.3)), ("mask3", Array2::ones((2, 4)))];
    let masks = masks.map(|(name, mask)| (name, mask.mapv(|x| f64::from(x > -0.5))));
    write(folder.path(), "mask.npz", &masks, None);
    let data = [("x", wave(20, 4, 0.37)), ("y", wave(20, 2, 0.9))];
    write(folder.path(), "data.npz", &data, None);
    let relative = |more: &[&str]| -> Vec<(String, f64)> {
        let words = ["--network", "net.npz", "--mask", "mask.npz", "--json"];
        let ran = measure(folder.path(), "saliency", &[&words, more].concat());
        assert!(ran.status.success(), "{ran:?}");
        let said: Value = serde_json::from_slice(&ran.stdout).unwrap();
        let of = |rule: &Value| (rule["rule"].as_str().unwrap().to_owned(), rule["relative_defect"].as_f64().unwrap());
        assert!(said.as_array().unwrap().iter().all(|rule| rule["defects"][0].as_array().unwrap().len() == 5));
        said.as_array().unwrap().iter().map(of).collect()
    };
    let squared = ["--data", "data.npz", "--loss", "squared"];
    let relu = relative(&squared);
    let names: Vec<&str> = relu.iter().map(|(rule, _)| rule.as_str()).collect();
    assert_eq!(names, ["magnitude", "synflow", "synflow-l2", "snip", "grasp", "gradient"]);
    for (rule, defect) in &relu {
        let conserved = ["synflow", "synflow-l2", "gradient"].contains(&rule.as_str());
        assert!(if conserved { *defect < 1e-10 } else { *defect > 1e-3 }, "{rule}: {defect}");
    }
    // The control: tanh is not homogeneous.
    let tanh = relative(&[&squared[..], &["--activation", "tanh"]].concat());
    assert!(tanh[5].1 > 1e-3, "{tanh:?}");
    assert_eq!(relative(&[]).len(), 3);
    let ran = measure(folder.path(), "saliency", &["--network", "net.npz", "--data", "dta.npz"]);
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("nearest there: data.npz"));
    // Sums that overflow agree with each other: that is no conservation.
    write(folder.path(), "big.npz", &[("w1", array![[1e300, 1.0]]), ("w2", array![[1e300]])], None);
    let ran = measure(folder.path(), "saliency", &["--network", "big.npz", "--json"]);
    assert_eq!((ran.status.code(), ran.stdout.is_empty()), (Some(2), true));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("add up beyond the largest number of f64"));
}

#[test]
fn bad_networks_and_domains_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let inner = || array![[1.0, 2.0], [0.5, 1.0]];
    write(folder.path(), "net.npz", &[("w1", inner()), ("w2", array![[1.0, 1.0]])], Some(array![0.0, 1.0]));
    write(folder.path(), "deep.npz", &[("w1", inner()), ("w2", inner()), ("w3", inner())], None);
    write(folder.path(), "nan.npz", &[("w1", array![[f64::NAN]]), ("w2", array![[1.0]])], None);
    write(folder.path(), "shape.npz", &[("w1", inner()), ("w2", array![[1.0]])], None);
    write(folder.path(), "line.npz", &[("w1", array![[1.0]]), ("w2", array![[1.0]])], None);
    write(folder.path(), "mask.npz", &[("mask1", array![[1.0, 0.3], [0.0, 1.0]])], None);
    for (words, parts) in [
        (vec!["--network", "deep.npz"], ["3 layers", "w1, w2"]),
        (vec!["--network", "nan.npz"], ["`w1`", "NaN"]),
        (vec!["--network", "shape.npz"], ["`w2`", "(neurons, 2)"]),
        (vec!["--network", "nte.npz"], ["nte.npz", "nearest there: net.npz"]),
        (vec!["--network", "net.npz", "--mask", "mask.npz"], ["`mask1`", "0.3"]),
        (vec!["--network", "net.npz", "--domain", "cube"], ["cube", "ball:R"]),
        (vec!["--network", "line.npz", "--domain", "sphere"], ["line.npz", "two points"]),
    ] {
        let ran = lipschitz(folder.path(), &words);
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{said}");
        assert!(
            ran.stdout.is_empty() && parts.iter().all(|part| said.contains(part)),
            "`{said}` lacks one of {parts:?}"
        );
    }
}
