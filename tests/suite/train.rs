//! `prunelaw train` from outside: what it writes, and what it says to bad input.

use ndarray::{Array, arr0};
use prunelaw::engine::data::npz::{Npz, NpzBuilder};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const DIGITS: &str = r#"
[network]
kind = "mlp"
widths = [64, 20, 10]
[data]
source = "digits"
[init]
law = "he-normal"
[mask]
rule = "random"
keep = 0.5
[train]
rate = 0.3
steps = 40
"#;

fn train(folder: &Path, config: &str, flags: &[&str]) -> Output {
    fs::write(folder.join("net.toml"), config).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_prunelaw"));
    command.current_dir(folder).args(["train", "--config", "net.toml", "--out", "out"]).args(flags).output().unwrap()
}

#[test]
fn a_training_writes_its_arrays_its_trajectory_and_its_summary() {
    let folder = tempfile::tempdir().unwrap();
    let ran = train(folder.path(), DIGITS, &["--json"]);
    assert!(ran.status.success());
    let said: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
    let out = folder.path().join("out");
    let summary: serde_json::Value = serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap();
    assert_eq!(said, summary);
    assert_eq!((summary["outcome"].as_str(), summary["steps"].as_u64()), (Some("cap"), Some(40)));
    assert!(summary["test_accuracy"].as_f64().unwrap() > 0.5);
    assert_eq!(summary["config"]["network"]["bias"], false);
    let trajectory = fs::read_to_string(out.join("trajectory.csv")).unwrap();
    assert!(trajectory.starts_with("step,train_loss,train_accuracy,rate\n0,"));
    assert_eq!(trajectory.lines().count(), 42);
    let last = trajectory.lines().last().unwrap().split(',').nth(1).unwrap().to_owned();
    // Not by value: the JSON reader may miss a float's last bit.
    let written = fs::read_to_string(out.join("summary.json")).unwrap();
    assert!(written.contains(&format!("\"train_loss\": {last}")), "{last} in {written}");
    // The same settings and key give the same bytes; a network can go on from where another ended.
    let first = fs::read(out.join("final.npz")).unwrap();
    train(folder.path(), DIGITS, &[]);
    assert_eq!(fs::read(out.join("final.npz")).unwrap(), first);
    fs::write(folder.path().join("start.npz"), first).unwrap();
    let go_on = DIGITS
        .replace("law = \"he-normal\"", "source = \"npz:start.npz\"")
        .replace("rule = \"random\"\nkeep = 0.5", "source = \"npz:start.npz\"");
    assert!(train(folder.path(), &go_on, &[]).status.success());
    let trajectory = fs::read_to_string(out.join("trajectory.csv")).unwrap();
    assert_eq!(trajectory.lines().nth(1).unwrap().split(',').nth(1).unwrap(), last);
}

#[test]
fn every_rule_that_looks_at_the_network_prunes_it_before_training() {
    // 64 * 20 + 20 * 10 = 1480 weights, of which 148 stay; a walk of PHEW is completed.
    let folder = tempfile::tempdir().unwrap();
    let short = DIGITS.replace("steps = 40", "steps = 1").replace("keep = 0.5", "keep = 0.1");
    let mut seen = Vec::new();
    for rule in ["magnitude", "snip", "grasp", "synflow", "synflow-l2", "phew"] {
        let ran = train(folder.path(), &short.replace("random", rule), &[]);
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        let bytes = fs::read(folder.path().join("out/final.npz")).unwrap();
        let mut npz = Npz::open(&bytes).unwrap();
        let masks = [("mask1", [20, 64]), ("mask2", [10, 20])].map(|(name, shape)| npz.mask_of(name, &shape).unwrap());
        let kept: usize = masks.iter().map(|mask| mask.kept()).sum();
        assert!(kept == 148 || (rule == "phew" && kept == 149), "{rule}: {kept}");
        assert!(!seen.contains(&masks), "{rule} keeps what another rule keeps");
        seen.push(masks);
    }
    let layers = short.replace("keep = 0.1", "keep = 0.1\nscope = \"layer\"\nrounds = 3\nschedule = \"linear\"");
    assert!(train(folder.path(), &layers.replace("random", "snip"), &[]).status.success());
    let few = train(folder.path(), &short.replace("random", "magnitude").replace("0.1", "0.0001"), &[]);
    let said = String::from_utf8_lossy(&few.stderr);
    assert!(
        few.status.code() == Some(2) && said.contains("`mask.keep = 0.0001`") && said.contains("nearest: "),
        "{said}"
    );
}

