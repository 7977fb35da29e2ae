//! Numbers of one's own: `prunelaw run covering_radius --set values=npz:FILE`, one sample per row and replica.

use ndarray::{Array, ArrayD, array};
use prunelaw::engine::data::npz::NpzBuilder;
use prunelaw::engine::key::Key;
use prunelaw::engine::subset_sum::SampleLaw;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

fn run(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prunelaw"));
    command.current_dir(folder).args(["run", "covering_radius"]).args(words).output().unwrap()
}

fn write(path: &Path, name: &str, values: &ArrayD<f64>) {
    let mut archive = NpzBuilder::default();
    archive.add(name, values).unwrap();
    fs::write(path, archive.finish().unwrap()).unwrap();
}

/// (n, replica, radius) of the table that this call made.
fn rows(folder: &Path, words: &[&str]) -> Vec<(usize, usize, f64)> {
    let ran = run(folder, &[words, &["--json"]].concat());
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
    let answer: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
    let text = fs::read_to_string(folder.join(answer["table"].as_str().unwrap())).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let at = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let (n, replica, radius) = (at("n"), at("replica"), at("radius"));
    lines.map(|row| (row[n].parse().unwrap(), row[replica].parse().unwrap(), row[radius].parse().unwrap())).collect()
}

/// The twin: every middle of two neighbouring sums of all subsets, and the two ends.
fn radius(x: &[f64], h: f64) -> f64 {
    let mut sums = vec![0.0];
    x.iter().for_each(|x| sums.extend(sums.clone().iter().map(|sum| sum + x)));
    sums.sort_by(f64::total_cmp);
    let middles = sums.windows(2).map(|pair| 0.5 * (pair[0] + pair[1])).filter(|z| z.abs() <= h);
    let distance = |z: f64| sums.iter().map(|sum| (sum - z).abs()).fold(f64::INFINITY, f64::min);
    middles.chain([-h, h]).map(distance).fold(0.0, f64::max)
}

#[test]
fn every_row_of_a_file_is_a_replica() {
    let folder = TempDir::new().unwrap();
    let rows_of = |n: usize| -> Vec<Vec<f64>> {
        (0..6).map(|trial| SampleLaw::Gaussian.draw(n, &Key::root("values").replica(trial))).collect()
    };
    for n in [1, 5, 9] {
        let trials = rows_of(n);
        let flat: Vec<f64> = trials.concat();
        let file = format!("v{n}.npz");
        write(&folder.path().join(&file), "values", &Array::from_shape_vec((6, n), flat).unwrap().into_dyn());
        let set = format!("values=npz:{file}");
        for (h, words) in [(1.0, vec!["--set", &set]), (0.5, vec!["--set", &set, "half_width=0.5"])] {
            let table = rows(folder.path(), &words);
            assert_eq!(table.len(), 6);
            for (trial, (found_n, replica, found)) in table.into_iter().enumerate() {
                assert_eq!((found_n, replica), (n, trial));
                assert!((found - radius(&trials[trial], h)).abs() < 1e-14);
            }
        }
        assert_eq!(rows(folder.path(), &["--set", &set, "--replicas", "2", "--out", "few"]).len(), 2);
    }
}

#[test]
fn more_numbers_than_can_be_enumerated_are_bracketed() {
    let folder = TempDir::new().unwrap();
    let values = SampleLaw::Uniform.draw(40, &Key::root("forty"));
    write(&folder.path().join("v.npz"), "values", &Array::from_shape_vec((1, 40), values).unwrap().into_dyn());
    let [(40, 0, radius)] = rows(folder.path(), &["--set", "values=npz:v.npz"])[..] else { panic!("one row") };
    assert!(radius < 1e-5);
}

#[test]
fn files_that_do_not_do_are_named() {
    let folder = TempDir::new().unwrap();
    let good = array![[0.5, -0.25], [1.0, 0.125]].into_dyn();
    write(&folder.path().join("good.npz"), "values", &good);
    write(&folder.path().join("flat.npz"), "values", &array![0.5, 1.0].into_dyn());
    write(&folder.path().join("other.npz"), "samples", &good);
    write(&folder.path().join("nan.npz"), "values", &array![[0.5, f64::NAN]].into_dyn());
    write(&folder.path().join("huge.npz"), "values", &array![[0.5, 1.0], [1e300, 1e300]].into_dyn());
    fs::write(folder.path().join("broken.npz"), b"PK no more").unwrap();
    for (words, parts) in [
        (vec!["values=npz:god.npz"], vec!["god.npz", "nearest there: good.npz"]),
        (vec!["values=npz:flat.npz"], vec!["flat.npz", "shape [2]", "(trials, n)"]),
        (vec!["values=npz:other.npz"], vec!["`values` is missing; the file has samples"]),
        (vec!["values=npz:nan.npz"], vec!["nan.npz", "NaN at [0, 1]"]),
        (vec!["values=npz:huge.npz"], vec!["in row 1", "divide samples and targets"]),
        (vec!["values=npz:broken.npz"], vec!["broken.npz", "no npz archive"]),
        (vec!["values=good.npz"], vec!["`values = good.npz`", "npz:PATH"]),
        (vec!["values=npz:good.npz", "replicas=3"], vec!["`replicas = 3`", "2 rows", "nearest: 2"]),
        (vec!["values=npz:good.npz", "samples=4"], vec!["`samples = 4`", "no effect"]),
        (vec!["values=npz:good.npz", "half_width=0"], vec!["`half_width = 0`", "above 0"]),
        (vec!["samples=0"], vec!["`samples = 0`", "nearest: 1"]),
        (vec!["samples=300"], vec!["`samples = 300`", "nearest: 256"]),
        (vec!["law=unifrom"], vec!["`law = unifrom`", "nearest: uniform"]),
    ] {
        let ran = run(folder.path(), &[&["--set"], &words[..]].concat());
        let said = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(2), "{words:?}: {said}");
        assert!(parts.iter().all(|part| said.contains(part)), "{words:?}: {said}");
    }
    assert!(!folder.path().join("prunelaw-out").exists());
}
