//! `prunelaw mask` from outside: what it writes, that `train` prunes alike, and what it says to bad input.

use ndarray::{Array, Array2};
use prunelaw::engine::data::npz::{Npz, NpzBuilder};
use prunelaw::engine::mask::Mask;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// 64 * 20 + 20 * 12 + 12 * 10 = 1640 weights, of which 164 stay.
const NET: &str = r#"
[network]
kind = "mlp"
widths = [64, 20, 12, 10]
[init]
law = "he-normal"
[mask]
rule = "synflow"
keep = 0.1
"#;
const DATA: &str = "[data]\nsource = \"digits\"\n";
const SHAPES: [[usize; 2]; 3] = [[20, 64], [12, 20], [10, 12]];

fn prunelaw(folder: &Path, config: &str, words: &[&str]) -> Output {
    fs::write(folder.join("net.toml"), config).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_prunelaw"));
    command.current_dir(folder).args(words).args(["--config", "net.toml"]).output().unwrap()
}

fn mask(folder: &Path, config: &str) -> Output {
    prunelaw(folder, config, &["mask", "--out", "mask.npz", "--json"])
}

fn by(rule: &str) -> String {
    NET.replace("\"synflow\"", rule)
}

fn masks(npz: &mut Npz<'_>) -> Vec<Mask> {
    (1..).zip(&SHAPES).map(|(at, shape)| npz.mask_of(&format!("mask{at}"), shape).unwrap()).collect()
}

#[test]
fn every_rule_writes_its_mask_and_its_scores() {
    let folder = tempfile::tempdir().unwrap();
    let mut seen: Vec<Vec<Mask>> = Vec::new();
    for (rule, scored, data) in [
        ("\"random\"", false, false),
        ("\"bernoulli\"", false, false),
        ("\"neurons\"", false, false),
        ("\"phew\"", false, false),
        ("\"phew\"\nwalk = \"squared\"", false, false),
        ("\"magnitude\"", true, false),
        ("\"magnitude\"\nscope = \"layer\"", true, false),
        ("\"snip\"", true, true),
        ("\"snip\"\nsamples_per_class = 10", true, true),
        ("\"grasp\"", true, true),
        ("\"grasp\"\ntemperature = 1", true, true),
        ("\"synflow\"", true, false),
        ("\"synflow\"\nrounds = 3\nschedule = \"linear\"", true, false),
        ("\"synflow-l2\"", true, false),
        ("\"synflow-l2\"\nform = \"saliency\"", true, false),
        ("\"synflow-l2\"\nform = \"trace\"", true, false),
    ] {
        let ran = mask(folder.path(), &format!("{}{}", by(rule), if data { DATA } else { "" }));
        assert!(ran.status.success(), "{rule}: {}", String::from_utf8_lossy(&ran.stderr));
        let bytes = fs::read(folder.path().join("mask.npz")).unwrap();
        let mut npz = Npz::open(&bytes).unwrap();
        let masks = masks(&mut npz);
        assert_eq!(npz.has("score1"), scored, "{rule}");
        let kept: usize = masks.iter().map(Mask::kept).sum();
        match rule.split('"').nth(1).unwrap() {
            "phew" => assert!((164..=166).contains(&kept), "{rule}: {kept}"),
            "bernoulli" | "neurons" => {}
            _ => assert_eq!(kept, 164, "{rule}"),
        }
        if scored && !rule.contains("synflow") {
            // One round: every kept weight has a score that no pruned one of its group exceeds.
            let groups = if rule.contains("layer") { vec![0..1, 1..2, 2..3] } else { vec![0..3; 1] };
            for group in groups {
                let mut ends = (f64::INFINITY, f64::NEG_INFINITY);
                for at in group {
                    let scores = npz.numbers_of(&format!("score{}", at + 1), &SHAPES[at]).unwrap();
                    for (entry, score) in scores.iter().enumerate() {
                        if masks[at].keeps(entry) { ends.0 = ends.0.min(*score) } else { ends.1 = ends.1.max(*score) }
                    }
                }
                assert!(ends.0 >= ends.1, "{rule}: {ends:?}");
            }
        }
        let said: Value = serde_json::from_slice(&ran.stdout).unwrap();
        let live = Mask::live(&masks);
        assert_eq!(said["kept"], kept);
        assert_eq!(said["weights"], 1640);
        assert_eq!(said["live"], live.iter().map(Mask::kept).sum::<usize>());
        assert_eq!(said["density"].as_f64(), Some(kept as f64 / 1640.0));
        for (at, layer) in said["layers"].as_array().unwrap().iter().enumerate() {
            assert_eq!((&layer["kept"], &layer["live"]), (&masks[at].kept().into(), &live[at].kept().into()));
        }
        let active = |at: usize| {
            let [neurons, inputs] = SHAPES[at];
            (0..neurons).filter(|j| (0..inputs).any(|i| live[at].keeps(j * inputs + i))).count()
        };
        assert_eq!(said["active_widths"], serde_json::json!([active(0), active(1)]));
        if rule.contains("phew") {
            assert_eq!(said["live"], said["kept"]);
        }
        assert!(!seen.contains(&masks), "{rule} keeps what another rule keeps");
        seen.push(masks);
    }
}