#[test]
fn bad_input_is_named_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("broken.npz"), b"PK\x03\x04 and no more").unwrap();
    let with = |from: &str, to: &str| {
        assert!(DIGITS.contains(from));
        DIGITS.replace(from, to)
    };
    for (config, parts) in [
        (with("rate = 0.3", "rat = 0.3"), vec!["`train.rat = 0.3`", "line 13", "`train.rate`?"]),
        (with("[64, 20, 10]", "[63, 20, 10]"), vec!["`data.source = digits`", "64", "network.widths = 63,20,10"]),
        (with("[64, 20, 10]", "[64, 20, 9]"), vec!["`data.source = digits`", "class 9", "network.widths = 64,20,9"]),
        (with("\"digits\"", "\"npz:brokn.npz\""), vec!["npz:brokn.npz", "line 6", "nearest there: broken.npz"]),
        (with("\"digits\"", "\"npz:broken.npz\""), vec!["npz:broken.npz", "no npz archive"]),
        (with("\"digits\"", "\"idx:nowhere\""), vec!["idx:nowhere", "nowhere"]),
        (with("[64, 20, 10]", "[64, 10000000, 10000000, 10]"), vec!["`network.widths = ", "nearest: 64,"]),
    ] {
        let ran = train(folder.path(), &config, &[]);
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{said}");
        assert!(parts.iter().all(|part| said.contains(part)), "`{said}` lacks one of {parts:?}");
        assert!(!folder.path().join("out").exists());
    }
    fs::write(folder.path().join("out"), "in the way").unwrap();
    let ran = train(folder.path(), DIGITS, &[]);
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("--out out: it is no folder"));
    assert_eq!(fs::read_to_string(folder.path().join("out")).unwrap(), "in the way");
}

#[test]
fn arrays_that_the_network_has_no_place_for_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let archive = |name: &str, arrays: &[(&str, &[usize])]| {
        let mut npz = NpzBuilder::default();
        for (array, shape) in arrays {
            if shape.is_empty() { npz.add(array, &arr0(1.0)) } else { npz.add(array, &Array::<f64, _>::ones(*shape)) }
                .unwrap();
        }
        fs::write(folder.path().join(name), npz.finish().unwrap()).unwrap();
    };
    archive("deep.npz", &[("w1", &[20, 64]), ("w2", &[10, 20]), ("w3", &[10, 10])]);
    archive("masks.npz", &[("mask1", &[20, 64]), ("mask2", &[10, 20]), ("mask3", &[10, 10])]);
    archive("one.npz", &[("x", &[]), ("y", &[4])]);
    archive("patches.npz", &[("x", &[4, 2, 3]), ("y", &[4])]);
    archive("outer.npz", &[("w", &[2, 5, 3]), ("a", &[2, 5])]);
    let patch = "[network]\nkind = \"patch\"\nclasses = 2\nneurons = 5\ndimension = 3\npower = 3\n[data]\n\
                 source = \"npz:patches.npz\"\n[init]\nsource = \"npz:outer.npz\"\n[train]\nrate = 0.1\nsteps = 1\n";
    for (config, parts) in [
        (DIGITS.replace("law = \"he-normal\"", "source = \"npz:deep.npz\""), ["`w3` has no effect", "64,20,10"]),
        (
            DIGITS.replace("rule = \"random\"\nkeep = 0.5", "source = \"npz:masks.npz\""),
            ["`mask3` has no effect", "64,20,10"],
        ),
        (patch.to_owned(), ["`a` has no effect", "npz:outer.npz"]),
        (
            patch.replace("patches.npz", "one.npz").replace("power = 3", "power = 3\nouter = \"trained\""),
            ["`x` has shape []", "(n, 2, 3)"],
        ),
    ] {
        let ran = train(folder.path(), &config, &[]);
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{said}");
        assert!(parts.iter().all(|part| said.contains(part)), "`{said}` lacks one of {parts:?}");
        assert!(!folder.path().join("out").exists());
    }
}
