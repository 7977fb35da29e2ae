//! Witnesses: the one command that re-runs what shows a violation.
//!
//! A violation that one replica shows is re-run as that replica alone, drawn from scratch: nothing is read from the
//! store. One that needs many replicas is re-run as its claim, at its own level, and comes out the same.

use super::{Ask, Bench, Check, Report, VerifyError, memory, report};
use crate::engine::settings::{Settings, plain};
use crate::engine::table::{Cell, Column};
use crate::runner::{Done, RunError, Study};
use crate::theorems::{Card, Claim, Verdict};

/// The command, if the verdict is a violation.
pub(super) fn command(card: &Card, verdict: &Verdict, level: f64, ask: &Ask) -> Option<String> {
    let witness = match verdict {
        Verdict::Violated { witness, .. } => Some(witness),
        Verdict::ScalingDisagrees { .. } => None,
        _ => return None,
    };
    let mut words = format!("prunelaw verify {} --effort {} --key {}", card.id, ask.effort, quoted(&ask.key));
    if card.class.statistical() {
        words += &format!(" --alpha {level:e}");
    }
    if ask.sabotage {
        words += " --sabotage";
    }
    if let Some((witness, replica)) = witness.and_then(|witness| Some((witness, witness.replica?))) {
        let at = report::words(&witness.at);
        let separator = if at.is_empty() { "" } else { " " };
        words += &format!(" --witness '{at}{separator}replica={replica}'");
    }
    Some(words)
}

/// A word that a shell reads back as it is.
pub(crate) fn quoted(word: &str) -> String {
    let plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_.=,:/".contains(c));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// One replica of one point of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    at: Vec<(String, String)>,
    replica: u64,
}

impl Place {
    /// Reads `axis=value ... replica=R`, as [`Report::witness`] prints it.
    pub fn parse(text: &str) -> Option<Place> {
        let words = text.split_whitespace().map(|word| word.split_once('='));
        let mut at: Vec<(String, String)> =
            words.map(|word| word.map(|(key, value)| (key.to_owned(), value.to_owned()))).collect::<Option<_>>()?;
        let (key, replica) = at.pop()?;
        (key == "replica").then_some(Place { at, replica: replica.parse().ok()? })
    }

    fn is(&self, cell: &Settings) -> bool {
        let axes = cell.iter().filter(|(field, _)| field.axis).map(|(field, value)| (field.name, plain(value)));
        axes.eq(self.at.iter().map(|(key, value)| (key.as_str(), value.clone())))
    }
}

/// Draws that replica again, and judges it alone; its row stands in the notes.
///
/// # Errors
/// [`VerifyError`], among them a point that the claim does not have.
pub fn rerun(claim: &dyn Claim, ask: &Ask, place: &Place) -> Result<Report, VerifyError> {
    let mut check = Check::of(claim, ask, ask.alpha, &Alone(place))?;
    let Some(part) = check.parts.iter().find(|part| !part.table.rows.is_empty()) else {
        return Err(VerifyError::NoSuchPoint { claim: claim.card().id, at: report::words(&place.at) });
    };
    let row: Vec<String> = part.table.columns.iter().zip(&part.table.rows[0]).map(shown).collect();
    check.notes.push(format!("one replica, drawn again: {}", row.join(" ")));
    check.findings.retain(|finding| finding.point == place.at);
    Ok(check.report(ask))
}

fn shown((column, cell): (&Column, &Cell)) -> String {
    let mut text = format!("{}=", column.name);
    cell.write(&mut text);
    text
}

/// Gives the rows of one replica of one cell, and no others.
struct Alone<'a>(&'a Place);

impl Bench for Alone<'_> {
    fn rows(&self, study: &Study) -> Result<Done, RunError> {
        let mut cells = study.request.cells();
        cells.retain(|cell| self.0.is(cell));
        Ok(memory::draw(study, &cells, self.0.replica..self.0.replica + 1))
    }
}
