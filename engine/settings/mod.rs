//! Settings: what a person writes, checked once, and the address of the results.
//!
//! ```text
//! TOML, --set  ->  Assignment  ->  Request::resolve(schema)  ->  cells: Settings  ->  canonical text  ->  address
//! ```
//!
//! * [`vocabulary`]: every field a person can write, once, with range, unit and help
//! * [`assign`]: reading `key=value` words and TOML, with the place of each word
//! * [`read`]: one value: numbers, lists, ranges, words, inside its domain
//! * [`request`]: resolving them against a schema: ranges, aliases, axes, cells
//! * [`address`]: canonical text and its SHA-256
//! * [`error`]: one clear error per way to be wrong

pub mod address;
pub mod assign;
pub mod error;
pub mod read;
pub mod request;
pub mod vocabulary;

pub use assign::{Assignment, Origin, Raw};
pub use error::{Problem, SettingsError};
pub use request::Request;

use crate::data::Outside;
use std::sync::Arc;

/// One value of one field.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A whole number.
    Integer(i64),
    /// A real number.
    Real(f64),
    /// A word or a path.
    Text(String),
    /// A list of whole numbers that is one value, such as hidden widths.
    Integers(Vec<i64>),
}

/// The values that a field may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Domain {
    /// Whole numbers from `min` to `max`, both included.
    Integer {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// Finite real numbers from `min` to `max`.
    Real {
        /// Lower end.
        min: f64,
        /// Upper end, included.
        max: f64,
        /// Whether the lower end itself is excluded.
        open: bool,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// One of these words, or a path after one of these prefixes.
    Source {
        /// Words that stand for themselves.
        words: &'static [&'static str],
        /// Prefixes such as `"npz:"`.
        prefixes: &'static [&'static str],
    },
    /// A list of whole numbers, each from `min` to `max`; one number is a list of one.
    Integers {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
}

/// What a field is when nobody sets it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fallback {
    /// This whole number.
    Integer(i64),
    /// This real number.
    Real(f64),
    /// This word.
    Text(&'static str),
    /// This list.
    Integers(&'static [i64]),
    /// What the field's alias gives at this value, such as `noise` from `snr` = 0.3.
    ByAlias(f64),
}

/// One field of a schema.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// The word a person writes.
    pub name: &'static str,
    /// Letter or symbol in the papers, or empty.
    pub symbol: &'static str,
    /// Allowed values.
    pub domain: Domain,
    /// Unit in words, `"1"` for a pure number.
    pub unit: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// The value when nobody sets it.
    pub fallback: Fallback,
    /// Whether a sweep may vary it.
    pub axis: bool,
}

impl Field {
    /// The same field with another whole-number default.
    pub const fn integer(self, value: i64) -> Field {
        Field { fallback: Fallback::Integer(value), ..self }
    }

    /// The same field with another real default.
    pub const fn real(self, value: f64) -> Field {
        Field { fallback: Fallback::Real(value), ..self }
    }

    /// The same field with another word as default.
    pub const fn text(self, value: &'static str) -> Field {
        Field { fallback: Fallback::Text(value), ..self }
    }

    /// The same field with another list as default.
    pub const fn integers(self, value: &'static [i64]) -> Field {
        Field { fallback: Fallback::Integers(value), ..self }
    }

    /// The same field with the default that its alias gives at `value`.
    pub const fn by_alias(self, value: f64) -> Field {
        Field { fallback: Fallback::ByAlias(value), ..self }
    }

    /// The same field as an axis of the sweep.
    pub const fn axis(self) -> Field {
        Field { axis: true, ..self }
    }

    /// The same field with fewer choices or another range.
    pub const fn within(self, domain: Domain) -> Field {
        Field { domain, ..self }
    }
}

/// The fields that one experiment reads.
///
/// An experiment whose fields depend on its data has one schema per kind of data; a field of another schema of the
/// same experiment has no effect here, and is an error.
#[derive(Debug, PartialEq)]
pub struct Schema {
    /// Which kind of settings this is, in words for messages, such as `data = "patches"`.
    pub when: &'static str,
    /// The fields, in the order in which help and config files list them.
    pub fields: &'static [Field],
    /// Fields that count only beside certain words of another field.
    pub rules: &'static [Rule],
}

