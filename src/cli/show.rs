//! `prunelaw show`: all that is known about a claim, a sim or a figure.

use super::print::bold;
use super::{CliError, Exit, Global, say, unknown};
use crate::engine::settings::vocabulary::ALIASES;
use crate::engine::settings::{Fallback, Field, Schema, Value as Setting, plain};
use crate::engine::table::Column;
use crate::figures::{FIGURES, Figure};
use crate::report::card;
use crate::sims::{SIMS, Sim};
use crate::theorems::THEOREMS;
use crate::theorems::ledger::{self, Entry, ledger};
use clap::Args;
use serde_json::{Value, json};

const EXAMPLES: &str = "\
Examples:
  prunelaw show surviving_signal_neurons
  prunelaw show pruning_fraction_sweep        all settings with default, range and unit";

/// Statement, symbols, assumptions, bound, source, what is and is not checked
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Show {
    /// Id of a claim, sim or figure
    id: String,
}

impl Show {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let id = self.id.as_str();
        let is = |own: &str, was: Option<&str>| own == id || was == Some(id);
        let claim = THEOREMS.iter().map(|claim| claim.card()).find(|card| is(card.id, card.was));
        let sim = SIMS.iter().find(|sim| is(sim.card().id, sim.card().was));
        let figure = FIGURES.iter().find(|figure| is(figure.card().id, figure.card().was));
        let page = match (claim, sim, figure, ledger::find(id)) {
            (Some(card), ..) => card::json(card),
            (_, Some(sim), ..) => sim_page(*sim),
            (_, _, Some(figure), _) => figure_page(*figure),
            (.., Some(entry)) => gap_page(entry),
            _ => return Err(unknown("id", id, ledger().iter().map(|entry| entry.id.as_str()))),
        };
        if global.json {
            say(&serde_json::to_string_pretty(&page)?)?
        } else {
            print(&page)?
        }
        Ok(Exit::Done)
    }
}

fn sim_page(sim: &dyn Sim) -> Value {
    let card = sim.card();
    let settings = sim.schemas().iter().map(|schema| json!({ "when": schema.when, "fields": fields(schema) }));
    let columns = sim.schemas().iter().map(|schema| {
        let columns = sim.columns(schema).iter().map(column).collect::<Vec<_>>();
        json!({ "when": schema.when, "columns": columns })
    });
    json!({
        "id": card.id, "kind": "sim", "was": card.was, "subject": card.subject, "says": card.says,
        "about": card.about, "source": card.source, "protocol": card.protocol,
        "settings": settings.collect::<Vec<_>>(), "measures": columns.collect::<Vec<_>>(),
    })
}

fn figure_page(figure: &dyn Figure) -> Value {
    let (card, schema) = (figure.card(), figure.schema());
    let settings = (!schema.fields.is_empty()).then(|| json!({ "when": schema.when, "fields": fields(schema) }));
    json!({
        "id": card.id, "kind": "figure", "was": card.was, "subject": card.subject, "says": card.says,
        "source": card.source, "settings": settings.into_iter().collect::<Vec<_>>(),
    })
}

fn gap_page(entry: &Entry) -> Value {
    json!({
        "id": entry.id, "kind": entry.kind.name(), "was": entry.was, "subject": entry.subject,
        "class": entry.class.map(|class| class.name()), "says": entry.says, "source": entry.source,
        "status": entry.status(),
    })
}

fn fields(schema: &Schema) -> Vec<Value> {
    let written = |field: &Field| {
        let aliases = ALIASES.iter().filter(|alias| alias.target == field.name);
        [*field].into_iter().chain(aliases.map(|alias| Field { axis: field.axis, ..alias.field })).collect::<Vec<_>>()
    };
    let field = |field: Field| {
        let alias = schema.field(field.name).is_none();
        json!({
            "name": field.name, "symbol": field.symbol, "default": (!alias).then(|| default(&field)),
            "allowed": field.domain.allowed(), "unit": field.unit, "help": field.help, "axis": field.axis,
        })
    };
    schema.fields.iter().flat_map(written).map(field).collect()
}

fn default(field: &Field) -> String {
    match field.fallback {
        Fallback::Integer(value) => plain(&Setting::Integer(value)),
        Fallback::Real(value) => plain(&Setting::Real(value)),
        Fallback::Text(value) => value.to_owned(),
        Fallback::Integers(values) => plain(&Setting::Integers(values.to_vec())),
        Fallback::ByAlias(value) => {
            let alias = ALIASES.iter().find(|alias| alias.target == field.name).map_or("", |alias| alias.field.name);
            format!("{alias} = {}", plain(&Setting::Real(value)))
        }
    }
}

fn column(column: &Column) -> Value {
    json!({ "name": column.name, "unit": column.unit, "meaning": column.meaning })
}

/// A page as text: the same names and the same order as in JSON.
fn print(page: &Value) -> Result<(), CliError> {
    for (name, value) in page.as_object().into_iter().flatten() {
        let name = name.replace('_', " ");
        match value {
            Value::Null => {}
            Value::Array(items) if items.is_empty() => {}
            Value::Array(items) => {
                say(&format!("\n{}", bold(&name)))?;
                for (number, item) in items.iter().enumerate() {
                    item_lines(number + 1, item)?;
                }
            }
            Value::String(text) => say(&format!("{:13} {text}", bold(&name)))?,
            other => say(&format!("{:13} {other}", bold(&name)))?,
        }
    }
    Ok(())
}

fn item_lines(number: usize, item: &Value) -> Result<(), CliError> {
    let word = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let Some(when) = item["when"].as_str() else {
        return say(&format!("  {number}. {}", item.as_str().unwrap_or_default()));
    };
    say(&format!("  with {when}"))?;
    for field in item["fields"].as_array().into_iter().flatten() {
        let symbol = word(field, "symbol");
        let symbol = if symbol.is_empty() { symbol } else { format!("{symbol}, ") };
        let default = field["default"].as_str().map_or(String::new(), |value| format!("; default {value}"));
        let axis = if field["axis"] == true { "; an axis" } else { "" };
        let (name, help, allowed, unit) =
            (word(field, "name"), word(field, "help"), word(field, "allowed"), word(field, "unit"));
        say(&format!("    {name:14} {help}\n    {:14} {symbol}{unit}; {allowed}{default}{axis}", ""))?;
    }
    for column in item["columns"].as_array().into_iter().flatten() {
        say(&format!("    {:20} {} ({})", word(column, "name"), word(column, "meaning"), word(column, "unit")))?;
    }
    Ok(())
}
