//! The record of one network, as `train` and `mask` read it: `[network]`, `[data]`, `[init]`, `[mask]`, `[train]` in a TOML file.
//!
//! * [`fields`]: the keys, in the vocabulary of all settings
//! * [`parts`]: the data, weights and patch masks that a record names
//! * [`masks`]: the masks of a fully connected network, by its rule
//! * [`Record`]: the file, checked

pub mod fields;
pub mod masks;
pub mod parts;
mod size;

use crate::engine::settings::error::nearest;
use crate::engine::settings::{
    Assignment, Origin, Problem, Raw, Request, Schema, Settings, SettingsError, Value, assign, plain,
};
use fields::{FAMILY, KEYS, ONLY_TRAINED, REQUIRED, UNSET, WANT_DATA};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A checked record; relative paths in it start at its file's folder.
#[derive(Debug)]
pub struct Record {
    request: Request,
    settings: Settings,
    folder: PathBuf,
}

/// Who reads a record: what must stand in it depends on that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// `train`, which uses all of it.
    Train,
    /// `mask`: a rule and a fully connected network, the data where the rule looks at them, and of `[train]` the loss alone.
    Mask,
}

/// A record that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The system refused the file.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no TOML; the message names file, line and column.
    #[error("{0}")]
    Toml(String),
    /// The first wrong setting.
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

impl Record {
    /// Reads and checks the file for `reader`; `key` is the root key of the command line, over that of the file.
    ///
    /// # Errors
    /// [`RecordError`] names the first thing that is wrong. Outside files are not opened yet.
    pub fn read(path: &Path, key: Option<&str>, reader: Reader) -> Result<Record, RecordError> {
        let text =
            fs::read_to_string(path).map_err(|source| RecordError::Unreadable { path: path.to_owned(), source })?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Record::parse(&text, &path.display().to_string(), folder, key, reader)
    }

    fn parse(
        text: &str,
        file: &str,
        folder: PathBuf,
        key: Option<&str>,
        reader: Reader,
    ) -> Result<Record, RecordError> {
        let written = assign::from_toml(text, file).map_err(RecordError::Toml)?;
        let schema = schema(&written)?;
        let given: Vec<Assignment> =
            written.iter().filter(|written| !empty_section(written)).map(named).collect::<Result<_, _>>()?;
        let flag: Vec<Assignment> = key
            .map(|key| Assignment {
                key: "key".to_owned(),
                raw: Raw::Bare(key.to_owned()),
                origin: Origin::Word("--key"),
            })
            .into_iter()
            .collect();
        let request = Request::resolve(schema, &FAMILY, &[&given, &flag]).map_err(as_written)?;
        let settings = request.cells().remove(0);
        let record = Record { request, settings, folder };
        record.refuse_missing(&given, reader)?;
        if reader == Reader::Mask {
            record.refuse_no_rule()?;
        }
        record.refuse_contradictions()?;
        Ok(record)
    }

    /// The settings, one value for every field, by their names in the vocabulary.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Root text of all randomness.
    pub fn key(&self) -> &str {
        &self.request.key
    }

    /// Where relative paths start.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A word, unless nobody said one.
    pub fn word(&self, name: &str) -> Option<&str> {
        Some(self.settings.text(name)).filter(|word| *word != UNSET)
    }

    /// Every field that has an effect, by the key that a person writes.
    pub fn written(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        let unset = |value: &Value| matches!(value, Value::Text(word) if word == UNSET);
        self.settings
            .iter()
            .filter(move |(field, value)| !unset(value) && self.request.has_effect(field))
            .map(|(field, value)| (key_of(field.name), value))
    }

    /// The error that what a setting names cannot be used.
    pub fn unusable(&self, name: &str, why: impl Into<String>) -> SettingsError {
        self.error(name, Problem::Unusable { why: why.into() })
    }

    /// The error that a setting contradicts others.
    pub fn conflict(&self, name: &str, must: impl Into<String>, nearest: Option<String>) -> SettingsError {
        self.error(name, Problem::Conflict { must: must.into(), nearest })
    }

    fn error(&self, name: &str, problem: Problem) -> SettingsError {
        let value = self.settings.get(name).map_or(String::new(), plain);
        as_written(self.request.locate(SettingsError { key: name.to_owned(), value, origin: Origin::Default, problem }))
    }

    fn missing(&self, name: &str, why: &str) -> SettingsError {
        SettingsError { value: String::new(), ..self.error(name, Problem::Missing { why: why.to_owned() }) }
    }

