//! Nothing promised is forgotten and nothing built is missing from the promise: the ledger against the registries.

use prunelaw::figures::FIGURES;
use prunelaw::sims::SIMS;
use prunelaw::theorems::ledger::{Entry, Kind, ledger};
use prunelaw::theorems::{Card, THEOREMS};
use std::collections::BTreeSet;

fn built(kind: Kind) -> BTreeSet<&'static str> {
    let built = |entry: &&Entry| entry.kind == kind && entry.gap.is_none();
    ledger().iter().filter(built).map(|entry| entry.id.as_str()).collect()
}

fn registered(kind: Kind) -> Vec<&'static str> {
    match kind {
        Kind::Theorem => THEOREMS.iter().map(|claim| claim.card().id).collect(),
        Kind::Sim => SIMS.iter().map(|sim| sim.card().id).collect(),
        Kind::Figure => FIGURES.iter().map(|figure| figure.card().id).collect(),
    }
}

fn cards() -> impl Iterator<Item = (&'static Card, &'static Entry)> {
    let entry = |id| ledger().iter().find(|entry| entry.id == id).unwrap_or_else(|| panic!("{id} is not listed"));
    THEOREMS.iter().map(move |claim| (claim.card(), entry(claim.card().id)))
}

#[test]
fn what_the_ledger_calls_built_is_registered_and_nothing_else_is() {
    for kind in [Kind::Theorem, Kind::Sim, Kind::Figure] {
        let registered = registered(kind);
        let unique: BTreeSet<&str> = registered.iter().copied().collect();
        assert_eq!(unique.len(), registered.len(), "an id of a {} is registered twice", kind.name());
        assert_eq!(unique, built(kind), "{}s in the registry against those that the ledger calls built", kind.name());
    }
}

#[test]
fn every_row_says_something_and_every_gap_gives_its_reason() {
    for Entry { id, says, gap, .. } in ledger() {
        assert!(says.len() > 10, "{id} says `{says}`");
        assert!(gap.as_ref().is_none_or(|reason| reason.len() > 10), "{id} has the gap {gap:?}");
    }
}

#[test]
fn cards_agree_with_their_rows() {
    for (card, entry) in cards() {
        let id = card.id;
        assert_eq!(Some(card.class), entry.class, "class of {id}");
        assert_eq!(card.says, entry.says, "{id}");
        assert_eq!(Some(card.subject.id), entry.subject.as_deref(), "subject of {id}");
        assert_eq!(card.was, entry.was.as_deref(), "earlier id of {id}");
    }
}

#[test]
fn every_card_is_complete() {
    let references = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/references.bib")).unwrap();
    for (card, _) in cards() {
        let id = card.id;
        for (what, text) in [
            ("statement", card.statement),
            ("bound", card.bound),
            ("power", card.power),
            ("about", card.about),
            ("source", card.source),
        ] {
            assert!(text.len() > 10, "{what} of {id} is `{text}`");
        }
        for (what, list) in [("checked", card.checked), ("not_checked", card.not_checked), ("gaps", card.gaps)] {
            assert!(!list.is_empty() && list.iter().all(|item| !item.is_empty()), "{what} of {id}");
        }
        assert!(!card.symbols.is_empty() && !card.assumptions.is_empty(), "symbols and assumptions of {id}");
        assert!(names_a_paper(card.source), "source of {id} has no arXiv id: {}", card.source);
        for key in card.subject.papers.iter().chain([&card.reference]) {
            assert!(references.contains(&format!("{{{key},")), "{key} of {id} is not in references.bib");
        }
        assert!(!card.subject.open_settings.is_empty(), "{id}: no paper states everything");
    }
}

/// `arXiv`, then four digits, a point, four or five digits.
fn names_a_paper(source: &str) -> bool {
    let Some((_, rest)) = source.split_once("arXiv ") else { return false };
    let id: Vec<&str> = rest.split(|c: char| !c.is_ascii_digit()).take(2).collect();
    id.len() == 2 && id[0].len() == 4 && (4..=5).contains(&id[1].len())
}

#[test]
fn every_false_sibling_wears_the_name_of_its_claim() {
    for claim in THEOREMS {
        assert!(std::ptr::eq(claim.false_sibling().card(), claim.card()), "{}", claim.card().id);
    }
}
