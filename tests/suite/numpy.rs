//! `prunelaw train` against plain NumPy: the arrays of `tests/goldens/make_numpy.py`, to 1e-10 after 200 steps in f64.

use ndarray::{ArrayD, Axis};
use prunelaw::engine::data::npz::Npz;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Relative difference allowed; two correct programs differ by the order of their sums, here below 1e-14.
const TOLERANCE: f64 = 1e-10;

fn goldens() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/numpy");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 12, "every golden is there");
    cases
}

fn train(config: &Path, out: &Path) {
    let ran = Command::new(env!("CARGO_BIN_EXE_prunelaw"))
        .args(["train", "--config"])
        .arg(config)
        .arg("--out")
        .arg(out)
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}: {}", config.display(), String::from_utf8_lossy(&ran.stderr));
}

/// Largest difference, over the largest entry.
fn relative(got: &ArrayD<f64>, expected: &ArrayD<f64>) -> f64 {
    assert_eq!(got.shape(), expected.shape());
    let largest = |array: &ArrayD<f64>| array.iter().fold(0.0f64, |most, x| most.max(x.abs()));
    largest(&(got - expected)) / largest(expected)
}

/// The named column of a trajectory.
fn column(csv: &str, name: &str) -> ArrayD<f64> {
    let at = csv.lines().next().unwrap().split(',').position(|heading| heading == name).unwrap();
    csv.lines()
        .skip(1)
        .map(|line| line.split(',').nth(at).unwrap().parse().unwrap())
        .collect::<ndarray::Array1<f64>>()
        .into_dyn()
}

#[test]
fn training_from_given_arrays_agrees_with_numpy() {
    let out = tempfile::tempdir().unwrap();
    for case in goldens() {
        train(&case.join("net.toml"), out.path());
        let (expected, got) =
            (fs::read(case.join("expected.npz")).unwrap(), fs::read(out.path().join("final.npz")).unwrap());
        let (mut expected, mut got) = (Npz::open(&expected).unwrap(), Npz::open(&got).unwrap());
        for name in expected.names().to_vec() {
            let theirs = expected.numbers(&name).unwrap();
            let ours = match name.as_str() {
                "losses" => column(&fs::read_to_string(out.path().join("trajectory.csv")).unwrap(), "train_loss"),
                _ => got.numbers(&name).unwrap(),
            };
            let error = relative(&ours, &theirs);
            assert!(error <= TOLERANCE, "{} {name}: relative difference {error:e}", case.display());
        }
    }
}

#[test]
fn a_wrong_rate_is_seen_by_the_comparison() {
    let out = tempfile::tempdir().unwrap();
    let case = goldens().remove(0);
    for file in ["data.npz", "init.npz", "mask.npz"] {
        let _ = fs::copy(case.join(file), out.path().join(file));
    }
    let config = fs::read_to_string(case.join("net.toml")).unwrap();
    fs::write(out.path().join("net.toml"), config.replace("rate = ", "rate = 1")).unwrap();
    train(&out.path().join("net.toml"), out.path());
    let (expected, got) =
        (fs::read(case.join("expected.npz")).unwrap(), fs::read(out.path().join("final.npz")).unwrap());
    let error = relative(
        &Npz::open(&got).unwrap().numbers("w1").unwrap(),
        &Npz::open(&expected).unwrap().numbers("w1").unwrap(),
    );
    assert!(error > TOLERANCE);
}

#[test]
fn masks_hold_and_are_written_as_they_were_read() {
    let out = tempfile::tempdir().unwrap();
    for case in goldens().into_iter().filter(|case| case.join("mask.npz").exists()) {
        train(&case.join("net.toml"), out.path());
        let (given, got) = (fs::read(case.join("mask.npz")).unwrap(), fs::read(out.path().join("final.npz")).unwrap());
        let (mut given, mut got) = (Npz::open(&given).unwrap(), Npz::open(&got).unwrap());
        for name in given.names().to_vec() {
            let weights = got.numbers(&name.replace("mask", "w")).unwrap();
            let mask = given.mask_of(&name, weights.shape()).unwrap();
            assert_eq!(got.mask_of(&name, weights.shape()).unwrap(), mask);
            assert!(weights.iter().enumerate().all(|(i, w)| mask.keeps(i) || *w == 0.0), "{} {name}", case.display());
            assert!(weights.axis_iter(Axis(0)).flatten().any(|w| *w != 0.0));
        }
    }
}
