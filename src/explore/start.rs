//! What the page needs to know before it asks: sims, their fields and measures, what each effort means, and the colours
//! of the figures.

use super::Lab;
use super::feed::value_json;
use crate::engine::effort::Effort;
use crate::engine::settings::vocabulary::ALIASES;
use crate::engine::settings::{Domain, Field};
use crate::engine::table::{Column, Kind};
use crate::figures::ramp;
use crate::runner::{Layers, sim_request};
use crate::sims::Sim;
use axum::Json as Body;
use serde_json::{Map, Value as Json, json};

/// `{version, key, effort, ramp, sims: [{id, says, source, fields, columns, presets}]}`
pub(super) fn answer(lab: &Lab) -> Body<Json> {
    let sims: Vec<Json> = lab.sims.iter().map(|sim| describe(*sim)).collect();
    Body(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "key": lab.key,
        "effort": lab.effort.name(),
        "sims": sims,
        "ramp": ramp(),
    }))
}

/// The colours of maps, from low to high.
pub(super) fn ramp() -> Vec<String> {
    let hex = |(r, g, b): (u8, u8, u8)| format!("#{r:02x}{g:02x}{b:02x}");
    (0..64).map(|i| hex(ramp::color(f64::from(i) / 63.0))).collect()
}

fn describe(sim: &'static dyn Sim) -> Json {
    let card = sim.card();
    let schema = &sim.schemas()[0];
    let aliases = ALIASES.iter().filter(|alias| schema.field(alias.target).is_some());
    let fields: Vec<Json> = schema.fields.iter().chain(aliases.map(|alias| &alias.field)).map(field).collect();
    let presets: Map<String, Json> =
        Effort::ALL.into_iter().map(|effort| (effort.name().to_owned(), preset(sim, effort))).collect();
    let columns: Vec<Json> = sim.columns(schema).iter().map(column).collect();
    json!({
        "id": card.id, "says": card.says, "source": card.source, "fields": fields, "columns": columns, "presets": presets,
    })
}

fn column(column: &Column) -> Json {
    let kind = match column.kind {
        Kind::Integer => "integer",
        Kind::Real => "real",
        Kind::Text => "text",
    };
    json!({ "name": column.name, "unit": column.unit, "meaning": column.meaning, "kind": kind })
}

fn field(field: &Field) -> Json {
    let range = match field.domain {
        Domain::Integer { min, max } | Domain::Integers { min, max } => json!({ "min": min, "max": max }),
        Domain::Real { min, max, open } => json!({ "min": min, "max": max, "open": open }),
        Domain::Choice(words) | Domain::Source { words, .. } => json!({ "words": words }),
    };
    json!({
        "name": field.name, "symbol": field.symbol, "unit": field.unit, "help": field.help, "range": range,
        "axis": field.axis,
    })
}

/// Every field with its values at an effort; `null` if the sim cannot expand it, which its own tests exclude.
fn preset(sim: &'static dyn Sim, effort: Effort) -> Json {
    let Ok(request) = sim_request(sim, effort, &Layers::default()) else { return Json::Null };
    let mut preset: Map<String, Json> = request
        .fields()
        .map(|(field, values)| (field.name.to_owned(), values.iter().map(value_json).collect::<Json>()))
        .collect();
    preset.insert("replicas".to_owned(), request.replicas.into());
    Json::Object(preset)
}
