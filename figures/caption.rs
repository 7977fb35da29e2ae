//! What captions share: parameters by their letters, and how the runs ended.

use crate::style::number;
use prunelaw_engine::settings::{Request, Value};
use prunelaw_engine::table::{Cell, Row, Table};

/// The numeric parameters that have one value and a letter, as `letter = value`; the keep fraction stands on an axis.
pub(crate) fn parameters(request: &Request) -> Vec<String> {
    request
        .fields()
        .filter(|(field, values)| !field.symbol.is_empty() && field.name != "keep" && values.len() == 1)
        .filter_map(|(field, values)| Some((field, numeric(&values[0])?)))
        // 0 samples are all there are, a target of 0 is none: the settings say so, a caption need not.
        .filter(|(_, value)| *value != 0.0)
        .map(|(field, value)| format!("{} = {}", letter(field.symbol), number(value, 4)))
        .collect()
}

/// Sentences on the runs that did not converge, and on when training stops.
pub(crate) fn endings(table: &Table, request: &Request) -> Vec<String> {
    let mut said = Vec::new();
    for (name, meaning) in [("cap", "ended at the step cap"), ("diverged", "diverged and have no value")] {
        let count = table.rows.iter().filter(|row| ended(table, row, name)).count();
        let cap = match (name, real(request, "steps")) {
            ("cap", Some(steps)) => format!(" of {} steps", number(steps, 6)),
            _ => String::new(),
        };
        said.push(format!("{count} of {} runs {meaning}{cap}.", table.rows.len()));
    }
    if let Some(target) = real(request, "target_loss").filter(|target| *target > 0.0) {
        said.push(format!("Training stops at a train loss of {}.", number(target, 3)));
    }
    said
}

/// Whether the run of a row ended so: the first word of its outcome.
pub(crate) fn ended(table: &Table, row: &Row, how: &str) -> bool {
    matches!(&row[table.index("outcome")], Cell::Text(text) if text.starts_with(how))
}

/// A field's letter as it is printed: Greek where the vocabulary spells it out.
fn letter(symbol: &str) -> String {
    let (name, index) = symbol.split_once('_').map_or((symbol, None), |(name, index)| (name, Some(index)));
    let name = match name {
        "sigma" => "σ",
        "mu" => "μ",
        "eta" => "η",
        "eps" => "ε",
        "alpha" => "α",
        other => other,
    };
    match index {
        Some("0") => format!("{name}₀"),
        Some("n") => format!("{name}ₙ"),
        Some(index) => format!("{name}_{index}"),
        None => name.to_owned(),
    }
}

/// The one value of a numeric field, if the request has such a field.
pub(crate) fn real(request: &Request, name: &str) -> Option<f64> {
    let (_, values) = request.fields().find(|(field, _)| field.name == name)?;
    numeric(values.first()?)
}

fn numeric(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(value) => Some(*value as f64),
        Value::Real(value) => Some(*value),
        _ => None,
    }
}

/// The word of a field, if the request has such a field.
pub(crate) fn word(request: &Request, name: &str) -> Option<String> {
    match request.fields().find(|(field, _)| field.name == name)?.1.first()? {
        Value::Text(word) => Some(word.clone()),
        _ => None,
    }
}
