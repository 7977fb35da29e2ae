//! `prunelaw ticket` from outside: the masked network in the file, evaluated with nothing of ours, is as near to the target
//! as the certificate says.

use ndarray::{Array, Array1, Array2, array};
use prunelaw::engine::data::npz::{Npz, NpzBuilder};
use prunelaw::engine::key::Key;
use rand::RngExt;
use rand_distr::StandardNormal;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn ticket(folder: &Path, flags: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prunelaw"));
    command.current_dir(folder).args(["ticket", "--target", "net.npz"]).args(flags).output().unwrap()
}

/// Layers of independent normal weights, each divided by its Frobenius norm.
fn layers(widths: &[usize], key: &str) -> Vec<Array2<f64>> {
    let mut rng = Key::root(key).rng();
    let mut layer = |pair: &[usize]| {
        let w = Array2::from_shape_simple_fn((pair[1], pair[0]), || rng.sample::<f64, _>(StandardNormal));
        let norm = w.iter().map(|w| w * w).sum::<f64>().sqrt();
        w / norm
    };
    widths.windows(2).map(&mut layer).collect()
}

fn write(path: &Path, arrays: &[(&str, Array2<f64>)]) {
    let mut npz = NpzBuilder::default();
    arrays.iter().for_each(|(name, array)| npz.add(name, array).unwrap());
    fs::write(path, npz.finish().unwrap()).unwrap();
}

fn write_layers(path: &Path, layers: &[Array2<f64>]) {
    let mut npz = NpzBuilder::default();
    layers.iter().enumerate().for_each(|(at, w)| npz.add(&format!("w{}", at + 1), w).unwrap());
    fs::write(path, npz.finish().unwrap()).unwrap();
}

/// The layers of an archive, multiplied by their masks; and how many weights there are and are kept.
fn masked(path: &Path) -> (Vec<Array2<f64>>, usize, usize) {
    let bytes = fs::read(path).unwrap();
    let mut npz = Npz::open(&bytes).unwrap();
    let (mut layers, mut all, mut kept) = (Vec::new(), 0, 0);
    for at in 1..=npz.names().len() / 2 {
        let w = npz.numbers(&format!("w{at}")).unwrap();
        let mask = npz.mask_of(&format!("mask{at}"), w.shape()).unwrap().to_array();
        all += mask.len();
        kept += mask.iter().filter(|keeps| **keeps).count();
        let w = Array::from_shape_fn(w.raw_dim(), |at| if mask[&at] { w[&at] } else { 0.0 });
        layers.push(w.into_dimensionality().unwrap());
    }
    (layers, all, kept)
}

fn evaluate(layers: &[Array2<f64>], x: &Array1<f64>) -> Array1<f64> {
    let last = layers.len() - 1;
    layers.iter().enumerate().fold(x.clone(), |x, (at, w)| {
        let z = w.dot(&x);
        if at < last { z.mapv(|z| z.max(0.0)) } else { z }
    })
}

/// The largest |f - g| over random points of the sphere.
fn sampled(f: &[Array2<f64>], g: &[Array2<f64>]) -> f64 {
    let mut rng = Key::root("points").rng();
    let point = |_| {
        let x = Array1::from_shape_simple_fn(f[0].ncols(), || rng.sample::<f64, _>(StandardNormal));
        let x = &x / x.dot(&x).sqrt();
        let d = evaluate(f, &x) - evaluate(g, &x);
        d.dot(&d).sqrt()
    };
    (0..3000).map(point).fold(0.0, f64::max)
}

#[test]
fn the_masked_network_in_the_file_is_within_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let (net, out) = (folder.path().join("net.npz"), folder.path().join("deep/ticket.npz"));
    for (widths, flags, expected) in [
        (&[6, 5, 3][..], &[][..], None),
        (&[6, 5, 3], &["--eps", "1e-5"], None),
        (&[4, 6, 5, 2], &["--n", "12"], Some(vec![4, 96, 6, 144, 5, 120, 2])),
        (&[5, 4], &["--n", "9", "--variant", "strict", "--law", "gaussian", "--key", "other"], Some(vec![5, 90, 4])),
        (&[5, 4, 1], &["--n", "20", "--law", "hyperbolic"], Some(vec![5, 200, 4, 160, 1])),
    ] {
        let target = layers(widths, "target");
        write_layers(&net, &target);
        let ran = ticket(folder.path(), &[flags, &["--out", "deep/ticket.npz", "--json"]].concat());
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        let said: Value = serde_json::from_slice(&ran.stdout).unwrap();
        let (network, all, kept) = masked(&out);
        let numbers = |name: &str| said[name].as_f64().unwrap();
        assert_eq!(said["depth"].as_u64(), Some(2 * target.len() as u64));
        assert_eq!((said["candidates"].as_u64(), said["kept"].as_u64()), (Some(all as u64), Some(kept as u64)));
        assert_eq!(said["certified"], true);
        let written: Vec<usize> = std::iter::once(widths[0]).chain(network.iter().map(|w| w.nrows())).collect();
        assert_eq!(said["widths"], serde_json::json!(expected.unwrap_or_else(|| written.clone())));
        assert_eq!(said["widths"], serde_json::json!(written));
        let (lower, upper) = (numbers("error_lower"), numbers("error_upper"));
        let found = sampled(&target, &network);
        // Rounding of this evaluation, far below the errors here.
        assert!(found <= upper + 1e-13 && found <= 1.05 * lower && lower <= upper, "{found} {lower} {upper}");
        assert!(lower > 0.0 && lower > upper / 100.0);
        let eps = flags.iter().position(|flag| *flag == "--eps").map_or(0.01, |at| flags[at + 1].parse().unwrap());
        assert!(flags.contains(&"--n") || upper <= eps, "{upper} for {eps}");
        // The same key, the same bytes.
        let first = fs::read(&out).unwrap();
        ticket(folder.path(), &[flags, &["--out", "deep/ticket.npz"]].concat());
        assert_eq!(fs::read(&out).unwrap(), first);
        let other = ticket(folder.path(), &["--n", "9", "--key", "third", "--out", "other.npz"]);
        assert!(other.status.success() && fs::read(folder.path().join("other.npz")).unwrap() != first);
    }
}