#[test]
fn train_prunes_as_mask_does_and_takes_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let train = "[train]\nrate = 0.1\nsteps = 1\n";
    let last = |config: &str| {
        let ran = prunelaw(folder.path(), config, &["train", "--out", "out"]);
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        fs::read(folder.path().join("out/final.npz")).unwrap()
    };
    for rule in ["\"random\"", "\"grasp\"\nsamples_per_class = 5", "\"synflow-l2\"\nrounds = 4", "\"phew\""] {
        let config = format!("{}{DATA}{train}", by(rule));
        let trained = last(&config);
        // The same file does for both commands; the same key gives the same bytes.
        assert!(mask(folder.path(), &config).status.success());
        let bytes = fs::read(folder.path().join("mask.npz")).unwrap();
        assert!(mask(folder.path(), &config).status.success());
        assert_eq!(bytes, fs::read(folder.path().join("mask.npz")).unwrap());
        let of = |bytes: &[u8]| masks(&mut Npz::open(bytes).unwrap());
        assert_eq!(of(&trained), of(&bytes), "{rule}");
        let from_file = config.replace(&format!("rule = {rule}\nkeep = 0.1"), "source = \"npz:mask.npz\"");
        assert_ne!(from_file, config);
        assert_eq!(last(&from_file), trained);
    }
}

#[test]
fn too_few_rounds_are_noted() {
    let folder = tempfile::tempdir().unwrap();
    let noted = |rule: &str| String::from_utf8(mask(folder.path(), &by(rule)).stderr).unwrap();
    // ln(10) / -ln(1 - 1/3) = 5.7, and (3 - 1) (10 - 1) = 18.
    assert!(noted("\"synflow\"\nrounds = 5").contains("mask.rounds = 6"));
    assert!(noted("\"synflow\"\nrounds = 18\nschedule = \"linear\"").contains("mask.rounds = 19"));
    for quiet in ["\"synflow\"\nrounds = 6", "\"synflow\"\nscope = \"layer\"\nrounds = 1", "\"synflow-l2\"\nrounds = 1"]
    {
        assert_eq!(noted(quiet), "", "{quiet}");
    }
}

