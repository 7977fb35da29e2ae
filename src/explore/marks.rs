//! Derived boundaries beside the rows, always labelled as derived.

use super::feed::value_json;
use crate::engine::settings::{Field, Request, Value};
use crate::figures::patch_law::{Boundary, PatchLaw};
use serde_json::{Value as Json, json};

/// `{axis, at, name, formula, provenance, along}` for every boundary in the keep fraction that the settings fix. `along`
/// is null, or for a grid `{axis, at: [[value, keep]]}`: the boundary at every value of the other axis.
pub(super) fn of(request: &Request) -> Vec<Json> {
    let Some(law) = PatchLaw::of(request) else { return Vec::new() };
    let along = Along::of(request, law);
    let mark = |(at, boundary): (usize, Boundary)| {
        json!({
            "axis": "keep", "at": boundary.keep, "name": boundary.name, "formula": boundary.formula,
            "provenance": "derived", "along": along.as_ref().map(|along| along.json(at)),
        })
    };
    law.boundaries().into_iter().enumerate().map(mark).collect()
}

/// The axis across the keep fraction, and the law at each of its values.
struct Along<'r> {
    axis: &'static str,
    values: &'r [Value],
    laws: Vec<PatchLaw>,
}

impl<'r> Along<'r> {
    fn of(request: &'r Request, law: PatchLaw) -> Option<Along<'r>> {
        let swept = |(field, values): &(&'static Field, &'r [Value])| values.len() > 1 && field.name != "keep";
        let (field, values) = request.fields().find(swept)?;
        let first = real(&values[0])?;
        let at = |value: &Value| {
            let value = real(value)?;
            Some(match field.name {
                "neurons" => PatchLaw { neurons: value as usize, ..law },
                // The law's own ratio is that of the first noise.
                "noise" => PatchLaw { snr: law.snr * first / value, ..law },
                _ => return None,
            })
        };
        let laws = values.iter().map(at).collect::<Option<Vec<_>>>()?;
        Some(Along { axis: field.name, values, laws })
    }

    fn json(&self, boundary: usize) -> Json {
        let at = |(value, law): (&Value, &PatchLaw)| json!([value_json(value), law.boundaries()[boundary].keep]);
        json!({ "axis": self.axis, "at": self.values.iter().zip(&self.laws).map(at).collect::<Json>() })
    }
}

fn real(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(value) => Some(*value as f64),
        Value::Real(value) => Some(*value),
        Value::Text(_) | Value::Integers(_) => None,
    }
}