#[test]
fn a_pruned_target_is_the_network_without_its_pruned_weights() {
    let folder = tempfile::tempdir().unwrap();
    let mask = array![[1.0, 0.0], [0.0, 1.0]];
    write(&folder.path().join("net.npz"), &[("w1", array![[0.5, 0.9], [0.9, -0.25]]), ("mask1", mask)]);
    assert!(ticket(folder.path(), &["--eps", "1e-4", "--out", "ticket.npz"]).status.success());
    let (network, ..) = masked(&folder.path().join("ticket.npz"));
    assert!(sampled(&[array![[0.5, 0.0], [0.0, -0.25]]], &network) < 1e-4);
}

#[test]
fn what_is_printed_for_people_has_every_inequality_by_name() {
    let folder = tempfile::tempdir().unwrap();
    write_layers(&folder.path().join("net.npz"), &layers(&[6, 5, 1], "words"));
    let planned = ticket(folder.path(), &["--n", "3", "--out", "ticket.npz", "--plan"]);
    let said = String::from_utf8(planned.stdout).unwrap();
    assert!(said.contains("6 36 5 30 1") && !folder.path().join("ticket.npz").exists(), "{said}");
    // So few units that some products do not add up to their weights.
    let ran = ticket(folder.path(), &["--n", "3", "--variant", "strict", "--out", "ticket.npz"]);
    let said = String::from_utf8(ran.stdout).unwrap();
    for part in
        ["depth 4", "at least", "by search", "d1 d2 max D", "1 + |D|_F", "Frobenius", "spectral", "do not add up"]
    {
        assert!(said.contains(part), "`{said}` lacks `{part}`");
    }
}

#[test]
fn bad_input_is_one_error_that_names_the_way_out_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let net = folder.path().join("net.npz");
    let good = || vec![("w1", array![[0.5, 0.25], [0.0, -0.5]]), ("w2", array![[1.0, -1.0]])];
    let with = |at: usize, w: Array2<f64>| {
        let mut arrays = good();
        arrays[at].1 = w;
        arrays
    };
    let also = |name: &'static str, w: Array2<f64>| [good(), vec![(name, w)]].concat();
    let out: &[&str] = &["--out", "ticket.npz"];
    let cases: Vec<(Vec<(&str, Array2<f64>)>, Vec<&str>, &[&str])> = vec![
        (
            with(0, array![[3.0, 0.0], [0.0, 0.5]]),
            vec![],
            &["w1 has 3 at [0, 0]", "divide w1 by 3", "multiply the outputs"],
        ),
        (with(1, array![[f64::NAN, 0.0]]), vec![], &["`w2` has NaN at [0, 0]"]),
        (with(1, array![[1.0, 0.0, 0.0]]), vec![], &["w2 takes 3 inputs", "2 neurons"]),
        (with(1, Array2::zeros((0, 2))), vec![], &["`w2` is empty"]),
        (also("b1", array![[1.0]]), vec![], &["`b1`", "no biases"]),
        (also("w4", array![[1.0]]), vec![], &["`w4` has no effect"]),
        (also("mask2", array![[1.0]]), vec![], &["`mask2` has shape [1, 1], expected [1, 2]"]),
        (vec![("x", array![[1.0]])], vec![], &["`w1` is missing", "x"]),
        (good(), vec!["--eps", "0"], &["--eps", "above 0"]),
        (good(), vec!["--eps", "-1"], &["--eps", "above 0"]),
        (good(), vec!["--eps", "nan"], &["--eps", "above 0"]),
        (good(), vec!["--eps", "1e-30"], &["1e-30 cannot be certified", "nearest: --eps", "--n 128"]),
        (good(), vec!["--n", "0"], &["from 1 to 128", "nearest: 1"]),
        (good(), vec!["--n", "500"], &["from 1 to 128", "nearest: 128"]),
        (good(), vec!["--n", "-3"], &["--n", "whole number"]),
        (good(), vec!["--n", "8", "--eps", "0.1"], &["--n", "--eps", "cannot be used with"]),
        (good(), vec!["--law", "live-product"], &["live-product", "uniform"]),
    ];
    for (arrays, flags, parts) in cases {
        write(&net, &arrays);
        let ran = ticket(folder.path(), &[&flags, out].concat());
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{said}");
        assert!(parts.iter().all(|part| said.contains(part)), "`{said}` lacks one of {parts:?}");
        assert!(!folder.path().join("ticket.npz").exists());
    }
    write(&net, &good());
    for flags in [&[][..], &["--out", "folder"]] {
        let ran = ticket(folder.path(), flags);
        assert!(String::from_utf8_lossy(&ran.stderr).contains("--out names the file"), "{flags:?}");
    }
    fs::write(&net, "no archive").unwrap();
    assert!(String::from_utf8_lossy(&ticket(folder.path(), out).stderr).contains("net.npz: this is no npz archive"));
    fs::remove_file(&net).unwrap();
    assert!(String::from_utf8_lossy(&ticket(folder.path(), out).stderr).contains("cannot read net.npz"));
}