    fn refuse_missing(&self, given: &[Assignment], reader: Reader) -> Result<(), SettingsError> {
        let said = |name: &str| given.iter().any(|assignment| assignment.key == name);
        let need = |name: &str, why: &str| if said(name) { Ok(()) } else { Err(self.missing(name, why)) };
        let required = |name: &str| {
            let trained = ONLY_TRAINED.contains(&name);
            REQUIRED.contains(&name) && (reader == Reader::Train || !trained)
        };
        for field in self.settings.schema().fields.iter().filter(|field| required(field.name)) {
            need(field.name, field.help)?;
        }
        match (self.word("init"), self.word("law")) {
            (None, None) => return Err(self.missing("init", "write init.source = \"npz:FILE\", or init.law")),
            (Some(_), Some(_)) => {
                return Err(self.error("law", Problem::Twice { other: "`init.source`".to_owned() }));
            }
            (None, Some(law)) if law != "he-normal" => need("init_scale", "this law of initial weights has a scale")?,
            _ => {}
        }
        match (self.word("mask"), self.word("rule")) {
            (Some(_), Some(_)) => return Err(self.error("rule", Problem::Twice { other: "`mask.source`".to_owned() })),
            (None, Some(_)) if !said("prune") => need("keep", "the fraction of weights that the rule keeps")?,
            _ => {}
        }
        if self.settings.text("data") == "patches" {
            need("samples", "how many training samples to draw from the law")?;
            need("signal", "the strength of the law's signal")?;
            if !said("snr") {
                need("noise", "the strength of the law's noise (or write data.snr)")?;
            }
        }
        Ok(())
    }

    /// Refuses what `mask` has nothing to do with.
    fn refuse_no_rule(&self) -> Result<(), SettingsError> {
        if self.settings.text("kind") != "mlp" {
            let must = "`mask` prunes a fully connected network; the mask of a patch network is made by `train`";
            return Err(self.conflict("kind", must, Some("mlp".to_owned())));
        }
        if self.word("mask").is_some() {
            return Err(self.unusable("mask", "it is a mask already; `mask` makes one by mask.rule"));
        }
        let Some(rule) = self.word("rule") else {
            return Err(self.missing("rule", "the rule that chooses which weights are kept"));
        };
        if WANT_DATA.contains(&rule) && self.word("data").is_none() {
            let why = format!("mask.rule = {rule} scores weights by their effect on a loss");
            return Err(self.missing("data", &why));
        }
        Ok(())
    }

    fn refuse_contradictions(&self) -> Result<(), SettingsError> {
        let settings = &self.settings;
        if settings.text("kind") == "mlp" && settings.counts("widths").len() < 2 {
            return Err(self.conflict("widths", "inputs, hidden neurons if any, and outputs are at least two", None));
        }
        let patches = settings.text("data") == "patches";
        if settings.text("schedule") == "adaptive" && !patches {
            let must = "the adaptive rate is made of the signal and noise of data.source = \"patches\"";
            return Err(self.conflict("schedule", must, Some("constant".to_owned())));
        }
        if patches {
            let (classes, dimension) = (settings.count("classes"), settings.count("dimension"));
            // Noise off the signals needs a coordinate of its own.
            let least = classes + usize::from(settings.text("noise_law") == "orthogonal");
            if dimension < least {
                let must = format!("each of the network.classes = {classes} classes has a signal direction of its own");
                return Err(self.conflict("dimension", must, Some(least.to_string())));
            }
        }
        Ok(())
    }
}

/// The schema that `network.kind` chooses.
fn schema(written: &[Assignment]) -> Result<&'static Schema, SettingsError> {
    let kind = written.iter().find(|assignment| assignment.key == "network.kind");
    match kind.map(|kind| &kind.raw) {
        Some(Raw::Typed(value)) if value.as_str() == Some("patch") => Ok(&FAMILY[1]),
        // Any other value than "mlp" is refused by the schema, which names the two.
        Some(_) => Ok(&FAMILY[0]),
        None => Err(SettingsError {
            key: "network.kind".to_owned(),
            value: String::new(),
            origin: Origin::Default,
            problem: Problem::Missing { why: "write \"mlp\" or \"patch\"".to_owned() },
        }),
    }
}

/// Whether this is a section of the record with nothing in it, such as `[mask]` for all ones.
fn empty_section(written: &Assignment) -> bool {
    let is_section =
        || KEYS.iter().filter_map(|(key, _)| key.split_once('.')).any(|(section, _)| section == written.key);
    matches!(&written.raw, Raw::Typed(value) if value.as_table().is_some()) && is_section()
}

