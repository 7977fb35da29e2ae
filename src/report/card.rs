//! The card of a claim as JSON: what `show` prints and the explorer's page shows.

use crate::theorems::Card;
use serde_json::{Value, json};

/// Every field of the card.
pub fn json(card: &Card) -> Value {
    let symbols = card.symbols.iter().map(|symbol| format!("{} = {}: {}", symbol.letter, symbol.name, symbol.meaning));
    let assumptions = card.assumptions.iter().map(|assumption| format!("{}: {}", assumption.name, assumption.says));
    json!({
        "id": card.id, "kind": "theorem", "was": card.was, "subject": card.subject.id, "class": card.class.name(),
        "says": card.says, "statement": card.statement, "source": card.source, "reference": card.reference,
        "provenance": card.provenance.label(), "symbols": symbols.collect::<Vec<_>>(),
        "assumptions": assumptions.collect::<Vec<_>>(), "bound": card.bound, "checked": card.checked,
        "not_checked": card.not_checked, "gaps": card.gaps,
        "power": card.power, "about": card.about, "protocol": card.protocol,
    })
}