/// `field` changes something only where `reads` is one of `words`; set elsewhere, it is an error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// The field that may be without effect.
    pub field: &'static str,
    /// The field that decides.
    pub reads: &'static str,
    /// The words of `reads` with which `field` counts.
    pub words: &'static [&'static str],
}

impl Rule {
    fn met(&self, values: &[Value]) -> bool {
        values.iter().any(|value| self.words.contains(&plain(value).as_str()))
    }
}

impl Schema {
    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The rule about a field, if there is one.
    fn only_if(&self, name: &str) -> Option<&'static Rule> {
        self.rules.iter().find(|rule| rule.field == name)
    }

    /// The axes, in order.
    pub fn axes(&self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().filter(|field| field.axis)
    }
}

/// One cell: a value for every field of a schema, each inside its domain.
///
/// The getters panic on a field that the schema lacks, or of another type: both are bugs of the experiment.
#[derive(Clone, Debug)]
pub struct Settings {
    schema: &'static Schema,
    values: Arc<[Value]>,
    outside: Option<Arc<Outside>>,
}

impl Settings {
    /// A cell from one value per field, in schema order. For [`Request`]; everybody else resolves a request.
    pub(crate) fn from_parts(schema: &'static Schema, values: Vec<Value>, outside: Option<Arc<Outside>>) -> Settings {
        debug_assert_eq!(schema.fields.len(), values.len());
        Settings { schema, values: values.into(), outside }
    }

    /// The schema that this cell fills.
    pub fn schema(&self) -> &'static Schema {
        self.schema
    }

    /// All fields with their values, in schema order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Field, &Value)> {
        self.schema.fields.iter().zip(self.values.iter())
    }

    /// The value of a field, if the schema has it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.schema.fields.iter().position(|field| field.name == name).map(|at| &self.values[at])
    }

    fn value(&self, name: &str) -> &Value {
        self.get(name).unwrap_or_else(|| panic!("this schema has no field `{name}`"))
    }

    /// A real field.
    pub fn real(&self, name: &str) -> f64 {
        match self.value(name) {
            Value::Real(value) => *value,
            Value::Integer(value) => *value as f64,
            other => panic!("`{name}` is no number: {other:?}"),
        }
    }

    /// A whole-number field, which the vocabulary keeps non-negative.
    pub fn count(&self, name: &str) -> usize {
        match self.value(name) {
            Value::Integer(value) => *value as usize,
            other => panic!("`{name}` is no count: {other:?}"),
        }
    }

    /// A list of whole numbers.
    pub fn counts(&self, name: &str) -> Vec<usize> {
        match self.value(name) {
            Value::Integers(values) => values.iter().map(|value| *value as usize).collect(),
            other => panic!("`{name}` is no list of counts: {other:?}"),
        }
    }

    /// A word.
    pub fn text(&self, name: &str) -> &str {
        match self.value(name) {
            Value::Text(value) => value,
            other => panic!("`{name}` is no word: {other:?}"),
        }
    }

    /// The outside data that this request carries, if its settings name any.
    pub fn outside(&self) -> Option<&Outside> {
        self.outside.as_deref()
    }

    /// The same cell with one field changed; for trials that compare two settings.
    ///
    /// # Panics
    /// If the schema lacks the field.
    pub fn with(&self, name: &str, value: Value) -> Settings {
        let at = self.schema.fields.iter().position(|field| field.name == name);
        let at = at.unwrap_or_else(|| panic!("this schema has no field `{name}`"));
        let mut values = self.values.to_vec();
        values[at] = value;
        Settings::from_parts(self.schema, values, self.outside.clone())
    }
}

/// A value as a person would write it, without quotes around words.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Integer(value) => value.to_string(),
        Value::Real(value) => crate::table::shortest(*value),
        Value::Text(value) => value.clone(),
        Value::Integers(values) => values.iter().map(i64::to_string).collect::<Vec<_>>().join(","),
    }
}

/// A value as TOML, with quotes and brackets.
pub fn toml_value(value: &Value) -> String {
    match value {
        Value::Text(value) => toml::Value::String(value.clone()).to_string(),
        Value::Integers(values) => format!("[{}]", values.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")),
        // A whole real is written with its point, so that the file shows which fields are real.
        Value::Real(value) if value.fract() == 0.0 && value.abs() < 1e15 => format!("{value:.1}"),
        value => plain(value),
    }
}