/// The same assignment under its name in the vocabulary.
fn named(written: &Assignment) -> Result<Assignment, SettingsError> {
    match KEYS.iter().find(|(key, _)| *key == written.key) {
        Some((_, name)) => Ok(Assignment { key: (*name).to_owned(), ..written.clone() }),
        None => {
            let known = || KEYS.iter().map(|(key, _)| *key);
            Err(written.error(Problem::UnknownKey {
                nearest: nearest(&written.key, known()),
                known: known().map(str::to_owned).collect(),
            }))
        }
    }
}

/// The key that a person writes for a name of the vocabulary.
fn key_of(name: &'static str) -> &'static str {
    KEYS.iter().find(|(_, of)| *of == name).map_or(name, |(key, _)| key)
}

/// The same error about the key that was written.
fn as_written(error: SettingsError) -> SettingsError {
    match KEYS.iter().find(|(_, name)| *name == error.key) {
        Some((key, _)) => SettingsError { key: (*key).to_owned(), ..error },
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
key = 7
[network]
kind = "mlp"
widths = [4, 3, 2]
[data]
source = "npz:data.npz"
[init]
law = "he-normal"
[mask]
rule = "bernoulli"
keep = 0.5
[train]
rate = 0.1
steps = 20
"#;

    fn parse(text: &str) -> Result<Record, RecordError> {
        Record::parse(text, "net.toml", PathBuf::from("folder"), None, Reader::Train)
    }

    fn message(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn what_may_be_left_out_has_its_default() {
        let record = parse(GOOD).unwrap();
        assert_eq!(record.key(), "7");
        let shown: Vec<(&str, String)> = record.written().map(|(key, value)| (key, plain(value))).collect();
        for (key, value) in [
            ("precision", "f64"),
            ("network.activation", "relu"),
            ("network.bias", "false"),
            ("init.scale", "1"),
            ("train.loss", "cross-entropy"),
            ("train.optimizer", "gd"),
            ("train.schedule", "constant"),
            ("train.target_loss", "0"),
        ] {
            assert!(shown.contains(&(key, value.to_owned())), "{key} = {value} in {shown:?}");
        }
        assert!(shown.iter().all(|(key, _)| !["train.momentum", "mask.scope", "mask.source"].contains(key)));
    }

    #[test]
    fn an_empty_section_leaves_everything_out() {
        let text = GOOD.replace("rule = \"bernoulli\"\nkeep = 0.5\n", "");
        assert_eq!(parse(&text).unwrap().word("rule"), None);
    }

    #[test]
    fn prune_becomes_keep_and_the_flag_wins_over_the_file() {
        let text = GOOD.replace("keep = 0.5", "prune = 0.9");
        let record = Record::parse(&text, "net.toml", PathBuf::new(), Some("k"), Reader::Train).unwrap();
        assert_eq!((record.settings().real("keep"), record.key()), (0.1, "k"));
    }

    #[test]
    fn every_field_has_its_key() {
        for field in FAMILY.iter().flat_map(|schema| schema.fields) {
            assert!(KEYS.iter().any(|(_, name)| *name == field.name), "{}", field.name);
        }
    }

    #[test]
    fn every_error_names_key_value_line_and_way_out() {
        let with = |from: &str, to: &str| {
            assert!(GOOD.contains(from));
            GOOD.replace(from, to)
        };
        for (text, parts) in [
            (with("rule = ", "rul = "), vec!["unknown key `mask.rul = ", "line 11", "`mask.rule`?"]),
            (with("rate = 0.1", "learning_rate = 0.1"), vec!["unknown key `train.learning_rate = 0.1`", "line 14"]),
            (with("key = 7", "key = 7\nreplicas = 3"), vec!["unknown key `replicas = 3`", "line 3"]),
            (with("\"bernoulli\"", "\"magnitud\""), vec!["`mask.rule = magnitud`", "line 11", "nearest: magnitude"]),
            (with("keep = 0.5", "keep = 0.5\nrounds = 3"), vec!["`mask.rounds = 3`", "no effect"]),
            (with("\"bernoulli\"", "\"snip\"\ntemperature = 1"), vec!["`mask.temperature = 1`", "no effect", "grasp"]),
            (with("\"mlp\"", "\"cnn\""), vec!["`network.kind = cnn`", "line 4", "mlp, patch"]),
            (with("kind = \"mlp\"\n", ""), vec!["`network.kind` is missing"]),
            (with("widths = [4, 3, 2]\n", ""), vec!["`network.widths` is missing"]),
            (with("[4, 3, 2]", "[4, 0, 2]"), vec!["`network.widths = 4,0,2`", "line 5", "from 1"]),
            (with("[4, 3, 2]", "4"), vec!["`network.widths = 4`", "at least two"]),
            (with("[4, 3, 2]", "\"big\""), vec!["`network.widths = \"big\"`", "wrong type"]),
            (with("steps = 20", "steps = 2.5"), vec!["`train.steps = 2.5`", "whole number"]),
            (with("rate = 0.1\n", ""), vec!["`train.rate` is missing"]),
            (with("keep = 0.5\n", ""), vec!["`mask.keep` is missing"]),
            (with("\"bernoulli\"", "\"synflow\"\nform = \"trace\""), vec!["`mask.form = ", "no effect", "synflow-l2"]),
            (with("\"bernoulli\"", "\"phew\"\nwalk = \"even\""), vec!["`mask.walk = even`", "uniform"]),
            (with("keep = 0.5", "keep = 1.5"), vec!["`mask.keep = 1.5`", "line 12", "from 0 to 1", "nearest: 1"]),
            (with("keep = 0.5", "keep = 0.5\nprune = 0.5"), vec!["says again"]),
            (with("keep = 0.5", "keep = 0.5\nscope = \"layer\""), vec!["`mask.scope = ", "no effect"]),
            (with("rule = \"bernoulli\"\n", ""), vec!["`mask.keep = 0.5`", "no effect"]),
            (with("rule = ", "source = \"npz:m.npz\"\nrule = "), vec!["`mask.rule", "`mask.source`"]),
            (with("law = \"he-normal\"\n", ""), vec!["`init.source` is missing", "init.law"]),
            (with("\"he-normal\"", "\"uniform\""), vec!["`init.scale` is missing"]),
            (with("\"he-normal\"", "\"he-norml\""), vec!["`init.law = he-norml`", "nearest: he-normal"]),
            (with("npz:data.npz", "patches"), vec!["`data.source = patches`", "digits, idx:PATH, npz:PATH"]),
            (with("npz:data.npz", "npz:"), vec!["`data.source = npz:`"]),
            (with("rate = 0.1", "rate = 0.1\nmomentum = 0.9"), vec!["`train.momentum = 0.9`", "no effect", "sgd"]),
            (with("rate = 0.1", "rate = 0.1\nschedule = \"adaptive\""), vec!["`train.schedule = adaptive`"]),
            (with("[data]", "[data]\nsnr = 1"), vec!["`data.snr = 1`", "no effect"]),
            (with("[network]", "[network]\nclasses = 2"), vec!["`network.classes = 2`", "no effect", "mlp"]),
            (with("[network]", "[network"), vec!["net.toml"]),
            (with("[mask]", "[maks]\n[mask]"), vec!["unknown key `maks = {}`", "line 10"]),
            (with("rate = 0.1", "rate = 0.1\ntarget_loss = {}"), vec!["`train.target_loss = {}`", "wrong type"]),
        ] {
            let said = message(&text);
            for part in parts {
                assert!(said.contains(part), "`{said}` lacks `{part}`");
            }
        }
    }

    #[test]
    fn a_patch_network_has_fields_of_its_own() {
        let good = r#"
[network]
kind = "patch"
classes = 2
neurons = 5
dimension = 50
power = 3
[data]
source = "patches"
samples = 10
signal = 1
snr = 0.5
[init]
law = "normal"
scale = 0.1
[train]
rate = 0.1
schedule = "adaptive"
steps = 20
"#;
        let record = parse(good).unwrap();
        assert_eq!(record.settings().real("noise"), 1.0 / (0.5 * 50f64.sqrt()));
        let narrow = message(&good.replace("dimension = 50", "dimension = 1"));
        assert!(narrow.contains("`network.dimension = 1`") && narrow.contains("nearest: 2"), "{narrow}");
        let wide = message(&good.replace("dimension = 50", "dimension = 50\nwidths = [3, 2]"));
        assert!(wide.contains("`network.widths = ") && wide.contains("no effect"), "{wide}");
        let outside = message(&good.replace("\"patches\"", "\"npz:d.npz\""));
        assert!(outside.contains("has no effect"), "{outside}");
    }
}
