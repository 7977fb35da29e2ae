//! `prunelaw list`: every result owed, built or with a reason why not.

use super::print::bold;
use super::{CliError, Exit, Global, say};
use crate::figures::FIGURES;
use crate::sims;
use crate::theorems::ledger::{Entry, Kind, ledger};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

const EXAMPLES: &str = "\
Examples:
  prunelaw list
  prunelaw list theorems --json | jq -r '.[] | select(.status == \"built\") | .id'";

/// What exists, with source and status
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct List {
    /// Only these
    #[arg(value_enum)]
    what: Option<What>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    Theorems,
    Sims,
    Figures,
}

impl What {
    fn kind(self) -> Kind {
        match self {
            What::Theorems => Kind::Theorem,
            What::Sims => Kind::Sim,
            What::Figures => Kind::Figure,
        }
    }
}

impl List {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let wanted = |entry: &&Entry| self.what.is_none_or(|what| what.kind() == entry.kind);
        let entries: Vec<&Entry> = ledger().iter().filter(wanted).collect();
        if global.json {
            let objects: Vec<Value> = entries.into_iter().map(object).collect();
            say(&serde_json::to_string_pretty(&objects)?)?;
            return Ok(Exit::Done);
        }
        let mut heading = None;
        for entry in entries {
            let here = entry.subject.as_deref().unwrap_or(entry.kind.name());
            if heading != Some(here) {
                heading = Some(here);
                let papers = entry.source.as_ref().map_or(String::new(), |source| format!("  ({source})"));
                say(&format!("\n{}{papers}", bold(here)))?;
            }
            let class = entry.class.map_or(String::new(), |class| format!("[{class}] "));
            say(&format!("  {:36} {class}{}", entry.id, entry.says))?;
            if entry.gap.is_some() {
                say(&format!("  {:36} {}", "", entry.status()))?;
            }
        }
        Ok(Exit::Done)
    }
}

/// Subject and source of a built sim or figure, which stand on its card and not in the ledger.
fn on_card(entry: &Entry) -> Option<(&'static str, &'static str)> {
    let sim = sims::find(&entry.id).map(|sim| (sim.card().subject, sim.card().source));
    let figure = FIGURES.iter().map(|figure| figure.card()).find(|card| card.id == entry.id);
    sim.or(figure.map(|card| (card.subject, card.source)))
}

fn object(entry: &Entry) -> Value {
    let (subject, source) = on_card(entry).unzip();
    let mut object = json!({
        "id": entry.id,
        "kind": entry.kind.name(),
        "subject": entry.subject.as_deref().or(subject),
        "source": entry.source.as_deref().or(source),
        "class": entry.class.map(|class| class.name()),
        "says": entry.says,
        "status": entry.status(),
    });
    if let Some(was) = &entry.was {
        object["was"] = json!(was);
    }
    object
}
