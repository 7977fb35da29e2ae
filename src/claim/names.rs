//! The names of a statement: measures of the sim, its settings, and the letters of the papers.
//!
//! A measure comes before a setting of the same name: `steps` is the updates that were made, not their cap.

use super::expression::ExpressionError;
use crate::engine::settings::error::nearest;
use crate::engine::settings::vocabulary::{ALIASES, Alias};
use crate::engine::settings::{Domain, Schema, Settings, Value};
use crate::engine::table::{Column, Kind, Row};

/// Letters of the papers, and the settings that they stand for, the first that a sim has.
const LETTERS: [(&str, &[&str]); 4] =
    [("n", &["samples"]), ("d", &["dimension"]), ("K", &["classes"]), ("m", &["neurons", "widths"])];

/// Where a name takes its value.
#[derive(Clone, Copy, Debug)]
pub enum Name {
    /// A column of the table, by its position.
    Measure(usize),
    /// A setting.
    Setting(&'static str),
    /// What a person can write instead of a setting, such as `prune` for `keep`.
    Instead(&'static Alias),
}

impl Name {
    /// What `name` means for settings of `schema` and tables with these columns.
    ///
    /// # Errors
    /// A name that means nothing here, or is no number, with the nearest that does.
    pub fn find(name: &str, schema: &'static Schema, columns: &[Column]) -> Result<Name, ExpressionError> {
        let refuse = |why: String| Err(ExpressionError(why));
        let measures = columns.iter().position(|column| column.name == "replica").map_or(0, |at| at + 1);
        if let Some(at) = columns.iter().skip(measures).position(|column| column.name == name) {
            let column = &columns[measures + at];
            return match column.kind {
                Kind::Text => refuse(format!("`{name}` is a column of words ({}), no number", column.meaning)),
                Kind::Integer | Kind::Real => Ok(Name::Measure(measures + at)),
            };
        }
        if name == "p" && schema.field(name).is_none() {
            return refuse("`p` has several meanings: say `keep`, `parameters` or `p_eff`".to_owned());
        }
        let letter = LETTERS.iter().find(|(letter, _)| *letter == name);
        let stands_for = letter.and_then(|(_, fields)| fields.iter().find(|field| schema.field(field).is_some()));
        if let Some(field) = schema.field(name).or_else(|| stands_for.and_then(|field| schema.field(field))) {
            return match field.domain {
                Domain::Choice(_) | Domain::Source { .. } => {
                    refuse(format!("`{name}` is a word ({}), no number", field.domain.allowed()))
                }
                Domain::Integer { .. } | Domain::Real { .. } | Domain::Integers { .. } => Ok(Name::Setting(field.name)),
            };
        }
        let has = |alias: &&Alias| alias.reads.iter().chain([&alias.target]).all(|field| schema.field(field).is_some());
        if let Some(alias) = ALIASES.iter().filter(has).find(|alias| alias.field.name == name) {
            return Ok(Name::Instead(alias));
        }
        let letters = LETTERS.iter().filter(|(_, fields)| fields.iter().any(|field| schema.field(field).is_some()));
        let numeric = Name::measures(columns);
        let settings =
            schema.fields.iter().filter(|field| !matches!(field.domain, Domain::Choice(_) | Domain::Source { .. }));
        let known: Vec<&str> = numeric
            .chain(settings.map(|field| field.name))
            .chain(ALIASES.iter().filter(has).map(|alias| alias.field.name))
            .chain(letters.map(|(letter, _)| *letter))
            .collect();
        let near =
            nearest(name, known.iter().copied()).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        refuse(format!("unknown name `{name}`{near} Known here: {}", known.join(", ")))
    }

    /// The measures that are numbers.
    pub fn measures(columns: &[Column]) -> impl Iterator<Item = &'static str> {
        let measures = columns.iter().position(|column| column.name == "replica").map_or(0, |at| at + 1);
        columns.iter().skip(measures).filter(|column| column.kind != Kind::Text).map(|column| column.name)
    }

    /// Its value in a row of a cell; NaN for a list of several numbers.
    pub fn value(self, cell: &Settings, row: &Row) -> f64 {
        match self {
            Name::Measure(at) => row[at].number(),
            Name::Setting(field) => number(cell, field),
            // The aliases there are undo themselves: keep = 1 - prune and prune = 1 - keep.
            Name::Instead(alias) => {
                let read: Vec<f64> = alias.reads.iter().map(|field| number(cell, field)).collect();
                (alias.convert)(number(cell, alias.target), &read)
            }
        }
    }

    /// Refuses a setting that is a list of several numbers in a cell.
    ///
    /// # Errors
    /// Names the list.
    pub fn check(self, cell: &Settings) -> Result<(), ExpressionError> {
        match self {
            Name::Setting(field) => match cell.get(field) {
                Some(Value::Integers(list)) if list.len() != 1 => {
                    Err(ExpressionError(format!("`{field}` is a list of {} numbers here, not one", list.len())))
                }
                _ => Ok(()),
            },
            Name::Measure(_) | Name::Instead(_) => Ok(()),
        }
    }
}

fn number(cell: &Settings, field: &str) -> f64 {
    match cell.get(field) {
        Some(Value::Integer(value)) => *value as f64,
        Some(Value::Real(value)) => *value,
        Some(Value::Integers(list)) if list.len() == 1 => list[0] as f64,
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::settings::vocabulary::{CLASSES, DIMENSION, KEEP, NOISE, OPTIMIZER, SIGNAL, STEPS, WIDTHS};
    use crate::engine::settings::{Assignment, Field, Request};

    static FIELDS: [Field; 8] = [CLASSES, DIMENSION.integer(100), SIGNAL, NOISE, KEEP.axis(), STEPS, WIDTHS, OPTIMIZER];
    static SCHEMA: Schema = Schema { when: "a test", fields: &FIELDS, rules: &[] };
    static COLUMNS: [Column; 5] = [
        Column::real("keep", "fraction", "p"),
        Column::integer("replica", "1", "index"),
        Column::text("outcome", "how it ended"),
        Column::integer("steps", "steps", "updates made"),
        Column::real("test_accuracy", "fraction", "accuracy"),
    ];

    fn value(name: &str, settings: &str) -> Result<f64, String> {
        let words: Vec<Assignment> =
            settings.split_whitespace().map(|word| Assignment::from_word(word, "--set").unwrap()).collect();
        let cell = Request::resolve(&SCHEMA, &[], &[&words]).unwrap().cells().remove(0);
        let row: Row = vec![0.25.into(), 0_usize.into(), "cap".into(), 7_usize.into(), 0.75.into()];
        let name = Name::find(name, &SCHEMA, &COLUMNS).map_err(|error| error.0)?;
        name.check(&cell).map_err(|error| error.0)?;
        Ok(name.value(&cell, &row))
    }

    #[test]
    fn measures_settings_letters_and_aliases_have_values() {
        for (name, settings, expected) in [
            ("test_accuracy", "", 0.75),
            ("keep", "keep=0.25", 0.25),
            ("prune", "keep=0.1", 0.9),
            ("d", "", 100.0),
            ("K", "classes=4", 4.0),
            ("m", "widths=32", 32.0),
            ("snr", "signal=2 noise=0.5 dimension=400", 0.2),
            // The measure, not the cap.
            ("steps", "steps=50", 7.0),
        ] {
            assert_eq!(value(name, settings), Ok(expected), "{name} {settings}");
        }
    }

    #[test]
    fn what_has_no_value_is_refused() {
        for (name, settings, parts) in [
            ("test_acuracy", "", vec!["unknown name", "did you mean `test_accuracy`?", "Known here: steps"]),
            ("p", "", vec!["`keep`, `parameters` or `p_eff`"]),
            ("outcome", "", vec!["column of words"]),
            ("optimizer", "", vec!["is a word"]),
            ("replica", "", vec!["unknown name `replica`"]),
            ("n", "", vec!["unknown name `n`"]),
            ("widths", "widths=32,16", vec!["a list of 2 numbers"]),
        ] {
            let said = value(name, settings).unwrap_err();
            assert!(parts.iter().all(|part| said.contains(part)), "{name}: `{said}` lacks one of {parts:?}");
        }
    }
}
