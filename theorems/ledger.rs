//! Every result owed, as the ledger lists it: claims by subject, sims and figures, built or with a reason why not.
//!
//! `theorems/ledger.toml` is the list; a test holds it against the registries in both directions, so that neither a
//! promise nor a claim can be forgotten.

use crate::Class;
use serde::Deserialize;
use std::sync::LazyLock;

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A theorem, lemma, identity or published finding.
    Theorem,
    /// An experiment.
    Sim,
    /// A plot.
    Figure,
}

impl Kind {
    /// The word in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Theorem => "theorem",
            Kind::Sim => "sim",
            Kind::Figure => "figure",
        }
    }
}

/// One row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Unique over all kinds.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// The table that it stands in; `None` for sims and figures.
    pub subject: Option<String>,
    /// Papers of its subject, with arXiv ids; `None` for sims and figures.
    pub source: Option<String>,
    /// How it can be decided; `None` for sims and figures.
    pub class: Option<Class>,
    /// What a verdict is about, phrased so that `holds` is the expected outcome; for sims and figures what they show.
    pub says: String,
    /// Why it cannot be run yet; `None` for what is built.
    pub gap: Option<String>,
    /// The id it had earlier, if it changed.
    pub was: Option<String>,
}

impl Entry {
    /// `built`, or `gap: reason`.
    pub fn status(&self) -> String {
        self.gap.as_ref().map_or("built".to_owned(), |reason| format!("gap: {reason}"))
    }
}

/// Why a text is no ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// It is not TOML of the expected shape.
    #[error("{0}")]
    Toml(String),
    /// A row lacks what its kind must have.
    #[error("`{id}` lacks `{field}`")]
    Lacks {
        /// The row.
        id: String,
        /// The field.
        field: &'static str,
    },
    /// A claim's class is none of the six.
    #[error("`{id}` has the unknown class `{class}`")]
    UnknownClass {
        /// The row.
        id: String,
        /// The word found.
        class: String,
    },
    /// Two rows have one id.
    #[error("`{id}` is listed twice")]
    Twice {
        /// The id.
        id: String,
    },
}

/// The ledger of this program, in its own order.
///
/// # Panics
/// If the file that was compiled in is no ledger, which a test excludes.
pub fn ledger() -> &'static [Entry] {
    static LEDGER: LazyLock<Vec<Entry>> =
        LazyLock::new(|| parse(include_str!("ledger.toml")).expect("the ledger that was compiled in reads"));
    &LEDGER
}

/// The row of this id, or the row that had this id earlier.
pub fn find(id: &str) -> Option<&'static Entry> {
    ledger()
        .iter()
        .find(|entry| entry.id == id)
        .or_else(|| ledger().iter().find(|entry| entry.was.as_deref() == Some(id)))
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Item {
    Source(String),
    Row(Row),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    class: Option<String>,
    says: Option<String>,
    gap: Option<String>,
    was: Option<String>,
    #[serde(rename = "sheet")]
    _sheet: Option<String>,
}

/// Reads a ledger: one table per subject, and the tables `sims` and `figures`.
///
/// # Errors
/// [`LedgerError`] names the first row that is not as it must be.
pub fn parse(text: &str) -> Result<Vec<Entry>, LedgerError> {
    let refuse = |error: toml::de::Error| LedgerError::Toml(error.to_string());
    let tables: toml::Table = toml::from_str(text).map_err(refuse)?;
    // A parsed table sorts its keys; the places in the text bring back the order in which a person wrote them.
    let mut places = Vec::new();
    for (table, rows) in toml::de::DeTable::parse(text).map_err(refuse)?.get_ref() {
        let Some(rows) = rows.get_ref().as_table() else { continue };
        places.extend(rows.keys().map(|id| (id.span().start, table.get_ref().to_string(), id.get_ref().to_string())));
    }
    places.sort();

    let (mut entries, mut source) = (Vec::<Entry>::new(), None);
    for (_, table, id) in places {
        let item = tables[&table][&id].clone();
        let row = match item.try_into().map_err(|error| LedgerError::Toml(format!("`{id}`: {error}")))? {
            Item::Source(papers) => {
                source = Some((table, papers));
                continue;
            }
            Item::Row(row) => row,
        };
        if entries.iter().any(|entry| entry.id == id) {
            return Err(LedgerError::Twice { id });
        }
        let kind = match table.as_str() {
            "sims" => Kind::Sim,
            "figures" => Kind::Figure,
            _ => Kind::Theorem,
        };
        let lacks = |field| LedgerError::Lacks { id: id.clone(), field };
        let class = match (kind, row.class) {
            (Kind::Theorem, None) => return Err(lacks("class")),
            (_, None) => None,
            (_, Some(word)) => match Class::ALL.into_iter().find(|class| class.name() == word) {
                None => return Err(LedgerError::UnknownClass { id, class: word }),
                found => found,
            },
        };
        let says = row.says.filter(|says| !says.is_empty()).ok_or_else(|| lacks("says"))?;
        let (subject, source) = match kind {
            Kind::Theorem => {
                let papers = source.as_ref().filter(|(of, _)| *of == table).map(|(_, papers)| papers.clone());
                (Some(table), papers)
            }
            _ => (None, None),
        };
        entries.push(Entry { id, kind, subject, source, class, says, gap: row.gap, was: row.was });
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_order_and_their_tables_source() {
        let text = "[b]\nsource = \"arXiv 1\"\nz = { class = \"exact\", says = \"z\" }\na = { class = \"scaling\", \
                    says = \"a\", gap = \"later\" }\n[sims]\ns = { says = \"s\" }\n";
        let found = parse(text).unwrap();
        assert_eq!(found.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), ["z", "a", "s"]);
        assert_eq!((found[1].status().as_str(), found[1].source.as_deref()), ("gap: later", Some("arXiv 1")));
        assert_eq!((found[2].kind, found[2].subject.as_deref()), (Kind::Sim, None));
    }

    #[test]
    fn a_row_without_says_or_class_or_with_another_one_is_refused() {
        for (row, said) in [
            ("a = { class = \"exact\" }", "`a` lacks `says`"),
            ("a = { says = \"s\" }", "`a` lacks `class`"),
            ("a = { class = \"maybe\", says = \"s\" }", "unknown class `maybe`"),
            ("a = { class = \"exact\", says = \"s\" }\n[c]\na = { class = \"exact\", says = \"s\" }", "twice"),
        ] {
            let message = parse(&format!("[b]\n{row}\n")).unwrap_err().to_string();
            assert!(message.contains(said), "{message}");
        }
    }

    #[test]
    fn the_ledger_reads() {
        assert!(ledger().len() >= 140);
        assert_eq!(find("signal_noise_decomposition").unwrap().class, Some(Class::Exact));
    }
}