#[test]
fn bad_input_is_named_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let archive = |name: &str, arrays: &[(&str, Array2<f64>)]| {
        let mut npz = NpzBuilder::default();
        arrays.iter().for_each(|(array, values)| npz.add(array, values).unwrap());
        fs::write(folder.path().join(name), npz.finish().unwrap()).unwrap();
    };
    archive("huge.npz", &[1, 2, 3].map(|at| (["w1", "w2", "w3"][at - 1], Array2::from_elem(SHAPES[at - 1], 1e200))));
    archive("values.npz", &[("x", Array::ones((4, 64))), ("y", Array::ones((4, 10)))]);
    let huge = |rule: &str| by(rule).replace("law = \"he-normal\"", "source = \"npz:huge.npz\"");
    let few = |rule: &str, keep: &str| by(rule).replace("keep = 0.1", keep);
    let snip = |more: &str| by(&format!("\"snip\"{more}"));
    let squared = "[data]\nsource = \"npz:values.npz\"\n[train]\nloss = \"squared\"\n";
    for (config, parts) in [
        // 3 layers: 2.5 / 1640 rounds up to 3 weights. The smallest layer has 120.
        (
            few("\"synflow\"", "keep = 0.001"),
            vec!["`mask.keep = 0.001`", "2 of the 1640", "3 layers", "nearest: 0.00152439"],
        ),
        (few("\"random\"", "prune = 1"), vec!["`mask.keep = 0`", "3 layers"]),
        (few("\"phew\"", "keep = 0.001"), vec!["`mask.keep = 0.001`", "nearest: 0.00152439"]),
        (few("\"snip\"\nscope = \"layer\"", "keep = 0.004") + DATA, vec!["`mask.keep = 0.004`", "nearest: 0.0041666"]),
        (huge("\"synflow-l2\""), vec!["`mask.rule = synflow-l2`", "layer 1", "not finite"]),
        (huge("\"snip\"") + DATA, vec!["`mask.rule = snip`", "layer ", "not finite"]),
        (snip(""), vec!["`data.source` is missing", "mask.rule = snip"]),
        (by("\"grasp\""), vec!["`data.source` is missing", "mask.rule = grasp"]),
        (
            snip("\nsamples_per_class = 1000") + DATA,
            vec!["`mask.samples_per_class = 1000`", "class 0 has 1", "nearest: 1"],
        ),
        (snip("\nsamples_per_class = 1") + squared, vec!["`mask.samples_per_class = 1`", "no classes", "nearest: 0"]),
        (by("\"grasp\"\ntemperature = 0") + DATA, vec!["`mask.temperature = 0`"]),
        (by("\"magnitude\"\nsamples_per_class = 1"), vec!["`mask.samples_per_class = 1`", "no effect", "snip"]),
        (by("\"synflow-l2\"\nform = \"saliencey\""), vec!["`mask.form = saliencey`", "nearest: saliency"]),
        (by("\"sinflow\""), vec!["`mask.rule = sinflow`", "nearest: synflow"]),
        (NET.replace("rule = \"synflow\"\n", ""), vec!["`mask.keep = 0.1`", "no effect"]),
        (NET.replace("rule = \"synflow\"\nkeep = 0.1\n", ""), vec!["`mask.rule` is missing"]),
        (
            NET.replace("rule = \"synflow\"\nkeep = 0.1", "source = \"npz:m.npz\""),
            vec!["`mask.source = npz:m.npz`", "mask.rule"],
        ),
        (NET.replace("[64, 20, 12, 10]", "[64, 10000000, 10000000, 10]"), vec!["`network.widths = ", "nearest: 64,"]),
        (
            NET.replace(
                "kind = \"mlp\"\nwidths = [64, 20, 12, 10]",
                "kind = \"patch\"\nclasses = 2\nneurons = 5\ndimension = 3\npower = 3",
            )
            .replace("\"synflow\"", "\"random\"")
            .replace("law = \"he-normal\"", "law = \"normal\"\nscale = 1"),
            vec!["`network.kind = patch`", "nearest: mlp"],
        ),
    ] {
        let ran = mask(folder.path(), &config);
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{said}\n{config}");
        assert!(parts.iter().all(|part| said.contains(part)), "`{said}` lacks one of {parts:?}");
        assert!(ran.stdout.is_empty() && !folder.path().join("mask.npz").exists());
    }
    // What an error calls nearest works.
    for (rule, keep) in [("\"synflow\"", "0.001524390243902439"), ("\"random\"", "0.001524390243902439")] {
        let ran = mask(folder.path(), &few(rule, &format!("keep = {keep}")));
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        fs::remove_file(folder.path().join("mask.npz")).unwrap();
    }
    let nowhere = prunelaw(folder.path(), NET, &["mask"]);
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("--out names the file of the mask"));
    let plan = prunelaw(folder.path(), NET, &["mask", "--out", "mask.npz", "--plan"]);
    assert!(
        String::from_utf8_lossy(&plan.stdout).contains("by synflow to 0.1") && !folder.path().join("mask.npz").exists()
    );
}
