//! `prunelaw cite`: BibTeX of the papers behind claims, sims, figures and subjects.

use super::{CliError, Exit, Global, say, unknown};
use crate::figures::FIGURES;
use crate::sims::SIMS;
use crate::theorems::THEOREMS;
use crate::theorems::ledger::ledger;
use clap::Args;
use serde_json::json;

const REFERENCES: &str = include_str!("../../references.bib");

const EXAMPLES: &str = "\
Examples:
  prunelaw cite pruning_fraction_sweep
  prunelaw cite strong_tickets > tickets.bib        all papers of a subject
  prunelaw cite yang2025random";

/// BibTeX of the papers behind claims, sims, figures and subjects
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Cite {
    /// Ids of claims, sims or figures, subjects, or bibliography keys
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
}

/// One entry of the bibliography.
#[derive(Debug, PartialEq)]
struct Reference {
    key: &'static str,
    text: &'static str,
}

impl Cite {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let references = references();
        let mut cited: Vec<&Reference> = Vec::new();
        for id in &self.ids {
            let found = find(id, &references)?;
            cited.extend(found.into_iter().filter(|one| !cited.contains(one)).collect::<Vec<_>>());
        }
        if global.json {
            let objects: Vec<_> = cited.iter().map(|one| json!({ "key": one.key, "bibtex": one.text })).collect();
            say(&serde_json::to_string_pretty(&objects)?)?;
        } else {
            say(&cited.iter().map(|one| one.text).collect::<Vec<_>>().join("\n\n"))?;
        }
        Ok(Exit::Done)
    }
}

/// The references of one id: by its key, or by the arXiv numbers in the sources that name it.
fn find<'r>(id: &str, references: &'r [Reference]) -> Result<Vec<&'r Reference>, CliError> {
    let mut keys: Vec<&str> = vec![id];
    let mut sources: Vec<&str> = Vec::new();
    let mut known = false;
    for card in THEOREMS.iter().map(|claim| claim.card()).filter(|card| card.id == id || card.was == Some(id)) {
        keys.push(card.reference);
        sources.push(card.source);
        known = true;
    }
    for (own, source) in SIMS.iter().map(|sim| (sim.card().id, sim.card().source)) {
        sources.extend((own == id).then_some(source));
    }
    for (own, source) in FIGURES.iter().map(|figure| (figure.card().id, figure.card().source)) {
        sources.extend((own == id).then_some(source));
    }
    for entry in ledger() {
        let here = entry.id == id || entry.was.as_deref() == Some(id);
        // A claim's card says which of its subject's papers it is from.
        if entry.subject.as_deref() == Some(id) || (here && !known) {
            sources.extend(entry.source.as_deref());
        }
        known |= here;
    }
    let cited = |one: &&Reference| keys.contains(&one.key) || sources.iter().any(|source| names(source, one));
    let found: Vec<&Reference> = references.iter().filter(cited).collect();
    match (found.is_empty(), known || !sources.is_empty()) {
        (false, _) => Ok(found),
        (true, true) => Err(CliError(format!("`{id}` has no paper: it was made for this program"))),
        (true, false) => {
            let subjects = ledger().iter().filter_map(|entry| entry.subject.as_deref());
            let ids = ledger().iter().map(|entry| entry.id.as_str());
            Err(unknown("id", id, references.iter().map(|one| one.key).chain(subjects).chain(ids)))
        }
    }
}

/// Whether a source speaks of this paper by its arXiv number.
fn names(source: &str, reference: &Reference) -> bool {
    let number = reference.text.split("eprint").nth(1).and_then(|rest| rest.split(['{', '}']).nth(1));
    number.is_some_and(|number| source.contains(number))
}

fn references() -> Vec<Reference> {
    let entry = |text: &'static str| {
        let key = text.split(['{', ',']).nth(1)?;
        Some(Reference { key, text: text.trim() })
    };
    let starts: Vec<usize> = REFERENCES.match_indices("\n@").map(|(at, _)| at + 1).collect();
    let ends = starts.iter().skip(1).copied().chain([REFERENCES.len()]);
    starts.iter().zip(ends).filter_map(|(&start, end)| entry(&REFERENCES[start..end])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_has_a_key_of_its_own_a_title_and_a_year() {
        let references = references();
        for (i, one) in references.iter().enumerate() {
            assert!(references[..i].iter().all(|other| other.key != one.key), "{} is there twice", one.key);
            assert!(one.text.contains("title") && one.text.contains("year"), "{}", one.text);
            assert_eq!(one.text.matches('{').count(), one.text.matches('}').count(), "{}", one.text);
        }
    }

    #[test]
    fn every_paper_of_the_ledger_and_of_the_cards_is_there() {
        let references = references();
        for source in ledger().iter().filter_map(|entry| entry.source.as_deref()) {
            for number in source.split(|c: char| !c.is_ascii_digit() && c != '.').filter(|word| is_arxiv(word)) {
                assert!(references.iter().any(|one| names(number, one)), "no reference has arXiv {number}");
            }
        }
        for card in THEOREMS.iter().map(|claim| claim.card()) {
            for key in card.subject.papers.iter().chain([&card.reference]) {
                assert!(references.iter().any(|one| one.key == *key), "{}: no reference `{key}`", card.id);
            }
        }
    }

    fn is_arxiv(word: &str) -> bool {
        word.split_once('.').is_some_and(|(month, number)| month.len() == 4 && number.len() == 5)
    }

    #[test]
    fn a_subject_cites_its_papers_and_a_typo_is_named() {
        let references = references();
        assert_eq!(find("pruned_training", &references).unwrap()[0].key, "yang2025random");
        assert!(find("yang2025randum", &references).unwrap_err().0.contains("`yang2025random`"));
    }
}
