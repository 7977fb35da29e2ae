//! What the page needs to know before it asks: sims, their fields, and what each effort means.

use super::Lab;
use super::feed::value_json;
use crate::engine::effort::Effort;
use crate::engine::settings::vocabulary::ALIASES;
use crate::engine::settings::{Domain, Field};
use crate::runner::{Layers, sim_request};
use crate::sims::Sim;
use axum::Json as Body;
use serde_json::{Map, Value as Json, json};

/// `{version, key, effort, sims: [{id, says, source, fields, presets}]}`
pub(super) fn answer(lab: &Lab) -> Body<Json> {
    let sims: Vec<Json> = lab.sims.iter().map(|sim| describe(*sim)).collect();
    Body(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "key": lab.key,
        "effort": lab.effort.name(),
        "sims": sims,
    }))
}

fn describe(sim: &'static dyn Sim) -> Json {
    let card = sim.card();
    let schema = &sim.schemas()[0];
    let aliases = ALIASES.iter().filter(|alias| schema.field(alias.target).is_some());
    let fields: Vec<Json> = schema.fields.iter().chain(aliases.map(|alias| &alias.field)).map(field).collect();
    let presets: Map<String, Json> =
        Effort::ALL.into_iter().map(|effort| (effort.name().to_owned(), preset(sim, effort))).collect();
    json!({ "id": card.id, "says": card.says, "source": card.source, "fields": fields, "presets": presets })
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
